"""Writes a province's case records for the benchmarks: made up, the same for the same seed.

Run from anywhere: ``python benchmarks/make_records.py [--rows N] [--seed S]``. The folder is made once
below ``benchmarks/data`` (not committed) and used again when it is there. DuckDB draws and writes the
rows, two million in some ten seconds.

One province has 15 departments and 135 communes. A small share of the rows is faulty, as in real exports:
days that do not exist, unknown words, units no registry has, case numbers that come twice.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

DATA = Path(__file__).parent / "data"
DEFAULT_ROWS = 2_000_000
DEFAULT_SEED = 766

PROVINCE = "H99"
DEPARTMENTS = 15
COMMUNES = 135
# Departments and communes share the procedures in the middle; the province lists them all.
PROCEDURES = 400
COMMUNE_PROCEDURES = range(220)
DEPARTMENT_PROCEDURES = range(180, PROCEDURES)

# The first day is a Monday: cases are received from Monday to Friday.
FIRST_RECEIVED = "2025-09-29"
WEEKS = 54
EXPORTED_ON = "2026-10-10"

FIELDS = (
    *("hộ tịch", "chứng thực", "đất đai", "nhà ở", "xây dựng", "bảo trợ xã hội", "người có công"),
    *("lao động, việc làm", "giáo dục và đào tạo", "y tế dự phòng", "an toàn thực phẩm", "môi trường"),
    *("tài nguyên nước", "thủy sản", "lâm nghiệp", "văn hóa cơ sở", "du lịch", "giao thông vận tải"),
    *("thành lập và hoạt động của hộ kinh doanh", "đăng ký biện pháp bảo đảm"),
)
ACTS = (
    *("Đăng ký", "Đăng ký lại", "Cấp giấy phép", "Cấp lại giấy phép", "Gia hạn giấy phép"),
    *("Cấp giấy chứng nhận", "Cấp đổi giấy chứng nhận", "Điều chỉnh, bổ sung nội dung", "Thu hồi"),
    *("Xác nhận", "Thẩm định hồ sơ", "Phê duyệt phương án", "Công nhận", "Chấm dứt hoạt động"),
    *("Giải quyết trợ cấp", "Giải quyết tranh chấp", "Cung cấp thông tin", "Thông báo thay đổi"),
    *("Chuyển mục đích, chuyển đổi", "Miễn, giảm nghĩa vụ tài chính"),
)

Row = Sequence[object]


@dataclass(frozen=True)
class RecordsFolder:
    """The folder a benchmark scores, and how it asks for the period."""

    path: Path
    rows: int
    period: str = "2026"
    as_of: str = EXPORTED_ON

    @property
    def cases(self) -> Path:
        """The large file: one row per case."""
        return self.path / "cases.csv"


def records_folder(rows: int = DEFAULT_ROWS, seed: int = DEFAULT_SEED, below: Path = DATA) -> RecordsFolder:
    """Return the folder with that many cases below ``below``, made now if it is not there yet."""
    folder = below / f"cases-{rows}-seed-{seed}"
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        _write_all(unfinished, rows, seed)
        unfinished.rename(folder)
    return RecordsFolder(folder, rows)


def _write_all(folder: Path, rows: int, seed: int) -> None:
    _write(folder / "units.csv", ("unit_code", "unit_name", "level", "parent_code"), _units())
    procedures = list(_procedures())
    _write(folder / "procedures.csv", _PROCEDURE_COLUMNS, procedures)
    _write(folder / "services.csv", _SERVICE_COLUMNS, _services(procedures))
    connection = duckdb.connect(":memory:")
    _write_cases(connection, folder / "cases.csv", rows, seed)
    _write_petitions(connection, folder / "petitions.csv", rows, seed)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _units() -> Iterable[Row]:
    yield PROVINCE, "UBND tỉnh Thử Nghiệm", "province", ""
    for number in range(DEPARTMENTS + COMMUNES):
        code = f"{PROVINCE}.{number + 1:03}"
        if number < DEPARTMENTS:
            yield code, f"Sở số {number + 1}", "department", PROVINCE
        else:
            yield code, f"UBND xã số {number + 1 - DEPARTMENTS}", "commune", PROVINCE


_PROCEDURE_COLUMNS = (
    *("unit_code", "procedure_id", "procedure_name", "online_level", "fee_bearing", "payment_integrated"),
    *("paper_result", "for_citizens", "complete", "time_limit", "time_limit_unit"),
)
_SERVICE_COLUMNS = ("unit_code", "service_id", "procedure_id", "online_level")


def _procedures() -> Iterable[Row]:
    """The list of each unit: the province's own first, then the departments' and the communes'."""
    for unit in range(-1, DEPARTMENTS + COMMUNES):
        code = PROVINCE if unit < 0 else f"{PROVINCE}.{unit + 1:03}"
        if unit < 0:
            listed = range(PROCEDURES)
        else:
            listed = DEPARTMENT_PROCEDURES if unit < DEPARTMENTS else COMMUNE_PROCEDURES
        for number in listed:
            yield (
                code,
                _procedure_id(number),
                _procedure_name(number),
                ("full", "partial", "none", "full")[number % 4],
                "true" if _bears_fee(number) else "false",
                "true" if number % 5 < 2 else "false",
                "false" if number % 7 == 0 else "true",
                "false" if number % 6 == 0 else "true",
                "false" if (number + unit) % 23 == 0 else "true",
                _time_limit(number),
                ("working_day", "working_day", "day", "hour")[number % 4],
            )


def _services(procedures: Iterable[Row]) -> Iterable[Row]:
    for position, (unit_code, procedure_id, _, online_level, *_) in enumerate(procedures):
        if unit_code != PROVINCE:
            yield unit_code, f"DV-{position:05}", procedure_id, online_level


def _procedure_id(number: int) -> str:
    return f"9.{100_000 + number:06}"


def _procedure_name(number: int) -> str:
    return f"{ACTS[number % len(ACTS)]} {FIELDS[number // len(ACTS) % len(FIELDS)]}"


def _bears_fee(number: int) -> bool:
    return number % 3 == 0


def _time_limit(number: int) -> int:
    return (3, 5, 10, 40)[number % 4]


def _write_cases(connection: duckdb.DuckDBPyConnection, path: Path, rows: int, seed: int) -> None:
    hours = [24 * (_time_limit(n) // 8 if n % 4 == 3 else _time_limit(n)) for n in range(PROCEDURES)]
    ids = [_procedure_id(number) for number in range(PROCEDURES)]
    names = [_procedure_name(number) for number in range(PROCEDURES)]
    fees = [_bears_fee(number) for number in range(PROCEDURES)]
    # Every 250th row is another state of the case four rows before it. Numbers of 64 bits are drawn per
    # case and per row; each draw takes a part of one that no other draw takes. Tables rather than views:
    # a view would be computed again for each column that uses it.
    connection.execute(
        f"""
        CREATE TEMP TABLE numbered AS
        SELECT row_no, CASE WHEN row_no % 250 = 249 THEN row_no - 4 ELSE row_no END AS case_no,
            md5_number_lower('{seed}:case:' || case_no) AS of_case,
            md5_number_lower('{seed}:row:' || row_no) AS of_row,
            md5_number_lower('{seed}:more:' || row_no) AS more
        FROM range({rows}) t(row_no)
        """
    )
    connection.execute(
        f"""
        CREATE TEMP TABLE drawn AS
        SELECT row_no, case_no,
            of_case % 1000003 / 1000003.0 AS unit_draw,
            of_case // 1000003 % 1000003 / 1000003.0 AS procedure_draw,
            of_case // 1000003 // 1000003 % {WEEKS * 5} AS weekday_draw,
            of_case // 1000003 // 1000003 // {WEEKS * 5} % 32400 AS second_draw,
            of_row % 1000 AS channel_draw,
            of_row // 1000 % 1000 AS course_draw,
            of_row // 1000000 % 1000 AS length_draw,
            of_row // 1000000000 % 1000 AS file_draw,
            of_row // 1000000000000 % 1000 AS result_draw,
            of_row // 1000000000000000 % 1000 AS payment_draw,
            more % 1000 AS rating_draw,
            more // 1000 % 12 AS officer_draw,
            more // 100000 % 100 AS hour_draw,
            more // 10000000 % 10000 AS fault_draw
        FROM numbered
        """
    )
    received = (
        f"TIMESTAMP '{FIRST_RECEIVED} 07:30:00' "
        "+ to_days(CAST(weekday_draw // 5 * 7 + weekday_draw % 5 AS INTEGER)) + to_seconds(second_draw)"
    )
    connection.execute(
        f"""
        CREATE TEMP TABLE filed AS
        SELECT *, {received} AS received,
            CASE WHEN fault_draw < 5 THEN 999
                ELSE 1 + CAST(floor({DEPARTMENTS + COMMUNES} * unit_draw * sqrt(unit_draw)) AS INTEGER)
                END AS unit_no,
            unit_draw * sqrt(unit_draw) * {DEPARTMENTS + COMMUNES} < {DEPARTMENTS} AS department
        FROM drawn
        """
    )
    connection.execute(
        f"""
        CREATE TEMP TABLE placed AS
        SELECT *,
            {ids}[procedure_no + 1] AS procedure_id,
            {names}[procedure_no + 1] AS procedure_name,
            {fees}[procedure_no + 1] AS bears_fee,
            received + to_hours(hours + 24 * (hours // 120) * 2) AS due,
            -- A twentieth is late; what would end after the export is still open.
            received + to_hours(1 + hours * CAST(length_draw AS INTEGER) // CASE
                WHEN course_draw < 50 THEN 300 ELSE 1000 END) + to_seconds(hour_draw * 100) AS would_finish
        FROM (
            SELECT *, {hours}[procedure_no + 1] AS hours
            FROM (
                SELECT *, CASE WHEN department THEN {DEPARTMENT_PROCEDURES.start}
                    + CAST(floor({len(DEPARTMENT_PROCEDURES)} * procedure_draw * procedure_draw) AS INTEGER)
                    ELSE CAST(floor({len(COMMUNE_PROCEDURES)} * procedure_draw * procedure_draw) AS INTEGER)
                    END AS procedure_no
                FROM filed
            )
        )
        """
    )
    exported = f"TIMESTAMP '{EXPORTED_ON} 17:00:00'"
    connection.execute(
        f"""
        CREATE TEMP TABLE ended AS
        SELECT *,
            CASE WHEN course_draw < 980 AND would_finish < {exported} THEN would_finish END AS finished,
            CASE WHEN course_draw BETWEEN 60 AND 899
                AND would_finish + to_hours(CAST(length_draw % 50 AS INTEGER)) < {exported}
                THEN would_finish + to_hours(CAST(length_draw % 50 AS INTEGER)) END AS returned,
            course_draw >= 997 AS never_received
        FROM placed
        """
    )
    connection.execute(
        f"""
        COPY (
            SELECT
                printf('{PROVINCE}.%03d-%s-%07d', unit_no, strftime(received, '%y%m%d'), case_no)
                    AS case_id,
                procedure_id,
                procedure_name,
                printf('{PROVINCE}.%03d', unit_no) AS unit_code,
                printf('CB-%03d-%02d', unit_no, officer_draw) AS officer_code,
                CASE WHEN channel_draw < 780 THEN 'online' WHEN channel_draw < 970 THEN 'direct'
                    WHEN channel_draw < 990 THEN 'postal' END AS channel,
                {_written("received - to_minutes(CAST(channel_draw * 3 AS INTEGER))")} AS submitted_at,
                CASE WHEN NOT never_received THEN {_written("received")} END AS received_at,
                CASE WHEN hour_draw > 1 THEN {_written("due")} END AS due_at,
                CASE WHEN fault_draw BETWEEN 5 AND 6 THEN '31/02/2026 08:00:00'
                    ELSE {_written("finished")} END AS finished_at,
                {_written("returned")} AS returned_at,
                CASE WHEN fault_draw BETWEEN 7 AND 8 THEN 'đang chờ duyệt'
                    WHEN course_draw = 999 THEN 'registered' WHEN never_received THEN 'withdrawn'
                    WHEN returned IS NOT NULL THEN 'returned' WHEN finished IS NOT NULL THEN 'processed'
                    WHEN course_draw >= 990 THEN 'supplement_requested' ELSE 'processing' END AS status,
                CASE WHEN file_draw < 700 THEN printf('tp/%d/%07d.pdf', unit_no, row_no) END
                    AS component_file,
                CASE WHEN file_draw % 10 < 6 THEN 'true' ELSE 'false' END AS digitized,
                CASE WHEN finished IS NOT NULL AND result_draw < 850
                    THEN printf('kq/%d/%07d.pdf', unit_no, row_no) END AS result_link,
                CASE WHEN fault_draw = 9 THEN 'miễn phí' WHEN result_draw % 50 = 0 THEN NULL
                    WHEN bears_fee THEN CAST(5000 * (rating_draw % 20) AS VARCHAR) ELSE '0' END AS fee,
                CASE WHEN NOT bears_fee THEN 'none' WHEN payment_draw < 500 THEN 'portal'
                    WHEN payment_draw < 700 THEN 'gateway' WHEN payment_draw < 750 THEN 'requested'
                    ELSE 'none' END AS payment,
                CASE WHEN rating_draw < 90 THEN 'satisfied' WHEN rating_draw < 100 THEN 'dissatisfied' END
                    AS rating
            FROM ended
        ) TO '{_sql_path(path)}' (FORMAT csv, HEADER, NULLSTR '')
        """
    )


def _write_petitions(connection: duckdb.DuckDBPyConnection, path: Path, rows: int, seed: int) -> None:
    """One petition for every five hundred cases; half of them name a case."""
    connection.execute(
        f"""
        COPY (
            SELECT
                printf('PA-%06d', petition_no) AS petition_id,
                printf('{PROVINCE}.%03d', unit_no) AS unit_code,
                {_written("received")} AS received_at,
                CASE WHEN hour_draw > 30 THEN {_written("received + to_days(21)")} END AS due_at,
                {_written("answered")} AS answered_at,
                CASE WHEN answered IS NULL THEN 'processing' ELSE 'answered' END AS status,
                CASE WHEN file_draw < 200 THEN 'true' WHEN file_draw < 260 THEN 'false' END AS satisfied,
                CASE WHEN result_draw < 40 THEN 'true' ELSE 'false' END AS repeated,
                CASE WHEN petition_no % 2 = 0 THEN printf('{PROVINCE}.%03d-%s-%07d', unit_no,
                    strftime(received, '%y%m%d'), case_no) END AS case_id,
                CASE WHEN petition_no % 3 = 0 THEN 'procedure' ELSE 'other' END AS subject
            FROM (
                SELECT *, row_no // 500 AS petition_no,
                    CASE WHEN course_draw < 900 AND would_answer < TIMESTAMP '{EXPORTED_ON}'
                        THEN would_answer END AS answered
                FROM (SELECT *, received + to_hours(CAST(length_draw * 3 // 5 AS INTEGER)) AS would_answer
                    FROM filed)
                WHERE row_no % 500 = {seed % 500}
            )
            ORDER BY row_no
        ) TO '{_sql_path(path)}' (FORMAT csv, HEADER, NULLSTR '')
        """
    )


def _written(timestamp: str) -> str:
    return f"strftime({timestamp}, '%d/%m/%Y %H:%M:%S')"


def _sql_path(path: Path) -> str:
    return str(path).replace("'", "''")


def add_records_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which records to make."""
    parser.add_argument("--rows", type=int, default=DEFAULT_ROWS, help="cases (default %(default)s)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="seed (default %(default)s)")


def main() -> None:
    """Make the folder and print where it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add_records_options(parser)
    options = parser.parse_args()
    folder = records_folder(options.rows, options.seed)
    size = sum(file.stat().st_size for file in folder.path.iterdir())
    print(f"{folder.path}: {folder.rows:,} cases, {size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
