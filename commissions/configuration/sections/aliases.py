"""Words the brand sends for things that have another name here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commissions.configuration.section import Declared, Items, Scene, Section, keyed, text
from commissions.engine.terms.reading import Reader
from ingestion.models import Alias
from ingestion.models.configuration import AliasKind
from ingestion.rules.names import fold
from ingestion.services import SaveAlias, configure

LONGEST = 128


@dataclass(frozen=True, slots=True)
class Word:
    """One word of one kind and what it means."""

    kind: str
    alias: str
    target: str

    def plain(self) -> dict[str, Any]:
        """Return the alias in the document's words."""
        return {self.alias: self.target}


def read(document: Reader, declared: Declared) -> Items:
    """Read the mapping of aliases by kind."""
    items: Items = {}
    value = document.value("aliases")
    if value is None:
        return items
    kinds = Reader(value, "aliases")
    for kind in AliasKind.values:
        words = kinds.value(kind)
        if isinstance(words, Mapping) or words is not None:
            reader = Reader(words, kinds.at(kind))
            for alias in words if isinstance(words, Mapping) else ():
                target = text(reader, alias, longest=LONGEST)
                keyed(items, _key(kind, alias), Word(kind=kind, alias=alias, target=target), reader.at(alias))
    kinds.finish()
    return dict(sorted(items.items()))


def _key(kind: str, alias: str) -> str:
    return f"{kind} {fold(alias)}"


def stored(scene: Scene) -> Items:
    """Return all aliases."""
    rows = Alias.objects.filter(brand=scene.brand).values_list("kind", "alias", "target")
    return {_key(kind, alias): Word(kind, alias, target) for kind, alias, target in sorted(rows, key=_order)}


def _order(row: tuple[str, str, str]) -> str:
    return _key(row[0], row[1])


def write(written: dict[str, Any], items: list[Word]) -> None:
    """Put the aliases into the document, by kind."""
    if items:
        written["aliases"] = {
            kind: {word.alias: word.target for word in items if word.kind == kind}
            for kind in AliasKind.values
            if any(word.kind == kind for word in items)
        }


def add(items: list[Word], scene: Scene) -> None:
    """Explain these words; parked records that they explain become live."""
    changes = [SaveAlias(item.kind, item.alias, item.target) for item in items]
    configure(brand=scene.brand, changes=changes, by=scene.by, now=scene.now)


def change(before: Word, after: Word, scene: Scene) -> None:
    """Let a word mean something else; its records are read again."""
    add([after], scene)


SECTION = Section("aliases", read, stored, add, change, write)
