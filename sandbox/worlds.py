"""What traffic a brand can get: read off its links, campaigns and promo codes."""

from affiliates.models import Campaign, PromoCode, Status, TrackingLink
from affiliates.queries import statuses_on
from brands.models import Brand
from sandbox.traffic.chance import around, dice
from sandbox.traffic.world import Source, World
from track360.lib.tenancy import tenant

SENDING = (Status.ACTIVE, Status.SUSPENDED)
VISITORS_A_DAY = 150
CODES_A_DAY = 0.5
VALUES_A_DAY = 0.25
STRANGERS_A_DAY = 0.6


def world_of(*, brand: Brand, seed: int, visitors: int = VISITORS_A_DAY) -> World:
    """Return a brand's world; `visitors` come by all its links together on a usual day. Opens its `tenant()`."""
    with tenant(brand.id):
        statuses = statuses_on(brand_id=brand.id, day=brand.created_at.date())
        sending = [affiliate for affiliate, status in statuses.items() if status in SENDING]
        ours = {"brand": brand, "affiliate__in": sending}
        links = sorted(TrackingLink.objects.filter(**ours, is_active=True).values_list("code", flat=True))
        codes = sorted(PromoCode.objects.filter(**ours).values_list("code", flat=True).distinct())
        campaigns = sorted(Campaign.objects.filter(**ours).values_list("code", "affiliate__code"))
    popularity = {link: around(dice(seed, brand.slug, "popularity", link), 1, 0.7) for link in links}
    each = visitors / max(1.0, sum(popularity.values()))
    return World(
        slug=brand.slug,
        vertical=brand.vertical,
        zone=brand.zone,
        seed=seed,
        sources=(
            *(Source("link", link, popularity[link] * each) for link in links),
            *(Source("promo_code", code, CODES_A_DAY) for code in codes),
            *(Source("pattern", f"{campaign}_{affiliate}_", VALUES_A_DAY) for campaign, affiliate in campaigns),
            Source("organic", "", STRANGERS_A_DAY),
        ),
    )
