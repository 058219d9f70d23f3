"""Old and new encodings of Vietnamese text: which one a file is in, and its text in Unicode.

TCVN3 (ABC) and VNI are font encodings: their bytes are Latin letters to every program, so they are
also found as such inside workbooks. Their tables are those of TCVN 5712:1993 (VN3) and VNI-Windows.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Mapping

UTF8, UTF8_MARKED = "utf-8", "utf-8-sig"
UTF16_LE, UTF16_BE = "utf-16-le", "utf-16-be"
WINDOWS_1258, TCVN3, VNI = "windows-1258", "tcvn3", "vni"
LEGACY = (WINDOWS_1258, TCVN3, VNI)

_MARKS = (
    (codecs.BOM_UTF8, UTF8_MARKED),
    (codecs.BOM_UTF16_LE, UTF16_LE),
    (codecs.BOM_UTF16_BE, UTF16_BE),
)

# Byte → letter, each run of letters beginning at the byte before it.
_TCVN3_RUNS = (
    (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
    (0xB5, "àảãáạ"),
    (0xBB, "ằẳẵắ"),
    (0xC6, "ặầẩẫấậè"),
    (0xCE, "ẻẽéẹềểễếệìỉ"),
    (0xDC, "ĩíịò"),
    (0xE1, "ỏõóọồổỗốộờởỡớợù"),
    (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
)
_TCVN3_TABLE = {start + step: letter for start, run in _TCVN3_RUNS for step, letter in enumerate(run)}

# VNI writes a letter and then a byte for its marks: a + ù = á. Marks as Unicode combines them.
_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_ROOF, _BREVE = "\u0302", "\u0306"
_VNI_TONES = {"ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ù": _ACUTE, "ï": _DOT}
_VNI_ROOFS = {"à": _GRAVE, "å": _HOOK, "ã": _TILDE, "á": _ACUTE, "ä": _DOT, "â": ""}
_VNI_BREVES = {"è": _GRAVE, "ú": _HOOK, "ü": _TILDE, "é": _ACUTE, "ë": _DOT, "ê": ""}
_VNI_LETTERS = {"ñ": "đ", "ô": "ơ", "ö": "ư", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni_table() -> Mapping[str, str]:
    """Return every VNI sequence, letter and marks, with the letter it stands for; both cases."""
    table = dict(_VNI_LETTERS)
    for letter in "aeouyơư":
        base = {"ơ": "ô", "ư": "ö"}.get(letter, letter)
        table.update({base + mark: letter + tone for mark, tone in _VNI_TONES.items()})
    for letter in "aeo":
        table.update({letter + mark: letter + _ROOF + tone for mark, tone in _VNI_ROOFS.items()})
    table.update({"a" + mark: "a" + _BREVE + tone for mark, tone in _VNI_BREVES.items()})
    lower = {spelt: unicodedata.normalize("NFC", meant) for spelt, meant in table.items()}
    upper = {spelt.upper(): meant.upper() for spelt, meant in lower.items()}
    # A capital letter may carry the mark of a small one.
    mixed = {spelt[0].upper() + spelt[1:]: meant.upper() for spelt, meant in lower.items()}
    return {**mixed, **upper, **lower}


_VNI_TABLE = _vni_table()
_VNI_SEQUENCE = re.compile("|".join(sorted(map(re.escape, _VNI_TABLE), key=len, reverse=True)))


def from_tcvn3(text: str) -> str:
    """Return TCVN3 text, read as Latin letters, in Unicode."""
    return text.translate(_TCVN3_TABLE)


def from_vni(text: str) -> str:
    """Return VNI text, read as Latin letters, in Unicode."""
    return _VNI_SEQUENCE.sub(lambda match: _VNI_TABLE[match[0]], text)


# What turns Latin letters into the text that was meant, by encoding.
CONVERSIONS: Mapping[str, Callable[[str], str]] = {TCVN3: from_tcvn3, VNI: from_vni}


def codec_of(encoding: str) -> str:
    """Return Python's codec that turns the bytes into letters; ``converted`` does the rest."""
    return "latin-1" if encoding in CONVERSIONS else {WINDOWS_1258: "cp1258"}.get(encoding, encoding)


def converted(text: str, encoding: str) -> str:
    """Return decoded ``text`` as Unicode in NFC where the encoding needs it, else as it stands."""
    if text.isascii():
        return text
    if encoding in CONVERSIONS:
        return CONVERSIONS[encoding](text)
    return unicodedata.normalize("NFC", text) if encoding == WINDOWS_1258 else text


def escape_undecodable(error: UnicodeError) -> tuple[str, int]:
    """Keep a byte that cannot be decoded as a lone surrogate, so that its row can be told."""
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start]
    return chr(0xDC00 + byte), error.start + 1


codecs.register_error("chiso-escape", escape_undecodable)
# Parsers of markup and JSON take no lone surrogates; this letter stands for what is lost.
LOST = "\ufffd"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def readable(text: str) -> str:
    """Return ``text`` with ``LOST`` in place of what could not be decoded."""
    return text if text.isascii() else _LONE_SURROGATE.sub(LOST, text)


def is_undecodable(text: str) -> bool:
    """Return whether ``text`` holds something that could not be decoded."""
    return not text.isascii() and _LONE_SURROGATE.search(text) is not None


def marked_again(text: str) -> str:
    """Return ``text`` with a lone surrogate in place of ``LOST``, as rows of delimited text have it."""
    return text.replace(LOST, "\udcff") if LOST in text else text


def marked_encoding(start: bytes) -> str | None:
    """Return the encoding that a file's first bytes or its zero bytes tell, None if they tell none."""
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    # Letters of our script have a zero byte in UTF-16: at odd places in little endian, else at even.
    head = start[:4096]
    if len(head) >= 4:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if odd > len(head) * 0.3 and even * 4 < odd:
            return UTF16_LE
        if even > len(head) * 0.3 and odd * 4 < even:
            return UTF16_BE
    return None


# What ``surrogateescape`` makes of the bytes that are no UTF-8.
_UNDECODED = re.compile("[\udc80-\udcff]")


def likely_encoding(sample: bytes) -> str:
    """Return the encoding in which ``sample`` reads as Vietnamese; UTF-8 where that is possible."""
    text = sample.decode("utf-8", errors="surrogateescape")
    broken = len(_UNDECODED.findall(text))
    decoded = len(text) - len(text.encode("ascii", errors="ignore")) - broken
    # A byte or two gone wrong in a UTF-8 file is a fault of their rows; in other encodings nearly
    # every letter beyond ASCII is broken.
    if broken <= max(3, decoded // 4) and (decoded or broken <= 3):
        return UTF8
    scores = {encoding: plausibility(_in(encoding, sample)) for encoding in LEGACY}
    best = max(LEGACY, key=scores.__getitem__)
    return best if scores[best] > 0 else UTF8


def _in(encoding: str, sample: bytes) -> str:
    return converted(sample.decode(codec_of(encoding), errors="replace"), encoding)


_WORD = re.compile(r"[^\W\d_]+")
_TONES = frozenset(_GRAVE + _HOOK + _TILDE + _ACUTE + _DOT)
_INITIALS = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnpqrstvx]"
_NUCLEI = (
    "uya|uyê|uyu|iêu|yêu|oai|oao|oay|oeo|uôi|ươi|ươu|uây|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|yê|iu|oa|oă|oe|oi"
    "|ôi|ơi|oo|ua|uâ|uê|ui|uy|uô|uơ|ưa|ưi|ươ|ưu|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y"
)
_SYLLABLE = re.compile(f"(?:{_INITIALS})?(?:{_NUCLEI})(?:ng|nh|ch|[cmnpt])?")


def plausibility(text: str) -> int:
    """Return how Vietnamese the words with marks in ``text`` look: syllables that exist less those not."""
    score = 0
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        if not word.isascii():
            score += 1 if _is_syllable(word.lower()) else -2
    # A mark or sign that no Vietnamese text has, where letters should be.
    return score - sum(text.count(sign) for sign in "¤¦§¨©ª«¬®¯°±²³´µ¶·¸¹º»¼½¾¿×÷\ufffd")


def _is_syllable(word: str) -> bool:
    parts = unicodedata.normalize("NFD", word)
    tones = sum(part in _TONES for part in parts)
    bare = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    return tones <= 1 and _SYLLABLE.fullmatch(bare) is not None
