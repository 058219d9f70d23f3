"""Scoring several periods of the same records: the story of ``--periods``, read downward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from chiso.catalogue.load import load_catalogue
from chiso.errors import CannotScoreError
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import (
    Columns,
    Reader,
    assignments_of,
    check_words,
    earlier_figures,
    needed_columns,
    nothing,
    provenance,
)
from chiso.run.scoring import ScoreRequest, chosen_units
from chiso.scoring.reach import CountingReach
from chiso.scoring.score import Asked, score_each
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.period import Judgement, judge, parse_periods
from chiso.terms.steps import step
from chiso.terms.unit import LEVELS
from chiso.terms.working_days import load_working_days


@dataclass(frozen=True)
class Unscored:
    """A period that cannot be scored, and why."""

    judgement: Judgement
    error: CannotScoreError


@dataclass(frozen=True)
class ScoredPeriods:
    """The scoreboards of several periods in the order asked, and the periods that cannot be scored."""

    boards: tuple[Scoreboard, ...]
    unscored: tuple[Unscored, ...]


def score_periods(
    request: ScoreRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
    reader: Reader | None = None,
) -> ScoredPeriods:
    """Return the scoreboards of all periods that ``request.period`` lists; see ``parse_periods``.

    Each is the one that ``score`` gives for its period alone. The records are read once, and again only for
    periods whose rules need other columns: a cell that cannot be read sets its row aside only where its
    column is used. A ``reader`` of one's own keeps what it reads for further requests. Raises
    CannotScoreError where no period can be scored.
    """
    reader = reader or Reader(progress, when_loaded)
    check_words(("--level", request.level, LEVELS))
    judgements = [judge(period, request.as_of or today) for period in parse_periods(request.period, today)]
    with step("catalogue"):
        catalogue = load_catalogue(request.catalogue)
    working_days = load_working_days(request.working_days)
    rules = [catalogue.rules(judgement.period.last_day, request.edition) for judgement in judgements]
    assigned = {
        judgement: assignments_of(request, each) for judgement, each in zip(judgements, rules, strict=True)
    }
    needed = [needed_columns(each, None, {}) for each in rules]

    found: dict[Judgement, Scoreboard | CannotScoreError] = {}
    for columns in _distinct(needed):
        alike = [
            (each.on_day(judgement.as_of), judgement)
            for each, judgement, own in zip(rules, judgements, needed, strict=True)
            if own == columns
        ]
        records = reader.read(request, columns, reach=CountingReach(tuple(alike)))
        asked = [
            Asked(
                each,
                judgement,
                provenance(catalogue, records, judgement, request.edition),
                earlier_figures(request, each, judgement.period),
            )
            for each, judgement, own in zip(rules, judgements, needed, strict=True)
            if own == columns
        ]
        for each, outcome in score_each(asked, records, working_days):
            if isinstance(outcome, Scoreboard):
                assignments, chosen = assigned[each.judgement]
                outcome = replace(outcome, assignments=assignments, chosen=chosen)
                outcome = chosen_units(outcome, request, records.units)
            found[each.judgement] = outcome

    boards, unscored = [], []
    for judgement in judgements:
        match found[judgement]:
            case Scoreboard() as board:
                boards.append(board)
            case CannotScoreError() as error:
                unscored.append(Unscored(judgement, error))
    if not boards:
        raise unscored[0].error
    return ScoredPeriods(tuple(boards), tuple(unscored))


def _distinct(needed: list[Columns]) -> list[Columns]:
    return [columns for position, columns in enumerate(needed) if columns not in needed[:position]]
