"""The brand itself and its settings."""

from dataclasses import asdict, dataclass
from typing import Any

from brands.models.brand import Tracking, UnknownCustomer, Vertical, standard_tracking_patterns
from commissions.configuration.section import (
    Declared,
    Items,
    Scene,
    Section,
    choice,
    optional_text,
    text,
    texts,
)
from commissions.engine.terms.reading import Reader, TermsRefused
from ingestion.rules.standard import KPIS
from ingestion.services import change_settings

# Settings of other sections that stand in the brand's mapping: they refer to what is declared after it.
DEFAULTS = ("default_plan", "default_affiliate")
REQUESTS_PER_MINUTE = 6000


@dataclass(frozen=True, slots=True)
class BrandSettings:
    """The brand's own settings; slug and vertical never change."""

    slug: str
    name: str
    vertical: str
    reporting_currency: str
    timezone: str
    default_currency: str | None
    landing_url: str
    landing_hosts: list[str]
    unknown_customer: str
    tracking: str
    attribution_window_days: int | None
    tracking_patterns: list[str]
    requests_per_minute: int

    def plain(self) -> dict[str, Any]:
        """Return the settings in the document's words."""
        settings = {**asdict(self), "landing_url": self.landing_url or None}
        if self.requests_per_minute == REQUESTS_PER_MINUTE:
            del settings["requests_per_minute"]
        return settings

    def changeable(self) -> dict[str, Any]:
        """Return what `change_settings` takes."""
        settings = asdict(self)
        del settings["slug"], settings["vertical"]
        return settings


def read(document: Reader, declared: Declared) -> Items:
    """Read the brand's mapping."""
    reader = Reader(document.value("brand"), "brand")
    settings = BrandSettings(
        slug=text(reader, "slug", longest=50),
        name=text(reader, "name"),
        vertical=choice(reader, "vertical", Vertical.values),
        reporting_currency=optional_text(reader, "reporting_currency", longest=3) or "EUR",
        timezone=optional_text(reader, "timezone", longest=64) or "UTC",
        default_currency=optional_text(reader, "default_currency", longest=3),
        landing_url=optional_text(reader, "landing_url", longest=500) or "",
        landing_hosts=[host.strip().lower() for host in texts(reader, "landing_hosts", [])],
        unknown_customer=choice(reader, "unknown_customer", UnknownCustomer.values, UnknownCustomer.PARK),
        tracking=choice(reader, "tracking", Tracking.values, Tracking.LENIENT),
        attribution_window_days=_whole(reader, "attribution_window_days"),
        tracking_patterns=texts(reader, "tracking_patterns", standard_tracking_patterns()),
        requests_per_minute=_whole(reader, "requests_per_minute") or REQUESTS_PER_MINUTE,
    )
    for name in DEFAULTS:
        reader.value(name)
    reader.finish()
    declared.vertical = settings.vertical
    declared.kpis = [kpi.name for kpi in KPIS[settings.vertical]]
    return {settings.slug: settings}


def _whole(reader: Reader, key: str) -> int | None:
    return None if reader.value(key) is None else reader.whole(key, minimum=1, maximum=2**31 - 1)


def stored(scene: Scene) -> Items:
    """Return the settings in force."""
    brand = scene.brand
    return {
        brand.slug: BrandSettings(
            slug=brand.slug,
            name=brand.name,
            vertical=brand.vertical,
            reporting_currency=brand.reporting_currency,
            timezone=brand.timezone,
            default_currency=brand.default_currency,
            landing_url=brand.landing_url,
            landing_hosts=list(brand.landing_hosts),
            unknown_customer=brand.unknown_customer,
            tracking=brand.tracking,
            attribution_window_days=brand.attribution_window_days,
            tracking_patterns=list(brand.tracking_patterns),
            requests_per_minute=brand.requests_per_minute,
        )
    }


def add(items: list[BrandSettings], scene: Scene) -> None:
    """Refuse: the brand exists before its configuration is applied."""
    for item in items:
        raise TermsRefused("brand.slug", f"this is the configuration of {item.slug}, not of {scene.brand.slug}")


def write(written: dict[str, Any], items: list[BrandSettings]) -> None:
    """Put the settings into the document."""
    written["brand"] = items[0].plain()


def change(before: BrandSettings, after: BrandSettings, scene: Scene) -> None:
    """Change the settings that differ."""
    if before.vertical != after.vertical:
        raise TermsRefused("brand.vertical", "a brand's vertical cannot change")
    was, becomes = before.changeable(), after.changeable()
    change_settings(
        brand=scene.brand,
        changes={name: value for name, value in becomes.items() if was[name] != value},
        by=scene.by,
        now=scene.now,
    )


SECTION = Section("brand", read, stored, add, change, write)
