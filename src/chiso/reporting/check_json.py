"""What ``check`` found, for scripts: docs/schemas/check.schema.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from chiso.errors import Language
from chiso.records.dataset import Records
from chiso.records.examine import ColumnFinding, FaultFinding, FileFinding
from chiso.version import __version__

SCHEMA_VERSION = "1.0"


def check_json(
    files: Sequence[FileFinding],
    faults: Sequence[tuple[FaultFinding, tuple[str, ...]]],
    records: Records,
    as_of: date,
    language: Language,
) -> str:
    """Return the findings as JSON; numbers are counts of rows or cells, null is absent."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "chiso_version": __version__,
        "as_of": as_of.isoformat(),
        "files": [_file(finding, language) for finding in files],
        "faults": [
            {
                "kind": fault.kind,
                "table": fault.table,
                "columns": list(fault.columns),
                "rows": fault.rows,
                "set_aside": fault.set_aside,
                "examples": [{"file": file, "row": row} for file, row in fault.examples],
                "message": fault.message.in_language(language),
                "effect": fault.effect.in_language(language),
                "indices": list(indices),
            }
            for fault, indices in faults
        ],
        "tables": [
            {
                "table": name,
                "read": table.rows_read,
                "quarantined": table.quarantined,
                "superseded": table.superseded,
            }
            for name, table in records.tables.items()
        ],
        "notes": [note.in_language(language) for note in records.notes],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _file(finding: FileFinding, language: Language) -> dict[str, object]:
    source = finding.source
    return {
        "path": source.path,
        "sheet": source.sheet,
        "table": source.table,
        "format": source.format,
        "encoding": source.encoding,
        "separator": source.separator,
        "header_row": source.header_row,
        "sha256": source.sha256,
        "rows": {
            "read": source.rows_read,
            "usable": finding.kept,
            "superseded": finding.superseded,
            "quarantined": finding.quarantined,
        },
        "not_records": dict(source.not_records),
        "recovered": dict(source.recovered),
        "columns": [_column(column, language) for column in finding.columns],
    }


def _column(column: ColumnFinding, language: Language) -> dict[str, object]:
    return {
        "heading": column.heading,
        "position": column.position,
        "use": column.use,
        "canonical": column.canonical,
        "mapping": column.mapping,
        "filled": column.filled,
        "valid": column.valid,
        "sample": column.sample,
        "near": None if column.near is None else {"heading": column.near[0], "canonical": column.near[1]},
        "note": None if column.note is None else column.note.in_language(language),
    }
