"""Criteria held against a catalogue: the index or group of each, and what a unit's score says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from chiso import arithmetic
from chiso.catalogue.formula import Count, GroupRule, IndexRule, RuleSet, own_condition
from chiso.errors import CatalogueError, Problem, Text, allowed_words, suggestion
from chiso.scoring.campaign.load import CampaignFile
from chiso.scoring.campaign.model import Better, Campaign, Criterion
from chiso.scoring.scoreboard import GroupScore, Outcome, Score, UnitScore

Measure: TypeAlias = IndexRule | GroupRule
# Beside the outcomes of an index: a group some of whose indices have no data.
MeasuredOutcome = Outcome | Literal["partial"]


@dataclass(frozen=True)
class Measured:
    """What a criterion is for one unit on one day; ``value`` is exact, None where there is none.

    A share is 0..1; ``shown`` is the value as the score has it, in percent (0..100) or in its unit.
    ``lacking`` are the indices of a group that have no data.
    """

    numerator: int | None
    denominator: int | None
    value: Fraction | None
    shown: Decimal | None
    outcome: MeasuredOutcome
    lacking: tuple[str, ...] = ()


def measure_of(criterion: Criterion, rules: RuleSet) -> Measure | None:
    """Return the index (by code or alias) or else the group of that name; None where there is neither."""
    wanted = criterion.measure.casefold()
    for index in rules.indices:
        if wanted in (name.casefold() for name in (index.code, *index.aliases)):
            return index
    return next((group for group in rules.groups if group.code.casefold() == wanted), None)


def is_share(measure: Measure) -> bool:
    """Return whether a measure is told in percent."""
    return isinstance(measure, GroupRule) or measure.value_unit == "percent"


def value_unit(measure: Measure) -> str:
    """Return the unit of a measure's values."""
    return "percent" if isinstance(measure, GroupRule) else measure.value_unit


def better(criterion: Criterion, measure: Measure) -> Better:
    """Return which way is up: as the index's rule has it, else as the campaign says, else higher."""
    return _by_rule(measure) or criterion.better or "higher"


def _by_rule(measure: Measure) -> Better | None:
    if isinstance(measure, IndexRule):
        if measure.rule.kind == "analysis":
            return None
        if measure.rule.kind == "lower_is_better":
            return "lower"
    return "higher"


def counted_table(measure: Measure) -> str | None:
    """Return the table whose rows an index counts one by one, numerator inside denominator; else None.

    Of such an index it can be told how many rows must be put right, or come in, to reach a share.
    """
    if not isinstance(measure, IndexRule) or measure.value_unit != "percent":
        return None
    numerator, denominator = measure.numerator, measure.denominator
    if not isinstance(numerator, Count) or not isinstance(denominator, Count) or numerator.kind != "rows":
        return None
    return numerator.table if own_condition(numerator, denominator) is not None else None


def measured(criterion: Criterion, measure: Measure, unit: UnitScore) -> Measured:
    """Return what the criterion is for a unit, or for an official's share of it."""
    if isinstance(measure, IndexRule):
        return _of_index(next(score for score in unit.scores if score.index == measure.code))
    group = next(group for group in unit.groups if group.group == measure.code)
    return _of_group(group, [score for score in unit.scores if score.group == measure.code], measure)


def _of_index(score: Score) -> Measured:
    value: Fraction | None = None
    if score.numerator is not None and score.denominator is not None:
        value = arithmetic.ratio(score.numerator, score.denominator)
    elif score.percent is not None:
        value = arithmetic.ratio_of_percent(score.percent)
    shown = None if value is None else score.value
    return Measured(score.numerator, score.denominator, value, shown, score.outcome)


def _of_group(group: GroupScore, scores: Sequence[Score], rule: GroupRule) -> Measured:
    """Return a group's points over its maximum. Where no index earned any, there is no value."""
    lacking = tuple(score.index for score in scores if score.outcome == "missing_data")
    value: Fraction | None = None
    if group.points is not None and (group.reported or any(score.points is not None for score in scores)):
        value = arithmetic.ratio(Fraction(group.points), Fraction(group.max_points))
    shown = None if value is None else arithmetic.percent(value, rule.rounding.percent)
    outcome: MeasuredOutcome = "partial" if lacking else "reported" if group.reported else "scored"
    if value is None:
        outcome = "missing_data" if lacking else "no_cases"
    return Measured(None, None, value, shown, outcome, lacking)


def checked(file: CampaignFile, rules: RuleSet) -> Campaign:
    """Return the campaign of a file, its criteria being in the catalogue; raises CatalogueError otherwise."""
    problems = [*file.problems, *_measures_not_there(file, rules), *_quantities_that_do_not_fit(file, rules)]
    if problems or file.campaign is None:
        raise CatalogueError(sorted(problems, key=_in_file_order))
    return file.campaign


def _measures_not_there(file: CampaignFile, rules: RuleSet) -> Iterator[Problem]:
    for criterion, place in file.measures:
        measure = measure_of(criterion, rules)
        if measure is None:
            names = [*(group.code for group in rules.groups), *(index.code for index in rules.indices)]
            aliases = [alias for index in rules.indices for alias in index.aliases]
            message = Text(
                vi=f"Bộ chỉ số không có chỉ số hay nhóm “{criterion.measure}”",
                en=f"The catalogue has no index or group “{criterion.measure}”",
            )
            hint = suggestion(criterion.measure, [*names, *aliases]) or allowed_words(names)
            yield Problem(message, place, hint)
        elif criterion.better is not None and _by_rule(measure) not in (None, criterion.better):
            message = Text(
                vi=f"“better: {criterion.better}” trái với quy tắc của “{criterion.measure}” trong bộ chỉ số",
                en=f"“better: {criterion.better}” contradicts the catalogue's rule for “{criterion.measure}”",
            )
            yield Problem(message, place, Text(vi="Bỏ khóa better", en="Leave out the key better"))


def _quantities_that_do_not_fit(file: CampaignFile, rules: RuleSet) -> Iterator[Problem]:
    """Yield the quantities that are no share where the measure is one, or the other way about."""
    measures = {criterion.code: measure_of(criterion, rules) for criterion, _ in file.measures}
    for code, quantity, place in file.quantities:
        measure = measures.get(code)
        if measure is None or quantity.is_share == is_share(measure):
            continue
        text = arithmetic.quantity(quantity.value, as_percent=False)
        if quantity.is_share:
            message = Text(
                vi=f"“{code}” không phải tỷ lệ; đơn vị tính là {value_unit(measure)}",
                en=f"“{code}” is no share; its unit is {value_unit(measure)}",
            )
            yield Problem(message, place, Text(vi="Viết số, không có %", en="Write a number without %"))
        else:
            message = Text(vi=f"“{code}” là tỷ lệ, cần dấu %", en=f"“{code}” is a share and needs the sign %")
            yield Problem(message, place, Text(vi=f"Viết {text}%", en=f"Write {text}%"))


def _in_file_order(problem: Problem) -> tuple[int, int]:
    place = problem.place
    return ((place.line or 0), (place.column or 0)) if place else (0, 0)
