"""A delivery's page shows what it brought page by page, and leads to the record somebody looks for."""

import pytest

from ingestion.dialects import push
from ingestion.models import Delivery
from tests.admin.house import activity
from track360.lib.tenancy import tenant


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", [0, 1]),
        ("?page=2", [2, 3]),
        ("?record=4", [4]),
        ("?record=1", [0, 1]),
        ("?record=4&page=2", [2, 3]),
        ("?record=99", [4]),
        ("?record=-1", [0, 1]),
        ("?record=x", [0, 1]),
        ("?page=0", [4]),
    ],
)
def test_delivery_shows_its_records_page_by_page(house, owner, monkeypatch, query, shown):
    monkeypatch.setattr("ingestion.admin.deliveries.ON_A_PAGE", 2)
    house.send(push.ACTIVITIES, *(activity("GGR", f"n{n}", "c1", "5.00", "2026-03-05 10:00") for n in range(5)))
    with tenant(house.brand.pk):
        delivery = Delivery.objects.filter(brand=house.brand).order_by("position").last()

    page = owner.get(f"/admin/ingestion/delivery/{delivery.pk}/change/{query}")

    assert [row.index for row, _ in page.context["activities"]] == shown
    assert 'name="record"' in page.content.decode()
