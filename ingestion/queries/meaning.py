"""A brand's configuration as rules read it."""

import threading
from dataclasses import replace
from typing import Literal, NamedTuple, cast

from brands.models import Brand
from ingestion.models import Alias, Event, Kpi
from ingestion.models.configuration import AliasKind
from ingestion.rules import standard
from ingestion.rules.meaning import IdentityRule, Meaning


class Settings(NamedTuple):
    """The columns of a brand that decide what its records mean."""

    vertical: str
    timezone: str
    default_currency: str | None
    unknown_customer: str


class MeaningCache:
    """The present meaning of each brand, one of these in each process.

    A copy is used only while the brand's `meaning_version` is the one it was made under.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[int, tuple[int, Settings, Meaning]] = {}

    def get(self, *, brand_id: int, version: int, settings: Settings) -> Meaning:
        """Return the meaning of a brand whose version and settings were just read; read it when it is not known."""
        known = self._known.get(brand_id)
        if known is not None and known[:2] == (version, settings):
            return known[2]
        meaning = read_meaning(brand_id=brand_id, settings=settings)
        with self._lock:
            self._known[brand_id] = (version, settings, meaning)
        return meaning


meanings = MeaningCache()


def present_meaning(*, brand: Brand) -> Meaning:
    """Return what the brand's records mean now, inside its `tenant()`."""
    version, *settings = Brand.objects.values_list("meaning_version", *Settings._fields).get(pk=brand.pk)
    return meanings.get(brand_id=brand.pk, version=version, settings=Settings(*settings))


def read_meaning(*, brand_id: int, settings: Settings) -> Meaning:
    """Read the meaning of a brand from its tables, whatever is cached."""
    aliases: dict[str, dict[str, str]] = {kind: {} for kind in AliasKind.values}
    for kind, alias, target in Alias.objects.filter(brand=brand_id).values_list("kind", "alias", "target"):
        aliases[kind][alias] = target
    bare = Meaning(
        vertical=settings.vertical,
        timezone=settings.timezone,
        default_currency=settings.default_currency,
        unknown_customer=cast(Literal["park", "reject"], settings.unknown_customer),
    )
    return replace(
        bare,
        kpis=tuple(
            standard.Kpi(name, cast(Literal["money", "count"], unit))
            for name, unit in Kpi.objects.filter(brand=brand_id).order_by("id").values_list("name", "unit")
        ),
        events={
            name: cast(IdentityRule, identity)
            for name, identity in Event.objects.filter(brand=brand_id).values_list("name", "identity")
        },
        event_aliases=aliases[AliasKind.EVENT],
        status_aliases=aliases[AliasKind.STATUS],
        product_aliases=aliases[AliasKind.PRODUCT],
        field_aliases=aliases[AliasKind.FIELD],
    )
