"""A campaign: the story of ``chiso campaign``, read downward."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import Catalogue, load_catalogue
from chiso.errors import CannotScoreError, CatalogueError, Place, Problem, Text, UsageError, allowed_words
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import ReadRequest, check_units, load, nothing, provenance
from chiso.run.scoring import unit_on_board, with_units
from chiso.scoring.assignments import Assignments, load_assignments
from chiso.scoring.available import columns_needed
from chiso.scoring.campaign.course import passed
from chiso.scoring.campaign.load import CampaignFile, read_campaign
from chiso.scoring.campaign.measured import checked, measure_of
from chiso.scoring.campaign.model import Campaign, Inputs, ReportDay
from chiso.scoring.campaign.report import CampaignReport, of_owner, owners_of, report_on
from chiso.scoring.engine import Engine
from chiso.scoring.score import Asked, score_each, scoreboard_of
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.columns import CASES, SPLITS
from chiso.terms.period import judge, parse_period
from chiso.terms.working_days import WorkingDays, load_working_days

ALL, OFFICER = "all", "officer"


@dataclass(frozen=True, kw_only=True)
class CampaignRequest(ReadRequest):
    """What ``campaign`` is asked: its file, which report (a number, interim, final, all), whose criteria.

    What the file names to be read gives way to what the request names.
    """

    file: Path
    report: str | None = None
    by: str | None = None
    working_days: Path | None = None
    assignments: Path | None = None
    responsible: str | None = None
    unit: tuple[str, ...] = ()


@dataclass(frozen=True)
class CampaignResult:
    """A campaign with the reports asked for, in the order of their days.

    ``untold`` are the days, of reports asked for and of milestones, up to which not a single row can be used.
    """

    campaign: Campaign
    reports: tuple[CampaignReport, ...]
    untold: tuple[date, ...] = ()


@dataclass(frozen=True)
class _Scoring:
    """What every day of a campaign is scored from: records that were read once."""

    catalogue: Catalogue
    edition: str | None
    records: Records
    working_days: WorkingDays

    def asked(self, plan: Campaign, day: date) -> Asked:
        """Return the campaign's days up to ``day``, judged on that day by the rules in force on it."""
        judgement = judge(parse_period(f"{plan.start}..{day}", day), day)
        origin = provenance(self.catalogue, self.records, judgement, self.edition)
        return Asked(self.catalogue.rules(day, self.edition), judgement, origin)

    def boards(
        self, plan: Campaign, days: Iterable[date]
    ) -> tuple[dict[date, Scoreboard], dict[date, CannotScoreError]]:
        """Return the board of each day, and of the days up to which nothing can be scored, why."""
        boards: dict[date, Scoreboard] = {}
        untold: dict[date, CannotScoreError] = {}
        asked = [self.asked(plan, day) for day in days]
        for each, outcome in score_each(asked, self.records, self.working_days):
            if isinstance(outcome, Scoreboard):
                boards[each.judgement.as_of] = outcome
            else:
                untold[each.judgement.as_of] = outcome
        return boards, untold

    def split(self, plan: Campaign, day: date, by: str) -> Scoreboard:
        """Return the board of ``day`` split by official or the like."""
        asked = self.asked(plan, day)
        engine = Engine(self.records, asked.rules, asked.judgement, self.working_days)
        return scoreboard_of(engine, asked.provenance, split_by=by)


def campaign(
    request: CampaignRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
) -> CampaignResult:
    """Return the reports of a campaign that a request asks for; ``today`` is the last day that is known.

    Without a report the campaign is told as of today, or of its end. Raises CatalogueError with every
    fault of the campaign's file, UsageError before the campaign begins and for a report that is not due.
    """
    file = read_campaign(request.file)
    request = _with_inputs(request, file.inputs)
    catalogue = load_catalogue(request.catalogue)
    plan = _checked(file, catalogue, request.edition)
    days = _days_asked(plan, request.report, request.as_of or today)
    if not request.records and not request.reported:
        raise UsageError(_NOTHING_TO_READ)
    working_days = load_working_days(request.working_days)

    to_score = _days_to_score(plan, days)
    rules = {day: catalogue.rules(day, request.edition) for day in to_score}
    assignments = _assignments(request, rules[to_score[-1]])
    if assignments is not None and request.responsible is not None:
        plan = _narrowed(plan, rules[to_score[-1]], assignments, request.responsible)
    records = load(request, _columns(rules.values(), request.by), progress)
    when_loaded(records)
    scoring = _Scoring(catalogue, request.edition, records, working_days)
    boards, untold = scoring.boards(plan, to_score)
    days = tuple(day for day in days if day in boards)
    if not days:
        raise untold[min(untold)]
    codes = _participants(plan, request, records, boards)
    boards = {
        day: with_units(board, tuple(board.unit(code) for code in codes)) for day, board in boards.items()
    }

    def report(day: date) -> CampaignReport:
        split = None if request.by is None else scoring.split(plan, day, request.by)
        return report_on(plan, day, boards, codes, working_days, split, assignments)

    return CampaignResult(plan, tuple(report(day) for day in days), tuple(untold))


def _with_inputs(request: CampaignRequest, inputs: Inputs) -> CampaignRequest:
    """Return the request, with what the file names wherever the request names nothing."""
    return replace(
        request,
        records=request.records or inputs.records,
        reported=request.reported or inputs.reported,
        units=request.units or inputs.units,
        mappings=request.mappings or inputs.mapping,
        corrections=request.corrections or inputs.corrections,
        catalogue=request.catalogue or inputs.catalogue,
        edition=request.edition or inputs.edition,
        working_days=request.working_days or inputs.working_days,
        assignments=request.assignments or inputs.assignments,
    )


def _assignments(request: CampaignRequest, rules: RuleSet) -> Assignments | None:
    """Return who answers for which index; None where neither the file nor the command says."""
    if request.assignments is not None:
        return load_assignments(request.assignments, rules, show_officials=request.show_officials)
    if request.responsible is not None:
        raise UsageError(_NO_ASSIGNMENTS)
    return None


def _narrowed(plan: Campaign, rules: RuleSet, assignments: Assignments, code: str) -> Campaign:
    """Return the campaign with the criteria that one official or office answers for."""
    criteria = of_owner(plan.criteria, rules, assignments, code)
    if not criteria:
        owners = dict.fromkeys(
            own.owner
            for criterion in plan.criteria
            if (measure := measure_of(criterion, rules)) is not None
            for own in owners_of(measure, assignments)
        )
        message = Text(
            vi=f"--responsible: “{code}” không phụ trách tiêu chí nào của chiến dịch",
            en=f"--responsible: “{code}” answers for no criterion of the campaign",
        )
        raise UsageError(Problem(message, hint=allowed_words(owners)))
    return replace(plan, criteria=criteria)


def _checked(file: CampaignFile, catalogue: Catalogue, edition: str | None) -> Campaign:
    """Return the campaign, held against the rules of its first and of its last day."""
    found: dict[Problem, None] = {}
    held: Campaign | None = None
    for day in file.days or (date.max,):
        try:
            held = checked(file, catalogue.rules(day, edition))
        except CatalogueError as error:
            found.update(dict.fromkeys(error.problems))
    if found or held is None:
        raise CatalogueError(list(found))
    return held


def _days_asked(plan: Campaign, report: str | None, today: date) -> tuple[date, ...]:
    """Return the days to report on, none of them later than ``today``."""
    if today < plan.start:
        raise UsageError(
            Problem(
                Text(
                    vi=f"Chiến dịch bắt đầu ngày {plan.start:%d/%m/%Y}; "
                    f"ngày {today:%d/%m/%Y} chưa có gì để báo cáo",
                    en=f"The campaign begins on {plan.start}; on {today} there is nothing to report yet",
                ),
                hint=Text(vi="Chọn --as-of trong chiến dịch", en="Choose an --as-of inside the campaign"),
            )
        )
    if report is None:
        return (min(today, plan.end),)
    chosen = _reports(plan, report)
    due = tuple(entry.day for entry in chosen if entry.day <= today)
    if not due or (len(due) < len(chosen) and report != ALL):
        first = chosen[0].day
        raise UsageError(
            Problem(
                Text(
                    vi=f"Báo cáo ngày {first:%d/%m/%Y} chưa đến hạn vào ngày {today:%d/%m/%Y}",
                    en=f"The report of {first} is not due on {today}",
                ),
                hint=Text(vi="Bỏ --report để xem đến hôm nay", en="Leave out --report for how it stands now"),
            )
        )
    return due


def _reports(plan: Campaign, report: str) -> tuple[ReportDay, ...]:
    if report == ALL:
        return plan.reports
    kinds = dict.fromkeys(entry.kind for entry in plan.reports if entry.kind != "regular")
    chosen = tuple(
        entry
        for entry in plan.reports
        if report == str(entry.number) or (report in kinds and report == entry.kind)
    )
    if not chosen:
        raise UsageError(
            Problem(
                Text(
                    vi=f"--report: không có báo cáo “{report}”", en=f"--report: there is no report “{report}”"
                ),
                hint=allowed_words([f"1–{len(plan.reports)}", *kinds, ALL]),
            )
        )
    return chosen


def _days_to_score(plan: Campaign, days: Sequence[date]) -> list[date]:
    """Return the days asked for and those of the milestones passed by then, each once."""
    milestones = (milestone.day for day in days for milestone in passed(plan.milestones, day))
    return sorted({*days, *milestones})


def _columns(rules: Iterable[RuleSet], by: str | None) -> dict[str, set[str]]:
    """Return the columns that the rules of any day need, and those of the split."""
    needed: dict[str, set[str]] = {}
    for each in rules:
        for table, columns in columns_needed(each).items():
            needed.setdefault(table, set()).update(columns)
    if by is not None:
        needed.setdefault(CASES.name, set()).update(column for column in SPLITS[by] if column is not None)
    return needed


def _participants(
    plan: Campaign, request: CampaignRequest, records: Records, boards: Mapping[date, Scoreboard]
) -> tuple[str, ...]:
    """Return the units that take part and are asked for, in the registry's order."""
    wanted, units = plan.takes_part, records.units
    named = [*wanted.units, *([wanted.parent] if wanted.parent is not None else [])]
    unknown = [code for code in named if code not in units]
    if unknown:
        listed = ", ".join(unknown)
        message = Text(
            vi=f"takes_part: danh mục không có đơn vị {listed}",
            en=f"takes_part: the registry has no unit {listed}",
        )
        raise CatalogueError(Problem(message, Place(plan.file)))
    check_units(units, request.unit)
    below = units if wanted.parent is None else units.below(wanted.parent)
    chosen = [
        unit.code
        for unit in below
        if (not wanted.units or unit.code in wanted.units)
        and (wanted.level is None or unit.level == wanted.level)
        and (not request.unit or unit.code in request.unit)
    ]
    if not chosen:
        raise UsageError(
            Problem(
                Text(
                    vi="Không có đơn vị tham gia nào như đã chọn",
                    en="No unit that takes part fits the choice",
                ),
                hint=Text(vi="Xem takes_part và --unit", en="See takes_part and --unit"),
            )
        )
    for board in boards.values():
        for code in chosen:
            unit_on_board(board, code)
    return tuple(chosen)


_NO_ASSIGNMENTS = Problem(
    Text(vi="--responsible cần bảng phân công", en="--responsible needs assignments to look into"),
    hint=Text(
        vi="Ghi assignments: TỆP vào tệp chiến dịch, hoặc dùng --assignments TỆP",
        en="Write assignments: FILE into the file of the campaign, or use --assignments FILE",
    ),
)
_NOTHING_TO_READ = Problem(
    Text(
        vi="Chiến dịch không nêu records hay reported, và lệnh cũng không có RECORDS hay --reported",
        en="The campaign names neither records nor reported, and the command neither RECORDS nor --reported",
    ),
    hint=Text(
        vi="Ghi records: […] vào tệp chiến dịch, hoặc nêu tệp trong lệnh",
        en="Write records: […] into the file of the campaign, or name files in the command",
    ),
)
