from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from attribution.queries import verification
from brands.management.arguments import add_brand, brand_of
from brands.models import Brand
from commissions.services import verifying
from ingestion.services import verifying as records
from track360.lib.tenancy import tenant


class Command(BaseCommand):
    """Prove that what is shown equals what the brand sent: rebuild every stage and compare."""

    help = "Rebuild a brand from its stored deliveries and compare with what is stored. Drain first."

    def add_arguments(self, parser: CommandParser) -> None:
        add_brand(parser)

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        brand = brand_of(slug)
        with tenant(brand.id):
            with connection.cursor() as cursor:
                # All stages are looked at as they are in one moment, whatever is sent meanwhile.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            found = _found(brand)
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{brand.slug}: {len(found)} differences", returncode=1)
        self.stdout.write(f"{brand.slug}: zero differences")


def _found(brand: Brand) -> list[str]:
    """Return the differences of all stages, one line each."""
    return [
        *(f"{one.kind} {one.key}: {one.says}" for one in records.differences(brand=brand)),
        *(
            f"{one.table} {one.row}: stored {one.stored}; counted {one.counted}"
            for one in verification.differences(brand=brand)
        ),
        *(
            f"{one.table} {one.row}: stored {one.stored}; computed {one.wanted}"
            for one in verifying.differences(brand=brand, now=timezone.now())
        ),
    ]
