"""Revenue profiles: the steps from gross figures to what is shared."""

from dataclasses import dataclass
from typing import Any

from commissions.configuration.section import Declared, Items, Scene, Section, each, keyed, readers, text
from commissions.engine.terms import TermsRefused, parse_profile, render_profile
from commissions.engine.terms.reading import Reader
from commissions.models import RevenueProfile
from commissions.services import change_profile, create_profile


@dataclass(frozen=True, slots=True)
class StatedProfile:
    """One profile in the dialect's own words."""

    name: str
    steps: tuple[dict[str, Any], ...]

    def plain(self) -> dict[str, Any]:
        """Return the profile in the document's words."""
        return {"name": self.name, "steps": [dict(step) for step in self.steps]}


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of revenue profiles."""
    items: Items = {}
    for reader in readers(document, "revenue_profiles"):
        name, steps = text(reader, "name"), reader.value("steps")
        reader.finish()
        try:
            profile = parse_profile(name, steps, kpis=declared.kpis)
        except TermsRefused as error:
            raise TermsRefused(f"{reader.path}.{error.path}", error.message) from error
        declared.profiles[name] = profile
        keyed(items, name, StatedProfile(name, tuple(render_profile(profile))), reader.path)
    return dict(sorted(items.items()))


def stored(scene: Scene) -> Items:
    """Return all revenue profiles."""
    rows = RevenueProfile.objects.filter(brand=scene.brand).values_list("name", "steps")
    return {
        name: StatedProfile(name, tuple(render_profile(parse_profile(name, steps)))) for name, steps in sorted(rows)
    }


def add(item: StatedProfile, scene: Scene) -> None:
    """Create the profile."""
    create_profile(brand=scene.brand, name=item.name, steps=item.steps, by=scene.by, now=scene.now)


def change(before: StatedProfile, after: StatedProfile, scene: Scene) -> None:
    """Change the steps of a profile no line was computed with."""
    profile = RevenueProfile.objects.get(brand=scene.brand, name=after.name)
    change_profile(profile=profile, steps=after.steps, by=scene.by, now=scene.now)


SECTION = Section("revenue_profiles", read, stored, each(add), change)
