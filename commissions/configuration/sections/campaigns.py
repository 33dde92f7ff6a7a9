"""Campaigns: names under which an affiliate groups links and customers."""

from dataclasses import asdict, dataclass
from typing import Any

from affiliates.models import Campaign
from affiliates.services import create_campaign, rename_campaign
from commissions.configuration.section import (
    Declared,
    Items,
    Scene,
    Section,
    each,
    keyed,
    optional_text,
    readers,
    reference,
    text,
)
from commissions.configuration.sections import affiliates
from commissions.engine.terms.reading import Reader, TermsRefused


@dataclass(frozen=True, slots=True)
class NamedCampaign:
    """One campaign; whose it is never changes."""

    id: str
    affiliate: str
    name: str

    def plain(self) -> dict[str, Any]:
        """Return the campaign in the document's words."""
        return asdict(self)


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of campaigns."""
    items: Items = {}
    for reader in readers(document, "campaigns"):
        code = text(reader, "id", longest=50)
        affiliate = reference(reader, "affiliate", declared.affiliates, "affiliate")
        campaign = NamedCampaign(id=code, affiliate=affiliate, name=optional_text(reader, "name") or code)
        reader.finish()
        keyed(items, code, campaign, reader.path)
    declared.campaigns = {code: campaign.affiliate for code, campaign in items.items()}
    return dict(sorted(items.items()))


def stored(scene: Scene) -> Items:
    """Return all campaigns."""
    rows = Campaign.objects.filter(brand=scene.brand).values_list("code", "affiliate__code", "name")
    return {code: NamedCampaign(code, affiliate, name) for code, affiliate, name in sorted(rows)}


def find(code: str | None, scene: Scene) -> Campaign | None:
    """Return the stored campaign of a code that the document declares, or None for none."""
    return None if code is None else Campaign.objects.get(brand=scene.brand, code=code)


def add(item: NamedCampaign, scene: Scene) -> None:
    """Create the campaign."""
    affiliate = affiliates.find(item.affiliate, scene)
    create_campaign(affiliate=affiliate, code=item.id, name=item.name, by=scene.by, now=scene.now)


def change(before: NamedCampaign, after: NamedCampaign, scene: Scene) -> None:
    """Rename the campaign."""
    if before.affiliate != after.affiliate:
        raise TermsRefused(f"campaigns {after.id}", f"belongs to {before.affiliate}, and whose it is never changes")
    rename_campaign(
        campaign=Campaign.objects.get(brand=scene.brand, code=after.id), name=after.name, by=scene.by, now=scene.now
    )


SECTION = Section("campaigns", read, stored, each(add), change)
