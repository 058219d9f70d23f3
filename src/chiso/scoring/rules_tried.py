"""Another rule or another rounding for the same counts: what the portal's points may rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from chiso.catalogue.formula import GroupRule, IndexRule, RuleSet
from chiso.catalogue.model import Rounding
from chiso.errors import Text
from chiso.scoring.beside import Beside
from chiso.scoring.differences import Cause, Evidence, Part
from chiso.scoring.published import LEAST_COMPANY, Published, ours_of
from chiso.scoring.scoreboard import UnitScore

# Another arithmetic or stage of rounding moves a figure by no more than this.
MOST_BY_ROUNDING = Decimal("0.01")


@dataclass(frozen=True)
class RuleTried:
    """A rule for points in the place of ours; ``from_percent`` takes the rounded percent for the counts."""

    cause: Cause
    id: str
    name: Text
    rules: RuleSet
    from_percent: bool = False


class RulesForPoints:
    """Finds the rule or the rounding that turns the portal's counts (or ours) into its points."""

    def __init__(
        self, beside: Beside, rules: RuleSet, editions: Sequence[RuleSet], entries: Sequence[Published]
    ) -> None:
        self._beside = beside
        self._entries = entries
        self._as_it_is = RuleTried("formula", "as_it_is", Text("", ""), rules)
        self._formulas = [*other_formulas(rules, editions)]
        self._roundings = [*other_roundings(rules)]
        self._known: dict[tuple[str, bool], Mapping[str, UnitScore]] = {}

    def parts(self, entry: Published, own: Decimal, goal: Decimal) -> Iterator[Part]:
        """Yield the steps from ``own``, the points by our rule, to ``goal``, if some rule leads there."""
        if own == goal:
            return
        if abs(goal - own) <= MOST_BY_ROUNDING:
            for rounding in self._roundings:
                if self._points(rounding, entry) == goal:
                    yield _part(rounding, goal - own, entry)
                    return
        for formula in self._formulas:
            if self._points(formula, entry) == goal and self._in_company(formula, entry):
                yield _part(formula, goal - own, entry)
                return
        yield from self._both(entry, own, goal)

    def _both(self, entry: Published, own: Decimal, goal: Decimal) -> Iterator[Part]:
        for formula in self._formulas if entry.has_counts else ():
            by_formula = self._points(formula, entry)
            if by_formula == own or abs(goal - by_formula) > MOST_BY_ROUNDING:
                continue
            for rounding in other_roundings(formula.rules):
                combined = replace(rounding, id=f"{formula.id}+{rounding.id}")
                if self._points(combined, entry) == goal:
                    yield _part(formula, by_formula - own, entry)
                    yield _part(rounding, goal - by_formula, entry)
                    return

    def _points(self, tried: RuleTried, entry: Published) -> Decimal:
        """Return the points of the portal's counts by a rule; of ours where it publishes no counts."""
        theirs = entry.by_our_rule is not None
        key = (tried.id, theirs)
        if key not in self._known:
            score = self._beside.theirs if theirs else self._beside.ours
            self._known[key] = score(tried.rules, from_percent=tried.from_percent)
        return ours_of(entry, self._known[key][entry.unit.code]).added

    def _in_company(self, tried: RuleTried, entry: Published) -> bool:
        """Return whether a rule is borne out: by counts of this figure, or by points of several."""
        if entry.by_our_rule is not None:
            return True
        met = [
            other
            for other in self._entries
            if other.key[1] == entry.key[1]
            and self._points(tried, other) == other.figures.added != self._points(self._as_it_is, other)
        ]
        return len(met) >= LEAST_COMPANY


def _part(tried: RuleTried, points: Decimal, entry: Published) -> Part:
    evidence: Evidence = "points_only" if entry.by_our_rule is None else "reproduced"
    return Part(tried.cause, tried.id, tried.name, None, None, points, evidence)


def other_formulas(rules: RuleSet, editions: Sequence[RuleSet]) -> Iterator[RuleTried]:
    """Yield our rules with the targets, points and zero rules of every other edition of the catalogue."""
    for edition in editions:
        if edition.edition == rules.edition:
            continue
        by_code = {index.code: index for index in edition.indices}
        name = Text(
            vi=f"quy tắc tính điểm của phiên bản {edition.edition}",
            en=f"points by the rule of edition {edition.edition}",
        )
        yield RuleTried("formula", f"edition_{edition.edition}", name, _with_indices(rules, by_code))


def other_roundings(rules: RuleSet) -> Iterator[RuleTried]:
    """Yield our rules with the other arithmetic, and with points taken from the rounded percent."""
    yield RuleTried(
        "rounding",
        "other_arithmetic",
        Text(vi="số học kia (thập phân hoặc double)", en="the other arithmetic (decimal or double)"),
        _with_rounding(rules, None),
    )
    yield RuleTried(
        "rounding",
        "from_rounded_percent",
        Text(vi="điểm tính từ tỷ lệ đã làm tròn", en="points from the rounded percent"),
        _with_rounding(rules, "decimal"),
        from_percent=True,
    )


def _with_indices(rules: RuleSet, by_code: Mapping[str, IndexRule]) -> RuleSet:
    def other(index: IndexRule) -> IndexRule:
        found = by_code.get(index.code)
        if found is None or not (found.scored and index.scored):
            return index
        return replace(index, points=found.points, rule=found.rule, on_zero=found.on_zero)

    return _with_groups(
        rules, lambda group: replace(group, indices=tuple(other(index) for index in group.indices))
    )


def _with_rounding(rules: RuleSet, arithmetic: str | None) -> RuleSet:
    def other(group: GroupRule) -> GroupRule:
        rounding = group.rounding
        kind = arithmetic or ("decimal" if rounding.arithmetic == "double" else "double")
        return replace(group, rounding=Rounding.model_validate({**rounding.model_dump(), "arithmetic": kind}))

    return _with_groups(rules, other)


def _with_groups(rules: RuleSet, changed: Callable[[GroupRule], GroupRule]) -> RuleSet:
    return replace(rules, groups=tuple(changed(group) for group in rules.groups))
