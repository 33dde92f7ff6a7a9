import pytest
from django.db import OperationalError
from django.test import Client

from portal.views import dashboard


@pytest.mark.django_db
def test_missing_page_says_so_to_people(client: Client):
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


@pytest.mark.django_db
def test_form_from_elsewhere_is_refused_in_words():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x@example.com", "password": "y"})

    assert answer.status_code == 403
    assert "This form was open for too long" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (ZeroDivisionError(), 500, "Something broke on our side"),
        (OperationalError("the connection is closed"), 503, "Back in a moment"),
    ],
)
def test_page_that_cannot_be_made_says_whether_waiting_helps(visitor, stage, user, monkeypatch, error, status, words):
    def break_down(**_):
        raise error

    stage.seat(user)
    monkeypatch.setattr(dashboard, "performance", break_down)
    visitor.raise_request_exception = False

    answer = visitor.get("/portal/")

    assert (answer.status_code, answer.get("Retry-After")) == (status, "5" if status == 503 else None)
    assert words in answer.content.decode()
    assert "the connection" not in answer.content.decode()


def test_too_many_tries_to_sign_in_are_stopped_in_words(client: Client, user):
    for _ in range(40):
        answer = client.post("/accounts/login/", {"login": user.email, "password": "guessed"})
        if answer.status_code == 429:
            break

    assert answer.status_code == 429
    assert "That was too often" in answer.content.decode()
