"""The sections of the document, in the order in which they are read and applied: later ones refer to earlier ones."""

from commissions.configuration.sections import (
    affiliates,
    aliases,
    brand,
    campaigns,
    deals,
    defaults,
    events,
    exclusions,
    kpis,
    links,
    plans,
    profiles,
    promo_codes,
    rates,
)

SECTIONS = (
    brand.SECTION,
    kpis.SECTION,
    events.SECTION,
    aliases.SECTION,
    rates.SECTION,
    affiliates.SECTION,
    campaigns.SECTION,
    links.SECTION,
    promo_codes.SECTION,
    exclusions.SECTION,
    profiles.SECTION,
    plans.SECTION,
    defaults.SECTION,
    deals.SECTION,
)
