from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.rules.tokens import ClickToken, keys_of_brand, looks_minted, mint, new_nonce, verify

AT = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
HERE = keys_of_brand(brand=1, secrets=["current", "former"])
NONCE = bytes(range(10))


def minted(keys=HERE, link=123_456, at=AT, nonce=NONCE):
    return mint(keys=keys, link=link, clicked_at=at, nonce=nonce)


@given(
    link=st.integers(0, 2**48 - 1),
    at=st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    nonce=st.binary(min_size=10, max_size=10),
)
def test_a_token_says_which_link_was_followed_when(link, at, nonce):
    token = minted(link=link, at=at, nonce=nonce)

    assert verify(keys=HERE, value=token) == ClickToken(link, at.replace(microsecond=0), nonce.hex())
    assert len(token) == 50
    assert looks_minted(token)


def test_two_visits_of_one_second_have_two_tokens():
    assert minted(nonce=new_nonce()) != minted(nonce=new_nonce())


def test_a_token_of_another_brand_or_installation_is_nothing():
    assert verify(keys=keys_of_brand(brand=2, secrets=["current", "former"]), value=minted()) is None
    assert verify(keys=keys_of_brand(brand=1, secrets=["theirs"]), value=minted()) is None


def test_secrets_can_be_rotated_while_tokens_are_under_way():
    old = minted(keys=keys_of_brand(brand=1, secrets=["former"]))
    new = minted(keys=keys_of_brand(brand=1, secrets=["current"]))

    assert verify(keys=HERE, value=old) is not None
    assert minted() == new
    assert verify(keys=keys_of_brand(brand=1, secrets=["current"]), value=old) is None


@given(position=st.integers(2, 49), character=st.characters())
def test_a_token_with_any_character_changed_is_nothing(position, character):
    token = minted()
    forged = token[:position] + character + token[position + 1 :]

    assert (verify(keys=HERE, value=forged) is not None) == (forged == token)


@given(value=st.one_of(st.text(max_size=80), st.text("t1AZaz09-_=+/", max_size=60)))
def test_any_text_is_read_without_an_exception(value):
    assert verify(keys=HERE, value=value) is None
    assert verify(keys=HERE, value="t1" + value) is None
    assert verify(keys=HERE, value=minted() + value + "=") is None


def test_a_token_in_another_spelling_is_nothing():
    token = minted(nonce=b"\xff" * 10)

    assert verify(keys=HERE, value=token.replace("_", "/").replace("-", "+")) is None
    assert verify(keys=HERE, value=token + "\n") is None


@pytest.mark.parametrize("secrets", [[], [""], ["current", ""]])
def test_keys_need_a_secret(secrets):
    with pytest.raises(ValueError, match="secret"):
        keys_of_brand(brand=1, secrets=secrets)
