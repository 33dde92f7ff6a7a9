from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from brands.management.arguments import COMMAND_LINE, add_brand, brand_of, print_json
from commissions.services import close_period
from track360.lib.periods import NotAPeriod, Period
from track360.lib.problems import Conflict
from track360.lib.tenancy import tenant


class Command(BaseCommand):
    """Close a brand's month: follow up what waits and post its lines to the ledger, once and for good."""

    help = "Close a month of a brand, the earliest open one. There is no re-opening."

    def add_arguments(self, parser: CommandParser) -> None:
        add_brand(parser)
        parser.add_argument("period", help="the month, YYYY-MM")

    def handle(self, *args: Any, slug: str, period: str, **options: Any) -> None:
        brand = brand_of(slug)
        try:
            month = Period.parse(period)
            with tenant(brand.id):
                closed = close_period(brand=brand, period=month, by=COMMAND_LINE, now=timezone.now())
        except (NotAPeriod, Conflict) as error:
            raise CommandError(str(error)) from error
        print_json(
            self.stdout,
            {"brand": brand.slug, "period": closed.period, "entries": closed.entries, "sha256": closed.sha256},
        )
