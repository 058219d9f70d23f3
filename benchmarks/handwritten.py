"""The script a good engineer would write by hand for the benchmark's records, and for nothing else.

``python benchmarks/handwritten.py FOLDER [--as-of DAY]`` reads the folder of make_records.py, sets aside
faulty cells, unknown units and older states of a case number, and counts what catalogue 766, edition
portal-2026, counts over these columns in the year 2026. It prints CSV: unit_code, index, numerator,
denominator; and on stderr what became of the cases.

It knows what chiso has to find out: the columns, how their values are spelt, the one form of dates, which
indices the columns decide, and what is left of their conditions without the columns that are not there.
"""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

PERIOD_START = date(2026, 1, 1)

CALENDAR_FROM = date(2025, 1, 1)
CALENDAR_TO = date(2026, 12, 31)
DAYS_OFF = (
    *("2025-01-01", "2025-01-27", "2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2025-04-07"),
    *("2025-04-30", "2025-05-01", "2025-05-02", "2025-09-01", "2025-09-02", "2026-01-01", "2026-01-02"),
    *("2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-04-27", "2026-04-30"),
    *("2026-05-01", "2026-08-31", "2026-09-01", "2026-09-02"),
)
SATURDAYS_WORKED = ("2025-04-26", "2026-01-10", "2026-08-22")

TIMESTAMP_FORM = "%d/%m/%Y %H:%M:%S"

CASES = {
    "case_id": "VARCHAR",
    "procedure_id": "VARCHAR",
    "procedure_name": "VARCHAR",
    "unit_code": "VARCHAR",
    "officer_code": "VARCHAR",
    "channel": "ENUM('direct', 'online', 'postal')",
    "submitted_at": "TIMESTAMP",
    "received_at": "TIMESTAMP",
    "due_at": "TIMESTAMP",
    "finished_at": "TIMESTAMP",
    "returned_at": "TIMESTAMP",
    "status": "ENUM('registered', 'received', 'not_received', 'processing', 'supplement_requested', "
    "'payment_requested', 'withdrawn', 'stopped', 'processed', 'returned')",
    "component_file": "VARCHAR",
    "digitized": "BOOLEAN",
    "result_link": "VARCHAR",
    "fee": "BIGINT",
    "payment": "ENUM('none', 'portal', 'gateway', 'requested')",
    "rating": "ENUM('satisfied', 'dissatisfied')",
}
PETITIONS = {
    "petition_id": "VARCHAR",
    "unit_code": "VARCHAR",
    "received_at": "TIMESTAMP",
    "due_at": "TIMESTAMP",
    "answered_at": "TIMESTAMP",
    "status": "ENUM('received', 'processing', 'answered', 'refused', 'passed_on')",
    "satisfied": "BOOLEAN",
    "repeated": "BOOLEAN",
    "case_id": "VARCHAR",
    "subject": "ENUM('procedure', 'staff', 'other')",
}
PROCEDURES = {
    "unit_code": "VARCHAR",
    "procedure_id": "VARCHAR",
    "procedure_name": "VARCHAR",
    "online_level": "ENUM('none', 'partial', 'full')",
    "fee_bearing": "BOOLEAN",
    "payment_integrated": "BOOLEAN",
    "paper_result": "BOOLEAN",
    "for_citizens": "BOOLEAN",
    "complete": "BOOLEAN",
    "time_limit": "BIGINT",
    "time_limit_unit": "ENUM('working_day', 'day', 'hour')",
}
SERVICES = {
    "unit_code": "VARCHAR",
    "service_id": "VARCHAR",
    "procedure_id": "VARCHAR",
    "online_level": "ENUM('none', 'partial', 'full')",
}
UNITS = {"unit_code": "VARCHAR", "unit_name": "VARCHAR", "level": "VARCHAR", "parent_code": "VARCHAR"}


@dataclass(frozen=True)
class Loaded:
    """The rows of a file, and those of them that are set aside."""

    rows: int
    faulty: int
    unknown_unit: int
    superseded: int


def count_indices(folder: Path, as_of: date) -> list[tuple[str, str, int, int]]:
    """Return (unit, index, numerator, denominator) of every index that the folder's records decide."""
    connection = duckdb.connect(":memory:")
    _load_units_and_calendar(connection, folder)
    _load(connection, folder, "procedures", PROCEDURES, "*", "unit_code, procedure_id", "")
    _load(connection, folder, "services", SERVICES, "*", "unit_code, service_id", "")
    _load(connection, folder, "petitions", PETITIONS, "*", "petition_id", "answered_at, received_at")
    cases = (
        "case_id, procedure_id, unit_code, channel, submitted_at, received_at, due_at, finished_at, "
        "returned_at, status, component_file IS NOT NULL AS has_component, "
        "result_link IS NOT NULL AS has_result, fee, payment, rating"
    )
    loaded = _load(connection, folder, "cases", CASES, cases, "case_id", "finished_at, received_at")
    _count_cases(connection, as_of, loaded)
    _count_petitions(connection, as_of)
    return _results(connection)


def _load_units_and_calendar(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.execute(f"CREATE TEMP TABLE units AS SELECT * FROM {_csv(folder / 'units.csv', UNITS)}")
    rows, counted = [], 0
    for number in range((CALENDAR_TO - CALENDAR_FROM).days + 1):
        day = CALENDAR_FROM + timedelta(days=number)
        weekend = day.weekday() >= 5
        counted += str(day) in SATURDAYS_WORKED if weekend else str(day) not in DAYS_OFF
        rows.append(counted)
    # Working days from CALENDAR_FROM up to each day, by position.
    connection.execute(f"CREATE TEMP TABLE calendar AS SELECT {rows} AS counted")


def _csv(path: Path, columns: dict[str, str]) -> str:
    quoted = {name: kind.replace("'", "''") for name, kind in columns.items()}
    listed = ", ".join(f"'{name}': '{kind}'" for name, kind in quoted.items())
    escaped = str(path).replace("'", "''")
    return (
        f"read_csv('{escaped}', header=true, auto_detect=false, delim=',', quote='\"', escape='\"', "
        f"nullstr='', timestampformat='{TIMESTAMP_FORM}', store_rejects=true, columns={{{listed}}})"
    )


def _load(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    name: str,
    columns: dict[str, str],
    selected: str,
    key: str,
    newest_by: str,
) -> Loaded:
    """Load a table without faulty cells, unknown units and older states; return how many of each."""
    connection.execute(
        f"CREATE TEMP TABLE {name} AS SELECT {selected} FROM {_csv(folder / f'{name}.csv', columns)}"
    )
    typed = _number(connection, f"SELECT count(*) FROM {name}")
    faulty = _number(
        connection,
        "SELECT count(DISTINCT line) FROM reject_errors JOIN reject_scans USING (scan_id, file_id) "
        f"WHERE file_path LIKE '%{name}.csv'",
    )
    connection.execute(f"DELETE FROM {name} WHERE unit_code NOT IN (SELECT unit_code FROM units)")
    known = _number(connection, f"SELECT count(*) FROM {name}")
    newest = "".join(f"{column} DESC NULLS LAST, " for column in newest_by.split(", ") if column)
    # Numbering only the few keys that come twice is several times faster than numbering every row.
    connection.execute(
        f"""
        DELETE FROM {name} WHERE rowid IN (
            SELECT row_id FROM (
                SELECT rowid AS row_id,
                    row_number() OVER (PARTITION BY {key} ORDER BY {newest}rowid DESC) AS place
                FROM {name}
                WHERE ({key}) IN (SELECT ({key}) FROM {name} GROUP BY {key} HAVING count(*) > 1)
            )
            WHERE place > 1
        )
        """
    )
    kept = _number(connection, f"SELECT count(*) FROM {name}")
    return Loaded(typed + faulty, faulty, typed - known, known - kept)


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    (row,) = connection.execute(query).fetchall()
    return int(row[0])


def _workdays(start: str, end: str) -> str:
    first = f"DATE '{CALENDAR_FROM}'"
    return f"(counted[{end} - {first} + 1] - counted[{start} - {first} + 1])"


def _count_cases(connection: duckdb.DuckDBPyConnection, as_of: date, loaded: Loaded) -> None:
    """Count by unit and procedure, so that procedures can be counted distinct above; print the fates."""
    start, end = f"DATE '{PERIOD_START}'", f"DATE '{as_of}'"
    connection.execute(
        f"""
        CREATE TEMP TABLE by_procedure AS
        WITH dated AS (
            SELECT *,
                CAST(coalesce(received_at, submitted_at) AS DATE) AS opened_on,
                CAST(coalesce(finished_at, returned_at) AS DATE) AS done_on,
                CAST(due_at AS DATE) AS due_on
            FROM cases
        ),
        judged AS (
            SELECT *,
                least(coalesce(done_on, {end}), {end}) AS judged_on,
                opened_on <= {end} AND coalesce(done_on >= {start}, true) AS in_period,
                coalesce(status IN ('registered', 'not_received'), false)
                    OR coalesce(status = 'withdrawn' AND received_at IS NULL, false) AS not_received
            FROM dated
        ),
        decided AS (
            SELECT c.*,
                coalesce(judged_on <= due_on, CASE p.time_limit_unit
                    WHEN 'working_day' THEN {_workdays("opened_on", "judged_on")} <= p.time_limit
                    WHEN 'day' THEN judged_on - opened_on <= p.time_limit
                    WHEN 'hour' THEN 8 * {_workdays("opened_on", "judged_on")} <= p.time_limit END, false)
                    AS on_time,
                done_on BETWEEN {start} AND {end} AS done_in_period,
                {_workdays("opened_on", "done_on")} AS handling_days,
                coalesce(p.fee_bearing, fee > 0) AND coalesce(fee > 0, true) AS with_fee,
                payment IN ('portal', 'gateway') AS paid_online,
                a.case_id IS NOT NULL AS has_petition
            FROM judged c CROSS JOIN calendar
            LEFT JOIN procedures p ON p.unit_code = c.unit_code AND p.procedure_id = c.procedure_id
            LEFT JOIN (SELECT DISTINCT case_id FROM petitions WHERE case_id IS NOT NULL) a
                ON a.case_id = c.case_id
        )
        SELECT unit_code, procedure_id,
            count(*) FILTER (in_period AND NOT not_received) AS cases,
            count(*) FILTER (in_period AND NOT not_received AND on_time) AS on_time,
            count(*) FILTER (in_period AND NOT not_received AND done_in_period
                AND handling_days IS NOT NULL) AS handled,
            sum(handling_days) FILTER (in_period AND NOT not_received AND done_in_period) AS handling_days,
            count(*) FILTER (in_period AND NOT not_received AND channel = 'online') AS online,
            count(*) FILTER (in_period AND NOT not_received AND paid_online) AS paid_online,
            count(*) FILTER (in_period AND NOT not_received AND with_fee) AS with_fee,
            count(*) FILTER (in_period AND NOT not_received AND with_fee AND paid_online) AS with_fee_paid,
            count(*) FILTER (in_period AND NOT not_received AND has_result) AS with_result,
            count(*) FILTER (in_period AND NOT not_received AND has_result AND has_component) AS digitised,
            count(*) FILTER (in_period AND NOT not_received AND on_time
                AND coalesce(rating = 'satisfied', true) AND NOT has_petition) AS satisfied,
            count(*) FILTER (NOT in_period) AS outside,
            count(*) FILTER (in_period AND not_received) AS not_received
        FROM decided GROUP BY unit_code, procedure_id
        """
    )
    counted = "sum(cases), sum(outside), sum(not_received)"
    ((cases, outside, not_received),) = connection.execute(f"SELECT {counted} FROM by_procedure").fetchall()
    print(
        f"cases: read {loaded.rows:,} = in the period {cases:,} + outside {outside:,} + excluded "
        f"{not_received + loaded.superseded:,} + quarantined {loaded.faulty + loaded.unknown_unit:,}",
        file=sys.stderr,
    )


def _count_petitions(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    start, end = f"DATE '{PERIOD_START}'", f"DATE '{as_of}'"
    connection.execute(
        f"""
        CREATE TEMP TABLE petitions_by_unit AS
        WITH dated AS (
            SELECT *, CAST(received_at AS DATE) AS received_on, CAST(due_at AS DATE) AS due_on,
                CAST(answered_at AS DATE) AS answered_on
            FROM petitions
        ),
        judged AS (
            SELECT *, least(coalesce(answered_on, {end}), {end}) AS judged_on
            FROM dated WHERE received_on <= {end} AND coalesce(answered_on >= {start}, true)
        ),
        decided AS (
            SELECT *, coalesce(judged_on <= due_on, {_workdays("received_on", "judged_on")} <= 15) AS in_time
            FROM judged CROSS JOIN calendar
        )
        SELECT unit_code, count(*) AS petitions, count(*) FILTER (in_time) AS in_time,
            count(*) FILTER (in_time AND coalesce(satisfied, true) AND NOT coalesce(repeated, false))
                AS settled
        FROM decided GROUP BY unit_code
        """
    )


# (index, table of counts by unit and procedure, numerator, denominator)
CASE_INDICES = (
    ("2.1", "on_time", "cases"),
    ("2.2", "handling_days", "handled"),
    ("3.6", "with_fee_paid", "with_fee"),
    ("4.1", "with_result", "cases"),
    ("4.2", "digitised", "cases"),
    ("5.3", "satisfied", "cases"),
)
PETITION_INDICES = (("5.1", "in_time", "petitions"), ("5.2", "settled", "petitions"))


def _results(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int, int]]:
    """Return every index for every unit; the province's counts are those of all units together."""
    # Codes counted distinct: by unit, and once for the province.
    connection.execute(
        """
        CREATE TEMP TABLE codes AS
        SELECT unit_code, '3.2' AS index, procedure_id, coalesce(online > 0, false) AS counted
        FROM services LEFT JOIN by_procedure USING (unit_code, procedure_id)
        WHERE online_level IN ('partial', 'full')
        UNION ALL
        SELECT unit_code, '3.4', procedure_id, coalesce(paid_online > 0, false)
        FROM procedures LEFT JOIN by_procedure USING (unit_code, procedure_id) WHERE fee_bearing
        UNION ALL
        SELECT unit_code, '3.5', procedure_id, coalesce(payment_integrated, false)
        FROM procedures WHERE fee_bearing
        """
    )
    parts = [
        "SELECT unit_code, index, count(DISTINCT procedure_id) FILTER (counted) AS numerator, "
        "count(DISTINCT procedure_id) AS denominator "
        "FROM codes GROUP BY GROUPING SETS ((unit_code, index), (index))"
    ]
    for table, indices in (("by_procedure", CASE_INDICES), ("petitions_by_unit", PETITION_INDICES)):
        parts += [
            f"SELECT unit_code, '{index}', sum({numerator}), sum({denominator}) "
            f"FROM {table} GROUP BY ROLLUP (unit_code)"
            for index, numerator, denominator in indices
        ]
    # Grand totals have no unit code and are the province's; its own rows are inside them.
    found = connection.execute(
        f"""
        WITH counted AS ({" UNION ALL ".join(parts)}),
        placed AS (
            SELECT coalesce(c.unit_code, u.unit_code) AS unit_code, index, numerator, denominator
            FROM counted c LEFT JOIN units u ON c.unit_code IS NULL AND u.level = 'province'
            WHERE c.unit_code IS NULL
                OR c.unit_code NOT IN (SELECT unit_code FROM units WHERE level = 'province')
        ),
        asked AS (SELECT unit_code, index FROM units CROSS JOIN (SELECT DISTINCT index FROM counted))
        SELECT unit_code, index, coalesce(numerator, 0), coalesce(denominator, 0)
        FROM asked LEFT JOIN placed USING (unit_code, index)
        """
    ).fetchall()
    found += connection.execute(
        """
        WITH own AS (
            SELECT count(DISTINCT procedure_id) AS procedures,
                count(DISTINCT procedure_id) FILTER (complete) AS complete,
                count(DISTINCT procedure_id) FILTER (online_level IN ('partial', 'full')) AS online
            FROM procedures WHERE unit_code IN (SELECT unit_code FROM units WHERE level = 'province')
        )
        -- 1.3 is measured at the province, units below take it over; 3.1 is the province's alone.
        SELECT unit_code, '1.3', complete, procedures FROM units CROSS JOIN own
        UNION ALL SELECT unit_code, '3.1', online, procedures FROM units CROSS JOIN own
        WHERE level = 'province'
        """
    ).fetchall()
    return sorted(found)


def main() -> None:
    """Count the folder given and print the counts as CSV."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="folder made by make_records.py")
    parser.add_argument("--as-of", type=date.fromisoformat, required=True, help="day of judgement in 2026")
    options = parser.parse_args()
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("unit_code", "index", "numerator", "denominator"))
    writer.writerows(count_indices(options.folder, options.as_of))


if __name__ == "__main__":
    main()
