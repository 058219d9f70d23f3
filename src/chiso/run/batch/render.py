"""The files of a period: each output of the batch as bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath

from chiso.errors import Problem, Text, UsageError
from chiso.reporting.compare_files import compare_json
from chiso.reporting.compare_notes import compare_notes
from chiso.reporting.compare_tables import compare_shown, compare_table
from chiso.reporting.forms import MOST_ROWS_OF_A_LIST, REPORT_SUFFIXES, SUFFIXES
from chiso.reporting.json_output import scoreboard_json
from chiso.reporting.late_json import late_json
from chiso.reporting.late_tables import late_notes, late_table, late_view
from chiso.reporting.late_workbook import late_workbook
from chiso.reporting.notes import notes
from chiso.reporting.render import rendered
from chiso.reporting.tables import rank_table, score_table, with_index_names
from chiso.run.batch.model import Batch, BatchPeriodRequest, Output, With
from chiso.run.compare import UnitsToShow, compare_boards_alone
from chiso.run.late_lists import LateRequest, late
from chiso.run.preparing import PeriodRequest, Reader
from chiso.run.report import Part, ReportRequest, report
from chiso.run.scoring import ScoreRequest, chosen_units, rank
from chiso.scoring.scoreboard import Scoreboard


@dataclass(frozen=True)
class Selection:
    """What is chosen of the results: units and indices by their codes; nothing chosen is everything."""

    units: tuple[str, ...] = ()
    indices: frozenset[str] | None = None


@dataclass(frozen=True)
class Results:
    """What the files of a period are made from.

    ``earlier`` are the boards of other periods that comparisons are made with; one that was never kept is
    not there. Lists of cases are read by the ``reader``, which reads the same files once.
    """

    batch: Batch
    request: BatchPeriodRequest
    board: Scoreboard
    earlier: Mapping[With, Scoreboard]
    selection: Selection
    reader: Reader


def outputs_of(results: Results, today: date) -> dict[str, bytes]:
    """Return the bytes of every file of a period by its name.

    A comparison with a period that was never kept is left out. Raises UsageError for a choice of units
    that no unit fits.
    """
    contents: dict[str, bytes] = {}
    for output in results.batch.outputs:
        content = _RENDERED[output.what](results, output, today)
        if content is not None:
            contents[output.file] = content
    return contents


def _form(output: Output) -> str:
    return {**SUFFIXES, **REPORT_SUFFIXES}[PurePosixPath(output.file).suffix.lower()]


def _asked(results: Results, output: Output) -> ScoreRequest:
    return ScoreRequest(
        records=(),
        period=results.request.period,
        level=output.level,
        parent=output.parent,
        unit=results.selection.units,
        with_records=output.with_records,
    )


def _score(results: Results, output: Output, _today: date) -> bytes:
    board = replace(results.board, chosen=results.selection.indices)
    return _of_board(chosen_units(board, _asked(results, output)), output, results)


def _of_board(board: Scoreboard, output: Output, results: Results) -> bytes:
    language = results.batch.language
    table = score_table(board, output.detail, language)
    return rendered(
        _form(output),
        table,
        language,
        lines=notes(board, language),
        as_json=lambda: scoreboard_json(board, language),
        shown=with_index_names(table, board, language),
        for_excel=output.excel,
    )


def _rank(results: Results, output: Output, _today: date) -> bytes:
    language, asked = results.batch.language, _asked(results, output)
    # Places are among all units of a level, whichever are selected.
    board = chosen_units(results.board, replace(asked, unit=()))
    ranks = rank(board, by_peer_group=output.peer_groups)
    if results.selection.units:
        ranks = tuple(place for place in ranks if place.score.unit.code in results.selection.units)
    return rendered(
        _form(output),
        rank_table(board, ranks, language),
        language,
        lines=notes(board, language),
        as_json=lambda: scoreboard_json(board, language, ranks),
        for_excel=output.excel,
    )


def _late(results: Results, output: Output, today: date) -> bytes:
    language, request = results.batch.language, results.request
    asked = LateRequest(
        **{name: getattr(request, name) for name in PeriodRequest.__dataclass_fields__},
        level=output.level,
        parent=output.parent,
        unit=results.selection.units,
    )
    found = late(asked, today, reader=results.reader)
    return rendered(
        _form(output),
        late_table(found, language),
        language,
        lines=late_notes(found, language),
        as_json=lambda: late_json(found, language),
        as_xlsx=lambda: late_workbook(found, language),
        shown=late_view(found, language),
        for_excel=output.excel,
    )


def _compare(results: Results, output: Output, _today: date) -> bytes | None:
    earlier = results.earlier.get(output.compared_with)
    if earlier is None:
        return None
    language = results.batch.language
    shown = UnitsToShow(
        level=output.level,
        parent=output.parent,
        unit=results.selection.units,
        with_records=output.with_records,
    )
    found = compare_boards_alone(earlier, results.board, shown)
    lines = compare_notes(found, language, only_changed=False)
    return rendered(
        _form(output),
        compare_table(found, output.detail, language),
        language,
        lines=lines,
        as_json=lambda: compare_json(found, lines, language),
        shown=compare_shown(found, output.detail, language),
        for_excel=output.excel,
    )


def _report(results: Results, output: Output, today: date) -> bytes:
    language, request, form = results.batch.language, results.request, _form(output)
    asked = ReportRequest(
        **{name: getattr(request, name) for name in PeriodRequest.__dataclass_fields__},
        level=output.level,
        parent=output.parent,
        unit=results.selection.units,
        with_records=output.with_records,
        parts=_PARTS[form],
    )
    earlier = results.earlier.get(output.compared_with)
    # What is looked up now may not be there when the results are made again: only what is named counts.
    before = () if earlier is None else (earlier,)
    found = report(asked, today, reader=results.reader, before=before)
    match form:
        case "html":
            from chiso.reporting.site.pages import single_page

            one = found.board.units[0] if len(results.selection.units) == 1 else None
            return single_page(found, one, language)
        case "xlsx":
            from chiso.reporting.workbook import report_workbook

            return report_workbook(found, language)
        case "docx":
            from chiso.reporting.letters.letter import kind_of, report_letter
            from chiso.reporting.letters.office import Office, read_office
            from chiso.reporting.letters.template import Templates

            office = Office() if request.office is None else read_office(request.office)
            kind = kind_of(found.board.judgement.period.kind)
            return report_letter(
                found, office, kind, Templates(None, language), language, MOST_ROWS_OF_A_LIST
            )
        case _:
            from chiso.reporting.messages.markdown_page import markdown_page
            from chiso.reporting.messages.message import message
            from chiso.reporting.messages.plain import plain_text

            told = message(found, each=bool(results.selection.units), language=language)
            written = markdown_page if form == "markdown" else plain_text
            return written(told, language).encode()


# What each form of a report tells beyond the scores.
_PARTS: Mapping[str, frozenset[Part]] = {
    "html": frozenset({"repairs", "plans"}),
    "xlsx": frozenset({"late"}),
    "docx": frozenset({"repairs", "late", "plans"}),
    "markdown": frozenset({"repairs", "late", "plans"}),
    "table": frozenset({"repairs", "late", "plans"}),
}
_RENDERED: Mapping[str, Callable[[Results, Output, date], bytes | None]] = {
    "score": _score,
    "rank": _rank,
    "late": _late,
    "compare": _compare,
    "report": _report,
}


def selection_of(words: tuple[str, ...], board: Scoreboard | None = None) -> Selection:
    """Return what ``--select`` chooses: ``unit:CODE`` or ``index:CODE``, codes and aliases of indices alike.

    Raises UsageError for other words, and for an index that the board's rules lack.
    """
    units: list[str] = []
    indices: list[str] = []
    problems: list[Problem] = []
    known = {} if board is None else _index_names(board)
    for word in words:
        kind, _, code = word.partition(":")
        if kind == "unit" and code:
            units.append(code)
        elif kind == "index" and code and (board is None or code.casefold() in known):
            indices.append(known.get(code.casefold(), code))
        else:
            problems.append(
                Problem(
                    Text(vi=f"--select: không hiểu “{word}”", en=f"--select: “{word}” is not understood"),
                    hint=Text(
                        vi="Viết unit:MÃ hoặc index:MÃ, mã có trong danh mục hay bộ chỉ số",
                        en="Write unit:CODE or index:CODE, of the registry or the catalogue",
                    ),
                )
            )
    if problems:
        raise UsageError(problems)
    return Selection(tuple(units), frozenset(indices) if indices else None)


def _index_names(board: Scoreboard) -> Mapping[str, str]:
    return {
        name.casefold(): index.code for index in board.rules.indices for name in (index.code, *index.aliases)
    }
