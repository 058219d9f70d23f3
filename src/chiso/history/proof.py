"""Proving a history: that nothing in the file was changed, and that all of it adds up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import duckdb

from chiso.arithmetic import sum_points
from chiso.errors import Place, Problem, Text
from chiso.history.schema import FATES, GROUPS, PARTS, UNITS, VIEW_NAMES
from chiso.history.store import History, RunEntry, entries_in, rows_of_run


def problems_of(history: History) -> tuple[Problem, ...]:
    """Return what does not hold: hashes that differ, revisions that are missing, sums that do not add up.

    Raises RecordsError where the file is no history.
    """
    with history.reading() as connection:
        entries = entries_in(connection)
        found = [
            *_problems_of_series(entries),
            *_problems_of_catalogues(connection),
            *_problems_of_parts(connection),
            *(problem for entry in entries for problem in _problems_of_run(connection, entry)),
        ]
    return tuple(replace(problem, place=Place(str(history.path))) for problem in found)


def _problems_of_series(entries: Sequence[RunEntry]) -> Iterator[Problem]:
    revisions: dict[tuple[str, str, str], list[int]] = {}
    for entry in entries:
        revisions.setdefault((entry.series, entry.catalogue, entry.period), []).append(entry.revision)
    for (series, catalogue, period), found in revisions.items():
        if found != list(range(1, len(found) + 1)):
            listed = ", ".join(map(str, found))
            yield Problem(
                Text(
                    vi=f"{series}, {catalogue}, kỳ {period}: các lần sửa là {listed}, không liền nhau",
                    en=f"{series}, {catalogue}, period {period}: revisions {listed}, some are missing",
                )
            )


def _problems_of_catalogues(connection: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    for sha256, content in connection.execute("SELECT sha256, content FROM catalogues").fetchall():
        if hashlib.sha256(bytes(content)).hexdigest() != sha256:
            yield Problem(
                Text(
                    vi=f"Bộ chỉ số {sha256[:12]}… đã bị sửa trong tệp",
                    en=f"The catalogue {sha256[:12]}… was changed inside the file",
                )
            )


def _problems_of_parts(connection: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Yield what belongs to no run, and what runs need that is not there."""
    for table in PARTS:
        sql = f"SELECT DISTINCT run FROM {table.name} WHERE run NOT IN (SELECT run FROM runs) ORDER BY run"
        for (run,) in connection.execute(sql).fetchall():
            yield Problem(
                Text(
                    vi=f"Lần chạy {run} đã bị xóa: bảng {table.name} còn dòng của nó",
                    en=f"Run {run} was deleted: table {table.name} still has rows of it",
                )
            )
    sql = (
        "SELECT DISTINCT catalogue_sha256 FROM runs "
        "WHERE catalogue_sha256 NOT IN (SELECT sha256 FROM catalogues) ORDER BY 1"
    )
    for (sha256,) in connection.execute(sql).fetchall():
        yield Problem(
            Text(
                vi=f"Thiếu bộ chỉ số {sha256[:12]}… mà lần chạy cần",
                en=f"The catalogue {sha256[:12]}… that runs need is not there",
            )
        )
    there = {name for (name,) in connection.execute("SELECT view_name FROM duckdb_views()").fetchall()}
    for name in sorted(VIEW_NAMES - there):
        yield Problem(Text(vi=f"Thiếu khung nhìn {name}", en=f"The view {name} is not there"))


def _problems_of_run(connection: duckdb.DuckDBPyConnection, entry: RunEntry) -> Iterator[Problem]:
    rows = rows_of_run(connection, entry.number)
    if rows.content_sha256 != entry.content_sha256:
        yield Problem(
            Text(
                vi=f"Lần chạy {entry.number} đã bị sửa: mã băm nội dung không khớp",
                en=f"Run {entry.number} was changed: the hash of its content does not agree",
            )
        )
        return
    total_at = [name for name, _ in UNITS.columns].index("total")
    totals = {row[1]: row[total_at] for row in rows.parts[UNITS]}
    for code, total in totals.items():
        points = (row[3] for row in rows.parts[GROUPS] if row[0] == code)
        if sum_points(each for each in points if each is not None) != total:
            yield Problem(
                Text(
                    vi=f"Lần chạy {entry.number}, đơn vị {code}: các nhóm cộng lại không bằng tổng",
                    en=f"Run {entry.number}, unit {code}: the groups do not add up to the total",
                )
            )
    for _, table, read, counted, outside, excluded, quarantined in rows.parts[FATES]:
        left_out = sum(count for _, _, count in json.loads(excluded))
        if counted + outside + left_out + quarantined != read:
            yield Problem(
                Text(
                    vi=f"Lần chạy {entry.number}, bảng {table}: số dòng không khớp",
                    en=f"Run {entry.number}, table {table}: the rows do not add up",
                )
            )
