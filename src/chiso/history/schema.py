"""The tables and views of a history, and how older files become new ones.

Each migration takes a file one version further; what a migration once said is never changed. The views are
for readers with any DuckDB client (docs/history.md): they are laid anew by whoever writes.
"""

from __future__ import annotations

from typing import NamedTuple


class Table(NamedTuple):
    """A table that holds rows of runs: its columns after the run's number, with their types."""

    name: str
    columns: tuple[tuple[str, str], ...]


_FIGURE = "DECIMAL(24, 6)"

RUNS = Table(
    "runs",
    (
        ("content_sha256", "VARCHAR"),
        ("series", "VARCHAR"),
        ("catalogue", "VARCHAR"),
        ("period", "VARCHAR"),
        ("revision", "INTEGER"),
        ("first_day", "DATE"),
        ("last_day", "DATE"),
        ("as_of", "DATE"),
        ("provisional", "BOOLEAN"),
        ("edition", "VARCHAR"),
        ("edition_asked", "VARCHAR"),
        ("spans_editions", "BOOLEAN"),
        ("catalogue_file", "VARCHAR"),
        ("catalogue_sha256", "VARCHAR"),
        ("chiso_version", "VARCHAR"),
        ("remarks", "VARCHAR"),
        ("recorded_at", "TIMESTAMP"),
    ),
)
INPUTS = Table(
    "inputs",
    (
        ("position", "INTEGER"),
        ("role", "VARCHAR"),
        ("file", "VARCHAR"),
        ("sheet", "VARCHAR"),
        ("sha256", "VARCHAR"),
        ("rows_read", "BIGINT"),
        ("details", "VARCHAR"),
    ),
)
FATES = Table(
    "fates",
    (
        ("position", "INTEGER"),
        ("table_name", "VARCHAR"),
        ("rows_read", "BIGINT"),
        ("in_population", "BIGINT"),
        ("outside_period", "BIGINT"),
        ("excluded", "VARCHAR"),
        ("quarantined", "BIGINT"),
    ),
)
UNITS = Table(
    "units",
    (
        ("position", "INTEGER"),
        ("unit_code", "VARCHAR"),
        ("unit_name", "VARCHAR"),
        ("level", "VARCHAR"),
        ("parent_code", "VARCHAR"),
        ("total", _FIGURE),
        ("max_points", _FIGURE),
        ("band_vi", "VARCHAR"),
        ("band_en", "VARCHAR"),
        ("outcome", "VARCHAR"),
        ("has_records", "BOOLEAN"),
        ("cases", "BIGINT"),
    ),
)
GROUPS = Table(
    "groups",
    (
        ("unit_code", "VARCHAR"),
        ("position", "INTEGER"),
        ("group_code", "VARCHAR"),
        ("points", _FIGURE),
        ("max_points", _FIGURE),
        ("reported", "BOOLEAN"),
    ),
)
SCORES = Table(
    "scores",
    (
        ("unit_code", "VARCHAR"),
        ("position", "INTEGER"),
        ("group_code", "VARCHAR"),
        ("index_code", "VARCHAR"),
        ("numerator", "BIGINT"),
        ("denominator", "BIGINT"),
        ("percent", _FIGURE),
        ("value", _FIGURE),
        ("value_unit", "VARCHAR"),
        ("points", _FIGURE),
        ("max_points", _FIGURE),
        ("outcome", "VARCHAR"),
        ("undetermined", "BIGINT"),
        ("basis", "VARCHAR"),
    ),
)
REGISTRY = Table(
    "registry",
    (
        ("position", "INTEGER"),
        ("unit_code", "VARCHAR"),
        ("unit_name", "VARCHAR"),
        ("level", "VARCHAR"),
        ("parent_code", "VARCHAR"),
        ("peer_group", "VARCHAR"),
        ("valid_from", "DATE"),
        ("valid_to", "DATE"),
        ("successor_code", "VARCHAR"),
        ("share", "VARCHAR"),
    ),
)
# What a run consists of beside its own row.
PARTS = (INPUTS, FATES, REGISTRY, UNITS, GROUPS, SCORES)


def _created(table: Table) -> str:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns)
    return f"CREATE TABLE {table.name} (run INTEGER NOT NULL, {columns})"


MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE catalogues (sha256 VARCHAR PRIMARY KEY, file VARCHAR, content BLOB)",
        *map(_created, (RUNS, *PARTS)),
    ),
)
VERSION = len(MIGRATIONS)

VIEW_NAMES = frozenset({"current_runs", "current_totals", "current_scores"})
VIEWS = (
    # The last revision of every period of a series.
    """CREATE OR REPLACE VIEW current_runs AS
    SELECT * FROM runs
    QUALIFY row_number() OVER (PARTITION BY series, catalogue, period ORDER BY revision DESC) = 1""",
    """CREATE OR REPLACE VIEW current_totals AS
    SELECT r.run, r.series, r.catalogue, r.period, r.first_day, r.last_day, r.as_of, r.provisional, r.edition,
           u.unit_code, u.unit_name, u.level, u.parent_code, u.total, u.max_points, u.band_vi, u.band_en,
           u.outcome, u.has_records, u.cases
    FROM current_runs r JOIN units u USING (run) ORDER BY r.series, r.first_day, r.last_day, u.position""",
    """CREATE OR REPLACE VIEW current_scores AS
    SELECT r.run, r.series, r.catalogue, r.period, r.first_day, r.last_day, r.as_of, r.provisional, r.edition,
           u.unit_code, u.unit_name, u.level, s.group_code, s.index_code, s.numerator, s.denominator,
           s.percent, s.value, s.value_unit, s.points, s.max_points, s.outcome
    FROM current_runs r JOIN units u USING (run) JOIN scores s USING (run, unit_code)
    ORDER BY r.series, r.first_day, r.last_day, u.position, s.position""",
)
