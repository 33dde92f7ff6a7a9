"""What every brand starts with: the KPIs of its vertical, aliases, statuses and product lines (wire.md, Meaning)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Kpi:
    """A name under which amounts add up. `positive`: it is always sent as a positive amount."""

    name: str
    unit: Literal["money", "count"]
    positive: bool = False


def _paid(name: str) -> Kpi:
    return Kpi(name, "money", positive=True)


def _result(name: str) -> Kpi:
    return Kpi(name, "money")


def _count(name: str) -> Kpi:
    return Kpi(name, "count", positive=True)


_EVERYWHERE = (
    _paid("Deposit"),
    _paid("Withdrawal"),
    _paid("Bonus"),
    _result("Adjustment"),
    _paid("Refund"),
    _paid("Chargeback"),
    _result("Rebate"),
)
KPIS: dict[str, tuple[Kpi, ...]] = {
    "igaming": (
        *_EVERYWHERE,
        _paid("Bets"),
        _paid("Wins"),
        _count("BetsCount"),
        _result("GGR"),
        _result("NGR"),
        _count("Games"),
    ),
    "forex": (
        *_EVERYWHERE,
        _count("Lots"),
        _paid("Volume"),
        _count("Trades"),
        _result("SpreadRevenue"),
        _result("Commission"),
        _result("PnL"),
    ),
    "prop-trading": (
        *_EVERYWHERE,
        _paid("ChallengePurchase"),
        _paid("ResetPurchase"),
        _paid("TraderPayout"),
        _count("Lots"),
        _count("Trades"),
        _result("PnL"),
    ),
}

# What the platform counts by itself. A KPI cannot be called like one of them.
COUNTED_HERE = ("Clicks", "Registrations", "FirstDeposits")

EVENTS = ("DailyStats",)
EVENT_ALIASES = {"Bet": "Bets", "FTD": "Deposit"}
STATUSES = ("pending", "approved", "reversed", "rejected")
STATUS_ALIASES = {"declined": "rejected"}
PRODUCTS = ("Casino", "Sports", "Poker", "Bingo", "FX", "CFD", "Metals", "Crypto")

# Folded names that carry a record's structure. A KPI cannot be called like one of them.
ACTIVITY_FIELDS = {
    "eventname": "eventname",
    "eventid": "eventid",
    "createtime": "createtime",
    "customerid": "customerid",
    "value": "value",
    "currency": "currency",
    "product": "product",
    "gametype": "product",
    "instrumentgroup": "product",
    "status": "status",
    "amountusd": "amountusd",
}
CUSTOMER_FIELDS = {
    "customerid": "customerid",
    "regtime": "regtime",
    "signupdate": "regtime",
    "country": "country",
    "countrycode": "country",
    "firstname": "firstname",
    "lastname": "lastname",
    "email": "email",
    "trackingdata": "trackingdata",
    "clickid": "clickid",
    "affiliateid": "affiliateid",
    "campaignid": "campaignid",
    "promocode": "promocode",
    "salesstatus": "salesstatus",
    "salesstatusid": "salesstatus",
    "kycstatus": "kycstatus",
    "kycstatusid": "kycstatus",
    "lastmodifieddate": "lastmodifieddate",
}
