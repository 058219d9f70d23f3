"""The frame of an XLS file, looked at before calamine follows it.

An XLS file keeps its streams in chains of sectors. calamine follows a chain that leads back to itself
until the memory is gone, and believes every length it is told; a want of memory ends the process.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

_HEADER = 512
_NUMBERS_IN_HEADER = 109
_LAST_SECTOR = 0xFFFFFFFA
_DIRECTORY_ENTRY = 128


def is_sound(content: bytes) -> bool:
    """Return whether no chain of sectors is a circle, and no length is beyond the file's own."""
    try:
        return _is_sound(content)
    except (struct.error, IndexError, ValueError):
        return False


def _is_sound(content: bytes) -> bool:
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in (9, 12):
        return False
    size = 1 << shift
    directories, tables, first_directory = struct.unpack_from("<3I", content, 40)
    first_mini, minis, first_list = struct.unpack_from("<3I", content, 60)
    if max(directories, tables, minis) * size > len(content):
        return False

    def numbers(sector: int) -> Sequence[int]:
        # The header takes up a whole sector in the newer form.
        return struct.unpack_from(f"<{size // 4}I", content, max(size, _HEADER) + sector * size)

    of_tables = list(struct.unpack_from(f"<{_NUMBERS_IN_HEADER}I", content, 76))
    seen: set[int] = set()
    while first_list < _LAST_SECTOR:
        if first_list in seen:
            return False
        seen.add(first_list)
        *more, first_list = numbers(first_list)
        of_tables.extend(more)
    chains = [number for sector in of_tables if sector < _LAST_SECTOR for number in numbers(sector)]
    if _has_circle(chains):
        return False
    mini = [number for sector in _chain(chains, first_mini) for number in numbers(sector)]
    return not _has_circle(mini) and all(
        length <= len(content)
        for sector in _chain(chains, first_directory)
        for length in _lengths(content, max(size, _HEADER) + sector * size, size)
    )


def _chain(chains: Sequence[int], sector: int) -> Iterator[int]:
    while sector < _LAST_SECTOR:
        yield sector
        sector = chains[sector]


def _lengths(content: bytes, start: int, size: int) -> Iterator[int]:
    """Yield the length of every stream that a sector of the directory names."""
    for entry in range(start, start + size, _DIRECTORY_ENTRY):
        kind = content[entry + 66]
        if kind:
            # The older form uses the lower half alone, and leaves anything in the upper one.
            yield struct.unpack_from("<I" if size == _HEADER else "<Q", content, entry + 120)[0]


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
