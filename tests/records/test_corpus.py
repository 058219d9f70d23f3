"""Every file of the corpus: recognised for what it is, its rows read, set aside or told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.corpus import build
from tests.corpus.base import PLANTED, Entry

import chiso
from chiso.records.dataset import Records, SourceFile
from chiso.terms.columns import TABLES, ColumnSpec


@dataclass(frozen=True)
class Loaded:
    """An entry with what chiso made of its file."""

    entry: Entry
    records: Records

    @property
    def files(self) -> list[SourceFile]:
        return [file for file in self.records.files if file.table == self.entry.table]


@pytest.fixture(scope="module", params=build.ENTRIES, ids=lambda entry: entry.name)
def loaded(request: pytest.FixtureRequest, written: Any) -> Iterator[Loaded]:
    entry: Entry = request.param
    records = chiso.load_records(written(entry))
    yield Loaded(entry, records)
    records.connection.close()


def _word(spec: ColumnSpec, value: Any) -> Any:
    return spec.values[value] if spec.kind == "enum" and value is not None else value


def test_the_file_is_recognised(loaded: Loaded) -> None:
    entry = loaded.entry
    sheets = list(entry.sheets)
    expected = {(entry.format, entry.encoding, entry.separator)}
    assert {(file.format, file.encoding, file.separator) for file in loaded.files} == expected
    if sheets:
        assert [file.sheet for file in loaded.files] == sheets


def test_the_rows_that_count_are_these(loaded: Loaded) -> None:
    spec = TABLES[loaded.entry.table]
    columns = sorted({column for row in loaded.entry.expected for column in row})
    rows = loaded.records.connection.execute(
        f"SELECT {', '.join(columns)} FROM {spec.name} WHERE set_aside = 0 ORDER BY rowid"
    ).fetchall()
    found = [
        {name: _word(spec.columns[name], value) for name, value in zip(columns, row, strict=True)}
        for row in rows
    ]
    # An entry need not say every column of every row.
    wanted = [dict(row) for row in loaded.entry.expected]
    found += [{}] * (len(wanted) - len(found))
    shown = [{name: row.get(name) for name in want} for row, want in zip(found, wanted, strict=False)]
    assert shown + found[len(wanted) :] == wanted


def test_rows_in_quarantine_are_named(loaded: Loaded) -> None:
    canonical = {heading: column for file in loaded.files for column, heading in file.columns.items()}
    found = [
        (row.row, row.column and canonical.get(row.column, row.column)) for row in loaded.records.quarantine
    ]
    expected = list(loaded.entry.quarantined)
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_what_is_no_record_is_counted_by_kind(loaded: Loaded) -> None:
    found: Counter[str] = Counter()
    for file in loaded.files:
        found.update(file.not_records)
    expected = dict(loaded.entry.not_records)
    assert {kind: count for kind, count in found.items() if count} == expected


def test_every_row_has_one_fate(loaded: Loaded) -> None:
    entry = loaded.entry
    table = loaded.records.tables[entry.table]
    expected = (entry.rows_read, entry.superseded, len({row for row, _ in entry.quarantined}))
    assert (table.rows_read, table.superseded, table.quarantined) == expected
    assert sum(file.rows_read for file in loaded.files) == table.rows_read
    assert len(entry.expected) == entry.rows_read - table.superseded - table.quarantined


def test_nothing_personal_is_read(loaded: Loaded) -> None:
    records = loaded.records
    cells = records.connection.execute(f"SELECT * FROM {loaded.entry.table}").fetchall()
    everything = str((cells, records.files, records.quarantine, records.notes, records.reported))
    assert [planted for planted in PLANTED if planted in everything] == []


def test_the_corpus_is_the_same_every_time(tmp_path: Path) -> None:
    pytest.importorskip("xlwt", reason="XLS files are written with xlwt")
    assert len({entry.name for entry in build.ENTRIES}) == len(build.ENTRIES) >= 45
    build.write(tmp_path / "first")
    build.write(tmp_path / "second")
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name
