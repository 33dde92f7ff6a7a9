"""Writing the difference between what is wanted and what is stored, many rows a statement."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from commissions.models import CarryState, Line, Qualification
from commissions.services.posting import LINE_COLUMNS
from commissions.services.storing import STANDING_COLUMNS, Store

AT_ONCE = 2_000


class WritingStore(Store):
    """Makes what is stored what is wanted."""

    def put_qualifications(
        self, gone: Sequence[Qualification], changed: Sequence[tuple[Qualification | None, Qualification]]
    ) -> None:
        """Replace qualifications."""
        self._remove(Qualification, gone)
        Qualification.objects.bulk_create(
            (row for _, row in changed),
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["brand", "affiliate", "component", "customer"],
            update_fields=list(STANDING_COLUMNS),
        )

    def put_lines(self, gone: Sequence[Line], changed: Sequence[tuple[Line | None, Line]]) -> None:
        """Replace provisional lines; posted ones are never among them."""
        self._remove(Line, gone)
        Line.objects.bulk_create(
            (row for _, row in changed),
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["brand", "key"],
            update_fields=[column for column in LINE_COLUMNS if column != "key"],
        )

    def put_states(self, gone: Sequence[CarryState], changed: Sequence[tuple[CarryState | None, CarryState]]) -> None:
        """Replace what months hand on."""
        self._remove(CarryState, gone)
        CarryState.objects.bulk_create(
            (row for _, row in changed),
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["brand", "affiliate", "plan", "component", "period"],
            update_fields=["state"],
        )

    def _remove(self, model: type[Model], rows: Sequence[Any]) -> None:
        for start in range(0, len(rows), AT_ONCE):
            numbers = [row.pk for row in rows[start : start + AT_ONCE]]
            model._default_manager.filter(brand=self.brand, pk__in=numbers).delete()
