"""`GET /c/{link}`: where it sends visitors, with what, and which of them count."""

import time
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import OperationalError, connection
from django.test import Client

from affiliates import services as affiliates
from attribution import views
from attribution.models import AffiliateDay, Click
from attribution.queries import token_keys
from attribution.queries.targets import KnownLinks, read_target
from attribution.rules.tokens import verify
from attribution.services import ClickBuffer
from brands.services import change_settings
from tests.attribution.conftest import NOW, World, registered

HUMAN = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def clicks(monkeypatch: pytest.MonkeyPatch) -> ClickBuffer:
    buffer = ClickBuffer(in_background=False)
    monkeypatch.setattr(views, "clicks", buffer)
    monkeypatch.setattr(views, "links", KnownLinks())
    return buffer


@pytest.fixture
def link(world: World, partners):
    return world.link(partners.anna, "spring", campaign=partners.spring)


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"user-agent": HUMAN})


def target(response):
    """Scheme, host and path, and the parameters, of where a redirect leads."""
    assert response.status_code == 302
    parts = urlsplit(response["Location"])
    return f"{parts.scheme}://{parts.netloc}{parts.path}", parse_qs(parts.query, keep_blank_values=True)


def counted(world: World, buffer: ClickBuffer) -> int:
    buffer.flush()
    with world.open():
        return Click.objects.count()


def test_a_visitor_is_sent_to_the_landing_page_with_a_token_of_the_link(world, link, visitor):
    response = visitor.get("/c/spring")

    page, parameters = target(response)
    assert page == "https://luckyspin.example/welcome"
    assert list(parameters) == ["tracking_data"]
    assert verify(keys=token_keys(brand_id=world.brand.id), value=parameters["tracking_data"][0]).link == link.id
    assert response["Cache-Control"] == "no-store"
    assert response.content == b""


def test_a_customer_who_returns_the_token_belongs_to_the_affiliate_without_any_click_row(world, link, visitor):
    _, parameters = target(visitor.get("/c/spring"))

    world.customers(registered("c1", tracking_data=parameters["tracking_data"][0]))
    world.drain()

    assert world.owners() == {"c1": [(None, "1000", "2001", "token")]}


def test_a_visit_is_stored_and_counted_for_the_affiliate_on_the_brands_day(world, link, visitor, clicks, time_machine):
    with world.open():
        change_settings(brand=world.brand, changes={"timezone": "Asia/Tokyo"}, records_exist=False, by="test", now=NOW)
    time_machine.move_to(datetime(2026, 3, 20, 22, tzinfo=UTC), tick=False)

    visitor.get("/c/spring", {"sub1": "blog", "sub5": "top"})
    visitor.get("/c/spring/")
    clicks.flush()

    with world.open():
        first, second = Click.objects.order_by("id")
        (day,) = AffiliateDay.objects.filter(kpi="Clicks").select_related("affiliate", "campaign")
    assert (first.link_id, first.sub1, first.sub5, second.sub1) == (link.id, "blog", "top", "")
    assert (day.affiliate.code, day.campaign.code, day.link_id, day.day, day.records, day.amount) == (
        "1000", "2001", link.id, date(2026, 3, 21), 2, 2,
    )  # fmt: skip
    assert world.differences() == []


def test_sub_ids_are_passed_on_percent_encoded(link, visitor):
    response = visitor.get("/c/spring?sub1=a%0d%0aSet-Cookie:x=1&sub2=%3Cscript%3E%7B%7B7*7%7D%7D%25s&sub3=%00&sub9=no")

    _, parameters = target(response)
    assert parameters["sub1"] == ["a\r\nSet-Cookie:x=1"]
    assert parameters["sub2"] == ["<script>{{7*7}}%s"]
    assert set(parameters) == {"tracking_data", "sub1", "sub2"}
    assert not set("\r\n<>{} ") & set(response["Location"])
    assert "Set-Cookie" not in response


def test_sub_ids_that_cannot_be_read_are_stored_harmlessly(world, link, visitor, clicks):
    response = visitor.get("/c/spring?sub1=%ff%fe&sub2=" + "é" * 500 + "&" + "&".join(f"x{n}=1" for n in range(50)))

    assert response.status_code == 302
    clicks.flush()
    with world.open():
        click = Click.objects.get()
    assert (click.sub1, len(click.sub2)) == ("\N{REPLACEMENT CHARACTER}" * 2, 200)


@pytest.mark.parametrize(
    "landing",
    [
        "https://luckyspin.example/welcome?tracking_data=THEIRS&keep=1#top",
        "https://luckyspin.example/welcome?keep=1&tracking%5Fdata=THEIRS&Tracking_Data=THEIRS#top",
    ],
)
def test_our_tracking_data_is_the_only_one(world, partners, visitor, landing):
    world.link(partners.anna, "own", landing_url=landing)

    response = visitor.get("/c/own?tracking_data=FORGED")

    assert "FORGED" not in response["Location"]
    assert "THEIRS" not in response["Location"]
    assert response["Location"].startswith("https://luckyspin.example/welcome?keep=1&tracking_data=t1")
    assert response["Location"].endswith("#top")


@pytest.mark.parametrize("landing", ["https://[bad", "https://luckyspin.example/a\nb"])
def test_a_landing_page_that_is_no_address_leads_nowhere(world, link, visitor, landing):
    type(world.brand).objects.filter(pk=world.brand.pk).update(landing_url=landing)

    assert visitor.get("/c/spring").status_code == 404


def test_a_landing_page_is_encoded_as_a_header_needs_it(world, partners, visitor):
    world.link(partners.anna, "own", landing_url="https://luckyspin.example/добро пожаловать")

    assert visitor.get("/c/own")["Location"].startswith(
        "https://luckyspin.example/%D0%B4%D0%BE%D0%B1%D1%80%D0%BE%20%D0%BF%D0%BE%D0%B6%D0%B0%D0%BB%D0%BE%D0%B2%D0%B0%D1%82%D1%8C?"
    )


@pytest.mark.parametrize(
    ("deep_link", "page"),
    [
        ("https://luckyspin.example/slots", "https://luckyspin.example/slots"),
        ("https://LUCKYSPIN.example/slots", "https://LUCKYSPIN.example/slots"),
        ("https://luckyspin.example", "https://luckyspin.example"),
        ("https://luckyspin.example/sl%C3%B6ts/ö", "https://luckyspin.example/sl%C3%B6ts/%C3%B6"),
    ],
)
def test_a_deep_link_to_a_landing_host_is_followed(link, visitor, deep_link, page):
    assert target(visitor.get("/c/spring", {"dl": deep_link}))[0] == page


def test_a_deep_links_own_tracking_data_gives_way_to_ours(link, visitor):
    _, parameters = target(
        visitor.get("/c/spring", {"dl": "https://luckyspin.example/a?tracking_data=x&b=1", "sub1": "s"})
    )

    assert len(parameters["tracking_data"]) == 1
    assert parameters["tracking_data"][0].startswith("t1")
    assert (parameters["b"], parameters["sub1"]) == (["1"], ["s"])


@pytest.mark.parametrize(
    "deep_link",
    [
        "//evil.example",
        "https://luckyspin.example.evil.example",
        "https://luckyspin.example%00.evil.example",
        "javascript:alert(1)",
        "http://luckyspin.example/",
        "https://evil.example/",
        "https://luckyspin.example@evil.example/",
        "https://evil.example\\@luckyspin.example/",
        "https://luckyspin.example\\.evil.example/",
        "https://luckyspin.example:444/",
        "https://luckyspin.example./",
        "https://luckyspin.example\t.evil.example/",
        " https://luckyspin.example/",
        "https:luckyspin.example",
        "https:///luckyspin.example",
        "https://[luckyspin.example",
        "https://luckyspin.example/\r\nSet-Cookie: x=1",
        "https://luckyspin.example/" + "a" * 3000,
        "/relative",
        "",
    ],
)
def test_any_other_deep_link_is_ignored(link, visitor, deep_link):
    assert target(visitor.get("/c/spring", {"dl": deep_link}))[0] == "https://luckyspin.example/welcome"


@pytest.mark.parametrize(
    ("method", "headers", "counts"),
    [
        ("get", {"user-agent": HUMAN}, 1),
        ("get", {}, 1),
        ("get", {"user-agent": "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/140 Mobile Safari/537.36"}, 1),
        ("head", {"user-agent": HUMAN}, 0),
        ("get", {"user-agent": HUMAN, "sec-purpose": "prefetch;prerender"}, 0),
        ("get", {"user-agent": HUMAN, "purpose": "prefetch"}, 0),
        ("get", {"user-agent": HUMAN, "x-moz": "prefetch"}, 0),
        ("get", {"user-agent": HUMAN, "x-purpose": "preview"}, 0),
        ("get", {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, 0),
        ("get", {"user-agent": "facebookexternalhit/1.1"}, 0),
        ("get", {"user-agent": "WhatsApp/2.23.20.0"}, 0),
        ("get", {"user-agent": "Slackbot-LinkExpanding 1.0"}, 0),
    ],
)
def test_robots_and_previews_are_redirected_and_do_not_count(world, link, clicks, method, headers, counts):
    response = getattr(Client(), method)("/c/spring", headers=headers)

    assert response.status_code == 302
    assert counted(world, clicks) == counts


@pytest.mark.parametrize(
    "path", ["/c/nothing", "/c/", "/c/%00", "/c/a%20b", "/c/spring/more", "/c/" + "x" * 60, "/c/é"]
)
def test_an_unknown_link_is_404(link, visitor, path):
    assert visitor.get(path).status_code == 404


def test_a_link_takes_no_post(link, visitor):
    assert visitor.post("/c/spring").status_code in (403, 405)


def test_a_link_that_was_switched_off_is_404(world, link, visitor):
    with world.open():
        affiliates.change_link(link=link, landing_url=None, is_active=False, by="test", now=NOW)

    assert visitor.get("/c/spring").status_code == 404


@pytest.mark.parametrize(
    ("status", "answer", "attributes"),
    [
        ("active", 302, True),
        ("suspended", 302, True),
        ("blocked", 302, False),
        ("pending", 404, False),
        ("declined", 404, False),
    ],
)
def test_links_work_as_the_affiliates_status_allows(world, partners, link, visitor, clicks, status, answer, attributes):
    with world.open():
        affiliates.set_status(affiliate=partners.anna, status=status, from_day=date(2026, 1, 1), by="test", now=NOW)

    response = visitor.get("/c/spring?tracking_data=FORGED")

    assert response.status_code == answer
    if answer == 302:
        assert ("tracking_data" in response["Location"]) == attributes
    assert counted(world, clicks) == int(attributes)


def test_a_known_link_redirects_while_the_database_is_away(world, link, visitor, clicks, monkeypatch):
    now = [0.0]
    known = KnownLinks(clock=lambda: now[0])
    monkeypatch.setattr(views, "links", known)
    visitor.get("/c/spring")

    def away(*_args: object, **_named: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(known, "_read", away)
    monkeypatch.setattr(connection, "ensure_connection", away)
    answers = []
    for now[0] in (1.0, 10.0, 1000.0):
        answers.append(visitor.get("/c/spring").status_code)

    assert answers == [302, 302, 302]
    assert visitor.get("/c/another").status_code == 503
    monkeypatch.undo()


def test_a_changed_link_is_noticed_within_seconds(world, link):
    now = [0.0]
    known = KnownLinks(clock=lambda: now[0])
    assert known.get("spring").landing == "https://luckyspin.example/welcome"
    with world.open():
        affiliates.change_link(
            link=link, landing_url="https://luckyspin.example/new", is_active=True, by="test", now=NOW
        )

    now[0] = KnownLinks.STALE
    assert known.get("spring").landing == "https://luckyspin.example/new"


def test_a_link_added_after_somebody_asked_for_it_works_within_seconds(world, partners):
    now = [0.0]
    known = KnownLinks(clock=lambda: now[0])
    assert known.get("late") is None
    world.link(partners.anna, "late")

    now[0] = KnownLinks.FRESH
    assert known.get("late") is not None


def test_a_full_buffer_drops_counts_and_never_a_redirect(world, link, visitor, clicks, monkeypatch):
    monkeypatch.setattr("attribution.services.clicks.MAX_BUFFERED", 2)

    answers = [visitor.get("/c/spring").status_code for _ in range(5)]

    assert answers == [302] * 5
    assert counted(world, clicks) == 2


def test_a_brand_whose_clicks_cannot_be_written_does_not_cost_another_its_own(
    world, link, visitor, clicks, monkeypatch
):
    visitor.get("/c/spring")
    clicks._visits.insert(0, views.Visit(999_999, 1, None, 1, "t", NOW, ("",) * 5))

    assert counted(world, clicks) == 1
    assert world.differences() == []


def test_the_buffer_writes_by_itself(world, link, visitor, monkeypatch):
    buffer = ClickBuffer()
    monkeypatch.setattr(views, "clicks", buffer)
    visitor.get("/c/spring")

    for _ in range(100):
        with world.open():
            if Click.objects.exists():
                break
        time.sleep(0.05)
    visitor.get("/c/spring")
    buffer.end()

    with world.open():
        assert Click.objects.count() == 2


def test_a_target_is_read_with_few_statements(world, link, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        read_target(code="spring", now=NOW)
