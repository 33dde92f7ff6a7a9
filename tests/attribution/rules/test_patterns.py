import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.rules.patterns import PatternInvalid, Reading, Unread, most_specific_first, parse, read

PUBLISHED = "{campaign}_{affiliate}_{click}"
SPOKEN = "campaign_{campaign}_aff_{affiliate}_creative_{creative}"


@pytest.mark.parametrize(
    ("pattern", "value", "affiliates", "campaigns", "expected"),
    [
        (PUBLISHED, "2001_1000_abcdefg", {"1000"}, {"2001": "1000"}, Reading("1000", "2001", None)),
        (PUBLISHED, "2001_1000_abcdefg", {"1000"}, {}, Reading("1000", None, "unknown_campaign")),
        (PUBLISHED, "2001_1000_abcdefg", {"1000"}, {"2001": "7"}, Reading("1000", None, "foreign_campaign")),
        (PUBLISHED, "2001_1000_abcdefg", {"7"}, {"2001": "7"}, Unread.UNKNOWN_AFFILIATE),
        (PUBLISHED, "2001_1000", {"1000"}, {}, Unread.NO_MATCH),
        (PUBLISHED, "_1000_x", {"1000"}, {}, Unread.NO_MATCH),
        (PUBLISHED, "", {"1000"}, {}, Unread.NO_MATCH),
        (PUBLISHED, "x_1000_" + "c" * 44, {"1000"}, {}, Unread.NO_MATCH),
        # every split is tried: ids and clicks may hold the separator themselves
        (PUBLISHED, "cmp_981_aff_204_a_b_c", {"aff_204"}, {"cmp_981": "aff_204"}, Reading("aff_204", "cmp_981", None)),
        (PUBLISHED, "a_b_c_d", {"b", "c"}, {}, Unread.AMBIGUOUS),
        (PUBLISHED, "a_b_b_d", {"b"}, {}, Reading("b", None, "unknown_campaign")),
        (PUBLISHED, "a_b_b_d", {"b"}, {"a": "b", "a_b": "b"}, Reading("b", None, "ambiguous_campaign")),
        # a campaign counts only in a split together with the affiliate
        (PUBLISHED, "a_9_x_1_y", {"9"}, {"a_9_x": "9"}, Reading("9", None, "unknown_campaign")),
        (SPOKEN, "campaign_7_aff_42_creative_b", {"42"}, {"7": "42"}, Reading("42", "7", None)),
        (SPOKEN, "campaign_7_aff_42_creative_", {"42"}, {"7": "42"}, Unread.NO_MATCH),
        (SPOKEN, "Campaign_7_aff_42_creative_b", {"42"}, {"7": "42"}, Unread.NO_MATCH),
        ("{affiliate}-{campaign}", "42-7", {"42"}, {"7": "42"}, Reading("42", "7", None)),
        ("{affiliate}-{campaign}", "4-2-7", {"4", "4-2"}, {"7": "4-2"}, Unread.AMBIGUOUS),
        ("{affiliate}{click}", "42x", {"42"}, {}, Reading("42", None, None)),
        ("{campaign}.{click}", "7.x", {"42"}, {"7": "42"}, Reading("42", "7", None)),
        ("{campaign}.{click}", "7.x", {"42"}, {"8": "42"}, Unread.UNKNOWN_AFFILIATE),
        ("{affiliate}", "ａ42", {"42"}, {}, Unread.UNKNOWN_AFFILIATE),
    ],
)
def test_a_value_is_read_if_its_splits_name_one_known_affiliate(pattern, value, affiliates, campaigns, expected):
    reading = read(pattern=parse(pattern), value=value, affiliates=dict.fromkeys(affiliates), campaigns=campaigns)

    assert reading == expected


@pytest.mark.parametrize(
    "source",
    ["", "plain", "{click}", "{affiliate", "affiliate}", "{{affiliate}}", "{affiliate}_{affiliate}", "{boss}", "{}",
     "{affiliate}" + "x" * 190],
)  # fmt: skip
def test_a_pattern_that_cannot_be_used_is_refused(source):
    with pytest.raises(PatternInvalid):
        parse(source)


def test_patterns_with_more_fixed_text_are_asked_first():
    assert [pattern.source for pattern in most_specific_first([parse(PUBLISHED), parse(SPOKEN)])] == [SPOKEN, PUBLISHED]


@pytest.mark.parametrize("value", ["_" * 50, "_1" * 25, "a_" * 25, "1" * 50])
def test_hostile_values_take_bounded_time(value):
    every = "{campaign}_{affiliate}_{click}_{creative}_{sub1}_{sub2}_{sub3}"
    names = {value[a:b] for a in range(50) for b in range(a + 1, 51)}
    affiliates = dict.fromkeys(["_", "1", "1_1"])
    started = time.process_time()

    for pattern in (PUBLISHED, every, "{affiliate}{campaign}{click}{sub1}{sub2}{sub3}{sub4}{sub5}"):
        read(pattern=parse(pattern), value=value, affiliates=affiliates, campaigns=dict.fromkeys(names, "1"))
        read(pattern=parse(pattern), value=value, affiliates={"1": None}, campaigns=dict.fromkeys(names, "1"))

    assert time.process_time() - started < 0.5


def every_split(parts, value):
    """The definition, spelled out: each way to give every placeholder a non-empty text."""
    if not parts:
        return [()] if value == "" else []
    first, *rest = parts
    if not first.startswith("{"):
        return every_split(rest, value[len(first) :]) if value.startswith(first) else []
    return [
        ((first, value[:end]), *others) for end in range(1, len(value) + 1) for others in every_split(rest, value[end:])
    ]


@given(
    parts=st.lists(
        st.sampled_from(["{affiliate}", "{campaign}", "{click}", "{sub1}", "_", "a", "_a"]), min_size=1, max_size=6
    ),
    value=st.text("a_b", max_size=8),
    affiliates=st.frozensets(st.text("a_b", min_size=1, max_size=3), max_size=4),
    campaigns=st.dictionaries(st.text("a_b", min_size=1, max_size=3), st.text("a_b", min_size=1, max_size=3)),
)
def test_reading_equals_trying_every_split(parts, value, affiliates, campaigns):
    placeholders = [part for part in parts if part.startswith("{")]
    if len(set(placeholders)) != len(placeholders) or "{affiliate}" not in parts:
        return
    splits = [dict(split) for split in every_split(parts, value)]
    named = {split["{affiliate}"] for split in splits} & affiliates

    reading = read(
        pattern=parse("".join(parts)), value=value, affiliates=dict.fromkeys(affiliates), campaigns=campaigns
    )

    if not splits:
        assert reading is Unread.NO_MATCH
    elif len(named) != 1:
        assert reading is (Unread.AMBIGUOUS if named else Unread.UNKNOWN_AFFILIATE)
    else:
        (affiliate,) = named
        possible = {split.get("{campaign}") for split in splits if split["{affiliate}"] == affiliate}
        mine = [campaign for campaign in possible if campaign in campaigns and campaigns[campaign] == affiliate]
        assert reading.affiliate == affiliate
        assert reading.campaign == (mine[0] if len(mine) == 1 else None)
