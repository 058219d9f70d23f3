"""Vietnamese text: which spellings are the same, and in which order words are listed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chiso.terms.text import alphabetical, composed, folded

# As a Vietnamese dictionary or an official list of communes has them.
LISTED = [
    ["Dân Chủ", "Dương Hòa", "Đại Lộc", "Đông Anh", "Ea Súp"],
    ["An Khê", "Ăn Hải", "Ân Thi", "Ba Đình"],
    ["Ea Drăng", "Êa Nuôl", "Gia Lai"],
    ["Ninh Hải", "Oai Hùng", "Ông Đình", "Ơ Loan", "Phú Thọ"],
    ["Tung", "Tưng", "Uông Bí", "Ứng Hòa", "Văn Giang"],
    # Letters decide before tones: ngang, huyền, hỏi, ngã, sắc, nặng.
    ["ma", "mà", "mả", "mã", "má", "mạ", "man"],
    # Word by word: a shorter first word comes first, whatever follows it.
    ["An Nhơn", "An Tường", "Ana", "Anh Sơn"],
    ["Ia Ly", "Ia O", "Ia Ơ", "Ia Pa", "Iao"],
    # Figures before letters, in names such as Phường 4.
    ["Phường 1", "Phường 4", "Phường An Hải", "Phường Đống Đa"],
    ["Xã Hoà Bình", "Xã Hoài Ân"],
]


@pytest.mark.parametrize("words", LISTED, ids=lambda words: words[0])
def test_names_are_listed_in_vietnamese_order(words: list[str]) -> None:
    assert sorted(reversed(words), key=alphabetical) == words


@pytest.mark.parametrize("words", LISTED, ids=lambda words: words[0])
def test_the_order_does_not_depend_on_how_letters_are_composed_or_on_capitals(words: list[str]) -> None:
    for word in words:
        for other in (unicodedata.normalize("NFD", word), word.upper(), f"  {word} "):
            assert alphabetical(other) == alphabetical(word)


def test_blanks_and_letters_are_brought_to_one_form() -> None:
    decomposed = unicodedata.normalize("NFD", "Hà Nội")
    assert decomposed != "Hà Nội"
    assert composed(decomposed) == "Hà Nội"
    assert composed("\tHà  \u00a0 Nội\n") == "Hà Nội"
    assert composed("") == ""
    # A tone set on the letter after its hat is the same letter.
    assert composed("e\u0323\u0302") == composed("ê\u0323") == "ệ"


def test_headings_are_the_same_in_capitals_and_with_a_byte_order_mark() -> None:
    assert folded("\ufeffMÃ  HỒ SƠ") == folded("Mã hồ sơ") == "mã hồ sơ"
    assert folded("Đơn vị") != folded("Don vi")


@settings(max_examples=150, derandomize=True, database=None)
@given(st.text("aăâđĐeêÊoôơƠuưb 12\u0301\u0323\u0309\u00a0", max_size=12))
def test_composing_twice_is_composing_once(text: str) -> None:
    once = composed(text)
    assert composed(once) == once
    assert folded(once) == folded(text)
    assert alphabetical(once) == alphabetical(text)
