"""Where points were lost, what to do about it, and what is late."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from chiso.catalogue.formula import GroupRule, IndexRule
from chiso.catalogue.vocabulary import vocabulary
from chiso.errors import Language, Text
from chiso.reporting.late_tables import late_totals, list_title
from chiso.reporting.messages.section import CODE, INDEX, INDEX_NAME, MOST, NAME, Section, named, rankings
from chiso.reporting.plan_text import summary
from chiso.reporting.tables import LABELS, LEVEL_NAMES, Column, ReportTable, Value, number_text
from chiso.scoring.report import Report
from chiso.scoring.shortfalls import Shortfall

_LOST = Column("lost", "decimal", LABELS["lost"])
_NOT_COUNTED = Column("not_counted", "integer", LABELS["not_counted"])
_REPAIRABLE = Column("repairable", "integer", Text(vi="Còn sửa được", en="Repairable"))


def lost(report: Report, *, each: bool, language: Language) -> Section:
    """Return where points were lost, most first: of each unit, else of all units of a level together."""
    heading = Text(vi="Mất điểm ở đâu", en="Where points were lost").in_language(language)
    if each:
        tables = [
            (unit.unit.name, _of_unit(own, language))
            for unit in report.board.units
            if (own := _with_loss(report.shortfalls[unit.unit.code]))
        ]
    else:
        tables = [
            (_sums_heading(level, units, language), _sums(sums, language))
            for level, units, sums in _by_level(report)
            if sums
        ]
    return Section(heading, tuple(tables), ())


def _with_loss(shortfalls: Sequence[Shortfall]) -> list[Shortfall]:
    return [own for own in shortfalls if own.loss.lost][:MOST]


def _of_unit(shortfalls: Sequence[Shortfall], language: Language) -> ReportTable:
    columns = (
        *(INDEX, INDEX_NAME),
        Column("points", "decimal", LABELS["points"]),
        *(_LOST, _NOT_COUNTED, _REPAIRABLE),
    )
    rows: list[tuple[Value, ...]] = [
        (
            *_called(own.loss.group, own.loss.index, language),
            own.loss.points,
            own.loss.lost,
            own.loss.not_counted,
            own.repairable,
        )
        for own in shortfalls
    ]
    return ReportTable(columns, tuple(rows))


def _called(group: GroupRule, index: IndexRule | None, language: Language) -> tuple[str, str]:
    """Return code and name of an index, or of a group that is reported as a whole."""
    of = group if index is None else index
    return of.code, named(of.name, language)


class _Sum:
    """What the units of one level lost together at one index."""

    def __init__(self, group: GroupRule, index: IndexRule | None) -> None:
        self.group, self.index = group, index
        self.units, self.lost, self.not_counted, self.repairable = 0, Decimal(0), 0, 0

    def add(self, own: Shortfall) -> None:
        """Count one unit in."""
        assert own.loss.lost is not None  # only losses are counted in
        self.units += 1
        self.lost += own.loss.lost
        self.not_counted += own.loss.not_counted or 0
        self.repairable += own.repairable or 0


def _by_level(report: Report) -> list[tuple[Text, int, list[_Sum]]]:
    """Return, for each level of the board, how many units lost points and the indices that cost most.

    Levels are told apart: the records of a unit are those of the unit above it as well.
    """
    found = []
    for level in dict.fromkeys(league.level for league, _ in rankings(report)):
        sums: dict[str, _Sum] = {}
        units = [unit for unit in report.board.units if unit.unit.level == level]
        for unit in units:
            for own in report.shortfalls[unit.unit.code]:
                if own.loss.lost:
                    group, index = own.loss.group, own.loss.index
                    code = group.code if index is None else index.code
                    sums.setdefault(code, _Sum(group, index)).add(own)
        most = sorted(sums.values(), key=lambda own: -own.lost)[:MOST]
        found.append((LEVEL_NAMES[level], len(units), most))
    return found


def _sums_heading(level: Text, units: int, language: Language) -> str:
    return Text(
        vi=f"{level.vi}: cộng {number_text(units, 'vi')} đơn vị",
        en=f"{level.en}: all {number_text(units, 'en')} together",
    ).in_language(language)


def _sums(sums: Sequence[_Sum], language: Language) -> ReportTable:
    columns = (
        *(INDEX, INDEX_NAME),
        Column("units", "integer", Text(vi="Số đơn vị", en="Units")),
        *(_LOST, _NOT_COUNTED, _REPAIRABLE),
    )
    rows: list[tuple[Value, ...]] = [
        (
            *_called(own.group, own.index, language),
            own.units,
            own.lost,
            own.not_counted or None,
            own.repairable or None,
        )
        for own in sums
    ]
    return ReportTable(columns, tuple(rows))


def what_to_do(report: Report, *, each: bool, language: Language) -> Section:
    """Return what to do: the least work to the next band for units told apart, then by index."""
    heading = Text(vi="Việc cần làm", en="What to do").in_language(language)
    lines: list[str] = []
    if each:
        for unit in report.board.units:
            plan = (report.plans or {}).get(unit.unit.code)
            if plan is not None:
                # The first sentence tells where the unit stands, which is told already.
                aim = list(summary(plan))[1].in_language(language)
                lines.append(f"{unit.unit.name}: {aim}")
            lines += _by_index(unit.unit.name, report.shortfalls[unit.unit.code], language)
    else:
        most = {own.index.code for _, _, sums in _by_level(report) for own in sums if own.index}
        lines += [
            f"{index.code}: {named(index.remedy, language)}"
            for index in report.board.rules.indices
            if index.code in most
        ]
    return Section(heading, (), tuple(lines))


def _by_index(name: str, shortfalls: Sequence[Shortfall], language: Language) -> list[str]:
    lines = []
    for own in _with_loss(shortfalls):
        index = own.loss.index
        if index is None:
            continue
        repairs = "; ".join(_repairs(own, index, language))
        lines.append(f"{name}, {index.code}: {repairs or named(index.remedy, language)}")
    return lines


def _repairs(own: Shortfall, index: IndexRule, language: Language) -> list[str]:
    tables = {repair.kind: repair.table for repair in index.repairs}
    told = []
    for repair in own.repairs:
        noun = vocabulary().tables[tables[repair.kind]].called(repair.records).in_language(language)
        told.append(f"{named(repair.name, language)} ({number_text(repair.records, language)} {noun})")
    return told


def late(report: Report, *, language: Language) -> Section:
    """Return how many records are late and due soon, and the units that have most of them; no record."""
    lists = report.late
    if lists is None:
        return Section("", (), ())
    noun = vocabulary().tables[lists.table.name].called(2)
    heading = Text(vi=f"Quá hạn ({noun.vi})", en=f"Late ({noun.en})").in_language(language)
    lines = tuple(text.in_language(language) for text in late_totals(lists))
    titles = {name: list_title(name, lists.within) for name in lists.lists}
    columns = (CODE, NAME, *(Column(name, "integer", title) for name, title in titles.items()))
    overdue = [name for name in lists.lists if name != "due"]
    most = sorted(lists.units, key=lambda counts: -sum(counts.listed[name] for name in overdue))[:MOST]
    rows: list[tuple[Value, ...]] = [
        (counts.unit.code, counts.unit.name, *(counts.listed[name] for name in lists.lists))
        for counts in most
        if any(counts.listed.values())
    ]
    title = Text(vi="Nhiều nhất, hồ sơ của chính đơn vị", en="Most, of the unit's own").in_language(language)
    return Section(heading, ((title, ReportTable(columns, tuple(rows))),) if rows else (), lines)
