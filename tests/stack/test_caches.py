import pytest
from django.core.cache import cache
from django.test import Client

from track360.caches import LosableCache

AWAY = {"OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}}


@pytest.fixture
def lost() -> LosableCache:
    return LosableCache("redis://127.0.0.1:1", AWAY)


def test_lost_cache_knows_nothing_and_breaks_nothing(lost):
    lost.set("name", "value")

    answers = (lost.get("name"), lost.get("name", "default"), lost.add("name", "value"), lost.delete("name"))
    assert answers == (None, "default", True, False)


@pytest.mark.usefixtures("valkey")
def test_cache_that_is_there_keeps_its_values():
    cache.set("name", "value")

    assert (cache.get("name"), cache.add("name", "other"), cache.delete("name"), cache.get("name")) == (
        "value",
        False,
        True,
        None,
    )


@pytest.mark.django_db
def test_people_sign_in_without_a_cache(client: Client, django_user_model, settings):
    django_user_model.objects.create_user("partner@example.com", "a long enough word")
    settings.CACHES = {
        "default": {"BACKEND": "track360.caches.LosableCache", "LOCATION": "redis://127.0.0.1:1", **AWAY},
    }

    answer = client.post("/accounts/login/", {"login": "partner@example.com", "password": "a long enough word"})

    assert (answer.status_code, answer["Location"]) == (302, "/portal/")
