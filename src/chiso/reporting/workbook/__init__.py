"""A report → a workbook whose formulas recompute points, totals, places and bands from the counts."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chiso.errors import CannotWriteError, Language, Problem, Text, plural
from chiso.reporting.files import LONGEST_SHEET, height_of, new_workbook
from chiso.reporting.late_tables import late_notes
from chiso.reporting.late_workbook import write_late_lists
from chiso.reporting.tables import day_text, number_text, plain_value
from chiso.reporting.trace import NOTICE, report_notes, trace
from chiso.reporting.workbook import charts, detail, overview, parameters, ranking
from chiso.reporting.workbook.detail import HOW, HOW_TOLD, Detail
from chiso.reporting.workbook.exact import How
from chiso.reporting.workbook.ranking import Ranking
from chiso.reporting.workbook.sheet import add_sheet
from chiso.reporting.workbook.styles import Styles, set_up_page
from chiso.scoring.late import LateLists
from chiso.scoring.late_records import ListName
from chiso.scoring.report import Report

_LETTERS_PER_LINE = 150
_NOTES = Text(vi="Ghi chú", en="Notes")
# The lists that are filed with a report; what is due soon is for the office itself.
_FILED: tuple[ListName, ...] = ("finished", "open")


def report_workbook(report: Report, language: Language) -> bytes:
    """Return the workbook of a report; the same report gives the same bytes.

    Sheets: overview, a ranking per level, charts, the detail of every index, late lists where the report
    has them, the parameters of the formulas, notes. Every formula is kept with our own value as its result.
    Raises CannotWriteError where the detail would be longer than a sheet, of which the rest would be lost.
    """
    board, rules = report.board, report.board.rules
    stream = io.BytesIO()
    workbook = new_workbook(stream, _title(report, language))
    styles = Styles(workbook)
    cells = parameters.parameters_of(rules, language)
    scores = Detail(board, cells, language)
    _require_room(scores)
    rankings = ranking.rankings_of(report, language)

    sheet = add_sheet(workbook, overview.SHEET.in_language(language))
    overview.write_overview(sheet, _top(report, language), rules, rankings, cells, styles, language)
    for each in rankings:
        sheet = add_sheet(workbook, each.sheet)
        _write_title(sheet, report, each.sheet, _of_ranking(each), styles, language)
        ranking.write_ranking(sheet, each, report, scores, cells, styles, language)
    sheet = add_sheet(workbook, charts.SHEET.in_language(language))
    charts.write_charts(workbook, sheet, rules, rankings, language)
    sheet = add_sheet(workbook, detail.SHEET.in_language(language))
    _write_title(sheet, report, detail.SHEET.in_language(language), _OF_DETAIL, styles, language)
    detail.write_detail(sheet, board, scores, cells, styles, language)
    lists = _filed(report)
    if lists is not None:
        write_late_lists(workbook, lists, language)
    sheet = add_sheet(workbook, parameters.SHEET.in_language(language))
    parameters.write_parameters(sheet, rules, cells, styles, language)
    sheet = add_sheet(workbook, _NOTES.in_language(language))
    _write_notes(sheet, report, lists, scores.hows, styles, language)
    workbook.close()
    return stream.getvalue()


def _require_room(scores: Detail) -> None:
    if scores.last_row > LONGEST_SHEET:
        raise CannotWriteError(
            Problem(
                Text(
                    vi="Chi tiết chỉ số dài hơn một trang tính", en="The detail is longer than a sheet can be"
                ),
                hint=Text(vi="Dùng --level, --parent, --unit", en="Use --level, --parent, --unit"),
            )
        )


def _filed(report: Report) -> LateLists | None:
    late = report.late
    if late is None:
        return None
    lists = tuple(name for name in late.lists if name in _FILED)
    return replace(late, lists=lists, records=tuple(r for r in late.records if r.list in lists))


def _title(report: Report, language: Language) -> str:
    title = plain_value(report.board.rules.title, language)
    return Text(vi=f"Kết quả {title}", en=f"Results, {title}").in_language(language)


def _days(report: Report, language: Language) -> str:
    judgement = report.board.judgement
    first, last, as_of = (
        day_text(day, language)
        for day in (judgement.period.first_day, judgement.period.last_day, judgement.as_of)
    )
    vi = f"Kỳ {judgement.period.label} ({first} – {last}), tính đến {as_of}"
    en = f"Period {judgement.period.label} ({first} – {last}), as of {as_of}"
    if judgement.provisional:
        vi, en = f"{vi}; kỳ chưa kết thúc, số tạm tính", f"{en}; the period still runs, provisional"
    return Text(vi, en).in_language(language)


def _top(report: Report, language: Language) -> list[tuple[str, str]]:
    """Return the lines above the overview: title, period, what it is compared with, what it lacks, notice."""
    lines = [(_title(report, language).upper(), "main_title"), (_days(report, language), "centered")]
    if report.course:
        label = report.course[-1].judgement.period.label
        told = Text(vi=f"So với kỳ trước: {label}", en=f"Compared with the period before: {label}")
        if report.course[-1].edition != report.board.rules.edition:
            told = Text(
                vi=f"{told.vi} (theo phiên bản {report.course[-1].edition}, quy tắc khác)",
                en=f"{told.en} (by edition {report.course[-1].edition}, other rules)",
            )
        lines.append((told.in_language(language), "centered"))
    lines += [(text.in_language(language), "notice") for text in (*report.lacking, NOTICE)]
    return lines


_OF_DETAIL = Text(
    vi="Ô nền vàng sửa được; điểm, tổng, hạng và xếp loại tính lại theo. Lọc được; không sắp xếp lại.",
    en="Cells on yellow may be corrected; points, totals, places and bands follow. Filter, but do not sort.",
)


def _of_ranking(each: Ranking) -> Text:
    if not each.all_ranked:
        return Text(vi="Hạng trong tất cả đơn vị cùng cấp", en="Places among all units of the level")
    if len({rank.league for rank in each.ranks}) > 1:
        return Text(
            vi="Đơn vị có tổng tối đa khác nhau được xếp hạng riêng",
            en="Units with different maxima are ranked apart",
        )
    return Text("", "")


def _write_title(
    sheet: Any, report: Report, title: str, told: Text, styles: Styles, language: Language
) -> None:
    sheet.write_string(0, 0, title, styles["title"])
    sheet.write_string(1, 0, _days(report, language), styles["subtitle"])
    sheet.write_string(2, 0, told.in_language(language) or NOTICE.in_language(language), styles["subtitle"])


def _write_notes(
    sheet: Any,
    report: Report,
    lists: LateLists | None,
    hows: Mapping[How, int],
    styles: Styles,
    language: Language,
) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, _NOTES.in_language(language), styles["title"])
    row = 2
    for label, value in trace(report, language):
        sheet.write_string(row, 0, label, styles["label"])
        sheet.write_string(row, 1, value, styles["plain"])
        row += 1
    heading = Text(vi="Công thức trong sổ này", en="The formulas of this workbook").in_language(language)
    late = [] if lists is None else late_notes(lists, language)[: len(lists.lists)]
    for title, lines in (
        (_NOTES.in_language(language), [*report_notes(report, language), *late]),
        (heading, [text.in_language(language) for text in _of_formulas(hows)]),
    ):
        row += 1
        sheet.write_string(row, 0, title, styles["section"])
        for line in lines:
            row += 1
            sheet.merge_range(row, 0, row, 1, line, styles["plain"])
            # A merged cell does not grow by itself.
            sheet.set_row(row, height_of([(line, _LETTERS_PER_LINE)]))
        row += 1
    set_up_page(sheet, last_row=row, last_column=1)


def _of_formulas(hows: Mapping[How, int]) -> Iterator[Text]:
    yield Text(
        vi="Tỷ lệ và điểm tính từ tử số, mẫu số bằng số nguyên, làm tròn nửa lên: "
        "INT((2a+b)/(2b)) là a/b làm tròn.",
        en="Percents and points come from numerator and denominator by whole numbers, halves rounded up: "
        "INT((2a+b)/(2b)) is a/b rounded.",
    )
    yield Text(
        vi="Điểm nhóm là tổng các chỉ số đã làm tròn, tổng điểm là tổng các nhóm; hạng so với đơn vị "
        "cùng cấp, cùng tổng tối đa, bằng điểm thì cùng hạng.",
        en="A group is the sum of its rounded indices, a total the sum of its groups; places are among "
        "units of a level with the same maximum, equal totals share a place.",
    )
    yield Text(
        vi="Trang chi tiết được khóa không mật khẩu: chỉ sửa được số đếm có công thức đi theo.",
        en="The index detail is protected without a password: only counts that formulas follow "
        "may be changed.",
    )
    for how, mark in HOW.items():
        count, told = hows.get(how, 0), HOW_TOLD[how]
        if count:
            yield Text(
                vi=f"{number_text(count, 'vi')} dòng “{mark.vi}”: {told.vi}",
                en=f"{number_text(count, 'en')} {plural(count, 'row', 'rows')} “{mark.en}”: {told.en}",
            )
