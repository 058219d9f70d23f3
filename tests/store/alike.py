"""A store beside the exports it was made from: the same records, whatever is asked of either."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from chiso.records.cells import identifier
from chiso.records.dataset import Records
from chiso.records.load import load_records
from chiso.records.quarantine import correction_forms, superseded_rows
from chiso.records.store.importing import Imported
from chiso.run.importing import ImportRequest, import_into

Needed = Mapping[str, Collection[str]] | None


def imported(paths: Sequence[Path], store: Path, **options: Any) -> Imported:
    """Import into a store; a registry may stand among the paths."""
    return import_into(ImportRequest(records=tuple(paths), store=store, **options))


def assert_alike(
    paths: Sequence[Path], store: Path, needed: Needed = None, beside: Needed = None, **options: Any
) -> None:
    """Hold what a store gives against what its exports give: rows, places, fates, faults, notes, forms."""
    from_exports = load_records(paths, needed=needed, beside=beside, **options)
    from_store = load_records([store], needed=needed, beside=beside)
    try:
        assert _told(from_store) == _told(from_exports)
        for name in from_exports.tables:
            assert _rows(from_store, name) == _rows(from_exports, name)
        assert list(superseded_rows(from_store)) == list(superseded_rows(from_exports))
        assert list(correction_forms(from_store)) == list(correction_forms(from_exports))
    finally:
        from_exports.connection.close()
        from_store.connection.close()


def _told(records: Records) -> dict[str, object]:
    return {
        "units": tuple(records.units),
        "files": records.files,
        "reported": records.reported,
        "reported_unreadable": records.reported_unreadable,
        "quarantine": records.quarantine,
        "notes": records.notes,
        "unread": records.unread,
        "tables": {
            name: (table.columns, table.rows_read, table.quarantined, table.superseded, table.typed_columns)
            for name, table in records.tables.items()
        },
    }


def _rows(records: Records, name: str) -> list[tuple[object, ...]]:
    """Return every row with its position; of a unit that no registry knows a store keeps nothing."""
    columns = [column.name for column in records.tables[name].typed_columns]
    of_unit = [column for column in columns if column in ("unit_name", "unit_code")]
    selected = ["rowid", "set_aside", "unread"]
    selected += [identifier(column) for column in columns if column not in of_unit]
    codes = ", ".join(f"'{unit.code}'" for unit in records.units)
    selected += [f"CASE WHEN unit_code IN ({codes}) THEN {column} END" for column in of_unit]
    return records.connection.execute(f"SELECT {', '.join(selected)} FROM {name} ORDER BY rowid").fetchall()
