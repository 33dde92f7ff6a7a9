"""The document as a value: every section's items by key, whether read from YAML or from what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commissions.configuration import text
from commissions.configuration.section import Declared, Items, Scene
from commissions.configuration.sections import SECTIONS
from commissions.configuration.text import DocumentRefused
from commissions.engine.terms.reading import Reader, TermsRefused


@dataclass(frozen=True, slots=True)
class Document:
    """A whole configuration. Two documents that configure the same are equal."""

    sections: Mapping[str, Items]

    @property
    def slug(self) -> str:
        """Return which brand it configures."""
        return next(iter(self.sections["brand"]))

    def plain(self) -> dict[str, Any]:
        """Return it as YAML would hold it; empty sections are left out."""
        written: dict[str, Any] = {}
        for section in SECTIONS:
            items = list(self.sections[section.name].values())
            if section.write is not None:
                section.write(written, items)
            elif items:
                written[section.name] = [item.plain() for item in items]
        return written

    def as_yaml(self) -> str:
        """Write it as YAML."""
        return text.dump(self.plain())


# What is configured for a brand that does not exist.
NOTHING = Document(sections={section.name: {} for section in SECTIONS})


def read(yaml: str) -> Document:
    """Read a document. Raises DocumentRefused, beginning with the path of what is wrong."""
    content = text.load(yaml)
    declared = Declared()
    try:
        reader = Reader(content)
        sections = {section.name: section.read(reader, declared) for section in SECTIONS}
        reader.finish()
    except TermsRefused as error:
        raise DocumentRefused(str(error)) from error
    return Document(sections=sections)


def export(scene: Scene) -> Document:
    """Return what is configured for a brand now. Secrets are no part of it. Runs inside the brand's `tenant()`."""
    return Document(sections={section.name: section.stored(scene) for section in SECTIONS})
