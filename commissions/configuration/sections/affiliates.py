"""Affiliates with their present status and place in the tree."""

from dataclasses import dataclass, replace
from typing import Any

from affiliates.models import Affiliate, Status
from affiliates.queries import statuses_on, tree_on
from affiliates.services import change_affiliate, create_affiliate, set_parent, set_status
from commissions.configuration.section import (
    Declared,
    Items,
    Scene,
    Section,
    choice,
    each,
    keyed,
    optional_text,
    readers,
    text,
)
from commissions.engine.terms.reading import Reader, TermsRefused


@dataclass(frozen=True, slots=True)
class Partner:
    """One affiliate as he is today."""

    id: str
    name: str
    email: str
    status: str
    parent: str | None

    def plain(self) -> dict[str, Any]:
        """Return the affiliate in the document's words."""
        return {
            "id": self.id,
            "name": self.name,
            "email": self.email or None,
            "status": self.status,
            "parent": self.parent,
        }


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of affiliates; parents come before their children."""
    found: dict[str, Partner] = {}
    paths: dict[str, str] = {}
    for reader in readers(document, "affiliates"):
        code = text(reader, "id", longest=50)
        partner = Partner(
            id=code,
            name=optional_text(reader, "name") or code,
            email=optional_text(reader, "email", longest=254) or "",
            status=choice(reader, "status", Status.values, Status.ACTIVE),
            parent=optional_text(reader, "parent", longest=50),
        )
        reader.finish()
        keyed(found, code, partner, reader.path)
        paths[code] = reader.path
    for code, partner in found.items():
        if partner.parent is not None and partner.parent not in found:
            raise TermsRefused(f"{paths[code]}.parent", f"no affiliate {partner.parent!r} is declared in this document")
    declared.affiliates = set(found)
    return _parents_first(found, paths)


def _parents_first(found: dict[str, Partner], paths: dict[str, str]) -> Items:
    ordered: Items = {}
    waiting = dict(sorted(found.items()))
    while waiting:
        free = [code for code, partner in waiting.items() if partner.parent is None or partner.parent in ordered]
        if not free:
            raise TermsRefused(f"{paths[next(iter(waiting))]}.parent", "affiliates form a circle")
        for code in free:
            ordered[code] = waiting.pop(code)
    return ordered


def stored(scene: Scene) -> Items:
    """Return all affiliates as they are today."""
    affiliates = Affiliate.objects.filter(brand=scene.brand)
    codes = dict(affiliates.values_list("id", "code"))
    statuses = statuses_on(brand_id=scene.brand.id, day=scene.today)
    tree = tree_on(brand_id=scene.brand.id, day=scene.today)
    found = {
        affiliate.code: Partner(
            id=affiliate.code,
            name=affiliate.name,
            email=affiliate.email,
            status=statuses[affiliate.id],
            parent=codes.get(tree.parents.get(affiliate.id, 0)),
        )
        for affiliate in affiliates
    }
    return _parents_first(found, dict.fromkeys(found, "affiliates"))


def find(code: str, scene: Scene) -> Affiliate:
    """Return the stored affiliate of a code that the document declares."""
    return Affiliate.objects.get(brand=scene.brand, code=code)


def add(item: Partner, scene: Scene) -> None:
    """Create the affiliate; his status and parent hold from the beginning."""
    create_affiliate(
        brand=scene.brand,
        code=item.id,
        name=item.name,
        email=item.email,
        status=item.status,
        parent=None if item.parent is None else find(item.parent, scene),
        by=scene.by,
        now=scene.now,
    )


def change(before: Partner, after: Partner, scene: Scene) -> None:
    """Change what differs; a new status or parent holds from today."""
    affiliate = find(after.id, scene)
    if replace(before, status=after.status, parent=after.parent) != after:
        change_affiliate(affiliate=affiliate, name=after.name, email=after.email, by=scene.by, now=scene.now)
    if before.status != after.status:
        set_status(
            affiliate=affiliate,
            status=after.status,
            from_day=scene.today,
            reason="Configuration document",
            by=scene.by,
            now=scene.now,
        )
    if before.parent != after.parent:
        parent = None if after.parent is None else find(after.parent, scene)
        set_parent(affiliate=affiliate, parent=parent, from_day=scene.today, by=scene.by, now=scene.now)


SECTION = Section("affiliates", read, stored, each(add), change)
