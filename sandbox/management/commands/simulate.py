from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from brands.models import Brand
from brands.services import IssuedToken, issue_token, revoke_token
from sandbox.loading import Loader
from sandbox.sending import Platform, PlatformRefused
from sandbox.worlds import VISITORS_A_DAY, world_of
from track360.lib.tenancy import tenant

BY = "simulate"


class Command(BaseCommand):
    """Send made-up traffic of the last days to the running platform, as a brand's servers would."""

    help = "Give a brand believable traffic through its links, campaigns and promo codes. The same seed sends the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the brand's slug")
        parser.add_argument("--days", type=int, default=30, help="how many days, up to now (30)")
        parser.add_argument("--visitors", type=int, default=VISITORS_A_DAY, help="on a usual day, by all links (150)")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other traffic (1)")
        parser.add_argument("--base-url", default=settings.BASE_URL, help="where the platform listens")
        parser.add_argument("--token", help="a brand token; without one, one is issued and revoked afterwards")

    def handle(self, *args: Any, **options: Any) -> None:
        brand = Brand.objects.filter(slug=options["slug"]).first()
        if brand is None:
            raise CommandError(f"There is no brand {options['slug']}.")
        if options["days"] < 1 or options["visitors"] < 0:
            raise CommandError("--days is 1 or more, --visitors 0 or more.")
        issued = None if options["token"] else self._issue(brand)
        try:
            self._simulate(brand, token=issued.secret if issued else options["token"], options=options)
        except PlatformRefused as error:
            raise CommandError(str(error)) from error
        finally:
            if issued is not None:
                with tenant(brand.id):
                    revoke_token(token=issued.token, by=BY, now=timezone.now())

    def _issue(self, brand: Brand) -> IssuedToken:
        with tenant(brand.id):
            return issue_token(brand=brand, by=BY, now=timezone.now(), label=BY)

    def _simulate(self, brand: Brand, *, token: str, options: dict[str, Any]) -> None:
        now = timezone.now()
        first = now.astimezone(brand.zone).date() - timedelta(days=options["days"] - 1)
        world = world_of(brand=brand, seed=options["seed"], visitors=options["visitors"])
        platform = Platform(base_url=options["base_url"], token=token)
        Loader(brand=brand, world=world, platform=platform, say=self.stdout.write).load(first=first, now=now)
        counts = platform.counts
        self.stdout.write(f"{counts.accepted} accepted, {counts.duplicates} duplicates, {counts.rejected} rejected")
