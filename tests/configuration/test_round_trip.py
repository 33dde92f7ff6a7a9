"""Whatever can be configured comes back from the database, and from YAML, as it was stated."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brands.models import Brand
from commissions import configuration
from commissions.configuration import text
from commissions.configuration.section import Scene
from track360.lib.tenancy import tenant

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

codes = st.text("abcXYZ019._~-", min_size=1, max_size=8)
# Words that YAML would rather read as something else are the interesting ones.
words = st.one_of(
    st.sampled_from(
        ["NO", "on", "null", "~", "1.10", "0x1F", "12:30", "2026-01-01", "- a", "a: b", "#1", "é", "'", '"']
    ),
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12),
)
days = st.dates(date(2025, 1, 1), date(2026, 12, 31))
numbers = st.decimals(0, 100000, places=2).map(lambda number: f"{number:f}")
fractions = st.integers(0, 100).map(lambda percent: f"{percent / 100:.2f}")
money_kpis = st.sampled_from(["GGR", "NGR", "Bets", "Deposit"])
measures = st.sampled_from(["deposits", "wagered", "active_days", "net_deposits", "sum:GGR", "count:Deposit"])


def unique(items, key):
    return st.lists(items, max_size=4, unique_by=lambda item: item[key])


conditions = st.recursive(
    st.fixed_dictionaries({"measure": measures, "at_least": numbers}),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
    ),
    max_leaves=4,
)
bands = st.lists(st.integers(0, 9000), min_size=1, max_size=3, unique=True).map(sorted)


@st.composite
def cpas(draw):
    terms = {"kind": "cpa", "trigger": draw(st.sampled_from(["first_deposit", "first:Bets"]))}
    pay = draw(st.sampled_from(["amount", "percent", "tiers"]))
    if pay == "amount":
        terms["amount"] = draw(numbers)
        terms |= draw(
            st.fixed_dictionaries(
                {}, optional={"by_country": st.dictionaries(st.sampled_from(["DE", "NO"]), numbers, min_size=1)}
            )
        )
    elif pay == "percent":
        terms |= {"percent": str(draw(st.integers(1, 100))), "min": "1", "max": "50"}
    else:
        terms["tiers"] = {
            "metric": "qualified",
            "apply": draw(st.sampled_from(["whole", "marginal"])),
            "bands": [[str(bound or 1), draw(numbers)] for bound in draw(bands.filter(lambda each: 1 not in each))],
        }
    return terms | draw(
        st.fixed_dictionaries(
            {},
            optional={
                "conditions": conditions,
                "within_days": st.integers(0, 60),
                "hold_days": st.integers(1, 60),
                "cap": st.sampled_from([{"count": 20}, {"amount": "2000"}]),
                "anchor": st.sampled_from(["registration", "activity"]),
            },
        )
    )


@st.composite
def shares(draw, profiles):
    terms = {
        "kind": "revshare",
        "base": draw(st.one_of(money_kpis, st.just("Deposit - Withdrawal"), *map(st.just, profiles))),
    }
    if draw(st.booleans()):
        terms["rate"] = draw(fractions)
    else:
        terms["tiers"] = {"metric": "base", "bands": [[str(bound), draw(fractions)] for bound in draw(bands)]}
    return terms | draw(
        st.fixed_dictionaries(
            {},
            optional={
                "products": st.lists(st.sampled_from(["Casino", "Sports", "none"]), min_size=1, unique=True),
                "months": st.integers(1, 36),
                "negative": st.sampled_from(["none", "full", "allow", {"capped": "1000"}, {"expiring": 3}]),
                "carry": st.sampled_from(["base", "commission"]),
                "ring_fence": st.just("5000"),
                "hold_days": st.integers(1, 30),
            },
        )
    )


@st.composite
def documents(draw):
    affiliates = draw(
        unique(
            st.fixed_dictionaries(
                {"id": codes, "name": words},
                optional={"status": st.sampled_from(["pending", "active", "suspended", "blocked", "declined"])},
            ),
            "id",
        )
    )
    for place, affiliate in enumerate(affiliates[1:], start=1):
        affiliate["parent"] = draw(st.sampled_from([None, *(each["id"] for each in affiliates[:place])]))
    partners = [affiliate["id"] for affiliate in affiliates]
    document = {
        "brand": {
            "slug": "spin",
            "name": draw(words),
            "vertical": "igaming",
            "timezone": draw(st.sampled_from(["UTC", "Europe/Malta"])),
            "default_currency": draw(st.sampled_from([None, "EUR"])),
            "landing_url": draw(st.sampled_from([None, "https://spin.example/"])),
            "tracking": draw(st.sampled_from(["lenient", "strict"])),
            "attribution_window_days": draw(st.sampled_from([None, 30])),
        },
        "kpis": draw(
            st.sampled_from([[], [{"name": "Keno_Stakes", "unit": "money"}, {"name": "Tickets", "unit": "count"}]])
        ),
        "aliases": draw(
            st.sampled_from(
                [
                    {},
                    {"events": {"initial fund": "Deposit"}, "statuses": {"OK": "approved"}},
                    {"products": {"NO": "Casino"}},
                ]
            )
        ),
        "fx": [
            {
                "date": day,
                "base": "EUR",
                "quote": "USD",
                "rate": draw(st.sampled_from(["1.0850", "1", "0.000000000001"])),
            }
            for day in draw(st.lists(days, max_size=3, unique=True))
        ],
        "affiliates": draw(st.permutations(affiliates)),
        "revenue_profiles": draw(
            st.sampled_from(
                [[], [{"name": "House", "steps": [{"sum": "GGR"}, {"subtract_percent": "18.50", "of": "running"}]}]]
            )
        ),
    }
    profiles = [profile["name"] for profile in document["revenue_profiles"]]
    plans = draw(unique(st.fixed_dictionaries({"name": words, "currency": st.sampled_from(["EUR", "JPY"])}), "name"))
    for plan in plans:
        cpa, share = draw(cpas()), draw(shares(profiles))
        plan["versions"] = [
            {
                "effective_from": day,
                "applies_to": draw(st.sampled_from(["all", "new_customers"])),
                "components": [{"name": "Bounty", **cpa}, {"name": "Share", **share}],
            }
            for day in draw(st.lists(days, min_size=1, max_size=2, unique=True))
        ]
    document["plans"] = plans
    if plans:
        document["brand"]["default_plan"] = draw(st.sampled_from([None, plans[0]["name"]]))
    if partners:
        own = st.sampled_from(partners)
        document["campaigns"] = draw(
            unique(st.fixed_dictionaries({"id": codes, "affiliate": own, "name": words}), "id")
        )
        works = st.booleans() if document["brand"]["landing_url"] else st.sampled_from([False])
        document["links"] = draw(
            unique(st.fixed_dictionaries({"code": codes, "affiliate": own, "active": works}), "code")
        )
        document["deals"] = [
            {"affiliate": affiliate, "plan": plans[0]["name"], "starts_on": date(2026, 1, 1)}
            for affiliate in partners
            if plans
        ]
    return document


@pytest.mark.django_db
@settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(documents())
def test_exporting_what_was_applied_gives_the_document_again(plain):
    document = configuration.read(text.dump(plain))

    with transaction.atomic():
        configuration.apply(document=document, by="test", now=NOW)
        brand = Brand.objects.get(slug="spin")
        with tenant(brand.id):
            exported = configuration.export(Scene(brand=brand, by="test", now=NOW))
        again = configuration.apply(document=configuration.read(exported.as_yaml()), by="test", now=NOW)
        transaction.set_rollback(True)

    assert exported == document
    assert configuration.read(exported.as_yaml()) == document
    assert again == []
