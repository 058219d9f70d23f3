"""Paragraphs and tables as WordprocessingML: text built at once, since cell by cell is slow on long lists.

Lengths are twips (a twentieth of a point; 567 to a centimetre), sizes of letters are points.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal
from xml.sax.saxutils import escape

FONT = "Times New Roman"
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# What no XML may hold; a name from an export may.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Align = Literal["left", "center", "right", "both"]


@dataclass(frozen=True)
class Look:
    """How a paragraph looks. ``line`` is 240 for single spacing; ``level`` that of a heading."""

    size: int = 14
    bold: bool = False
    italic: bool = False
    align: Align = "left"
    first: int = 0
    left: int = 0
    right: int = 0
    hanging: int = 0
    before: int = 0
    after: int = 0
    line: int = 240
    keep_next: bool = False
    level: int | None = None


@dataclass(frozen=True)
class Grid:
    """A table: widths and alignments of its columns, its headings, and rows of texts.

    A row that is a text alone goes over all columns, in bold. The headings stand on every page, and no row is
    broken by a page's end.
    """

    widths: Sequence[int]
    aligns: Sequence[Align]
    heads: Sequence[str]
    rows: Iterable[Sequence[str] | str]
    size: int = 12


def text_of(text: str) -> str:
    """Return a text as XML holds it: composed, escaped, without letters that no XML may hold."""
    return escape(_NOT_XML.sub("", unicodedata.normalize("NFC", text)))


def paragraph(text: str, look: Look) -> str:
    """Return a paragraph; a line break in the text is one on paper."""
    begin, run, end = _frame(look)
    return begin + run + text_of(text).replace("\n", "</w:t><w:br/>" + _TEXT) + end


def field(code: str, look: Look) -> str:
    """Return a paragraph with a field such as PAGE."""
    begin = _frame(look)[0]
    run = f"<w:r>{_run_properties(look)}"
    return (
        f'{begin}{run}<w:fldChar w:fldCharType="begin"/></w:r>{run}<w:instrText xml:space="preserve"> '
        f'{code} </w:instrText></w:r>{run}<w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )


def thin(*, new_page: bool = False, keep_next: bool = False, after: int = 0, section: str = "") -> str:
    """Return a paragraph of hardly any height: it parts tables, begins a page, or ends a section."""
    keep = "<w:keepNext/>" if keep_next else ""
    page = "<w:pageBreakBefore/>" if new_page else ""
    return (
        f'<w:p><w:pPr>{keep}{page}<w:spacing w:before="0" w:after="{after}" w:line="60" w:lineRule="exact"/>'
        f'<w:rPr><w:sz w:val="2"/></w:rPr>{section}</w:pPr></w:p>'
    )


def rule(room: int, length: int) -> str:
    """Return a line of this length in the middle of the room."""
    side = (room - length) // 2
    return (
        '<w:p><w:pPr><w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="auto"/></w:pBdr>'
        '<w:spacing w:before="50" w:after="0" w:line="60" w:lineRule="exact"/>'
        f'<w:ind w:left="{side}" w:right="{side}"/><w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
    )


def side_by_side(widths: Sequence[int], rows: Sequence[Sequence[str]]) -> str:
    """Return blocks beside each other, row by row, without a frame."""
    parts = [
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        "<w:tblGrid>",
        *(f'<w:gridCol w:w="{width}"/>' for width in widths),
        "</w:tblGrid>",
    ]
    for row in rows:
        parts.append("<w:tr><w:trPr><w:cantSplit/></w:trPr>")
        for width, content in zip(widths, row, strict=True):
            parts.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>')
        parts.append("</w:tr>")
    parts.append("</w:tbl>")
    return "".join(parts)


def grid(table: Grid) -> str:
    """Return a framed table."""
    spacing = Look(size=table.size, before=20, after=20)
    head = replace(spacing, bold=True, align="center", keep_next=True)
    parts = [
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(table.widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'{_BORDERS}<w:tblLayout w:type="fixed"/>{_MARGINS}</w:tblPr><w:tblGrid>',
        *(f'<w:gridCol w:w="{width}"/>' for width in table.widths),
        "</w:tblGrid>",
        "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>",
        *(_head(text, width, head) for text, width in zip(table.heads, table.widths, strict=True)),
        "</w:tr>",
    ]
    frames = []
    for width, align in zip(table.widths, table.aligns, strict=True):
        begin, run, end = _frame(replace(spacing, align=align))
        frames.append(
            (f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{begin}{run}', f"{end}</w:tc>")
        )
    group = replace(spacing, bold=True, keep_next=True)
    for row in table.rows:
        parts.append("<w:tr><w:trPr><w:cantSplit/></w:trPr>")
        if isinstance(row, str):
            parts.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{sum(table.widths)}" w:type="dxa"/>'
                f'<w:gridSpan w:val="{len(table.widths)}"/></w:tcPr>{paragraph(row, group)}</w:tc>'
            )
        else:
            for (begin, end), text in zip(frames, row, strict=True):
                parts += (begin, text_of(text), end)
        parts.append("</w:tr>")
    parts.append("</w:tbl>")
    return "".join(parts)


def _head(text: str, width: int, look: Look) -> str:
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text, look)}</w:tc>"


@lru_cache(maxsize=512)
def _frame(look: Look) -> tuple[str, str, str]:
    """Return what stands before a paragraph's run, what opens its text, and what ends both."""
    keep = "<w:keepNext/>" if look.keep_next else ""
    hanging = f' w:hanging="{look.hanging}"' if look.hanging else f' w:firstLine="{look.first}"'
    level = "" if look.level is None else f'<w:outlineLvl w:val="{look.level}"/>'
    begin = (
        f"<w:p><w:pPr>{keep}"
        f'<w:spacing w:before="{look.before}" w:after="{look.after}" w:line="{look.line}" w:lineRule="auto"/>'
        f'<w:ind w:left="{look.left}" w:right="{look.right}"{hanging}/>'
        # An empty paragraph is as high as its mark.
        f'<w:jc w:val="{look.align}"/>{level}{_run_properties(look)}</w:pPr>'
    )
    return begin, f"<w:r>{_run_properties(look)}{_TEXT}", "</w:t></w:r></w:p>"


def _run_properties(look: Look) -> str:
    bold = "<w:b/><w:bCs/>" if look.bold else ""
    italic = "<w:i/><w:iCs/>" if look.italic else ""
    return f'<w:rPr>{bold}{italic}<w:sz w:val="{2 * look.size}"/><w:szCs w:val="{2 * look.size}"/></w:rPr>'


_TEXT = '<w:t xml:space="preserve">'
_EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")
_BORDERS = (
    "<w:tblBorders>"
    + "".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for edge in _EDGES)
    + "</w:tblBorders>"
)
_MARGINS = '<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar>'
