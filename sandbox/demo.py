"""The demo: two brands, their credentials and logins, rates up to today, and months of traffic."""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from affiliates.models import Affiliate, Seat
from affiliates.services import give_seat
from brands.authentication import authenticated
from brands.models import Brand, Membership, User
from brands.models.people import Role
from brands.oauth.errors import OAuthError
from brands.oauth.grants import TokenRequest
from brands.oauth.tokens import grant
from brands.services import create_client, grant_membership, issue_token
from commissions import configuration
from commissions.models import ClosedPeriod, Exclusion, Line
from commissions.models.ledger import LineState
from commissions.models.terms import ExclusionReason
from commissions.services.closing import close_period
from commissions.services.exclusions import exclude_customer
from ingestion.models import FxRate
from ingestion.rates.entering import enter_rates
from ingestion.rates.quotes import Quote
from sandbox.loading import Loader, Say, sent_through, visit_links
from sandbox.sending import Platform
from sandbox.traffic.chance import dice
from sandbox.worlds import world_of
from track360.lib.periods import Period
from track360.lib.problems import Problem
from track360.lib.tenancy import tenant

BY = "demo"
SEED = 1
DOCUMENTS = Path(__file__).parent / "documents"
# The first one is whose first requests the README shows.
BRANDS = ("lucky-spin", "meridian-markets")
VISITORS_A_DAY = {"lucky-spin": 150, "meridian-markets": 90}
OPERATOR = "operator@track360.example"
AFFILIATE = "affiliate@track360.example"
SEAT = "1000"  # the affiliate that the published example of tracking data names
MONTHS = 5  # of history, before the month in which the demo began
MONTHS_LEFT_OPEN = 1  # after the last closed one, before the present one
CURRENCIES = ("USD", "GBP", "SEK", "NOK", "CAD", "AUD")


@dataclass(frozen=True, slots=True)
class DemoBrand:
    """A demo brand and what its servers authenticate with."""

    brand: Brand
    token: str
    client_id: str
    client_secret: str


def set_up(*, state: Path, base_url: str, now: datetime) -> list[DemoBrand]:
    """Make the demo's brands, credentials and logins, or find those of an earlier run, and write them to `state`.

    Secrets that the file holds and that still work are kept; others are made anew.
    """
    before = _read(state)
    operator = _login(OPERATOR, "Olivia Operator", before.get("operator"), may_add_brands=True)
    affiliate = _login(AFFILIATE, "Andy Affiliate", before.get("affiliate"))
    found = []
    for slug in BRANDS:
        brand = _brand(slug, now)
        with tenant(brand.id):
            _employ(brand, operator.user, now)
            if slug == BRANDS[0]:
                _seat(brand, affiliate.user, now)
            known = [each for each in before.get("brands", []) if each.get("slug") == slug]
            found.append(_credentials(brand, known[0] if known else {}, now))
    _write(
        state,
        {
            "base_url": base_url,
            "brands": [
                {
                    "slug": each.brand.slug,
                    "vertical": each.brand.vertical,
                    "token": each.token,
                    "client_id": each.client_id,
                    "client_secret": each.client_secret,
                }
                for each in found
            ],
            "operator": {"email": OPERATOR, "password": operator.password},
            "affiliate": {"email": AFFILIATE, "password": affiliate.password},
        },
    )
    return found


def load_history(*, demo: DemoBrand, base_url: str, now: datetime, say: Say) -> None:
    """Bring the brand's traffic in, from where an earlier run ended, until now."""
    brand = demo.brand
    began = brand.created_at.astimezone(brand.zone).date()
    first = Period.of(began).plus(-MONTHS).first_day
    resume = sent_through(brand=brand, first=first, today=now.astimezone(brand.zone).date())
    platform = Platform(base_url=base_url, token=demo.token)
    world = world_of(brand=brand, seed=SEED, visitors=VISITORS_A_DAY[brand.slug])
    Loader(brand=brand, world=world, platform=platform, say=say).load(first=first, now=now, resume=resume)
    if resume is None:
        visit_links(platform=platform, links=[source.name for source in world.sources if source.kind == "link"])


def fill_rates(*, brand: Brand, now: datetime) -> int:
    """Make up rates for the working days that nobody has stated any for, so that the last weeks can be converted."""
    with tenant(brand.id):
        euro = FxRate.objects.filter(brand=brand, base="EUR", quote__in=CURRENCIES)
        newest = {
            quote: (on, rate)
            for quote, on, rate in euro.order_by("quote", "-day", "-id")
            .distinct("quote")
            .values_list("quote", "day", "rate")
        }
        quotes = []
        for currency, (on, rate) in newest.items():
            day = on
            while (day := day + timedelta(days=1)) <= now.date():
                if day.weekday() < 5:
                    rate = _next_rate(rate, currency, day)
                    quotes.append(Quote(day, "EUR", currency, rate))
        return enter_rates(brand=brand, quotes=quotes, source=BY, by=BY, now=now)


def close_history(*, brand: Brand, now: datetime, say: Say) -> None:
    """Close the brand's months but the last ones, in order."""
    last = Period.of(now.astimezone(brand.zone).date()).plus(-1 - MONTHS_LEFT_OPEN)
    with tenant(brand.id):
        closed = ClosedPeriod.objects.filter(brand=brand).order_by("-period").first()
        lines = Line.objects.filter(brand=brand).order_by("period").first()
    if closed is not None:
        first = Period.parse(closed.period).next
    elif lines is not None:
        first = Period.parse(lines.period)
    else:
        return
    for period in first.through(last):
        with tenant(brand.id):
            posted = close_period(brand=brand, period=period, by=BY, now=now)
        say(f"{brand.name}: closed {period}, {posted.entries} entries")


def find_duplicate(*, brand: Brand, now: datetime, say: Say) -> None:
    """Exclude, once, a customer who was paid for in a closed month: what was posted is taken back by an adjustment."""
    with tenant(brand.id):
        if Exclusion.objects.filter(brand=brand).exists():
            return
        paid = Line.objects.filter(brand=brand, state=LineState.POSTED, customer__isnull=False, amount__gt=0)
        line = paid.filter(affiliate__code=SEAT).order_by("-period", "-amount", "customer__key").first()
        if line is None or line.customer is None:
            return
        exclude_customer(
            customer=line.customer,
            reason=ExclusionReason.DUPLICATE,
            from_day=now.astimezone(brand.zone).date(),
            by=BY,
            now=now,
        )
        say(f"{brand.name}: {line.customer.key} turned out to be a duplicate")


@dataclass(frozen=True, slots=True)
class _Login:
    user: User
    password: str


def _login(email: str, name: str, known: dict[str, str] | None, *, may_add_brands: bool = False) -> _Login:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name)
    if may_add_brands and not user.is_superuser:
        user.is_superuser = user.is_staff = True
        user.save(update_fields=["is_superuser", "is_staff"])
    password = (known or {}).get("password", "")
    if not (password and user.check_password(password)):
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save(update_fields=["password"])
    return _Login(user, password)


def _brand(slug: str, now: datetime) -> Brand:
    brand = Brand.objects.filter(slug=slug).first()
    if brand is None:
        document = configuration.read((DOCUMENTS / f"{slug}.yaml").read_text(encoding="utf-8"))
        configuration.apply(document=document, by=BY, now=now)
        brand = Brand.objects.get(slug=slug)
    return brand


def _employ(brand: Brand, user: User, now: datetime) -> None:
    if not Membership.objects.filter(brand=brand, user=user).exists():
        grant_membership(brand=brand, user=user, role=Role.OWNER, by=BY, now=now)


def _seat(brand: Brand, user: User, now: datetime) -> None:
    affiliate = Affiliate.objects.get(brand=brand, code=SEAT)
    if not Seat.objects.filter(brand=brand, affiliate=affiliate, user=user).exists():
        give_seat(affiliate=affiliate, user=user, by=BY, now=now)


def _credentials(brand: Brand, known: dict[str, str], now: datetime) -> DemoBrand:
    token, client_id, client_secret = (known.get(name, "") for name in ("token", "client_id", "client_secret"))
    if not _works(lambda: authenticated(token, now=now).brand.id == brand.id):
        token = issue_token(brand=brand, by=BY, now=now, label="demo").secret
    wanted = TokenRequest(client_id=client_id, client_secret=client_secret, scopes=None)
    if not _works(lambda: bool(grant(request=wanted, now=now))):
        issued = create_client(brand=brand, by=BY, now=now, name="demo")
        client_id, client_secret = issued.application.client_id, issued.secret
    return DemoBrand(brand, token, client_id, client_secret)


def _works(attempt: Callable[[], bool]) -> bool:
    try:
        return attempt()
    except (Problem, OAuthError):
        return False


def _next_rate(rate: Decimal, currency: str, day: date) -> Decimal:
    step = Decimal(dice(SEED, "rate", currency, day).randint(-40, 40)) / 10_000
    return (rate * (1 + step)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _read(state: Path) -> dict[str, Any]:
    try:
        found = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(state: Path, content: dict[str, Any]) -> None:
    """Replace the file at once, readable by its owner only: it holds secrets."""
    state.parent.mkdir(parents=True, exist_ok=True)
    fresh = state.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    fresh.replace(state)
