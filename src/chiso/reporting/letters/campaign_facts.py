"""What a letter may say of a campaign on a report's day, its tables, and its annexes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from chiso.catalogue.formula import GroupRule
from chiso.errors import Language, Text
from chiso.reporting.campaign_tables import REPORT_KINDS, STATES, state_text, unit_table, value_text
from chiso.reporting.campaign_text import (
    by_criterion,
    by_owner,
    campaign_notes,
    next_milestones,
    unit_heading,
    who_met,
)
from chiso.reporting.letters.annexes import Annex, source_annex
from chiso.reporting.letters.markup import Grid
from chiso.reporting.letters.tables import LANDSCAPE, PORTRAIT, GridOf, Heading, grid_of, simple
from chiso.reporting.letters.words import shown
from chiso.scoring.campaign.model import Campaign, ReportKind
from chiso.scoring.campaign.report import CampaignReport, Standing, UnitStanding
from chiso.scoring.report import Origin, Report

_NOT_MET = ("missed", "behind", "no_line", "no_data")
# Criterion, counts, baseline, value, line, target, state, and what is needed in four columns.
_UPRIGHT = (None, 850, 850, 850, 850, 850, 1050, 650, 650, 650, 650)
_ACROSS = (None, 1300, 1100, 1100, 1100, 1100, 1500, 900, 900, 900, 900)


@dataclass(frozen=True)
class Unmet:
    """A criterion of a unit that is missed or behind; what is needed is in records, None where not told."""

    name: str
    unit: str
    state: str
    value: str | None
    target: str | None
    by_repair: int | None
    by_repair_a_day: int | None
    by_new: int | None
    by_new_a_day: int | None


@dataclass(frozen=True)
class CampaignFacts:
    """Everything that a template of a campaign's report may name, but for office and annexes.

    ``number`` and ``report_kind`` are None where no report is planned on the day, the kind also of a regular
    one. ``one`` is the line on the unit where one alone takes part; ``who_met`` then goes by milestone,
    else by criterion. ``by_owner`` is None without assignments.
    """

    title: str
    number: int | None
    of: int
    report_kind: str | None
    as_of: date
    day: int
    days: int
    one: str | None
    milestones: tuple[str, ...]
    units: int
    who_met: tuple[str, ...]
    by_owner: tuple[str, ...] | None
    unmet: tuple[Unmet, ...]
    remedies: tuple[str, ...]

    def named(self) -> dict[str, object]:
        """Return every fact by its name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def campaign_facts(campaign: Campaign, report: CampaignReport, language: Language) -> CampaignFacts:
    """Return what a letter in this language may say of a report of a campaign."""

    def told(texts: Iterator[Text]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text.in_language(language) for text in texts))

    units = report.units
    return CampaignFacts(
        title=campaign.title.in_language(language),
        number=None if report.report is None else report.report.number,
        of=len(campaign.reports),
        report_kind=None if report.report is None else _kind(report.report.kind, language),
        as_of=report.day,
        day=campaign.day_number(report.day),
        days=campaign.days,
        one=unit_heading(units[0]).in_language(language) if len(units) == 1 else None,
        milestones=told(text for unit in units for text in next_milestones(unit)),
        units=len(units),
        who_met=told(who_met(units[0]) if len(units) == 1 else by_criterion(report)),
        by_owner=None if report.assignments is None else told(by_owner(report)),
        unmet=tuple(_unmet(units, language)),
        remedies=told(_remedies(units)),
    )


def _kind(kind: ReportKind, language: Language) -> str | None:
    return None if kind == "regular" else REPORT_KINDS[kind].in_language(language)


def _unmet(units: Sequence[UnitStanding], language: Language) -> Iterator[Unmet]:
    for unit in units:
        for standing in unit.standings:
            if standing.state in _NOT_MET:
                needed, course = standing.needed, standing.course
                yield Unmet(
                    name=standing.criterion.name.in_language(language),
                    unit=unit.score.unit.name,
                    state=state_text(standing).in_language(language),
                    value=value_text(standing.measured.value, standing, language),
                    target=value_text(course.target if course else None, standing, language),
                    by_repair=None if needed is None else needed.by_repair,
                    by_repair_a_day=None if needed is None else needed.by_repair_a_day,
                    by_new=None if needed is None else needed.by_new,
                    by_new_a_day=None if needed is None else needed.by_new_a_day,
                )


def _remedies(units: Sequence[UnitStanding]) -> Iterator[Text]:
    """Yield what the catalogue advises for the indices of criteria that are not met."""
    for unit in units:
        points = {score.index: (score.points, score.max_points) for score in unit.score.scores}
        for standing in unit.standings:
            if standing.state in _NOT_MET:
                name, measure = standing.criterion.name, standing.measure
                indices = measure.indices if isinstance(measure, GroupRule) else (measure,)
                for index in indices:
                    own, most = points[index.code]
                    if most and own != most:
                        yield Text(
                            f"{name.vi}: {index.remedy.vi[:1].lower()}{index.remedy.vi[1:]}",
                            f"{name.en}: {index.remedy.en[:1].lower()}{index.remedy.en[1:]}",
                        )


def campaign_tables(report: CampaignReport, language: Language) -> Mapping[str, GridOf]:
    """Return the tables that the text of a campaign's report may name."""
    standings = report.units[0].standings
    return {
        "standings": lambda: grid_of(unit_table(standings, language), _UPRIGHT, language, PORTRAIT, 10),
        "criteria": lambda: _criteria(report, language),
    }


def _criteria(report: CampaignReport, language: Language) -> Grid:
    counted: dict[str, Counter[str]] = {}
    for standing in _standings(report):
        counted.setdefault(standing.criterion.name.in_language(language), Counter())[standing.state] += 1
    states = [state for state in STATES if any(found[state] for found in counted.values())]
    headings: list[Heading] = [
        (Text(vi="Tiêu chí", en="Criterion"), None, "left"),
        *((STATES[state], 1250, "right") for state in states),
    ]
    rows = [[name, *(shown(found[state], language) for state in states)] for name, found in counted.items()]
    return simple(headings, rows, language)


def _standings(report: CampaignReport) -> Iterator[Standing]:
    for unit in report.units:
        yield from unit.standings


def campaign_annexes(campaign: Campaign, report: CampaignReport, language: Language) -> tuple[Annex, ...]:
    """Return the annexes: every unit beside the plan where several take part, then the sources."""
    board = report.board
    # What a report of any kind says of its sources needs no more than the board.
    told = Report(board, board, (), None, {}, None, None, Origin())
    notes = campaign_notes(campaign, [report], (), language)
    source = source_annex(told, language, notes)
    if len(report.units) == 1:
        return (source,)
    grids = []
    for unit in report.units:
        found = grid_of(unit_table(unit.standings, language), _ACROSS, language, LANDSCAPE, 11)
        grids.append(replace(found, rows=[unit_heading(unit).in_language(language), *found.rows]))
    title = Text(vi="Kết quả từng đơn vị so với mục tiêu", en="Every unit beside the targets")
    return (Annex("units", title.in_language(language), True, tuple(grids)), source)
