"""One scoring, from rules and records to a scoreboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chiso.catalogue.formula import Count, RuleSet
from chiso.errors import CannotScoreError, Place, Problem, RecordsError, Text
from chiso.records.dataset import QuarantinedRow, Records
from chiso.scoring.available import Missing
from chiso.scoring.compile import Wanted
from chiso.scoring.counts import Cell, Counts, Fates
from chiso.scoring.earlier import NO_EARLIER_FIGURES, EarlierFigures, EarlierUse
from chiso.scoring.engine import Engine
from chiso.scoring.measure import IndexMeasures, measures_of, splits_by, wanted_counts
from chiso.scoring.points import Scorer
from chiso.scoring.reported import Reported, match_reported, with_earlier_used
from chiso.scoring.scoreboard import BeyondCount, MissingIndex, Provenance, Scoreboard, UnitScore
from chiso.terms.columns import CASES, SPLITS
from chiso.terms.period import Judgement
from chiso.terms.steps import step
from chiso.terms.text import alphabetical
from chiso.terms.unit import Unit
from chiso.terms.working_days import WorkingDays

_QUARANTINED_ROWS_TOLD = 20


def score_records(
    rules: RuleSet,
    records: Records,
    judgement: Judgement,
    working_days: WorkingDays,
    provenance: Provenance,
    *,
    split_by: str | None = None,
    earlier: EarlierFigures = NO_EARLIER_FIGURES,
) -> Scoreboard:
    """Return the scores of every unit of the registry in the period, cases or not.

    ``earlier`` are figures of other periods that the records do not report themselves; a reported one wins.

    With ``split_by`` (officer, field, procedure, channel) one score per unit and key that has cases in
    the period; indices that cannot be split so are not applicable there and their points leave the
    maximum. Raises RecordsError when the cases lack the split's column, CannotScoreError when not a
    single row can be used.
    """
    engine = Engine(records, rules, judgement, working_days)
    return scoreboard_of(engine, provenance, split_by=split_by, earlier=earlier)


def scoreboard_of(
    engine: Engine,
    provenance: Provenance,
    *,
    split_by: str | None = None,
    earlier: EarlierFigures = NO_EARLIER_FIGURES,
) -> Scoreboard:
    """Return the scoreboard of the records that an engine holds; see ``score_records``."""
    split = SPLITS[split_by] if split_by is not None else None
    if split is not None and split[0] not in engine.present.get(CASES.name, ()):
        raise RecordsError(_cannot_split(split[0]))
    measures = measures_of(engine.rules, engine.present)
    counts = engine.count(wanted_counts(engine.rules, measures), split)
    asked = Asked(engine.rules, engine.judgement, provenance, earlier)
    return _board(engine, asked, measures, counts, split_by)


@dataclass(frozen=True)
class Asked:
    """One period to be scored: its rules, its judgement, where the result comes from, what was before.

    ``earlier`` are figures of other periods from elsewhere; those among the reported figures go before them.
    """

    rules: RuleSet
    judgement: Judgement
    provenance: Provenance
    earlier: EarlierFigures = NO_EARLIER_FIGURES


def score_each(
    asked: Sequence[Asked], records: Records, working_days: WorkingDays
) -> Iterator[tuple[Asked, Scoreboard | CannotScoreError]]:
    """Yield each period with its scoreboard, or why it cannot be scored, in the order asked.

    Periods whose rules count alike are counted in one scan; a scoreboard is the one that ``score_records``
    gives for the period alone. The rules of all must need the same columns. Raises RecordsError as
    ``score_records`` does.
    """
    # An index that is not due on the day of judgement is for analysis only.
    asked = [replace(each, rules=each.rules.on_day(each.judgement.as_of)) for each in asked]
    left = list(enumerate(asked))
    boards: dict[int, Scoreboard | CannotScoreError] = {}
    while left:
        first = left[0][1]
        engine = Engine(records, first.rules, first.judgement, working_days)
        wanted = _wanted(first.rules, engine)
        alike = [
            (position, each)
            for position, each in left
            if each.rules.tables == first.rules.tables and _wanted(each.rules, engine) == wanted
        ]
        left = [entry for entry in left if entry not in alike]
        also = [each.judgement for _, each in alike[1:]]
        engine = Engine(records, first.rules, first.judgement, working_days, also=also)
        for (position, each), counts in zip(alike, engine.count_each(wanted), strict=True):
            try:
                measures = measures_of(each.rules, engine.present)
                boards[position] = _board(engine, each, measures, counts, None)
            except CannotScoreError as error:
                boards[position] = error
    for position, each in enumerate(asked):
        yield each, boards[position]


def _wanted(rules: RuleSet, engine: Engine) -> tuple[Wanted, ...]:
    return wanted_counts(rules, measures_of(rules, engine.present))


def _board(
    engine: Engine,
    asked: Asked,
    measures: Mapping[str, IndexMeasures | Missing],
    counts: Counts,
    split_by: str | None,
) -> Scoreboard:
    """Return the scoreboard that the counts of a period come to."""
    rules, judgement, records = asked.rules, asked.judgement, engine.records
    label = judgement.period.label
    reported = match_reported(records.reported, rules, records.units, label, records.reported_unreadable)
    reported = reported.beside(asked.earlier)
    fates = (*counts.fates, *((reported.fates,) if reported.fates else ()))
    quarantine = (*records.quarantine, *reported.quarantine)
    require_rows(fates, quarantine)
    splittable = None
    if split_by is not None:
        column = SPLITS[split_by][0]
        growing = {index.code for index in rules.indices if index.baseline is not None}
        splittable = frozenset(
            code
            for code, own in measures.items()
            # What growth starts from is a unit's, not a key's.
            if isinstance(own, IndexMeasures)
            and splits_by(own, column, engine.present)
            and code not in growing
        )
    scorer = Scorer(
        rules,
        records.units,
        counts,
        measures,
        reported,
        judgement,
        splittable=splittable,
    )
    listed = [unit for unit in records.units if _listed(unit, judgement)]
    with step("points"):
        units = tuple(_units(scorer, listed, counts, split_by is not None))
    return Scoreboard(
        rules=rules,
        judgement=judgement,
        split=split_by,
        units=units,
        fates=(*counts.fates, *_of_reported(reported, records, label, units)),
        missing=tuple(_missing(rules, measures, units)),
        beyond=tuple(_beyond(rules, measures, counts, listed)) if split_by is None else (),
        quarantine=quarantine,
        notes=(*records.notes, *reported.notes),
        provenance=asked.provenance,
        registry=tuple(records.units),
    )


def _of_reported(
    reported: Reported, records: Records, label: str, units: tuple[UnitScore, ...]
) -> Iterator[Fates]:
    if reported.fates is not None:
        used = [use.figure for unit in units for _, use in earlier_uses(unit) if use.figure is not None]
        yield with_earlier_used(reported.fates, used, label, records.reported)


def earlier_uses(unit: UnitScore) -> Iterator[tuple[str, EarlierUse]]:
    """Yield the earlier figures that a unit's scores ask for, with the codes of the indices."""
    for score in unit.scores:
        for use in (score.basis.fallback, score.basis.baseline):
            if use is not None:
                yield score.index, use


def _cannot_split(column: str) -> Problem:
    return Problem(
        Text(vi=f"Hồ sơ không có cột {column} để chia", en=f"The cases have no column {column} to split by"),
        hint=Text(
            vi=f"Thêm cột {column} vào tệp hồ sơ, hoặc bỏ --by",
            en=f"Add the column {column} to the case files, or leave out --by",
        ),
    )


def require_rows(fates: tuple[Fates, ...], quarantine: tuple[QuarantinedRow, ...]) -> None:
    """Raise CannotScoreError where not a single row can be used in the period."""
    if any(fate.in_population for fate in fates):
        return
    counted = "; ".join(
        f"{fate.table}: {fate.rows_read} = {fate.outside_period} + "
        f"{sum(entry.rows for entry in fate.excluded)} + {fate.quarantined}"
        for fate in fates
    )
    nothing = Problem(
        Text(
            vi="Không có dòng nào dùng được trong kỳ (bảng: đã đọc = ngoài kỳ + loại + cách ly): "
            f"{counted or 'không có bảng nào'}",
            en="No row can be used in the period (table: read = outside + excluded + quarantined): "
            f"{counted or 'no table at all'}",
        ),
        hint=Text(vi="Xem lại --period và tệp hồ sơ", en="Look again at --period and the records"),
    )
    rows = [
        Problem(row.reason, Place(row.label, row=row.row, heading=row.column))
        for row in quarantine[:_QUARANTINED_ROWS_TOLD]
    ]
    raise CannotScoreError([nothing, *rows])


def _listed(unit: Unit, judgement: Judgement) -> bool:
    """Return whether the unit exists on some day of the period up to the day of judgement."""
    first, last = judgement.period.first_day, judgement.as_of
    begun = unit.valid_from is None or unit.valid_from <= last
    return begun and (unit.valid_to is None or unit.valid_to >= first)


def _units(scorer: Scorer, listed: list[Unit], counts: Counts, split: bool) -> Iterator[UnitScore]:
    if not split:
        for unit in listed:
            yield scorer.unit(unit)
        return
    keys: dict[str, list[str]] = {}
    for cell, rows in counts.rows.items():
        if cell.key is not None and rows.get(CASES.name):
            keys.setdefault(cell.unit_code, []).append(cell.key)
    for unit in listed:
        for key in sorted(keys.get(unit.code, []), key=lambda key: (alphabetical(key), key)):
            yield scorer.unit(unit, key, counts.key_names.get(key))


def _missing(
    rules: RuleSet, measures: Mapping[str, IndexMeasures | Missing], units: tuple[UnitScore, ...]
) -> Iterator[MissingIndex]:
    """Yield the indices that some unit lacks data for."""
    lacking = {score.index for unit in units for score in unit.scores if score.outcome == "missing_data"}
    for index in rules.indices:
        own = measures.get(index.code)
        start = None if index.baseline is None else _lacking_start(index.code, units)
        if start is not None:
            yield MissingIndex(index.code, ("reported",), start.lacking)
        elif isinstance(own, Missing) and (index.code in lacking or not index.scored):
            yield MissingIndex(index.code, tuple(sorted(own.names)), own.told())
        elif index.code in lacking:
            # Where the records have all it needs, it is inherited from a unit that is not there.
            lacks = {"rule"} if index.status == "unknown" else {"reported"} if own is None else set()
            yield MissingIndex(index.code, tuple(lacks), Missing(frozenset(lacks)).told())


def _lacking_start(code: str, units: tuple[UnitScore, ...]) -> EarlierUse | None:
    """Return what growth is measured from, where some unit does not have it."""
    for unit in units:
        for score in unit.scores:
            if score.index == code and score.outcome == "missing_data" and score.basis.lacks_start:
                return score.basis.baseline
    return None


def _beyond(
    rules: RuleSet, measures: Mapping[str, IndexMeasures | Missing], counts: Counts, listed: list[Unit]
) -> Iterator[BeyondCount]:
    for index in rules.indices:
        own = measures.get(index.code)
        if not isinstance(own, IndexMeasures) or own.beyond is None or not isinstance(own.numerator, Count):
            continue
        subtree = index.rollup == "subtree"
        codes = 0
        for unit in listed:
            if not unit.parent_code:
                cell = Cell(unit.code)
                met = counts.value(Wanted(own.beyond, subtree), cell) or 0
                within = counts.value(Wanted(own.numerator, subtree), cell) or 0
                codes += met - within
        if codes:
            yield BeyondCount(index.code, codes)
