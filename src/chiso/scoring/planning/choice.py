"""The choice among all that may be done: the least effort for an aim, or the most points there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from chiso.arithmetic import scaled
from chiso.scoring.compile import Wanted
from chiso.scoring.planning.effects import Effects, Option, Target
from chiso.scoring.planning.levels import Levels, Span, levels_of
from chiso.scoring.planning.linear import Linear, OpenIndex
from chiso.scoring.planning.program import Program

Counts = tuple[int, int]


@dataclass(frozen=True)
class Chosen:
    """How often each alternative of each option is done, and the counts of every index after it."""

    times: Mapping[Option, tuple[int, ...]]
    counts: Mapping[str, Counts]


@dataclass
class _Sum:
    """A constant and so many times each variable."""

    constant: int = 0
    terms: dict[int, int] = field(default_factory=dict)

    def add(self, terms: Mapping[int, int], times: int = 1) -> None:
        for variable, value in terms.items():
            total = self.terms.get(variable, 0) + times * value
            if total:
                self.terms[variable] = total
            else:
                self.terms.pop(variable, None)

    def value(self, values: Sequence[int]) -> int:
        return self.constant + sum(times * values[variable] for variable, times in self.terms.items())


class Work:
    """Everything that may be done on a unit's records, as a program over whole numbers."""

    def __init__(self, indices: Sequence[OpenIndex], effects: Effects, places: int) -> None:
        self._indices = indices
        self._places = places
        self._options = _in_order(effects.records, indices)
        self._program = Program()
        self._doing: list[list[int]] = []
        for option in self._options:
            records = effects.records[option]
            variables = [self._program.variable(records) for _ in option]
            if len(variables) > 1:
                self._program.row(dict.fromkeys(variables, 1), most=records)
            self._doing.append(variables)
        self._alike = _alike(self._options, effects)
        changes = self._changes_of_counts(effects)
        self._counts = {
            index.rule.code: (
                _measure(index.numerator, index.counted[0], changes),
                _measure(index.denominator, index.counted[1], changes),
            )
            for index in indices
        }

    def least_effort(self, points: Decimal) -> Chosen | None:
        """Return the least work after which the open indices earn ``points`` together, None if none does.

        Of equal effort the fewest actions, of equally many those that bring the most points.
        """
        program, earned = self._with_levels()
        program.row(earned.terms, least=scaled(points, self._places) - earned.constant)
        costs = self._costs()
        values = program.minimise(costs)
        if values is not None:
            program.row(costs, most=sum(cost * values[variable] for variable, cost in costs.items()))
            values = program.minimise({variable: -value for variable, value in earned.terms.items()})
        return self._chosen(values)

    def most_points(self) -> Chosen:
        """Return the work after which the open indices earn the most that they can."""
        program, earned = self._with_levels()
        chosen = self._chosen(
            program.minimise({variable: -value for variable, value in earned.terms.items()})
        )
        assert chosen is not None  # to do nothing is always possible
        return chosen

    def fewest_left(self, code: str) -> Counts:
        """Return the counts of an index with the fewest records that do not count, whatever is done."""
        numerator, denominator = self._counts[code]
        if not numerator.terms and not denominator.terms:
            return numerator.constant, denominator.constant
        rest = _Sum()
        rest.add(denominator.terms)
        rest.add(numerator.terms, -1)
        weight = sum(self._program.uppers) + 1
        costs = {variable: weight * value for variable, value in rest.terms.items()}
        for variable, value in numerator.terms.items():
            costs[variable] = costs.get(variable, 0) - value
        values = self._program.minimise(costs)
        assert values is not None
        return numerator.value(values), denominator.value(values)

    def _changes_of_counts(self, effects: Effects) -> dict[Wanted, _Sum]:
        """Return by how much each count changes, as a sum over what is done."""
        changes: dict[Wanted, _Sum] = {}
        by_code: dict[Target, dict[int, int]] = {}
        for option, variables in zip(self._options, self._doing, strict=True):
            for alternative, variable in zip(option, variables, strict=True):
                for (wanted, code), change in alternative.changes:
                    if code is None:
                        changes.setdefault(wanted, _Sum()).add({variable: change})
                    else:
                        by_code.setdefault((wanted, code), {})[variable] = change
        for (wanted, code), rows in by_code.items():
            counted, constant = self._code_counts(rows, effects.rows_with_code[wanted, code])
            of_count = changes.setdefault(wanted, _Sum())
            of_count.add(counted)
            of_count.constant += constant
        return changes

    def _code_counts(self, rows: Mapping[int, int], now: int) -> tuple[dict[int, int], int]:
        """Return by how much a distinct count changes through one code: it counts once, whatever its rows."""
        uppers = self._program.uppers
        fewest = now + sum(min(0, change) * uppers[variable] for variable, change in rows.items())
        most = now + sum(max(0, change) * uppers[variable] for variable, change in rows.items())
        if fewest >= 1 or most <= 0:
            return {}, 0
        counts = self._program.variable(1)
        self._program.row({**rows, counts: -1}, least=-now)
        self._program.row({**rows, counts: -most}, most=-now)
        return {counts: 1}, -1 if now else 0

    def _with_levels(self) -> tuple[Program, _Sum]:
        """Return the program with the level that each index reaches, and the points as a sum over it."""
        program = self._program.copy()
        earned = _Sum()
        for index in self._indices:
            numerator, denominator = self._counts[index.rule.code]
            if not numerator.terms and not denominator.terms:
                earned.constant += scaled(index.points(*index.counted), self._places)
                continue
            span = Span(self._bounds(numerator), self._bounds(denominator))
            levels = levels_of(index, span, self._places)
            earned.constant += levels.least
            earned.add(_add_levels(program, levels, span, numerator, denominator))
            self._keep_maximum(program, index, denominator)
        return program, earned

    def _keep_maximum(self, program: Program, index: OpenIndex, denominator: _Sum) -> None:
        # An index without cases may leave the maximum; a plan changes no maximum.
        if index.rule.on_zero == "exclude" and denominator.terms:
            if index.counted[1] > 0:
                program.row(denominator.terms, least=1 - denominator.constant)
            else:
                program.row(denominator.terms, most=-denominator.constant)

    def _bounds(self, counted: _Sum) -> Counts:
        low = high = counted.constant
        doing = {variable for variables in self._doing for variable in variables}
        for option in self._doing:
            records = self._program.uppers[option[0]]
            changes = [counted.terms.get(variable, 0) for variable in option]
            low += records * min(0, *changes)
            high += records * max(0, *changes)
        for variable, change in counted.terms.items():
            if variable not in doing:
                low += min(0, change)
                high += max(0, change)
        return low, high

    def _costs(self) -> dict[int, int]:
        weight = (
            sum(self._program.uppers) * max((len(a.kinds) for o in self._options for a in o), default=1) + 1
        )
        return {
            variable: alternative.effort * weight + len(alternative.kinds)
            for option, variables in zip(self._options, self._doing, strict=True)
            for alternative, variable in zip(option, variables, strict=True)
        }

    def _chosen(self, values: Sequence[int] | None) -> Chosen | None:
        if values is None:
            return None
        times = {
            option: tuple(values[variable] for variable in variables)
            for option, variables in zip(self._options, self._doing, strict=True)
        }
        for alike in self._alike:
            # Which of several codes that would do equally well is the solver's whim; the first are taken.
            times.update(zip(alike, sorted((times[option] for option in alike), reverse=True), strict=True))
        counts = {
            code: (numerator.value(values), denominator.value(values))
            for code, (numerator, denominator) in self._counts.items()
        }
        return Chosen(times, counts)


def _measure(measure: Linear, now: int, changes: Mapping[Wanted, _Sum]) -> _Sum:
    result = _Sum(now)
    for times, wanted in measure.terms:
        change = changes.get(wanted)
        if change is not None:
            result.constant += times * change.constant
            result.add(change.terms, times)
    return result


def _add_levels(
    program: Program, levels: Levels, span: Span, numerator: _Sum, denominator: _Sum
) -> dict[int, int]:
    """Add a switch for each level, on only with the one below it; return the points of each switch."""
    sign = -1 if levels.falling else 1
    points: dict[int, int] = {}
    reached = levels.least
    below: int | None = None
    # Where the denominator stands still: how far the numerator must be, level upon level.
    distance = _Sum()
    distance.add(numerator.terms, sign)
    start = span.numerator[1] if levels.falling else span.numerator[0]
    for level in levels.above:
        switch = program.variable(1)
        if below is not None:
            program.row({switch: 1, below: -1}, most=0)
        points[switch] = level.points - reached
        if isinstance(level.bound, int):
            distance.add({switch: -abs(level.bound - start)})
            start = level.bound
        else:
            _hold_ratio(program, switch, level.bound, sign, (numerator, denominator), span)
        below, reached = switch, level.points
    if levels.still:
        least = span.numerator[1] if levels.falling else span.numerator[0]
        program.row(distance.terms, least=sign * (least - numerator.constant))
    elif levels.empty is not None:
        points |= _hold_empty(program, levels, denominator, span, points)
    return points


def _hold_ratio(
    program: Program, switch: int, bound: Fraction, sign: int, counted: tuple[_Sum, _Sum], span: Span
) -> None:
    """Hold the ratio at its bound while the switch is on."""
    numerator, denominator = counted
    n, d = bound.numerator, bound.denominator
    surplus = _Sum(sign * (d * numerator.constant - n * denominator.constant))
    surplus.add(numerator.terms, sign * d)
    surplus.add(denominator.terms, -sign * n)
    worst = (
        d * span.numerator[0] - n * span.denominator[1]
        if sign > 0
        else n * span.denominator[0] - d * span.numerator[1]
    )
    slack = max(0, -worst)
    program.row({**surplus.terms, switch: -slack}, least=-slack - surplus.constant)


def _hold_empty(
    program: Program, levels: Levels, denominator: _Sum, span: Span, switches: Iterable[int]
) -> dict[int, int]:
    """Add the switch that is on exactly while the denominator is 0, when no level is reached."""
    assert levels.empty is not None
    empty = program.variable(1)
    highest = span.denominator[1]
    program.row({**denominator.terms, empty: highest}, most=highest - denominator.constant)
    program.row({**denominator.terms, empty: 1}, least=1 - denominator.constant)
    for switch in switches:
        program.row({switch: 1, empty: 1}, most=1)
    return {empty: levels.empty - levels.least}


def _alike(options: Sequence[Option], effects: Effects) -> list[list[Option]]:
    """Return the options that differ by their codes alone, each code touched by one option only."""
    touching = Counter(target for option in options for target in {t for a in option for t, _ in a.changes})
    groups: dict[object, list[Option]] = {}
    for option in options:
        codes: dict[str, int] = {}
        shape: list[object] = [effects.records[option]]
        alone = True
        for alternative in option:
            changes = []
            for target, change in alternative.changes:
                wanted, code = target
                number = None if code is None else codes.setdefault(code, len(codes))
                changes.append((wanted, number, change, code is not None and effects.rows_with_code[target]))
                alone = alone and (code is None or touching[target] == 1)
            shape.append((alternative.kinds, tuple(changes)))
        if alone and codes:
            groups.setdefault(tuple(shape), []).append(option)
    return [group for group in groups.values() if len(group) > 1]


def _in_order(options: Iterable[Option], indices: Sequence[OpenIndex]) -> list[Option]:
    """Return the options in an order of their own, whatever the order of the records."""
    counts = [
        wanted for index in indices for m in (index.numerator, index.denominator) for _, wanted in m.terms
    ]
    numbers = {wanted: n for n, wanted in enumerate(dict.fromkeys(counts))}

    def place(option: Option) -> list[tuple[tuple[str, ...], list[tuple[int, str, int]]]]:
        return [
            (
                alternative.kinds,
                [(numbers[wanted], code or "", change) for (wanted, code), change in alternative.changes],
            )
            for alternative in option
        ]

    return sorted(options, key=place)
