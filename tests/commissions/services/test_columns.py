"""Columns travel as PostgreSQL's array literals; whatever a text holds, it arrives as it is."""

import pytest
from django.db import connection

from commissions.services.writing import _column

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "texts",
    [
        ["", None, "cap"],
        ["a,b", 'say "x"', "back\\slash", "{", "}"],
        ["NULL", "null", "Null"],
        [" spaced ", "ß", "2026-03"],
    ],
)
def test_texts_arrive_as_they_are(texts):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(t ORDER BY n) FROM unnest(%s::text[]) WITH ORDINALITY AS u (t, n)", [_column(texts)]
        )
        assert cursor.fetchone() == (texts,)
