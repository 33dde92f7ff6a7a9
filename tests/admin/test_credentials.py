"""Secrets are on one page, once, and nowhere else."""

import re

from django.db import connection

from brands.models import Application, AuditEvent, BrandToken
from brands.services import token_digest
from tests.admin.house import posted
from track360.lib.tenancy import tenant

TOKENS = "/admin/brands/brandtoken/"
SECRET = re.compile(r'id="id_secret" value="([^"]+)"')


def everything_stored() -> str:
    """Return every text in the database that a dump would show, of the tables that know credentials."""
    with connection.cursor() as cursor:
        rows = []
        for table in ("brands_brandtoken", "brands_application", "brands_auditevent", "django_session"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} AS t")
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)


def issue(house, browser, **fields) -> str:
    answer = browser.post(f"{TOKENS}add/", posted(house.brand, **fields))
    assert answer.status_code == 200
    return SECRET.search(answer.content.decode())[1]


def test_token_is_shown_once_and_only_its_fingerprint_is_stored(house, owner):
    secret = issue(house, owner, label="Wallet")

    token = BrandToken.objects.get(label="Wallet")
    later = owner.get(TOKENS).content.decode() + owner.get(f"{TOKENS}{token.pk}/change/").content.decode()
    with tenant(house.brand.pk):
        stored = everything_stored()
    assert bytes(token.digest) == token_digest(secret)
    assert (secret in later, secret in stored) == (False, False)
    assert f"{token.prefix}…{token.last_four}" in later


def test_page_with_the_secret_is_never_cached(house, owner):
    answer = owner.post(f"{TOKENS}add/", posted(house.brand))

    assert "no-store" in answer["Cache-Control"]


def test_token_expires_when_it_is_said_in_the_brands_time_zone(house, owner):
    issue(house, owner, label="Short", expires_at="2026-03-21T10:00")

    assert BrandToken.objects.get(label="Short").expires_at.isoformat() == "2026-03-21T09:00:00+00:00"


def test_token_that_is_expired_already_is_refused_at_its_field(house, owner):
    answer = owner.post(f"{TOKENS}add/", posted(house.brand, label="Late", expires_at="2026-03-19T10:00"))

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "expires_at": ["A token expires in the future. Choose a later moment, or leave it empty."]
    }


def test_rotating_shows_the_successor_and_lets_the_old_one_run_out(house, owner):
    issue(house, owner, label="Old")
    old = BrandToken.objects.get(label="Old")

    answer = owner.post(f"{TOKENS}{old.pk}/rotate/", posted(house.brand, grace_hours="2"))

    old.refresh_from_db()
    assert token_digest(SECRET.search(answer.content.decode())[1]) == bytes(old.replaced_by.digest)
    assert old.expires_at.isoformat() == "2026-03-20T14:00:00+00:00"
    assert owner.get(f"{TOKENS}{old.pk}/rotate/").status_code == 404


def test_revoked_token_is_refused_from_then_on_and_stays_visible(house, owner):
    issue(house, owner, label="Lost")
    token = BrandToken.objects.get(label="Lost")

    owner.post(f"{TOKENS}{token.pk}/revoke/", posted(house.brand))

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "Revoked" in owner.get(TOKENS).content.decode()
    assert owner.get(f"{TOKENS}{token.pk}/revoke/").status_code == 404


def test_client_secret_is_shown_once_and_the_client_can_be_removed(house, owner):
    answer = owner.post("/admin/brands/application/add/", posted(house.brand, name="Reports", scopes="read"))
    secret = SECRET.search(answer.content.decode())[1]
    client = Application.objects.get(name="Reports")
    with tenant(house.brand.pk):
        stored = everything_stored()

    owner.post(f"/admin/brands/application/{client.pk}/delete/", posted(house.brand))

    assert secret not in stored
    assert (client.brand, client.scopes) == (house.brand, "read")
    assert not Application.objects.filter(pk=client.pk).exists()


def test_what_was_done_with_a_token_is_in_the_audit_log(house, owner):
    issue(house, owner, label="Traced")

    with tenant(house.brand.pk):
        event = AuditEvent.objects.filter(brand=house.brand, action="token.issued").latest("pk")
    assert (event.actor_name, event.after) == ("owner@luckyspin.example", {"label": "Traced", "expires_at": None})
