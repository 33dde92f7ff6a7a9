"""Naming a person who is to log in: by his address, with an account made for him if he has none."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from brands.desk.forms import BrandForm
from brands.models import User


class PersonForm(BrandForm):
    """A person by his e-mail address. An account that exists stays as it is."""

    email = forms.EmailField(label="E-mail", help_text="He logs in with it.")
    name = forms.CharField(max_length=100, required=False, help_text="For a new account.")
    password = forms.CharField(
        max_length=128,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="For a new account. Empty: he sets one himself through “Set a new password”.",
    )

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if password:
            validate_password(password)
        return password


def person_of(data: dict[str, Any]) -> User:
    """Return whoever has the address that was filled in, or a new account for it."""
    found = User.objects.filter(email__iexact=data["email"]).first()
    return found or User.objects.create_user(data["email"], data["password"] or None, name=data["name"])
