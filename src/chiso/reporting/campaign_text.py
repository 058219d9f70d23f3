"""A campaign for people: a page per report, who met and who missed, and the notes below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TextIO

from rich.console import Console
from rich.text import Text as RichText

from chiso.catalogue.assignments import Assignment
from chiso.errors import Language, Text, plural
from chiso.reporting.assigned import NOBODY, without_owner
from chiso.reporting.campaign_tables import REPORT_KINDS, STATES, officials_table, state_text, unit_table
from chiso.reporting.console import print_table
from chiso.reporting.notes import notes
from chiso.reporting.tables import day_text, number_text
from chiso.scoring.campaign.course import State
from chiso.scoring.campaign.model import Campaign, Criterion
from chiso.scoring.campaign.report import CampaignReport, Standing, UnitStanding

_NOT_MET = ("behind", "missed", "no_line")


def print_campaign(
    campaign: Campaign,
    reports: Sequence[CampaignReport],
    stream: TextIO,
    language: Language,
    width: int,
) -> None:
    """Print each report: a block per unit, then who met and who missed, then officials where asked for."""
    console = Console(file=stream, width=width, highlight=False)

    def say(text: Text, style: str = "") -> None:
        console.print(RichText(text.in_language(language), style=style))

    say(campaign.title, "bold")
    for report in reports:
        console.line()
        say(report_heading(campaign, report), "bold")
        for position, unit in enumerate(report.units):
            if position:
                console.line()
            say(unit_heading(unit))
            for line in next_milestones(unit):
                say(line)
            console.line()
            print_table(unit_table(unit.standings, language), stream, language, width=width)
            for line in who_met(unit):
                say(line)
        if len(report.units) > 1:
            console.line()
            say(Text(vi="Theo tiêu chí", en="By criterion"), "bold")
            for line in by_criterion(report):
                say(line)
        if report.assignments is not None:
            console.line()
            say(Text(vi="Theo người, đơn vị phụ trách", en="By who is responsible"), "bold")
            for line in by_owner(report):
                say(line)
        if report.officials:
            console.line()
            say(Text(vi="Theo cán bộ (mã)", en="By official (code)"), "bold")
            print_table(officials_table(report.officials, language), stream, language, width=width)
    console.line()


def report_heading(campaign: Campaign, report: CampaignReport) -> Text:
    """Return which report it is, of which day."""
    number, day = campaign.day_number(report.day), report.day
    vi = f"ngày thứ {number}/{campaign.days}, {day_text(day, 'vi')}"
    en = f"day {number} of {campaign.days}, {day_text(day, 'en')}"
    if report.report is None:
        return Text(f"Tình hình {vi}", f"As of {en}")
    kind = REPORT_KINDS[report.report.kind]
    of, regular = len(campaign.reports), report.report.kind == "regular"
    told_vi, told_en = ("", "") if regular else (f" ({kind.vi})", f" ({kind.en})")
    return Text(
        f"Báo cáo {report.report.number}/{of}{told_vi}: {vi}",
        f"Report {report.report.number} of {of}{told_en}: {en}",
    )


def next_milestones(unit: UnitStanding) -> Iterator[Text]:
    """Yield the milestones that the targets are of, with the working days left."""
    left = {
        standing.course.milestone.day: (standing.course.milestone, standing.days_left)
        for standing in unit.standings
        if standing.course is not None
    }
    for milestone, days in left.values():
        day_vi, day_en = day_text(milestone.day, "vi"), day_text(milestone.day, "en")
        vi, en = f"Mục tiêu: {milestone.name.vi}, {day_vi}", f"Target: {milestone.name.en}, {day_en}"
        if days:
            vi += f", còn {number_text(days, 'vi')} ngày làm việc"
            en += f", {number_text(days, 'en')} working {plural(days, 'day', 'days')} left"
        yield Text(vi, en)


def unit_heading(unit: UnitStanding) -> Text:
    """Return a unit with its points since the campaign began, and where it stood before."""
    score, before = unit.score, unit.baseline
    name = f"{score.unit.name} ({score.unit.code})"
    vi = f"{name}: {number_text(score.total, 'vi')} điểm (tối đa {number_text(score.max_points, 'vi')})"
    en = f"{name}: {number_text(score.total, 'en')} points (maximum {number_text(score.max_points, 'en')})"
    if before is not None and before.total is not None:
        vi += f"; trước chiến dịch {number_text(before.total, 'vi')} điểm"
        en += f"; before the campaign {number_text(before.total, 'en')} points"
        if before.rank is not None:
            vi += f", hạng {number_text(before.rank, 'vi')}"
            en += f", rank {number_text(before.rank, 'en')}"
            if before.of is not None:
                vi += f" trên {number_text(before.of, 'vi')}"
                en += f" of {number_text(before.of, 'en')}"
    return Text(vi, en)


def who_met(unit: UnitStanding) -> Iterator[Text]:
    """Yield what a unit met and missed at each milestone passed, and what is behind the line now."""
    for passed in unit.passed:
        milestone = passed.milestone
        vi = f"{milestone.name.vi} ({day_text(milestone.day, 'vi')})"
        en = f"{milestone.name.en} ({day_text(milestone.day, 'en')})"
        for state in ("met", "missed"):
            of_state = [standing for standing in passed.standings if standing.state == state]
            yield _listed(Text(f"{vi}, {STATES[state].vi}", f"{en}, {STATES[state].en}"), of_state)
        for standing in passed.standings:
            if standing.state not in ("met", "missed"):
                name, why = standing.criterion.name, state_text(standing)
                yield Text(f"{vi}, {name.vi}: {why.vi}", f"{en}, {name.en}: {why.en}")
    behind = [standing for standing in unit.standings if standing.state == "behind"]
    if behind:
        yield _listed(Text(vi="Chậm tiến độ", en="Behind the line"), behind)


def _listed(head: Text, standings: Sequence[Standing]) -> Text:
    """Return how many criteria there are of a kind, and which; their names may hold commas."""
    names = [standing.criterion.name for standing in standings]
    if not names:
        return Text(f"{head.vi}: không tiêu chí nào", f"{head.en}: none")
    vi, en = "; ".join(name.vi for name in names), "; ".join(name.en for name in names)
    return Text(
        f"{head.vi} {number_text(len(names), 'vi')}: {vi}", f"{head.en} {number_text(len(names), 'en')}: {en}"
    )


def by_criterion(report: CampaignReport) -> Iterator[Text]:
    """Yield, for each criterion, which units stand how."""
    stands: dict[Criterion, dict[State, list[str]]] = {}
    for unit in report.units:
        for standing in unit.standings:
            units = stands.setdefault(standing.criterion, {}).setdefault(standing.state, [])
            units.append(unit.score.unit.name)
    for criterion, found in stands.items():
        parts = [(STATES[state], found[state]) for state in STATES if state in found]
        vi = " · ".join(f"{state.vi} {len(names)}: {'; '.join(names)}" for state, names in parts)
        en = " · ".join(f"{state.en} {len(names)}: {'; '.join(names)}" for state, names in parts)
        yield Text(f"{criterion.name.vi} — {vi}", f"{criterion.name.en} — {en}")


def by_owner(report: CampaignReport) -> Iterator[Text]:
    """Yield, for each one who answers for a criterion, which of theirs stand how; then what nobody has."""
    several = len(report.units) > 1
    stands: dict[str | None, dict[State, list[Text]]] = {}
    for unit in report.units:
        for standing in unit.standings:
            name = standing.criterion.name
            if several:
                of = unit.score.unit.name
                name = Text(f"{name.vi} ({of})", f"{name.en} ({of})")
            owners = dict.fromkeys(_owner_text(owner) for owner in standing.owners)
            for owner in owners or (None,):
                stands.setdefault(owner, {}).setdefault(standing.state, []).append(name)
    for owner in sorted(stands, key=lambda owner: owner is None):
        parts = [(state, stands[owner][state]) for state in STATES if state in stands[owner]]
        who = NOBODY if owner is None else Text(owner, owner)
        vi = " · ".join(f"{STATES[s].vi}: {'; '.join(name.vi for name in names)}" for s, names in parts)
        en = " · ".join(f"{STATES[s].en}: {'; '.join(name.en for name in names)}" for s, names in parts)
        yield Text(f"{who.vi} — {vi}", f"{who.en} — {en}")


def _owner_text(owner: Assignment) -> str:
    """Return the responsible one with the office that leads, or the office alone."""
    lead = owner.lead_name or owner.lead
    return f"{owner.owner_name} ({lead})" if owner.responsible and lead else owner.owner_name


def campaign_notes(
    campaign: Campaign, reports: Sequence[CampaignReport], untold: Sequence[date], language: Language
) -> list[str]:
    """Return what the reports rest on, one line each; rows are told of the last report.

    ``untold`` are days on which nothing could be scored.
    """
    own = [text.in_language(language) for text in (*_untold(untold), *_notes(campaign, reports))]
    return [*own, *notes(reports[-1].board, language)]


def _untold(days: Sequence[date]) -> Iterator[Text]:
    for day in days:
        yield Text(
            vi=f"Ngày {day_text(day, 'vi')}: chưa có dòng nào dùng được nên không báo cáo, không xét mốc",
            en=f"{day_text(day, 'en')}: not a single row can be used yet, so no report and no milestone",
        )


def _notes(campaign: Campaign, reports: Sequence[CampaignReport]) -> Iterator[Text]:
    last = reports[-1]
    yield Text(
        vi=f"Chiến dịch theo {campaign.file} (sha256 {campaign.sha256[:12]}…); "
        "số liệu trước chiến dịch và mục tiêu như tệp ghi",
        en=f"The campaign is that of {campaign.file} (sha256 {campaign.sha256[:12]}…); "
        "baseline and targets are as written there",
    )
    yield Text(
        vi=f"Giá trị tính từ {day_text(campaign.start, 'vi')} đến ngày báo cáo, trên dữ liệu như hiện có: "
        "điều ghi thêm sau ngày đó (thanh toán, kết quả, đồng bộ) vẫn được tính",
        en=f"Values are of the days from {campaign.start} to that of the report, by the records as they are "
        "now: what was entered later (payments, results, synchronisation) counts all the same",
    )
    yield Text(
        vi="Đường thẳng: từ giá trị trước chiến dịch, sau mỗi mốc từ mục tiêu của mốc, đến mục tiêu kế tiếp",
        en="The line leads from the baseline, after a milestone from its target, to the next target",
    )
    yield from _needed(last)
    yield from _groups(last)
    if last.undivided:
        yield Text(
            vi=f"Không chia được theo cán bộ: {', '.join(c.name.vi for c in last.undivided)}",
            en=f"Not to be told by official: {', '.join(c.name.en for c in last.undivided)}",
        )
    yield from _reasons(campaign, last)
    if last.assignments is not None:
        yield from without_owner(last.assignments, last.board.rules)
    if len(reports) > 1:
        yield Text(
            vi=f"Ghi chú sau đây là của báo cáo ngày {day_text(last.day, 'vi')}",
            en=f"What follows is of the report of {day_text(last.day, 'en')}",
        )


def _needed(report: CampaignReport) -> Iterator[Text]:
    lacking = [
        standing.needed
        for unit in report.units
        for standing in unit.standings
        if standing.needed is not None and standing.state != "met"
    ]
    if not lacking:
        return
    yield Text(
        vi="Cần sửa: số bản ghi đã có phải trở thành đạt (hồ sơ trễ hạn có thể không sửa được nữa, "
        "xem chiso plan); hoặc mới: số bản ghi mới mà đều đạt; mỗi ngày: chia theo ngày làm việc còn lại",
        en="Put right: records already there that must come to count (late ones may be lost for good, "
        "see chiso plan); or new: new records that all count; a day: by working day left",
    )


def _groups(report: CampaignReport) -> Iterator[Text]:
    """Yield which criteria are groups, and which of these are judged without some of their indices."""
    standings = [standing for unit in report.units for standing in unit.standings]
    groups = _criteria(standing for standing in standings if standing.measure.code in _group_codes(report))
    if groups:
        yield Text(
            vi=f"{', '.join(c.name.vi for c in groups)}: nhóm, tính điểm trên điểm tối đa; "
            "không nêu số hồ sơ cần thêm",
            en=f"{', '.join(c.name.en for c in groups)}: {plural(len(groups), 'a group', 'groups')}, "
            "points over the maximum; what is needed is not told in cases",
        )
    for unit in report.units:
        for standing in unit.standings:
            lacking = standing.measured.lacking
            if lacking and standing.measured.value is not None:
                name, codes = unit.score.unit.name, ", ".join(lacking)
                yield Text(
                    vi=f"{name}: {standing.criterion.name.vi} tính thiếu chỉ số {codes}",
                    en=f"{name}: {standing.criterion.name.en} is judged without "
                    f"{plural(len(lacking), 'index', 'indices')} {codes}",
                )


def _group_codes(report: CampaignReport) -> frozenset[str]:
    return frozenset(group.code for group in report.board.rules.groups)


def _criteria(standings: Iterable[Standing]) -> tuple[Criterion, ...]:
    return tuple(dict.fromkeys(standing.criterion for standing in standings))


def _reasons(campaign: Campaign, report: CampaignReport) -> Iterator[Text]:
    """Yield the command that lists, with reasons, the records which a unit's unmet criteria lack."""
    groups = _group_codes(report)
    for unit in report.units:
        codes = dict.fromkeys(
            standing.measure.code
            for standing in unit.standings
            if standing.state in _NOT_MET and standing.measure.code not in groups
        )
        if codes:
            command = (
                f"chiso explain RECORDS… --period {campaign.start}..{report.day} --as-of {report.day} "
                f"--unit {unit.score.unit.code} --index {next(iter(codes))}"
            )
            listed = ", ".join(codes)
            yield Text(
                vi=f"Lý do từng hồ sơ chưa đạt (chỉ số {listed}): {command}",
                en=f"Why cases do not count ({plural(len(codes), 'index', 'indices')} {listed}): {command}",
            )
