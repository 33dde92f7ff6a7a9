"""Whoever reads mail at his address can have a second factor, however he came by his account and his password."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from brands.models import User
from tests.admin.house import posted


def set_password_through(letter, browser: Client) -> None:
    link = re.search(r"http\S+", letter.body)[0].partition("/accounts/")[2]
    form = browser.get(f"/accounts/{link}", follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": "another long word", "password2": "another long word"})


def second_factor(browser: Client, email: str, password: str) -> str:
    browser.post("/accounts/login/", {"login": email, "password": password})
    page = "/accounts/2fa/totp/activate/"
    browser.get(page)
    return browser.post(f"/accounts/reauthenticate/?next={page}", {"password": password}, follow=True).content.decode()


def test_who_was_invited_can_set_up_a_second_factor(house, owner, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        owner.post("/admin/brands/membership/add/", posted(house.brand, email="fresh@example.com", role="risk"))
    browser = Client()

    set_password_through(mailoutbox[0], browser)

    assert "Scan this with your authenticator app" in second_factor(browser, "fresh@example.com", "another long word")


@pytest.mark.parametrize("was_unproven", [False, True], ids=["a new account", "an address that was never proven"])
def test_who_has_set_a_new_password_can_set_up_a_second_factor(db, mailoutbox, was_unproven):
    person = User.objects.create_user("Some.one@example.com", "a long enough word")
    if was_unproven:
        EmailAddress.objects.create(user=person, email="some.one@example.com")
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": "some.One@example.com"})

    set_password_through(mailoutbox[0], browser)

    assert "Scan this with your authenticator app" in second_factor(browser, person.email, "another long word")


def test_who_asks_for_a_letter_in_anothers_name_keeps_nobody_from_a_second_factor(db, mailoutbox):
    person = User.objects.create_user("someone@example.com", "a long enough word")

    Client().post("/accounts/password/reset/", {"email": person.email})

    assert len(mailoutbox) == 1
    assert "Scan this with your authenticator app" in second_factor(Client(), person.email, "a long enough word")
