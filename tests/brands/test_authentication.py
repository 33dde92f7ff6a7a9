"""Who may send as a brand, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from brands import services
from brands.authentication import (
    TRUSTED_FOR,
    USE_IS_NOTED_EVERY,
    NoValidToken,
    TokenCache,
    authenticated,
)
from brands.models import BrandToken
from track360.lib.tenancy import tenant

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def brand(db):
    return services.create_brand(slug="luckyspin", name="Lucky Spin", vertical="igaming", by="test", now=NOW)


def issue(brand, **options):
    with tenant(brand.id):
        return services.issue_token(brand=brand, by="test", now=NOW, **options)


def test_a_token_names_its_brand(brand):
    issued = issue(brand)

    sender = authenticated(issued.secret, now=NOW)

    assert (sender.brand, sender.token_id) == (brand, issued.token.pk)


@pytest.mark.parametrize("secret", ["", "wrong", "ключ", "\ud800", "a,b", "x" * 10_000, "t360_" + "A" * 43])
def test_nothing_else_is_let_in(brand, secret):
    issue(brand)

    with pytest.raises(NoValidToken) as refused:
        authenticated(secret, now=NOW)

    assert refused.value.headers == {"WWW-Authenticate": 'ApiKey realm="track360"'}


def test_two_headers_joined_are_no_token(brand):
    one, other = issue(brand), issue(brand)

    with pytest.raises(NoValidToken):
        authenticated(f"{one.secret},{other.secret}", now=NOW)


def test_a_token_ends_when_it_expires_even_where_it_is_remembered(brand):
    issued = issue(brand, expires_at=NOW + timedelta(hours=1))
    authenticated(issued.secret, now=NOW + timedelta(minutes=59))

    with pytest.raises(NoValidToken):
        authenticated(issued.secret, now=NOW + timedelta(hours=1))


def test_a_rotated_token_is_accepted_until_its_grace_ends(brand):
    issued = issue(brand)
    with tenant(brand.id):
        successor = services.rotate_token(token=issued.token, by="test", now=NOW, grace=timedelta(hours=2))

    assert authenticated(issued.secret, now=NOW + timedelta(hours=1)).brand == brand
    assert authenticated(successor.secret, now=NOW + timedelta(hours=3)).brand == brand
    with pytest.raises(NoValidToken):
        authenticated(issued.secret, now=NOW + timedelta(hours=2))


def test_a_revoked_token_is_refused_within_five_seconds(brand):
    issued = issue(brand)
    clock = [100.0]
    tokens = TokenCache(lambda: clock[0])
    digest = services.token_digest(issued.secret)
    assert tokens.find(digest, now=NOW) == issued.token
    with tenant(brand.id):
        services.revoke_token(token=issued.token, by="test", now=NOW)

    assert tokens.find(digest, now=NOW) is not None
    clock[0] += TRUSTED_FOR + 0.1
    assert tokens.find(digest, now=NOW) is None
    assert TRUSTED_FOR <= 5


def test_a_remembered_token_asks_the_database_nothing(brand, django_assert_num_queries):
    issued = issue(brand)
    authenticated(issued.secret, now=NOW)

    with django_assert_num_queries(0):
        authenticated(issued.secret, now=NOW)


def test_use_is_noted_coarsely(brand):
    issued = issue(brand)
    digest = services.token_digest(issued.secret)

    def used_at(now):
        TokenCache().find(digest, now=now)  # another process each time
        return BrandToken.objects.get(pk=issued.token.pk).last_used_at

    assert used_at(NOW) == NOW
    assert used_at(NOW + USE_IS_NOTED_EVERY / 2) == NOW
    later = NOW + 2 * USE_IS_NOTED_EVERY
    assert used_at(later) == later
