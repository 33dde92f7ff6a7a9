"""What a customer does on a day, as the brand's servers report it."""

from datetime import date

from sandbox.traffic.chance import CASINO_WEEK, MARKET_WEEK, around, cents, season
from sandbox.traffic.people import Person
from sandbox.traffic.world import Record


def records_of(person: Person, day: date, *, vertical: str) -> list[Record]:
    """Return what somebody does on a day; his chance and his habits go on from there.

    Must be called for each day since his registration, in order.
    """
    age = (day - person.registered_on).days
    if person.deposits_after is None or age < person.deposits_after or person.days_left <= 0:
        return []
    week = CASINO_WEEK if vertical == "igaming" else MARKET_WEEK
    first = age == person.deposits_after
    if not first and person.chance.random() > person.keenness * week[day.weekday()] * season(day):
        return []
    person.days_left -= 1
    records: list[Record] = []
    if first or person.chance.random() < 0.22:
        records += _deposit(person, day)
    records += _trades(person, day) if vertical != "igaming" else _bets(person, day)
    if not first and person.chance.random() < 0.06:
        records.append(_money(person, day, "Withdrawal", person.stake * person.chance.uniform(0.5, 3)))
    if person.chance.random() < 0.004:
        records.append(_money(person, day, "Chargeback", person.stake))
    return records


def _deposit(person: Person, day: date) -> list[Record]:
    person.deposits += 1
    amount = max(10.0, around(person.chance, person.stake, 0.5))
    # The brand's systems call a first deposit by a name of their own in half of the cases.
    name = "initial_fund" if person.deposits == 1 and person.chance.random() < 0.5 else "Deposit"
    record = _money(person, day, name, amount)
    if person.chance.random() < 0.03:
        return [record | {"status": "declined"}]
    return [record, *_bonus(person, day, amount)]


def _bonus(person: Person, day: date, amount: float) -> list[Record]:
    if person.chance.random() > 0.25:
        return []
    return [_money(person, day, "Bonus", min(amount, 100) * 0.5)]


def _money(person: Person, day: date, event: str, amount: float) -> Record:
    earliest = person.registered_minute if day == person.registered_on else 0
    minute = person.chance.randrange(earliest, 24 * 60)
    return {
        "eventname": event,
        "eventid": f"{event[:3].lower()}-{person.key}-{day:%y%m%d}-{minute}",
        "createtime": f"{day} {minute // 60:02d}:{minute % 60:02d}",
        "customerid": person.key,
        "Value": cents(amount),
        "Currency": person.currency,
    }


def _bets(person: Person, day: date) -> list[Record]:
    chance = person.chance
    bets = around(chance, person.stake * (9 if person.product == "Casino" else 2.5), 0.8)
    # Many small games come close to what the house keeps on average; a whale's few large ones do not.
    luck = 0.35 if person.is_whale else 0.16
    wins = max(0.0, bets * chance.gauss(0.955 if person.product == "Casino" else 0.93, luck))
    games = max(1, round(bets / max(0.5, person.stake / 30)))
    return [
        {
            "eventname": "DailyStats",
            "createtime": day.isoformat(),
            "customerid": person.key,
            "product": "slots" if person.product == "Casino" and chance.random() < 0.5 else person.product,
            "Bets": cents(bets),
            "Wins": cents(wins),
            "GGR": cents(bets - wins),
            "NGR": cents((bets - wins) * 0.8),
            "Games": str(games),
            "Currency": person.currency,
        }
    ]


def _trades(person: Person, day: date) -> list[Record]:
    chance = person.chance
    trades = 1 + chance.randrange(12)
    lots = around(chance, person.stake / 900, 0.6)
    spread = lots * (9.5 if person.product == "FX" else 14)
    return [
        {
            "eventname": "DailyStats",
            "createtime": day.isoformat(),
            "customerid": person.key,
            "product": "gold" if person.product == "Metals" else person.product,
            "Lots": cents(max(0.01, lots)),
            "Volume": cents(lots * 100_000),
            "Trades": str(trades),
            "SpreadRevenue": cents(spread),
            "Commission": cents(lots * 3),
            "PnL": cents(-spread + chance.gauss(0, person.stake * 0.12)),
            "Currency": person.currency,
        }
    ]
