"""Tags and filters of the operators' pages."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers, results
from django.contrib.admin.views.main import ChangeList
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from brands.desk import columns

register = template.Library()


@register.filter
def amount(value: Decimal | None, currency: str = "") -> SafeString | str:
    """Write an amount with its currency: `{{ line.amount|amount:line.currency }}`."""
    return columns.amount(value, currency)


@register.filter
def thousands(value: int) -> str:
    """Write a count with its thousands separated."""
    return f"{value:,}"


@register.filter
def page_url(cl: ChangeList, step: int) -> str:
    """Return the address of the page so many pages further in a list."""
    return cl.get_query_string({"p": cl.page_num + step})


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """Write a moment with its time zone."""
    return columns.moment(value)


@register.filter
def chip(state: str, label: str = "") -> SafeString:
    """Write a state as a coloured word."""
    return columns.chip(str(state), str(label))


@register.simple_tag
def list_headers(cl: ChangeList) -> list[dict[str, Any]]:
    """Return the headings of a list's columns."""
    return list(result_headers(cl))


@register.simple_tag
def list_rows(cl: ChangeList) -> Iterator[SafeString]:
    """Yield the rows of a list, each cell with its column's name, so that a phone can show a row as a card."""
    labels = [str(header["text"]) for header in result_headers(cl)]
    for row in results(cl):
        cells = []
        for label, cell in zip(labels, row, strict=True):
            opening = cell.split(">", 1)[0]
            tag = opening[1:3]
            name = conditional_escape(label[:1].upper() + label[1:]) if "checkbox" not in label else ""
            cells.append(cell.replace(f"<{tag}", f'<{tag} data-label="{name}"', 1))
        yield mark_safe("".join(cells))  # noqa: S308 - cells are rendered by Django's admin, which escapes them
