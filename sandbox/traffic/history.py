"""Day after day: visitors come, some register, some of those deposit and play."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sandbox.traffic.chance import CASINO_WEEK, MARKET_WEEK, dice, season, several
from sandbox.traffic.people import FIRST_NAMES, LAST_NAMES, Person, person
from sandbox.traffic.play import records_of
from sandbox.traffic.world import Day, Record, Registration, Source, Visit, World

PLACEMENTS = ("review", "toplist", "banner", "newsletter", "stream", "sidebar")
DEVICES = ("mobile", "mobile", "desktop")
# Of a hundred visitors of a link so many register; who types a code or a value has decided already.
CONVERTING = 4.5


def history(world: World, *, first: date, now: datetime) -> Iterator[Day]:
    """Yield every day from the first one until now; of today only what has happened by now.

    Days are given whole from the first one on, because what happens on a day depends on who registered before.
    """
    people: list[Person] = []
    today = now.astimezone(world.zone).date()
    for number in range((today - first).days + 1):
        on = first + timedelta(days=number)
        day = Day(on)
        for source in world.sources:
            _arrivals(world, source, day, people, growth=1 + number / 400)
        for each in people:
            day.activities += records_of(each, on, vertical=world.vertical)
        day.activities += _oddities(world, on, people)
        if on == today:
            _forget_the_future(world, day, people, now)
        yield day


def _arrivals(world: World, source: Source, day: Day, people: list[Person], *, growth: float) -> None:
    chance = dice(world.seed, world.slug, source.kind, source.name, day.day)
    week = CASINO_WEEK if world.vertical == "igaming" else MARKET_WEEK
    mean = source.visitors_a_day * week[day.day.weekday()] * season(day.day) * growth
    for _ in range(several(chance, mean)):
        visit = _visit(world, source, day.day, chance) if source.kind == "link" else None
        if visit is not None:
            day.visits.append(visit)
        if visit is None or chance.random() * 100 < CONVERTING:
            day.registrations.append(_registration(world, source, visit, day.day, chance, people))


def _visit(world: World, source: Source, day: date, chance: Random) -> Visit:
    at = datetime.combine(day, time(), world.zone) + timedelta(seconds=chance.randrange(86_400))
    placement, device = chance.choice(PLACEMENTS), chance.choice(DEVICES)
    return Visit(source.name, at.astimezone(UTC), (placement, device, "", "", ""), chance.randbytes(10))


def _registration(
    world: World, source: Source, visit: Visit | None, day: date, chance: Random, people: list[Person]
) -> Registration:
    key = _uuid(chance)
    minute = chance.randrange(24 * 60)
    if visit is not None:  # he registers some minutes after his visit, on the same day
        clicked = visit.at.astimezone(world.zone)
        minute = min(clicked.hour * 60 + clicked.minute + chance.randrange(1, 90), 24 * 60 - 1)
    habits = dice(world.seed, world.slug, key)
    newcomer = person(key=key, chance=habits, day=day, minute=minute, vertical=world.vertical)
    people.append(newcomer)
    record: Record = {
        "customerId": key,
        "regtime": f"{day} {minute // 60:02d}:{minute % 60:02d}",
        "country": newcomer.country,
        "firstName": chance.choice(FIRST_NAMES),
        "lastName": chance.choice(LAST_NAMES),
    }
    match source.kind:
        case "promo_code":
            record["promo_code"] = source.name
        case "pattern":
            record["tracking_data"] = f"{source.name}{chance.getrandbits(32):08x}"
        case "organic" if chance.random() < 0.3:
            record["tracking_data"] = "organic"
        case _:
            pass
    return Registration(record, visit)


def _oddities(world: World, day: date, people: list[Person]) -> list[Record]:
    """Return what real systems also send: unexplained events, unknown statuses, unreported customers, typos."""
    chance = dice(world.seed, world.slug, "oddities", day)
    known = [each for each in people if each.registered_on < day]
    if not known or chance.random() > 0.3:
        return []
    somebody = chance.choice(known)
    common: Record = {
        "eventid": f"odd-{day:%y%m%d}",
        "createtime": f"{day} 0{chance.randrange(6)}:{chance.randrange(60):02d}",
        "customerid": somebody.key,
        "Currency": somebody.currency,
        "Value": str(chance.randrange(10, 200)),
    }
    return [
        chance.choice(
            [
                common | {"eventname": "LoyaltyPoints"},
                common | {"eventname": "Withdrawal", "status": "in_review"},
                common | {"eventname": "Deposit", "customerid": f"unreported-{chance.randrange(40)}"},
                common | {"eventname": "Cashback"},
                common | {"eventname": "Deposit", "Value": "1.250,00"},
            ]
        )
    ]


def _forget_the_future(world: World, day: Day, people: list[Person], now: datetime) -> None:
    clock = f"{now.astimezone(world.zone):%Y-%m-%d %H:%M}"
    day.visits = [visit for visit in day.visits if visit.at <= now]
    day.registrations = [each for each in day.registrations if each.record["regtime"] <= clock]
    known = {each.key for each in people if each.registered_on < day.day}
    known |= {each.record["customerId"] for each in day.registrations}
    strangers = {each.key for each in people} - known
    day.activities = [
        record for record in day.activities if record["createtime"] <= clock and record["customerid"] not in strangers
    ]


def _uuid(chance: Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
