"""Believable records, in the shapes the public documents print; the same seed gives the same ones."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

FIRST_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - sent without a zone, as most brands do
COUNTRIES = ["DE", "GB", "MT", "SE", "FI", "CA", "NZ", "IE"]
PRODUCTS = ["Casino", "Sports", "Poker"]
Record = dict[str, Any]


def customers(count: int, *, prefix: str, affiliates: Sequence[str] = (), seed: int = 1) -> list[Record]:
    """Make customers, attributed in turn to the affiliates (`prefix` keeps their ids apart from other rounds)."""
    dice = random.Random(seed)
    made = []
    for number in range(count):
        record = {
            "customerId": f"{prefix}-{number:06d}",
            "regtime": _moment(dice, days=30),
            "country": dice.choice(COUNTRIES),
            "firstName": "Alex",
            "lastName": "Taylor",
        }
        if affiliates:
            affiliate = affiliates[number % len(affiliates)]
            record["tracking_data"] = f"campaign_{affiliate}_aff_{affiliate}_creative_{number % 7}"
        made.append(record)
    return made


def activities(count: int, *, ids: Sequence[str], prefix: str, seed: int = 1) -> list[Record]:
    """Make activities of these customers: mostly bets, some deposits and withdrawals, some daily statistics."""
    dice = random.Random(seed)
    return [_activity(dice, f"{prefix}-{number}", dice.choice(ids)) for number in range(count)]


def _activity(dice: random.Random, event_id: str, customer: str) -> Record:
    drawn = dice.random()
    if drawn < 0.10:
        bets = dice.randrange(100, 100_000)
        return {
            "eventname": "DailyStats",
            "eventid": event_id,
            "createtime": _moment(dice, days=90)[:10],
            "customerid": customer,
            "GGR": _amount(bets // 20),
            "NGR": _amount(bets // 25),
            "Bets": _amount(bets),
            "Games": str(dice.randrange(1, 200)),
            "Currency": "EUR",
        }
    record = {
        "eventname": "Bet" if drawn < 0.80 else "Deposit" if drawn < 0.93 else "Withdrawal",
        "eventid": event_id,
        "createtime": _moment(dice, days=90),
        "customerid": customer,
        "Value": _amount(dice.randrange(100, 50_000)),
        "Currency": "EUR",
    }
    if drawn < 0.80:
        record["product"] = dice.choice(PRODUCTS)
    return record


def _moment(dice: random.Random, *, days: int) -> str:
    return f"{FIRST_DAY + timedelta(minutes=dice.randrange(days * 24 * 60)):%Y-%m-%d %H:%M}"


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def in_batches(records: Sequence[Record], size: int) -> list[bytes]:
    """Cut records into request bodies of `size` records each."""
    return [json.dumps(records[start : start + size]).encode() for start in range(0, len(records), size)]


def one_by_one(records: Sequence[Record]) -> Iterator[bytes]:
    """Make a request body of each record by itself."""
    return (json.dumps([record]).encode() for record in records)
