"""What every report says of where its numbers come from, so that each can be traced."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from chiso.errors import Language, Problem, Text
from chiso.records.sources.cell import sheet_label
from chiso.reporting.notes import Run, notes
from chiso.reporting.tables import day_text
from chiso.scoring.report import Report

NOTICE = Text(
    vi="Số liệu tham khảo do chiso tính từ hồ sơ; số liệu chính thức theo Cổng Dịch vụ công quốc gia.",
    en="Computed by chiso from case records, for reference; official figures are the national portal's.",
)


def trace(report: Report, language: Language) -> list[tuple[str, str]]:
    """Return the facts behind a report as label and value; see ``run_trace``."""
    kept = None if report.origin.run is None else f"{report.origin.history} run:{report.origin.run}"
    return run_trace(report.board, language, kept)


def run_trace(run: Run, language: Language, kept: str | None = None) -> list[tuple[str, str]]:
    """Return the facts behind a result as label and value: period, rules, program, inputs with hashes.

    ``kept`` is the run of a history that it comes from. Files bear their bare names: folders may tell of
    persons.
    """
    judgement, origin, rules = run.judgement, run.provenance, run.rules
    period = judgement.period
    first, last = (day_text(day, language) for day in (period.first_day, period.last_day))
    facts = [
        (
            Text(vi="Kỳ", en="Period"),
            Text(f"{period.label} ({first} – {last})", f"{period.label} ({first} – {last})"),
        ),
        (Text(vi="Ngày xét", en="As of"), _same(day_text(judgement.as_of, language))),
        (
            Text(vi="Bộ chỉ số", en="Catalogue"),
            Text(
                vi=f"{rules.catalogue}, phiên bản {rules.edition} ({rules.edition_title.vi})",
                en=f"{rules.catalogue}, edition {rules.edition} ({rules.edition_title.en})",
            ),
        ),
        (Text(vi="Tệp bộ chỉ số (sha256)", en="Catalogue file (sha256)"), _same(origin.catalogue_sha256)),
        (Text(vi="Phiên bản chiso", en="chiso version"), _same(origin.chiso_version)),
    ]
    if judgement.provisional:
        facts.append(
            (
                Text(vi="Tạm tính", en="Provisional"),
                Text(
                    vi="Kỳ chưa kết thúc, số liệu còn thay đổi",
                    en="The period still runs; figures will change",
                ),
            )
        )
    if kept is not None:
        facts.append((Text(vi="Lịch sử", en="History"), _same(kept)))
    facts += [
        (
            Text(vi="Tệp đầu vào", en="Input"),
            _same(f"{sheet_label(_bare(file.path), file.sheet)} · {file.table} · sha256 {file.sha256}"),
        )
        for file in origin.files
    ]
    return [(label.in_language(language), value.in_language(language)) for label, value in facts]


def report_notes(report: Report, language: Language) -> list[str]:
    """Return the remarks under a report: rows by fate, missing data, inferred rules, parts it lacks."""
    told = [NOTICE, *report.lacking]
    assignments = report.board.assignments
    board = replace(
        report.board,
        notes=tuple(map(with_bare_name, report.board.notes)),
        assignments=assignments and replace(assignments, path=_bare(assignments.path)),
    )
    return [*(text.in_language(language) for text in told), *notes(board, language)]


def with_bare_name(problem: Problem) -> Problem:
    """Return a remark about a file without the folders that it lies in."""
    place = problem.place
    if place is None:
        return problem
    return replace(problem, place=replace(place, file=_bare(place.file)))


def _bare(path: str) -> str:
    return PurePath(path).name


def _same(text: str) -> Text:
    return Text(text, text)
