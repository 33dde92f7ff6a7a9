"""The brand's default plan and default affiliate: they stand in its mapping and refer to what is declared later."""

from dataclasses import dataclass
from typing import Any

from affiliates.models import Affiliate
from affiliates.services import set_default_affiliate
from commissions.configuration.section import Declared, Items, Scene, Section, optional_reference
from commissions.configuration.sections import affiliates
from commissions.engine.terms.reading import Reader
from commissions.models import Plan
from commissions.services import set_default_plan

KEY = "defaults"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where nothing else does."""

    default_plan: str | None
    default_affiliate: str | None

    def plain(self) -> dict[str, Any]:
        """Return the defaults in the document's words."""
        return {"default_plan": self.default_plan, "default_affiliate": self.default_affiliate}


def read(document: Reader, declared: Declared) -> Items:
    """Read the defaults out of the brand's mapping."""
    reader = Reader(document.value("brand"), "brand")
    return {
        KEY: Defaults(
            default_plan=optional_reference(reader, "default_plan", declared.plans, "plan"),
            default_affiliate=optional_reference(reader, "default_affiliate", declared.affiliates, "affiliate"),
        )
    }


def stored(scene: Scene) -> Items:
    """Return the defaults in force."""
    plans = Plan.objects.filter(brand=scene.brand, is_default=True).values_list("name", flat=True)
    partners = Affiliate.objects.filter(brand=scene.brand, is_default=True).values_list("code", flat=True)
    return {KEY: Defaults(default_plan=plans.first(), default_affiliate=partners.first())}


def add(items: list[Defaults], scene: Scene) -> None:
    """Nothing to do: every brand has its defaults, if only none."""


def change(before: Defaults, after: Defaults, scene: Scene) -> None:
    """Name other defaults, or none."""
    plan = None if after.default_plan is None else Plan.objects.get(brand=scene.brand, name=after.default_plan)
    set_default_plan(brand=scene.brand, plan=plan, by=scene.by, now=scene.now)
    affiliate = None if after.default_affiliate is None else affiliates.find(after.default_affiliate, scene)
    set_default_affiliate(brand=scene.brand, affiliate=affiliate, by=scene.by, now=scene.now)


def write(written: dict[str, Any], items: list[Defaults]) -> None:
    """Put the defaults into the brand's mapping."""
    written["brand"] |= items[0].plain()


SECTION = Section("defaults", read, stored, add, change, write)
