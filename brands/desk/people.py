"""Naming a person who is to log in: by his address, with an account made for him if he has none."""

from typing import Any

from django import forms

from brands import services
from brands.desk.forms import BrandForm
from brands.desk.scope import Scope
from brands.models import User


class PersonForm(BrandForm):
    """A person by his e-mail address. An account that exists stays as it is."""

    email = forms.EmailField(
        label="E-mail",
        help_text="He signs in with it, and is written to there: a new account has no password until he sets one.",
    )
    name = forms.CharField(max_length=100, required=False, help_text="For a new account.")


def person_of(data: dict[str, Any], scope: Scope) -> User:
    """Return whoever has the address that was filled in, or a new account for it."""
    return services.open_account(
        email=data["email"], name=data["name"], brand=scope.brand, by=scope.user, now=scope.now
    )
