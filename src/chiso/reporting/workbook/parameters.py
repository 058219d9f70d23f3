"""The sheet of parameters: what the formulas of the other sheets refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chiso.catalogue.formula import GroupRule, IndexRule, RuleSet
from chiso.errors import Language, Text
from chiso.reporting.catalogue_names import ARITHMETICS, RULES, STATUSES, ZERO_RULES, full_points
from chiso.reporting.files import height_of
from chiso.reporting.tables import plain_value
from chiso.reporting.workbook.exact import Factors, RuleCells, factors_of, on_zero
from chiso.reporting.workbook.styles import ABSENT, Styles, set_up_page

SHEET = Text(vi="Tham số", en="Parameters")
_TITLE = Text(vi="Tham số của công thức", en="Parameters of the formulas")
_FIRST_ROW = 5
# Heading, width and style of each column.
_COLUMNS: tuple[tuple[Text, float], ...] = (
    (Text(vi="Chỉ số", en="Index"), 8),
    (Text(vi="Tên chỉ số", en="Name of the index"), 52),
    (Text(vi="Nhóm", en="Group"), 20),
    (Text(vi="Điểm tối đa", en="Maximum points"), 9),
    (Text(vi="Đủ điểm ở", en="Full points at"), 9),
    (Text(vi="Cách tính điểm", en="Rule"), 30),
    (Text(vi="Số lẻ của tỷ lệ", en="Decimals of values"), 8),
    (Text(vi="Số lẻ của điểm", en="Decimals of points"), 8),
    (Text(vi="Khi mẫu số bằng 0", en="When the denominator is 0"), 20),
    (Text(vi="Điểm khi mẫu số bằng 0", en="Points when it is 0"), 10),
    (Text(vi="Hệ số giá trị", en="Value factor"), 10),
    (Text(vi="Hệ số tử số", en="Numerator factor"), 11),
    (Text(vi="Hệ số mẫu số", en="Denominator factor"), 13),
    (Text(vi="Căn cứ", en="Status"), 30),
)


@dataclass(frozen=True)
class Parameters:
    """Where the formulas find what they refer to, and the factors of each index that has formulas."""

    rules: Mapping[str, RuleCells]
    factors: Mapping[str, Factors | None]
    total: str | None
    band_names: Mapping[str, str]
    band_starts: str | None
    band_texts: str | None


def parameters_of(rules: RuleSet, language: Language) -> Parameters:
    """Return where everything stands on the sheet of parameters, before it is written."""
    name = SHEET.in_language(language)

    def cell(column: str, row: int) -> str:
        return f"'{name}'!${column}${row}"

    cells = {}
    for row, index in enumerate(rules.indices, start=_FIRST_ROW):
        cells[index.code] = RuleCells(
            maximum=cell("D", row),
            value_places=cell("G", row),
            point_places=cell("H", row),
            on_zero=cell("J", row),
            scale=cell("K", row),
            earning=cell("L", row),
            bound=cell("M", row),
        )
    first = _first_band_row(rules)
    last = first + len(rules.bands) - 1
    bands = sorted(rules.bands, key=lambda band: band.from_)
    return Parameters(
        rules=cells,
        factors={
            index.code: factors_of(index, group.rounding) for group in rules.groups for index in group.indices
        },
        total=None if rules.total is None else cell("D", _total_row(rules)),
        band_names={band.name.vi: cell("B", row) for row, band in enumerate(bands, start=first)},
        band_starts=f"'{name}'!$D${first}:$D${last}" if bands else None,
        band_texts=f"'{name}'!$B${first}:$B${last}" if bands else None,
    )


def _total_row(rules: RuleSet) -> int:
    return _FIRST_ROW + len(rules.indices)


def _first_band_row(rules: RuleSet) -> int:
    return _total_row(rules) + 4


def write_parameters(
    sheet: Any, rules: RuleSet, parameters: Parameters, styles: Styles, language: Language
) -> None:
    """Write the sheet: one row per index, the maximum total, the bands."""
    sheet.write_string("A1", _TITLE.in_language(language), styles["title"])
    told = Text(
        vi="Đổi điểm tối đa, mức đủ điểm hay mức xếp loại ở đây thì cả sổ tính lại. Hệ số tử số và mẫu số là "
        "hai số nguyên để điểm được làm tròn chính xác.",
        en="Change a maximum, a target or a band here and the whole workbook follows. The factors of "
        "numerator and denominator are two whole numbers by which points are rounded exactly.",
    )
    sheet.write_string("A2", told.in_language(language), styles["subtitle"])
    header = _FIRST_ROW - 2
    sheet.set_row(header, height_of((label.in_language(language), width - 2) for label, width in _COLUMNS))
    for position, (label, width) in enumerate(_COLUMNS):
        sheet.write_string(header, position, label.in_language(language), styles["heading"])
        sheet.set_column(position, position, width)
    for group in rules.groups:
        for index in group.indices:
            _write_index(sheet, index, group, parameters, styles, language)
    last = _write_bands(sheet, rules, styles, language)
    sheet.freeze_panes(header + 1, 2)
    set_up_page(sheet, last_row=last, last_column=len(_COLUMNS) - 1, repeated=header)


def _write_index(
    sheet: Any,
    index: IndexRule,
    group: GroupRule,
    parameters: Parameters,
    styles: Styles,
    language: Language,
) -> None:
    row = int(parameters.rules[index.code].maximum.rpartition("$")[2])
    at, factors = row - 1, parameters.factors[index.code]
    text, number = styles["text"], styles["decimal"]
    rule = RULES[index.rule.kind].in_language(language)
    if factors is None and group.rounding.arithmetic == "double":
        rule = f"{rule}; {ARITHMETICS['double'].in_language(language)}"
    sheet.write_string(at, 0, index.code, text)
    name = str(plain_value(index.name, language))
    sheet.write_string(at, 1, name, styles["wrapped"])
    sheet.write_string(at, 2, str(plain_value(group.short, language)), text)
    if index.scored:
        sheet.write_number(at, 3, float(index.points), number)
    else:
        sheet.write_string(at, 3, ABSENT, number)
    _write_target(sheet, at, index, factors, styles, language)
    sheet.write_string(at, 5, rule, styles["wrapped"])
    sheet.write_number(at, 6, group.rounding.percent, styles["integer"])
    sheet.write_number(at, 7, group.rounding.points, styles["integer"])
    zero = ZERO_RULES[index.on_zero].in_language(language)
    sheet.write_string(at, 8, zero, styles["wrapped"])
    points = on_zero(index)
    if points is None:
        sheet.write_string(at, 9, ABSENT, number)
    elif points:
        sheet.write_formula(at, 9, f"=D{row}", number, float(points))
    else:
        sheet.write_number(at, 9, 0, number)
    _write_factors(sheet, row, index, factors, styles)
    status = STATUSES[index.status].in_language(language)
    sheet.write_string(at, 13, status, styles["wrapped"])
    wrapped = ((1, name), (5, rule), (8, zero), (13, status))
    sheet.set_row(at, height_of((text, _COLUMNS[column][1]) for column, text in wrapped))


def _write_target(
    sheet: Any, at: int, index: IndexRule, factors: Factors | None, styles: Styles, language: Language
) -> None:
    full_at = index.rule.full_at
    if factors is None or full_at is None:
        # No formula refers to it, so it stands as people read it.
        told = full_points(index).in_language(language) if index.scored else ABSENT
        sheet.write_string(at, 4, told, styles["general"])
    else:
        style = "percent" if index.is_share else "general"
        sheet.write_number(at, 4, float(full_at), styles[style])


def _write_factors(sheet: Any, row: int, index: IndexRule, factors: Factors | None, styles: Styles) -> None:
    at, integer = row - 1, styles["integer"]
    if factors is None:
        for column in (10, 11, 12):
            sheet.write_string(at, column, ABSENT, integer)
        return
    shown = "100*10^" if index.is_share else "10^"
    sheet.write_formula(at, 10, f"={shown}G{row}", integer, factors.scale)
    if factors.kind == "analysis":
        for column in (11, 12):
            sheet.write_string(at, column, ABSENT, integer)
        return
    unit = f"10^{factors.decimals}"
    earned = f"ROUND(D{row}*10^H{row},0)*{unit}" if factors.kind == "linear" else unit
    asked = f"ROUND(E{row}*{unit},0)"
    common = f"GCD({earned},{asked})"
    sheet.write_formula(at, 11, f"={earned}/{common}", integer, factors.earning)
    sheet.write_formula(at, 12, f"={asked}/{common}", integer, factors.bound)


def _write_bands(sheet: Any, rules: RuleSet, styles: Styles, language: Language) -> int:
    """Write the maximum total and the bands, the lowest first as a look-up wants; return the last row."""
    row = _total_row(rules) - 1
    label = Text(vi="Tổng điểm tối đa", en="Maximum total").in_language(language)
    if rules.total is not None:
        sheet.write_string(row, 1, label, styles["label"])
        sheet.write_number(row, 3, float(rules.total), styles["total"])
    first = _first_band_row(rules) - 1
    if rules.bands:
        heading = Text(vi="Xếp loại từ tổng điểm", en="Bands, from a total of").in_language(language)
        sheet.write_string(first - 1, 1, heading, styles["heading"])
        sheet.write_string(first - 1, 3, Text(vi="Từ", en="From").in_language(language), styles["heading"])
    for band in sorted(rules.bands, key=lambda band: band.from_):
        sheet.write_string(first, 1, str(plain_value(band.name, language)), styles["text"])
        sheet.write_number(first, 3, float(band.from_), styles["decimal"])
        first += 1
    return first
