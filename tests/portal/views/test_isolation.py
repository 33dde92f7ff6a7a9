"""An affiliate's pages are the same, byte for byte, whether anybody else exists or not (invariants I9 and I10)."""

import re

import pytest

from portal.references import customer_reference

PAGES = [
    "/portal/",
    "/portal/?period=12-months",
    "/portal/commissions/",
    "/portal/commissions/?period=2026-02",
    "/portal/customers/",
    "/portal/customers/?standing=pending",
    "/portal/links/",
    "/portal/programmes/",
]


def fill(stage, mark: str):
    """Put something on every page of the stage's affiliate."""
    bounty = stage.component(f"Bounty {mark}")
    customer = stage.customer(f"customer-{mark}-{mark}-{mark}")
    stage.days(("2026-03-10", "Clicks", 60, ""), ("2026-03-10", "NGR", "70", "EUR"), ("2026-02-10", "NGR", "9", "SEK"))
    stage.did(customer, "2026-03-03", "Deposit", "77")
    stage.did(customer, "2026-03-03", "FirstDeposits", "1", "")
    stage.stands(customer, bounty, "pending", ("net_deposits", 15, 20))
    line = stage.line(bounty, "100", customer=customer)
    stage.line(bounty, "55", period="2026-02")
    stage.link(f"link-{mark}")
    stage.promo_code(f"code-{mark}")
    return customer, line


def address_of(customer) -> str:
    return f"/portal/customers/{customer_reference(brand_id=customer.brand_id, customer_id=customer.pk)}/"


@pytest.fixture
def read(visitor):
    def read(addresses: list[str]) -> list[tuple[int, str]]:
        answers = [visitor.get(address) for address in addresses]
        return [
            (answer.status_code, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()))
            for answer in answers
        ]

    return read


def test_pages_do_not_change_when_others_come_and_prosper(read, stage, build, user):
    stage.seat(user)
    customer, line = fill(stage, "mine")
    pages = [*PAGES, address_of(customer), f"/portal/commissions/{line.key}/"]
    alone = read(pages)

    fill(build(code="aff_other"), "theirs")
    fill(build("otherbrand", "aff_204"), "abroad")

    assert [status for status, _ in alone] == [200] * len(pages)
    assert read(pages) == alone


def test_what_belongs_to_others_answers_like_what_does_not_exist(read, stage, build, user):
    stage.seat(user)
    neighbour, neighbours_line = fill(build(code="aff_other"), "theirs")
    foreigner, foreign_line = fill(build("otherbrand", "aff_204"), "abroad")

    unknown = read([f"/portal/commissions/{'0' * 32}/", f"/portal/customers/{'A' * 22}/"])
    others = read(
        [
            f"/portal/commissions/{neighbours_line.key}/",
            address_of(neighbour),
            f"/portal/commissions/{foreign_line.key}/",
            address_of(foreigner),
        ]
    )

    assert others == unknown * 2
    assert {status for status, _ in unknown} == {404}


def test_customer_of_the_brand_that_nobody_sent_is_not_shown(read, stage, user):
    stage.seat(user)
    organic = stage.customer("organic-organic", owners=[])

    assert read([address_of(organic)])[0][0] == 404
