"""What is compared: a scoreboard, and its records where they are at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from chiso.records.dataset import Records
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.unit import UnitTree
from chiso.terms.working_days import WorkingDays

# Why points changed, in the order in which the causes are told apart.
Cause: TypeAlias = Literal[
    "units",
    "catalogue",
    "data",
    "removed",
    "new",
    "finished",
    "edited",
    "time",
    "reported",
    "counts",
    "rounding",
]
CAUSES: tuple[Cause, ...] = (
    *("units", "catalogue", "data", "removed", "new", "finished", "edited", "time"),
    *("reported", "counts", "rounding"),
)
# Those that single records answer for.
RECORD_CAUSES: tuple[Cause, ...] = ("removed", "new", "finished", "edited", "time")


@dataclass(frozen=True)
class Counted:
    """The records that a board was scored from, as they were read for its rules, and its calendar."""

    records: Records
    working_days: WorkingDays


@dataclass(frozen=True)
class Side:
    """One of the two boards, every unit on it; ``label`` is what a reader calls it.

    ``units`` is the whole registry where it is at hand, with the units that have ended; else the units
    on the board. ``counted`` is None where only the result is known.
    """

    label: str
    board: Scoreboard
    units: UnitTree
    counted: Counted | None = None
