"""What holds for every book: order, summing beforehand and incremental computing change nothing (I1, I2, I12)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from commissions.engine.book import Standing
from commissions.engine.coarse import needs_customers
from commissions.engine.compute import compute
from commissions.engine.storing import state_from_json, state_to_json
from tests.commissions.engine.books import FIRST, LAST, books, days, plans, without_facts_before_registration
from tests.commissions.engine.coarsening import coarsened
from track360.lib.periods import Period

QUALIFIED = Standing.QUALIFIED


@given(books(), st.randoms(use_true_random=False))
def test_order_of_facts_customers_and_terms_changes_nothing(book, random):
    shuffled = replace(
        book,
        customers=tuple(random.sample(book.customers, len(book.customers))),
        facts=tuple(random.sample(book.facts, len(book.facts))),
        candidates=tuple(
            replace(
                candidate,
                history=tuple(random.sample(candidate.history, len(candidate.history))),
                happenings=tuple(random.sample(candidate.happenings, len(candidate.happenings))),
            )
            for candidate in random.sample(book.candidates, len(book.candidates))
        ),
        deals=tuple(random.sample(book.deals, len(book.deals))),
        crowd=tuple(random.sample(book.crowd, len(book.crowd))),
    )

    assert compute(shuffled) == compute(book)


@given(books())
def test_summing_beforehand_changes_nothing(book):
    coarse = coarsened(book)

    assert compute(coarse) == compute(book)
    assert len(coarse.facts) <= len(book.facts)
    if not needs_customers(book.plan):
        assert all(fact.customer is None for fact in coarse.facts)


@given(books(), st.integers(1, LAST.since(FIRST)))
def test_going_on_from_a_state_gives_what_computing_from_scratch_gives(book, months):
    whole = compute(book)
    split = FIRST.plus(months)
    stored = replace(
        whole.states[months - 1],
        components=tuple(
            state_from_json(state.component, state_to_json(state)) for state in whole.states[months - 1].components
        ),
    )

    rest = compute(
        replace(book, first=split, opening=stored, facts=tuple(f for f in book.facts if f.day >= split.first_day))
    )

    assert rest.lines == tuple(line for line in whole.lines if line.period >= split)
    assert rest.states == whole.states[months:]
    assert rest.qualifications == whole.qualifications


@given(books(), st.data())
def test_judging_only_some_customers_again_gives_the_same(book, data):
    whole = compute(book)
    again = {c.number for c in book.customers if data.draw(st.booleans(), label=c.key)}
    standing = tuple(q for q in whole.qualifications if q.customer not in again and q.standing is QUALIFIED)
    candidates = tuple(candidate for candidate in book.candidates if candidate.customer.number in again)

    assert compute(replace(book, candidates=candidates, standing=standing)).lines == whole.lines


@given(books(), days, st.sampled_from(["all", "new_customers"]), plans())
def test_new_version_changes_no_line_of_a_month_that_ended_before_it(book, day, applies_to, other):
    book = without_facts_before_registration(book)
    taken = {version.effective_from for version in book.plan.versions}
    latest = replace(other.versions[0], number=9, effective_from=day, applies_to=applies_to)
    changed = replace(
        book, plan=replace(book.plan, versions=(*book.plan.versions, *(() if day in taken else (latest,))))
    )

    before = [line for line in compute(book).lines if line.period < Period.of(day)]
    after = [line for line in compute(changed).lines if line.period < Period.of(day)]

    assert after == before


@given(books())
def test_numbers_of_versions_decide_nothing(book):
    """They say in which order versions were entered; what follows what says the day."""
    last = len(book.plan.versions) + 1
    versions = [replace(version, number=last - version.number) for version in reversed(book.plan.versions)]
    again = compute(replace(book, plan=replace(book.plan, versions=tuple(versions))))
    whole = compute(book)

    assert sorted(map(earned, again.lines)) == sorted((*earned(line)[:-1], last - line.version) for line in whole.lines)
    assert [carried(state) for state in again.states] == [carried(state) for state in whole.states]


def earned(line):
    return (
        str(line.period),
        line.component,
        line.customer or 0,
        line.amount,
        line.available_on,
        line.reason,
        line.version,
    )


def carried(state):
    return {one.component: (one.started, one.deficits, one.asides) for one in state.components}


@given(books())
def test_customer_qualifies_for_a_component_with_one_affiliate_at_most(book):
    of_one, of_two = (
        {(found.customer, found.component) for found in compute(of).qualifications if found.standing is QUALIFIED}
        for of in (book, replace(book, affiliate=2))
    )

    assert of_one & of_two == set()


@given(books())
def test_lines_are_unique_and_zero_only_with_a_reason(book):
    lines = compute(book).lines

    assert len({line.key for line in lines}) == len(lines)
    assert all(line.amount != 0 or line.reason for line in lines)
