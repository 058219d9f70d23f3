"""The parts that a message is made of, and the words that they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from chiso.catalogue.model import Bilingual
from chiso.errors import Language, Text
from chiso.reporting.tables import LABELS, Column, ReportTable
from chiso.scoring.rank import League, Rank
from chiso.scoring.report import Report

# Of a long list the first and the last so many are told.
MOST = 5
NAME = Column("unit_name", "text", LABELS["unit_name"])
CODE = Column("unit_code", "text", LABELS["unit_code"])
INDEX = Column("index", "text", LABELS["index"])
INDEX_NAME = Column("index_name", "text", Text(vi="Tên", en="Name"))


@dataclass(frozen=True)
class Section:
    """A heading, then tables (each below a line of its own, None for none), then sentences."""

    heading: str
    tables: tuple[tuple[str | None, ReportTable], ...]
    lines: tuple[str, ...]


def named(name: Bilingual, language: Language) -> str:
    """Return a name in one language."""
    return name.vi if language == "vi" else name.en


def rankings(report: Report) -> Iterator[tuple[League, list[Rank]]]:
    """Yield every ranking that has a unit of the report's board, with all units in it, the best first."""
    chosen = {unit.unit.code for unit in report.board.units}
    for league, found in groupby(report.ranks, key=lambda rank: rank.league):
        ranks = list(found)
        if any(rank.score.unit.code in chosen for rank in ranks):
            yield league, ranks
