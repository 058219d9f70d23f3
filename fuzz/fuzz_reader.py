"""Whatever bytes lie in a folder of records, they are read or refused in words; see docs/fuzzing.md."""

from __future__ import annotations

import gzip
import importlib
import io
import os
import pkgutil
import random
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["chiso"]):
    import chiso
    import chiso.records
    import chiso.records.sources

    for package in (chiso.records, chiso.records.sources):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)

from chiso.records.dataset import Records
from chiso.records.mapping import shipped_spelling
from chiso.records.table_file import open_tables, rows_of
from outcome import assert_told, assert_words

# DuckDB's start is a hundred times as slow as the layers above it, so only every so many inputs that
# hold a table are loaded whole; CHISO_FUZZ_LOAD=1 loads each, as a finding should be tried again.
_LOADED_ONE_IN = int(os.environ.get("CHISO_FUZZ_LOAD", "16"))
_UNITS = """\
unit_code,unit_name,level,parent_code
P,Tỉnh Phú An,province,
C1,Xã Một,commune,P
C2,Xã Hai,commune,P
C3,Xã Hòa Thủy,commune,P
"""
_FOLDER = Path(tempfile.mkdtemp(prefix="chiso-fuzz-"))
_PATH = _FOLDER / "input.csv"
_MOST_UNPACKED = 1 << 20
# A sheet may be a million rows long in a few bytes; loading takes a time in proportion, and finds nothing.
_MOST_ROWS_LOADED = 100_000


def one_input(data: bytes) -> None:
    """Read one file; anything but rows or a ChisoError that says what is wrong is a finding."""
    _PATH.write_bytes(data)
    try:
        tables = open_tables(_PATH, shipped_spelling())
        rows = 0
        for table in tables:
            for row in rows_of(table):
                rows += 1
                assert row.cells is None or len(row.cells) == table.width
                if row.fault is not None:
                    assert_words(row.fault)
    except chiso.ChisoError as error:
        assert_told(error.problems)
        return
    if rows <= _MOST_ROWS_LOADED and zlib.crc32(data) % _LOADED_ONE_IN == 0:
        load()


def load() -> None:
    """Load the folder as a user would, and demand that every row is accounted for."""
    try:
        records = chiso.load_records([_FOLDER])
    except chiso.ChisoError as error:
        assert_told(error.problems)
        return
    try:
        assert_whole(records)
    finally:
        records.connection.close()


def assert_whole(records: Records) -> None:
    """Demand that no row is lost, and that each one set aside is named."""
    for name, table in records.tables.items():
        found = records.connection.execute(f"SELECT count(*) FROM {name} WHERE set_aside = 0").fetchone()
        assert found is not None
        assert table.rows_read == found[0] + table.quarantined + table.superseded, name
    for row in records.quarantine:
        assert row.file and row.row >= 1
        assert_words(row.reason)
    if records.notes:
        assert_told(records.notes)


def mutated(data: bytes, max_size: int, seed: int) -> bytes:
    """Return a neighbour of ``data``: of what is packed mostly the content, which no flipped bit reaches."""
    chance = random.Random(seed)
    if chance.random() < 0.8:
        try:
            if data.startswith(b"PK\x03\x04"):
                return _mutated_archive(data, max_size, chance)
            if data.startswith(b"\x1f\x8b"):
                unpacked = gzip.GzipFile(fileobj=io.BytesIO(data)).read(_MOST_UNPACKED)
                return gzip.compress(atheris.Mutate(unpacked, max_size), 1, mtime=0)[:max_size]
        except Exception:  # whatever a broken archive does here, its bytes can still be changed
            pass
    return bytes(atheris.Mutate(data, max_size))


def _mutated_archive(data: bytes, max_size: int, chance: random.Random) -> bytes:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as changed,
    ):
        entries = archive.infolist()
        chosen = chance.randrange(len(entries))
        for number, entry in enumerate(entries):
            with archive.open(entry) as stream:
                content = stream.read(_MOST_UNPACKED)
            if number == chosen:
                content = atheris.Mutate(content, max_size)
            changed.writestr(entry.filename, content)
    whole = packed.getvalue()
    return whole if len(whole) <= max_size else data


if __name__ == "__main__":
    (_FOLDER / "units.csv").write_text(_UNITS, encoding="utf-8")
    atheris.Setup(sys.argv, one_input, custom_mutator=mutated)
    atheris.Fuzz()
