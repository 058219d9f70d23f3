"""The frame of an XLS file, looked at before calamine follows it.

An XLS file keeps its streams in chains of sectors. calamine follows a chain that leads back to itself
until the memory is gone, believes every length it is told, and lays out every column up to the last
cell's; a want of memory ends the process.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HEADER = 512
_NUMBERS_IN_HEADER = 109
_LAST_SECTOR = 0xFFFFFFFA
_DIRECTORY_ENTRY = 128
_MINI_SECTOR = 64
_SHORTEST_STREAM = 4_096
_ROOT = 5
# The records that hold cells; of the last two each holds a run of them, and ends with the last one's column.
_CELLS = frozenset((0x0006, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E))
_RUNS_OF_CELLS = frozenset((0x00BD, 0x00BE))
_PASSWORD = 0x002F
_COLUMNS = 256


def is_sound(content: bytes) -> bool:
    """Return whether every chain ends, no length is beyond the file's, no cell beyond the last column."""
    try:
        return _is_sound(content)
    except (struct.error, IndexError):
        return False


@dataclass(frozen=True)
class _Entry:
    """A stream in the directory."""

    name: str
    kind: int
    first: int
    length: int


def _is_sound(content: bytes) -> bool:
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in (9, 12):
        return False
    size = 1 << shift
    directories, tables, first_directory = struct.unpack_from("<3I", content, 40)
    first_mini, minis, first_list = struct.unpack_from("<3I", content, 60)
    if max(directories, tables, minis) * size > len(content):
        return False

    def sector(number: int) -> bytes:
        # The header takes up a whole sector in the newer form.
        start = max(size, _HEADER) + number * size
        return content[start : start + size]

    def numbers(number: int) -> Sequence[int]:
        return struct.unpack(f"<{size // 4}I", sector(number))

    of_tables = list(struct.unpack_from(f"<{_NUMBERS_IN_HEADER}I", content, 76))
    seen: set[int] = set()
    while first_list < _LAST_SECTOR:
        if first_list in seen:
            return False
        seen.add(first_list)
        *more, first_list = numbers(first_list)
        of_tables.extend(more)
    chains = [number for table in of_tables if table < _LAST_SECTOR for number in numbers(table)]
    if _has_circle(chains):
        return False
    mini_chains = [number for table in _chain(chains, first_mini) for number in numbers(table)]
    directory = b"".join(map(sector, _chain(chains, first_directory)))
    entries = list(_entries(directory, size))
    if _has_circle(mini_chains) or any(entry.length > len(content) for entry in entries):
        return False
    for entry in entries:
        if entry.name not in ("Workbook", "Book"):
            continue
        if entry.length >= _SHORTEST_STREAM:
            stream = b"".join(map(sector, _chain(chains, entry.first)))
        else:
            root = next((other.first for other in entries if other.kind == _ROOT), _LAST_SECTOR)
            small = b"".join(map(sector, _chain(chains, root)))
            places = [number * _MINI_SECTOR for number in _chain(mini_chains, entry.first)]
            stream = b"".join(small[place : place + _MINI_SECTOR] for place in places)
        if not _ends_at_last_column(stream):
            return False
    return True


def _chain(chains: Sequence[int], sector: int) -> Iterator[int]:
    while sector < _LAST_SECTOR:
        yield sector
        sector = chains[sector]


def _entries(directory: bytes, size: int) -> Iterator[_Entry]:
    for place in range(0, len(directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        named, kind = struct.unpack_from("<HB", directory, place + 64)
        if kind:
            # The older form uses the lower half of a length alone, and leaves anything in the upper one.
            first, length = struct.unpack_from("<II" if size == _HEADER else "<IQ", directory, place + 116)
            name = directory[place : place + min(named, 64)].decode("utf-16-le", "replace").rstrip("\0")
            yield _Entry(name, kind, first, length)


def _has_circle(chains: Sequence[int]) -> bool:
    walked: dict[int, int] = {}
    for start in range(len(chains)):
        sector = start
        while sector < len(chains) and sector not in walked:
            walked[sector] = start
            sector = chains[sector]
            if walked.get(sector) == start:
                return True
    return False


def _ends_at_last_column(stream: bytes) -> bool:
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        place += 4 + length
        if kind == _PASSWORD:
            # What follows is encrypted; calamine asks for the password.
            return True
        if kind in _CELLS and place <= len(stream) and length >= 4:
            (column,) = struct.unpack_from("<H", stream, place - length + 2)
        elif kind in _RUNS_OF_CELLS and place <= len(stream) and length >= 6:
            column = max(
                *struct.unpack_from("<H", stream, place - length + 2),
                *struct.unpack_from("<H", stream, place - 2),
            )
        else:
            continue
        if column >= _COLUMNS:
            return False
    return True
