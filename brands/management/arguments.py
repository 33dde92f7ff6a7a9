"""What the commands of a brand have in common."""

import json

from django.core.management.base import CommandError, CommandParser, OutputWrapper

from brands.models import Brand

COMMAND_LINE = "command line"


def add_brand(parser: CommandParser) -> None:
    """Ask for the brand's slug."""
    parser.add_argument("slug", help="the brand's slug")


def brand_of(slug: str) -> Brand:
    """Return the brand with this slug, or end the command."""
    brand = Brand.objects.filter(slug=slug).first()
    if brand is None:
        raise CommandError(f"There is no brand {slug}.")
    return brand


def print_json(out: OutputWrapper, content: dict[str, object]) -> None:
    """Print one JSON object on one line."""
    out.write(json.dumps(content, ensure_ascii=False))
