"""What a plan says, as values: versions, components, conditions, tiers, revenue profiles (commissions.md 3 to 6).

Made by `commissions.engine.terms` from the configuration dialect, read by every other part of the engine.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Anchor(StrEnum):
    """The day that decides which affiliate, deal and version a component's money falls under."""

    REGISTRATION = "registration"
    ACTIVITY = "activity"


class AppliesTo(StrEnum):
    ALL = "all"
    NEW_CUSTOMERS = "new_customers"


class Hybrid(StrEnum):
    """How the components of one plan add up."""

    ADDITIVE = "additive"
    ADVANCE = "advance"


# --- tiers ----------------------------------------------------------------------------------------------------------


class MetricName(StrEnum):
    BASE = "base"
    FIRST_DEPOSITS = "first_deposits"
    QUALIFIED = "qualified"
    ACTIVE_CUSTOMERS = "active_customers"
    SUM = "sum"
    COUNT = "count"


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """What a tier looks at; `kpi` is named by `sum:<KPI>` and `count:<KPI>` only."""

    name: MetricName
    kpi: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.kpi}" if self.kpi else str(self.name)


class Window(StrEnum):
    PERIOD = "period"
    PREVIOUS_PERIOD = "previous_period"
    LIFETIME = "lifetime"


class Apply(StrEnum):
    WHOLE = "whole"
    MARGINAL = "marginal"


@dataclass(frozen=True, slots=True)
class Band:
    """From `bound` on (at least), `value` is the rate or the amount."""

    bound: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Tiers:
    metric: Metric
    window: Window
    apply: Apply
    bands: tuple[Band, ...]


# --- cpa ------------------------------------------------------------------------------------------------------------


class TriggerName(StrEnum):
    FIRST_DEPOSIT = "first_deposit"
    REGISTRATION = "registration"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What has to happen before a customer can qualify; `kpi` is the KPI of its fact, empty for a registration."""

    name: TriggerName
    kpi: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.kpi}" if self.name is TriggerName.FIRST else str(self.name)


class MeasureName(StrEnum):
    DEPOSITS = "deposits"
    DEPOSIT_COUNT = "deposit_count"
    FIRST_DEPOSIT = "first_deposit"
    NET_DEPOSITS = "net_deposits"
    WAGERED = "wagered"
    SUM = "sum"
    COUNT = "count"
    ACTIVE_DAYS = "active_days"
    ACTIVE_MONTHS = "active_months"


@dataclass(frozen=True, slots=True, order=True)
class Measure:
    """A figure about one customer, over all his approved facts up to a day."""

    name: MeasureName
    kpi: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.kpi}" if self.kpi else str(self.name)


@dataclass(frozen=True, slots=True)
class AtLeast:
    measure: Measure
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Condition", ...]


Condition = AtLeast | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class FixedPay:
    """An amount, or another one for the countries named."""

    amount: Decimal
    by_country: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class PercentPay:
    """A percentage of the trigger's amount (15 means 15 %), within bounds."""

    percent: Decimal
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CountCap:
    """So many customers are paid per month and version."""

    count: int


@dataclass(frozen=True, slots=True)
class AmountCap:
    """So much is paid per month and version; the last customer within it is paid in part."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Cpa:
    """Pays once per customer who qualifies (commissions.md 4)."""

    name: str
    trigger: Trigger
    pay: FixedPay | PercentPay | Tiers
    conditions: Condition | None = None
    within_days: int | None = None
    hold_days: int = 0
    cap: CountCap | AmountCap | None = None
    anchor: Anchor = Anchor.REGISTRATION


# --- revenue share --------------------------------------------------------------------------------------------------

RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Sum:
    """The first step of a profile: a KPI's sum."""

    kpi: str


@dataclass(frozen=True, slots=True)
class Subtract:
    kpi: str


@dataclass(frozen=True, slots=True)
class SubtractPercent:
    """Take a percentage of a KPI's sum, or of the running figure."""

    percent: Decimal
    of: str
    signed: bool = False


Step = Sum | Subtract | SubtractPercent


@dataclass(frozen=True, slots=True)
class Profile:
    """How revenue is made of KPI sums, step by step; `name` is what operators call it, or the KPI itself."""

    name: str
    steps: tuple[Step, ...]


class Netting(StrEnum):
    AFFILIATE = "affiliate"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class NoCarry:
    """A negative period pays nothing and is forgotten."""


@dataclass(frozen=True, slots=True)
class FullCarry:
    """A deficit is carried until it is made good."""


@dataclass(frozen=True, slots=True)
class CappedCarry:
    """A deficit is carried, but never more than this."""

    limit: Decimal


@dataclass(frozen=True, slots=True)
class ExpiringCarry:
    """A deficit is carried for so many periods."""

    periods: int


@dataclass(frozen=True, slots=True)
class AllowNegative:
    """A negative period pays a negative amount."""


Negative = NoCarry | FullCarry | CappedCarry | ExpiringCarry | AllowNegative


class CarryUnit(StrEnum):
    BASE = "base"
    COMMISSION = "commission"


NO_PRODUCT = "none"


@dataclass(frozen=True, slots=True)
class RevShare:
    """Pays a share of the period's revenue (commissions.md 6).

    `products` are as somebody spelled them, and NO_PRODUCT for facts without one.
    """

    name: str
    base: Profile
    pay: Decimal | Tiers
    products: tuple[str, ...] = ()
    months: int | None = None
    netting: Netting = Netting.AFFILIATE
    negative: Negative = NoCarry()
    carry: CarryUnit = CarryUnit.BASE
    ring_fence: Decimal | None = None
    hold_days: int = 0
    anchor: Anchor = Anchor.ACTIVITY


Component = Cpa | RevShare


# --- plan -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """The terms from a day on; a later version replaces it for whom it applies to."""

    number: int
    effective_from: date
    applies_to: AppliesTo
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What affiliates with a deal for it are paid, in one currency. Versions follow each other by day, not number."""

    number: int
    name: str
    currency: str
    versions: tuple[Version, ...]
    hybrid: Hybrid = Hybrid.ADDITIVE
    offset_cpa: bool = False
