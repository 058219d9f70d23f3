"""A workbook's numbers and dates → the text that the typing of cells expects, exactly or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta
from decimal import Decimal

from chiso.errors import Text
from chiso.records.sources.cell import Cell
from chiso.records.sources.encoding import is_undecodable
from chiso.terms.columns import ColumnSpec

# A spreadsheet keeps fifteen figures of a number; a longer code has lost its end.
_EXACT = 10**15
_BEYOND = 10**18
_CODES = frozenset({"text", "unit", "officer", "presence"})

LOST_DIGITS = Text(
    vi="mã bị lưu thành số nên mất chữ số; định dạng cột là văn bản rồi xuất lại",
    en="a code was stored as a number and lost digits; format the column as text and export again",
)
DATE_FOR_CODE = Text(
    vi="mã bị lưu thành ngày; định dạng cột là văn bản rồi xuất lại",
    en="a code was stored as a date; format the column as text and export again",
)


@dataclass(frozen=True, slots=True)
class Textual:
    """The text of a cell; ``recovered`` where a number stood for a code and the code is sure."""

    text: str | None
    fault: Text | None = None
    recovered: bool = False


def lost_byte(encoding: str) -> Text:
    """Return the fault of a cell in which a byte could not be decoded."""
    name = encoding.upper()
    return Text(vi=f"có byte không phải {name}", en=f"a byte is not {name}")


def textual(cell: Cell, column: ColumnSpec, encoding: str | None = None) -> Textual:
    """Return the text that stands for ``cell`` in ``column``; ``encoding`` is that of a text file."""
    match cell:
        case str() if is_undecodable(cell):
            return Textual(None, lost_byte(encoding or "Unicode"))
        case None | str():
            return Textual(cell)
        case bool():
            return Textual("1" if cell else "0")
        case datetime():
            if column.kind in _CODES and column.kind != "presence":
                return Textual(None, DATE_FOR_CODE)
            return Textual(_to_seconds(cell).isoformat(sep=" "))
        case date():
            if column.kind in _CODES and column.kind != "presence":
                return Textual(None, DATE_FOR_CODE)
            return Textual(cell.isoformat())
        case time() | timedelta():
            return Textual(str(cell))
        case _:
            return _code(cell, column) if column.kind in _CODES else Textual(_plain(cell))


def _to_seconds(moment: datetime) -> datetime:
    # A serial is a fraction of a day; its last figure makes 13:59:59.999999 of 14:00:00.
    if moment.microsecond >= 500_000 and moment.year < MAXYEAR:
        moment += timedelta(seconds=1)
    return moment.replace(microsecond=0)


def _plain(number: float | Decimal) -> str:
    """Return a number as its reader would write it: whole ones without a point."""
    if isinstance(number, Decimal) and not number.is_finite():
        return str(number)
    # No amount, count or serial is near this; written out, 1e999999999 would fill all memory.
    if not -_BEYOND < number < _BEYOND:
        return str(number)
    return str(int(number)) if number == int(number) else format(Decimal(repr(float(number))), "f")


def _code(number: float | Decimal, column: ColumnSpec) -> Textual:
    if not 0 <= number < _EXACT:
        return Textual(None, LOST_DIGITS)
    if column.decimals is not None:
        # 1.0 may have been 1.000000 or the number one: nobody can tell.
        if number == int(number):
            return Textual(None, LOST_DIGITS)
        text = f"{Decimal(repr(float(number))):.{column.decimals}f}"
        exact = abs(Decimal(text) - Decimal(repr(float(number)))) < Decimal("1e-9")
        return Textual(text, recovered=True) if exact else Textual(None, LOST_DIGITS)
    if number == int(number):
        return Textual(str(int(number)), recovered=True)
    return Textual(None, LOST_DIGITS)
