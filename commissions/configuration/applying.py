"""Making a brand's configuration what a document says, whole or not at all."""

from datetime import datetime

from django.db import connection, transaction

from attribution.services import lock_sums
from brands.models import Brand, User
from brands.services import create_brand
from commissions.configuration.comparing import Change, compare
from commissions.configuration.document import Document, export
from commissions.configuration.section import Scene
from commissions.configuration.sections import SECTIONS
from commissions.configuration.text import DocumentRefused
from commissions.engine.terms.reading import TermsRefused
from commissions.services.locks import lock_periods
from ingestion.rates.entering import seed_rates
from track360.lib.tenancy import tenant


class DocumentNotReached(Exception):
    """After applying, the configuration still differed from the document; everything was undone."""


def apply(*, document: Document, by: User | str, now: datetime) -> list[Change]:
    """Add and change what the document states and the brand has otherwise; create the brand when it is new.

    Returns what was added and changed, and what the document does not mention, which stays as it is: removing
    something belongs where its consequences are shown. Opens the brand's `tenant()` itself. Applying again changes
    nothing. Raises DocumentRefused, or what the service of the thing raises; then nothing has changed.
    """
    settings = next(iter(document.sections["brand"].values()))
    with transaction.atomic():
        present = Brand.objects.filter(slug=document.slug).first()
        if present is not None:
            # Before the brand's row, which whoever computes, closes or gives customers away comes to afterwards.
            lock_periods(brand_id=present.id)
            lock_sums(brand_id=present.id)
        # Records that are just being stored may refer to the row.
        brand = Brand.objects.select_for_update(no_key=True).filter(slug=document.slug).first()
        is_new = brand is None
        if brand is None:
            brand = create_brand(
                slug=settings.slug, vertical=settings.vertical, by=by, now=now, **settings.changeable()
            )
        with tenant(brand.id):
            changes = _apply(document, Scene(brand=brand, by=by, now=now))
            if is_new:
                # After the document's own rates, which the ECB's then leave alone.
                seed_rates(brand=brand, by=by, now=now)
        if is_new:
            changes.insert(0, Change("brand", settings.slug, None, settings))
    return changes


def _apply(document: Document, scene: Scene) -> list[Change]:
    with connection.cursor() as cursor:  # two documents at once would each see half of the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('commissions.configuration'), %s)", [scene.brand.id])
    changes = compare(present=export(scene), wanted=document)
    try:
        for section in SECTIONS:
            ours = [change for change in changes if change.section == section.name]
            added = [change.after for change in ours if change.before is None]
            if not section.changes_first:
                section.add(added, scene)
            for change in ours:
                if change.before is not None and change.after is not None:
                    section.change(change.before, change.after, scene)
            if section.changes_first:
                section.add(added, scene)
    except TermsRefused as error:
        raise DocumentRefused(str(error)) from error
    left = [change for change in compare(present=export(scene), wanted=document) if not change.is_kept]
    if left:
        raise DocumentNotReached("\n".join(map(str, left)))
    return changes
