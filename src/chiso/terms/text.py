"""Vietnamese text: one spelling for comparing, one order for listing."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
# Tone marks in the order of Vietnamese dictionaries: ngang, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
# oa, oe and uy at the end of a word bear their tone on either vowel, by school.
_PAIRS = [
    (unicodedata.normalize("NFC", first + tone + second), unicodedata.normalize("NFC", first + second + tone))
    for first, second in ("oa", "oe", "uy")
    for tone in _TONES
]
_OLD_STYLE = {new: old for old, new in _PAIRS}
_NEW_STYLE = dict(_PAIRS)
_NEW_PAIR = re.compile(rf"(?<!q)(?:{'|'.join(_OLD_STYLE)})(?!\w)")
_OLD_PAIR = re.compile(rf"(?<!q)(?:{'|'.join(_NEW_STYLE)})(?!\w)")
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK = {letter: rank for rank, letter in enumerate(_LETTERS)}


def composed(text: str) -> str:
    """Return ``text`` in NFC with outer blanks removed and inner blanks squeezed to one space."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def folded(text: str) -> str:
    """Return the spelling under which two headings or names count as the same: hòa and hoà are one."""
    return _old_style(composed(text.replace("\ufeff", "")).casefold())


def tone_styles(text: str) -> tuple[str, ...]:
    """Return a lower-case text with the tone on the first vowel (hòa, thủy) and on the second (hoà, thuỷ)."""
    old = _old_style(text)
    new = _OLD_PAIR.sub(lambda match: _NEW_STYLE[match[0]], old)
    return (old,) if new == old else (old, new)


def _old_style(text: str) -> str:
    if text.isascii():
        return text
    return _NEW_PAIR.sub(lambda match: _OLD_STYLE[match[0]], text)


def alphabetical(text: str) -> tuple[object, ...]:
    """Return the sort key of Vietnamese alphabetical order: word by word, letters before tones.

    Đ follows D, Ê follows E, Ơ follows Ô; blanks come before digits, digits before letters.
    """
    return tuple((_word_letters(word), _word_tones(word)) for word in folded(text).split(" "))


def _word_letters(word: str) -> tuple[tuple[int, int], ...]:
    return tuple(
        (1, _LETTER_RANK[letter]) if letter in _LETTER_RANK else (0, ord(letter))
        for letter, _ in _letters_with_tones(word)
    )


def _word_tones(word: str) -> tuple[int, ...]:
    return tuple(tone for _, tone in _letters_with_tones(word))


def _letters_with_tones(word: str) -> list[tuple[str, int]]:
    letters: list[tuple[str, int]] = []
    for character in word:
        parts = unicodedata.normalize("NFD", character)
        tone = next((_TONES[mark] for mark in parts if mark in _TONES), 0)
        bare = unicodedata.normalize("NFC", "".join(m for m in parts if m not in _TONES))
        # A mark with no letter under it (it stands alone, or none of the composed letters has it).
        letters.extend((letter, tone) for letter in bare or character)
    return letters
