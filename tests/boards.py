"""Scoreboards of reported figures, made without a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import load_catalogue
from chiso.records.dataset import ReportedFigure
from chiso.scoring.counts import Counts
from chiso.scoring.points import Scorer
from chiso.scoring.reported import match_reported
from chiso.scoring.scoreboard import Provenance, Scoreboard
from chiso.terms.period import judge, parse_period
from chiso.terms.unit import Unit, UnitTree
from tests.builders import a_catalogue

DAY = date(2026, 8, 31)
# What is reported of an index or a group: so many of so many, or points.
Figure = tuple[int, int] | Decimal
NOTHING_COUNTED = Counts({}, {}, {}, ())


def rules_of(folder: Path, *changes: tuple[str, str]) -> RuleSet:
    """Return the rules of the small catalogue, changed as ``a_catalogue`` does, in August 2026."""
    return load_catalogue(a_catalogue(folder, *changes)).rules(DAY)


def communes(*codes: str) -> tuple[Unit, ...]:
    """Return units of one level by their codes; a code is a name too."""
    return tuple(Unit(code, f"Xã {code}", "commune") for code in codes)


def a_board(
    rules: RuleSet, units: Sequence[Unit], figures: Mapping[str, Mapping[str, Figure]]
) -> tuple[Scoreboard, UnitTree]:
    """Return the scoreboard of units with figures by unit and index (or group), and their registry."""
    registry = UnitTree(units)
    reported = match_reported(
        [_reported(code, name, figure) for code, own in figures.items() for name, figure in own.items()],
        *(rules, registry, "2026-08", 0),
    )
    judgement = judge(parse_period("2026-08", DAY), DAY)
    scorer = Scorer(rules, registry, NOTHING_COUNTED, {}, reported, judgement)
    board = Scoreboard(
        rules=rules,
        judgement=judgement,
        split=None,
        units=tuple(scorer.unit(unit) for unit in registry),
        fates=(),
        missing=(),
        beyond=(),
        quarantine=(),
        notes=(),
        provenance=Provenance("0", "small.yaml", "", (), False),
    )
    return board, registry


def _reported(unit_code: str, name: str, figure: Figure) -> ReportedFigure:
    points = figure if isinstance(figure, Decimal) else None
    numerator, denominator = (None, None) if isinstance(figure, Decimal) else figure
    return ReportedFigure(unit_code, name, numerator, denominator, None, points, None, None, "r.csv", 2)
