from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiliates.rules.landing import addressed, landing_hosts, safe_landing

HOSTS = frozenset({"brand.example", "www.brand.example"})
TOKEN = "t1" + "A" * 48


@pytest.mark.parametrize(
    ("landing_url", "hosts", "allowed"),
    [
        ("https://brand.example/welcome", [], {"brand.example"}),
        ("https://brand.example/welcome", ["play.example"], {"brand.example", "play.example"}),
        ("", ["Play.example"], {"play.example"}),
        ("", [], set()),
        ("https://[bad", [], set()),
    ],
)
def test_a_brands_landing_hosts_are_those_it_lists_and_its_landing_pages(landing_url, hosts, allowed):
    assert landing_hosts(landing_url=landing_url, hosts=hosts) == allowed


pieces = st.sampled_from(
    ["https://", "http://", "//", "/", "\\", "@", ":", ".", "#", "?", "%00", "%2e", "\t", "\n", " ", "brand.example",
     "evil.example", "www.", "[", "]", "javascript:", "é", "。", "％", "443", "user"]
)  # fmt: skip


@given(value=st.lists(pieces, max_size=8).map("".join) | st.text(max_size=30).map(lambda rest: "https://brand" + rest))
def test_whatever_is_called_safe_leads_to_a_landing_host(value):
    address = safe_landing(value, hosts=HOSTS)

    if address is not None:
        parts = urlsplit(address)
        assert parts.scheme == "https"
        assert parts.netloc.lower() in HOSTS
        assert address.isascii()
        assert not set('\r\n\t \\"<>{}|^`') & set(address)


names = st.sampled_from(["a", "tracking_data", "Tracking_Data", "tracking%5Fdata", "sub1", ""])
queries = st.lists(st.tuples(names, st.text("xyz", max_size=3)), max_size=4)


@given(query=queries, fragment=st.sampled_from(["", "#top", "#?tracking_data=x"]), sub=st.text(max_size=10))
def test_our_token_is_the_only_tracking_data_and_everything_else_is_kept(query, fragment, sub):
    address = "https://brand.example/welcome?" + "&".join(f"{name}={value}" for name, value in query) + fragment

    result = addressed(address=address, token=TOKEN, subs=[("sub1", sub)] if sub else [])

    parts = urlsplit(result)
    sent = parse_qsl(parts.query, keep_blank_values=True)
    assert [value for name, value in sent if name.lower() == "tracking_data"] == [TOKEN]
    subs = [sub] if sub else [value for name, value in query if name == "sub1"]
    assert [value for name, value in sent if name == "sub1"] == subs
    assert [value for name, value in sent if name == "a"] == [value for name, value in query if name == "a"]
    assert (parts.netloc, parts.path) == ("brand.example", "/welcome")
    assert result.endswith(fragment)


@pytest.mark.parametrize(
    ("address", "result"),
    [
        ("https://brand.example", "https://brand.example"),
        ("https://brand.example/?tracking_data=x", "https://brand.example/"),
        ("https://brand.example/?a=1&tracking_data=x#f", "https://brand.example/?a=1#f"),
    ],
)
def test_without_a_token_no_tracking_data_is_left(address, result):
    assert addressed(address=address, token=None) == result
