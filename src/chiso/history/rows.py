"""Scoreboards as rows of the history's tables, and back; pure, so that what was kept can be proved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from chiso.arithmetic import at_least_two_places
from chiso.catalogue.formula import RuleSet
from chiso.catalogue.model import Bilingual
from chiso.errors import Place, Problem, Text
from chiso.history.schema import FATES, GROUPS, INPUTS, PARTS, REGISTRY, SCORES, UNITS, Table
from chiso.records.dataset import SourceFile
from chiso.scoring.counts import ExcludedRows, Fates
from chiso.scoring.earlier import NO_BASIS, Basis, EarlierFigure, EarlierUse
from chiso.scoring.scoreboard import (
    BeyondCount,
    GroupScore,
    MissingIndex,
    Provenance,
    Score,
    Scoreboard,
    UnitScore,
)
from chiso.terms.period import Judgement, Period, parse_period
from chiso.terms.unit import Unit

Row = tuple[Any, ...]
# What of a run's own row tells when and where it was kept, not what it says.
_CIRCUMSTANCES = ("content_sha256", "revision", "recorded_at")


@dataclass(frozen=True)
class OtherInput:
    """A file that bore on a result and is no table of records: a mapping, corrections, a calendar."""

    role: str
    file: str
    sha256: str


@dataclass(frozen=True)
class RunRows:
    """One run as rows: its own, without its number and circumstances, and those of every part."""

    run: Mapping[str, Any]
    parts: Mapping[Table, Sequence[Row]]

    @property
    def content_sha256(self) -> str:
        """The hash of all that the run says: rules, inputs, fates and every figure."""
        content = {
            "run": {name: _plain(value) for name, value in self.run.items() if name not in _CIRCUMSTANCES},
            **{
                table.name: [[_plain(value) for value in row] for row in self.parts[table]] for table in PARTS
            },
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    """Return a value as the hash takes it: 50.00 and 50.000000 are the same figure."""
    match value:
        case Decimal():
            return str(at_least_two_places(value))
        case date():
            return value.isoformat()
        case _:
            return value


def rows_of(
    board: Scoreboard, series: str, others: Sequence[OtherInput] = (), edition_asked: str | None = None
) -> RunRows:
    """Return a board of whole units as rows. Files bear their bare names: folders may tell of persons."""
    judgement, rules, origin = board.judgement, board.rules, board.provenance
    run = {
        "series": series,
        "catalogue": rules.catalogue,
        "period": judgement.period.label,
        "first_day": judgement.period.first_day,
        "last_day": judgement.period.last_day,
        "as_of": judgement.as_of,
        "provisional": judgement.provisional,
        "edition": rules.edition,
        "edition_asked": edition_asked,
        "spans_editions": origin.edition_note,
        "catalogue_file": origin.catalogue_file,
        "catalogue_sha256": origin.catalogue_sha256,
        "chiso_version": origin.chiso_version,
        "remarks": _json(_remarks(board)),
    }
    return RunRows(
        run,
        {
            INPUTS: [*_inputs(origin.files, others)],
            FATES: [_fates_row(position, fates) for position, fates in enumerate(board.fates)],
            REGISTRY: [(position, *_identity(unit)) for position, unit in enumerate(board.registry)],
            UNITS: [_unit_row(position, unit) for position, unit in enumerate(board.units)],
            GROUPS: [
                (unit.unit.code, position, each.group, each.points, each.max_points, each.reported)
                for unit in board.units
                for position, each in enumerate(unit.groups)
            ],
            SCORES: [
                _score_row(unit.unit.code, position, score)
                for unit in board.units
                for position, score in enumerate(unit.scores)
            ],
        },
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _inputs(files: Sequence[SourceFile], others: Sequence[OtherInput]) -> Iterable[Row]:
    for position, file in enumerate(files):
        details = {
            "header_row": file.header_row,
            "columns": dict(file.columns),
            "format": file.format,
            "encoding": file.encoding,
            "separator": file.separator,
            "not_records": dict(file.not_records),
            "recovered": dict(file.recovered),
        }
        name = PurePath(file.path).name
        yield position, file.table, name, file.sheet, file.sha256, file.rows_read, _json(details)
    for position, other in enumerate(others, start=len(files)):
        yield position, other.role, PurePath(other.file).name, None, other.sha256, None, None


def _fates_row(position: int, fates: Fates) -> Row:
    excluded = _json([[entry.vi, entry.en, entry.rows] for entry in fates.excluded])
    return (
        *(position, fates.table, fates.rows_read, fates.in_population, fates.outside_period),
        *(excluded, fates.quarantined),
    )


def _unit_row(position: int, score: UnitScore) -> Row:
    unit, band = score.unit, score.band
    return (
        *(position, unit.code, unit.name, unit.level, unit.parent_code),
        *(score.total, score.max_points, band and band.vi, band and band.en, score.outcome),
        *(score.has_records, score.cases),
    )


def _identity(unit: Unit) -> Row:
    return (
        *(unit.code, unit.name, unit.level, unit.parent_code, unit.peer_group, unit.valid_from),
        *(unit.valid_to, unit.successor_code, unit.share),
    )


def _score_row(unit_code: str, position: int, score: Score) -> Row:
    return (
        *(unit_code, position, score.group, score.index, score.numerator, score.denominator),
        *(score.percent, score.value, score.value_unit, score.points, score.max_points),
        *(score.outcome, score.undetermined, _basis_text(score.basis)),
    )


def _remarks(board: Scoreboard) -> object:
    return {
        "missing": [[m.index, list(m.lacks), list(m.told)] for m in board.missing],
        "beyond": [[b.index, b.codes] for b in board.beyond],
        "notes": [_problem_data(note) for note in board.notes],
    }


def _problem_data(problem: Problem) -> object:
    place = problem.place
    at = None
    if place is not None:
        at = [PurePath(place.file).name, place.line, place.column, place.row, place.heading]
    return {"message": list(problem.message), "place": at, "hint": problem.hint and list(problem.hint)}


def board_of(rows: RunRows, rules: RuleSet) -> Scoreboard:
    """Return the scoreboard that rows hold, under the rules of its catalogue.

    It has no quarantined rows: where they stood is told once, when the records are read; how many they were
    is in the fates.
    """
    run = rows.run
    remarks = json.loads(run["remarks"])
    kind = parse_period(run["period"], run["as_of"]).kind
    period = Period(run["period"], kind, run["first_day"], run["last_day"])
    registry = {row[1]: Unit(*row[1:]) for row in rows.parts[REGISTRY]}
    groups: dict[str, list[GroupScore]] = {}
    for code, _, group, points, maximum, reported in rows.parts[GROUPS]:
        groups.setdefault(code, []).append(
            GroupScore(group, _figure(points), at_least_two_places(maximum), reported)
        )
    scores: dict[str, list[Score]] = {}
    for code, _, *values in rows.parts[SCORES]:
        scores.setdefault(code, []).append(_score(values))
    return Scoreboard(
        rules=rules,
        judgement=Judgement(period, run["as_of"]),
        split=None,
        units=tuple(_unit(row, registry, scores, groups) for row in rows.parts[UNITS]),
        fates=tuple(_fates(row) for row in rows.parts[FATES]),
        missing=tuple(
            MissingIndex(code, tuple(lacks), Text(*told)) for code, lacks, told in remarks["missing"]
        ),
        beyond=tuple(BeyondCount(code, codes) for code, codes in remarks["beyond"]),
        quarantine=(),
        notes=tuple(_problem(data) for data in remarks["notes"]),
        provenance=Provenance(
            chiso_version=run["chiso_version"],
            catalogue_file=run["catalogue_file"],
            catalogue_sha256=run["catalogue_sha256"],
            files=tuple(_file(row) for row in rows.parts[INPUTS] if row[6] is not None),
            edition_note=run["spans_editions"],
        ),
        registry=tuple(registry.values()),
    )


def _figure(value: Decimal | None) -> Decimal | None:
    return None if value is None else at_least_two_places(value)


def _score(values: Sequence[Any]) -> Score:
    group, index, numerator, denominator, percent, value, unit, points, maximum, *rest = values
    outcome, undetermined, basis = rest
    return Score(
        index=index,
        group=group,
        numerator=numerator,
        denominator=denominator,
        percent=_figure(percent),
        value=_figure(value),
        value_unit=unit,
        points=_figure(points),
        max_points=at_least_two_places(maximum),
        outcome=outcome,
        undetermined=undetermined,
        basis=_basis(basis),
    )


def _unit(
    row: Row,
    registry: Mapping[str, Unit],
    scores: Mapping[str, Sequence[Score]],
    groups: Mapping[str, Sequence[GroupScore]],
) -> UnitScore:
    _, code, _, _, _, total, maximum, band_vi, band_en, outcome, has_records, cases = row
    return UnitScore(
        unit=registry[code],
        key=None,
        key_name=None,
        scores=tuple(scores.get(code, ())),
        groups=tuple(groups.get(code, ())),
        total=at_least_two_places(total),
        max_points=at_least_two_places(maximum),
        band=None if band_vi is None else Bilingual(vi=band_vi, en=band_en),
        outcome=outcome,
        has_records=has_records,
        cases=cases,
    )


def _basis_text(basis: Basis) -> str | None:
    if basis == NO_BASIS:
        return None
    uses = {"fallback": basis.fallback, "baseline": basis.baseline}
    return _json({name: use and _use_data(use) for name, use in uses.items()} | {"per_year": basis.per_year})


def _use_data(use: EarlierUse) -> object:
    figure = use.figure
    known = None
    if figure is not None:
        percent = None if figure.percent is None else str(figure.percent)
        known = [figure.numerator, figure.denominator, percent, PurePath(figure.source).name, figure.row]
    return {"index": use.index, "period": use.period, "share": str(use.share), "figure": known}


def _basis(text: str | None) -> Basis:
    if text is None:
        return NO_BASIS
    data = json.loads(text)
    first, second = data["per_year"]
    return Basis(_use(data["fallback"]), _use(data["baseline"]), (first, second))


def _use(data: Mapping[str, Any] | None) -> EarlierUse | None:
    if data is None:
        return None
    figure = None
    if data["figure"] is not None:
        numerator, denominator, percent, source, row = data["figure"]
        exact = None if percent is None else Decimal(percent)
        figure = EarlierFigure(numerator, denominator, exact, source, row)
    return EarlierUse(data["index"], data["period"], figure, Fraction(data["share"]))


def _fates(row: Row) -> Fates:
    _, table, read, counted, outside, excluded, quarantined = row
    reasons = tuple(ExcludedRows(vi, en, count) for vi, en, count in json.loads(excluded))
    return Fates(table, read, counted, outside, reasons, quarantined)


def _file(row: Row) -> SourceFile:
    _, table, name, sheet, sha256, rows_read, details = row
    return SourceFile(
        path=name, table=table, sha256=sha256, rows_read=rows_read, sheet=sheet, **json.loads(details)
    )


def _problem(data: Mapping[str, Any]) -> Problem:
    at = data["place"]
    return Problem(
        Text(*data["message"]),
        None if at is None else Place(*at),
        None if data["hint"] is None else Text(*data["hint"]),
    )
