"""Markdown: headings that can be linked to, tables, lists."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence


def heading(level: int, text: str, anchor: str | None = None) -> list[str]:
    """Return a heading; ``anchor`` names it for links, whatever its words are."""
    named = [] if anchor is None else [f'<a id="{anchor}"></a>', ""]
    return [*named, f"{'#' * level} {escaped(text)}", ""]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[int] = ()) -> list[str]:
    """Return a table whose cells are Markdown; the columns ``numbers`` stand to the right."""
    rules = ["---:" if position in numbers else "---" for position in range(len(heads))]
    lines = [heads, rules, *rows]
    return [*(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines), ""]


def item(text: str) -> str:
    """Return a text as an item of a list, none of its first letters taken for the sign of another one."""
    return "- " + re.sub(r"^(\d*)([#+.)-])(?=[#\s-]|$)", r"\1\\\2", escaped(text))


def link(text: str, anchor: str) -> str:
    """Return a link to a heading of the same page."""
    return f"[{escaped(text)}](#{anchor})"


def code(text: str) -> str:
    """Return a text as it would be written in a file, on one line."""
    text = re.sub(r"\s+", " ", text)
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def escaped(text: str) -> str:
    """Return a text so that nothing in it is taken for a sign of Markdown."""
    return re.sub(r"([\\`*_\[\]<>&~])", r"\\\1", re.sub(r"\s+", " ", text))
