"""The names of a site's files, as safe on Windows as elsewhere, and the links between its pages."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from chiso.errors import Language

OVERVIEW = "index.html"
STYLE, SCRIPT = "assets/site.css", "assets/site.js"
# English pages stand in a folder of their own, under the same names.
ENGLISH = "en"
# Systems that know no case of letters would take h1 and H1 for one file: only capitals go by themselves.
_PLAIN = re.compile(r"[A-Z0-9]([A-Z0-9.-]*[A-Z0-9])?")
_LONGEST = 60


def unit_page(code: str) -> str:
    """Return the name of a unit's page; no two codes have one name."""
    return f"unit-{_part(code)}.html"


def index_page(code: str) -> str:
    """Return the name of the page of a component index; no two codes have one name."""
    return f"index-{_part(code)}.html"


def _part(code: str) -> str:
    if _PLAIN.fullmatch(code) and len(code) <= _LONGEST:
        return code
    # A sign that no plain code has parts the letters that are left from what tells codes apart.
    left = re.sub(r"[^A-Za-z0-9-]", "", code)[:_LONGEST]
    return f"{left}~{hashlib.sha256(code.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Links:
    """The links of the pages of one language; a page that stands alone has none."""

    language: Language
    alone: bool = False

    def path(self, name: str) -> str:
        """Return where a page of this language stands in the site."""
        return name if self.language == "vi" else f"{ENGLISH}/{name}"

    def asset(self, name: str) -> str:
        """Return the link from a page to what all pages share."""
        return name if self.language == "vi" else f"../{name}"

    def other(self, name: str) -> str:
        """Return the link from a page to itself in the other language."""
        return f"{ENGLISH}/{name}" if self.language == "vi" else f"../{name}"

    def unit(self, code: str) -> str | None:
        """Return the link to a unit's page."""
        return None if self.alone else unit_page(code)

    def index(self, code: str) -> str | None:
        """Return the link to the page of a component index."""
        return None if self.alone else index_page(code)
