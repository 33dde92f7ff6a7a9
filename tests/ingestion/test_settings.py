"""The settings that decide what records mean, and records that are being stored."""

import threading
import time

import pytest
from django.db import connection

from brands.services import SettingFixed
from ingestion import services
from ingestion.models import Activity
from tests.ingestion.conftest import NOW, customer, deposit


@pytest.mark.parametrize("change", [{"timezone": "Europe/Malta"}, {"default_currency": "EUR"}])
def test_the_first_records_are_waited_for_before_what_they_mean_changes(committing_brand, change):
    brand = committing_brand
    answers = []

    def save():
        try:
            with brand.open():
                answers.append(services.change_settings(brand=brand.brand, changes=change, by="test", now=NOW))
        except SettingFixed as fixed:
            answers.append(type(fixed))
        connection.close()

    thread = threading.Thread(target=save)
    with brand.open():
        brand.customers(customer())
        thread.start()
        time.sleep(0.3)
        waited = answers == []
    thread.join(timeout=10)

    assert (waited, answers) == (True, [SettingFixed])


def test_the_first_records_mean_what_a_change_before_them_has_made_of_them(committing_brand):
    brand = committing_brand

    def send():
        brand.activities(deposit(createtime="2026-03-15 23:30Z"))
        connection.close()

    thread = threading.Thread(target=send)
    with brand.open():
        services.change_settings(brand=brand.brand, changes={"timezone": "Europe/Malta"}, by="test", now=NOW)
        thread.start()
        time.sleep(0.3)
    thread.join(timeout=10)

    with brand.open():
        assert str(Activity.objects.get().day) == "2026-03-16"


def test_settings_of_a_brand_with_records_wait_for_nothing(committing_brand):
    brand = committing_brand
    brand.customers(customer())
    saved = []

    def save():
        with brand.open():
            saved.append(services.change_settings(brand=brand.brand, changes={"name": "New"}, by="test", now=NOW))
        connection.close()

    thread = threading.Thread(target=save)
    with brand.open():
        brand.activities(deposit())
        thread.start()
        thread.join(timeout=10)

    assert saved == [{"name": ("Luckyspin", "New")}]
