"""The rankings: one sheet per level, sums of the index detail, places and bands as formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from chiso import arithmetic
from chiso.catalogue.formula import GroupRule, RuleSet
from chiso.errors import Language, Text
from chiso.reporting.tables import LABELS, LEVEL_NAMES, OUTCOMES, plain_value
from chiso.reporting.workbook.detail import Detail, cached, write_figure
from chiso.reporting.workbook.exact import MAXIMUM, POINTS
from chiso.reporting.workbook.parameters import Parameters
from chiso.reporting.workbook.styles import ABSENT, BAR_COLOR, Styles, set_up_page
from chiso.scoring.rank import Rank
from chiso.scoring.report import PastTotal, Report
from chiso.scoring.scoreboard import GroupScore, UnitScore
from chiso.terms.unit import LEVELS, Level

HEADER = 3
RANKING = Text(vi="Xếp hạng", en="Ranking")
_FIRST_ROW = HEADER + 2
_LABELS: Mapping[str, Text] = {
    **LABELS,
    "change": Text(vi="Thay đổi", en="Change"),
    "before": Text(vi="Điểm kỳ trước", en="Points before"),
    "rank_before": Text(vi="Hạng kỳ trước", en="Rank before"),
}
_WIDTHS = {"rank": 6, "unit_code": 11, "unit_name": 38, "band": 12, "outcome": 16}
_AFTER_GROUPS = ("total", "max_points", "band", "change", "before", "rank_before", "outcome")
# A unit further down comes after one with the same total, by less than a hundredth in any registry.
_TIE_PLACES = 8


@dataclass(frozen=True)
class Ranking:
    """Where the ranking of one level stands; rows are counted from 1.

    ``all_ranked`` says whether every unit of the level is shown, so that places can be formulas.
    ``changes`` are those of the totals since the period before, by unit code; a unit that was not there, or
    could earn another maximum, has none.
    """

    level: Level
    sheet: str
    ranks: tuple[Rank, ...]
    columns: Mapping[str, str]
    all_ranked: bool
    changes: Mapping[str, Decimal]

    @property
    def first_row(self) -> int:
        """The row of the first unit."""
        return _FIRST_ROW

    @property
    def last_row(self) -> int:
        """The row of the last unit."""
        return _FIRST_ROW + len(self.ranks) - 1

    def range(self, name: str, *, first: int | None = None, last: int | None = None) -> str:
        """Return the cells of a column, of all units or of some rows, for formulas."""
        letter = self.columns[name]
        return f"'{self.sheet}'!${letter}${first or self.first_row}:${letter}${last or self.last_row}"


def rankings_of(report: Report, language: Language) -> tuple[Ranking, ...]:
    """Return the rankings of the units shown, the highest level first."""
    shown = {unit.unit.code for unit in report.board.units}
    groups = [group_column(group) for group in report.board.groups]
    names = ["rank", "unit_code", "unit_name", *groups, *_AFTER_GROUPS, "order"]
    columns = {name: xl_col_to_name(position) for position, name in enumerate(names)}
    found = []
    for level in LEVELS:
        ranks = [rank for rank in report.ranks if rank.league.level == level]
        own = tuple(rank for rank in ranks if rank.score.unit.code in shown)
        if own:
            name = f"{RANKING.in_language(language)} {LEVEL_NAMES[level].in_language(language)}"
            changes = {rank.score.unit.code: _change(rank.score, report) for rank in own}
            told = {code: change for code, change in changes.items() if change is not None}
            found.append(Ranking(level, name, own, columns, len(own) == len(ranks), told))
    return tuple(found)


def _change(unit: UnitScore, report: Report) -> Decimal | None:
    past = report.past(unit.unit.code)
    return None if past is None or past.max_points != unit.max_points else unit.total - past.total


def group_column(group: GroupRule) -> str:
    """Return the name of the column with the points of a group."""
    return f"group:{group.code}"


def write_ranking(
    sheet: Any,
    ranking: Ranking,
    report: Report,
    detail: Detail,
    parameters: Parameters,
    styles: Styles,
    language: Language,
) -> None:
    """Write the sheet below its two lines of title."""
    rules = report.board.rules
    sheet.set_row(HEADER, 48)
    for position, name in enumerate(ranking.columns):
        if name == "order":
            sheet.set_column(position, position, 4, None, {"hidden": True})
            continue
        sheet.write_string(HEADER, position, _label(name, rules, language), styles["heading"])
        sheet.set_column(position, position, _WIDTHS.get(name, 11))
    writer = _Writer(sheet, ranking, rules, detail, parameters, styles, language)
    for row, rank in enumerate(ranking.ranks, start=_FIRST_ROW):
        writer.write(row, rank, report.past(rank.score.unit.code))
    _set_up(sheet, ranking, rules)


def _label(name: str, rules: RuleSet, language: Language) -> str:
    for group in rules.groups:
        if name == group_column(group):
            short = plain_value(group.short, language)
            points = arithmetic.plain(group.points)
            return f"{short} ({points.replace('.', ',') if language == 'vi' else points})"
    return _LABELS[name].in_language(language)


class _Writer:
    def __init__(
        self,
        sheet: Any,
        ranking: Ranking,
        rules: RuleSet,
        detail: Detail,
        parameters: Parameters,
        styles: Styles,
        language: Language,
    ) -> None:
        self._sheet = sheet
        self._ranking = ranking
        self._rules = rules
        self._detail = detail
        self._parameters = parameters
        self._styles = styles
        self._language: Language = language
        self._columns = {name: position for position, name in enumerate(ranking.columns)}
        self._largest = max(rank.score.max_points for rank in ranking.ranks)
        self._places = max((group.rounding.points for group in rules.groups), default=2)

    def write(self, row: int, rank: Rank, past: PastTotal | None) -> None:
        """Write one unit; ``past`` is what it had in the period before."""
        unit = rank.score
        self._write_place(row, rank)
        self._string(row, "unit_code", unit.unit.code, "text")
        self._string(row, "unit_name", unit.unit.name, "text")
        for group, score in zip(self._rules.groups, unit.groups, strict=True):
            self._write_group(row, group, score, unit)
        self._write_total(row, unit)
        self._write_band(row, unit)
        self._write_change(row, unit, past)
        self._string(row, "outcome", OUTCOMES[unit.outcome].in_language(self._language), "text")
        self._write_order(row, unit)

    def _write_place(self, row: int, rank: Rank) -> None:
        style, column = self._styles["center"], self._columns["rank"]
        if not self._ranking.all_ranked:
            self._sheet.write_number(row - 1, column, rank.place, style)
            return
        totals, maxima = self._own("total"), self._own("max_points")
        total, maximum = self._cell("total", row), self._cell("max_points", row)
        formula = f'=COUNTIFS({maxima},{maximum},{totals},">"&{total})+1'
        self._sheet.write_formula(row - 1, column, formula, style, rank.place)

    def _write_group(self, row: int, group: GroupRule, score: GroupScore, unit: UnitScore) -> None:
        column, style = self._columns[group_column(group)], self._styles["decimal"]
        own = [each for each in unit.scores if each.group == group.code]
        points = [each.points for each in own if each.points is not None]
        maximum = arithmetic.sum_points(each.max_points for each in own)
        summed = arithmetic.sum_points(points) if points or maximum else None
        if score.reported or summed != score.points:
            write_figure(self._sheet, row - 1, column, score.points, style)
            return
        cells = self._detail.cells(unit.unit.code, POINTS, group)
        maxima = self._detail.cells(unit.unit.code, MAXIMUM, group)
        added = f"ROUND(SUM({cells}),{group.rounding.points})"
        formula = f'=IF(COUNT({cells})+SUM({maxima})=0,"{ABSENT}",{added})'
        self._sheet.write_formula(row - 1, column, formula, style, cached(score.points))

    def _write_total(self, row: int, unit: UnitScore) -> None:
        groups = self._rules.groups
        first, last = (self._cell(group_column(group), row) for group in (groups[0], groups[-1]))
        formula = f"=ROUND(SUM({first}:{last}),{self._places})"
        style = self._styles["total"]
        self._sheet.write_formula(row - 1, self._columns["total"], formula, style, float(unit.total))
        column, style = self._columns["max_points"], self._styles["decimal"]
        if arithmetic.sum_points(score.max_points for score in unit.scores) != unit.max_points:
            self._sheet.write_number(row - 1, column, float(unit.max_points), style)
            return
        formula = f"=ROUND(SUM({self._detail.cells(unit.unit.code, MAXIMUM)}),{self._places})"
        self._sheet.write_formula(row - 1, column, formula, style, float(unit.max_points))

    def _write_band(self, row: int, unit: UnitScore) -> None:
        column, style = self._columns["band"], self._styles["center"]
        told = ABSENT if unit.band is None else str(plain_value(unit.band, self._language))
        starts, whole = self._parameters.band_starts, self._parameters.total
        if unit.outcome == "partial" or starts is None or whole is None:
            # Without all data there is no band, whatever is corrected.
            self._sheet.write_string(row - 1, column, told, style)
            return
        total, maximum = self._cell("total", row), self._cell("max_points", row)
        found = f'IFERROR(LOOKUP({total},{starts},{self._parameters.band_texts}),"{ABSENT}")'
        formula = f'=IF({maximum}<>{whole},"{ABSENT}",{found})'
        self._sheet.write_formula(row - 1, column, formula, style, told)

    def _write_change(self, row: int, unit: UnitScore, past: PastTotal | None) -> None:
        at, columns, styles = row - 1, self._columns, self._styles
        write_figure(self._sheet, at, columns["before"], past.total if past else None, styles["decimal"])
        write_figure(self._sheet, at, columns["rank_before"], past.place if past else None, styles["center"])
        change = self._ranking.changes.get(unit.unit.code)
        if change is None:
            self._string(row, "change", ABSENT, "change")
            return
        total, before = self._cell("total", row), self._cell("before", row)
        formula = f"=ROUND({total}-{before},{self._places})"
        self._sheet.write_formula(at, columns["change"], formula, styles["change"], float(change))

    def _write_order(self, row: int, unit: UnitScore) -> None:
        """Write by what the units of the main ranking are ordered, no two alike: the overview looks there."""
        maximum, total = self._cell("max_points", row), self._cell("total", row)
        ordered = f"ROUND({total}-ROW()/10^{_TIE_PLACES},{_TIE_PLACES})"
        formula = f'=IF({maximum}=MAX({self._own("max_points")}),{ordered},"")'
        order: float | str = ""
        if unit.max_points == self._largest:
            order = float(unit.total - Decimal(row).scaleb(-_TIE_PLACES))
        self._sheet.write_formula(row - 1, self._columns["order"], formula, self._styles["general"], order)

    def _string(self, row: int, name: str, text: str, style: str) -> None:
        self._sheet.write_string(row - 1, self._columns[name], text, self._styles[style])

    def _cell(self, name: str, row: int) -> str:
        return f"${self._ranking.columns[name]}{row}"

    def _own(self, name: str) -> str:
        return self._ranking.range(name).partition("!")[2]


def _set_up(sheet: Any, ranking: Ranking, rules: RuleSet) -> None:
    columns = list(ranking.columns)
    last_row, last_column = ranking.last_row - 1, columns.index("outcome")
    total = columns.index("total")
    most = rules.total or max((rank.score.max_points for rank in ranking.ranks), default=Decimal(0))
    bars = {"type": "data_bar", "bar_color": BAR_COLOR, "bar_solid": True}
    ends = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": float(most)}
    sheet.conditional_format(HEADER + 1, total, last_row, total, bars | ends)
    sheet.freeze_panes(HEADER + 1, columns.index("unit_name") + 1)
    sheet.autofilter(HEADER, 0, last_row, last_column)
    set_up_page(sheet, last_row=last_row, last_column=last_column, repeated=HEADER)
