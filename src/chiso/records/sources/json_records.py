"""JSON of the national sync schema: arrays, service bodies and JSON lines; nested lists made flat."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any, BinaryIO

import ijson

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.sources.cell import Cell, Format, RawRow
from chiso.records.sources.container import LONGEST_LINE, Container, damaged, endless_line
from chiso.records.sources.delimited import Utf8Stream, encoding_of
from chiso.records.sources.encoding import is_undecodable, marked_again
from chiso.terms.numbers import number_text

_BLOCK = 1 << 20
# The sync schema nests four deep; a file that nests further is no export.
_DEEPEST = 32
# Possessive: to remember where to go back to in a long text would take a hundred times its size.
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_ALL_BUT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
# No figure of an export is as long. Numbers of thousands of figures end ijson's parser in C, and with it
# the whole process; half of one at the end of a block is still found.
_ENDLESS_NUMBER = re.compile(rb"[0-9]{1000}")
# Far more keys than the sync schema has, and few enough for a row of them.
_MOST_KEYS = 2_000
# So many lines are tried to see whether each holds an object.
_LOOKED_AT = 20
# Pairs of brackets with nothing but values between them, as most records are; many in a row count as one.
_PAIRS = re.compile(rb"(?:\{\}|\[\])++")
_EMPTY = ord(".")
_STEP = {**dict.fromkeys(b"[{", 1), **dict.fromkeys(b"]}", -1), _EMPTY: 0}
_Object = Mapping[str, Any]


@dataclass(frozen=True)
class JsonRecords:
    """The objects of a JSON file, one row each; of JSON lines each line is a row."""

    container: Container
    format: Format
    encoding: str
    headings: tuple[str, ...]
    # Where the objects stand, in ijson's words; None for JSON lines.
    prefix: str | None
    name: str | None = None
    separator: str | None = None
    hidden: bool = False

    def rows(self) -> Iterator[RawRow]:
        """Yield a row for each object or line, its cells in the order of ``headings``."""
        for found in _objects(self.container, self.encoding, self.prefix):
            if isinstance(found, Text):
                yield RawRow(None, found)
            else:
                cells = (found.get(key) for key in self.headings)
                yield RawRow([marked_again(cell) if isinstance(cell, str) else cell for cell in cells])


def open_json(container: Container) -> list[JsonRecords]:
    """Return the records; raises RecordsError for JSON that is damaged, too deep, or has endless numbers."""
    encoding = encoding_of(container)
    _refuse_extremes(container, encoding)
    prefix = _place_of_objects(container, encoding)
    if prefix is not None:
        _refuse_endless_object(container, encoding, prefix)
    keys: dict[str, None] = {}
    # An object may have a key that none before it had.
    for found in _objects(container, encoding, prefix):
        if not isinstance(found, Text):
            keys.update(dict.fromkeys(found))
        if len(keys) > _MOST_KEYS:
            raise RecordsError(_too_many_keys(container))
    form: Format = "jsonl" if prefix is None else "json"
    return [JsonRecords(container, form, encoding, tuple(keys), prefix)]


def _outside_texts(container: Container, encoding: str) -> Iterator[bytes]:
    """Yield, block by block, what stands outside of texts."""
    kept = b""
    with _stream(container, encoding) as stream:
        while block := stream.read(_BLOCK):
            text = kept + block
            # What follows the last quotation mark may be inside a text; it waits for the next block.
            rest = _TEXT.sub(b"", text)
            cut = rest.find(b'"')
            kept = text[text.rfind(b'"') :] if cut >= 0 else b""
            if len(kept) > LONGEST_LINE:
                raise RecordsError(endless_line(container.path))
            yield rest if cut < 0 else rest[:cut]


def _brackets(text: bytes) -> bytes:
    """Return the brackets of ``text``, ``_EMPTY`` for pairs in a row that close as soon as they open."""
    return _PAIRS.sub(b".", text.translate(None, _ALL_BUT_BRACKETS))


def _refuse_extremes(container: Container, encoding: str) -> None:
    """Raise RecordsError for what would choke the parser: deep nests, endless texts and numbers."""
    depth = 0
    for text in _outside_texts(container, encoding):
        if _ENDLESS_NUMBER.search(text):
            raise RecordsError(_endless_number(container))
        for bracket in _brackets(text):
            depth += _STEP[bracket]
            if depth + (bracket == _EMPTY) > _DEEPEST:
                raise RecordsError(_too_deep(container))


def _refuse_endless_object(container: Container, encoding: str, prefix: str) -> None:
    """Raise RecordsError where one object goes on for longer than a line may: it would be held whole."""
    # What stands at "item" lies in one bracket, at "data.item" in two.
    around = len(prefix.split(".")) if prefix else 0
    depth = unbroken = 0
    for text in _outside_texts(container, encoding):
        lowest = depth
        for bracket in _brackets(text):
            depth += _STEP[bracket]
            lowest = min(lowest, depth)
        unbroken = unbroken + len(text) if lowest > around else 0
        if unbroken > LONGEST_LINE:
            raise RecordsError(endless_line(container.path))


def _place_of_objects(container: Container, encoding: str) -> str | None:
    """Return where the objects stand, in ijson's words; None for one object in each line."""
    with _stream(container, encoding) as stream:
        start = stream.read(_BLOCK).lstrip()
    if start.startswith(b"["):
        return "item"
    lines = [line for line in start.splitlines() if line.strip()]
    # A line may be broken, the first among them; of JSON over several lines the first is no object.
    whole = lines and lines[0].rstrip().endswith(b"}")
    parsed = [_parsed(line) for line in lines[:_LOOKED_AT]] if whole else []
    first = next((found for found in parsed if isinstance(found, dict)), None)
    if first is not None and (len(lines) > 1 or _is_record(first)):
        return None
    place = _first_list(container, encoding)
    # A file may hold nothing but one object written over several lines.
    return "" if place is None else place


def _parsed(line: bytes) -> object:
    """Return what a line of JSON says, None for nothing or a line that is none."""
    try:
        found: object = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError, DecimalException):
        return None
    return found


def _is_record(found: _Object) -> bool:
    """Return whether an object is a record itself: a body around records says little of its own."""
    return sum(not isinstance(value, list | dict) for value in found.values()) >= 5


def _first_list(container: Container, encoding: str) -> str | None:
    """Return the place of the first list of objects in a body, such as ``data.item``."""
    before = ""
    try:
        with _stream(container, encoding) as stream:
            for prefix, event, _ in ijson.parse(stream):
                if event == "start_map" and before == "start_array":
                    return str(prefix)
                before = event
    except (ijson.JSONError, ValueError, DecimalException) as error:
        raise RecordsError(damaged(container.path)) from error
    return None


def _stream(container: Container, encoding: str) -> BinaryIO:
    return io.BufferedReader(Utf8Stream(container, encoding), _BLOCK)


def _objects(container: Container, encoding: str, prefix: str | None) -> Iterator[_Object | Text]:
    """Yield each object made flat, or what is wrong with its line."""
    if prefix is None:
        yield from _line_objects(container, encoding)
        return
    try:
        with _stream(container, encoding) as stream:
            for found in ijson.items(stream, prefix):
                yield flattened(found) if isinstance(found, dict) else _NOT_AN_OBJECT
    except (ijson.JSONError, ValueError, DecimalException) as error:
        raise RecordsError(damaged(container.path)) from error


def _line_objects(container: Container, encoding: str) -> Iterator[_Object | Text]:
    with _stream(container, encoding) as stream:
        while line := stream.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise RecordsError(endless_line(container.path))
            if not line.strip():
                yield {}
                continue
            found = _parsed(line)
            if found is None:
                yield Text(vi="dòng không phải JSON hợp lệ", en="the line is not valid JSON")
                continue
            if rb"\ud" in line.lower() and is_undecodable(json.dumps(found, default=str, ensure_ascii=False)):
                yield _HALF_A_LETTER
                continue
            yield flattened(found) if isinstance(found, dict) else _NOT_AN_OBJECT


# A program that counts letters in UTF-16 may cut one of two units in half.
_HALF_A_LETTER = Text(vi="có ký tự Unicode bị cắt đôi", en="has half a Unicode character")
_NOT_AN_OBJECT = Text(vi="không phải một đối tượng JSON", en="is not a JSON object")


def flattened(record: _Object) -> _Object:
    """Return a record without nested lists; what they say together stands under their own names.

    An absent list leaves its keys out; an empty one gives null, for nothing is known of its items.
    """
    flat: dict[str, Cell] = {}
    for key, value in record.items():
        if key in _LISTS:
            items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
            for name, combine in _LISTS[key].items():
                flat[name] = combine([item for item in items if str(item.get("IsDeleted", "0")) != "1"])
        elif isinstance(value, dict):
            flat.update({f"{key}.{inner}": _scalar(item) for inner, item in value.items()})
        elif not isinstance(value, list):
            flat[key] = _scalar(value)
    return flat


def _scalar(value: object) -> Cell:
    return value if isinstance(value, str | bool | int | float | Decimal) or value is None else ""


def _texts(items: Sequence[_Object], key: str) -> list[str]:
    return [text for item in items if (text := str(item.get(key) or "").strip())]


def _any(key: str) -> Callable[[Sequence[_Object]], Cell]:
    def combine(items: Sequence[_Object]) -> Cell:
        words = {str(item[key]).strip().lower() for item in items if item.get(key) not in (None, "")}
        return "1" if words & {"1", "true"} else ("0" if words else None)

    return combine


def _largest(key: str) -> Callable[[Sequence[_Object]], Cell]:
    def combine(items: Sequence[_Object]) -> Cell:
        numbers = [int(text) for text in _texts(items, key) if re.fullmatch("[0-9]{1,12}", text)]
        return str(max(numbers)) if numbers else None

    return combine


def _sum(key: str) -> Callable[[Sequence[_Object]], Cell]:
    def combine(items: Sequence[_Object]) -> Cell:
        texts = [str(item.get(key)).strip() for item in items if item.get(key) not in (None, "")]
        # One amount that cannot be read leaves the sum unknown; the loader then says so.
        if not all(re.fullmatch(r"\d{1,12}(\.0+)?", text) for text in texts):
            return texts[0] if len(texts) == 1 else "?"
        return str(sum(int(text.partition(".")[0]) for text in texts)) if texts else None

    return combine


def _joined(key: str) -> Callable[[Sequence[_Object]], Cell]:
    return lambda items: ";".join(dict.fromkeys(_texts(items, key))) or None


def _first(key: str) -> Callable[[Sequence[_Object]], Cell]:
    return lambda items: next(iter(_texts(items, key)), None)


def _earliest(key: str) -> Callable[[Sequence[_Object]], Cell]:
    return lambda items: min(_texts(items, key), default=None)


def _latest(key: str) -> Callable[[Sequence[_Object]], Cell]:
    return lambda items: max(_texts(items, key), default=None)


def _number(items: Sequence[_Object]) -> Cell:
    return str(len(items))


_LISTS: Mapping[str, Mapping[str, Callable[[Sequence[_Object]], Cell]]] = {
    "TaiLieuNop": {
        "DuongDanTaiTepTin": _first("DuongDanTaiTepTin"),
        "DuocSoHoa": _any("DuocSoHoa"),
        "DuocTaiSuDung": _largest("DuocTaiSuDung"),
        "DuocLayTuKhoDMQG": _any("DuocLayTuKhoDMQG"),
    },
    "DanhSachLePhi": {"LePhi": _sum("Gia")},
    "DanhSachGiayToKetQua": {
        "MaGiayToKetQua": _first("MaGiayToKetQua"),
        "DuongDanTepTinKetQua": _first("DuongDanTepTinKetQua"),
    },
    "DSKetNoiCSDL": {"MaCSDL": _joined("MaCSDL")},
    # The sync schema's dates sort as text.
    "DanhSachHoSoBoSung": {
        "SoLanBoSung": _number,
        "NgayBoSung": _earliest("NgayBoSung"),
        "NgayTiepNhanBoSung": _latest("NgayTiepNhanBoSung"),
    },
}


def _too_deep(container: Container) -> Problem:
    return Problem(
        Text(
            vi=f"JSON lồng sâu hơn {_DEEPEST} tầng, không đọc",
            en=f"The JSON nests deeper than {_DEEPEST} levels; it is not read",
        ),
        Place(str(container.path)),
        Text(vi="Kiểm tra lại tệp xuất", en="Look at the export again"),
    )


def _endless_number(container: Container) -> Problem:
    return Problem(
        Text(
            vi="JSON có một số dài hơn 1.000 chữ số, không đọc",
            en="The JSON has a number of more than 1,000 figures; it is not read",
        ),
        Place(str(container.path)),
        Text(vi="Kiểm tra lại tệp xuất", en="Look at the export again"),
    )


def _too_many_keys(container: Container) -> Problem:
    return Problem(
        Text(
            vi=f"Các đối tượng JSON có hơn {number_text(_MOST_KEYS, 'vi')} khóa khác nhau, không đọc",
            en=f"The JSON objects have more than {number_text(_MOST_KEYS, 'en')} different keys; it is not "
            f"read",
        ),
        Place(str(container.path)),
        Text(vi="Kiểm tra lại tệp xuất", en="Look at the export again"),
    )
