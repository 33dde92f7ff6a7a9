"""The words a brand can use in its terms."""

from collections.abc import Mapping
from dataclasses import dataclass

from commissions.engine.plan import Profile
from track360.lib.countries import countries

Choices = list[tuple[str, str]]
Groups = list[tuple[str, Choices]]

MEASURES: Choices = [
    ("deposits", "Deposits"),
    ("net_deposits", "Net deposits"),
    ("first_deposit", "First deposit"),
    ("deposit_count", "Number of deposits"),
    ("wagered", "Wagered"),
    ("active_days", "Active days"),
    ("active_months", "Active months"),
    ("sum", "Sum of a KPI …"),
    ("count", "Number of records of a KPI …"),
]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """KPIs by name, which of them are no money, revenue profiles by name, and the products facts can be of."""

    kpis: tuple[str, ...]
    profiles: Mapping[str, Profile]
    products: tuple[str, ...]
    counts: tuple[str, ...] = ()

    @property
    def countries(self) -> Mapping[str, str]:
        return countries()

    @property
    def kpi_choices(self) -> Choices:
        return [("", "–"), *((name, name) for name in self.kpis)]
