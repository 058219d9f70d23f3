"""A letter on paper: the layout of Nghị định 30/2020/NĐ-CP, Phụ lục I, as a Word document.

A4; margins 20 mm above and below, 30 mm left, 15 mm right; Times New Roman; page numbers in the middle of the
upper margin from the second page on, of each annex anew.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from chiso.errors import Language, Text
from chiso.reporting.files import NO_TIME, without_clock
from chiso.reporting.letters.annexes import Annex
from chiso.reporting.letters.marked import Block
from chiso.reporting.letters.markup import (
    FONT,
    NAMESPACE,
    RELATIONS,
    Look,
    field,
    grid,
    paragraph,
    rule,
    side_by_side,
    thin,
)
from chiso.reporting.letters.office import Office
from chiso.reporting.letters.tables import PORTRAIT, GridOf
from chiso.reporting.period_names import long_day, roman

# The head of a letter: the agency to the left, the nation to the right.
_LEFT = 4100
_RIGHT = PORTRAIT - _LEFT
# How much room a capital of size 13 takes. The line under a name is between a third and half as long as it.
_CAPITAL = 180
_MOTTO_LINE = 3200
_INDENT = 720  # 1.27 cm
_NATION = Text(vi="CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", en="SOCIALIST REPUBLIC OF VIET NAM")
_MOTTO = Text(vi="Độc lập - Tự do - Hạnh phúc", en="Independence - Freedom - Happiness")
_RECIPIENTS = Text(vi="Nơi nhận:", en="Recipients:")
_CENTRED = Look(align="center")
_TITLE = Look(align="center", bold=True, keep_next=True)
# Upright and across: width, height, and the margins in the order top, right, bottom, left.
_UPRIGHT = (11906, 16838, 1134, 851, 1134, 1701)
_ACROSS = (16838, 11906, 1134, 851, 1134, 1701)


@dataclass(frozen=True)
class Letter:
    """A letter before it is laid out. ``compact`` ones are for a single page, without a signature."""

    office: Office
    symbol: str
    day: date
    blocks: Sequence[Block]
    tables: Mapping[str, GridOf]
    annexes: Sequence[Annex] = ()
    compact: bool = False

    @property
    def about(self) -> str:
        """What the letter is and is about, in one line."""
        return " ".join(block.text for block in self.blocks if block.kind in ("kind", "about"))


@dataclass(frozen=True)
class _Section:
    """Pages of one kind: what stands on them, and whether they lie across."""

    content: str
    across: bool


def letter_bytes(letter: Letter, language: Language) -> bytes:
    """Return a letter with its annexes as a Word document."""
    sections = [_Section(_letter(letter, language), across=False)]
    for number, annex in enumerate(letter.annexes, start=1):
        several = len(letter.annexes) > 1
        sections.append(_Section(_annex(annex, number if several else None, letter, language), annex.across))
    return _document(sections, letter.office, letter.about, language, numbered=not letter.compact)


def letters_bytes(letters: Sequence[Letter], language: Language) -> bytes:
    """Return letters of one page each as one Word document, every one on a page of its own."""
    pages = thin(new_page=True).join(_letter(letter, language) for letter in letters)
    first = letters[0]
    return _document([_Section(pages, across=False)], first.office, first.about, language, numbered=False)


def annex_name(number: int | None, language: Language) -> str:
    """Return what an annex is called; a single one bears no number."""
    word = Text(vi="Phụ lục", en="Annex").in_language(language)
    return word if number is None else f"{word} {roman(number)}"


def _letter(letter: Letter, language: Language) -> str:
    head = _compact_head if letter.compact else _head
    closing = "" if letter.compact else _closing(letter.office, language)
    return head(letter, language) + "".join(_body(letter, language)) + closing


def _head(letter: Letter, language: Language) -> str:
    office, centred = letter.office, Look(size=12, align="center")
    agency = office.agency.upper()
    sender = [
        paragraph(office.parent.upper(), centred) if office.parent else "",
        paragraph(agency, replace(centred, bold=True)),
        rule(_LEFT, min(len(agency) * _CAPITAL, _LEFT) * 2 // 5),
    ]
    nation = [
        paragraph(_NATION.in_language(language), replace(centred, bold=True)),
        paragraph(_MOTTO.in_language(language), Look(size=13, bold=True, align="center")),
        rule(_RIGHT, _MOTTO_LINE),
    ]
    beneath = Look(size=13, align="center", before=60)
    number = paragraph(_number(office, letter.symbol, language), beneath)
    place = paragraph(_place(letter, language), replace(beneath, italic=True))
    return side_by_side([_LEFT, _RIGHT], [["".join(sender), "".join(nation)], [number, place]])


def _compact_head(letter: Letter, language: Language) -> str:
    left = paragraph(letter.office.agency.upper(), Look(size=12, bold=True))
    right = paragraph(_place(letter, language), Look(size=12, italic=True, align="right"))
    return side_by_side([_RIGHT, _LEFT], [[left, right]])


def _place(letter: Letter, language: Language) -> str:
    return f"{letter.office.place}, {long_day(letter.day, language)}"


def _number(office: Office, symbol: str, language: Language) -> str:
    return f"{Text(vi='Số:', en='No.:').in_language(language)} {office.number}/{symbol}"


def _body(letter: Letter, language: Language) -> Iterable[str]:
    size, compact = (12, True) if letter.compact else (14, False)
    text = Look(
        size=size,
        align="both",
        first=0 if compact else _INDENT,
        before=60 if compact else 120,
        line=240 if compact else 264,
    )
    heading = replace(text, bold=True, align="left", keep_next=True, before=100 if compact else 160)
    last = len(letter.blocks) - 1
    addressed = [block.text for block in letter.blocks if block.kind == "address"]
    for number, block in enumerate(letter.blocks):
        # The signature never stands on a page alone, nor a table without what leads to it.
        leads = number == last or letter.blocks[number + 1].kind == "table"
        look = replace(text, keep_next=leads and not compact)
        match block.kind:
            case "kind":
                yield paragraph(
                    block.text, replace(_TITLE, size=size, before=120 if compact else 280, level=0)
                )
            case "about":
                yield paragraph(block.text, replace(_TITLE, size=size))
                yield rule(PORTRAIT, min(len(block.text) * _CAPITAL * 3 // 4, PORTRAIT) * 2 // 5)
            case "address":
                if block.text == addressed[0]:
                    yield from _addresses(addressed, size, language)
            case "heading":
                yield paragraph(block.text, replace(heading, level=0))
            case "subheading":
                yield paragraph(block.text, replace(heading, level=1))
            case "item":
                yield paragraph(f"- {block.text}", look)
            case "subitem":
                yield paragraph(f"+ {block.text}", look)
            case "remark":
                yield paragraph(block.text, replace(look, size=9 if compact else 12, italic=True, line=240))
            case "table":
                found = letter.tables[block.text]()
                yield thin(keep_next=True) + grid(found) + thin()
            case "paragraph":
                yield paragraph(block.text, look)


def _addresses(addressed: Sequence[str], size: int, language: Language) -> Iterable[str]:
    word = Text(vi="Kính gửi:", en="To:").in_language(language)
    if len(addressed) == 1:
        yield paragraph(f"{word} {addressed[0]}", Look(size=size, align="center", before=240, after=120))
        return
    yield paragraph(word, Look(size=size, left=2 * _INDENT, before=240, keep_next=True))
    for number, name in enumerate(addressed, start=1):
        end = "." if number == len(addressed) else ";"
        look = Look(size=size, left=4 * _INDENT, hanging=200, after=120 if end == "." else 0)
        yield paragraph(f"- {name}{end}", look)


def _closing(office: Office, language: Language) -> str:
    """Return who gets a copy beside who signs."""
    small = Look(size=11, keep_next=True)
    kept = Text(vi="Lưu:", en="Kept:").in_language(language)
    copies = [*(f"- {name};" for name in office.recipients), f"- {kept} {office.archive}."]
    left = [
        paragraph(_RECIPIENTS.in_language(language), Look(size=12, bold=True, italic=True, keep_next=True)),
        *(paragraph(line, small) for line in copies),
    ]
    bold = Look(bold=True, align="center", keep_next=True)
    right = [
        *(paragraph(line, bold) for line in office.signature),
        # Room for a hand and a seal.
        paragraph(office.signer, Look(bold=True, align="center", before=1500)),
    ]
    return thin(keep_next=True, after=200) + side_by_side([_LEFT, _RIGHT], [["".join(left), "".join(right)]])


def _annex(annex: Annex, number: int | None, letter: Letter, language: Language) -> str:
    office, day = letter.office, long_day(letter.day, language)
    of = next((block.text.capitalize() for block in letter.blocks if block.kind == "kind"), "")
    attached = Text(
        vi=f"(Kèm theo {of} số {office.number}/{letter.symbol} {day} của {office.agency})",
        en=f"(Attached to {of} no. {office.number}/{letter.symbol} of {day}, {office.agency})",
    )
    remark = Look(size=11, italic=True, before=60)
    return "".join(
        [
            paragraph(annex_name(number, language), replace(_TITLE, level=0)),
            paragraph(annex.title.upper(), _TITLE),
            paragraph(
                attached.in_language(language), replace(_CENTRED, italic=True, after=160, keep_next=True)
            ),
            *(grid(each) + thin() for each in annex.grids),
            *(paragraph(line, remark) for line in annex.remarks),
        ]
    )


def _document(
    sections: Sequence[_Section], office: Office, title: str, language: Language, *, numbered: bool
) -> bytes:
    """Return the sections as one document; the same content gives the same bytes."""
    shell, reference = _shell(office.agency, title, language, numbered)
    parts = [f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w="{NAMESPACE}" ']
    parts.append(f'xmlns:r="{RELATIONS}"><w:body>')
    for number, section in enumerate(sections):
        properties = _section_properties(section, reference if number == 0 else "")
        ended = number == len(sections) - 1
        parts += [section.content, properties if ended else thin(section=properties)]
    parts.append("</w:body></w:document>")
    # As text, not as a tree: a long annex would take a gigabyte.
    return without_clock(shell, {"word/document.xml": "".join(parts).encode()})


@lru_cache(maxsize=4)
def _shell(agency: str, title: str, language: Language, numbered: bool) -> tuple[bytes, str]:
    """Return a document without a body, and how its first section refers to the header with the number."""
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    _set_up(document, agency, title, language)
    reference = ""
    if numbered:
        header = document.sections[0].header
        header.is_linked_to_previous = False
        content = header._element
        for each in list(content):
            content.remove(each)
        page = field("PAGE", Look(size=14, align="center"))
        content.append(parse_xml(f'<w:hdr xmlns:w="{NAMESPACE}">{page}</w:hdr>')[0])
        found = document.element.body.sectPr.find(f"{{{NAMESPACE}}}headerReference")
        identity = found.get(f"{{{RELATIONS}}}id")
        reference = f'<w:headerReference w:type="default" r:id="{identity}"/>'
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue(), reference


def _section_properties(section: _Section, reference: str) -> str:
    width, height, top, right, bottom, left = _ACROSS if section.across else _UPRIGHT
    across = ' w:orient="landscape"' if section.across else ""
    return (
        f'<w:sectPr>{reference}<w:type w:val="nextPage"/><w:pgSz w:w="{width}" w:h="{height}"{across}/>'
        f'<w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}" w:header="567" '
        'w:footer="567" w:gutter="0"/><w:pgNumType w:start="1"/><w:titlePg/></w:sectPr>'
    )


def _set_up(document: Any, agency: str, title: str, language: Language) -> None:
    """Give the document its font and language, and properties without a clock."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    styles = document.styles.element
    fonts = " ".join(f'w:{name}="{FONT}"' for name in ("ascii", "hAnsi", "cs", "eastAsia"))
    tongue = "vi-VN" if language == "vi" else "en-GB"
    defaults = parse_xml(
        f'<w:docDefaults xmlns:w="{NAMESPACE}"><w:rPrDefault><w:rPr><w:rFonts {fonts}/><w:sz w:val="28"/>'
        f'<w:szCs w:val="28"/><w:lang w:val="{tongue}" w:eastAsia="{tongue}"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )
    styles.replace(styles.find(qn("w:docDefaults")), defaults)
    normal = document.styles["Normal"]
    normal.font.name = FONT
    for name in ("w:cs", "w:eastAsia"):
        normal.element.rPr.rFonts.set(qn(name), FONT)
    # What the letter does not use would bring other fonts into it.
    for style in list(styles.findall(qn("w:style"))):
        if style.get(qn("w:styleId")) not in ("Normal", "TableNormal", "NoList", "DefaultParagraphFont"):
            styles.remove(style)
    told = document.core_properties
    told.author, told.title, told.language = agency, title[:255], tongue
    told.comments, told.keywords, told.subject, told.last_modified_by = "", "", "", ""
    told.created = told.modified = NO_TIME
    told.revision = 1
