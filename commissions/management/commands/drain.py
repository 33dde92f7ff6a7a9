from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from attribution import services as attribution
from brands.management.arguments import brand_of
from brands.models import Brand
from commissions.services import follow_up as commissions


class Command(BaseCommand):
    """Do all waiting follow-up work of all stages at once, and return when nothing waits."""

    help = "Follow up everything that waits: attribution, sums and commissions, of one brand or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="the brand's slug; without it every brand's work is done")

    def handle(self, *args: Any, slug: str | None, **options: Any) -> None:
        brands = list(Brand.objects.order_by("id")) if slug is None else [brand_of(slug)]
        for brand in brands:
            now = timezone.now()
            followed = attribution.drain(brand_id=brand.id, now=now)
            if brand.id in attribution.brands_to_resolve():
                attribution.resolve_again(brand_id=brand.id, now=now)
            computed = commissions.drain(brand_id=brand.id, now=now)
            self.stdout.write(
                f"{brand.slug}: {followed.deliveries} deliveries followed up, {followed.attributed} customers "
                f"attributed, {computed.affiliates} affiliates computed, {computed.written.lines} lines changed"
            )
