"""Letters as an office suite lays them out on paper: what only the pages themselves can show."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builders import UNITS, a_catalogue, a_folder
from tests.conftest import ROOT, CommandLine

pytestmark = pytest.mark.office

MM = 72 / 25.4
LETTERS = ("province", "commune", "brief-province", "brief-commune", "brief-long", "apology", "campaign")
OFFICE = """\
agency: Ủy ban nhân dân tỉnh Gia Lai
place: Gia Lai
symbol: BC-UBND
to: [Văn phòng Chính phủ, Bộ Tư pháp]
signature: [TM. ỦY BAN NHÂN DÂN, KT. CHỦ TỊCH, PHÓ CHỦ TỊCH]
recipients: [Như trên, Tỉnh ủy]
"""
LONG = "Ủy ban nhân dân xã có cái tên dài hơn mọi tên thường gặp trong danh mục " * 3


@dataclass(frozen=True)
class Word:
    """A word on a page: the left, right, upper and lower edge in points from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Page:
    """A page: its size in points, and its words in the order of reading."""

    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def number(self) -> str | None:
        """What stands in the upper margin."""
        return next((word.text for word in self.words if word.bottom < 20 * MM), None)

    def first(self, text: str) -> Word:
        return next(word for word in self.words if word.text == text)


_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)


def _pages(pdf: Path) -> list[Page]:
    html = subprocess.run(
        ["pdftotext", "-bbox", pdf, "-"], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    return [
        Page(
            float(width),
            float(height),
            tuple(_joined(_WORD.findall(content))),
        )
        for width, height, content in _PAGE.findall(html)
    ]


def _joined(found: list[tuple[str, str, str, str, str]]) -> Iterator[Word]:
    """Yield words whole: letters that come from another font are told apart, with no blank between."""
    open_: Word | None = None
    for left, top, right, bottom, text in found:
        word = Word(text, float(left), float(top), float(right), float(bottom))
        if open_ is not None and abs(open_.top - word.top) < 3 and -1 < word.left - open_.right < 0.9:
            open_ = Word(open_.text + text, open_.left, open_.top, word.right, word.bottom)
            continue
        if open_ is not None:
            yield open_
        open_ = word
    if open_ is not None:
        yield open_


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every kind of letter, made by one start of the office suite."""
    folder = tmp_path_factory.mktemp("letters")
    office = folder / "office.yaml"
    office.write_text(OFFICE, encoding="utf-8")
    gia_lai, ia_tor = ROOT / "samples" / "gia-lai-2026", ROOT / "samples" / "ia-tor-2024"
    asked = (gia_lai, "--as-of", "2026-08-31", "--lang", "vi", "--office", office)
    months, unit = ("--periods", "2026-06..2026-08"), ("--unit", "H21.125")
    assigned = ("--assignments", ROOT / "samples" / "assignments" / "planNS.yaml")
    long_named = a_folder(folder / "long", units=UNITS.replace("Xã Một", LONG).replace("Xã Hai", LONG))
    catalogue = a_catalogue(folder, ("vi: Đúng hạn", f"vi: {LONG}"), ("vi: Bộ nhỏ", f"vi: {LONG}"))
    asked_of = {
        "province": (*asked, *months, *assigned),
        "commune": (*asked, *months, *unit, *assigned),
        "brief-province": (*asked, *months, "--kind", "brief"),
        "brief-commune": (*asked, *months, *unit, "--kind", "brief"),
        "brief-long": (long_named, "--period", "2026-08", "--catalogue", catalogue, "--kind", "brief"),
        "apology": (*asked, "--period", "2026-08", "--kind", "apology", *unit),
        "campaign": ("--campaign", ia_tor / "campaign.yaml", "--report", "5", "--office", office),
    }
    for name, arguments in asked_of.items():
        outcome = CommandLine()("report", "docx", *arguments, "-o", folder / f"{name}.docx")
        assert outcome.code == 0, outcome.stderr
    subprocess.run(
        [
            *("soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile"),
            *("--convert-to", "pdf", "--outdir", folder),
            *(folder / f"{name}.docx" for name in LETTERS),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, list[Page]]:
    return {name: _pages(folder / f"{name}.pdf") for name in LETTERS}


def test_every_page_is_a4_and_keeps_its_margins(pages: dict[str, list[Page]]) -> None:
    for name, of_letter in pages.items():
        assert of_letter, name
        for page in of_letter:
            assert sorted((round(page.width / MM), round(page.height / MM))) == [210, 297]
            body = [word for word in page.words if word.bottom >= 20 * MM]
            assert min(word.left for word in body) >= 29.5 * MM, (name, page.text[:80])
            assert max(word.right for word in body) <= page.width - 14.5 * MM, (name, page.text[:80])
            assert max(word.bottom for word in body) <= page.height - 19.5 * MM, (name, page.text[:80])


def test_the_only_typeface_is_that_of_the_rule(folder: Path) -> None:
    # Where Times New Roman is not installed, Liberation Serif of the same measures stands in for it, and
    # another serif for letters that it lacks.
    for name in LETTERS:
        listed = subprocess.run(
            ["pdffonts", folder / f"{name}.pdf"], check=True, capture_output=True, encoding="utf-8"
        ).stdout.splitlines()[2:]
        assert any(re.search(r"LiberationSerif|TimesNewRoman", line) for line in listed)
        for line in listed:
            assert re.search(r"Serif|TimesNewRoman", line), line
            assert line.split()[-5] == "yes", line  # embedded


def test_the_head_stands_where_it_belongs(pages: dict[str, list[Page]]) -> None:
    page = pages["commune"][0]
    agency, nation, motto = page.first("ỦY"), page.first("CỘNG"), page.first("Độc")
    assert agency.right < page.width / 2 < page.first("VIỆT").left
    assert abs(agency.top - nation.top) < 2 and motto.top > nation.top
    # The motto is centred under the nation, number and date stand in one line.
    middle = (nation.left + page.first("NAM").right) / 2
    assert abs((motto.left + page.first("phúc").right) / 2 - middle) < 4
    assert abs(page.first("Số:").top - page.first("Lai,").top) < 3
    assert page.first("BÁO").top > page.first("Số:").bottom


def test_pages_are_numbered_from_the_second_on_and_each_annex_anew(pages: dict[str, list[Page]]) -> None:
    for name in ("province", "commune", "campaign"):
        expected = 0
        for position, page in enumerate(pages[name]):
            begins = position == 0 or "(Kèm theo" in page.text
            expected = 1 if begins else expected + 1
            assert page.number == (None if begins else str(expected)), (name, position)
            if page.number is not None:
                word = page.words[0]
                room = (30 * MM + page.width - 15 * MM) / 2
                assert abs((word.left + word.right) / 2 - room) < 4
    for name in ("brief-commune", "apology"):
        assert all(page.number is None for page in pages[name])


def test_headings_are_on_every_page_of_a_list_and_never_alone(pages: dict[str, list[Page]]) -> None:
    listed = [page for page in pages["province"] if "STT" in page.text.split()[:60]]
    assert len(listed) >= 5
    for page in listed:
        head = page.first("STT")
        rows = [word for word in page.words if word.text.startswith("H21.") and word.top > head.bottom]
        assert rows, page.text[:100]
    scores = [page for page in pages["province"] if "Hạng" in page.text.split()[:30]]
    assert len(scores) >= 4
    for page in scores:
        below = [word for word in page.words if word.top > page.first("Hạng").bottom + 10]
        assert len(below) > 20


def test_the_signature_is_never_alone(pages: dict[str, list[Page]]) -> None:
    for name in ("province", "commune", "campaign"):
        page = next(page for page in pages[name] if "Nơi nhận:" in page.text)
        assert "Trên đây là báo cáo" in page.text and "PHÓ CHỦ TỊCH" in page.text


def test_a_brief_is_one_page_whatever_the_names(pages: dict[str, list[Page]]) -> None:
    for name in ("brief-province", "brief-commune", "brief-long"):
        assert len(pages[name]) == 1, name


def test_each_apology_has_a_page_of_its_own(pages: dict[str, list[Page]]) -> None:
    assert len(pages["apology"]) == 2
    assert all(page.text.count("VĂN BẢN XIN LỖI") == 1 for page in pages["apology"])
