"""From a click to an affiliate's explained commission, and what late data does to a closed month.

Everything is done from outside, as brands, visitors, affiliates and operators do it: over HTTP and in a browser.
Amounts are compared as they are shown: on the portal, in the admin and by the API.
"""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from affiliates.models import Affiliate
from affiliates.services.seats import give_seat
from brands.models import Brand, User
from brands.services import grant_membership
from tests.browser.reader import Reader
from tests.live import eventually
from track360.lib.tenancy import tenant

PASSWORD = "a long enough word"
LANDING = "https://luckyspin.example/welcome"
DOCUMENT = """
brand: {{slug: luckyspin, name: Lucky Spin, vertical: igaming, reporting_currency: EUR, timezone: UTC,
        default_currency: EUR, landing_url: "{landing}", landing_hosts: [luckyspin.example]}}
affiliates: [{{id: aff_204, name: Casino Guide, status: active}}, {{id: aff_205, name: Somebody Else, status: active}}]
campaigns: [{{id: cmp_981, affiliate: aff_204, name: Spring}}]
links: [{{code: spring, affiliate: aff_204, campaign: cmp_981}}]
plans:
  - name: Casino hybrid
    currency: EUR
    versions:
      - effective_from: {begins}
        components:
          - {{name: Bounty, kind: cpa, trigger: first_deposit, amount: "100.00", within_days: 30,
              conditions: {{all: [{{measure: net_deposits, at_least: "50"}}, {{measure: wagered, at_least: "200"}}]}}}}
          - {{name: Share, kind: revshare, base: NGR, rate: "0.30", negative: full}}
deals: [{{affiliate: aff_204, plan: Casino hybrid, starts_on: {begins}}}]
"""


def last_month():
    """The first day of the month before this one."""
    return (datetime.now(UTC).replace(day=1) - timedelta(days=1)).replace(day=1).date()


def command(*words):
    said = io.StringIO()
    call_command(*words, stdout=said)
    return json.loads(said.getvalue())


@pytest.fixture
def opened(tmp_path):
    """The brand as its operator has set it up, with somebody on each side."""
    document = tmp_path / "luckyspin.yaml"
    document.write_text(DOCUMENT.format(landing=LANDING, begins=last_month()))
    call_command("brand_config", "apply", str(document), stdout=io.StringIO())
    brand = Brand.objects.get(slug="luckyspin")
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]):
        password = make_password(PASSWORD)
    people = {
        name: User.objects.create(email=f"{name}@example.com", password=password) for name in ("affiliate", "operator")
    }
    with tenant(brand.id):
        grant_membership(brand=brand, user=people["operator"], role="owner", by="test", now=timezone.now())
        affiliate = Affiliate.objects.get(code="aff_204")
        give_seat(affiliate=affiliate, user=people["affiliate"], by="test", now=timezone.now())
    return brand


def events(month, customer):
    """A first deposit of 60, a second of 40, bets of 250 and net revenue of 200 in all."""
    day = month.replace(day=5)
    made = [("Deposit", "60.00"), ("Deposit", "40.00"), ("Bet", "250.00"), ("NGR", "120.00"), ("NGR", "80.00")]
    return [
        {
            "eventname": name,
            "eventid": f"e{number}",
            "createtime": f"{day} 10:0{number}",
            "customerid": customer,
            "Value": value,
        }
        for number, (name, value) in enumerate(made)
    ]


class Api:
    """The brand's own look at the figures."""

    def __init__(self, platform, slug):
        client = command("brand_client", slug)
        self._platform = platform
        self._bearer = platform.bearer(client_id=client["client_id"], client_secret=client["client_secret"])

    def read(self, path):
        answer = self._platform.get(f"/api/v1/commissions/{path}", Authorization=f"Bearer {self._bearer}")
        assert answer.status == 200, answer
        return answer.json()

    def lines(self, period):
        """(component, source period, amount, state) of a month's lines."""
        return sorted(
            (line["component"], line["source_period"], line["amount"], line["state"])
            for line in self.read(f"lines?period={period}")["data"]
        )


def sign_in(reader, email, to):
    reader.page.goto(f"/accounts/login/?next={to}")
    reader.page.get_by_label("Email").fill(email)
    reader.page.get_by_label("Password").fill(PASSWORD)
    reader.page.get_by_role("button", name="Sign in").click()
    reader.page.wait_for_url(f"**{to}")


def amounts_on(page):
    """All amounts of euros that the page's main part shows, in order, as plain numbers."""
    text = page.locator("main").inner_text().replace("−", "-").replace("\u00a0", " ")
    return re.findall(r"-?\d[\d,]*\.\d\d(?=\s*(?:EUR|€)|\b)", re.sub(r"€\s*", "", text))


def test_a_click_becomes_an_explained_commission_and_late_data_an_adjustment(platform, opened, browser):
    month = last_month()
    period, current = f"{month:%Y-%m}", f"{datetime.now(UTC):%Y-%m}"
    token = command("brand_token", "luckyspin")["token"]
    api = Api(platform, "luckyspin")
    visitor, affiliate, operator = (Reader(browser, platform.origin) for _ in range(3))

    # A visitor follows the affiliate's link and arrives at the brand with tracking data.
    # There is no such brand, so the browser says that it cannot reach it; where it was sent is what matters.
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        visitor.page.goto("/c/spring?sub1=newsletter")
    (sent_to,) = visitor.elsewhere
    arrived = urlsplit(sent_to)
    (tracking_data,) = parse_qs(arrived.query)["tracking_data"]
    assert (f"{arrived.scheme}://{arrived.netloc}{arrived.path}", len(tracking_data) <= 50) == (LANDING, True)

    # The brand reports him with it, and what he did.
    customer = [{"customerId": "c-1", "regtime": f"{month.replace(day=5)} 09:00", "country": "MT"}]
    customer[0]["tracking_data"] = tracking_data
    assert platform.push("customers", customer, token=token).json()["accepted"] == 1
    assert platform.push("activities", events(month, "c-1"), token=token).json()["accepted"] == 5
    assert platform.push("activities", events(month, "c-1"), token=token).json()["duplicates"] == 5

    # Seconds later the lines are there, without anybody's help.
    earned = [("Bounty", period, "100.00", "provisional"), ("Share", period, "60.00", "provisional")]
    eventually(lambda: api.lines(period) == earned)

    # The affiliate sees and understands them.
    sign_in(affiliate, "affiliate@example.com", "/portal/")
    affiliate.page.goto(f"/portal/commissions/?period={period}")
    assert {"100.00", "60.00", "160.00"} <= set(amounts_on(affiliate.page))
    keys = {line["component"]: line["key"] for line in api.read(f"lines?period={period}")["data"]}
    explained = {}
    for component, key in keys.items():
        affiliate.page.goto(f"/portal/commissions/{key}/")
        explained[component] = affiliate.page.locator("main").inner_text()
    assert "200.00" in explained["Share"]
    assert "30" in explained["Share"]
    assert "100.00" in explained["Bounty"]
    affiliate.page.goto(f"/portal/commissions/{keys['Share']}/records/")
    records = affiliate.page.locator("main").inner_text()
    assert ("120.00" in records, "80.00" in records, "c-1" in records) == (True, True, False)
    assert "c-1" not in "".join(explained.values())

    # The operator sees the same, with the customer's id.
    sign_in(operator, "operator@example.com", "/admin/")
    operator.page.goto(f"/admin/commissions/line/?period={period}")
    assert {"100.00", "60.00"} <= set(amounts_on(operator.page))
    told = api.read(f"lines/{keys['Share']}/explain")
    assert (told["line"]["amount"], told["sums"]) == ("60.00", {"NGR": "200"})
    assert [record["text"].partition('"Value": ')[2][:8] for record in told["records"]["data"]] == [
        '"120.00"',
        '"80.00"}',
    ]
    assert "c-1" in json.dumps(api.read(f"lines/{keys['Bounty']}/explain"))

    # The month is closed; the ledger says the same.
    closed = command("close_period", "luckyspin", period)
    assert closed["entries"] == 2
    entries = sorted(entry["amount"] for entry in api.read("entries")["data"])
    assert entries == ["100.00", "60.00"]
    posted = [(component, source, amount, "posted") for component, source, amount, _ in earned]
    assert api.lines(period) == posted

    # Late data for the closed month: it stays, and the difference appears in the open one.
    late = events(month, "c-1")[3] | {"Value": "70.00"}
    assert platform.push("activities", [late], token=token).json()["results"][0]["outcome"] == "updated"
    adjustment = [("Share", period, "-15.00", "provisional")]
    eventually(lambda: api.lines(current) == adjustment)
    assert api.lines(period) == posted
    affiliate.page.goto(f"/portal/commissions/?period={current}")
    assert "-15.00" in amounts_on(affiliate.page)
    (line,) = api.read(f"lines?period={current}")["data"]
    affiliate.page.goto(f"/portal/commissions/{line['key']}/")
    assert {"45.00", "60.00", "-15.00"} <= set(amounts_on(affiliate.page))
    operator.page.goto(f"/admin/commissions/line/?period={current}")
    assert "-15.00" in amounts_on(operator.page)

    # Everything on the way was proved, and no page complained or fetched from elsewhere.
    call_command("verify", "luckyspin", stdout=io.StringIO())
    assert (affiliate.complaints, affiliate.elsewhere) == ([], [])
    assert (operator.complaints, operator.elsewhere) == ([], [])
