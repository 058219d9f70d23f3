"""Reported figures: matched to indices and groups by code, alias or group code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from chiso.catalogue.formula import IndexRule, RuleSet
from chiso.errors import Place, Problem, RecordsError, Text, plural
from chiso.records.dataset import QuarantinedRow, ReportedFigure
from chiso.scoring.counts import ExcludedRows, Fates
from chiso.scoring.earlier import NO_EARLIER_FIGURES, EarlierFigure, EarlierFigures, Key
from chiso.terms.numbers import shortest_text
from chiso.terms.period import PeriodKind, parse_fixed_period
from chiso.terms.unit import Unit, UnitTree

_ALL_PROCEDURES = (None, "all")
_WHOLE = 100


@dataclass(frozen=True)
class Reported:
    """The figures of a run by unit and index, and by unit and group, with the fate of every row.

    ``notes`` tell of rows that are used though they look odd, and of rows that nothing can use.
    ``earlier`` are the figures of other periods.
    """

    by_index: Mapping[tuple[str, str], ReportedFigure]
    by_group: Mapping[tuple[str, str], ReportedFigure]
    notes: tuple[Problem, ...]
    quarantine: tuple[QuarantinedRow, ...]
    fates: Fates | None
    earlier: EarlierFigures = NO_EARLIER_FIGURES

    def beside(self, earlier: EarlierFigures) -> Reported:
        """Return the same with further earlier figures; of two for the same thing the reported one counts."""
        return replace(self, earlier=self.earlier.before(earlier))


def match_reported(
    figures: Iterable[ReportedFigure], rules: RuleSet, units: UnitTree, period_label: str, unreadable: int
) -> Reported:
    """Return the figures that belong to this run.

    A row without period or scope belongs to every run; another period's rows are outside, earlier figures
    among them. Excluded are another scope's rows, those that no rule can use, and of several for the same
    index all but the last. Half a pair of counts is set aside, unless the index falls back on another
    denominator. Raises RecordsError where a unit has both a group's figure and figures of the group's
    indices, or points above the maximum.
    """
    figures = tuple(figures)
    kind = parse_fixed_period(period_label).kind
    indices = {name.casefold(): index for index in rules.indices for name in (index.code, *index.aliases)}
    groups = {group.code.casefold(): group for group in rules.groups}
    by_index: dict[tuple[str, str], ReportedFigure] = {}
    by_group: dict[tuple[str, str], ReportedFigure] = {}
    quarantine: list[QuarantinedRow] = []
    problems: list[Problem] = []
    unused: list[Problem] = []
    read = outside = other_scope = superseded = 0
    for figure in figures:
        read += 1
        if figure.period not in (None, period_label):
            outside += 1
            continue
        if figure.scope not in _ALL_PROCEDURES:
            other_scope += 1
            continue
        name = figure.name.casefold()
        index, group = indices.get(name), groups.get(name)
        useless = None if index is None else _useless(figure, index, units[figure.unit_code])
        if _is_half(figure) and not _falls_back(figure, index, kind):
            quarantine.append(_half(figure))
            continue
        if useless is not None:
            unused.append(Problem(useless, Place(figure.file, row=figure.row)))
            continue
        if index is not None:
            key, place, maximum = (figure.unit_code, index.code), by_index, index.points
        elif group is not None:
            key, place, maximum = (figure.unit_code, group.code), by_group, group.points
        else:
            quarantine.append(_unknown(figure))
            continue
        superseded += key in place
        place[key] = figure
        problems.extend(_out_of_bounds(figure, maximum))
    problems.extend(_both(by_index, by_group, rules))
    if problems:
        raise RecordsError(problems)
    shares = [
        *by_group.values(),
        *(f for (_, code), f in by_index.items() if indices[code.casefold()].is_share),
    ]
    notes = sorted((*unused, *(note for figure in shares for note in _above_whole(figure))), key=_by_row)
    excluded = (
        ExcludedRows("phạm vi khác", "another scope", other_scope),
        ExcludedRows("không dùng được, xem ghi chú", "of no use, see the notes", len(unused)),
        ExcludedRows("dòng sau của cùng chỉ số thay thế", "replaced by a later row", superseded),
    )
    fates = Fates(
        table="reported",
        rows_read=read + unreadable,
        in_population=len(by_index) + len(by_group),
        outside_period=outside,
        excluded=tuple(entry for entry in excluded if entry.rows),
        quarantined=unreadable + len(quarantine),
    )
    return Reported(
        by_index,
        by_group,
        tuple(notes),
        tuple(quarantine),
        fates if fates.rows_read else None,
        earlier_figures(figures, rules),
    )


def earlier_figures(figures: Iterable[ReportedFigure], rules: RuleSet) -> EarlierFigures:
    """Return the figures that name their period, by unit, index and period; of several the last.

    Points alone tell nothing about counts, so they are left out, and so are groups.
    """
    codes = {name.casefold(): index.code for index in rules.indices for name in (index.code, *index.aliases)}
    found: dict[Key, EarlierFigure] = {}
    for figure in figures:
        code = codes.get(figure.name.casefold())
        told = (figure.numerator, figure.denominator, figure.percent) != (None, None, None)
        if code is not None and figure.period is not None and figure.scope in _ALL_PROCEDURES and told:
            found[figure.unit_code, code, figure.period] = EarlierFigure(
                figure.numerator, figure.denominator, figure.percent, figure.file, figure.row
            )
    return EarlierFigures(found)


def with_earlier_used(
    fates: Fates, used: Iterable[EarlierFigure], period_label: str, figures: Iterable[ReportedFigure]
) -> Fates:
    """Return the fates of the reported rows, saying how many outside the period an index rests on."""
    places = {(figure.source, figure.row) for figure in used}
    outside = [figure for figure in figures if figure.period not in (None, period_label)]
    return replace(fates, earlier=sum((figure.file, figure.row) in places for figure in outside))


def _is_half(figure: ReportedFigure) -> bool:
    return (figure.numerator is None) != (figure.denominator is None)


def _falls_back(figure: ReportedFigure, index: IndexRule | None, kind: PeriodKind) -> bool:
    """Return whether a numerator that stands alone has a denominator to fall back on."""
    alone = (figure.denominator, figure.percent, figure.points) == (None, None, None)
    rule = None if index is None else index.fallback
    return alone and rule is not None and rule.share(kind) is not None


def _half(figure: ReportedFigure) -> QuarantinedRow:
    column = "numerator" if figure.numerator is None else "denominator"
    reason = Text(vi="tử số và mẫu số phải đi cùng nhau", en="numerator and denominator go together")
    return QuarantinedRow(figure.file, figure.row, column, reason)


def _unknown(figure: ReportedFigure) -> QuarantinedRow:
    reason = Text(vi="không có chỉ số hay nhóm này", en="there is no such index or group")
    return QuarantinedRow(figure.file, figure.row, "index", reason)


def _points_only(figure: ReportedFigure) -> bool:
    return figure.denominator is None and figure.percent is None and figure.points is not None


def _useless(figure: ReportedFigure, index: IndexRule, unit: Unit) -> Text | None:
    """Return why no rule can use the figure, None where one can."""
    if unit.level not in index.applies_to:
        return Text(
            vi=f"không dùng: chỉ số {index.code} không áp dụng cho cấp {unit.level}",
            en=f"not used: index {index.code} does not apply to units of level {unit.level}",
        )
    if not index.is_share and figure.denominator is None and figure.percent is not None:
        return Text(
            vi=f"không dùng: chỉ số {index.code} không phải tỷ lệ, cần tử số và mẫu số",
            en=f"not used: index {index.code} is no percentage, it needs numerator and denominator",
        )
    if index.when_due is not None and _points_only(figure):
        return Text(
            vi=f"không dùng: chỉ số {index.code} đến {index.due:%d/%m/%Y} mới tính điểm",
            en=f"not used: index {index.code} earns no points before {index.due:%Y-%m-%d}",
        )
    # A rule nobody knows cannot turn counts into points.
    if index.status == "unknown" and index.scored and not _points_only(figure):
        return Text(
            vi=f"không dùng: chưa biết quy tắc của chỉ số {index.code}, chỉ nhận điểm",
            en=f"not used: the rule of index {index.code} is not known, only points can be reported",
        )
    return None


def _above_whole(figure: ReportedFigure) -> Iterable[Problem]:
    """Yield a note where a share lies above the whole: it is taken as reported, and earns no more for it.

    It is not set aside, or the records' own figure would silently take the place of the one reported.
    """
    if figure.numerator is not None and figure.denominator is not None:
        above = figure.numerator > figure.denominator
        message = Text(
            vi="tử số lớn hơn mẫu số; điểm tính không quá mức tối đa",
            en="the numerator exceeds the denominator; it earns no more than the maximum",
        )
    else:
        above = figure.percent is not None and figure.percent > _WHOLE
        message = Text(
            vi="tỷ lệ trên 100 %; điểm tính không quá mức tối đa",
            en="the percent exceeds 100; it earns no more than the maximum",
        )
    if above:
        yield Problem(message, Place(figure.file, row=figure.row))


def _by_row(note: Problem) -> tuple[str, int]:
    assert note.place is not None  # every figure has its row
    return note.place.file, note.place.row or 0


def _out_of_bounds(figure: ReportedFigure, maximum: Decimal) -> Iterable[Problem]:
    # Points count only where neither counts nor a percent are given.
    points = figure.points if _points_only(figure) else None
    if points is not None and points > maximum:
        message = Text(
            vi=f"{shortest_text(points, 'vi')} điểm vượt mức tối đa {shortest_text(maximum, 'vi')}",
            en=f"{shortest_text(points, 'en')} {plural(points, 'point exceeds', 'points exceed')} "
            f"the maximum of {shortest_text(maximum, 'en')}",
        )
        yield Problem(message, Place(figure.file, row=figure.row))


def _both(
    by_index: Mapping[tuple[str, str], ReportedFigure],
    by_group: Mapping[tuple[str, str], ReportedFigure],
    rules: RuleSet,
) -> Iterable[Problem]:
    for (unit_code, group_code), figure in by_group.items():
        group = next(group for group in rules.groups if group.code == group_code)
        clashing = [index.code for index in group.indices if (unit_code, index.code) in by_index]
        if clashing:
            listed = ", ".join(clashing)
            message = Text(
                vi=f"Đơn vị {unit_code} có số của nhóm {group_code} và của chỉ số {listed}",
                en=f"Unit {unit_code} has figures of group {group_code} and of its "
                f"{plural(len(clashing), 'index', 'indices')} {listed}",
            )
            hint = Text(vi="Giữ một trong hai", en="Keep one of the two")
            yield Problem(message, Place(figure.file, row=figure.row), hint)
