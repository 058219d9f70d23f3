"""A plan for people: what to do, what it brings, and what no repair brings back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as RichText

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.vocabulary import vocabulary
from chiso.errors import Language, Text, plural
from chiso.reporting.tables import OUTCOMES, number_text, signed_text
from chiso.scoring.planning.plan import Plan, PlannedAction
from chiso.scoring.scoreboard import Score, UnitScore


def print_plan(
    plan: Plan, rules: RuleSet, stream: TextIO, language: Language, width: int, limit: int
) -> None:
    """Print the plan; of each kind of work no more than ``limit`` records are named."""
    console = Console(file=stream, width=width, highlight=False)

    def say(text: Text, style: str = "") -> None:
        console.print(RichText(text.in_language(language), style=style))

    for line in summary(plan):
        say(line)
    if plan.actions:
        console.line()
        say(Text(vi="Việc cần làm", en="What to do"), "bold")
        for heading, actions in work(plan):
            say(Text(f"  {heading.vi}", f"  {heading.en}"))
            if records := _named(actions, limit, language):
                console.print(Padding(RichText(records), (0, 0, 0, 4)))
        console.line()
        say(Text(vi="Kết quả theo chỉ số", en="What it brings"), "bold")
        console.print(_gains(plan, rules, language))
    if plan.lost:
        console.line()
        say(Text(vi="Kỳ này không sửa được nữa", en="Lost for good in this period"), "bold")
        console.print(_lost(plan, rules, language))
    if plan.new_cases:
        console.line()
        say(Text(vi="Chỉ hồ sơ mới mới đem lại", en="What only new cases can earn"), "bold")
        console.print(_new_cases(plan, language))
    console.line()


def summary(plan: Plan) -> Iterator[Text]:
    """Yield where the unit stands, and whether the aim is reached by what."""
    before, after = plan.unit, plan.after
    vi = [f"{_points(before, after, 'vi')} điểm (tối đa {number_text(before.max_points, 'vi')})"]
    en = [f"{_points(before, after, 'en')} points (maximum {number_text(before.max_points, 'en')})"]
    if before.band is not None and after.band is not None:
        vi.append(_change(before.band.vi, after.band.vi))
        en.append(_change(before.band.en, after.band.en))
    ranks = (plan.rank_before, plan.rank_after)
    places = {
        "vi": _change(*(number_text(rank.place, "vi") for rank in ranks)),
        "en": _change(*(number_text(rank.place, "en") for rank in ranks)),
    }
    units = plan.rank_after.league.units
    vi.append(f"hạng {places['vi']} trên {number_text(units, 'vi')} đơn vị")
    en.append(f"rank {places['en']} of {number_text(units, 'en')} {plural(units, 'unit', 'units')}")
    name = f"{before.unit.name} ({before.unit.code})"
    yield Text(f"{name}: {'; '.join(vi)}", f"{name}: {'; '.join(en)}")
    yield _answer(plan)


def _answer(plan: Plan) -> Text:
    aim, count = _aim(plan), len(plan.actions)
    vi = f"{number_text(count, 'vi')} việc, công sức {number_text(plan.effort, 'vi')}"
    en = (
        f"{number_text(count, 'en')} {plural(count, 'action', 'actions')}, "
        f"effort {number_text(plan.effort, 'en')}"
    )
    most_vi, most_en = number_text(plan.most, "vi"), number_text(plan.most, "en")
    if plan.reached:
        return Text(f"Mục tiêu đã đạt: {aim.vi}", f"The aim is reached already: {aim.en}")
    if plan.reachable:
        return Text(
            f"Mục tiêu: {aim.vi}. Đạt được bằng {vi}; sửa hết mức thì được {most_vi} điểm.",
            f"Aim: {aim.en}. Reached by {en}; all repairs together bring {most_en} points.",
        )
    missing = plan.aim.total - plan.after.total
    short_vi, short_en = number_text(missing, "vi"), number_text(missing, "en")
    if not plan.actions:
        return Text(
            f"Mục tiêu: {aim.vi}. Không đạt được: không còn gì sửa được để tăng điểm; thiếu {short_vi} điểm.",
            f"Aim: {aim.en}. Out of reach: no repair brings a point; {short_en} points are missing.",
        )
    return Text(
        f"Mục tiêu: {aim.vi}. Không đạt được chỉ bằng sửa hồ sơ: nhiều nhất {most_vi} điểm, bằng {vi}; "
        f"còn thiếu {short_vi} điểm.",
        f"Aim: {aim.en}. Out of reach by repairs alone: at most {most_en} points, by {en}; "
        f"{short_en} points are missing.",
    )


def _aim(plan: Plan) -> Text:
    vi, en = number_text(plan.aim.total, "vi"), number_text(plan.aim.total, "en")
    match plan.aim.kind:
        case "band":
            return Text(
                f"mức {plan.aim.name.vi} (từ {vi} điểm)", f"band {plan.aim.name.en} (from {en} points)"
            )
        case "rank":
            return Text(
                f"hạng {plan.aim.name.vi} (từ {vi} điểm, nếu các đơn vị khác giữ nguyên)",
                f"rank {plan.aim.name.en} (from {en} points, while the others stand still)",
            )
        case "points":
            return Text(f"{vi} điểm", f"{en} points")


def work(plan: Plan) -> Iterator[tuple[Text, Sequence[PlannedAction]]]:
    """Yield each kind of work in words, with its actions, in the order in which the catalogue names them."""
    by_kind: dict[str, list[PlannedAction]] = {kind: [] for kind in plan.names}
    for action in plan.actions:
        by_kind[action.kind].append(action)
    for kind, actions in by_kind.items():
        if not actions:
            continue
        count, effort = len(actions), sum(action.effort for action in actions)
        moved = dict.fromkeys(code for action in actions for code in action.indices)
        listed = ", ".join(code for code in (s.index for s in plan.unit.scores) if code in moved)
        name, noun = plan.names[kind], _noun(actions)
        heading = Text(
            vi=f"{name.vi}: {number_text(count, 'vi')} {noun.vi}, công sức {number_text(effort, 'vi')} "
            f"(chỉ số {listed})",
            en=f"{name.en}: {number_text(count, 'en')} {noun.en}, "
            f"effort {number_text(effort, 'en')} ({plural(len(moved), 'index', 'indices')} {listed})",
        )
        yield heading, actions


def _noun(actions: Sequence[PlannedAction]) -> Text:
    return vocabulary().tables[actions[0].table].called(len(actions))


def _named(actions: Sequence[PlannedAction], limit: int, language: Language) -> str:
    several = len({action.unit_code for action in actions}) > 1
    apart = several and actions[0].table != "cases"
    named = [
        f"{action.record_id} ({action.unit_code})" if apart else action.record_id
        for action in actions[:limit]
    ]
    rest = len(actions) - len(named)
    if rest and named:
        noun = _noun(actions)
        more = Text(
            vi=f"và {number_text(rest, 'vi')} {noun.vi} nữa (--cases TỆP ghi tất cả)",
            en=f"and {number_text(rest, 'en')} more (--cases FILE lists all)",
        )
        named.append(more.in_language(language))
    return ", ".join(named)


def _gains(plan: Plan, rules: RuleSet, language: Language) -> Table:
    table = _table(
        language,
        (Text("Chỉ số", "Index"), False),
        (Text("Tên chỉ số", "Name of the index"), False),
        (Text("Số đếm", "Counts"), True),
        (Text("Điểm", "Points"), True),
        (Text("Thêm", "Gain"), True),
    )
    for rule, before, after in zip(rules.indices, plan.unit.scores, plan.after.scores, strict=True):
        counts = [_counts(score, language) for score in (before, after)]
        if counts[0] != counts[1]:
            points = [score.points or Decimal("0.00") for score in (before, after)]
            gain = points[1] - points[0]
            table.add_row(
                rule.code,
                rule.name.vi if language == "vi" else rule.name.en,
                " → ".join(counts),
                " → ".join(number_text(value, language) for value in points),
                signed_text(gain, language),
            )
    return table


def _lost(plan: Plan, rules: RuleSet, language: Language) -> Table:
    names = {rule.code: rule.name for rule in rules.indices}
    table = _table(
        language,
        (Text("Chỉ số", "Index"), False),
        (Text("Tên chỉ số", "Name of the index"), False),
        (Text("Không đạt", "Do not count"), True),
        (Text("Mất điểm", "Points lost"), True),
    )
    for entry in plan.lost:
        name = names[entry.index]
        table.add_row(
            entry.index,
            name.vi if language == "vi" else name.en,
            number_text(entry.cases, language),
            number_text(entry.points, language),
        )
    return table


def _new_cases(plan: Plan, language: Language) -> Table:
    missing = any(entry.for_aim is not None for entry in plan.new_cases)
    table = _table(
        language,
        (Text("Chỉ số", "Index"), False),
        *([(Text("Cho mục tiêu", "For the aim"), True)] if missing else []),
        (Text("Cho đủ điểm", "For full points"), True),
        (Text("Cách làm", "How"), False),
    )
    for entry in plan.new_cases:
        counts = [entry.for_aim, entry.for_full] if missing else [entry.for_full]
        shown = ["–" if count is None else number_text(count, language) for count in counts]
        table.add_row(entry.index, *shown, entry.remedy.vi if language == "vi" else entry.remedy.en)
    return table


def _table(language: Language, *columns: tuple[Text, bool]) -> Table:
    """Return an empty table; a column of numbers stands to the right and is not broken."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for label, number in columns:
        table.add_column(
            label.in_language(language),
            justify="right" if number else "left",
            no_wrap=number,
            overflow="fold",
            header_style="bold",
        )
    return table


def asides(plan: Plan) -> Iterator[Text]:
    """Yield what else is to be known: what is at risk, what others decide, what could not be planned."""
    unknown = {entry.index: entry.unknown for entry in plan.unsettled if entry.unknown}
    if unknown:
        vi, en = (_by_index(unknown, language) for language in ("vi", "en"))
        yield Text(
            f"Chưa biết còn sửa được hay không vì ô dữ liệu để trống (bản ghi theo chỉ số): {vi}",
            f"Not known whether they may be put right, for empty cells (records by index): {en}",
        )
    waiting = {entry.index: entry.waiting for entry in plan.unsettled if entry.waiting}
    if waiting:
        vi, en = (_by_index(waiting, language) for language in ("vi", "en"))
        yield Text(
            f"Chưa kết thúc, đang chờ người dân, chưa tính là mất (bản ghi theo chỉ số): {vi}",
            f"Still open and waiting for the citizen, not counted as lost (records by index): {en}",
        )
    if plan.at_risk:
        risked = {entry.index: entry.cases for entry in plan.at_risk}
        vi, en = (_by_index(risked, language) for language in ("vi", "en"))
        yield Text(
            f"Đang đạt nhưng sẽ mất nếu đến cuối kỳ vẫn chưa giải quyết (bản ghi theo chỉ số): {vi}",
            f"Counting now, lost if still open when the period ends (records by index): {en}",
        )
    decided: dict[Text, list[str]] = {}
    for entry in plan.fixed:
        word = OUTCOMES[entry.outcome]
        by = Text(entry.decided_by, entry.decided_by) if entry.decided_by is not None else word
        decided.setdefault(by, []).append(entry.index)
    if decided:
        vi = "; ".join(f"{', '.join(codes)}: {by.vi}" for by, codes in decided.items())
        en = "; ".join(f"{', '.join(codes)}: {by.en}" for by, codes in decided.items())
        yield Text(f"Hồ sơ của đơn vị không quyết định: {vi}", f"Not decided by the unit's records: {en}")
    for left in plan.left_out:
        yield Text(
            f"Không lập kế hoạch cho “{left.name.vi}”: {left.reason.vi}",
            f"Not planned, “{left.name.en}”: {left.reason.en}",
        )
    if plan.undetermined:
        count = plan.undetermined
        yield Text(
            f"{number_text(count, 'vi')} bản ghi thiếu dữ liệu để biết còn sửa được không; coi như không",
            f"{number_text(count, 'en')} {plural(count, 'record lacks', 'records lack')} the data to tell "
            "whether repairs may be done; none is planned",
        )


def _by_index(records: Mapping[str, int], language: Language) -> str:
    return ", ".join(f"{index}: {number_text(count, language)}" for index, count in records.items())


def _points(before: UnitScore, after: UnitScore, language: Language) -> str:
    return _change(number_text(before.total, language), number_text(after.total, language))


def _change(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _counts(score: Score, language: Language) -> str:
    pair = (score.numerator, score.denominator)
    return " / ".join("–" if count is None else number_text(count, language) for count in pair)
