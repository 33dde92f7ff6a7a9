"""YAML in and out, without its surprises.

Only null, true, false, whole numbers and days are anything but text: `NO` is a country, `1.10` keeps its digits, and
nothing is ever a float. A key that stands twice, an anchor or a tag is refused rather than interpreted.
"""

import re
from datetime import date
from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node, ScalarNode

from track360.lib.problems import Invalid

MAX_CHARACTERS = 5_000_000

_NULL, _BOOL, _INT, _DAY = (f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "timestamp"))


class DocumentRefused(Invalid):
    """The configuration document cannot be used. The message begins with the path of what is wrong."""

    code = "invalid_document"


class _Loader(yaml.SafeLoader):
    """Reads the few types named above and refuses the rest."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event: yaml.events.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None):
            raise yaml.YAMLError("anchors and references are not used here")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, ScalarNode):
                raise ConstructorError(None, None, "a key must be a word", key.start_mark)
            if key.value in seen:
                raise ConstructorError(None, None, f"the key {key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
            key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep=True)

    def construct_day(self, node: ScalarNode) -> date:
        try:
            return date.fromisoformat(node.value)
        except ValueError:
            raise ConstructorError(None, None, f"there is no day {node.value}", node.start_mark) from None


for _first, _tag, _pattern in (
    (["~", "n", ""], _NULL, r"(~|null|)$"),
    (["t", "f"], _BOOL, r"(true|false)$"),
    (list("-0123456789"), _INT, r"(-?(0|[1-9][0-9]*))$"),
    (list("0123456789"), _DAY, r"([0-9]{4}-[0-9]{2}-[0-9]{2})$"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern, re.ASCII), _first)
_Loader.add_constructor(_DAY, _Loader.construct_day)


class _Dumper(yaml.SafeDumper):
    """Writes what the loader reads; the same object twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def load(text: str) -> Any:
    """Read a document. Raises DocumentRefused with line and column."""
    if len(text) > MAX_CHARACTERS:
        raise DocumentRefused("The document is longer than any configuration.")
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader with less in it
    except yaml.MarkedYAMLError as error:
        where = (
            f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}" if error.problem_mark else ""
        )
        raise DocumentRefused(f"{where}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise DocumentRefused(f"The document is no YAML that is used here: {error}") from error


def dump(document: Any) -> str:
    """Write a document; objects without further structure stand on one line."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
