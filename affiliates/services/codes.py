"""The names under which affiliates, campaigns, links and promo codes are known outside."""

from django.db import models

from affiliates.rules.codes import is_code
from brands.models import Brand
from track360.lib.problems import Conflict, Invalid


class CodeInvalid(Invalid):
    """code: A code has 1 to 50 letters, digits, dots, hyphens, underscores or tildes."""

    code = "invalid_code"


class CodeTaken(Conflict):
    """The code is taken. Choose another one."""

    code = "code_taken"


def check_code(code: str) -> None:
    """Raise CodeInvalid unless the code can stand in addresses and tracking data."""
    if not is_code(code):
        raise CodeInvalid


def check_free(*, model: type[models.Model], brand: Brand, **code: str) -> None:
    """Raise CodeTaken when the brand has a row with this code. The table's constraint has the last word."""
    if model._default_manager.filter(brand=brand, **code).exists():
        taken = next(iter(code.values()))
        raise CodeTaken(f"code: The code {taken} is taken. Choose another one.")
