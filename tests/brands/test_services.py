from datetime import UTC, datetime, timedelta

import pytest
from oauth2_provider.models import get_access_token_model

from brands import services
from brands.models import AuditEvent, Brand, BrandToken, Membership, User
from brands.models.people import Role
from track360.lib.tenancy import tenant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def brand():
    made = services.create_brand(slug="spin", name="Spin", vertical="igaming", by="test", now=NOW)
    with tenant(made.id):
        yield made


def actions(brand):
    return list(AuditEvent.objects.filter(brand=brand).order_by("id").values_list("action", flat=True))


def test_creating_a_brand_is_audited_inside_the_new_brand(brand):
    assert actions(brand) == ["brand.created"]


def test_a_slug_is_taken_once(brand):
    with pytest.raises(services.BrandExists):
        services.create_brand(slug="spin", name="Other", vertical="forex", by="test", now=NOW)

    assert Brand.objects.filter(slug="spin").get().name == "Spin"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("timezone", "Mars/Olympus"),
        ("reporting_currency", "eur"),
        ("reporting_currency", "ZZZ"),
        ("default_currency", "XYZW"),
        ("landing_url", "http://plain.example/"),
        ("landing_url", "https://[bad"),
        ("landing_url", "https://luckyspin.example/a\nb"),
        ("landing_url", "https://luckyspin.example\\@evil.example/"),
        ("landing_url", "https://somebody@luckyspin.example/"),
        ("landing_url", "https://luckyspin.example/\ud800"),
        ("landing_url", "https:///welcome"),
        ("landing_hosts", ["https://spin.example"]),
        ("landing_hosts", ["spin.example/path"]),
        ("attribution_window_days", 0),
        ("tracking", "sometimes"),
        ("unknown_customer", "drop"),
        ("state", "gone"),
        ("name", ""),
        ("slug", "other"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(brand, setting, value):
    with pytest.raises(services.SettingRefused, match=setting):
        services.change_settings(brand=brand, changes={setting: value}, records_exist=False, by="test", now=NOW)

    assert actions(brand) == ["brand.created"]


@pytest.mark.parametrize(("setting", "value"), [("timezone", "Europe/Malta"), ("default_currency", "EUR")])
def test_what_decides_the_meaning_of_records_is_fixed_once_there_are_some(brand, setting, value):
    with pytest.raises(services.SettingFixed, match=setting):
        services.change_settings(brand=brand, changes={setting: value}, records_exist=True, by="test", now=NOW)

    assert getattr(Brand.objects.get(pk=brand.pk), setting) != value


def test_a_change_says_what_was_and_what_is(brand):
    differences = services.change_settings(
        brand=brand, changes={"name": "Spin & Win", "tracking": "lenient"}, records_exist=True, by="test", now=NOW
    )

    assert differences == {"name": ("Spin", "Spin & Win")}
    event = AuditEvent.objects.get(action="brand.changed")
    assert (event.before, event.after) == ({"name": "Spin"}, {"name": "Spin & Win"})


def test_a_tokens_secret_is_not_stored(brand):
    issued = services.issue_token(brand=brand, by="test", now=NOW)

    stored = BrandToken.objects.filter(pk=issued.token.pk).values().get()
    assert issued.secret not in str(stored)
    assert stored["digest"] == services.token_digest(issued.secret)
    assert issued.secret.startswith(stored["prefix"])
    assert issued.secret.endswith(stored["last_four"])
    assert issued.secret not in str(list(AuditEvent.objects.values()))


def test_a_rotated_token_is_accepted_until_the_grace_period_ends(brand):
    old = services.issue_token(brand=brand, by="test", now=NOW).token

    new = services.rotate_token(token=old, by="test", now=NOW, grace=timedelta(hours=2)).token

    old.refresh_from_db()
    assert old.replaced_by == new
    assert old.is_valid(now=NOW + timedelta(hours=1, minutes=59))
    assert not old.is_valid(now=NOW + timedelta(hours=2))
    assert new.is_valid(now=NOW + timedelta(days=1000))


def test_rotation_never_prolongs_a_token(brand):
    old = services.issue_token(brand=brand, by="test", now=NOW, expires_at=NOW + timedelta(hours=1)).token

    services.rotate_token(token=old, by="test", now=NOW, grace=timedelta(days=7))

    old.refresh_from_db()
    assert old.expires_at == NOW + timedelta(hours=1)


def test_a_token_is_rotated_once(brand):
    old = services.issue_token(brand=brand, by="test", now=NOW).token
    services.rotate_token(token=old, by="test", now=NOW)

    with pytest.raises(services.SettingRefused):
        services.rotate_token(token=old, by="test", now=NOW)


def test_revoking_twice_is_one_revocation(brand):
    token = services.issue_token(brand=brand, by="test", now=NOW).token

    services.revoke_token(token=token, by="test", now=NOW)
    services.revoke_token(token=token, by="test", now=NOW + timedelta(days=1))

    token.refresh_from_db()
    assert token.revoked_at == NOW
    assert actions(brand).count("token.revoked") == 1


def test_revoking_a_client_takes_its_access_tokens_along(brand):
    client = services.create_client(brand=brand, by="test", now=NOW).application
    access_tokens = get_access_token_model()
    access_tokens.objects.create(application=client, token="known", expires=NOW + timedelta(hours=1), scope="read")

    services.revoke_client(application=client, by="test", now=NOW)

    assert not access_tokens.objects.exists()


@pytest.mark.parametrize("scopes", ["", "admin", "read admin"])
def test_a_client_has_only_known_scopes(brand, scopes):
    with pytest.raises(services.SettingRefused, match="scope"):
        services.create_client(brand=brand, by="test", now=NOW, scopes=scopes)


def test_a_brand_keeps_an_owner(brand):
    first = services.grant_membership(
        brand=brand, user=User.objects.create_user("a@example.com"), role=Role.OWNER, by="test", now=NOW
    )

    with pytest.raises(services.LastOwner):
        services.revoke_membership(membership=first, by="test", now=NOW)
    with pytest.raises(services.LastOwner):
        services.change_role(membership=first, role=Role.RISK, by="test", now=NOW)

    second = User.objects.create_user("b@example.com")
    services.grant_membership(brand=brand, user=second, role=Role.OWNER, by="test", now=NOW)
    services.revoke_membership(membership=first, by="test", now=NOW)
    assert list(Membership.objects.values_list("user__email", flat=True)) == ["b@example.com"]


def test_a_member_may_open_the_operators_pages(brand):
    user = User.objects.create_user("c@example.com")

    services.grant_membership(brand=brand, user=user, role=Role.FINANCE, by="test", now=NOW)

    assert User.objects.get(pk=user.pk).is_staff
