"""Checks of the tests that a catalogue carries: what they give must be records that chiso can read.

A test whose rows were set aside would count nothing, and pass where it expects nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime

from chiso.catalogue.model import CatalogueText, ComponentIndex, Test
from chiso.catalogue.reader import Path, Resolved
from chiso.errors import Problem, Text, UsageError, allowed_words, suggestion
from chiso.terms.columns import (
    COUNTED_TABLES,
    FIRST_DAY,
    LARGEST_INTEGER,
    LAST_DAY,
    TABLES,
    ColumnSpec,
    TableSpec,
)
from chiso.terms.period import judge, parse_fixed_period

DEFAULT_TEST_PERIOD = "2026-08"
# Columns that a test need not give: its unit, and a number for every case and petition.
FILLED_IN = ("unit_code", "case_id", "petition_id")

_Value = str | int | bool | date | None
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{2}/\d{2}/\d{4})([ T]\d{2}:\d{2}(:\d{2})?)?")
_CODE = Text(vi="một chuỗi hoặc số nguyên", en="a text or an integer")
_WHOLE = Text(vi="một số nguyên", en="an integer")
_DAY = Text(vi="một ngày dạng 2026-01-31, có hoặc không có giờ", en="a date like 2026-01-31, timed or not")
_PERIODS = Text(vi="Ví dụ: 2026, 2026-Q3, 2026-08", en="For instance 2026, 2026-Q3, 2026-08")
_IN_PERIOD = Text(vi="Ghi một ngày trong kỳ của phép thử", en="Write a day in the test's period")
_WANTED: Mapping[str, Text] = {
    **dict.fromkeys(("text", "unit", "officer"), _CODE),
    "presence": Text(vi="một chuỗi, hoặc null khi ô trống", en="a text, or null where the cell is empty"),
    **dict.fromkeys(("integer", "money"), _WHOLE),
    "boolean": Text(vi="true hoặc false", en="true or false"),
    **dict.fromkeys(("date", "timestamp"), _DAY),
}


def check_tests(text: CatalogueText, resolved: Resolved, mended: Collection[Path] = ()) -> Iterator[Problem]:
    """Yield every fault in the tests of all indices and in what their rows have by default.

    Values at ``mended`` paths are not the writer's and are passed over.
    """
    yield from _Tests(text, resolved, frozenset(mended)).problems()


class _Tests:
    def __init__(self, text: CatalogueText, resolved: Resolved, mended: frozenset[Path]) -> None:
        self._text = text
        self._resolved = resolved
        self._mended = mended

    def problems(self) -> Iterator[Problem]:
        if self._text.test_period is not None:
            yield from self._period(self._text.test_period, None, ("test_period",), ())
        for table, row in self._text.test_defaults.items():
            path: Path = ("test_defaults", table)
            spec = TABLES[table] if table in COUNTED_TABLES else None
            if spec is None:
                yield self._unknown_table(table, path)
            else:
                yield from self._cells(spec, row, path)
        for group_position, group in enumerate(self._text.groups):
            for position, index in enumerate(group.indices):
                yield from self._index(index, ("groups", group_position, "indices", position))

    def _index(self, index: ComponentIndex, path: Path) -> Iterator[Problem]:
        if index.tests and index.reported_only:
            yield self._fault(
                Text(
                    vi="Chỉ số reported_only không đếm bản ghi nào, nên không có phép thử",
                    en="An index that is reported_only counts no records, so it cannot carry tests",
                ),
                (*path, "tests"),
                Text(vi="Bỏ khóa “tests”", en="Leave out the key “tests”"),
            )
        for position, test in enumerate(index.tests):
            yield from self._test(test, (*path, "tests", position))

    def _test(self, test: Test, path: Path) -> Iterator[Problem]:
        period = test.period or self._text.test_period or DEFAULT_TEST_PERIOD
        if test.period is not None or test.as_of is not None:
            yield from self._period(period, test.as_of, (*path, "period"), (*path, "as_of"))
        for table, rows in test.given.items():
            if table not in COUNTED_TABLES:
                yield self._unknown_table(table, (*path, "given", table))
                continue
            defaults = self._text.test_defaults.get(table, {})
            for number, row in enumerate(rows):
                row_path: Path = (*path, "given", table, number)
                yield from self._cells(TABLES[table], row, row_path)
                yield from self._required(TABLES[table], {**defaults, **row}, row_path)

    def _period(self, label: str, as_of: date | None, label_path: Path, day_path: Path) -> Iterator[Problem]:
        path, hint = label_path, _PERIODS
        try:
            period = parse_fixed_period(label)
            path, hint = day_path, _IN_PERIOD
            judge(period, as_of or period.last_day)
        except UsageError as error:
            # The default period is nobody's mistake; a wrong test_period is told once, at its own place.
            if path in self._resolved.places and path not in self._mended:
                for problem in error.problems:
                    yield self._fault(problem.message, path, hint)

    def _cells(self, spec: TableSpec, row: Mapping[str, _Value], path: Path) -> Iterator[Problem]:
        for name, value in row.items():
            column = spec.columns.get(name)
            if column is None:
                yield self._fault(
                    Text(
                        vi=f"Bảng {spec.name} không có cột “{name}”",
                        en=f"Table {spec.name} has no column “{name}”",
                    ),
                    (*path, name, "<key>"),
                    suggestion(name, spec.columns) or allowed_words(spec.columns),
                )
            elif value is not None and (*path, name) not in self._mended:
                yield from self._cell(column, value, (*path, name))

    def _cell(self, column: ColumnSpec, value: _Value, path: Path) -> Iterator[Problem]:
        if column.kind == "enum":
            if value not in column.values:
                yield self._fault(
                    Text(
                        vi=f"“{value}” không có trong danh mục của “{column.name}”",
                        en=f"“{value}” is none of the words allowed for “{column.name}”",
                    ),
                    path,
                    suggestion(str(value), column.values) or allowed_words(column.values),
                )
        elif not _readable(column, value):
            wanted = _WANTED[column.kind]
            yield self._fault(
                Text(vi=f"“{column.name}” phải là {wanted.vi}", en=f"“{column.name}” must be {wanted.en}"),
                path,
            )

    def _required(self, spec: TableSpec, row: Mapping[str, _Value], path: Path) -> Iterator[Problem]:
        for name in spec.required:
            if row.get(name) is None and name not in FILLED_IN:
                yield self._fault(
                    Text(
                        vi=f"Mỗi dòng của bảng {spec.name} cần “{name}”",
                        en=f"Every row of table {spec.name} needs “{name}”",
                    ),
                    path,
                    Text(vi="Ghi ở đây hoặc trong test_defaults", en="Write it here or in test_defaults"),
                )

    def _unknown_table(self, name: str, path: Path) -> Problem:
        return self._fault(
            Text(vi=f"Không có bảng “{name}”", en=f"No records table “{name}”"),
            (*path, "<key>"),
            suggestion(name, COUNTED_TABLES) or allowed_words(COUNTED_TABLES),
        )

    def _fault(self, message: Text, path: Path, hint: Text | None = None) -> Problem:
        return Problem(message, self._resolved.place(path), hint)


def _readable(column: ColumnSpec, value: _Value) -> bool:
    """Return whether a cell of that kind may hold ``value``."""
    match column.kind:
        case "text" | "unit" | "officer":
            return isinstance(value, str | int) and not isinstance(value, bool)
        case "presence":
            # false would be a filled cell.
            return isinstance(value, str | int) and value is not False
        case "integer" | "money":
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INTEGER
        case "boolean":
            return isinstance(value, bool)
        case _:
            day = _day(value)
            return day is not None and FIRST_DAY <= day <= LAST_DAY


def _day(value: _Value) -> date | None:
    if isinstance(value, date):
        return value
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    form = "%d/%m/%Y" if "/" in found[1] else "%Y-%m-%d"
    clock = {None: "", 6: "%H:%M", 9: "%H:%M:%S"}[None if found[2] is None else len(found[2])]
    try:
        moment = datetime.strptime(f"{found[1]}{(found[2] or '')[1:]}", form + clock)  # noqa: DTZ007 - local time
    except ValueError:
        return None
    return moment.date()
