"""What a message says: sections of sentences and small tables, whatever they are written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chiso.errors import Language, Text
from chiso.reporting.messages import losing, standing
from chiso.reporting.messages.section import Section
from chiso.reporting.tables import day_text
from chiso.reporting.trace import report_notes, trace
from chiso.scoring.report import Report


@dataclass(frozen=True)
class Message:
    """A message in one language; ``sections`` without anything in them are left out."""

    title: str
    sections: tuple[Section, ...]


def message(report: Report, *, each: bool, language: Language) -> Message:
    """Return what a mail tells of a report; ``each`` tells every unit of its board apart.

    No citizen's data and no case numbers are in it.
    """
    judgement, rules = report.board.judgement, report.board.rules
    day = {"vi": day_text(judgement.as_of, "vi"), "en": day_text(judgement.as_of, "en")}
    vi = f"Kết quả Bộ chỉ số {rules.catalogue}, kỳ {judgement.period.label}, tính đến {day['vi']}"
    en = f"Results of index set {rules.catalogue}, period {judgement.period.label}, as of {day['en']}"
    if judgement.provisional:
        vi, en = f"{vi} (tạm tính)", f"{en} (provisional)"
    sections = [
        standing.result(report, each=each, language=language),
        standing.ranking(report, each=each, language=language),
        standing.changes(report, each=each, language=language),
        losing.lost(report, each=each, language=language),
        losing.what_to_do(report, each=each, language=language),
        losing.late(report, language=language),
        _origin(report, language),
    ]
    return Message(Text(vi, en).in_language(language), _with_content(sections))


def _origin(report: Report, language: Language) -> Section:
    facts = [f"{label}: {value}" for label, value in trace(report, language)]
    heading = Text(vi="Ghi chú, xuất xứ số liệu", en="Notes, and where the numbers come from")
    return Section(heading.in_language(language), (), (*report_notes(report, language), *facts))


def _with_content(sections: Sequence[Section]) -> tuple[Section, ...]:
    return tuple(section for section in sections if section.tables or section.lines)
