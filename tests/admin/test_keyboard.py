"""The work that decides about money, done with the keyboard alone."""

import re
from datetime import date
from typing import Any

import pytest

from attribution.models import Attribution
from commissions.models import ClosedPeriod, Component
from tests.admin.house import House
from tests.browser.reader import Reader
from track360.lib.tenancy import tenant

FOCUS = """async () => {
  const one = document.activeElement, style = getComputedStyle(one);
  const said = (one.labels?.length ? one.labels[0] : one).cloneNode(true);
  for (const silent of said.querySelectorAll("[aria-hidden=true]")) silent.remove();
  if (one === document.body) return {name: "", marked: false, seen: false};
  const name = one.getAttribute("aria-label") || said.textContent.trim().replace(/\\s+/g, " ");
  const isSeen = () => {
    const box = one.getBoundingClientRect();
    const there = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 2));
    return !!there && (one.contains(there) || there.contains(one));
  };
  for (let tries = 0; tries < 20 && !isSeen(); tries += 1)  // the browser takes a moment to scroll there
    await new Promise(later => setTimeout(later, 50));
  return {name, marked: style.outlineStyle !== "none", seen: isSeen()};
}"""


class Typist:
    """Somebody without a mouse, who notes where he cannot see what he is on."""

    def __init__(self, reader: Reader) -> None:
        self.page = reader.page
        self.lost: list[str] = []

    def focus(self) -> dict[str, Any]:
        return self.page.evaluate(FOCUS)

    def reach(self, name: str, *, key: str = "Tab", presses: int = 120) -> None:
        """Go on from control to control until the one of this name has the focus."""
        passed = []
        for _ in range(presses):
            self.page.keyboard.press(key)
            focus = self.focus()
            if focus["name"] and not (focus["marked"] and focus["seen"]):
                self.lost.append(focus["name"])
            if focus["name"] == name:
                return
            passed.append(focus["name"])
        raise AssertionError(f"{name} is not reached; passed were {passed}")

    def press(self, name: str) -> None:
        self.reach(name)
        self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        self.reach(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, name: str, text: str) -> None:
        self.reach(name)
        self.page.keyboard.type(text)


@pytest.fixture
def desk(transactional_db, open_reader):
    """Sit down at the desk of a furnished brand, signed in with the keyboard."""
    house = House("luckyspin").furnish()
    person = house.operator("owner")
    reader = open_reader()
    typist = Typist(reader)
    reader.page.goto("/accounts/login/?next=/admin/")
    typist.write("Email", person.email)
    typist.write("Password", "a long enough word")
    with reader.page.expect_navigation(url=re.compile(r"/admin/$")):
        reader.page.keyboard.press("Enter")
    return house, typist


def test_plan_is_written_with_the_keyboard_alone(desk):
    house, typist = desk
    typist.follow("Plans")
    typist.follow("New plan")
    typist.write("Name", "Starter")
    typist.press("Add CPA")
    typist.write("Amount", "120")
    typist.press("Add condition or group")
    typist.press("Remove row")
    after = typist.focus()["name"]
    typist.press("Add revenue share")
    typist.write("Percent", "30")
    typist.reach("Currency", key="Shift+Tab")
    typist.page.keyboard.press("Enter")
    typist.page.wait_for_url("**/change/", timeout=5000)

    with tenant(house.brand.pk):
        stored = Component.objects.filter(brand=house.brand, version__plan__name="Starter").order_by("position")
        assert list(stored.values_list("kind", flat=True)) == ["cpa", "revshare"]
    assert after == "Add condition or group"
    assert typist.lost == []


def test_customer_is_transferred_with_the_keyboard_alone(desk):
    house, typist = desk
    typist.follow("Customers")
    typist.follow("c1")
    typist.follow("Transfer")
    typist.write("To", "1001")
    typist.write("From", "03012026")
    typist.write("Reason", "Agreed by mail")
    typist.press("Transfer")
    typist.page.get_by_text("Commissions of all concerned are computed again").wait_for()

    with tenant(house.brand.pk):
        decision = Attribution.objects.get(brand=house.brand, customer__key="c1", rule="transfer")
        assert (decision.affiliate.code, decision.holds_from) == ("1001", date(2026, 3, 1))
    assert typist.lost == []


def test_period_is_closed_with_the_keyboard_alone(desk):
    house, typist = desk
    typist.follow("Periods")
    typist.follow("Close period")
    typist.press("Close 2026-03 for good")
    typist.page.get_by_text("2026-03 is closed").wait_for()

    with tenant(house.brand.pk):
        assert ClosedPeriod.objects.filter(brand=house.brand, period="2026-03").exists()
    assert typist.lost == []
