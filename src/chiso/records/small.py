"""The registry of units and the reported figures: small tables, read in Python with every fault named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import cast

from chiso.errors import Place, Problem, RecordsError, Text, UsageError, allowed_words, plural, suggestion
from chiso.records.corrections import Corrections
from chiso.records.dataset import QuarantinedRow, ReportedFigure
from chiso.records.part import Part
from chiso.records.reasons import MISSING
from chiso.records.table_file import TableFile
from chiso.records.text_rows import text_rows
from chiso.terms.columns import UNITS
from chiso.terms.day import parse_day
from chiso.terms.numbers import number_text
from chiso.terms.period import parse_fixed_period
from chiso.terms.text import folded
from chiso.terms.unit import LEVELS, Level, Unit, UnitTree, parted, share_of

# Levels that may stand under each other share a tier: registries put an agency of a department, or an
# office of a commune, on either level.
_TIERS: Mapping[Level, int] = {
    "ministry": 0,
    "province": 1,
    "department": 2,
    "district": 2,
    "commune": 3,
    "office": 3,
}


def read_units(file: TableFile, corrections: Corrections) -> tuple[UnitTree, Part[TableFile]]:
    """Return the registry; raises RecordsError with every fault, since a unit left out is a scandal."""
    problems: list[Problem] = []
    units: dict[str, Unit] = {}
    rows: dict[str, int] = {}
    part, texts = text_rows(file, corrections)
    for row in texts:
        number, cells = row.number, row.cells
        problems.extend(_row_problem(file, number, column, fault) for column, fault in row.faults)
        if cells is None or row.faults:
            continue
        unit = _unit(file, number, cells, problems)
        if unit is None:
            continue
        if unit.code in units:
            message = Text(
                vi=f"mã đơn vị {unit.code} đã có ở dòng {rows[unit.code]}",
                en=f"unit code {unit.code} already stands in row {rows[unit.code]}",
            )
            problems.append(_row_problem(file, number, "unit_code", message))
            continue
        units[unit.code], rows[unit.code] = unit, number
    problems.extend(_tree_problems(file, units, rows))
    if not units and not problems:
        message = Text(vi="Danh mục đơn vị không có dòng nào", en="The units file has no rows")
        problems.append(Problem(message, Place(file.label)))
    if problems:
        raise RecordsError(problems)
    return UnitTree(units.values()), part


def _unit(file: TableFile, number: int, cells: Mapping[str, str], problems: list[Problem]) -> Unit | None:
    code, name = cells.get("unit_code", ""), cells.get("unit_name", "")
    spelt = file.spelling.value_spellings("units", UNITS.columns["level"])
    level = spelt.get(folded(cells.get("level", "")))
    if not code:
        problems.append(_row_problem(file, number, "unit_code", MISSING))
    if not name:
        problems.append(_row_problem(file, number, "unit_name", MISSING))
    if level is None:
        message = Text(vi="không phải một cấp", en="is not a level")
        problems.append(_row_problem(file, number, "level", message, allowed_words(LEVELS)))
    days: dict[str, date | None] = {}
    for column in ("valid_from", "valid_to"):
        try:
            days[column] = parse_day(cells.get(column, ""))
        except ValueError:
            problems.append(_row_problem(file, number, column, _NOT_A_DATE))
            days[column] = None
    first, last = days["valid_from"], days["valid_to"]
    if first is not None and last is not None and last < first:
        problems.append(_row_problem(file, number, "valid_to", _ENDS_EARLY))
    if not code or level is None:
        return None
    return Unit(
        code=code,
        name=name,
        level=cast(Level, level),
        parent_code=cells.get("parent_code") or None,
        peer_group=cells.get("peer_group") or None,
        valid_from=days["valid_from"],
        valid_to=days["valid_to"],
        successor_code=cells.get("successor_code") or None,
        share=cells.get("share") or None,
    )


def _tree_problems(file: TableFile, units: Mapping[str, Unit], rows: Mapping[str, int]) -> Iterator[Problem]:
    for unit in units.values():
        named = [("parent_code", code) for code in (unit.parent_code,) if code is not None]
        named += [("successor_code", code) for code in parted(unit.successor_code)]
        for column, code in named:
            if code not in units:
                message = Text(vi=f"không có đơn vị {code}", en=f"there is no unit {code}")
                yield _row_problem(file, rows[unit.code], column, message, suggestion(code, units))
        parent = None if unit.parent_code is None else units.get(unit.parent_code)
        if parent is not None and _TIERS[parent.level] > _TIERS[unit.level]:
            message = Text(
                vi=f"đơn vị cấp {unit.level} không thể trực thuộc {parent.code} ở cấp {parent.level}",
                en=f"a unit of level {unit.level} cannot stand under {parent.code} of level {parent.level}",
            )
            yield _row_problem(file, rows[unit.code], "parent_code", message, _CHECK_LEVELS)
        for column, steps in (("parent_code", _parents), ("successor_code", _successors)):
            if _leads_back(unit, units, steps):
                message = Text(
                    vi=f"đơn vị {unit.code} dẫn vòng tròn về chính mình",
                    en=f"unit {unit.code} leads back to itself",
                )
                yield _row_problem(file, rows[unit.code], column, message)
        for fault in _share_faults(unit):
            yield _row_problem(file, rows[unit.code], "share", fault, _SHARES)


def _parents(unit: Unit) -> tuple[str, ...]:
    return () if unit.parent_code is None else (unit.parent_code,)


def _successors(unit: Unit) -> tuple[str, ...]:
    return parted(unit.successor_code)


def _leads_back(unit: Unit, units: Mapping[str, Unit], steps: Callable[[Unit], tuple[str, ...]]) -> bool:
    """Return whether the way from a unit comes to some unit a second time along one line."""
    # Lines from the unit, each with the units it has passed.
    lines: list[tuple[str, frozenset[str]]] = [(code, frozenset({unit.code})) for code in steps(unit)]
    while lines:
        code, passed = lines.pop()
        if code in passed:
            return True
        if code in units:
            lines += [(further, passed | {code}) for further in steps(units[code])]
    return False


def _share_faults(unit: Unit) -> Iterator[Text]:
    """Yield what is wrong with the shares of a unit's successors."""
    codes, texts = parted(unit.successor_code), parted(unit.share)
    if len(set(codes)) < len(codes):
        yield Text(vi="một đơn vị kế thừa được ghi hai lần", en="a successor is named twice")
    if not texts and len(codes) < 2:
        return
    if len(texts) != len(codes):
        yield Text(
            vi=f"có {number_text(len(codes), 'vi')} đơn vị kế thừa mà {number_text(len(texts), 'vi')} tỷ lệ",
            en=f"{number_text(len(codes), 'en')} {plural(len(codes), 'successor', 'successors')} and "
            f"{number_text(len(texts), 'en')} {plural(len(texts), 'share', 'shares')}",
        )
        return
    try:
        whole = sum(map(share_of, texts))
    except ValueError:
        yield Text(vi="không phải các tỷ lệ như 60%;40%", en="are not shares like 60%;40%")
        return
    if whole != 1:
        yield Text(vi="các tỷ lệ không cộng thành 100 %", en="the shares do not add up to 100 %")


def read_reported(
    file: TableFile, units: UnitTree, corrections: Corrections
) -> tuple[list[ReportedFigure], list[QuarantinedRow], Part[TableFile]]:
    """Return the reported figures, and the rows set aside because a figure in them cannot be read."""
    figures: list[ReportedFigure] = []
    quarantine: list[QuarantinedRow] = []
    part, texts = text_rows(file, corrections)
    for row in texts:
        faults = [_quarantined(file, row.number, column, fault) for column, fault in row.faults]
        if row.cells is not None and not faults:
            figure = _figure(file, row.number, row.cells, units, faults)
            if not faults:
                figures.append(figure)
        quarantine.extend(faults)
    return figures, quarantine, part


def _figure(
    file: TableFile,
    number: int,
    cells: Mapping[str, str],
    units: UnitTree,
    faults: list[QuarantinedRow],
) -> ReportedFigure:
    def fault(column: str, reason: Text) -> None:
        faults.append(_quarantined(file, number, column, reason))

    counts: dict[str, int | None] = {}
    for column in ("numerator", "denominator"):
        text = cells.get(column, "")
        match = re.fullmatch(r"(\d{1,12})([.,]0+)?", text)
        counts[column] = int(match[1]) if match else None
        if text and not match:
            fault(column, Text(vi="không phải số nguyên không âm", en="is not a whole number from 0"))
    decimals: dict[str, Decimal | None] = {}
    for column in ("percent", "points"):
        text = cells.get(column, "").removesuffix("%").strip()
        try:
            decimals[column] = Decimal(text.replace(",", ".")) if text else None
        except InvalidOperation:
            decimals[column] = None
            fault(column, Text(vi="không phải một số", en="is not a number"))
        value = decimals[column]
        if value is not None and not (value.is_finite() and 0 <= value <= 10**6):
            fault(column, Text(vi="nằm ngoài khoảng cho phép", en="lies out of bounds"))
    code = cells.get("unit_code", "")
    if code not in units:
        fault("unit_code", UNKNOWN_UNIT)
    if not cells.get("index"):
        fault("index", MISSING)
    if cells.get("period") and not _is_period(cells["period"]):
        fault("period", _NOT_A_PERIOD)
    return ReportedFigure(
        unit_code=code,
        name=cells.get("index", ""),
        numerator=counts["numerator"],
        denominator=counts["denominator"],
        percent=decimals["percent"],
        points=decimals["points"],
        period=cells.get("period") or None,
        scope=cells.get("scope") or None,
        file=file.label,
        row=number,
    )


def _is_period(text: str) -> bool:
    try:
        parse_fixed_period(text)
    except UsageError:
        return False
    return True


_ENDS_EARLY = Text(vi="trước ngày đầu (valid_from)", en="is before the first day (valid_from)")
_CHECK_LEVELS = Text(
    vi="Xem lại level của hai đơn vị, hoặc ghi đơn vị cấp trên khác",
    en="Look again at the level of both, or name another parent",
)
_SHARES = Text(
    vi="Mỗi đơn vị kế thừa một tỷ lệ, cách nhau bằng dấu chấm phẩy: H21.1;H21.2 và 60%;40%",
    en="One share for each successor, parted by semicolons: H21.1;H21.2 and 60%;40%",
)
_NOT_A_DATE = Text(vi="không phải một ngày có thật", en="is not a real date")
_NOT_A_PERIOD = Text(
    vi="không phải một kỳ như 2026, 2026-Q3, 2026-08", en="is not a period such as 2026, 2026-Q3, 2026-08"
)
UNKNOWN_UNIT = Text(vi="đơn vị không có trong danh mục", en="the unit is in no registry")


def _quarantined(file: TableFile, number: int, column: str | None, reason: Text) -> QuarantinedRow:
    heading = None if column is None else file.heading(column)
    return QuarantinedRow(str(file.path), number, heading, reason, file.sheet.name, column)


def _row_problem(
    file: TableFile, row: int, column: str | None, message: Text, hint: Text | None = None
) -> Problem:
    heading = None if column is None else file.heading(column)
    return Problem(message, Place(file.label, row=row, heading=heading), hint)
