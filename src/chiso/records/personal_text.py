"""What in a text looks like a citizen's number or address."""

from __future__ import annotations

import re

# Identity numbers have 12 or 9 figures, telephone numbers 10 from 0 (or +84 and 9).
PERSONAL_NUMBER = r"(^|[^0-9])(0?[0-9]{9}|[0-9]{12}|\+?84[0-9]{9})([^0-9]|$)"
# A telephone number with its figures in parts.
PARTED_NUMBER = "0[0-9]{2,3}[ ._-][0-9]{3}[ ._-][0-9]{3,4}"
MAIL = r"[^\s@]+@[^\s@]+\.[^\s@]+"
# What people put between the figures of a number.
BETWEEN_FIGURES = r"(?<=\d)[ ._()-]{1,3}(?=\d)"
_PERSONAL = re.compile(PERSONAL_NUMBER)
_PARTED = re.compile(PARTED_NUMBER)
_MAIL = re.compile(MAIL)


def holds_personal_number(text: str) -> bool:
    """Return whether a text holds what looks like an identity or telephone number or an e-mail address."""
    bare = re.sub(BETWEEN_FIGURES, "", text)
    return bool(_PERSONAL.search(text) or _PERSONAL.search(bare) or _MAIL.search(text))


def may_be_personal_code(text: str) -> bool:
    """Return whether a code is, or holds, an identity or telephone number, with or without parts."""
    return bool(_PERSONAL.search(text) or _PARTED.search(text))
