"""Adding a brand: the one form that belongs to no brand yet."""

from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from brands import services
from brands.desk.forms import CurrencyField, OperatorForm, TimeZoneField
from brands.models import Brand, User
from brands.models.brand import Vertical
from track360.lib.problems import Problem


class NewBrandForm(OperatorForm):
    name = forms.CharField(max_length=100)
    slug = forms.CharField(max_length=50, help_text="Its name in commands, in lower case; it never changes.")
    vertical = forms.ChoiceField(
        choices=Vertical.choices, help_text="Decides the KPIs it begins with. It never changes."
    )
    reporting_currency = CurrencyField(initial="EUR")
    timezone = TimeZoneField(label="Time zone", initial="UTC", help_text="Decides its days and months.")
    landing_url = forms.URLField(
        assume_scheme="https", required=False, max_length=500, label="Landing page", help_text="Where links lead."
    )


def add_brand(request: HttpRequest, form: NewBrandForm) -> Brand | None:
    """Create the brand that was filled in; None, with the error in the form, if it cannot be."""
    if not form.is_valid():
        return None
    settings: dict[str, Any] = dict(form.cleaned_data)
    try:
        return services.create_brand(**settings, by=cast(User, request.user), now=timezone.now())
    except Problem as problem:
        form.refuse(problem)
        return None
