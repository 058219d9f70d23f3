"""A file's bytes, unpacked where it is packed; archives that would swell beyond reason are refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, cast

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.terms.numbers import number_text

Packing = Literal["gzip", "zip"] | None

_BLOCK = 1 << 20
# A line of more bytes than this is no line of an export; it would fill the memory of a small PC.
LONGEST_LINE = 16 << 20
# Text packs five- to fiftyfold; a bomb packs a thousandfold. Small files may do as they like.
_LARGEST_RATIO = 200
_ALWAYS_ALLOWED = 64 << 20
_LARGEST_UNPACKED = 64 << 30
GZIP_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
# What Python raises for archives that are damaged, cut, locked or packed in a way it does not know.
ARCHIVE_FAULTS = (
    *(OSError, EOFError, ValueError, KeyError, RuntimeError, OverflowError, struct.error),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)
# What is not read as a stream must fit into memory.
_LARGEST_IN_MEMORY = 1 << 30
_OFFICE_ENTRIES = ("[Content_Types].xml", "mimetype", "content.xml", "xl/workbook.xml")


@dataclass(frozen=True)
class Container:
    """A file on disk and how its content is packed; ``entry`` is the one file inside a ZIP."""

    path: Path
    packing: Packing
    entry: str | None = None
    # Told how many bytes of the content were read.
    watch: Callable[[int], None] | None = field(default=None, compare=False)

    def open(self) -> BinaryIO:
        """Return the content's bytes from the start; raises RecordsError where a bomb swells."""
        if self.packing is None:
            stream = self.path.open("rb")
            return stream if self.watch is None else io.BufferedReader(_Watched(stream, self.watch), _BLOCK)
        size = self.path.stat().st_size
        if self.packing == "gzip":
            return self._buffered(_Unpacked(cast(BinaryIO, gzip.open(self.path, "rb")), size, self.path))
        assert self.entry is not None
        try:
            archive = zipfile.ZipFile(self.path)
            entry = cast(BinaryIO, archive.open(self.entry))
        except ARCHIVE_FAULTS as error:
            raise RecordsError(damaged(self.path)) from error
        return self._buffered(_Unpacked(entry, size, self.path, archive.close))

    def seekable(self) -> BinaryIO:
        """Return the content's bytes as a stream that can go back and forth, in memory where packed."""
        if self.packing is None:
            return self.path.open("rb")
        with self.open() as stream:
            content = stream.read(_LARGEST_IN_MEMORY + 1)
        if len(content) > _LARGEST_IN_MEMORY:
            raise RecordsError(_bomb(self.path))
        return io.BytesIO(content)

    def _buffered(self, unpacked: _Unpacked) -> BinaryIO:
        return io.BufferedReader(unpacked, _BLOCK)


class _Watched(io.RawIOBase):
    """A file's bytes, told as they are read."""

    def __init__(self, stream: BinaryIO, watch: Callable[[int], None]) -> None:
        self._stream = stream
        self._watch = watch

    def readable(self) -> bool:
        """Return true: it is there to be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill ``buffer`` and tell by how much."""
        view = memoryview(cast(bytearray, buffer)).cast("B")
        block = self._stream.read(len(view))
        view[: len(block)] = block
        self._watch(len(block))
        return len(block)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()


class _Unpacked(io.RawIOBase):
    """The unpacked bytes, counted as they come."""

    def __init__(
        self, stream: BinaryIO, packed_size: int, path: Path, close: Callable[[], None] | None = None
    ) -> None:
        self._stream = stream
        self._left = unpacked_limit(packed_size)
        self._path = path
        self._close = close

    def readable(self) -> bool:
        """Return true: it is there to be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill ``buffer``; raises RecordsError where the archive is damaged or swells beyond reason."""
        view = memoryview(cast(bytearray, buffer)).cast("B")
        try:
            block = self._stream.read(len(view))
        except ARCHIVE_FAULTS as error:
            raise RecordsError(damaged(self._path)) from error
        self._left -= len(block)
        if self._left < 0:
            raise RecordsError(_bomb(self._path))
        view[: len(block)] = block
        return len(block)

    def close(self) -> None:
        """Close the archive with its content."""
        self._stream.close()
        if self._close is not None:
            self._close()
        super().close()


def unpacked_limit(packed_size: int) -> int:
    """Return how many bytes a packed file of this size may hold."""
    return min(max(_ALWAYS_ALLOWED, packed_size * _LARGEST_RATIO), _LARGEST_UNPACKED)


def open_container(path: Path) -> Container:
    """Return how ``path`` is packed; raises RecordsError for what cannot be read or is a bomb."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        message = Text(vi="Không đọc được tệp", en="Cannot read the file")
        raise RecordsError(Problem(message, Place(str(path)))) from error
    if start[:2] == GZIP_MAGIC:
        return Container(path, "gzip")
    if start != ZIP_MAGIC:
        return Container(path, None)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            refuse_bomb(archive, path)
    except ARCHIVE_FAULTS as error:
        raise RecordsError(damaged(path)) from error
    if any(entry.filename in _OFFICE_ENTRIES for entry in entries):
        # A workbook is a ZIP itself; its reader unpacks it.
        return Container(path, None)
    if len(entries) != 1:
        raise RecordsError(
            Problem(
                Text(
                    vi=f"Tệp nén có {number_text(len(entries), 'vi')} tệp, chỉ đọc tệp nén có đúng một tệp",
                    en=f"The archive holds {number_text(len(entries), 'en')} files; it is read only with "
                    f"exactly one",
                ),
                Place(str(path)),
                Text(vi="Giải nén vào một thư mục", en="Unpack it into a folder"),
            )
        )
    if entries[0].flag_bits & 1:
        raise RecordsError(locked(path))
    return Container(path, "zip", entries[0].filename)


def refuse_bomb(archive: zipfile.ZipFile, path: Path) -> None:
    """Raise RecordsError where the entries of an archive in the file ``path`` unpack to far too much."""
    if sum(entry.file_size for entry in archive.infolist()) > unpacked_limit(path.stat().st_size):
        raise RecordsError(_bomb(path))


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes as they lie on disk."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def endless_line(path: Path) -> Problem:
    """Return the fault of a file with a line that does not end."""
    return Problem(
        Text(vi="Có dòng dài hơn 16 triệu ký tự", en="A line is longer than 16 million letters"),
        Place(str(path)),
        Text(vi="Kiểm tra lại tệp xuất", en="Look at the export again"),
    )


def damaged(path: Path) -> Problem:
    """Return the fault of a file that cannot be unpacked or parsed."""
    return Problem(
        Text(vi="Tệp bị hỏng, không mở được", en="The file is damaged and cannot be opened"),
        Place(str(path)),
        Text(vi="Xuất hoặc tải lại tệp", en="Export or download it again"),
    )


def locked(path: Path) -> Problem:
    """Return the fault of a file that needs a password."""
    return Problem(
        Text(vi="Tệp có mật khẩu", en="The file needs a password"),
        Place(str(path)),
        Text(vi="Lưu lại không đặt mật khẩu", en="Save it without one"),
    )


def _bomb(path: Path) -> Problem:
    return Problem(
        Text(
            vi="Tệp nén phình to bất thường khi giải nén, không đọc",
            en="The archive swells beyond reason when unpacked; it is not read",
        ),
        Place(str(path)),
        Text(vi="Giải nén và kiểm tra tệp trước", en="Unpack and inspect it first"),
    )
