"""Event names the brand has agreed on, each with what makes two of its records the same."""

from dataclasses import asdict, dataclass
from typing import Any

from commissions.configuration.section import Declared, Items, Scene, Section, choice, keyed, readers, text
from commissions.engine.terms.reading import Reader
from ingestion.models import Event
from ingestion.models.configuration import Identity
from ingestion.rules.names import fold
from ingestion.services import SaveEvent, configure


@dataclass(frozen=True, slots=True)
class AgreedEvent:
    """One event name and its identity rule."""

    name: str
    identity: str

    def plain(self) -> dict[str, Any]:
        """Return the event in the document's words."""
        return asdict(self)


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of events."""
    items: Items = {}
    for reader in readers(document, "events"):
        event = AgreedEvent(
            name=text(reader, "name"), identity=choice(reader, "identity", Identity.values, Identity.AUTOMATIC)
        )
        reader.finish()
        keyed(items, fold(event.name), event, reader.path)
    return dict(sorted(items.items()))


def stored(scene: Scene) -> Items:
    """Return the agreed events."""
    rows = Event.objects.filter(brand=scene.brand).values_list("folded", "name", "identity")
    return {folded: AgreedEvent(name, identity) for folded, name, identity in sorted(rows)}


def add(items: list[AgreedEvent], scene: Scene) -> None:
    """Know these events; parked records of theirs become live."""
    changes = [SaveEvent(item.name, item.identity) for item in items]
    configure(brand=scene.brand, changes=changes, by=scene.by, now=scene.now)


def change(before: AgreedEvent, after: AgreedEvent, scene: Scene) -> None:
    """Change an event's identity rule, as long as it has no records, or its spelling."""
    add([after], scene)


SECTION = Section("events", read, stored, add, change)
