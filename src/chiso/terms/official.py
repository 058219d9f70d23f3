"""Officials' names → local codes, as the typing of cells makes them; codes of offices stay as they are."""

from __future__ import annotations

import hashlib
import re

from chiso.terms.text import composed

_NUMBER = r"[0-9]{9}|0[0-9]{2,3}[ ._-][0-9]{3}[ ._-][0-9]{3,4}"
_NAME = re.compile(rf"[\s,@]|{_NUMBER}")
_ADDRESS = re.compile(rf"@|{_NUMBER}")


def local_code(name: str) -> str:
    """Return the stable code that stands for an official's name in every file."""
    return "cb-" + hashlib.sha256(composed(name).lower().encode()).hexdigest()[:10]


def official_code(text: str, *, show_names: bool = False) -> str:
    """Return the code of an official: the text itself where it is a code, else its local code.

    A name has a blank, a comma or a letter with marks in it, a code has none; ``show_names`` keeps names,
    yet never addresses and numbers.
    """
    personal = bool(_ADDRESS.search(text)) if show_names else bool(_NAME.search(text)) or not text.isascii()
    return local_code(text) if personal else text
