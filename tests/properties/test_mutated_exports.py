"""Valid exports of every format, mutated: never anything but a ChisoError, never an unaccounted row."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.corpus import build
from tests.corpus.base import UNITS, cases, grid, row
from tests.corpus.formats import (
    Cell,
    as_json,
    delimited,
    gzipped,
    html,
    json_lines,
    ods,
    parquet,
    xls,
    xlsx,
    xml2003,
    zipped,
)
from tests.corpus.letters import encoded

import chiso
from chiso.records.dataset import Records
from chiso.records.mapping import shipped_spelling
from chiso.records.table_file import open_tables

pytest.importorskip("xlwt", reason="XLS files are written with xlwt")

# More, and other ones each time, for a night: CHISO_EXAMPLES=5000 pytest --marked -m long
_NIGHT = os.environ.get("CHISO_EXAMPLES")
_AT_LENGTH = settings(
    max_examples=int(_NIGHT or 300),
    derandomize=_NIGHT is None,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
_ORDINARY = settings(_AT_LENGTH, max_examples=25, derandomize=True, report_multiple_bugs=False)

Table = list[list[Cell]]


def _text(encoding: str, separator: str) -> Callable[[Table], bytes]:
    return lambda table: encoded(delimited(table, separator), encoding)


def _objects(table: Table) -> list[dict[str, Cell]]:
    headings = [str(heading) for heading in table[0]]
    return [dict(zip(headings, cells, strict=False)) for cells in table[1:]]


# A rectangle of cells → a file. Formats whose columns have names take no table with two of one name.
RECTANGLES: dict[str, Callable[[Table], bytes]] = {
    "csv": _text("utf-8", ","),
    "csv with a mark": _text("utf-8-sig", ";"),
    "utf-16 little": _text("utf-16-le", "\t"),
    "utf-16 big": _text("utf-16-be", "\t"),
    "windows-1258": _text("windows-1258", ";"),
    "tcvn3": _text("tcvn3", "\t"),
    "vni": _text("vni", "|"),
    "gz": lambda table: gzipped(delimited(table).encode()),
    "zip": lambda table: zipped({"a.csv": delimited(table).encode()}),
    "xlsx": lambda table: xlsx({"Sheet1": table}),
    "xls": lambda table: xls({"Sheet1": table}),
    "ods": lambda table: ods({"Sheet1": table}),
    "html": lambda table: html(table).encode(),
    "xml2003": lambda table: xml2003({"Sheet1": table}),
}
NAMED: dict[str, Callable[[Table], bytes]] = {
    "json": lambda table: as_json(_objects(table)),
    "jsonl": lambda table: json_lines(_objects(table)),
    "parquet": parquet,
}

_ODD_TEXTS = ('"', '"a', 'a"b', '""', "a\nb", "a\tb", "=1+1", "1e999", "\u00a0", "a;b,c|d", "#N/A", "0", "-")


@st.composite
def mutated(draw: st.DrawFn, *, named: bool) -> Table:
    """Draw the three cases' table after one to four accidents; its last row is a record."""
    table = grid(*cases(), *cases())
    for _ in range(draw(st.integers(1, 4))):
        _mutate(draw, table, named=named)
    # A sheet ends with its last filled row, so that no blank one may stand there.
    return [*table, list(cases()[0]) + [""] * (len(table[0]) - len(cases()[0]))]


def _mutate(draw: st.DrawFn, table: Table, *, named: bool) -> None:
    width = len(table[0])
    at = draw(st.integers(1, len(table)))
    column = draw(st.integers(0, width - 1))
    other = draw(st.integers(0, width - 1))
    kinds = ["cell", "odd text", "double", "swap rows"]
    if not named:
        kinds += ["columns", "move", "blank", "total", "group", "header again", "heading", "second heading"]
    match draw(st.sampled_from(kinds)):
        case "cell":
            table[min(at, len(table) - 1)][column] = ""
        case "odd text":
            table[min(at, len(table) - 1)][column] = draw(st.sampled_from(_ODD_TEXTS))
        case "double":
            table.insert(at, list(table[min(at, len(table) - 1)]))
        case "swap rows":
            table.insert(at, table.pop(draw(st.integers(1, len(table) - 1))))
        case "columns":
            for cells in table:
                cells[column], cells[other] = cells[other], cells[column]
        case "move":
            for cells in table:
                cells.insert(other, cells.pop(column))
        case "blank":
            table.insert(at, [""] * width)
        case "total":
            table.insert(at, ["", "Tổng cộng", *[""] * (width - 2)])
        case "group":
            table.insert(at, [*row(0, "II. Lĩnh vực đất đai"), *[""] * width][:width])
        case "header again":
            table.insert(at, list(table[0]))
        case "heading":
            table[0][column] = draw(st.sampled_from(["", "Cột lạ", "Ngày", "Mã hồ sơ ", "Tên"]))
        case _:
            table[0][column] = table[0][other]


def _loaded_or_refused(content: bytes) -> tuple[Records, int] | None:
    """Return the records and how many rows their headers take; None where the file is refused in words."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        path, units = folder / "export", folder / "units.csv"
        path.write_bytes(content)
        units.write_text(UNITS, encoding="utf-8")
        try:
            records = chiso.load_records([path], units=units)
            return records, sum(table.header.rows for table in open_tables(path, shipped_spelling()))
        except chiso.ChisoError as error:
            assert error.problems
            for problem in error.problems:
                assert problem.message.vi
                assert problem.message.en
                assert problem.message.vi != problem.message.en
            return None


def _assert_every_row_has_a_fate(records: Records) -> None:
    for name, table in records.tables.items():
        ((there, kept),) = records.connection.execute(
            f"SELECT count(*), count(*) FILTER (set_aside = 0) FROM {name}"
        ).fetchall()
        assert there == table.rows_read
        assert kept + table.quarantined + table.superseded == table.rows_read
        assert table.rows_read == sum(file.rows_read for file in records.files if file.table == name)


def _assert_accounted(form: str, table: Table) -> None:
    content = (RECTANGLES | NAMED)[form](table)
    loaded = _loaded_or_refused(content)
    if loaded is None:
        return
    records, header_rows = loaded
    _assert_every_row_has_a_fate(records)
    file = next(file for file in records.files if file.path.endswith("export"))
    rows = len(table) - 1 if form in NAMED else len(table) - header_rows
    assert file.rows_read + sum(file.not_records.values()) == rows
    records.connection.close()


_FORMS = st.sampled_from(sorted(RECTANGLES))
_NAMED_FORMS = st.sampled_from(sorted(NAMED))


@_ORDINARY
@given(form=_FORMS, table=mutated(named=False))
def test_a_mutated_table_loses_no_row(form: str, table: Table) -> None:
    _assert_accounted(form, table)


@settings(_ORDINARY, max_examples=10)
@given(form=_NAMED_FORMS, table=mutated(named=True))
def test_a_mutated_table_of_named_columns_loses_no_row(form: str, table: Table) -> None:
    _assert_accounted(form, table)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw a file of the corpus after one to three accidents to its bytes."""
    content = draw(st.sampled_from(build.ENTRIES)).content()
    chance = random.Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(1, 3))):
        start = chance.randrange(len(content) + 1)
        match draw(st.sampled_from(["cut", "flip", "put in", "take out", "encode again"])):
            case "cut":
                content = content[:start]
            case "flip":
                changed = bytes(byte ^ chance.randrange(1, 256) for byte in content[start : start + 4])
                content = content[:start] + changed + content[start + 4 :]
            case "put in":
                content = content[:start] + chance.randbytes(chance.randrange(1, 40)) + content[start:]
            case "take out":
                content = content[:start] + content[start + chance.randrange(1, 200) :]
            case _:
                text = content.decode("utf-8", errors="replace")
                codec = chance.choice(["utf-16-le", "utf-16-be", "cp1258", "utf-8-sig", "latin-1"])
                content = text.encode(codec, errors="replace")
    return content


def _assert_survived(content: bytes) -> None:
    loaded = _loaded_or_refused(content)
    if loaded is not None:
        _assert_every_row_has_a_fate(loaded[0])
        loaded[0].connection.close()


@settings(_ORDINARY, max_examples=30)
@given(content=damaged())
def test_damaged_bytes_are_read_or_refused(content: bytes) -> None:
    _assert_survived(content)


_PROPERTIES: Sequence[tuple[Callable[..., None], dict[str, st.SearchStrategy[object]]]] = (
    (_assert_accounted, {"form": _FORMS, "table": mutated(named=False)}),
    (_assert_accounted, {"form": _NAMED_FORMS, "table": mutated(named=True)}),
    (_assert_survived, {"content": damaged()}),
)


@pytest.mark.long
@pytest.mark.parametrize(("held", "drawn"), _PROPERTIES, ids=["tables", "named columns", "bytes"])
def test_held_at_length(held: Callable[..., None], drawn: dict[str, st.SearchStrategy[object]]) -> None:
    _AT_LENGTH(given(**drawn)(held))()
