"""What if: the story of ``chiso whatif``, read downward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chiso.catalogue.load import load_catalogue
from chiso.catalogue.overlay import overlaid
from chiso.errors import CannotScoreError, Problem, Text, UsageError
from chiso.records.dataset import Records
from chiso.records.drop import read_case_lists, without_cases
from chiso.records.mapping import load_spelling
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import check_words, load, nothing, provenance
from chiso.run.scoring import ScoreRequest, chosen_units, with_units
from chiso.scoring.available import columns_needed
from chiso.scoring.score import score_records
from chiso.scoring.scoreboard import Scoreboard
from chiso.scoring.whatif import Whatif, unit_changes, with_records_of_either
from chiso.terms.period import judge, parse_period
from chiso.terms.unit import LEVELS
from chiso.terms.working_days import load_working_days


@dataclass(frozen=True, kw_only=True)
class WhatifRequest(ScoreRequest):
    """What ``whatif`` is asked: settings as ``ADDRESS=VALUE``, overlay files, lists of cases to leave out."""

    settings: tuple[str, ...] = ()
    overlays: tuple[Path, ...] = ()
    drop_cases: tuple[Path, ...] = ()


def whatif(
    request: WhatifRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
    when_loaded_again: Callable[[Records], None] = nothing,
) -> Whatif:
    """Return the scores before and after the changes of a request; ``today`` bounds a running period.

    Before is what ``score`` gives. After is what it would give with the catalogue edited and the cases
    taken out of the exports. The records are read again where the changed rules need other columns, since
    a cell that cannot be read sets its row aside only where its column is used; ``when_loaded_again`` is
    given those.
    """
    check_words(("--level", request.level, LEVELS))
    if not (request.settings or request.overlays or request.drop_cases):
        raise UsageError(_NO_CHANGE)
    judgement = judge(parse_period(request.period, today), request.as_of or today)
    catalogue = load_catalogue(request.catalogue)
    last_day = judgement.period.last_day
    rules = catalogue.rules(last_day, request.edition)
    changed = overlaid(catalogue, last_day, request.edition, request.settings, request.overlays)
    lists = read_case_lists(request.drop_cases, load_spelling(request.mappings))
    working_days = load_working_days(request.working_days)

    needed, needed_after = columns_needed(rules), columns_needed(changed.rules)
    records = load(request, needed, progress)
    when_loaded(records)
    origin = provenance(catalogue, records, judgement, request.edition)
    before = score_records(rules, records, judgement, working_days, origin)

    if needed_after != needed:
        records = load(request, needed_after, progress)
        when_loaded_again(records)
    with without_cases(records, lists) as left:
        try:
            after = score_records(changed.rules, left.records, judgement, working_days, origin)
        except CannotScoreError as error:
            raise CannotScoreError([_NOTHING_LEFT, *error.problems]) from None
    shown = _chosen(request, before, after, records)
    return Whatif(
        before=with_units(before, tuple(score for score in before.units if score.unit.code in shown)),
        after=with_units(after, tuple(score for score in after.units if score.unit.code in shown)),
        units=unit_changes(before, after, shown),
        overlaid=changed,
        dropped=left.dropped,
        rows_dropped=left.rows,
    )


def _chosen(
    request: WhatifRequest, before: Scoreboard, after: Scoreboard, records: Records
) -> frozenset[str]:
    board = chosen_units(with_records_of_either(before, after), request, records.units)
    return frozenset(score.unit.code for score in board.units)


_NO_CHANGE = Problem(
    Text(vi="whatif: chưa nói đổi gì", en="whatif: nothing is said to be changed"),
    hint=Text(
        vi="Dùng --set MÃ.KHÓA=GIÁ_TRỊ, --overlay TỆP hoặc --drop-cases TỆP",
        en="Use --set CODE.KEY=VALUE, --overlay FILE or --drop-cases FILE",
    ),
)
_NOTHING_LEFT = Problem(
    Text(vi="Sau khi thay đổi thì không còn gì để chấm", en="After the changes nothing is left to be scored")
)
