"""Whose a customer is: a pure function of what was sent and what is known under the brand (wire.md, Attribution)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from attribution.rules import patterns, tokens

Status = Literal["pending", "declined", "active", "suspended", "blocked"]

# commissions.md 12: whose new registrations count.
ACCEPTING: frozenset[Status] = frozenset({"active", "suspended"})


@dataclass(frozen=True, slots=True)
class StatusSince:
    """A status and the day it began; None is the beginning of time."""

    since: date | None
    status: Status


@dataclass(frozen=True, slots=True)
class KnownAffiliate:
    """An affiliate with his dated statuses, earliest first."""

    id: int
    code: str
    statuses: tuple[StatusSince, ...]

    def status_on(self, day: date) -> Status:
        """Return the status of `day`; days before the first status have the first one."""
        current = self.statuses[0].status
        for entry in self.statuses:
            if entry.since is not None and entry.since > day:
                break
            current = entry.status
        return current


@dataclass(frozen=True, slots=True)
class KnownCampaign:
    """A campaign and the affiliate it belongs to."""

    id: int
    code: str
    affiliate: int


@dataclass(frozen=True, slots=True)
class KnownPointer:
    """What a link or a promo code points to."""

    affiliate: int
    campaign: int | None


@dataclass(frozen=True, slots=True)
class KnownPromoCode:
    """What a promo code points to, from its first day through its last; None is no bound."""

    code: str
    pointer: KnownPointer
    starts_on: date | None = None
    ends_on: date | None = None

    def is_in_force(self, day: date) -> bool:
        """Tell whether customers who register on that day are attributed by it."""
        return (self.starts_on or date.min) <= day <= (self.ends_on or date.max)


@dataclass(frozen=True, slots=True)
class Directory:
    """All that is known under one brand when a decision is made. Built by `directory`."""

    affiliates: Mapping[str, KnownAffiliate]
    affiliates_by_id: Mapping[int, KnownAffiliate]
    campaigns: Mapping[str, KnownCampaign]
    campaign_owners: Mapping[str, str]
    links: Mapping[int, KnownPointer]
    promo_codes: Mapping[str, tuple[KnownPromoCode, ...]]
    patterns: tuple[patterns.Pattern, ...]
    default_affiliate: int | None
    strict: bool
    window: timedelta | None
    keys: tokens.TokenKeys


def directory(
    *,
    affiliates: Iterable[KnownAffiliate],
    campaigns: Iterable[KnownCampaign],
    links: Mapping[int, KnownPointer],
    promo_codes: Iterable[KnownPromoCode],
    tracking_patterns: Sequence[str],
    default_affiliate: int | None,
    strict: bool,
    window_days: int | None,
    keys: tokens.TokenKeys,
) -> Directory:
    """Arrange what is known for quick answers. Links are known by number, all else by the brand's own codes.

    Raises patterns.PatternInvalid.
    """
    by_id = {affiliate.id: affiliate for affiliate in affiliates}
    known = {campaign.code: campaign for campaign in campaigns}
    words: dict[str, tuple[KnownPromoCode, ...]] = {}
    for promo_code in promo_codes:
        word = promo_code.code.casefold()
        words[word] = (*words.get(word, ()), promo_code)
    return Directory(
        affiliates={affiliate.code: affiliate for affiliate in by_id.values()},
        affiliates_by_id=by_id,
        campaigns=known,
        campaign_owners={code: by_id[campaign.affiliate].code for code, campaign in known.items()},
        links=links,
        promo_codes=words,
        patterns=patterns.most_specific_first([patterns.parse(source) for source in tracking_patterns]),
        default_affiliate=default_affiliate,
        strict=strict,
        window=None if window_days is None else timedelta(days=window_days),
        keys=keys,
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one record of the brand said about where its customer came from. All of it may be missing."""

    tracking_data: str | None = None
    click_id: str | None = None
    affiliate_id: str | None = None
    campaign_id: str | None = None
    promo_code: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """The moment a customer registered, and its day in the brand's time zone."""

    at: datetime
    on: date


class Source(StrEnum):
    """The kinds of evidence, strongest first."""

    TRACKING_DATA = "tracking_data"
    CLICK_ID = "click_id"
    EXPLICIT = "affiliate_id"
    PROMO_CODE = "promo_code"
    PATTERN = "pattern"
    DEFAULT = "default_affiliate"


class Reason(StrEnum):
    """What became of a candidate."""

    WON = "won"
    OUTRANKED = "outranked"
    NOT_GENUINE = "not_genuine"
    NOT_MINTED = "not_minted"
    UNKNOWN_LINK = "unknown_link"
    OUTSIDE_WINDOW = "outside_window"
    UNKNOWN_AFFILIATE = "unknown_affiliate"
    UNKNOWN_CAMPAIGN = "unknown_campaign"
    UNKNOWN_PROMO_CODE = "unknown_promo_code"
    PROMO_CODE_NOT_IN_FORCE = "promo_code_not_in_force"
    AMBIGUOUS_AFFILIATE = "ambiguous_affiliate"
    NO_MATCH = "no_match"
    AFFILIATE_PENDING = "affiliate_pending"
    AFFILIATE_DECLINED = "affiliate_declined"
    AFFILIATE_BLOCKED = "affiliate_blocked"


class Flag(StrEnum):
    """What an operator should know about a candidate, whatever became of it."""

    UNSIGNED = "unsigned"
    UNKNOWN_AFFILIATE = "unknown_affiliate"
    UNKNOWN_CAMPAIGN = "unknown_campaign"
    FOREIGN_CAMPAIGN = "foreign_campaign"
    AMBIGUOUS_CAMPAIGN = "ambiguous_campaign"
    CLICK_AFTER_REGISTRATION = "click_after_registration"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One claim on a customer: where it stood, whom it named, and why it won or did not."""

    evidence: int
    source: Source
    value: str
    reason: Reason
    affiliate: int | None = None
    campaign: int | None = None
    link: int | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The winner, if any, and every candidate in the order they were asked."""

    winner: Candidate | None
    candidates: tuple[Candidate, ...] = field(default=())


def decide(*, directory: Directory, evidence: Sequence[Evidence], registration: Registration) -> Decision:
    """Attribute a customer: records in the order they came, and within each the strongest source that resolves.

    A customer of whom nothing was said is one record that says nothing: the default affiliate's, if there is one.
    Nothing is ever refused; what does not resolve is a candidate with its reason.
    """
    winner: Candidate | None = None
    asked: list[Candidate] = []
    for number, record in enumerate(evidence or (Evidence(),)):
        for claim in _claims(directory, number, record, registration):
            candidate = claim if winner is None or claim.reason is not Reason.WON else _outranked(claim)
            if candidate.reason is Reason.WON:
                winner = candidate
            asked.append(candidate)
    return Decision(winner=winner, candidates=tuple(asked))


def _outranked(claim: Candidate) -> Candidate:
    return replace(claim, reason=Reason.OUTRANKED)


def _claims(known: Directory, number: int, record: Evidence, registration: Registration) -> Iterator[Candidate]:
    minted = record.tracking_data is not None and tokens.looks_minted(record.tracking_data)
    if record.tracking_data is not None and (minted or known.strict):
        yield _token(known, number, Source.TRACKING_DATA, record.tracking_data, registration)
    if record.click_id is not None:
        yield _token(known, number, Source.CLICK_ID, record.click_id, registration)
    if record.affiliate_id is not None or record.campaign_id is not None:
        yield _explicit(known, number, record.affiliate_id, record.campaign_id, registration)
    if record.promo_code is not None:
        yield _promo_code(known, number, record.promo_code, registration)
    if record.tracking_data is not None and not minted and not known.strict:
        yield _pattern(known, number, record.tracking_data, registration)
    if known.default_affiliate is not None:
        default = Candidate(number, Source.DEFAULT, "", Reason.WON)
        yield _judged(known, default, known.default_affiliate, None, registration)


def _judged(
    known: Directory, claim: Candidate, affiliate: int, campaign: int | None, registration: Registration
) -> Candidate:
    status = known.affiliates_by_id[affiliate].status_on(registration.on)
    reason = Reason.WON if status in ACCEPTING else Reason(f"affiliate_{status}")
    return replace(claim, reason=reason, affiliate=affiliate, campaign=campaign)


def _token(known: Directory, number: int, source: Source, value: str, registration: Registration) -> Candidate:
    claim = Candidate(number, source, value, Reason.WON)
    token = tokens.verify(keys=known.keys, value=value)
    if token is None:
        return replace(claim, reason=Reason.NOT_GENUINE if tokens.looks_minted(value) else Reason.NOT_MINTED)
    pointer = known.links.get(token.link)
    if pointer is None:
        return replace(claim, reason=Reason.UNKNOWN_LINK)
    claim = replace(claim, link=token.link, affiliate=pointer.affiliate, campaign=pointer.campaign)
    if token.clicked_at > registration.at:
        claim = replace(claim, flags=(Flag.CLICK_AFTER_REGISTRATION,))
    if known.window is not None and registration.at - token.clicked_at > known.window:
        return replace(claim, reason=Reason.OUTSIDE_WINDOW)
    return _judged(known, claim, pointer.affiliate, pointer.campaign, registration)


def _explicit(
    known: Directory, number: int, affiliate_id: str | None, campaign_id: str | None, registration: Registration
) -> Candidate:
    affiliate = None if affiliate_id is None else known.affiliates.get(affiliate_id)
    campaign = None if campaign_id is None else known.campaigns.get(campaign_id)
    flags: list[Flag] = []
    if affiliate_id is not None and affiliate is None:
        flags.append(Flag.UNKNOWN_AFFILIATE)
    if campaign_id is not None and campaign is None:
        flags.append(Flag.UNKNOWN_CAMPAIGN)
    if campaign is not None and affiliate is not None and campaign.affiliate != affiliate.id:
        flags.append(Flag.FOREIGN_CAMPAIGN)
        campaign = None
    value = " / ".join(part for part in (affiliate_id, campaign_id) if part is not None)
    claim = Candidate(number, Source.EXPLICIT, value, Reason.WON, flags=tuple(flags))
    owner = affiliate.id if affiliate is not None else campaign.affiliate if campaign is not None else None
    if owner is None:
        return replace(claim, reason=Reason.UNKNOWN_AFFILIATE if affiliate_id is not None else Reason.UNKNOWN_CAMPAIGN)
    return _judged(known, claim, owner, None if campaign is None else campaign.id, registration)


def _promo_code(known: Directory, number: int, code: str, registration: Registration) -> Candidate:
    promo_codes = known.promo_codes.get(code.casefold(), ())
    claim = Candidate(number, Source.PROMO_CODE, code, Reason.WON)
    pointer = next((one.pointer for one in promo_codes if one.is_in_force(registration.on)), None)
    if pointer is None:
        return replace(claim, reason=Reason.PROMO_CODE_NOT_IN_FORCE if promo_codes else Reason.UNKNOWN_PROMO_CODE)
    return _judged(known, claim, pointer.affiliate, pointer.campaign, registration)


def _pattern(known: Directory, number: int, value: str, registration: Registration) -> Candidate:
    claim = Candidate(number, Source.PATTERN, value, Reason.NO_MATCH, flags=(Flag.UNSIGNED,))
    why = patterns.Unread.NO_MATCH
    for pattern in known.patterns:
        reading = patterns.read(
            pattern=pattern, value=value, affiliates=known.affiliates, campaigns=known.campaign_owners
        )
        if isinstance(reading, patterns.Reading):
            campaign = None if reading.campaign is None else known.campaigns[reading.campaign].id
            dropped = () if reading.flag is None else (Flag(reading.flag),)
            affiliate = known.affiliates[reading.affiliate].id
            claim = replace(claim, flags=(Flag.UNSIGNED, *dropped))
            return _judged(known, claim, affiliate, campaign, registration)
        if why is patterns.Unread.NO_MATCH:
            why = reading
    return replace(claim, reason=Reason(why.value))
