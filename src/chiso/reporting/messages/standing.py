"""Where units stand: points, band, place, and what has changed since the period before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from chiso.errors import Language, Text, plural
from chiso.reporting.compare_tables import sum_line
from chiso.reporting.messages.section import CODE, INDEX, INDEX_NAME, MOST, NAME, Section, named, rankings
from chiso.reporting.tables import (
    LABELS,
    LEVEL_NAMES,
    OUTCOMES,
    Column,
    ReportTable,
    Value,
    league_headings,
    number_text,
    signed_text,
)
from chiso.scoring.comparing.comparison import IndexComparison
from chiso.scoring.rank import Rank
from chiso.scoring.report import PastTotal, Report
from chiso.scoring.scoreboard import UnitScore
from chiso.terms.text import alphabetical

# A ranking of so many units is told whole.
_WHOLE = 12
_NONE = Decimal(0)
_CHANGE = Column("change", "decimal", Text(vi="Tăng giảm", en="Change"))
_PLACES = Column("places", "integer", Text(vi="Hạng", en="Rank"))
_BEFORE = Column("total_before", "decimal", Text(vi="Kỳ trước", en="Before"))
_TOTAL = Column("total", "decimal", LABELS["total"])
_BAND = Column("band", "text", LABELS["band"])


def result(report: Report, *, each: bool, language: Language) -> Section:
    """Return the result in sentences: of every unit where each is told apart, else of every ranking."""
    heading = Text(vi="Kết quả", en="Result").in_language(language)
    if each:
        return Section(heading, (), tuple(_unit(report, unit, language) for unit in report.board.units))
    return Section(heading, (), tuple(_levels(report, language)))


def _unit(report: Report, unit: UnitScore, language: Language) -> str:
    rank, past = report.rank_of[unit.unit.code], report.past(unit.unit.code)
    total, maximum = number_text(unit.total, language), number_text(unit.max_points, language)
    place, units = number_text(rank.place, language), number_text(rank.league.units, language)
    told = [Text(vi=f"{total} / {maximum} điểm", en=f"{total} of {maximum} points")]
    if unit.band is not None:
        told.append(Text(vi=f"xếp loại {unit.band.vi}", en=f"band {unit.band.en}"))
    if unit.outcome != "scored":
        told.append(OUTCOMES[unit.outcome])
    told.append(Text(vi=f"hạng {place}/{units}", en=f"rank {place} of {units}"))
    if past is not None:
        told.append(_since(unit, rank, past, language))
    listed = "; ".join(text.in_language(language) for text in told)
    return f"{unit.unit.name} ({unit.unit.code}): {listed}"


def _since(unit: UnitScore, rank: Rank, past: PastTotal, language: Language) -> Text:
    before = number_text(past.total, language)
    if past.max_points != unit.max_points:
        maximum = number_text(past.max_points, language)
        return Text(
            vi=f"kỳ trước {before} trên tối đa {maximum}, không so thẳng được",
            en=f"before {before} of {maximum}, not to be compared as it is",
        )
    change, places = signed_text(unit.total - past.total, language), _arrow(past.place, rank.place, language)
    return Text(
        vi=f"so với kỳ trước {change} điểm (từ {before}), hạng {places}",
        en=f"since the period before {change} points (from {before}), rank {places}",
    )


def _levels(report: Report, language: Language) -> list[str]:
    lines = []
    chosen = {unit.unit.code for unit in report.board.units}
    for league, ranks in rankings(report):
        scores = [rank.score for rank in ranks if rank.score.unit.code in chosen]
        number, maximum = number_text(len(scores), language), number_text(league.max_points, language)
        level = LEVEL_NAMES[league.level]
        line = Text(
            vi=f"{level.vi}: {number} đơn vị, tối đa {maximum} điểm",
            en=f"{level.en}: {number} {plural(len(scores), 'unit', 'units')}, maximum {maximum} points",
        ).in_language(language)
        counted = Counter(_standing(score, language) for score in scores)
        bands = [named(band.name, language) for band in report.board.rules.bands]
        order = [*(name for name in bands if name in counted), *(n for n in counted if n not in bands)]
        listed = ", ".join(f"{name} {number_text(counted[name], language)}" for name in order)
        lines.append(f"{line}: {listed}")
    return lines


def _standing(score: UnitScore, language: Language) -> str:
    if score.band is not None:
        return named(score.band, language)
    return OUTCOMES[score.outcome].in_language(language)


def ranking(report: Report, *, each: bool, language: Language) -> Section:
    """Return every ranking: the first and the last units, and those told apart."""
    asked = {unit.unit.code for unit in report.board.units}
    tables = []
    found = list(rankings(report))
    headings = league_headings([league for league, _ in found], hint=False)
    for position, (league, ranks) in enumerate(found):
        own = ranks if each else [rank for rank in ranks if rank.score.unit.code in asked]
        shown = _first_and_last(own, asked if each else set())
        heading = headings.get(position, LEVEL_NAMES[league.level]).in_language(language)
        rest = len(own) - len(shown)
        if rest:
            heading += Text(
                vi=f" · bỏ qua {number_text(rest, 'vi')} đơn vị",
                en=f" · {number_text(rest, 'en')} {plural(rest, 'unit', 'units')} left out",
            ).in_language(language)
        tables.append((heading, _ranks(report, shown, language)))
    return Section(Text(vi="Xếp hạng", en="Ranking").in_language(language), tuple(tables), ())


def _first_and_last(ranks: Sequence[Rank], asked: set[str]) -> list[Rank]:
    if len(ranks) <= _WHOLE:
        return list(ranks)
    last = len(ranks) - MOST
    return [
        rank
        for position, rank in enumerate(ranks)
        if position < MOST or position >= last or rank.score.unit.code in asked
    ]


def _ranks(report: Report, ranks: Sequence[Rank], language: Language) -> ReportTable:
    rows: list[tuple[Value, ...]] = []
    for rank in ranks:
        score, past = rank.score, report.past(rank.score.unit.code)
        change = _change(score, past)
        rows.append(
            (
                rank.place,
                score.unit.code,
                score.unit.name,
                score.total,
                None if change is None else signed_text(change, language),
                None if score.band is None and score.outcome == "scored" else _standing(score, language),
            )
        )
    rank_column = Column("rank", "integer", LABELS["rank"])
    return ReportTable((rank_column, CODE, NAME, _TOTAL, _CHANGE, _BAND), tuple(rows))


def changes(report: Report, *, each: bool, language: Language) -> Section:
    """Return what has changed: by cause for units told apart, else the units that moved most."""
    heading = Text(vi="So với kỳ trước", en="Since the period before").in_language(language)
    if not report.course:
        return Section(heading, (), ())
    label = report.course[-1].judgement.period.label
    heading = Text(vi=f"So với kỳ {label}", en=f"Since {label}").in_language(language)
    if each:
        return _causes(report, heading, language)
    moved = [
        (change, unit)
        for unit in report.board.units
        if (change := _change(unit, report.past(unit.unit.code)))
    ]
    up = sorted(
        (one for one in moved if one[0] > 0), key=lambda one: (-one[0], alphabetical(one[1].unit.name))
    )[:MOST]
    down = sorted(
        (one for one in moved if one[0] < 0), key=lambda one: (one[0], alphabetical(one[1].unit.name))
    )[:MOST]
    tables = [
        (title.in_language(language), _moves(report, [unit for _, unit in found], language))
        for title, found in (
            (Text(vi="Tăng nhiều nhất", en="Gained most"), up),
            (Text(vi="Giảm nhiều nhất", en="Lost most"), down),
        )
        if found
    ]
    same = Text(vi="Không đơn vị nào đổi điểm", en="No unit has changed its points").in_language(language)
    return Section(heading, tuple(tables), () if tables else (same,))


def _causes(report: Report, heading: str, language: Language) -> Section:
    """Return each unit's sum (points before, the parts by cause, points after) and what moved most."""
    comparison = report.comparison
    if comparison is None:
        return Section(
            heading, (), tuple(problem.message.in_language(language) for problem in report.not_compared)
        )
    asked = {unit.unit.code for unit in report.board.units}
    found = [unit for unit in comparison.units if unit.unit.code in asked and unit.total is not None]
    names = {index.code: named(index.name, language) for index in report.board.rules.indices}
    tables = [
        (unit.unit.name, _moved(moved, names, language))
        for unit in found
        if (moved := [own for own in comparison.shown(unit) if own.points.change])
    ]
    return Section(heading, tuple(tables), tuple(sum_line(unit, language) for unit in found))


def _moved(indices: Sequence[IndexComparison], names: Mapping[str, str], language: Language) -> ReportTable:
    """Return the indices whose points changed most; an index that is there no more has no name."""
    most = sorted(indices, key=lambda own: -abs(own.points.change or _NONE))[:MOST]
    rows: list[tuple[Value, ...]] = [
        (
            *(own.index, names.get(own.index)),
            own.points.before,
            signed_text(own.points.change or _NONE, language),
            own.points.after,
        )
        for own in most
    ]
    after = Column("points", "decimal", LABELS["points"])
    return ReportTable((INDEX, INDEX_NAME, _BEFORE, _CHANGE, after), tuple(rows))


def _moves(report: Report, units: Sequence[UnitScore], language: Language) -> ReportTable:
    rows: list[tuple[Value, ...]] = []
    for unit in units:
        past, rank = report.past(unit.unit.code), report.rank_of[unit.unit.code]
        assert past is not None  # it has changed
        change = signed_text(unit.total - past.total, language)
        places = _arrow(past.place, rank.place, language)
        rows.append((unit.unit.code, unit.unit.name, past.total, change, unit.total, places))
    return ReportTable((CODE, NAME, _BEFORE, _CHANGE, _TOTAL, _PLACES), tuple(rows))


def _change(unit: UnitScore, past: PastTotal | None) -> Decimal | None:
    """Return what a unit gained since the period before, None where the maximum was another one."""
    if past is None or past.max_points != unit.max_points:
        return None
    return unit.total - past.total


def _arrow(before: int, after: int, language: Language) -> str:
    texts = [number_text(place, language) for place in (before, after)]
    return texts[0] if before == after else "\u00a0→ ".join(texts)
