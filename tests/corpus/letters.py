"""Unicode → the old Vietnamese encodings: tables of the corpus's own, so that a wrong one is found."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng

# Each vowel with its own byte, then its bytes with the five tones (as Latin-1 characters).
_TCVN3 = {
    "a": "a µ¶·¸¹",
    "ă": "¨ »¼½¾Æ",
    "â": "© ÇÈÉÊË",
    "e": "e ÌÎÏÐÑ",
    "ê": "ª ÒÓÔÕÖ",
    "i": "i ×ØÜÝÞ",
    "o": "o ßáâãä",
    "ô": "« åæçèé",
    "ơ": "¬ êëìíî",
    "u": "u ïñòóô",
    "ư": "\xad õö÷øù",
    "y": "y úûüýþ",
}
# Only these capitals have bytes; the others are small letters shown in a font of capitals.
_TCVN3_CAPITALS = dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))

# VNI writes a letter, then a mark for breve or circumflex together with the tone.
_VNI_BASES = {"ơ": "ô", "ư": "ö"}
_VNI_MARKS = {"plain": "øûõùï", "ă": "èúüéë", "â": "àåãáä"}
_VNI_BARE = {"ă": "aê", "â": "aâ", "ê": "eâ", "ô": "oâ"}
_VNI_WHOLE = dict(zip("ìỉĩíịỵđ", "ìæóíòîñ", strict=True))


def _tcvn3() -> dict[str, str]:
    table = {"đ": "®", **_TCVN3_CAPITALS}
    for vowel, written in _TCVN3.items():
        bare, toned = written.split(" ")
        table[vowel] = bare
        table.update({_with(vowel, tone): byte for tone, byte in zip(_TONES, toned, strict=True)})
    return table


def _vni() -> dict[str, str]:
    table = {**_VNI_BARE, **_VNI_BASES}
    for vowel in "aăâeêoôơuưy":
        base = {"ă": "a", "â": "a", "ê": "e", "ô": "o", **_VNI_BASES}.get(vowel, vowel)
        marks = _VNI_MARKS["ă" if vowel == "ă" else "â" if vowel in "âêô" else "plain"]
        table.update({_with(vowel, tone): base + mark for tone, mark in zip(_TONES, marks, strict=True)})
    table.update(_VNI_WHOLE)
    return table | {letter.upper(): written.upper() for letter, written in table.items()}


def _with(vowel: str, tone: str) -> str:
    return unicodedata.normalize("NFC", vowel + tone)


TCVN3: Mapping[str, str] = _tcvn3()
VNI: Mapping[str, str] = _vni()


def as_tcvn3(text: str) -> str:
    """Return ``text`` as TCVN3 (ABC) bytes read as Latin-1; a toned capital is not to be had."""
    return _written(text, TCVN3)


def as_vni(text: str) -> str:
    """Return ``text`` as VNI-Windows bytes read as Latin-1."""
    return _written(text, VNI)


def as_1258(text: str) -> bytes:
    """Return ``text`` as a Vietnamese keyboard writes it in windows-1258: vowel, then its tone."""
    parts = []
    for character in unicodedata.normalize("NFC", text):
        bare, tone = character, ""
        for mark in _TONES:
            if mark in unicodedata.normalize("NFD", character):
                rest = unicodedata.normalize("NFD", character).replace(mark, "")
                bare, tone = unicodedata.normalize("NFC", rest), mark
        parts.append(bare + tone)
    return "".join(parts).encode("cp1258")


def as_1258_with_whole_letters(text: str) -> bytes:
    """Return ``text`` as Windows converts it to code page 1258: whole letters where the page has them."""
    parts = []
    for character in unicodedata.normalize("NFC", text):
        try:
            parts.append(character.encode("cp1258"))
        except UnicodeEncodeError:
            parts.append(as_1258(character))
    return b"".join(parts)


def _written(text: str, table: Mapping[str, str]) -> str:
    written = "".join(table.get(character, character) for character in unicodedata.normalize("NFC", text))
    beyond = [character for character in written if ord(character) > 0xFF]
    if beyond:
        raise ValueError(f"no byte for {beyond}")
    return written


def encoded(text: str, encoding: str) -> bytes:
    """Return ``text`` in ``encoding`` as chiso names it; UTF-16 comes with its byte order mark."""
    match encoding:
        case "windows-1258":
            return as_1258(text)
        case "tcvn3":
            return as_tcvn3(text).encode("latin-1")
        case "vni":
            return as_vni(text).encode("latin-1")
        case "utf-16-le" | "utf-16-be":
            return ("\ufeff" + text).encode(encoding)
        case _:
            return text.encode(encoding)
