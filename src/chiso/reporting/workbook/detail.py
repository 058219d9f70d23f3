"""The index detail: one row per unit and index, its counts and what formulas make of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chiso.catalogue.formula import GroupRule, IndexRule
from chiso.errors import Language, Text
from chiso.reporting.tables import LABELS, OUTCOMES, VALUE_UNITS, plain_value
from chiso.reporting.workbook.exact import Factors, How, how_carried, row_formulas
from chiso.reporting.workbook.parameters import Parameters
from chiso.reporting.workbook.styles import ABSENT, LOST_COLOR, Styles, set_up_page
from chiso.scoring.points import measuring_unit
from chiso.scoring.scoreboard import Score, Scoreboard, UnitScore
from chiso.terms.unit import UnitTree

SHEET = Text(vi="Chi tiết chỉ số", en="Index detail")
HOW: Mapping[How, Text] = {
    "formula": Text(vi="công thức", en="formula"),
    "linked": Text(vi="công thức (cấp trên)", en="formula (unit above)"),
    "double": Text(vi="giá trị (số thực)", en="value (floating)"),
    "inherited": Text(vi="giá trị (cấp trên)", en="value (unit above)"),
    "no_counts": Text(vi="giá trị (không số đếm)", en="value (no counts)"),
    "earlier": Text(vi="giá trị (số kỳ khác)", en="value (other periods)"),
    "rule": Text(vi="giá trị (quy tắc riêng)", en="value (rule of its own)"),
    "none": Text(vi="không có số liệu", en="no figures"),
}
HOW_TOLD: Mapping[How, Text] = {
    "formula": Text(
        vi="tỷ lệ và điểm tính từ tử số, mẫu số của dòng",
        en="percent and points follow from the row's own counts",
    ),
    "linked": Text(
        vi="theo dòng của đơn vị cấp trên, nơi chỉ số được đo",
        en="as the row of the unit above, where the index is measured",
    ),
    "double": Text(
        vi="Cổng tính nhóm này trên số thực dấu phẩy động từ tỷ lệ đã làm tròn, bảng tính không làm lại được "
        "chính xác; tổng vẫn là công thức",
        en="the portal computes the group in floating point from the rounded percent, which a spreadsheet "
        "cannot repeat exactly; sums are formulas nevertheless",
    ),
    "inherited": Text(
        vi="theo đơn vị cấp trên không có trong sổ này",
        en="as the unit above, which is not in this workbook",
    ),
    "no_counts": Text(
        vi="báo cáo chỉ có tỷ lệ hoặc điểm, không có tử số, mẫu số",
        en="only a percent or points are known, no counts",
    ),
    "earlier": Text(
        vi="dựa vào số liệu kỳ khác, hoặc quy ra năm",
        en="rests on figures of other periods, or is that of a whole year",
    ),
    "rule": Text(
        vi="quy tắc không viết được thành công thức chính xác",
        en="no formula says the rule exactly",
    ),
    "none": Text(vi="thiếu dữ liệu hoặc không áp dụng", en="data are missing, or it does not apply"),
}
HEADER = 3
_FIRST_ROW = HEADER + 2
_WIDTHS = (10, 26, 11, 7, 36, 9, 9, 9, 7, 8, 8, 8, 15, 20)
_NAMES = ("unit_code", "unit_name", "group", "index", "index_name", "numerator", "denominator")
_NAMES_AFTER = ("value", "value_unit", "points", "max_points", "lost", "outcome", "how")
_LABELS: Mapping[str, Text] = {
    **LABELS,
    "index_name": Text(vi="Tên chỉ số", en="Name of the index"),
    "value": Text(vi="Tỷ lệ hoặc giá trị", en="Percent or value"),
    "how": Text(vi="Cách có số", en="How figures come"),
}
_COLUMNS = {name: position for position, name in enumerate((*_NAMES, *_NAMES_AFTER))}


@dataclass(frozen=True)
class Row:
    """One row: its place on the sheet (counted from 1), its score, and how its figures come.

    ``lost`` is None without points, without a maximum to lose from, and where the whole group is reported.
    ``source`` is the row that the figures are those of.
    """

    number: int
    group: GroupRule
    index: IndexRule
    score: Score
    how: How
    lost: Decimal | None
    source: int | None


class Detail:
    """Where every score of a board stands in the index detail, and how its figures come there."""

    def __init__(self, board: Scoreboard, parameters: Parameters, language: Language) -> None:
        self._board = board
        self._parameters = parameters
        self._name = SHEET.in_language(language)
        indices = [(group, index) for group in board.groups for index in group.indices]
        self._positions = {index.code: position for position, (_, index) in enumerate(indices)}
        self._first = {
            unit.unit.code: _FIRST_ROW + number * len(indices) for number, unit in enumerate(board.units)
        }
        self._indices = indices
        self._tree = UnitTree(board.registry)
        self._scores = {unit.unit.code: {score.index: score for score in unit.scores} for unit in board.units}
        self.hows: Counter[How] = Counter()

    @property
    def last_row(self) -> int:
        """The last row of the sheet, counted from 1."""
        return _FIRST_ROW - 1 + len(self._first) * len(self._indices)

    @property
    def largest_count(self) -> int:
        """The largest count for which every formula is exact."""
        found = [factors.largest_count for factors in self._parameters.factors.values() if factors]
        return min(found, default=0)

    def rows(self, unit: UnitScore) -> list[Row]:
        """Return the rows of one unit, in the catalogue's order."""
        scores, first = self._scores[unit.unit.code], self._first[unit.unit.code]
        as_wholes = {group.group for group in unit.groups if group.reported}
        return [
            self._row(unit, group, index, scores[index.code], first + position, as_wholes)
            for position, (group, index) in enumerate(self._indices)
        ]

    def cells(self, unit_code: str, column: str, group: GroupRule | None = None) -> str:
        """Return the cells of a unit in one column, of all indices or those of a group, for formulas."""
        first = self._first[unit_code]
        codes = (
            [index.code for _, index in self._indices] if group is None else [i.code for i in group.indices]
        )
        start, end = (first + self._positions[code] for code in (codes[0], codes[-1]))
        return f"'{self._name}'!${column}${start}:${column}${end}"

    def _row(
        self,
        unit: UnitScore,
        group: GroupRule,
        index: IndexRule,
        score: Score,
        number: int,
        as_wholes: Collection[str],
    ) -> Row:
        how = how_carried(index, group.rounding, self._parameters.factors[index.code], score)
        source = self._source(unit, index, score) if how == "inherited" else None
        if source is not None:
            how = "linked"
        self.hows[how] += 1
        lost = None
        if index.scored and score.max_points and group.code not in as_wholes:
            lost = score.max_points - (score.points or 0)
        return Row(number, group, index, score, how, lost, source)

    def _source(self, unit: UnitScore, index: IndexRule, score: Score) -> int | None:
        """Return the row that an inherited score comes from, None where it is not on the sheet."""
        if unit.unit.code not in self._tree:
            return None
        above = measuring_unit(index, unit.unit, self._tree)
        theirs = None if above is None else self._scores.get(above.code, {}).get(index.code)
        if above is None or theirs is None or _figures(theirs) != _figures(score):
            return None
        return self._first[above.code] + self._positions[index.code]


def _figures(score: Score) -> tuple[object, ...]:
    return score.numerator, score.denominator, score.value, score.points, score.max_points


def write_detail(
    sheet: Any, board: Scoreboard, detail: Detail, parameters: Parameters, styles: Styles, language: Language
) -> None:
    """Write the sheet below its two lines of title; the counts that formulas use may be corrected there."""
    for position, name in enumerate(_COLUMNS):
        sheet.write_string(HEADER, position, _LABELS[name].in_language(language), styles["heading"])
        sheet.set_column(position, position, _WIDTHS[position])
    sheet.set_row(HEADER, 32)
    writer = _Writer(sheet, parameters, styles, language, provisional=board.judgement.provisional)
    for unit in board.units:
        for row in detail.rows(unit):
            writer.write(unit, row)
    _set_up(sheet, detail, language)


class _Writer:
    def __init__(
        self, sheet: Any, parameters: Parameters, styles: Styles, language: Language, *, provisional: bool
    ) -> None:
        self._sheet = sheet
        self._parameters = parameters
        self._styles = styles
        self._language: Language = language
        self._scored = "provisional" if provisional else "scored"

    def write(self, unit: UnitScore, row: Row) -> None:
        sheet, at, styles, score = self._sheet, row.number - 1, self._styles, row.score
        text, language = styles["text"], self._language
        sheet.write_string(at, 0, unit.unit.code, text)
        sheet.write_string(at, 1, unit.unit.name, text)
        sheet.write_string(at, 2, str(plain_value(row.group.short, language)), text)
        sheet.write_string(at, 3, row.index.code, text)
        sheet.write_string(at, 4, str(plain_value(row.index.name, language)), text)
        unit_of_value = VALUE_UNITS[score.value_unit].in_language(language)
        sheet.write_string(at, _COLUMNS["value_unit"], unit_of_value, styles["center"])
        sheet.write_string(at, _COLUMNS["how"], HOW[row.how].in_language(language), text)
        factors = self._parameters.factors[row.index.code]
        if row.how == "formula" and factors is not None:
            self._write_formulas(row, factors)
        elif row.source is not None:
            self._write_links(row, row.source)
        else:
            self._write_values(row)

    def _write_formulas(self, row: Row, factors: Factors) -> None:
        sheet, at, score, index = self._sheet, row.number - 1, row.score, row.index
        count, decimal = self._styles["count"], self._styles["decimal"]
        formulas = row_formulas(index, factors, self._parameters.rules[index.code], row.number, ABSENT)
        sheet.write_number(at, _COLUMNS["numerator"], score.numerator, count)
        sheet.write_number(at, _COLUMNS["denominator"], score.denominator, count)
        sheet.write_formula(at, _COLUMNS["value"], formulas.value, decimal, cached(score.value))
        if index.scored:
            sheet.write_formula(at, _COLUMNS["points"], formulas.points, decimal, cached(score.points))
            sheet.write_formula(
                at, _COLUMNS["max_points"], formulas.maximum, decimal, cached(score.max_points)
            )
            sheet.write_formula(at, _COLUMNS["lost"], formulas.lost, decimal, cached(row.lost))
        else:
            self._write_figures(at, {"points": None, "max_points": score.max_points, "lost": None})
        self._write_outcome(row)

    def _write_outcome(self, row: Row) -> None:
        at, column, style = row.number - 1, _COLUMNS["outcome"], self._styles["text"]
        told = OUTCOMES[outcome_of(row)].in_language(self._language)
        if row.score.outcome in ("scored", "provisional", "no_cases"):
            counted, none = (
                OUTCOMES[name].in_language(self._language) for name in (self._scored, "no_cases")
            )
            formula = f'=IF(G{row.number}=0,"{none}","{counted}")'
            self._sheet.write_formula(at, column, formula, style, told)
        else:
            self._sheet.write_string(at, column, told, style)

    def _write_links(self, row: Row, source: int) -> None:
        sheet, at, score = self._sheet, row.number - 1, row.score
        figures = {
            "numerator": score.numerator,
            "denominator": score.denominator,
            "value": score.value,
            "points": score.points,
            "max_points": score.max_points,
            "lost": row.lost,
        }
        for name, value in figures.items():
            style = self._styles["integer" if name in ("numerator", "denominator") else "decimal"]
            letter = chr(ord("A") + _COLUMNS[name])
            sheet.write_formula(at, _COLUMNS[name], f"=${letter}${source}", style, cached(value))
        told = OUTCOMES[outcome_of(row)].in_language(self._language)
        sheet.write_string(at, _COLUMNS["outcome"], told, self._styles["text"])

    def _write_values(self, row: Row) -> None:
        at, score = row.number - 1, row.score
        self._write_figures(
            at,
            {
                "numerator": score.numerator,
                "denominator": score.denominator,
                "value": score.value,
                "points": score.points,
                "max_points": score.max_points,
                "lost": row.lost,
            },
        )
        told = OUTCOMES[outcome_of(row)].in_language(self._language)
        self._sheet.write_string(at, _COLUMNS["outcome"], told, self._styles["text"])

    def _write_figures(self, at: int, figures: Mapping[str, Decimal | int | None]) -> None:
        for name, value in figures.items():
            style = self._styles["integer" if name in ("numerator", "denominator") else "decimal"]
            write_figure(self._sheet, at, _COLUMNS[name], value, style)


def outcome_of(row: Row) -> str:
    """Return a row's outcome by its name, of an index that is not due yet that it is not."""
    not_due = row.index.when_due is not None and row.score.outcome == "analysis"
    return "not_due" if not_due else row.score.outcome


def cached(value: Decimal | int | None) -> float | int | str:
    """Return what a spreadsheet shows of a formula until it recalculates."""
    return ABSENT if value is None else float(value) if isinstance(value, Decimal) else value


def write_figure(sheet: Any, row: int, column: int, value: Decimal | int | None, style: Any) -> None:
    """Write a number, or that there is none."""
    if value is None:
        sheet.write_string(row, column, ABSENT, style)
    else:
        sheet.write_number(row, column, float(value), style)


def _set_up(sheet: Any, detail: Detail, language: Language) -> None:
    last_row, last_column = detail.last_row - 1, len(_COLUMNS) - 1
    counts = (HEADER + 1, _COLUMNS["numerator"], last_row, _COLUMNS["denominator"])
    bound = detail.largest_count
    refused = Text(vi=f"Số nguyên từ 0 đến {bound}", en=f"A whole number from 0 to {bound}")
    sheet.data_validation(
        *counts,
        {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": bound,
            "error_title": Text(vi="Số đếm", en="Count").in_language(language),
            "error_message": refused.in_language(language),
        },
    )
    lost = _COLUMNS["lost"]
    bars = {"type": "data_bar", "bar_color": LOST_COLOR, "bar_solid": True, "min_type": "num", "min_value": 0}
    sheet.conditional_format(HEADER + 1, lost, last_row, lost, bars)
    sheet.freeze_panes(HEADER + 1, 2)
    sheet.autofilter(HEADER, 0, last_row, last_column)
    # Sorting would tear the sums of the rankings from their rows; whoever needs to may lift it, no password.
    allowed = ("autofilter", "format_columns", "format_rows", "format_cells")
    sheet.protect("", dict.fromkeys(allowed, True))
    set_up_page(sheet, last_row=last_row, last_column=last_column, repeated=HEADER)
