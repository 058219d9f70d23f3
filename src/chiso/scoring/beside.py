"""The same figures scored by other rules for points: our counts, or the portal's in their place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from chiso.catalogue.formula import RuleSet
from chiso.records.dataset import ReportedFigure
from chiso.scoring.engine import Engine
from chiso.scoring.measure import measures_of, wanted_counts
from chiso.scoring.points import Scorer
from chiso.scoring.reported import Reported
from chiso.scoring.scoreboard import Score, UnitScore


class Beside:
    """Both sides' figures of some units, ready to be scored by any rules for points."""

    def __init__(self, engine: Engine, ours: Reported, portal: Reported, codes: Collection[str]) -> None:
        self._engine, self._ours, self._portal = engine, ours, portal
        self._measures = measures_of(engine.rules, engine.present)
        self._counts = engine.count(wanted_counts(engine.rules, self._measures))
        self.units = tuple(unit for unit in engine.records.units if unit.code in codes)

    def ours(self, rules: RuleSet, *, from_percent: bool = False) -> Mapping[str, UnitScore]:
        """Return our own counts scored by ``rules``; ``from_percent`` takes the rounded percent for them."""
        return self._scores(rules, self._ours, from_percent=from_percent)

    def theirs(self, rules: RuleSet, *, from_percent: bool = False) -> Mapping[str, UnitScore]:
        """Return the portal's figures scored by ``rules``, as ``ours`` does; counts go before points."""
        return self._scores(rules, self._portal, from_percent=from_percent)

    def _scores(self, rules: RuleSet, reported: Reported, *, from_percent: bool) -> Mapping[str, UnitScore]:
        units = self._engine.records.units
        judgement = self._engine.judgement
        scorer = Scorer(rules, units, self._counts, self._measures, reported, judgement)
        scores = {unit.code: scorer.unit(unit) for unit in self.units}
        if not from_percent:
            return scores
        shown = {
            (code, own.index): _percent_alone(own, code)
            for code, score in scores.items()
            for own in score.scores
            if own.percent is not None and (code, own.group) not in reported.by_group
        }
        return self._scores(
            rules, replace(reported, by_index={**reported.by_index, **shown}), from_percent=False
        )


def _percent_alone(score: Score, unit_code: str) -> ReportedFigure:
    return ReportedFigure(unit_code, score.index, None, None, score.percent, None, None, None, "", 0)
