"""What PostgreSQL refuses by a constraint's name, told as the problem it is.

Only the constraint knows of two who do the same at once: what was looked up before is no promise.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from track360.lib.problems import Problem


@contextmanager
def refusing(**problems: Problem) -> Iterator[None]:
    """Raise the problem given under the name of the constraint that is violated inside; others stay what they are."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name in problems:
            raise problems[name] from None
        raise
