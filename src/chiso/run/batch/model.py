"""What a batch file says: inputs, outputs, gates, and where all of it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal, get_args

from chiso.errors import Language
from chiso.run.preparing import PeriodRequest

What = Literal["score", "rank", "late", "compare", "report"]
WHATS: tuple[What, ...] = get_args(What)
With = Literal["previous", "last_year"]
WITHS: tuple[With, ...] = get_args(With)
# What is held against another period.
COMPARED: tuple[What, ...] = ("compare", "report")
GateName = Literal["quarantined", "rows", "units", "jump"]
GATES: tuple[GateName, ...] = get_args(GateName)


@dataclass(frozen=True)
class Output:
    """One file of a period: what stands in it, of which units; the suffix says in which format.

    ``compared_with`` is the period before, or the same one a year ago.
    """

    file: str
    what: What
    detail: Literal["total", "index"] = "total"
    level: str | None = None
    parent: str | None = None
    with_records: bool = False
    peer_groups: bool = False
    excel: bool = False
    compared_with: With = "previous"


@dataclass(frozen=True)
class GateLimits:
    """What a period must hold to before anything of it is written; None is not asked.

    ``most_quarantined`` is the largest share (0..1) of any table's rows. ``fewest_rows`` and ``most_rows``
    bound, by table, the rows in the period as a share of those of the period before, ``largest_jump`` the
    change of a unit's total in points; ``units_stay`` asks that no unit with records before is without any.
    """

    most_quarantined: Fraction | None = None
    fewest_rows: Mapping[str, Fraction] = field(default_factory=dict)
    most_rows: Mapping[str, Fraction] = field(default_factory=dict)
    units_stay: bool = False
    largest_jump: Fraction | None = None

    @property
    def ask_before(self) -> bool:
        """Whether some gate asks for the period before."""
        return bool(self.fewest_rows or self.most_rows or self.units_stay or self.largest_jump is not None)


@dataclass(frozen=True)
class Wait:
    """How long, and how often (in seconds), missing inputs are looked for again."""

    seconds: int = 0
    every: int = 60


@dataclass(frozen=True)
class Inputs:
    """The files of a batch by what they are for; patterns may hold ``{period}`` and its parts."""

    records: tuple[str, ...] = ()
    units: str | None = None
    reported: tuple[str, ...] = ()
    mapping: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BatchPeriodRequest(PeriodRequest):
    """What makes one period of a batch again; ``office`` describes the office that sends its letters."""

    office: Path | None = None


@dataclass(frozen=True)
class Batch:
    """A batch file, read whole. Paths in it are relative to ``folder``, the one it stands in."""

    name: str
    file: str
    text: str
    sha256: str
    folder: Path
    inputs: Inputs
    results: str
    outputs: tuple[Output, ...]
    language: Language = "vi"
    catalogue: Path | None = None
    edition: str | None = None
    working_days: Path | None = None
    assignments: Path | None = None
    office: Path | None = None
    show_officials: bool = False
    history: Path | None = None
    gates: GateLimits = GateLimits()
    wait: Wait = Wait()
