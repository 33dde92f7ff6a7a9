"""Moments and days, in the brand's time zone."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.rules.decoding import Number
from ingestion.rules.refusals import Refused
from ingestion.rules.times import latest_after, moment

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def read(sent, zone=UTC, now=NOW, **options):
    return moment(sent, "createtime", zone=zone, latest=latest_after(now), **options)


@pytest.mark.parametrize(
    ("sent", "zone", "at", "day"),
    [
        ("2025-07-20 11:03", UTC, "2025-07-20 11:03:00+00:00", "2025-07-20"),
        ("2025-07-20 11:03:07", UTC, "2025-07-20 11:03:07+00:00", "2025-07-20"),
        ("2025-07-20T11:03:07.25Z", UTC, "2025-07-20 11:03:07.250000+00:00", "2025-07-20"),
        ("2025-07-20t11:03z", UTC, "2025-07-20 11:03:00+00:00", "2025-07-20"),
        ("2025-07-20T11:03:07.123456789Z", UTC, "2025-07-20 11:03:07.123456+00:00", "2025-07-20"),
        ("2025-07-20T11:03:07.1234569999999999999999Z", UTC, "2025-07-20 11:03:07.123456+00:00", "2025-07-20"),
        ("2025-07-20T11:03:07.1" + "0" * 400, UTC, "2025-07-20 11:03:07.100000+00:00", "2025-07-20"),
        ("2025-07-20 11:03:27+02", UTC, "2025-07-20 09:03:27+00:00", "2025-07-20"),
        ("2025-07-20 11:03:27.5-03", BERLIN, "2025-07-20 14:03:27.500000+00:00", "2025-07-20"),
        ("2025-07-20 11:03+0200", UTC, "2025-07-20 09:03:00+00:00", "2025-07-20"),
        ("2025-07-20", UTC, "2025-07-20 00:00:00+00:00", "2025-07-20"),
        # The brand's zone, never the server's.
        ("2025-07-20 00:30", BERLIN, "2025-07-19 22:30:00+00:00", "2025-07-20"),
        ("2025-07-20", BERLIN, "2025-07-19 22:00:00+00:00", "2025-07-20"),
        ("2025-07-20T23:30:00Z", BERLIN, "2025-07-20 23:30:00+00:00", "2025-07-21"),
        ("2025-07-20T01:00:00Z", NEW_YORK, "2025-07-20 01:00:00+00:00", "2025-07-19"),
        # 02:30 happens twice: the first one. 02:30 does not exist: shifted forward.
        ("2025-10-26 02:30", BERLIN, "2025-10-26 00:30:00+00:00", "2025-10-26"),
        ("2026-03-29 02:30", BERLIN, "2026-03-29 01:30:00+00:00", "2026-03-29"),
    ],
)
def test_times_are_read_as_sent(sent, zone, at, day):
    result = read(sent, zone)

    assert (result.at, result.day) == (at, day)
    assert result.is_day == (len(sent) == 10)


@pytest.mark.parametrize(
    "sent",
    [
        "2026-02-30 10:00", "21/07/2025 08:46", "2025-W30-1T00:00", "2025-W30-1", "2025-202", "20250721", "1753087560",
        Number("1753087560"), "２０２５-07-21T00:00:00Z", "2016-12-31T23:59:60Z", "2025-07-21T24:00",
        "2025-07-21 25:00",
        "2025-07-21T08", "2025-07-21T08+02", "2025-07-21 08:46+2", "2025-07-21 08:46+25", "20250721T084600Z",
        "2025-07-21T08:46:01.", "2025-07-21T08:46:01,5Z", "2025-07-21T08:46:01." + "1" * 500,
        "2025-07-21T08:46:00+25:00", "2025-07-21T08:46:00+02:60", "2025-07-21 08:46 Z",
        " 2025-07-21", "2025-07-21\n", "", "now",
        "0001-01-01T00:00+14:00", "1969-12-31", "2025-7-1", "2025-07-21 08:46 PM", "2025-07-21T08:46,5", True, {}, None,
    ],
)  # fmt: skip
def test_other_forms_are_refused(sent):
    with pytest.raises(Refused) as refused:
        read(sent)

    assert refused.value.code == "invalid_datetime"


@pytest.mark.parametrize(
    ("ahead", "is_refused"), [(timedelta(hours=24), False), (timedelta(hours=24, minutes=1), True)]
)
def test_a_time_may_be_a_day_ahead(ahead, is_refused):
    sent = (NOW + ahead).strftime("%Y-%m-%dT%H:%M:%SZ")

    if is_refused:
        with pytest.raises(Refused, match="24 hours") as refused:
            read(sent)
        assert refused.value.code == "future_datetime"
    else:
        assert read(sent).at == str(NOW + ahead)


def test_a_time_needs_its_zone_where_the_dialect_says_so():
    with pytest.raises(Refused, match="zone"):
        read("2025-07-20 11:03", needs_zone=True)

    assert read("2025-07-20T11:03:00+02:00", needs_zone=True).at == "2025-07-20 09:03:00+00:00"


@given(
    st.datetimes(datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2026-01-01")),
    st.sampled_from([UTC, BERLIN, NEW_YORK]),
)
def test_a_local_time_is_never_moved_backward(local, zone):
    local = local.replace(second=0, microsecond=0)

    at = datetime.fromisoformat(read(local.strftime("%Y-%m-%d %H:%M"), zone).at)

    back = at.astimezone(zone).replace(tzinfo=None)

    assert back - local in (timedelta(0), timedelta(hours=1))


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_refused(text):
    with suppress(Refused):
        assert datetime.fromisoformat(read(text).at) <= NOW + timedelta(hours=24)


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2))
def test_texts_of_instants_sort_like_the_instants(instants):
    one, other = instants

    assert (str(one) > str(other)) == (one > other)
