"""Small random worlds for properties: a registry, records as files and as typed rows, and what is asked.

Values come from small pools, so that keys meet, states of one case repeat and days fall on the bounds of
the period. Every cell is made twice: the typed value for the reference, and one of the spellings an
export may have for the file.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

import chiso
from chiso.catalogue.formula import TableRules
from chiso.records.dataset import Records
from chiso.terms.columns import COUNTED_TABLES, FIRST_DAY, LAST_DAY, TABLES, ColumnSpec, TableSpec
from chiso.terms.period import Judgement, judge, parse_period
from chiso.terms.unit import LEVELS, Unit, UnitTree
from chiso.terms.working_days import WorkingDays, load_working_days
from tests.reference import UNREADABLE, Reference, Table, Value

WORKING_DAYS: WorkingDays = load_working_days()

# The columns that files of each table have; every kind of column is among them.
FILLED: Mapping[str, tuple[str, ...]] = {
    "cases": (
        *("case_id", "procedure_id", "field_id", "unit_code", "officer_code", "channel"),
        *("received_at", "due_at", "finished_at", "status", "supplement_requests", "digitized"),
        *("result_code", "population_db", "fee", "payment", "rating", "synced"),
    ),
    "procedures": (
        *("unit_code", "procedure_id", "field_id", "online_level", "fee_bearing", "paper_result"),
        *("time_limit", "time_limit_unit", "valid_from", "valid_to"),
    ),
    "publications": tuple(TABLES["publications"].columns),
    "services": tuple(TABLES["services"].columns),
    "petitions": tuple(TABLES["petitions"].columns),
    "ratings": tuple(TABLES["ratings"].columns),
    "employees": tuple(TABLES["employees"].columns),
}
TEXTS: Mapping[str, tuple[str, ...]] = {
    "case_id": ("1", "2", "3", "HS-Đ/4", "hồ sơ 5"),
    "petition_id": ("a", "b", "c", "đ"),
    "procedure_id": ("1.001", "1.002", "Thủ tục Á", "100%_x"),
    "service_id": ("1", "2"),
    "decision": ("1", "QĐ-2", "QĐ 'ba'"),
    "officer_code": ("cb1", "cb2", "CB2", "cb-3"),
    "field_id": ("LV1", "Đất đai", "hai\ndòng"),
    "population_db": ("7", "1;7", "7;2", "17", "1;7;3"),
}
NAMES = ("Xã Đại Lộc", "Xã Ea Súp", "Phường Ô Chợ", "Tỉnh Gia Lai", "Sở Nội vụ", "Xã Ia Ơ")
NUMBERS = (0, 1, 2, 3, 5, 20, 1000, 999_999_999_999)
UNKNOWN_UNIT = "không có trong danh mục"

PERIODS = ("2026-08", "2026-08-D2", "2026-Q1", "2026", "2026-ytd", "2026-04-27..2026-05-04", "2024-02")
TIMES = (time(0, 0), time(0, 0, 1), time(7, 30, 59), time(16, 59, 30), time(17, 0), time(23, 59, 59))
SLIPS: Mapping[str, tuple[str, ...]] = {
    "timestamp": ("31/02/2026", "không rõ", "2026-13-01", "31/12/1989 23:59:59", "01/01/2100"),
    "date": ("30/02/2026", "31/12/1989", "2100-01-01"),
    "integer": ("năm", "1,5", "1.000", "1234567890123"),
    "money": ("-1", "1.00.000", "5k"),
    "boolean": ("có lẽ", "2"),
    "enum": ("không rõ", "99"),
}
BOOLEANS = {True: ("true", "1", "có", "Có", "X"), False: ("false", "0", "không", "CHƯA")}


@dataclass(frozen=True)
class Cell:
    """A typed value and one way to spell it in a file."""

    value: Value
    text: str


@dataclass(frozen=True)
class Sheet:
    """One table as a file has it: headings, and rows of cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def typed(self) -> Table:
        """Return the rows as the reference reads them."""
        columns = frozenset(self.columns)
        if "unit_name" in columns:
            columns |= {"unit_code"}
        rows = tuple(
            {name: cell.value for name, cell in zip(self.columns, row, strict=True)} for row in self.rows
        )
        return Table(columns, rows)

    def csv(self, newline: str = "\n") -> str:
        """Return the file's text."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator=newline)
        writer.writerow(self.columns)
        writer.writerows([cell.text for cell in row] for row in self.rows)
        return stream.getvalue()


@dataclass(frozen=True)
class World:
    """A registry, the sheets of the records, and the period that is judged."""

    units: UnitTree
    sheets: Mapping[str, Sheet]
    judgement: Judgement

    def files(self) -> dict[str, str]:
        """Return the text of every file, by name."""
        files = {f"{name}.csv": sheet.csv() for name, sheet in self.sheets.items()}
        return {"units.csv": registry_csv(self.units), **files}

    def reference(self, rules: Mapping[str, TableRules]) -> Reference:
        """Return the slow engine over this world."""
        tables = {name: sheet.typed() for name, sheet in self.sheets.items()}
        return Reference(tables, self.units, rules, self.judgement, WORKING_DAYS)


@contextmanager
def folder_of(files: Mapping[str, str | bytes]) -> Iterator[Path]:
    """Yield a folder that holds the given files."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_bytes(text.encode() if isinstance(text, str) else text)
        yield folder


@contextmanager
def records_of(files: Mapping[str, str | bytes]) -> Iterator[Records]:
    """Yield the records that chiso loads from the given files."""
    with folder_of(files) as folder:
        records = chiso.load_records([folder])
        try:
            yield records
        finally:
            records.connection.close()


def registry_csv(units: UnitTree) -> str:
    columns = ("code", "name", "level", "parent_code", "peer_group", "valid_from", "valid_to")
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("unit_code", "unit_name", *columns[2:], "successor_code"))
    for unit in units:
        values = [getattr(unit, column) for column in (*columns, "successor_code")]
        writer.writerow("" if value is None else str(value) for value in values)
    return stream.getvalue()


# Registries and periods


@st.composite
def registries(draw: st.DrawFn, *, successors: bool = False) -> UnitTree:
    """Draw up to five units of any levels, each under one drawn before it of no lower level, or none."""
    units: list[Unit] = []
    for number in range(draw(st.integers(1, 5))):
        level = draw(st.sampled_from(LEVELS))
        above = [unit.code for unit in units if LEVELS.index(unit.level) <= LEVELS.index(level)]
        parent = draw(st.sampled_from([None, *above]))
        unit = Unit(
            code=f"U{number}",
            name=draw(st.sampled_from(NAMES)),
            level=level,
            parent_code=parent,
            peer_group=draw(st.sampled_from([None, "miền núi"])),
        )
        if successors and units and draw(st.booleans()):
            ended = draw(st.sampled_from([date(2025, 6, 30), date(2026, 8, 10), date(2026, 12, 31)]))
            successor = draw(st.sampled_from(units)).code
            unit = replace(unit, valid_to=ended, successor_code=successor)
        units.append(unit)
    return UnitTree(units)


@st.composite
def judgements(draw: st.DrawFn) -> Judgement:
    period = parse_period(draw(st.sampled_from(PERIODS)), date(2026, 9, 1))
    return judge(period, period.first_day + timedelta(days=draw(st.integers(0, 40))))


def days_around(judgement: Judgement) -> tuple[date, ...]:
    """Return the days on and beside every bound that a condition may compare with."""
    period = judgement.period
    near = [
        bound + timedelta(days=step) for bound in (judgement.as_of, period.first_day) for step in (0, -1, 1)
    ]
    far = [judgement.as_of - timedelta(days=days) for days in (7, 20)]
    return tuple(dict.fromkeys((*near, period.last_day, *far, date(2026, 1, 10), FIRST_DAY, LAST_DAY)))


# Cells


def _spelt_moment(value: datetime) -> list[str]:
    texts = [
        f"{value:%d/%m/%Y %H:%M:%S}",
        f"{value:%Y-%m-%d %H:%M:%S}",
        f"{value:%Y%m%d%H%M%S}",
        f"{value.isoformat()}+07:00",
        f"{(value - timedelta(hours=7)).isoformat()}Z",
        f"{value.isoformat()}.000",
    ]
    if value.second == 0:
        texts += [f"{value:%d/%m/%Y %H:%M}", f"{value:%Y-%m-%dT%H:%M}"]
    if value.time() == time(0, 0):
        texts += _spelt_day(value.date())
    return texts


def _spelt_day(value: date) -> list[str]:
    plain = f"{value.day}/{value.month}/{value.year}"
    return [f"{value:%d/%m/%Y}", f"{value:%Y-%m-%d}", f"{value:%Y%m%d}", plain]


def _spelt_text(value: str) -> list[str]:
    return [value, value, unicodedata.normalize("NFD", value), f" {value}\t"]


def _spellings(column: ColumnSpec, days: Sequence[date], units: Sequence[str]) -> dict[Value, list[str]]:
    """Return the values a column is drawn from, and how each may be spelt."""
    match column.kind:
        case "unit":
            return {text: [text] for text in (*units, UNKNOWN_UNIT)}
        case "text" | "officer":
            return {text: _spelt_text(text) for text in TEXTS[column.name]}
        case "integer":
            return {number: [str(number), f"{number}.00"] for number in NUMBERS}
        case "money":
            return {number: [str(number), f"{number:,}", f"{number},0"] for number in NUMBERS}
        case "boolean":
            return {truth: list(texts) for truth, texts in BOOLEANS.items()}
        case "enum":
            return {word: [word, word.upper()] for word in column.values}
        case "presence":
            return {True: ["có", "0", "false", "https://kho/1?a=b,c"]}
        case "timestamp":
            moments = [datetime.combine(day, clock) for day in days for clock in TIMES]
            return {moment: _spelt_moment(moment) for moment in moments}
        case "date":
            return {day: [*_spelt_day(day), f"{day:%d/%m/%Y} 13:45:00"] for day in days}
    raise AssertionError(column.kind)


@cache
def _cells(table: str, name: str, days: Sequence[date], units: Sequence[str]) -> list[Cell]:
    """Return the cells a column is drawn from: a quarter empty where it may be, a few slips of the pen."""
    spec = TABLES[table]
    column = spec.columns[name]
    spelt = _spellings(column, days, units)
    # One spelling each, another with every value, keeps the choice small.
    filled = [Cell(value, texts[n % len(texts)]) for n, (value, texts) in enumerate(spelt.items())]
    filled += [Cell(value, texts[(n + 3) % len(texts)]) for n, (value, texts) in enumerate(spelt.items())]
    while len(filled) < 20:
        filled += filled
    slips = [Cell(UNREADABLE, text) for text in SLIPS.get(column.kind, ())][: 1 + len(filled) // 30]
    if name in spec.required:
        return [*filled, *slips, Cell(None, "")]
    empty = [Cell(column.when_empty, ""), Cell(column.when_empty, "  ")] * (len(filled) // 6)
    return [*filled, *slips, *empty]


@st.composite
def sheets(
    draw: st.DrawFn,
    spec: TableSpec,
    columns: Sequence[str],
    days: Sequence[date],
    units: Sequence[str],
    most_rows: int,
) -> Sheet:
    """Draw the rows of one table."""
    row = st.tuples(*(st.sampled_from(_cells(spec.name, name, days, units)) for name in columns))
    return Sheet(tuple(columns), tuple(draw(st.lists(row, max_size=most_rows))))


@st.composite
def worlds_of_versions(draw: st.DrawFn) -> World:
    """Draw a world with many versions of few procedures, and records that look them up."""
    tables = ["procedures", draw(st.sampled_from(["cases", "publications", "services"]))]
    world = draw(worlds(tables=tables, fewest_tables=2, successors=True, most_rows=8))
    units = [Cell(unit.code, unit.code) for unit in world.units][:2]
    procedures = [Cell(text, text) for text in TEXTS["procedure_id"][:2]]
    few = {"unit_code": st.sampled_from(units), "procedure_id": st.sampled_from(procedures)}

    def meeting(sheet: Sheet) -> Sheet:
        rows = (
            tuple(
                draw(few[name]) if name in few else cell
                for name, cell in zip(sheet.columns, row, strict=True)
            )
            for row in sheet.rows
        )
        return Sheet(sheet.columns, tuple(rows))

    return replace(world, sheets={name: meeting(sheet) for name, sheet in world.sheets.items()})


@st.composite
def worlds(
    draw: st.DrawFn,
    *,
    tables: Sequence[str] = COUNTED_TABLES,
    absent: bool = False,
    names: bool = False,
    successors: bool = False,
    most_rows: int = 6,
    fewest_tables: int = 1,
) -> World:
    """Draw a world with some of ``tables``.

    ``absent`` leaves out columns, ``names`` lets records name units by name as well as by code,
    ``successors`` lets units end and others answer for their records.
    """
    judgement = draw(judgements())
    units = draw(registries(successors=successors))
    spellings = [unit.code for unit in units]
    if names:
        spellings += [text for unit in units for text in (unit.name, unit.name.upper())]
    days = days_around(judgement)
    # Not one by one: a world of a single table is as likely as one of all.
    chosen = draw(st.lists(st.sampled_from(tables), min_size=fewest_tables, max_size=3, unique=True))
    drawn = {}
    for name in sorted(chosen):
        spec = TABLES[name]
        columns = list(FILLED[name])
        if absent:
            columns = [c for c in columns if c in spec.required or draw(st.integers(0, 2))]
        sheet = draw(sheets(spec, columns, days, tuple(spellings), most_rows))
        if names and name == "cases" and draw(st.booleans()):
            sheet = _with_unit_names(sheet, [draw(st.sampled_from(["", *spellings])) for _ in sheet.rows])
        drawn[name] = sheet
    return World(units, drawn, judgement)


def _with_unit_names(sheet: Sheet, names: Sequence[str]) -> Sheet:
    rows = tuple((*row, Cell(name or None, name)) for row, name in zip(sheet.rows, names, strict=True))
    return Sheet((*sheet.columns, "unit_name"), rows)
