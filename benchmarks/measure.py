"""What a measure is, how its two sides take turns, and how its result is told."""

import json
import platform
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parent.parent


class Skipped(Exception):
    """This machine lacks something that the measure needs; the text says what."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run of a measure found. `rows` is how many records each round of our side handled."""

    ours: list[float]
    limit: list[float]
    rows: int
    notes: list[str] = field(default_factory=list)
    more: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the table of ratios: what is divided by what, and which ratio is good enough or better."""

    id: str
    title: str
    ours: str
    limit: str
    unit: str
    floor: float
    aim: float
    better: Literal["higher", "lower"]
    run: Callable[[int, float], Reading]
    turned: bool = False  # the ratio is limit ÷ ours

    def ratio(self, reading: Reading) -> float:
        """Divide the medians of the two sides."""
        ours, limit = statistics.median(reading.ours), statistics.median(reading.limit)
        return limit / ours if self.turned else ours / limit

    def reaches(self, ratio: float, goal: float) -> bool:
        """Tell whether a ratio is at least as good as a goal."""
        return ratio >= goal if self.better == "higher" else ratio <= goal


def alternate(
    rounds: int, ours: Callable[[int], float], limit: Callable[[int], float]
) -> tuple[list[float], list[float]]:
    """Let both sides take turns, so that whatever disturbs the machine disturbs both. Rounds count from 0."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        found[0].append(ours(number))
        found[1].append(limit(number))
    return found


def tell(measure: Measure, reading: Reading) -> None:
    """Print both sides and the ratio, and write them to `benchmarks/results/`."""
    ratio = measure.ratio(reading)
    print(f"{measure.id:<4} {measure.title}")
    for name, side in ((measure.ours, reading.ours), (measure.limit, reading.limit)):
        middle = statistics.median(side)
        print(f"     {name:<44} {_figure(middle):>12} {measure.unit}   ({_figure(min(side))} … {_figure(max(side))})")
    verdicts = "   ".join(
        f"{name} {goal:g} {'reached' if measure.reaches(ratio, goal) else 'MISSED'}"
        for name, goal in (("floor", measure.floor), ("aim", measure.aim))
    )
    sign = "at least" if measure.better == "higher" else "at most"
    print(f"     {'ratio':<44} {ratio:>12.3g}   ({sign}: {verdicts})")
    for note in reading.notes:
        print(f"     {note}")
    print(flush=True)
    RESULTS.mkdir(exist_ok=True)
    document = {
        "id": measure.id,
        "ours": round(statistics.median(reading.ours), 6),
        "limit": round(statistics.median(reading.limit), 6),
        "ratio": round(ratio, 4),
        "unit": measure.unit,
        "rows": reading.rows,
        "machine": machine(),
        "commit": commit(),
        **reading.more,
    }
    (RESULTS / f"{measure.id}.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def machine() -> str:
    """Describe what the figures were measured on."""
    model, cores = platform.processor() or platform.machine(), 0
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                model, cores = line.partition(":")[2].strip(), cores + 1
    return f"{cores or '?'} × {model}, {platform.system()}, Python {platform.python_version()}"


def commit() -> str:
    """Return the commit that was measured, with a plus when something was changed since."""
    asked = ["git", "describe", "--always", "--dirty=+", "--abbrev=10", "--exclude=*"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _figure(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"
