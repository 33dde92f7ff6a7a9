"""Setting the loss of a high roller aside, so that it does not eat what the others bring (commissions.md 6.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from track360.lib.money import ZERO


@dataclass(frozen=True, slots=True)
class Fenced:
    """The pool that goes on to carry-over, what is set aside afterwards, and what moved in this period."""

    pool: Decimal
    asides: dict[int, Decimal]
    paid_down: dict[int, Decimal]
    set_aside: dict[int, Decimal]


def fence(
    bases: Mapping[int, Decimal],
    asides: Mapping[int, Decimal],
    *,
    threshold: Decimal | None,
    order: Mapping[int, bytes],
) -> Fenced:
    """Pay down what was set aside from the customers' own gains, then set aside the losses at the threshold.

    `bases` are the period's by customer, `asides` above 0; without a threshold nothing new is set aside. `order` gives
    each customer's key, which decides nothing but where the fiftieth digit of a share goes.
    """
    joining, left, paid_down = dict(bases), dict(asides), {}
    for customer, aside in asides.items():
        gain = min(joining.get(customer, ZERO), aside)
        if gain > 0:
            joining[customer] -= gain
            left[customer] -= gain
            paid_down[customer] = gain
    pool = sum(joining.values(), ZERO)
    losses = {} if threshold is None else {c: -base for c, base in joining.items() if base <= -threshold}
    set_aside = _shared(min(sum(losses.values(), ZERO), -pool), losses, order) if pool < 0 and losses else {}
    for customer, amount in set_aside.items():
        left[customer] = left.get(customer, ZERO) + amount
    return Fenced(
        pool=pool + sum(set_aside.values(), ZERO),
        asides={customer: amount for customer, amount in left.items() if amount > 0},
        paid_down=paid_down,
        set_aside=set_aside,
    )


def _shared(total: Decimal, losses: Mapping[int, Decimal], order: Mapping[int, bytes]) -> dict[int, Decimal]:
    whole, rest, shares = sum(losses.values(), ZERO), total, {}
    customers = sorted(losses, key=lambda customer: order[customer])
    for customer in customers[:-1]:
        shares[customer] = total * losses[customer] / whole
        rest -= shares[customer]
    shares[customers[-1]] = rest
    return shares
