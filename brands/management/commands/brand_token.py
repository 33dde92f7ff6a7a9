from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from brands.management.arguments import COMMAND_LINE, add_brand, brand_of, print_json
from brands.services import issue_token
from track360.lib.tenancy import tenant


class Command(BaseCommand):
    """Issue a token for a brand's servers and print it; it cannot be shown again."""

    help = "Issue a brand token (x-api-key). It is printed once and stored as a hash."

    def add_arguments(self, parser: CommandParser) -> None:
        add_brand(parser)
        parser.add_argument("--label", default="", help="what it is for, to tell it from others")

    def handle(self, *args: Any, slug: str, label: str, **options: Any) -> None:
        brand = brand_of(slug)
        with tenant(brand.id):
            issued = issue_token(brand=brand, by=COMMAND_LINE, now=timezone.now(), label=label)
        print_json(self.stdout, {"brand": brand.slug, "token": issued.secret, "label": label})
