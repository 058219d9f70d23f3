"""What changed between two boards: units, groups and indices on either side, with the parts of the change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chiso.catalogue.assignments import Assignment, Assignments
from chiso.catalogue.formula import Combination, Count, Measure
from chiso.records.dataset import Records
from chiso.scoring.comparing.chain import Chain, chain
from chiso.scoring.comparing.registries import heirs
from chiso.scoring.comparing.side import CAUSES, RECORD_CAUSES, Cause, Side
from chiso.scoring.comparing.states import Attributed, Points, attributed
from chiso.scoring.compile import Wanted
from chiso.scoring.rank import Rank, rank_units
from chiso.scoring.scoreboard import Score
from chiso.scoring.standing import signed_counts
from chiso.terms.unit import Unit

Shares = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True)
class IndexComparison:
    """One index of a unit: its scores on either side (None: not there), and the parts of its points."""

    index: str
    group: str
    before: Score | None
    after: Score | None
    points: Attributed

    @property
    def differs(self) -> bool:
        """Whether counts, points, maximum or outcome are not what they were."""
        return self.before != self.after or any(self.points.parts.values())


@dataclass(frozen=True)
class UnitComparison:
    """One unit on either side, with its places among all units of its level there.

    ``total`` is None for a unit that is on one board only and has nothing to be compared with.
    ``made_of`` names the units before that are now this one (``recast`` if it was not there itself);
    ``became`` those that answer for one that has ended.
    """

    unit: Unit
    before: Rank | None
    after: Rank | None
    total: Attributed | None
    groups: Mapping[str, Attributed]
    indices: tuple[IndexComparison, ...]
    made_of: Shares = ()
    became: Shares = ()

    @property
    def recast(self) -> bool:
        """Whether it is compared with what the units that went into it had."""
        return self.before is None and self.total is not None


@dataclass(frozen=True)
class MovedCase:
    """A record that counts otherwise for an index, and what that moved in its unit's own counts."""

    unit_code: str
    index: str
    table: str
    record_id: str
    cause: Cause
    numerator: int
    denominator: int


@dataclass(frozen=True)
class BoardComparison:
    """Two boards and what lies between them; ``causes`` are those that moved any point of any unit.

    ``assignments`` say by the rules after who answers for which index, where that is asked for. ``chosen``
    are the codes of the indices asked for, None for all; groups and totals are of all indices nevertheless.
    """

    before: Side
    after: Side
    units: tuple[UnitComparison, ...]
    chain: Chain
    assignments: Assignments | None = None
    chosen: frozenset[str] | None = None

    @property
    def by_records(self) -> bool:
        """Whether the records of both sides told the causes."""
        return self.chain.mixture is not None

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes that moved points, in their order."""
        return tuple(
            cause
            for cause in CAUSES
            if any(
                points.parts[cause]
                for unit in self.units
                if unit.total is not None
                for points in (unit.total, *unit.groups.values(), *(own.points for own in unit.indices))
            )
        )

    def shown(self, unit: UnitComparison) -> tuple[IndexComparison, ...]:
        """Return the indices asked for of a unit, in the order of the catalogue after."""
        return tuple(own for own in unit.indices if self.chosen is None or own.index in self.chosen)

    def assigned(self) -> Mapping[str, Assignment | None]:
        """Return who answers for each index of the rules after, by code; nothing without assignments."""
        if self.assignments is None:
            return {}
        return {index.code: self.assignments.of(index) for index in self.after.board.rules.indices}

    def told_by_case(self) -> frozenset[str]:
        """Return the indices asked for of which every record moves its own share.

        Those that count codes once are not among them.
        """
        return frozenset(
            code
            for code, own in self.chain.measures.items()
            if (self.chosen is None or code in self.chosen)
            and _by_rows(own.numerator)
            and _by_rows(own.denominator)
        )

    def moved_cases(self, units: Collection[str]) -> Iterator[MovedCase]:
        """Yield the records of ``units`` that count otherwise than before, by table, cause and index."""
        mixture = self.chain.mixture
        if mixture is None:
            return
        shares = {table: _Shares(self, mixture.counts_of(table)) for table in mixture.tables}
        for row in mixture.moved():
            before, after = (
                seen if seen is not None and seen[0] in units else None for seen in (row.before, row.after)
            )
            for unit in dict.fromkeys(seen[0] for seen in (before, after) if seen is not None):
                was, now = (
                    seen[1] if seen is not None and seen[0] == unit else None for seen in (before, after)
                )
                assert unit is not None  # units are named
                for code, numerator, denominator in shares[row.table].moved(was, now):
                    cause = RECORD_CAUSES[row.cause - 1]
                    yield MovedCase(unit, code, row.table, row.record_id, cause, numerator, denominator)


class _Shares:
    """What a row of one table gives to every index, from whether each count has it."""

    def __init__(self, found: BoardComparison, counts: Sequence[Wanted]) -> None:
        places = {entry.count: place for place, entry in enumerate(counts)}
        self._signs = {
            code: tuple(
                [
                    (places[entry.count], entry.sign)
                    for entry in signed_counts(measure)
                    if entry.count in places
                ]
                for measure in (own.numerator, own.denominator)
            )
            for code, own in found.chain.measures.items()
            if code in found.told_by_case()
        }

    def moved(
        self, before: tuple[int, ...] | None, after: tuple[int, ...] | None
    ) -> Iterator[tuple[str, int, int]]:
        """Yield each index whose counts the row moved, and by how much numerator and denominator."""
        for code, signs in self._signs.items():
            numerator, denominator = (
                sum(
                    sign * ((0 if after is None else after[n]) - (0 if before is None else before[n]))
                    for n, sign in own
                )
                for own in signs
            )
            if numerator or denominator:
                yield code, numerator, denominator


def _by_rows(measure: Measure) -> bool:
    match measure:
        case Combination(kind=kind, parts=parts):
            return kind in ("add", "subtract") and all(map(_by_rows, parts))
        case Count(kind=kind):
            return kind in ("rows", "sum")
        case _:
            return True


def compare_boards(before: Side, after: Side, read_again: Records | None = None) -> BoardComparison:
    """Return what changed from one board to the other; see ``chain`` for ``read_again`` and what is raised.

    Units stand in the order of the registry after, those that are there no more at the end.
    """
    found = chain(before, after, read_again)
    return BoardComparison(before, after, tuple(_units(before, after, found)), found)


def _units(before: Side, after: Side, found: Chain) -> Iterator[UnitComparison]:
    first = {rank.score.unit.code: rank for rank in rank_units(before.board.units)}
    then = {rank.score.unit.code: rank for rank in rank_units(after.board.units)}
    for score in after.board.units:
        code = score.unit.code
        values = [(state.cause, state.units[code]) for state in found.states if code in state.units]
        was, now = first.get(code), then[code]
        if was is None and len(values) < len(found.states) - 1:
            yield UnitComparison(score.unit, None, now, None, {}, ())
            continue
        yield _compared(before, after, found, score.unit, was, now, values)
    day = after.board.judgement.as_of
    for score in before.board.units:
        code = score.unit.code
        if code not in then:
            became = heirs(found.cast.units, code, day)
            shares = tuple((heir, share) for heir, share in became.items() if heir != code)
            yield UnitComparison(score.unit, first[code], None, None, {}, (), became=shares)


def _compared(
    before: Side,
    after: Side,
    found: Chain,
    unit: Unit,
    was: Rank | None,
    now: Rank,
    values: Sequence[tuple[Cause, Points]],
) -> UnitComparison:
    (_, start), *rest = values
    total = attributed([(cause, points.total) for cause, points in rest], start.total)
    groups = {
        code: attributed([(cause, points.groups.get(code)) for cause, points in rest], start.groups.get(code))
        for code in dict.fromkeys(group.code for side in (after, before) for group in side.board.rules.groups)
    }
    old = {} if was is None else {score.index: score for score in was.score.scores}
    new = {score.index: score for score in now.score.scores}
    of_index = {index.code: index.group for side in (before, after) for index in side.board.rules.indices}
    codes = dict.fromkeys(index.code for side in (after, before) for index in side.board.rules.indices)
    indices = tuple(
        IndexComparison(
            code,
            of_index[code],
            old.get(code),
            new.get(code),
            attributed(
                [(cause, points.indices.get(code)) for cause, points in rest], start.indices.get(code)
            ),
        )
        for code in codes
    )
    sources = found.cast.own.get(unit.code, {}) if unit.code in found.cast.touched else {}
    made_of = tuple((code, share) for code, share in sources.items() if code != unit.code)
    return UnitComparison(unit, was, now, total, groups, indices, made_of=made_of)
