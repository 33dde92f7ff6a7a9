from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from brands.management.arguments import COMMAND_LINE, add_brand, brand_of, print_json
from brands.services import SettingRefused, create_client
from track360.lib.tenancy import tenant


class Command(BaseCommand):
    """Create an OAuth2 client for a brand's systems and print its secret; it cannot be shown again."""

    help = "Create an OAuth2 client (client credentials). Its secret is printed once and stored as a hash."

    def add_arguments(self, parser: CommandParser) -> None:
        add_brand(parser)
        parser.add_argument("--scope", default="read write", help='"read", "write" or "read write" (the default)')
        parser.add_argument("--name", default="", help="what it is for, to tell it from others")

    def handle(self, *args: Any, slug: str, scope: str, name: str, **options: Any) -> None:
        brand = brand_of(slug)
        try:
            with tenant(brand.id):
                issued = create_client(brand=brand, by=COMMAND_LINE, now=timezone.now(), name=name, scopes=scope)
        except SettingRefused as error:
            raise CommandError(error.detail) from error
        print_json(
            self.stdout,
            {
                "brand": brand.slug,
                "client_id": issued.application.client_id,
                "client_secret": issued.secret,
                "scope": issued.application.scopes,
            },
        )
