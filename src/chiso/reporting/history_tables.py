"""Runs of a history → tables and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from chiso.errors import Language, Text
from chiso.history.store import RunEntry
from chiso.reporting.several import stacked
from chiso.reporting.tables import LABELS, Column, ReportTable, day_text, plain_value, score_table, table_of
from chiso.scoring.scoreboard import Scoreboard

SCHEMA_VERSION = "1.0"
_LABELS: Mapping[str, Text] = {
    **LABELS,
    "run": Text(vi="Lần", en="Run"),
    "series": Text(vi="Chuỗi", en="Series"),
    "catalogue": Text(vi="Bộ chỉ số", en="Catalogue"),
    "revision": Text(vi="Sửa", en="Revision"),
    "current": Text(vi="Hiện hành", en="Current"),
    "as_of": Text(vi="Tính đến", en="As of"),
    "provisional": Text(vi="Tạm tính", en="Provisional"),
    "edition": Text(vi="Phiên bản", en="Edition"),
    "units": Text(vi="Đơn vị", en="Units"),
    "recorded_at": Text(vi="Ghi lúc", en="Kept at"),
    "chiso_version": Text(vi="Bản chiso", en="chiso"),
    "catalogue_sha256": Text(vi="Mã băm bộ chỉ số", en="Catalogue SHA-256"),
    "content_sha256": Text(vi="Mã băm nội dung", en="Content SHA-256"),
}
_COLUMNS = (
    *(
        "run",
        "series",
        "catalogue",
        "period",
        "revision",
        "current",
        "as_of",
        "provisional",
        "edition",
        "units",
    ),
    *("recorded_at", "chiso_version", "catalogue_sha256", "content_sha256"),
)
_SHOWN = ("run", "series", "kept", "revision", "as_of", "edition", "units", "recorded_at")
_INTEGERS = ("run", "revision", "units")


def _of_integers(table: ReportTable) -> ReportTable:
    columns = tuple(
        replace(column, kind="integer") if column.name in _INTEGERS else column for column in table.columns
    )
    return replace(table, columns=columns)


def runs_table(runs: Sequence[RunEntry], language: Language) -> ReportTable:
    """Return one row per run, in the order they were kept, as scripts read them."""
    return _of_integers(table_of([_row(entry) for entry in runs], _COLUMNS, language, _LABELS))


def runs_shown(runs: Sequence[RunEntry], language: Language) -> ReportTable:
    """Return the runs as people read them: days as they write them, what was replaced marked."""
    kept = Text(vi="Kỳ", en="Period")
    rows = []
    for entry in runs:
        marks = [
            *([Text("tạm tính", "provisional")] if entry.provisional else []),
            *([] if entry.current else [Text("đã thay", "replaced")]),
        ]
        period = entry.period + "".join(f", {mark.in_language(language)}" for mark in marks)
        rows.append(
            {
                **_row(entry),
                "kept": period,
                "as_of": day_text(entry.as_of, language),
                "recorded_at": f"{day_text(entry.recorded_at.date(), language)} {entry.recorded_at:%H:%M}",
            }
        )
    return _of_integers(table_of(rows, _SHOWN, language, {**_LABELS, "kept": kept}))


def _row(entry: RunEntry) -> dict[str, object]:
    return {
        "run": entry.number,
        "series": entry.series,
        "catalogue": entry.catalogue,
        "period": entry.period,
        "revision": entry.revision,
        "current": "true" if entry.current else "false",
        "as_of": entry.as_of.isoformat(),
        "provisional": "true" if entry.provisional else "false",
        "edition": entry.edition,
        "units": entry.units,
        "recorded_at": entry.recorded_at.isoformat(timespec="seconds"),
        "chiso_version": entry.chiso_version,
        "catalogue_sha256": entry.catalogue_sha256,
        "content_sha256": entry.content_sha256,
    }


def runs_json(runs: Sequence[RunEntry]) -> str:
    """Return the runs as docs/schemas/history.schema.json has it."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "runs": [
            {**_row(entry), "current": entry.current, "provisional": entry.provisional} for entry in runs
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def export_table(boards: Sequence[tuple[RunEntry, Scoreboard]], language: Language) -> ReportTable:
    """Return one row per run, unit and index: which run it is of, then the columns of ``score``."""
    tables = []
    for entry, board in boards:
        table = score_table(board, "index", language)
        names = ("run", "series", "revision", "as_of")
        values = _row(entry)
        columns = tuple(
            Column(name, "integer" if name in _INTEGERS else "text", _LABELS[name]) for name in names
        )
        own = tuple(plain_value(values[name], language) for name in names)
        tables.append(ReportTable((*columns, *table.columns), tuple((*own, *row) for row in table.rows)))
    return replace(stacked(tables, [Text("", "")] * len(tables)), headings={})
