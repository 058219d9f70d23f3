"""One pass over a file's bytes: its hash, and how many lines it has."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from chiso.records.sources.container import Container, sha256_of

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Contents:
    """A file's hash and its number of lines, blank ones at its end left out.

    Where ``odd`` is true some line may end at a CR alone, which ``lines`` does not count, or there is a
    NUL, which no text has.
    """

    sha256: str
    lines: int
    odd: bool


def survey(container: Container) -> Contents:
    """Return what the content holds."""
    digest = hashlib.sha256()
    lines = returns = paired = blank = 0
    nul = False
    last = b"\n"
    with container.open() as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            lines += block.count(b"\n")
            nul = nul or b"\0" in block
            if b"\r" in block:
                returns += block.count(b"\r")
                paired += block.count(b"\r\n")
            paired += last == b"\r" and block[:1] == b"\n"
            last = block[-1:]
            filled = block.rstrip(b"\r\n")
            ends = block[len(filled) :].count(b"\n")
            # A line end closes the last filled line; those after it are blank lines.
            blank = max(ends - 1, 0) if filled else blank + ends
    sha256 = digest.hexdigest() if container.packing is None else sha256_of(container.path)
    return Contents(sha256, lines + (last != b"\n") - blank, nul or returns != paired)
