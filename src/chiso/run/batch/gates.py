"""The gates of a batch: what a scoreboard must hold to before anything of it is written."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import get_args

from chiso.arithmetic import ratio
from chiso.errors import Language, Problem, Text, plural
from chiso.run.batch.model import GateLimits, GateName
from chiso.scoring.scoreboard import Scoreboard, UnitScore
from chiso.terms.numbers import number_text, shortest_text

_UNITS_NAMED = 10


def gate_problems(
    board: Scoreboard, before: Scoreboard | None, limits: GateLimits
) -> tuple[tuple[GateName, Problem], ...]:
    """Return what a board does not hold to, and the gate of each; ``before`` is the period before.

    What is held against the period before is not asked where there is none, nor of a period that still
    runs: its first days have few rows by nature.
    """
    found: list[tuple[GateName, Problem]] = []
    found += [("quarantined", problem) for problem in _quarantined(board, limits.most_quarantined)]
    if before is not None and not board.judgement.provisional:
        found += [("rows", problem) for problem in _rows(board, before, limits)]
        if limits.units_stay:
            found += [("units", problem) for problem in _units(board, before)]
        if limits.largest_jump is not None:
            found += [("jump", problem) for problem in _jumps(board, before, limits.largest_jump)]
    return tuple(found)


def _quarantined(board: Scoreboard, most: Fraction | None) -> Iterator[Problem]:
    for fates in board.fates:
        share = ratio(fates.quarantined, fates.rows_read)
        if most is not None and share is not None and share > most:
            yield Problem(
                Text(
                    vi=f"{fates.table}: {number_text(fates.quarantined, 'vi')} trong "
                    f"{number_text(fates.rows_read, 'vi')} dòng bị cách ly",
                    en=f"{fates.table}: {number_text(fates.quarantined, 'en')} of "
                    f"{number_text(fates.rows_read, 'en')} rows are quarantined",
                )
            )


def _rows(board: Scoreboard, before: Scoreboard, limits: GateLimits) -> Iterator[Problem]:
    now = {fates.table: fates.in_population for fates in board.fates}
    label = before.judgement.period.label
    for fates in before.fates:
        then = fates.in_population
        share = ratio(now.get(fates.table, 0), then)
        if share is None:
            continue
        few = fates.table in limits.fewest_rows and share < limits.fewest_rows[fates.table]
        many = fates.table in limits.most_rows and share > limits.most_rows[fates.table]
        if few or many:
            rows = now.get(fates.table, 0)
            yield Problem(
                Text(
                    vi=f"{fates.table}: {number_text(rows, 'vi')} dòng trong kỳ, kỳ {label} có "
                    f"{number_text(then, 'vi')}",
                    en=f"{fates.table}: {number_text(rows, 'en')} {plural(rows, 'row', 'rows')} "
                    f"in the period, {number_text(then, 'en')} in {label}",
                )
            )


def _units(board: Scoreboard, before: Scoreboard) -> Iterator[Problem]:
    now = {score.unit.code: score for score in board.units}
    gone = [
        score.unit.code
        for score in before.units
        if score.has_records and score.unit.code in now and not now[score.unit.code].has_records
    ]
    if gone:
        label = before.judgement.period.label
        yield Problem(
            Text(
                vi=f"{number_text(len(gone), 'vi')} đơn vị có dữ liệu ở kỳ {label} mà nay không có: "
                f"{_named(gone)}",
                en=f"{number_text(len(gone), 'en')} {plural(len(gone), 'unit', 'units')} with records "
                f"in {label} {plural(len(gone), 'has', 'have')} none now: {_named(gone)}",
            )
        )


def _jumps(board: Scoreboard, before: Scoreboard, largest: Fraction) -> Iterator[Problem]:
    then = {score.unit.code: score for score in before.units}
    jumped = [
        (then[score.unit.code], score)
        for score in board.units
        if score.unit.code in then and _jumps_by_more(score, then[score.unit.code], largest)
    ]
    if jumped:
        label, units = before.judgement.period.label, len(jumped)
        vi, en = (_named([_jump(pair, language) for pair in jumped]) for language in get_args(Language))
        yield Problem(
            Text(
                vi=f"{number_text(units, 'vi')} đơn vị thay đổi quá mức so với kỳ {label}: {vi}",
                en=f"{number_text(units, 'en')} {plural(units, 'unit jumps', 'units jump')} too far "
                f"from {label}: {en}",
            )
        )


def _jump(pair: tuple[UnitScore, UnitScore], language: Language) -> str:
    before, after = (shortest_text(score.total, language) for score in pair)
    return f"{pair[1].unit.code} {before} → {after}"


def _jumps_by_more(now: UnitScore, then: UnitScore, largest: Fraction) -> bool:
    # Totals of different maxima are not of one scale.
    return now.max_points == then.max_points and abs(Fraction(now.total) - Fraction(then.total)) > largest


def _named(words: list[str]) -> str:
    named = ", ".join(words[:_UNITS_NAMED])
    return named if len(words) <= _UNITS_NAMED else f"{named}, …"
