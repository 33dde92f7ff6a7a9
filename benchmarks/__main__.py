"""`python3 dev.py bench [--rounds N] [--scale X] [--rows N] [P1 P2 …]`; without names, all of them."""

import argparse
import importlib
import os
import sys

from benchmarks import stage
from benchmarks.measure import Measure, Skipped, machine, tell

# In the order in which they run: the last one leaves millions of rows behind.
MODULES = {
    "P1": "push_against_copy",
    "P2": "push_against_copy",
    "P3": "single_records",
    "P4": "against_usual",
    "P5": "replays",
    "P6": "follow_up",
    "P10": "redirects",
    "P7": "recompute",
}


def main() -> int:
    """Run the measures that were named. A ratio that misses its floor is said, and is no failure: machines differ."""
    words = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    words.add_argument("--rounds", type=int, default=0, help="rounds of each side (default: what the measure says)")
    words.add_argument("--scale", type=float, default=1.0, help="a fraction of the usual number of records")
    words.add_argument("--rows", type=int, default=0, help="P7: activities to recompute (5 000 000)")
    words.add_argument("measures", nargs="*", type=str.upper, metavar="P1 …")
    given = words.parse_args()
    if unknown := [name for name in given.measures if name not in MODULES]:
        words.error(f"no such measure: {', '.join(unknown)}; there are {', '.join(MODULES)}")
    if not os.environ.get("DATABASE_OWNER_URL"):
        words.error("no database is named; run `python3 dev.py bench`")
    os.environ.update(stage.production_environment())
    if given.rows:
        os.environ["BENCHMARK_ROWS"] = str(given.rows)

    import django

    django.setup()
    print(f"\n{machine()}\n", flush=True)
    for name in given.measures or MODULES:
        measure = _measure(name)
        try:
            tell(measure, measure.run(given.rounds, given.scale))
        except Skipped as reason:
            print(f"{measure.id:<4} {measure.title}\n     skipped: {reason}\n", flush=True)
    return 0


def _measure(name: str) -> Measure:
    # These import models, which must wait for django.setup().
    found: Measure = getattr(importlib.import_module(f"benchmarks.{MODULES[name]}"), name)
    return found


if __name__ == "__main__":
    sys.exit(main())
