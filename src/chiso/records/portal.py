"""What a portal publishes or lists, read beside the records of a run and never mixed with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.corrections import load_corrections
from chiso.records.dataset import NOT_SET_ASIDE, QuarantinedRow, Records, ReportedFigure
from chiso.records.load import load_records
from chiso.records.mapping import load_spelling
from chiso.records.small import read_reported
from chiso.records.sources.container import sha256_of
from chiso.records.table_file import open_tables
from chiso.terms.unit import UnitTree


@dataclass(frozen=True)
class PortalFigures:
    """The figures of a portal's file, its rows that cannot be read, and the file's hash."""

    path: str
    sha256: str
    figures: tuple[ReportedFigure, ...]
    quarantine: tuple[QuarantinedRow, ...]


def read_portal_figures(path: Path, units: UnitTree, mappings: Iterable[Path]) -> PortalFigures:
    """Return the figures of a file in the form of ``reported``; raises RecordsError if it is none."""
    if not path.exists():
        raise RecordsError(Problem(_NO_FILE, Place(str(path))))
    tables = open_tables(path, load_spelling(mappings), [])
    fitting = [table for table in tables if table.recognised.table.name == "reported"]
    if not fitting:
        name = tables[0].recognised.table.name
        message = Text(
            vi=f"--portal cần bảng reported, tệp này là bảng {name}",
            en=f"--portal needs table reported, this file holds {name}",
        )
        raise RecordsError(Problem(message, Place(str(path)), _FORM))
    figures: list[ReportedFigure] = []
    quarantine: list[QuarantinedRow] = []
    for table in fitting:
        read, set_aside, _ = read_reported(table, units, load_corrections(()))
        figures.extend(read)
        quarantine.extend(set_aside)
    return PortalFigures(str(path), sha256_of(path), tuple(figures), tuple(quarantine))


def read_portal_cases(
    paths: tuple[Path, ...], registry: Path, mappings: tuple[Path, ...]
) -> tuple[Mapping[str, str], Records]:
    """Return the unit of every case that the portal lists, by case number, and what was read.

    Rows that cannot be read are in the quarantine of what was read, as with any records. Raises
    RecordsError where the files hold no cases.
    """
    records = load_records(paths, units=registry, needed={"cases": {"case_id"}}, mappings=mappings)
    if "cases" not in records.tables:
        raise RecordsError(Problem(_NO_CASES, Place(str(paths[0]))))
    rows = records.connection.execute(
        f"SELECT case_id, unit_code FROM cases WHERE set_aside = {NOT_SET_ASIDE}"
    ).fetchall()
    return dict(rows), records


_NO_FILE = Text(vi="Không có tệp này", en="There is no such file")
_FORM = Text(
    vi="Cần các cột unit_code, index và numerator, denominator, percent hoặc points",
    en="It needs the columns unit_code, index and numerator, denominator, percent or points",
)
_NO_CASES = Text(
    vi="--portal-records cần bảng hồ sơ (case_id, unit_code)",
    en="--portal-records needs a table of cases (case_id, unit_code)",
)
