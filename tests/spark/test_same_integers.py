"""Spark, DuckDB and the reference engine: the same integers, the same fate for every row."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import chiso
from chiso.errors import RecordsError
from chiso.records.cells import bounded, sql_type, typed
from chiso.records.load import load_records
from chiso.records.mapping import load_spelling
from chiso.records.spark.dialect import in_lambda
from chiso.records.spark.session import Session
from chiso.scoring.engine import count
from chiso.terms.columns import CASES, PROCEDURES, ColumnSpec
from tests.compositions import table_rules, wanted
from tests.conftest import CommandLine
from tests.properties.test_engine_properties import assert_counts, assert_fates, ordinary, rule_set
from tests.worlds import WORKING_DAYS, Cell, World, folder_of, worlds

pytestmark = [
    pytest.mark.spark,
    # What pyspark and the JVM leave open is theirs to close.
    pytest.mark.filterwarnings("ignore"),
]
MASTER = "local[2]"
_CELLS_OF_A_KIND = 1500


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(MASTER)


# Cells

_DAYS = ("1", "01", "31", "29", "30", "00", "32", "6", "9")
_MONTHS = ("1", "02", "12", "13", "00", "8", "08")
_YEARS = ("2026", "2024", "1989", "1990", "2099", "2100", "26", "202")
_CLOCKS = (
    *("", "", " 07:30", " 7:5", " 23:59:59", " 24:00:00", " 7:30:60", " 07:30:00.5", " 00:00:00", "T07:30"),
    *(
        "T07:30:15",
        "T23:30:00Z",
        "T23:30:00+07:00",
        " 16:59:30-0330",
        "T07:30:00.123456+07",
        "  07:30",
        "\t 07:30",
    ),
)
_TEXTS = (
    *(
        "Thủ tục",
        "Thu\u0309 tu\u0323c",
        "  mã 1 ",
        "\u00a0x\u00a0",
        "",
        " ",
        "1.5E+10",
        "Đ",
        "a\tb",
        "ﬁ",
        "\ufeffa",
    ),
    *(
        "Nguyễn Văn A",
        "cb1",
        "CB-Đ2",
        "a@b.vn",
        "0912345678",
        "0912 345 678",
        "a,b",
        "1.000123",
        "'",
        "\\",
        "%_",
    ),
)
_NUMBERS = (
    *("0", "12", "007", "1000000000000", "999999999999", "-5", "1,5", "1.000", "12.00", "50.000 đ", "5 VNĐ"),
    *(
        "1.000.000,00",
        "1,000,000.0",
        "5k",
        "10đ\n",
        " 7 ",
        "\u00a07",
        "+3",
        "1e3",
        "٣",
        "1.00",
        "12,0",
        "5ĐỒNG",
    ),
)
_WORDS = (
    *("1", "0", "true", "TRUE", "Có", "co\u0301", "KHÔNG", "x", "X ", "9", "9 - Đã xử lý xong", "(9)", "10"),
    *(
        "Đã xử lý xong (9)",
        "trực tuyến",
        "Trực  tuyến",
        "direct",
        "2",
        "2.0",
        "99",
        "có lẽ",
        "",
        "  ",
        "\u00a0",
    ),
)


def _cells(column: ColumnSpec, chance: random.Random) -> list[str]:
    def moment() -> str:
        day, month, year = chance.choice(_DAYS), chance.choice(_MONTHS), chance.choice(_YEARS)
        clock = chance.choice(_CLOCKS)
        written = (
            f"{day}/{month}/{year}{clock}",
            f"{day}-{month}-{year}{clock}",
            f"{year}-{month}-{day}{clock}",
            f"{year}{month}{day}{clock.strip().replace(':', '')}",
            f"{clock.strip()} {day}/{month}/{year}",
            chance.choice(
                ("45321", "45321.5", "45321,25", "1", "99999.999", "không rõ", "", "2026-08", "now")
            ),
        )
        text = chance.choice(written)
        return chance.choice((text, text, text, f" {text}\t", f"\u00a0{text}"))

    if column.kind in ("timestamp", "date"):
        return [moment() for _ in range(_CELLS_OF_A_KIND)]
    pool = {"integer": _NUMBERS, "money": _NUMBERS, "boolean": _WORDS, "enum": _WORDS}.get(
        column.kind, _TEXTS
    )
    return [*pool, *(f"{chance.choice(pool)}{chance.choice(pool)}" for _ in range(200))]


@pytest.mark.parametrize(
    "column",
    [
        *(CASES.columns[name] for name in ("case_id", "officer_code", "channel", "received_at", "status")),
        *(CASES.columns[name] for name in ("supplement_requests", "component_file", "digitized", "fee")),
        PROCEDURES.columns["valid_from"],
    ],
    ids=lambda column: column.name,
)
def test_a_cell_means_the_same_to_both_engines(session: Session, column: ColumnSpec) -> None:
    cells = list(dict.fromkeys(_cells(column, random.Random(766))))
    words = _spellings(column)
    given = [(number, cell or None) for number, cell in enumerate(cells)]
    session.small_table("cells", ("number", "cell"), given, ("INTEGER", "VARCHAR"))
    inside = f"SELECT number, {typed(column, 'cell', words, seldom=in_lambda)} AS value FROM cells"
    found = session.fetch(f"SELECT number, {bounded(column, 'value')} FROM ({inside}) ORDER BY number")
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE cells (number INTEGER, cell VARCHAR)")
        connection.executemany("INSERT INTO cells VALUES (?, ?)", given)
        inside = (
            f"SELECT number, CAST({typed(column, 'cell', words)} AS {sql_type(column)}) AS value FROM cells"
        )
        expected = connection.execute(
            f"SELECT number, {bounded(column, 'value')} FROM ({inside}) ORDER BY number"
        ).fetchall()
    different = [
        (cells[number], ours, theirs)
        for (number, ours), (_, theirs) in zip(expected, found, strict=True)
        if ours != theirs
    ]
    assert different == []
    assert len({value for _, value in found}) > 1


def _spellings(column: ColumnSpec) -> dict[str, str]:
    if column.kind not in ("boolean", "enum"):
        return {}
    return dict(load_spelling(()).value_spellings("cases", column))


# Records


def _in_single_lines(world: World) -> World:
    """Return the world without line breaks in cells, which Spark refuses."""

    def single(cell: Cell) -> Cell:
        value = cell.value.replace("\n", " ") if isinstance(cell.value, str) else cell.value
        return Cell(value, cell.text.replace("\n", " "))

    sheets = {
        name: replace(sheet, rows=tuple(tuple(map(single, row)) for row in sheet.rows))
        for name, sheet in world.sheets.items()
    }
    return replace(world, sheets=sheets)


# Nothing is made smaller: that takes minutes where every example starts jobs.
@settings(ordinary(6), phases=(Phase.explicit, Phase.generate))
@given(data=st.data())
def test_spark_counts_what_the_reference_and_duckdb_count(data: st.DataObject) -> None:
    drawn = data.draw(worlds(names=True, successors=True, most_rows=25, fewest_tables=2))
    world = _in_single_lines(drawn)
    rules = data.draw(table_rules(world))
    asked = tuple(data.draw(wanted(world)))
    reference = world.reference(rules)
    with folder_of(world.files()) as folder:
        for master in (None, MASTER):
            records = load_records([folder], spark=master)
            found = count(records, rule_set(rules), asked, world.judgement, WORKING_DAYS)
            assert_fates(found, reference)
            assert_counts(found, reference, asked)


# What an export may have beside records, and how it may be written
_MESSY = {
    "units.csv": "unit_code,unit_name,level\nT,Tỉnh Một,province\nX,Xã Hòa Bình,commune\nY,Xã Ia Ơ,commune\n",
    "cases-a.csv": (
        "BÁO CÁO THÁNG 8;;;;;\n"
        "Mã hồ sơ;Đơn vị giải quyết;Ngày tiếp nhận;Ngày hẹn trả;Tên thủ tục hành chính;Phí, lệ phí\n"
        "(1);(2);(3);(4);(5);(6)\n"
        'HS-001;Xã Hoà Bình;01/08/2026 07:30;03/08/2026;"Cấp ""sổ""; đất";50.000 đ\n'
        "HS-002;xã ia ơ;2026-08-02T10:00:00Z;45900;Khai sinh;0\n"
        "Tổng cộng: 2;;;;;\n"
        ";;;;;\n"
        "HS-003;X;31/02/2026;;Khai tử;\n"
        "HS-004;Z;05/08/2026;;Khai tử;\n"
        "HS-005;X;05/08/2026\n"
        "1,5E+10;X;05/08/2026;;Khai tử;\n"
        "HS-001;X;09/08/2026;;Khai sinh;-1\n"
        "Người lập biểu ký tên;;;;;\n"
    ),
    "cases-b.csv": (
        "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,TenTTHC,LePhi\r\n"
        "HS-001,T,09/08/2026,,Khai sinh ông A 0912345678,5\r\n"
        "HS-006,Y,10/08/2026 23:59:59,2026-08-31,Khai sinh,\r\n"
        "\r\n"
        "HS-006,Y,10/08/2026 23:59:59,2026-08-30,Khai sinh,7\r\n"
    ),
    "cases-c.csv": (
        "case_id,unit_code,unit_name,received_at,due_at,fee\n"
        "HS-010,X,Quầy số 2,11/08/2026,32/08/2026,0\n"
        "HS-011,,xã ia ơ,11/08/2026,20/08/2026,miễn\n"
        "HS-012,Y,Ông Thử 0900000001,11/08/2026,20/08/2026,0\n"
    ),
}


def _alike(
    folder: Path, needed: dict[str, set[str]], beside: dict[str, set[str]] | None = None
) -> tuple[chiso.Records, chiso.Records]:
    by_duckdb, by_spark = (
        load_records([folder], needed=needed, beside=beside, spark=master) for master in (None, MASTER)
    )
    for ours, theirs in zip(by_duckdb.tables.values(), by_spark.tables.values(), strict=True):
        assert (ours.rows_read, ours.quarantined, ours.superseded) == (
            theirs.rows_read,
            theirs.quarantined,
            theirs.superseded,
        )
    assert by_duckdb.quarantine == by_spark.quarantine
    return by_duckdb, by_spark


@pytest.mark.parametrize(
    ("needed", "beside"),
    [({"received_at", "due_at", "procedure_name", "fee"}, set()), ({"procedure_name"}, {"due_at", "fee"})],
    ids=["needed", "beside"],
)
def test_an_export_with_all_that_exports_have_is_read_alike(needed: set[str], beside: set[str]) -> None:
    with folder_of(_MESSY) as folder:
        by_duckdb, by_spark = _alike(folder, {"cases": needed}, {"cases": beside})
        assert by_spark.files == by_duckdb.files
        assert set(by_spark.notes) == set(by_duckdb.notes)
        columns = ", ".join(f'"{column.name}"' for column in by_spark.tables["cases"].typed_columns)
        sql = f"SELECT {columns}, unread, set_aside FROM cases ORDER BY rowid"
        assert by_spark.cluster is not None
        rows = by_duckdb.connection.execute(sql).fetchall()
        assert by_spark.cluster.fetch(sql) == rows
    assert {row[-1] for row in rows} == {0, 1, 2}
    assert any("Quầy số 2" in row for row in rows)
    assert not any("0900000001" in str(row) for row in rows)


_at = datetime.fromisoformat


def test_parquet_is_read_as_the_text_it_stands_for(tmp_path: Path) -> None:
    rows: Sequence[tuple[object, ...]] = [
        ("HS-01", "X", _at("2026-08-01T07:30:00.600000"), 5, True),
        ("HS-02", "X", None, None, None),
        ("HS-03", "W", _at("2026-08-31T23:59:59"), 0, False),
    ]
    (tmp_path / "units.csv").write_text("unit_code,unit_name,level\nX,Xã Ia Ơ,commune\n")
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            "CREATE TABLE t (case_id VARCHAR, unit_code VARCHAR, received_at TIMESTAMP, fee INTEGER, "
            "digitized BOOLEAN)"
        )
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", rows)
        connection.execute(f"COPY t TO '{tmp_path / 'cases.parquet'}' (FORMAT parquet)")
    _, by_spark = _alike(tmp_path, {"cases": {"received_at", "fee", "digitized"}})
    assert by_spark.cluster is not None
    found = by_spark.cluster.fetch("SELECT received_at, fee, digitized FROM cases ORDER BY rowid")
    assert found[0] == (_at("2026-08-01T07:30:01"), 5, True)
    assert found[1:] == [(None, None, None), (_at("2026-08-31T23:59:59"), 0, False)]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('1,"a\nb",X\n', "cannot be read by themselves"),
        ('1,"a"b,X\n', "cannot be read by themselves"),
        ("1,\udcff,X\n", "cannot be read by themselves"),
        ("1,a,X\r2,b,X\n", "end with CR alone"),
    ],
)
def test_lines_that_do_not_stand_alone_are_refused_with_what_to_do(lines: str, said: str) -> None:
    text = "case_id,procedure_name,unit_code\n" + "0,Khai tử,X\n" * 3 + lines
    files = {
        "units.csv": "unit_code,unit_name,level\nX,Xã Ia Ơ,commune\n",
        "cases.csv": text.encode("utf-8", "surrogateescape"),
    }
    with folder_of(files) as folder, pytest.raises(RecordsError) as raised:
        load_records([folder], spark=MASTER)
    (problem,) = raised.value.problems
    assert said in problem.message.en
    assert problem.place is not None and problem.place.file.endswith("cases.csv")
    assert problem.hint is not None


def test_a_score_is_the_same_to_the_byte(chiso: CommandLine, samples: Path) -> None:
    asked = ("score", samples / "ia-tor-2024", "--period", "2024", "--detail", "index", "--format", "csv")
    by_duckdb, by_spark = (chiso(*asked, "--lang", "en", "--engine", name) for name in ("duckdb", MASTER))
    assert by_spark.code == 0, by_spark.stderr
    assert by_spark.stdout == by_duckdb.stdout
    assert by_spark.stderr == by_duckdb.stderr
