"""Where an index stands that has a due day: not due yet, met, overdue, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chiso.catalogue.formula import IndexRule
from chiso.catalogue.model import Rounding
from chiso.scoring.points import reaches_all
from chiso.scoring.scoreboard import Score, Scoreboard, UnitScore

# met: all points are reached, due or not. not_due: not reached, and there is still time. overdue: due, and
# not reached. unknown: due, and there is no figure of it.
DueState = Literal["not_due", "met", "overdue", "unknown"]


@dataclass(frozen=True)
class Due:
    """The day from which on a target binds, and where a score stands on the day of judgement."""

    day: date
    state: DueState


def due_of(index: IndexRule, rounding: Rounding, score: Score) -> Due | None:
    """Return where a score stands; None for an index without a due day or that does not apply to the unit.

    ``index`` is as it is judged on that day.
    """
    if index.due is None or score.outcome == "not_applicable":
        return None
    reached = reaches_all(index.when_due or index, rounding, score)
    if reached:
        return Due(index.due, "met")
    if index.when_due is not None:
        return Due(index.due, "not_due")
    if score.outcome == "missing_data" or (reached is None and score.outcome == "reported"):
        return Due(index.due, "unknown")
    return Due(index.due, "overdue" if index.scored else "unknown")


def dues_of(board: Scoreboard, unit: UnitScore) -> Iterator[tuple[IndexRule, Due]]:
    """Yield where a unit stands at every index that has a due day, in the catalogue's order."""
    indices = [(index, group.rounding) for group in board.rules.groups for index in group.indices]
    for (index, rounding), score in zip(indices, unit.scores, strict=True):
        due = due_of(index, rounding, score)
        if due is not None:
            yield index, due
