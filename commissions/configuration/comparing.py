"""What differs between two documents, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commissions.configuration.document import Document
from commissions.configuration.sections import SECTIONS


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that two documents state differently; the one that does not state it has None."""

    section: str
    key: str
    before: Any
    after: Any

    @property
    def is_kept(self) -> bool:
        """Tell whether it is configured and the document does not mention it; applying leaves such things alone."""
        return self.after is None

    def __str__(self) -> str:
        name = f"{self.section} {self.key}"
        if self.before is None:
            return f"+ {name}: {_short(self.after.plain())}"
        if self.after is None:
            return f"= {name}: not in the document, stays as it is"
        before, after = self.before.plain(), self.after.plain()
        differing = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        return "\n".join(f"~ {name}.{key}: {_short(before.get(key))} → {_short(after.get(key))}" for key in differing)


def compare(*, present: Document, wanted: Document) -> list[Change]:
    """List what applying `wanted` would add, change and keep, in the order in which it would be done."""
    return list(_changes(present, wanted))


def _changes(present: Document, wanted: Document) -> Iterator[Change]:
    for section in SECTIONS:
        stored, stated = present.sections[section.name], wanted.sections[section.name]
        for key, item in stated.items():
            if stored.get(key) != item:
                yield Change(section.name, key, stored.get(key), item)
        for key, item in stored.items():
            if key not in stated:
                yield Change(section.name, key, item, None)


def _short(value: Any) -> str:
    """Write a value on one line, as the document would."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_short(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_short, value)) + "]"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case _:
            return str(value)
