"""What an import did, for people and for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from chiso.errors import Language, Text, plural
from chiso.records.store.importing import Imported
from chiso.records.store.manifest import Manifest
from chiso.terms.numbers import number_text

SCHEMA_VERSION = "1.0"


def import_text(imported: Imported, store: Path, language: Language) -> str:
    """Return what an import did: the files by what became of them, the rows of every table by kind."""
    return "".join(f"{line.in_language(language)}\n" for line in _lines(imported, store, language))


def import_json(imported: Imported, store: Path, language: Language) -> str:
    """Return the same for machines."""
    manifest = imported.manifest
    data = {
        "schema_version": SCHEMA_VERSION,
        "store": str(store),
        "generation": manifest.generation,
        "files": {
            "read": list(imported.read),
            "unchanged": list(imported.unchanged),
            "kept": list(imported.kept),
            "vanished": list(imported.vanished),
            "pruned": list(imported.pruned),
        },
        "read_anew": None if imported.anew is None else imported.anew.in_language(language),
        "tables": [
            {
                "table": name,
                "rows_read": _rows_read(manifest, name),
                "newest": table.rows("newest"),
                "older": table.rows("older"),
                "apart": table.rows("apart"),
                "pieces": len(table.pieces),
                "faults": [
                    {"column": column, "reason": reason.in_language(language), "rows": rows}
                    for (column, reason), rows in _faults(manifest, name)
                ],
            }
            for name, table in manifest.tables.items()
        ],
        "notes": [line.in_language(language) for line in _notes(imported)],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _lines(imported: Imported, store: Path, language: Language) -> Iterator[Text]:
    manifest = imported.manifest
    counts = [
        (len(imported.read), "đã đọc", "read"),
        (len(imported.unchanged), "không đổi, không đọc lại", "unchanged, not read again"),
        (len(imported.kept), "không đưa vào lần này, giữ nguyên", "not given this time, kept"),
        (
            len(imported.vanished),
            "không còn trên đĩa, hồ sơ vẫn giữ",
            "gone from the disk, their records kept",
        ),
        (
            len(imported.pruned),
            "không còn trên đĩa, đã bỏ hồ sơ",
            "gone from the disk, their records taken out",
        ),
    ]
    told = [(count, vi, en) for count, vi, en in counts if count]
    yield Text(
        f"{store}: " + "; ".join(f"{number_text(count, 'vi')} tệp {vi}" for count, vi, _ in told),
        f"{store}: "
        + "; ".join(
            f"{number_text(count, 'en')} {plural(count, 'file', 'files')} {en}" for count, _, en in told
        ),
    )
    if imported.anew is not None:
        yield imported.anew
    for name in imported.vanished:
        yield Text(
            f"  {name}: không còn; --prune để bỏ hồ sơ của nó",
            f"  {name}: gone; --prune takes its records out",
        )
    for name, table in manifest.tables.items():
        rows = _rows_read(manifest, name)
        newest, older, apart = (
            number_text(table.rows(kind), language) for kind in ("newest", "older", "apart")
        )
        yield Text(
            f"{name}: {number_text(rows, language)} dòng = mới nhất {newest} + trạng thái cũ {older} "
            f"+ để riêng {apart}",
            f"{name}: {number_text(rows, language)} {plural(rows, 'row', 'rows')} = newest {newest} "
            f"+ older states {older} + set apart {apart}",
        )
        for (column, reason), count in _faults(manifest, name):
            at = "" if column is None else f"{column}: "
            yield Text(
                f"  {number_text(count, 'vi')} × {at}{reason.vi}",
                f"  {number_text(count, 'en')} × {at}{reason.en}",
            )
    for note in _notes(imported):
        yield Text(f"· {note.vi}", f"· {note.en}")


def _rows_read(manifest: Manifest, table: str) -> int:
    return sum(source.file.rows_read for source in manifest.of_table(table))


def _faults(manifest: Manifest, table: str) -> list[tuple[tuple[str | None, Text], int]]:
    counted: Counter[tuple[str | None, Text]] = Counter()
    for source in manifest.of_table(table):
        for fault in source.faults:
            counted[fault.column, fault.reason] += fault.rows
    return counted.most_common()


def _notes(imported: Imported) -> Iterator[Text]:
    """Yield what is said of the store, and of the files that were read now."""
    manifest = imported.manifest
    problems = [remark.problem for remark in manifest.remarks]
    for file in manifest.files:
        if file.given in imported.read:
            for source in file.sources:
                problems += [note.problem for note in (*source.notes, *source.personal)]
    for problem in problems:
        yield Text(problem.in_language("vi"), problem.in_language("en"))
