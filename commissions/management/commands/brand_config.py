import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from brands.models import Brand
from commissions import configuration
from commissions.configuration.section import Scene
from track360.lib.problems import Problem
from track360.lib.tenancy import tenant

COMMAND_LINE = "command line"


class Command(BaseCommand):
    """Export a brand's configuration as a document, show what a document would change, or apply it."""

    help = "The whole configuration of a brand as one YAML document (docs/specification/commissions.md, 14)."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        export = what.add_parser("export", help="print the configuration of a brand; secrets are no part of it")
        export.add_argument("slug", help="the brand's slug")
        for name, explanation in (
            ("diff", "print what applying a document would change"),
            ("apply", "make the configuration what a document says, whole or not at all; a new brand is created"),
        ):
            parser_of_file = what.add_parser(name, help=explanation)
            parser_of_file.add_argument("file", help="the document; - for standard input")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        try:
            match what:
                case "export":
                    self._export(options["slug"])
                case "diff":
                    self._diff(_read(options["file"]))
                case _:
                    self._apply(_read(options["file"]))
        except (Problem, ValueError, configuration.DocumentNotReached) as error:
            raise CommandError(str(error)) from error

    def _export(self, slug: str) -> None:
        brand = Brand.objects.filter(slug=slug).first()
        if brand is None:
            raise CommandError(f"There is no brand {slug}.")
        self.stdout.write(_stored(brand).as_yaml(), ending="")

    def _diff(self, document: configuration.Document) -> None:
        brand = Brand.objects.filter(slug=document.slug).first()
        present = configuration.NOTHING if brand is None else _stored(brand)
        self._tell(configuration.compare(present=present, wanted=document), none="No difference.")

    def _apply(self, document: configuration.Document) -> None:
        changes = configuration.apply(document=document, by=COMMAND_LINE, now=timezone.now())
        self._tell(changes, none="Nothing to change.")

    def _tell(self, changes: list[configuration.Change], *, none: str) -> None:
        for change in changes:
            self.stdout.write(str(change))
        if all(change.is_kept for change in changes):
            self.stdout.write(none)


def _read(file: str) -> configuration.Document:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    return configuration.read(text)


def _stored(brand: Brand) -> configuration.Document:
    with tenant(brand.id):
        return configuration.export(Scene(brand=brand, by=COMMAND_LINE, now=timezone.now()))
