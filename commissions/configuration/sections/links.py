"""Tracking links: the addresses `/c/{code}`."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from affiliates.models import TrackingLink
from affiliates.services import change_link, create_link
from commissions.configuration.section import (
    Declared,
    Items,
    Scene,
    Section,
    campaign_of,
    each,
    keyed,
    optional_text,
    readers,
    reference,
    text,
)
from commissions.configuration.sections import affiliates, campaigns
from commissions.engine.terms.reading import Reader, TermsRefused


@dataclass(frozen=True, slots=True)
class Link:
    """One link; whose it is never changes."""

    code: str
    affiliate: str
    campaign: str | None
    landing_url: str | None
    active: bool

    def plain(self) -> dict[str, Any]:
        """Return the link in the document's words; that it works goes without saying."""
        words = asdict(self)
        if self.active:
            del words["active"]
        return words


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of links."""
    items: Items = {}
    for reader in readers(document, "links"):
        affiliate = reference(reader, "affiliate", declared.affiliates, "affiliate")
        link = Link(
            code=text(reader, "code", longest=50),
            affiliate=affiliate,
            campaign=campaign_of(reader, affiliate, declared),
            landing_url=optional_text(reader, "landing_url", longest=500),
            active=True if reader.value("active") is None else reader.flag("active"),
        )
        reader.finish()
        keyed(items, link.code, link, reader.path)
    return dict(sorted(items.items()))


def stored(scene: Scene) -> Items:
    """Return all links."""
    rows = TrackingLink.objects.filter(brand=scene.brand).values_list(
        "code", "affiliate__code", "campaign__code", "landing_url", "is_active"
    )
    return {row[0]: Link(*row) for row in sorted(rows, key=lambda row: row[0])}


def add(item: Link, scene: Scene) -> None:
    """Create the link."""
    create_link(
        affiliate=affiliates.find(item.affiliate, scene),
        campaign=campaigns.find(item.campaign, scene),
        code=item.code,
        landing_url=item.landing_url,
        is_active=item.active,
        by=scene.by,
        now=scene.now,
    )


def change(before: Link, after: Link, scene: Scene) -> None:
    """Change where the link leads and whether it works."""
    if replace(before, landing_url=after.landing_url, active=after.active) != after:
        raise TermsRefused(f"links {after.code}", "whose a link is, and of which campaign, never changes")
    link = TrackingLink.objects.get(brand=scene.brand, code=after.code)
    change_link(link=link, landing_url=after.landing_url, is_active=after.active, by=scene.by, now=scene.now)


SECTION = Section("links", read, stored, each(add), change)
