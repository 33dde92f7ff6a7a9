"""Tracking patterns: values a brand or affiliate made up himself, `2001_1000_abcdefg` say, read as names.

A pattern value is a claim, not a proof: whoever knows an affiliate's code can write one (wire.md, Attribution).
Splits are kept as bit masks of positions, so that fifty underscores cost no more than fifty letters.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

MAX_VALUE = 50
MAX_PATTERN = 200
PLACEHOLDERS = ("affiliate", "campaign", "click", "creative", "sub1", "sub2", "sub3", "sub4", "sub5")
_PIECE = re.compile(r"\{([a-z0-9]+)\}|([^{}]+)")


class PatternInvalid(ValueError):
    """The pattern cannot be used; the message says why, for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that must stand there as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Any non-empty text, under a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern ready to be matched. `texts` are its fixed pieces, `literal` is how many characters they have."""

    source: str
    parts: tuple[Text | Placeholder, ...]
    texts: tuple[str, ...]
    literal: int

    def index(self, name: str) -> int | None:
        """Return where the placeholder `name` stands among the parts."""
        return next((i for i, part in enumerate(self.parts) if part == Placeholder(name)), None)


class Unread(StrEnum):
    """Why a pattern says nothing about a value."""

    NO_MATCH = "no_match"
    UNKNOWN_AFFILIATE = "unknown_affiliate"
    AMBIGUOUS = "ambiguous_affiliate"


CampaignFlag = Literal["unknown_campaign", "foreign_campaign", "ambiguous_campaign"]


@dataclass(frozen=True, slots=True)
class Reading:
    """The one known affiliate a value names, its campaign if it names one of his, else why the campaign was dropped."""

    affiliate: str
    campaign: str | None
    flag: CampaignFlag | None


@lru_cache(maxsize=4096)
def parse(source: str) -> Pattern:
    """Read a pattern such as `{campaign}_{affiliate}_{click}`.

    Raises PatternInvalid for stray braces, unknown or repeated placeholders, and for one that names nobody.
    """
    if not 0 < len(source) <= MAX_PATTERN:
        raise PatternInvalid(f"a pattern has 1 to {MAX_PATTERN} characters")
    parts: list[Text | Placeholder] = []
    position = 0
    for piece in _PIECE.finditer(source):
        if piece.start() != position:
            break
        position = piece.end()
        parts.append(Placeholder(piece[1]) if piece[1] else Text(piece[2]))
    if position != len(source):
        raise PatternInvalid("braces only enclose a placeholder's name")
    names = [part.name for part in parts if isinstance(part, Placeholder)]
    for name in names:
        if name not in PLACEHOLDERS:
            raise PatternInvalid(f"no placeholder is called {{{name}}}; there are {', '.join(PLACEHOLDERS)}")
        if names.count(name) > 1:
            raise PatternInvalid(f"{{{name}}} stands in it more than once")
    if not {"affiliate", "campaign"} & set(names):
        raise PatternInvalid("it names neither an {affiliate} nor a {campaign}")
    texts = tuple(part.text for part in parts if isinstance(part, Text))
    return Pattern(source=source, parts=tuple(parts), texts=texts, literal=sum(map(len, texts)))


def most_specific_first(patterns: list[Pattern]) -> tuple[Pattern, ...]:
    """Order patterns so that the one with the most fixed text is asked first; equals stay in their order."""
    return tuple(sorted(patterns, key=lambda pattern: -pattern.literal))


def read(
    *, pattern: Pattern, value: str, affiliates: Mapping[str, object], campaigns: Mapping[str, str]
) -> Reading | Unread:
    """Say whom `value` names under `pattern`, trying every split.

    `affiliates` has the known affiliates' codes as keys; `campaigns` gives each known campaign's affiliate. The value
    is read if its splits name exactly one known affiliate. A campaign unknown or another affiliate's is dropped.
    """
    if not 0 < len(value) <= MAX_VALUE or any(text not in value for text in pattern.texts):
        return Unread.NO_MATCH
    splits = _Splits(pattern, value)
    if not splits.possible:
        return Unread.NO_MATCH
    affiliate_at, campaign_at = pattern.index("affiliate"), pattern.index("campaign")
    if affiliate_at is None:
        return _owner_of_campaign({value[a:b] for a, b in splits.spans(campaign_at or 0)}, affiliates, campaigns)
    spans = [(a, b) for a, b in splits.spans(affiliate_at) if value[a:b] in affiliates]
    names = {value[a:b] for a, b in spans}
    if len(names) != 1:
        return Unread.AMBIGUOUS if names else Unread.UNKNOWN_AFFILIATE
    (affiliate,) = names
    if campaign_at is None:
        return Reading(affiliate, None, None)
    together = {
        value[a:b]
        for a, b in splits.spans(campaign_at)
        if value[a:b] in campaigns and splits.together(campaign_at, (a, b), affiliate_at, spans)
    }
    mine = [campaign for campaign in together if campaigns[campaign] == affiliate]
    if len(mine) == 1:
        return Reading(affiliate, mine[0], None)
    if mine:
        return Reading(affiliate, None, "ambiguous_campaign")
    return Reading(affiliate, None, "foreign_campaign" if together else "unknown_campaign")


def _owner_of_campaign(
    named: set[str], affiliates: Mapping[str, object], campaigns: Mapping[str, str]
) -> Reading | Unread:
    owners = {campaigns[campaign] for campaign in named & campaigns.keys()} & affiliates.keys()
    if len(owners) != 1:
        return Unread.AMBIGUOUS if owners else Unread.UNKNOWN_AFFILIATE
    (owner,) = owners
    mine = [campaign for campaign in named if campaigns.get(campaign) == owner]
    return Reading(owner, mine[0], None) if len(mine) == 1 else Reading(owner, None, "ambiguous_campaign")


class _Splits:
    """All ways to cut one value along one pattern. Bit p of a mask stands for the position before character p."""

    __slots__ = ("after", "before", "full", "occurrences", "parts", "possible", "value")

    def __init__(self, pattern: Pattern, value: str) -> None:
        self.parts, self.value = pattern.parts, value
        self.full = (1 << (len(value) + 1)) - 1
        self.occurrences = {part.text: self._occurrences(part.text) for part in self.parts if isinstance(part, Text)}
        self.before = [1]
        for part in self.parts:
            self.before.append(self._forward(part, self.before[-1]))
        end = 1 << len(value)
        self.possible = bool(self.before[-1] & end)
        self.after = [end]
        for part in reversed(self.parts):
            self.after.append(self._backward(part, self.after[-1]))
        self.after.reverse()

    def _occurrences(self, text: str) -> int:
        mask, found = 0, self.value.find(text)
        while found >= 0:
            mask |= 1 << found
            found = self.value.find(text, found + 1)
        return mask

    def _forward(self, part: Text | Placeholder, mask: int) -> int:
        if isinstance(part, Text):
            return (mask & self.occurrences[part.text]) << len(part.text)
        lowest = mask & -mask
        return self.full & ~((lowest << 1) - 1) if mask else 0

    def _backward(self, part: Text | Placeholder, mask: int) -> int:
        if isinstance(part, Text):
            return (mask >> len(part.text)) & self.occurrences[part.text]
        return (1 << (mask.bit_length() - 1)) - 1 if mask else 0

    def spans(self, index: int) -> Iterator[tuple[int, int]]:
        """Yield where the placeholder at `index` can begin and end in some split."""
        ends = list(_positions(self.after[index + 1]))
        for start in _positions(self.before[index]):
            for end in ends:
                if end > start:
                    yield start, end

    def together(self, index: int, span: tuple[int, int], other: int, spans: list[tuple[int, int]]) -> bool:
        """Say whether one split gives `span` to the placeholder at `index` and one of `spans` to the one at `other`."""
        if index < other:
            reached = self._through(index + 1, other, span[1])
            return any(reached >> start & 1 for start, _ in spans)
        return any(self._through(other + 1, index, end) >> span[0] & 1 for _, end in spans)

    def _through(self, first: int, last: int, position: int) -> int:
        mask = 1 << position
        for part in self.parts[first:last]:
            mask = self._forward(part, mask)
        return mask


def _positions(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
