"""One period on its way through a batch, and what is told of it on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from chiso.errors import ChisoError, Text
from chiso.run.batch.log import Level, Log
from chiso.run.batch.model import BatchPeriodRequest
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.period import Judgement


@dataclass(frozen=True)
class Surroundings:
    """What a run has around it: its log, the time, and how it waits."""

    log: Log
    now: Callable[[], datetime]
    clock: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass
class PeriodRun:
    """One period on its way through the run."""

    judgement: Judgement
    folder: Path
    request: BatchPeriodRequest | None = None
    board: Scoreboard | None = None
    contents: Mapping[str, bytes] = field(default_factory=dict)
    error: ChisoError | None = None
    unchanged: bool = False

    @property
    def label(self) -> str:
        """The period's label."""
        return self.judgement.period.label


def tell(
    around: Surroundings, each: PeriodRun, event: str, message: Text, level: Level = "info", **details: object
) -> None:
    """Tell the log an event of one period."""
    said = Text(f"{each.label}: {message.vi}", f"{each.label}: {message.en}")
    around.log.tell(event, said, level, period=each.label, **details)


def fail(each: PeriodRun, error: ChisoError, around: Surroundings) -> None:
    """End the way of one period, and tell why."""
    each.error = error
    for problem in error.problems:
        told = Text(problem.in_language("vi"), problem.in_language("en"))
        tell(around, each, "failed", told, "error", exit_code=int(error.exit_code))
