"""The brand's own KPIs, beside the standard ones of its vertical."""

from dataclasses import asdict, dataclass
from typing import Any

from commissions.configuration.section import Declared, Items, Scene, Section, choice, keyed, readers, text
from commissions.engine.terms.reading import Reader, TermsRefused
from ingestion.models import Kpi
from ingestion.models.configuration import Unit
from ingestion.rules.names import fold
from ingestion.services import SaveKpi, configure


@dataclass(frozen=True, slots=True)
class OwnKpi:
    """One KPI and what its amounts are."""

    name: str
    unit: str

    def plain(self) -> dict[str, Any]:
        """Return the KPI in the document's words."""
        return asdict(self)


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of KPIs."""
    items: Items = {}
    standard = {fold(name) for name in declared.kpis}
    for reader in readers(document, "kpis"):
        kpi = OwnKpi(name=text(reader, "name"), unit=choice(reader, "unit", Unit.values))
        reader.finish()
        if fold(kpi.name) in standard:
            raise TermsRefused(reader.path, f"{kpi.name} is a standard KPI of this vertical")
        keyed(items, fold(kpi.name), kpi, reader.path)
    declared.kpis += [kpi.name for kpi in items.values()]
    return dict(sorted(items.items()))


def stored(scene: Scene) -> Items:
    """Return the brand's own KPIs."""
    rows = Kpi.objects.filter(brand=scene.brand).values_list("folded", "name", "unit")
    return {folded: OwnKpi(name, unit) for folded, name, unit in sorted(rows)}


def add(items: list[OwnKpi], scene: Scene) -> None:
    """Add KPIs; parked records that they explain become live."""
    changes = [SaveKpi(item.name, item.unit) for item in items]
    configure(brand=scene.brand, changes=changes, by=scene.by, now=scene.now)


def change(before: OwnKpi, after: OwnKpi, scene: Scene) -> None:
    """Change a KPI's unit. Its spelling stays, because terms name it letter by letter."""
    if after.name != before.name:
        raise TermsRefused("kpis", f"{after.name} is known as {before.name}: write it like that")
    add([after], scene)


SECTION = Section("kpis", read, stored, add, change)
