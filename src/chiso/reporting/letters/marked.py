"""Plain text with light marks at the beginning of lines → the blocks of a letter.

    = BÁO CÁO                kind of letter          # I. KẾT QUẢ     heading
    == Kết quả tháng 8       what it is about        ## 1. Chung      smaller heading
    @ Sở Nội vụ              addressed to            - item, + item under it
    | groups                 the table of that name  ~ remark in small italics

A blank line ends a paragraph; a line without a mark goes on with the block above it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal[
    "kind", "about", "address", "heading", "subheading", "item", "subitem", "table", "remark", "paragraph"
]
_MARKS: dict[str, BlockKind] = {
    "=": "kind",
    "==": "about",
    "@": "address",
    "#": "heading",
    "##": "subheading",
    "-": "item",
    "+": "subitem",
    "|": "table",
    "~": "remark",
}
_MARKED = re.compile(r"\s*(==|##|[=@#\-+|~])\s+(.*)")
# Stands before a value that is put into a template: whatever the value begins with is no mark.
GUARD = "\ue000"
_BLANKS = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Block:
    """A piece of a letter: its kind and its text, of a table its name."""

    kind: BlockKind
    text: str


def guarded(text: str) -> str:
    """Return a value in one line, so that nothing in it is taken for a mark."""
    return GUARD + " ".join(text.replace(GUARD, "").split())


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a marked text."""
    blocks: list[Block] = []
    open_ = False
    for line in text.splitlines():
        if not line.strip():
            open_ = False
            continue
        match = _MARKED.fullmatch(line)
        if match:
            blocks.append(Block(_MARKS[match[1]], _plain(match[2])))
        elif open_ and blocks[-1].kind != "table":
            blocks[-1] = Block(blocks[-1].kind, f"{blocks[-1].text} {_plain(line)}")
        else:
            blocks.append(Block("paragraph", _plain(line)))
        open_ = True
    return blocks


def _plain(text: str) -> str:
    # Blanks that hold together what must not be parted stay as they are.
    return _BLANKS.sub(" ", text.replace(GUARD, "")).strip(" \t")
