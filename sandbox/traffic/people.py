"""Made-up people: where they live, what they pay in, how much of it they have to lose."""

from dataclasses import dataclass
from datetime import date
from random import Random

from sandbox.traffic.chance import around

FIRST_NAMES = (
    *("Alex", "Sam", "Robin", "Kim", "Noa", "Luca", "Mia", "Leo", "Emma", "Finn", "Ida", "Jonas"),
    *("Lena", "Marc", "Nina", "Oskar", "Paula", "Rosa", "Sven", "Tara", "Uma", "Viktor", "Wanda"),
)
LAST_NAMES = (
    *("Berg", "Costa", "Dahl", "Evans", "Fischer", "Grech", "Hansen", "Ivanov"),
    *("Jensen", "Keller", "Lund", "Meyer", "Novak", "Olsen", "Rossi", "Silva"),
)

# Country, currency, how many of a hundred.
PLAYERS = (
    ("DE", "EUR", 24),
    ("GB", "GBP", 16),
    ("SE", "SEK", 12),
    ("FI", "EUR", 10),
    ("US", "USD", 9),
    ("MT", "EUR", 6),
    ("AT", "EUR", 8),
    ("CA", "CAD", 8),
    ("NO", "NOK", 7),
)
TRADERS = (
    ("AE", "USD", 24),
    ("GB", "GBP", 16),
    ("DE", "EUR", 18),
    ("ZA", "USD", 12),
    ("CY", "EUR", 8),
    ("SG", "USD", 10),
    ("AU", "AUD", 12),
)
# What a unit of the currency is worth, roughly: nobody deposits 50 kronor where others deposit 50 euros.
WORTH = {"SEK": 11, "NOK": 11.5, "JPY": 165}


@dataclass(slots=True)
class Person:
    """One customer and his habits. `chance` is his own: what he does depends on nobody else."""

    key: str
    chance: Random
    country: str
    currency: str
    registered_on: date
    registered_minute: int
    deposits_after: int | None
    is_whale: bool
    stake: float
    keenness: float
    days_left: int
    product: str
    deposits: int = 0


def person(*, key: str, chance: Random, day: date, minute: int, vertical: str) -> Person:
    """Make somebody up who registers at a minute of a day."""
    is_trader = vertical != "igaming"
    country, currency = _home(chance, TRADERS if is_trader else PLAYERS)
    is_whale = chance.random() < 0.02
    median = (350.0 if is_trader else 40.0) * (15 if is_whale else 1) * WORTH.get(currency, 1)
    return Person(
        key=key,
        chance=chance,
        country=country,
        currency=currency,
        registered_on=day,
        registered_minute=minute,
        deposits_after=_patience(chance),
        is_whale=is_whale,
        stake=around(chance, median, 0.6),
        keenness=min(0.9, max(0.05, chance.gauss(0.45 if is_whale else 0.28, 0.12))),
        days_left=max(1, round(around(chance, 160 if is_whale else 45, 0.9))),
        product=chance.choice(("FX", "FX", "FX", "Metals", "CFD") if is_trader else ("Casino", "Casino", "Sports")),
    )


def _home(chance: Random, homes: tuple[tuple[str, str, int], ...]) -> tuple[str, str]:
    country, currency, _ = chance.choices(homes, weights=[weight for *_, weight in homes])[0]
    return country, currency


def _patience(chance: Random) -> int | None:
    """Return after how many days somebody deposits for the first time, or None for never."""
    if chance.random() > 0.55:
        return None
    return chance.choice((0, 0, 0, 0, 0, 1, 1, 2, 4, 9))
