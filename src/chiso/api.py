"""The library's two verbs; the command line's twins of the same names take options instead."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from chiso.catalogue.load import Catalogue
from chiso.errors import Problem, Text, UsageError, allowed_words, suggestion
from chiso.records.dataset import Records
from chiso.run import provenance
from chiso.scoring.rank import Rank, rank_units
from chiso.scoring.score import score_records
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.period import judge, parse_period
from chiso.terms.unit import LEVELS, Level
from chiso.terms.working_days import load_working_days

SplitBy = Literal["officer", "field", "procedure", "channel"]


def today_in_vietnam() -> date:
    """Return today's date in Vietnam, wherever the computer's clock stands."""
    return now_in_vietnam().date()


def now_in_vietnam() -> datetime:
    """Return the time in Vietnam, without a zone, wherever the computer's clock stands."""
    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).replace(tzinfo=None, microsecond=0)


def score(
    catalogue: Catalogue,
    records: Records,
    period: str,
    *,
    as_of: date | None = None,
    edition: str | None = None,
    by: SplitBy | None = None,
    working_days: str | Path | None = None,
) -> Scoreboard:
    """Return the scores of every unit in the registry for ``period`` (``2026``, ``2026-08``, …).

    ``as_of`` is the day on which open cases are judged: the period's last day, or today while it runs.
    ``by`` splits each unit's score by officer, field, procedure or channel. Raises ChisoError: UsageError
    for an unknown period or edition, RecordsError and CannotScoreError where the records do not serve.
    """
    today = today_in_vietnam()
    judgement = judge(parse_period(period, today), as_of or today)
    rules = catalogue.rules(judgement.period.last_day, edition)
    own_table = Path(working_days) if working_days is not None else None
    return score_records(
        rules,
        records,
        judgement,
        load_working_days(own_table),
        provenance(catalogue, records, judgement, edition),
        split_by=by,
    )


def rank(board: Scoreboard, level: Level | None = None, *, by_peer_group: bool = False) -> tuple[Rank, ...]:
    """Return the ranking of ``level``, or of each level apart; ties share a place (1, 2, 2, 4).

    Units whose maximum differs, for instance for want of data, are not ranked together. Raises
    UsageError for a level that does not exist.
    """
    if level is not None and level not in LEVELS:
        raise UsageError(
            Problem(
                Text(vi=f"Không có cấp “{level}”", en=f"There is no level “{level}”"),
                hint=suggestion(level, LEVELS) or allowed_words(LEVELS),
            )
        )
    scores = [score for score in board.units if level is None or score.unit.level == level]
    return rank_units(scores, by_peer_group=by_peer_group)
