from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sandbox import demo
from sandbox.sending import PlatformRefused


class Command(BaseCommand):
    """Fill the running platform with two demo brands; running it again adds what has happened since."""

    help = "Make the demo brands, their credentials and logins, and send months of traffic to the running platform."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--state", type=Path, required=True, help="where to write addresses, tokens and logins")
        parser.add_argument("--base-url", default=settings.BASE_URL, help="where the platform listens")

    def handle(self, *args: Any, state: Path, base_url: str, **options: Any) -> None:
        now = timezone.now()
        brands = demo.set_up(state=state, base_url=base_url, now=now)
        self._say(f"Brands, credentials and logins are in {state}")
        for each in brands:
            demo.fill_rates(brand=each.brand, now=now)
        try:
            for each in brands:
                demo.load_history(demo=each, base_url=base_url, now=now, say=self._say)
                demo.close_history(brand=each.brand, now=now, say=self._say)
                demo.find_duplicate(brand=each.brand, now=now, say=self._say)
        except PlatformRefused as error:
            raise CommandError(str(error)) from error

    def _say(self, text: str) -> None:
        self.stdout.write(f"Demo: {text}")
        self.stdout.flush()
