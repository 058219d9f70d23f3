"""A commune with ten cases in August 2026, and ways to change it: the sums below stand on these numbers.

Of C1's ten cases eight are in time and five online: index 1 is 6 × 8 / 10 = 4.80, index 2, full at 80 %,
4 × (5 / 10) / 0.8 = 2.50. Of C2's four cases one is in time and none online: 6 × 1 / 4 = 1.50 and 0.00.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from chiso import run
from chiso.scoring.comparing.comparison import BoardComparison, UnitComparison, compare_boards
from chiso.scoring.comparing.side import Cause
from chiso.scoring.comparing.states import Attributed
from tests.builders import CATALOGUE

TODAY = date(2026, 11, 1)
UNITS = """\
unit_code,unit_name,level,parent_code,valid_from,valid_to,successor_code,share
P,Tỉnh Phú An,province,,,,,
C1,Xã Một,commune,P,,,,
C2,Xã Hai,commune,P,,,,
"""
COLUMNS = ("case_id", "unit_code", "channel", "received_at", "due_at", "finished_at")
Row = tuple[str, ...]

# What belongs to a period, and what is open in it, as the shipped catalogue has it.
RULES = CATALOGUE.replace(
    "population: received_on <= :as_of",
    "population: received_on <= :as_of and coalesce(ended_on >= :period_start, true)",
).replace(
    "    definitions:\n",
    "    deadline: {received_on: received_on, due_on: due_on, ended_on: ended_on,\n"
    '      open: "coalesce(ended_on > :as_of, true)", late: not on_time}\n'
    "    definitions:\n",
)
assert RULES.count(":period_start") == 1 and RULES.count("deadline:") == 1


def a_case(
    number: str,
    unit: str = "C1",
    *,
    online: bool = False,
    received: str = "03/08/2026",
    due: str = "14/08/2026",
    finished: str = "10/08/2026",
) -> Row:
    """Return one case: direct and in time unless said otherwise."""
    return number, unit, "online" if online else "direct", received, due, finished


def the_town() -> list[Row]:
    """Return the fourteen cases; K9 and K10 are late, K10 is still open."""
    cases = [a_case(f"K{n}", online=n <= 5) for n in range(1, 9)]
    cases += [a_case("K9", finished="17/08/2026"), a_case("K10", finished="")]
    cases += [a_case("L1", "C2")] + [a_case(f"L{n}", "C2", finished="17/08/2026") for n in (2, 3, 4)]
    return cases


def written(rows: Iterable[Row], columns: tuple[str, ...] = COLUMNS) -> str:
    return "".join(",".join(row) + "\n" for row in (columns, *rows))


def a_side(
    folder: Path,
    rows: Iterable[Row],
    *,
    period: str = "2026-08",
    units: str = UNITS,
    rules: str = RULES,
    columns: tuple[str, ...] = COLUMNS,
    as_of: date | None = None,
    **files: str,
) -> run.OperandRequest:
    """Write one side's files into a new folder and return how it is asked for."""
    folder.mkdir(parents=True)
    (folder / "rules.yaml").write_text(rules, "utf-8")
    (folder / "records").mkdir()
    for name, text in {"units": units, "cases": written(rows, columns), **files}.items():
        (folder / "records" / f"{name}.csv").write_text(text, "utf-8", newline="")
    return run.OperandRequest(
        operand=str(folder / "records"),
        records=(),
        period=period,
        as_of=as_of,
        catalogue=folder / "rules.yaml",
    )


def compared(before: run.OperandRequest, after: run.OperandRequest) -> BoardComparison:
    return run.compare(run.CompareRequest(before=before, after=after), TODAY)


def from_counts(found: BoardComparison) -> BoardComparison:
    """Compare the same boards again, as if nothing but their counts were known."""
    return compare_boards(replace(found.before, counted=None), replace(found.after, counted=None))


def unit_of(found: BoardComparison, code: str) -> UnitComparison:
    return next(unit for unit in found.units if unit.unit.code == code)


def index_of(found: BoardComparison, unit: str, index: str) -> Attributed:
    return next(own.points for own in unit_of(found, unit).indices if own.index == index)


def told(points: Attributed | None) -> tuple[str | None, Mapping[Cause, str], str | None]:
    """Return points before, the parts that are not 0, points after, as they are written."""
    assert points is not None
    ends = [None if value is None else f"{value:.2f}" for value in (points.before, points.after)]
    parts: dict[Cause, str] = {cause: f"{part:+.2f}" for cause, part in points.parts.items() if part}
    return ends[0], parts, ends[1]


def adds_up(points: Attributed) -> bool:
    nothing = Decimal(0)
    return (points.before or nothing) + sum(points.parts.values()) == (points.after or nothing)
