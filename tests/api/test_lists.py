import pytest

from .conftest import key

LINES, ENTRIES = "/api/v1/commissions/lines", "/api/v1/commissions/entries"


def keys(answer):
    assert answer.status_code == 200, answer.content
    return [int(row["key"], 16) for row in answer.json()["data"]]


def test_a_line_is_told_as_published(spin):
    answer = spin.get(LINES, period="2026-02", customer="customer of aff_1")

    assert answer.json() == {
        "data": [
            {
                "key": key(2),
                "affiliate": "aff_1",
                "period": "2026-02",
                "source_period": "2026-02",
                "plan": "Hybrid",
                "version": 1,
                "component": "Bounty",
                "kind": "cpa",
                "customer": "customer of aff_1",
                "order": None,
                "amount": "102.00",
                "currency": "EUR",
                "available_on": "2026-02-28",
                "state": "provisional",
                "reason": None,
            }
        ],
        "meta": {"total": 1, "page": 1, "per_page": 50, "next_cursor": None},
    }


def test_an_entry_is_told_as_posted(spin):
    answer = spin.get(ENTRIES, affiliate="aff_2", per_page="1")

    (entry,) = answer.json()["data"]
    assert entry == {
        "key": key(4),
        "affiliate": "aff_2",
        "period": "2026-01",
        "source_period": "2026-01",
        "amount": "104.00",
        "currency": "EUR",
        "available_on": "2026-01-28",
        "posted_at": "2026-03-01T12:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [0, 1, 2, 3, 4, 5, 6, 7]),
        ({"period": "2026-01"}, [0, 1, 4, 5]),
        ({"affiliate": "aff_2"}, [4, 5, 6, 7]),
        ({"customer": "customer of aff_1"}, [0, 2]),
        ({"component": "Share", "state": "posted"}, [1, 5]),
        ({"plan": "Hybrid", "source_period": "2026-02"}, [2, 3, 6, 7]),
        ({"customer": "nobody"}, []),
        ({"customer": "CUSTOMER OF AFF_1"}, []),
    ],
)
def test_lines_are_filtered(spin, query, expected):
    assert keys(spin.get(LINES, **query)) == expected


@pytest.mark.parametrize("path", [LINES, LINES + "/", ENTRIES, ENTRIES + "/"])
def test_addresses_are_served_with_and_without_a_slash(spin, path):
    assert spin.get(path).status_code == 200


def test_pages_are_numbered(spin):
    assert keys(spin.get(LINES, page="2", per_page="3")) == [3, 4, 5]
    assert keys(spin.get(LINES, page="9", per_page="3")) == []


def test_a_cursor_goes_through_the_whole_list(spin):
    found, query = [], {"per_page": "3"}
    while True:
        answer = spin.get(LINES, **query)
        found.append(keys(answer))
        cursor = answer.json()["meta"]["next_cursor"]
        if cursor is None:
            break
        query = {"per_page": "3", "cursor": cursor}

    assert found == [[0, 1, 2], [3, 4, 5], [6, 7]]


@pytest.mark.parametrize("cursor", ["eyJpZCI6MX0=", "", "1", "1:2:3", "é"])
def test_bt_014_a_cursor_that_was_made_up_is_refused(spin, cursor):
    answer = spin.get(LINES, cursor=cursor)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_a_cursor_fits_only_the_list_and_filters_it_was_given_out_for(spin, other):
    cursor = spin.get(LINES, per_page="1").json()["meta"]["next_cursor"]

    assert spin.get(LINES, cursor=cursor, per_page="1").status_code == 200
    assert spin.get(LINES, cursor=cursor, period="2026-01").status_code == 400
    assert spin.get(ENTRIES, cursor=cursor).status_code == 400
    assert other.get(LINES, cursor=cursor).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {"per_page": "501"},
        {"per_page": "0"},
        {"per_page": "-1"},
        {"per_page": "1000000000"},
        {"per_page": "abc"},
        {"per_page": ""},
        {"per_page": "١"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "99999999999999999999"},
        {"page": "1.5"},
    ],
)
def test_bt_015_pages_that_cannot_be_are_refused(spin, query):
    answer = spin.get(LINES, **query)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_page")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"colour": "red"}, "unknown_filter"),
        ({"brand": "other"}, "unknown_filter"),
        ({"format": "xml"}, "unknown_filter"),
        ({"affiliate__brand": "1"}, "unknown_filter"),
        ({"period": ["2026-01", "2026-02"]}, "unknown_filter"),
        ({"period": "January"}, "invalid_filter"),
        ({"period": "2026-13"}, "invalid_filter"),
        ({"state": "paid"}, "invalid_filter"),
        ({"customer": "a\0b"}, "invalid_filter"),
    ],
)
def test_filters_that_are_not_understood_are_refused(spin, query, code):
    answer = spin.client.get(LINES, query)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("text", ["%00", "0" * 31 + "%00", "0" * 31, "G" * 32, "%ED%A0%80", "%FF", "'"])
def test_what_is_no_key_of_a_line_is_not_found(spin, text):
    answer = spin.get(f"{LINES}/{text}/explain")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"state": "bob@example.com"}, "provisional, posted or held"),
        ({"period": "bob@example.com"}, "2026-01"),
        ({"source_period": "9999-99"}, "month"),
        ({"customer": "bob@example.com\0"}, ""),
        ({"page": "bob@example.com"}, ""),
        ({"cursor": "bob@example.com"}, ""),
    ],
)
def test_what_a_filter_was_given_is_not_repeated(spin, query, says):
    answer = spin.get(LINES, **query)

    assert answer.status_code == 400
    assert [value for value in query.values() if value in answer.content.decode()] == []
    assert says in "".join(error["message"] for error in answer.json().get("errors", [])), answer.content


def test_at_most_a_hundred_mistakes_are_listed(spin):
    answer = spin.get(LINES, **{f"unknown{number}": "1" for number in range(150)})

    assert (answer.status_code, len(answer.json()["errors"])) == (400, 100)


def test_a_brand_reads_its_own_lines_and_entries_only(spin, other):
    assert keys(spin.get(LINES)) == list(range(8))
    assert keys(other.get(LINES)) == list(range(1000, 1008))
    assert keys(other.get(ENTRIES)) == [1000, 1001, 1004, 1005]
    assert spin.get(LINES, affiliate="aff_1").json()["meta"]["total"] == 4
