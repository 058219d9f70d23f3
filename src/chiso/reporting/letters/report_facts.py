"""A report → what a letter may say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from chiso.catalogue.assignments import Assignment
from chiso.catalogue.formula import IndexRule, RuleSet
from chiso.catalogue.model import Bilingual
from chiso.errors import Language, Text
from chiso.reporting.letters.facts import (
    Catalogue,
    Change,
    Compared,
    GroupFact,
    IndexFact,
    Late,
    LateUnit,
    LeagueFact,
    Named,
    Owner,
    Part,
    Past,
    PeriodFact,
    Repair,
    ReportFacts,
    UnitFact,
)
from chiso.reporting.period_names import period_words
from chiso.reporting.plan_text import summary
from chiso.reporting.tables import LEVEL_NAMES, OUTCOMES, number_text
from chiso.scoring.comparing.comparison import BoardComparison, UnitComparison
from chiso.scoring.comparing.side import CAUSES, Cause
from chiso.scoring.late import LateLists
from chiso.scoring.rank import League, Rank
from chiso.scoring.report import Report
from chiso.scoring.scoreboard import Score, UnitScore
from chiso.scoring.shortfalls import Shortfall

# How many units are named at either end of a ranking, and of those that rose or fell most.
_NAMED = 3
_NOTHING = Decimal("0.00")
# Where a unit has no part in an index: there is nothing to meet.
_WITHOUT = ("not_applicable", "analysis")

# Why points changed, as a sentence names it.
CAUSES_TOLD: Mapping[Cause, Text] = {
    "units": Text(vi="sắp xếp, sáp nhập đơn vị", en="mergers of units"),
    "catalogue": Text(vi="quy tắc của bộ chỉ số thay đổi", en="changed rules of the index set"),
    "data": Text(vi="dữ liệu có thêm hoặc thiếu cột", en="columns that came or went"),
    "removed": Text(vi="hồ sơ không còn trong kỳ", en="cases no longer in the period"),
    "new": Text(vi="hồ sơ mới", en="new cases"),
    "finished": Text(vi="hồ sơ đã giải quyết xong", en="cases finished"),
    "edited": Text(vi="hồ sơ được cập nhật", en="cases edited"),
    "time": Text(vi="thời gian trôi qua", en="the passing of time"),
    "reported": Text(vi="số liệu báo cáo thay cho hồ sơ", en="figures reported in place of records"),
    "counts": Text(vi="số lượng, tỷ lệ hồ sơ đạt yêu cầu thay đổi", en="changed counts of records"),
    "rounding": Text(vi="làm tròn", en="rounding"),
}


def report_facts(report: Report, language: Language) -> ReportFacts:
    """Return what a letter in this language may say of a report."""
    return _Facts(report, language).all()


class _Facts:
    """Goes through a report once for a letter in one language."""

    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._language: Language = language
        board = report.board
        self._rules: RuleSet = board.rules
        above = {unit.unit.parent_code for unit in board.units}
        # What a unit above counts for those below must not be counted twice.
        self._lowest = tuple(unit for unit in board.units if unit.unit.code not in above)
        self._codes = [
            index.code
            for index in self._rules.indices
            if index.scored and (board.chosen is None or index.code in board.chosen)
        ]
        self._owners = board.assigned()

    def all(self) -> ReportFacts:
        """Return the facts."""
        report, board = self._report, self._report.board
        indices = self._indices()
        one = self._unit(board.units[0]) if len(board.units) == 1 else None
        compared, past = self._compared(), report.course
        return ReportFacts(
            period=_period(report, self._language),
            as_of=board.judgement.as_of,
            provisional=board.judgement.provisional,
            catalogue=Catalogue(
                self._name(self._rules.title), self._rules.edition, self._name(self._rules.edition_title)
            ),
            units=len(board.units),
            without_records=sum(not unit.has_records for unit in board.units),
            one=one,
            groups=() if one is None else tuple(self._groups(board.units[0])),
            leagues=self._leagues() if one is None else (),
            before=period_words(past[-1].judgement.period, self._language) if past else None,
            compared=compared,
            not_compared=tuple(p.message.in_language(self._language) for p in report.not_compared),
            indices=indices,
            met=tuple(index for index in indices if index.met and not index.missed),
            missed=tuple(index for index in indices if index.missed),
            lost=tuple(sorted((i for i in indices if i.lost), key=lambda index: -index.lost)),
            missing=tuple(index for index in indices if index.missing),
            late=None if report.late is None else late_facts(report.late),
            course=self._course(one),
            plan=self._plan(one),
            owners=owners_of(indices) if board.assignments is not None else None,
            lacking=tuple(text.in_language(self._language) for text in report.lacking),
            inferred=board.inferred,
        )

    def _groups(self, unit: UnitScore) -> Iterator[GroupFact]:
        past = self._report.past(unit.unit.code)
        names = {group.code: self._name(group.name) for group in self._rules.groups}
        for own in unit.groups:
            before = None if past is None else past.groups.get(own.group)
            change = own.points - before if own.points is not None and before is not None else None
            yield GroupFact(names[own.group], own.points, own.max_points, before, change)

    def _name(self, name: Bilingual) -> str:
        return name.vi if self._language == "vi" else name.en

    def _unit(self, score: UnitScore) -> UnitFact:
        return self._ranked(self._report.rank_of[score.unit.code])

    def _ranked(self, rank: Rank) -> UnitFact:
        score = rank.score
        past = self._report.past(score.unit.code)
        # Points out of different maxima are not compared.
        alike = past is not None and past.max_points == score.max_points
        return UnitFact(
            code=score.unit.code,
            name=score.unit.name,
            points=score.total,
            maximum=score.max_points,
            band=None if score.band is None else self._name(score.band),
            place=rank.place,
            of=rank.league.units,
            partial=score.outcome == "partial",
            points_before=None if past is None else past.total,
            place_before=None if past is None else past.place,
            change=score.total - past.total if past is not None and alike else None,
        )

    def _leagues(self) -> tuple[LeagueFact, ...]:
        asked = {unit.unit.code for unit in self._report.board.units}
        leagues: dict[League, list[Rank]] = {}
        for rank in self._report.ranks:
            if rank.score.unit.code in asked:
                leagues.setdefault(rank.league, []).append(rank)
        return tuple(self._league(league, ranks) for league, ranks in leagues.items())

    def _league(self, league: League, ranks: Sequence[Rank]) -> LeagueFact:
        banded = Counter(rank.score.band for rank in ranks if rank.score.band is not None)
        bands = [Named(self._name(band.name), banded[band.name]) for band in self._rules.bands]
        several = len(ranks) > 1
        last = ranks[-min(_NAMED, len(ranks) // 2) :] if several else ()
        return LeagueFact(
            level=LEVEL_NAMES[league.level].in_language(self._language),
            units=len(ranks),
            maximum=league.max_points,
            partial=sum(rank.score.outcome == "partial" for rank in ranks),
            first=tuple(self._ranked(rank) for rank in ranks[:_NAMED]),
            last=tuple(self._ranked(rank) for rank in last),
            bands=tuple(band for band in bands if band.number),
        )

    def _indices(self) -> tuple[IndexFact, ...]:
        found: dict[str, list[tuple[Score, Shortfall | None]]] = {code: [] for code in self._codes}
        for unit in self._lowest:
            shortfalls = {
                each.loss.index.code: each
                for each in self._report.shortfalls[unit.unit.code]
                if each.loss.index is not None
            }
            for score in unit.scores:
                if score.index in found:
                    found[score.index].append((score, shortfalls.get(score.index)))
        rules = {index.code: index for index in self._rules.indices}
        return tuple(self._index(rules[code], of_units) for code, of_units in found.items())

    def _index(self, rule: IndexRule, of_units: Sequence[tuple[Score, Shortfall | None]]) -> IndexFact:
        states = Counter(state_of(score) for score, _ in of_units)
        shortfalls = [shortfall for _, shortfall in of_units if shortfall is not None]
        own = [s for score, s in of_units if s is not None and score.outcome != "inherited"]
        counted = [s.loss.not_counted for s in own if s.loss.not_counted is not None and s.loss.lost]
        gains = [s.gain for s in shortfalls if s.gain is not None]
        repairs: Counter[str] = Counter()
        for shortfall in shortfalls:
            for repair in shortfall.repairs:
                repairs[self._name(repair.name)] += repair.records
        one = of_units[0][0] if len(of_units) == 1 else None
        owner: Assignment | None = self._owners.get(rule.code)
        return IndexFact(
            code=rule.code,
            name=self._name(rule.name),
            met=states["met"],
            missed=states["missed"],
            no_data=states["no_data"],
            missing=sum(score.outcome == "missing_data" for score, _ in of_units),
            lost=sum((s.loss.lost for s in shortfalls if s.loss.lost is not None), _NOTHING),
            not_counted=sum(counted) if counted else None,
            repairable=sum(s.repairable for s in shortfalls if s.repairable is not None),
            gain=sum(gains, _NOTHING) if gains else None,
            repairs=tuple(Repair(name, records) for name, records in repairs.items()),
            remedy=self._name(rule.remedy),
            inherited=bool(of_units) and all(score.outcome == "inherited" for score, _ in of_units),
            applies=len(of_units) > states["no_part"],
            numerator=None if one is None else one.numerator,
            denominator=None if one is None else one.denominator,
            percent=None if one is None else one.percent,
            points=None if one is None else one.points,
            maximum=None if one is None else one.max_points,
            outcome="" if one is None else OUTCOMES[one.outcome].in_language(self._language),
            owner=None if owner is None else owner.owner_name,
        )

    def _compared(self) -> Compared | None:
        found, past = self._report.comparison, self._report.course
        if found is None or not past:
            return None
        asked = {unit.unit.code for unit in self._lowest}
        units = [unit for unit in found.units if unit.unit.code in asked]
        moved = [
            self._ranked(unit.after)
            for unit in units
            if unit.after is not None and unit.total is not None and unit.before is not None
        ]
        changes = [(unit, unit.change) for unit in moved if unit.change is not None]
        ordered = sorted(changes, key=lambda each: -each[1])
        return Compared(
            before=period_words(past[-1].judgement.period, self._language),
            risen=sum(change > 0 for _, change in changes),
            fallen=sum(change < 0 for _, change in changes),
            same=sum(change == 0 for _, change in changes),
            added=len(asked) - len(changes),
            rose_most=tuple(unit for unit, change in ordered[:_NAMED] if change > 0),
            fell_most=tuple(unit for unit, change in reversed(ordered[-_NAMED:]) if change < 0),
            causes=tuple(self._parts(units)),
            rows=self._index_changes(found, units),
        )

    def _parts(self, units: Iterable[UnitComparison]) -> Iterator[Part]:
        totals = [unit.total for unit in units if unit.total is not None]
        for cause in CAUSES:
            points = sum((total.parts[cause] for total in totals), _NOTHING)
            if any(total.parts[cause] for total in totals):
                yield Part(CAUSES_TOLD[cause].in_language(self._language), points)

    def _index_changes(self, found: BoardComparison, units: Sequence[UnitComparison]) -> tuple[Change, ...]:
        names = {index.code: self._name(index.name) for index in self._rules.indices}
        changes: dict[str, list[Decimal]] = {}
        scores: dict[str, tuple[Score | None, Score | None]] = {}
        for unit in units:
            for own in found.shown(unit):
                if own.points.change:
                    changes.setdefault(own.index, []).append(own.points.change)
                scores[own.index] = (own.before, own.after)
        one = len(units) == 1
        rows = [
            Change(
                code=code,
                name=names.get(code, code),
                before=_points(scores[code][0]) if one else None,
                after=_points(scores[code][1]) if one else None,
                change=sum(moved, _NOTHING),
                counts_before=_counts(scores[code][0], self._language) if one else None,
                counts_after=_counts(scores[code][1], self._language) if one else None,
                risen=sum(change > 0 for change in moved),
                fallen=sum(change < 0 for change in moved),
            )
            for code, moved in changes.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-abs(row.change), row.code)))

    def _course(self, one: UnitFact | None) -> tuple[Past, ...]:
        if one is None:
            return ()
        return tuple(
            Past(
                period=period_words(past.judgement.period, self._language),
                points=total.total,
                maximum=total.max_points,
                place=total.place,
                of=total.of,
                band=None if total.band is None else self._name(total.band),
            )
            for past in self._report.course
            if (total := past.totals.get(one.code)) is not None
        )

    def _plan(self, one: UnitFact | None) -> tuple[str, ...]:
        plans = self._report.plans
        if one is None or plans is None or one.code not in plans:
            return ()
        return tuple(line.in_language(self._language) for line in summary(plans[one.code]))


def state_of(score: Score) -> str:
    """Return whether a unit met an index (full points), missed it, has no data or cases, or no part in it."""
    if score.outcome == "missing_data":
        return "no_data"
    if not score.max_points or score.outcome in _WITHOUT:
        return "no_part"
    if score.points == score.max_points:
        return "met"
    return "no_data" if score.outcome == "no_cases" else "missed"


def late_facts(lists: LateLists) -> Late:
    """Return the late lists in numbers."""
    units = [
        LateUnit(
            counts.unit.name,
            counts.in_population,
            counts.listed["finished"],
            counts.listed["open"],
            counts.listed["due"],
        )
        for counts in lists.units
    ]
    some = [unit for unit in units if unit.finished or unit.open or unit.due]
    return Late(
        records=sum(unit.records for unit in units),
        finished=sum(unit.finished for unit in units),
        open=sum(unit.open for unit in units),
        due=sum(unit.due for unit in units),
        within=lists.within,
        undetermined=lists.undetermined,
        units=tuple(sorted(some, key=lambda unit: -(unit.finished + unit.open))),
    )


def owners_of(indices: Collection[IndexFact]) -> tuple[Owner, ...]:
    """Return who answers for which of ``indices``, in their order; those of nobody are left out.

    Of several units an index is met where none of them missed it.
    """
    by_owner: dict[str, list[IndexFact]] = {}
    for index in indices:
        if index.owner is not None:
            by_owner.setdefault(index.owner, []).append(index)
    return tuple(
        Owner(
            name=name,
            met=tuple(i.code for i in own if i.met and not i.missed),
            missed=tuple(i.code for i in own if i.missed),
            no_data=tuple(i.code for i in own if i.no_data and not i.met and not i.missed),
        )
        for name, own in by_owner.items()
    )


def _period(report: Report, language: Language) -> PeriodFact:
    period = report.board.judgement.period
    return PeriodFact(
        period_words(period, language), period.label, period.kind, period.first_day, period.last_day
    )


def _points(score: Score | None) -> Decimal | None:
    return None if score is None else score.points


def _counts(score: Score | None, language: Language) -> str | None:
    if score is None or score.numerator is None or score.denominator is None:
        return None
    return f"{number_text(score.numerator, language)}/{number_text(score.denominator, language)}"
