"""The annexes of a report: late lists, scores, what those who answer for indices have reached, sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from chiso.catalogue.model import Bilingual
from chiso.errors import Language, Text
from chiso.reporting.assigned import NOBODY, deadline_text
from chiso.reporting.late_tables import LABELS as LATE_LABELS
from chiso.reporting.late_tables import numbered
from chiso.reporting.letters.markup import Grid
from chiso.reporting.letters.report_facts import state_of
from chiso.reporting.letters.tables import (
    CHANGE,
    LANDSCAPE,
    NAME,
    NUMBER,
    PORTRAIT,
    Heading,
    change_text,
    simple,
)
from chiso.reporting.letters.words import shown
from chiso.reporting.tables import LABELS, OUTCOMES, VALUE_UNITS, day_text, league_headings
from chiso.reporting.trace import report_notes, trace
from chiso.scoring.late import LateLists
from chiso.scoring.late_records import ListedRecord
from chiso.scoring.rank import Rank
from chiso.scoring.report import Report
from chiso.scoring.scoreboard import Score, UnitScore

AnnexName = Literal["finished", "open", "scores", "indices", "assigned", "units", "source"]
# As many columns of points as can be read across a page.
_INDICES_ACROSS = 22
_DAY = 1250
_STATES: Mapping[str, Text] = {
    "met": Text(vi="Đạt", en="Met"),
    "missed": Text(vi="Chưa đạt", en="Missed"),
    "no_data": Text(vi="Không có hồ sơ, dữ liệu", en="No cases or data"),
    "no_part": Text(vi="Không xét", en="Not judged"),
}
# Beside the points of an index, where they are not simply scored.
_SIGNS: Mapping[str, str] = {"inherited": "*", "reported": "†", "provisional": "‡"}


@dataclass(frozen=True)
class Annex:
    """An annex: its title, whether it lies across, its tables, and remarks below them."""

    name: AnnexName
    title: str
    across: bool
    grids: tuple[Grid, ...]
    remarks: tuple[str, ...] = ()


def report_annexes(report: Report, language: Language, rows: int) -> tuple[Annex, ...]:
    """Return the annexes of a report in their order; ``rows`` bounds each late list, which says so then."""
    late = (_late(report.late, "finished", language, rows), _late(report.late, "open", language, rows))
    return (
        *(annex for annex in late if annex is not None),
        _scores(report, language),
        *(_by_index(report, language) if len(report.board.units) > 1 else ()),
        *([_assigned(report, language)] if report.board.assignments is not None else []),
        source_annex(report, language),
    )


def _late(
    lists: LateLists | None, name: Literal["finished", "open"], language: Language, most: int
) -> Annex | None:
    records = [] if lists is None else [record for record in lists.records if record.list == name]
    if lists is None or not records:
        return None
    finished = name == "finished"
    ended: list[Heading] = [(LATE_LABELS["ended_on"], _DAY, "center")]
    official: list[Heading] = [(Text(vi="Cán bộ đang xử lý (mã)", en="Official (code)"), 1900, "left")]
    headings: list[Heading] = [
        (NUMBER, 700, "center"),
        (LATE_LABELS[lists.table.own_key[0]], 2900, "left"),
        (LATE_LABELS["received_on"], _DAY, "center"),
        (LATE_LABELS["due_on"], _DAY, "center"),
        *(ended if finished else []),
        (LATE_LABELS["unit_name"], None, "left"),
        *([] if finished else official),
        (Text(vi="Số ngày LV quá hạn", en="Working days late"), 1150, "right"),
        (LATE_LABELS["note"], 2500, "left"),
    ]
    shown_records = records[:most]
    sizes = Counter(record.unit.code for record in records)
    lines: list[Sequence[str] | str] = []
    number = 0
    for unit, group in groupby(shown_records, key=lambda record: record.unit):
        many = numbered(sizes[unit.code], lists).in_language(language)
        lines.append(f"{unit.name} ({unit.code}): {many}")
        for record in group:
            number += 1
            lines.append(_late_row(number, record, language, finished=finished))
    rest = len(records) - len(shown_records)
    if rest:
        left = numbered(rest, lists)
        more = Text(
            vi=f"… và {left.vi} nữa, xem bảng tính kèm theo (chiso late -o TỆP.xlsx)",
            en=f"… and {left.en} more, see the workbook (chiso late -o FILE.xlsx)",
        )
        lines.append(more.in_language(language))
    title = Text(
        vi="Danh sách hồ sơ đã giải quyết quá hạn"
        if finished
        else "Danh sách hồ sơ chưa giải quyết, đã quá hạn",
        en="Cases finished late" if finished else "Cases still open and late",
    )
    by_code = Text(
        vi="Cán bộ ghi bằng mã; không có thông tin cá nhân của người nộp hồ sơ.",
        en="Officials stand by code; nothing is told of those who filed.",
    )
    table = simple(headings, lines, language, LANDSCAPE, 11)
    return Annex(name, title.in_language(language), True, (table,), (by_code.in_language(language),))


def _late_row(number: int, record: ListedRecord, language: Language, *, finished: bool) -> list[str]:
    days = (record.received_on, record.due_on, *([record.ended_on] if finished else []))
    return [
        shown(number, language),
        record.number,
        *("–" if day is None else day_text(day, language) for day in days),
        record.unit.name,
        *([] if finished else [record.described["officer_code"] or "–"]),
        shown(record.days_late, language),
        "; ".join(note.in_language(language) for note in record.notes),
    ]


def _scores(report: Report, language: Language) -> Annex:
    units = report.board.units
    if len(units) == 1:
        title = Text(vi="Bảng điểm chi tiết theo chỉ số", en="Scores by index")
        grids = (_one(report, units[0], language),)
        return Annex("scores", title.in_language(language), False, grids)
    title = Text(vi="Bảng điểm và xếp hạng", en="Scores and ranking")
    return Annex(
        "scores", title.in_language(language), True, (_ranking(report, language),), _how_ranked(language)
    )


def _how_ranked(language: Language) -> tuple[str, ...]:
    told = Text(
        vi="Xếp hạng riêng từng cấp và từng mức điểm tối đa; bằng điểm thì đồng hạng. – là không có số liệu.",
        en="Each level and each maximum is ranked apart; equal totals share a place. – stands for no figure.",
    )
    return (told.in_language(language),)


def _one(report: Report, unit: UnitScore, language: Language) -> Grid:
    headings: list[Heading] = [
        (LABELS["index"], 800, "center"),
        (NAME, None, "left"),
        (LABELS["numerator"], 850, "right"),
        (LABELS["denominator"], 850, "right"),
        (LABELS["value"], 1050, "right"),
        (LABELS["points"], 850, "right"),
        (LABELS["max_points"], 850, "right"),
        (LABELS["outcome"], 1150, "left"),
    ]
    names = {index.code: index.name for index in report.board.rules.indices}
    scores = {score.index: score for score in report.board.shown(unit)}
    groups = {group.group: group for group in unit.groups}
    rows: list[Sequence[str] | str] = []
    for group in report.board.groups:
        own = groups[group.code]
        name = _named(group.name, language)
        figures = f"{shown(own.points, language)}/{shown(own.max_points, language)}"
        rows.append(f"{name}: {figures}")
        for index in group.indices:
            score = scores.get(index.code)
            if score is not None:
                called = names[index.code]
                rows.append(_index_row(score, _named(called, language), language))
    total = f"{shown(unit.total, language)}/{shown(unit.max_points, language)}"
    rows.append(f"{LABELS['total'].in_language(language)}: {total}")
    return simple(headings, rows, language, PORTRAIT, 11)


def _index_row(score: Score, name: str, language: Language) -> list[str]:
    unit = "" if score.value is None else VALUE_UNITS[score.value_unit].in_language(language)
    blank = "" if unit in ("", "%") else "\u00a0"
    counts = (score.numerator, score.denominator)
    points = (score.points, score.max_points)
    return [
        score.index,
        name,
        *(shown(count, language) for count in counts),
        f"{shown(score.value, language)}{blank}{unit}",
        *(shown(each, language) for each in points),
        OUTCOMES[score.outcome].in_language(language),
    ]


def _ranking(report: Report, language: Language) -> Grid:
    board = report.board
    groups = board.groups
    headings: list[Heading] = [
        (LABELS["rank"], 700, "center"),
        (LABELS["unit_name"], None, "left"),
        (LABELS["unit_code"], 1100, "left"),
        *((Text(group.short.vi, group.short.en), 1000, "right") for group in groups),
        (LABELS["total"], 900, "right"),
        (LABELS["band"], 1150, "left"),
        (Text(vi="Kỳ trước", en="Before"), 900, "right"),
        (CHANGE, 900, "right"),
    ]
    ranks = _ranks(report)
    heads = league_headings([rank.league for rank in ranks])
    rows: list[Sequence[str] | str] = []
    for number, rank in enumerate(ranks):
        if number in heads:
            rows.append(heads[number].in_language(language))
        rows.append(_rank_row(report, rank, language))
    return simple(headings, rows, language, LANDSCAPE, 11)


def _ranks(report: Report) -> list[Rank]:
    asked = {unit.unit.code for unit in report.board.units}
    return [rank for rank in report.ranks if rank.score.unit.code in asked]


def _rank_row(report: Report, rank: Rank, language: Language) -> list[str]:
    score = rank.score
    past = report.past(score.unit.code)
    alike = past is not None and past.max_points == score.max_points
    return [
        shown(rank.place, language),
        score.unit.name,
        score.unit.code,
        *(shown(group.points, language) for group in score.groups),
        shown(score.total, language),
        _named(score.band, language) or OUTCOMES[score.outcome].in_language(language),
        shown(None if past is None else past.total, language),
        change_text(score.total - past.total if past is not None and alike else None, language),
    ]


def _by_index(report: Report, language: Language) -> Iterator[Annex]:
    """Yield the points of every unit by index, as many indices beside each other as a page carries."""
    board = report.board
    shown_ = [
        position
        for position, index in enumerate(board.rules.indices)
        if index.scored and (board.chosen is None or index.code in board.chosen)
    ]
    parts = [shown_[start : start + _INDICES_ACROSS] for start in range(0, len(shown_), _INDICES_ACROSS)]
    ranks = _ranks(report)
    grids = []
    for part in parts:
        codes = [board.rules.indices[position].code for position in part]
        headings: list[Heading] = [
            (LABELS["unit_name"], None, "left"),
            *((Text(code, code), 545, "right") for code in codes),
        ]
        rows = [
            [rank.score.unit.name, *(_points(rank.score.scores[position], language) for position in part)]
            for rank in ranks
        ]
        grids.append(simple(headings, rows, language, LANDSCAPE, 8))
    title = Text(vi="Điểm từng chỉ số của các đơn vị", en="Points of every index")
    legend = Text(
        vi="– không có điểm (thiếu dữ liệu, không áp dụng hoặc không có hồ sơ); * theo cấp trên; "
        "† theo số liệu báo cáo; ‡ tạm tính.",
        en="– no points (no data, not applicable, no cases); * decided above; † as reported; ‡ provisional.",
    )
    yield Annex("indices", title.in_language(language), True, tuple(grids), (legend.in_language(language),))


def _points(score: Score, language: Language) -> str:
    return shown(score.points, language) + ("" if score.points is None else _SIGNS.get(score.outcome, ""))


def _assigned(report: Report, language: Language) -> Annex:
    board = report.board
    one = len(board.units) == 1
    figures: list[Heading] = [(LABELS["points"], 1100, "right"), (LABELS["outcome"], 1150, "left")]
    if not one:
        figures = [
            (Text(vi="Đơn vị đạt", en="Met"), 900, "right"),
            (Text(vi="Chưa đạt", en="Missed"), 900, "right"),
            (_STATES["no_data"], 900, "right"),
        ]
    headings: list[Heading] = [
        (LABELS["index"], 800, "center"),
        (NAME, None, "left"),
        (LABELS["lead"], 2000, "left"),
        (LABELS["cooperating"], 2300, "left"),
        (Text(vi="Chịu trách nhiệm (mã)", en="Responsible (code)"), 1600, "left"),
        (LABELS["report_deadline"], 1500, "left"),
        *figures,
    ]
    owners = board.assigned()
    rows: list[Sequence[str] | str] = []
    for position, index in enumerate(board.rules.indices):
        if not index.scored or (board.chosen is not None and index.code not in board.chosen):
            continue
        scores = [unit.scores[position] for unit in board.units]
        states = [state_of(score) for score in scores]
        own = owners.get(index.code)
        name = _named(index.name, language)
        told = [NOBODY.in_language(language), "–", "–", "–"]
        if own is not None:
            told = [
                own.lead_name or own.lead or "–",
                "; ".join(own.cooperating) or "–",
                own.responsible_name or own.responsible or "–",
                deadline_text(own, language) or "–",
            ]
        reached = [shown(states.count(state), language) for state in ("met", "missed", "no_data")]
        if one:
            points = f"{shown(scores[0].points, language)}/{shown(scores[0].max_points, language)}"
            reached = [points, _STATES[states[0]].in_language(language)]
        rows.append([index.code, name, *told, *reached])
    title = Text(vi="Kết quả thực hiện nhiệm vụ được phân công", en="What was assigned, and what came of it")
    met = Text(
        vi="Đạt là được điểm tối đa của chỉ số. Cán bộ ghi bằng mã.",
        en="Met is full points of the index. Officials stand by code.",
    )
    grids = (simple(headings, rows, language, LANDSCAPE, 11),)
    return Annex("assigned", title.in_language(language), True, grids, (met.in_language(language),))


def source_annex(report: Report, language: Language, more: Sequence[str] = ()) -> Annex:
    """Return where the numbers come from: period, rules, files with their hashes, and all notes."""
    headings: list[Heading] = [
        (Text(vi="Nội dung", en="What"), 2600, "left"),
        (Text(vi="Giá trị", en="Value"), None, "left"),
    ]
    rows = [[label, value] for label, value in trace(report, language)]
    title = Text(vi="Nguồn số liệu và ghi chú", en="Sources and notes")
    grids = (simple(headings, rows, language, PORTRAIT, 10),)
    remarks = tuple(dict.fromkeys([*report_notes(report, language), *more]))
    return Annex("source", title.in_language(language), False, grids, remarks)


def _named(name: Bilingual | None, language: Language) -> str:
    return "" if name is None else Text(name.vi, name.en).in_language(language)
