"""Letters, whole: what a report, a campaign or late lists tell, put into templates and laid out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from chiso.errors import Language, Text
from chiso.reporting.letters.annexes import Annex, report_annexes
from chiso.reporting.letters.campaign_facts import campaign_annexes, campaign_facts, campaign_tables
from chiso.reporting.letters.document import Letter, annex_name, letter_bytes, letters_bytes
from chiso.reporting.letters.markup import Grid
from chiso.reporting.letters.office import BLANK, Office
from chiso.reporting.letters.report_facts import report_facts
from chiso.reporting.letters.tables import GridOf, brief_lost, text_tables
from chiso.reporting.letters.template import Templates
from chiso.reporting.trace import NOTICE
from chiso.scoring.campaign.model import Campaign
from chiso.scoring.campaign.report import CampaignReport
from chiso.scoring.late import LateLists
from chiso.scoring.late_records import ListedRecord
from chiso.scoring.report import Report
from chiso.terms.period import PeriodKind

Kind = Literal["monthly", "quarterly", "ten-day", "yearly", "brief", "apology"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_OF_PERIOD: Mapping[PeriodKind, Kind] = {
    "month": "monthly",
    "quarter": "quarterly",
    "ten_days": "ten-day",
    "year": "yearly",
    "year_to_date": "yearly",
    "range": "monthly",
}
# A brief is one page whatever the catalogue and the registry hold.
_ROWS_OF_BRIEF = 8
_SAME = Text(vi="Như trên", en="As above")
_NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]")


@dataclass(frozen=True)
class Source:
    """Where a brief's figures come from, in one line: ``digest`` is over the hashes of all files."""

    files: int
    digest: str
    version: str
    run: str


@dataclass(frozen=True)
class Case:
    """A late case as its letter of apology knows it: nothing of the citizen."""

    number: str
    procedure: str | None
    unit: str
    received_on: date | None
    due_on: date | None
    ended_on: date | None
    days_late: int | None


def kind_of(period: PeriodKind) -> Kind:
    """Return which report goes with a period where none is asked for."""
    return _OF_PERIOD[period]


def report_letter(
    report: Report, office: Office, kind: Kind, templates: Templates, language: Language, rows: int
) -> bytes:
    """Return the report as a Word document; each late list in its annexes has at most ``rows`` rows."""
    facts = report_facts(report, language)
    annexes = () if kind == "brief" else report_annexes(report, language, rows)
    tables = dict(text_tables(facts, language))
    named: dict[str, object] = {**facts.named(), "kind": kind, **_annexes_by_name(annexes, language)}
    if kind == "brief":
        tables = {name: _shortened(make) for name, make in tables.items()}
        tables["brief_lost"] = lambda: brief_lost(facts, language)
        named |= {"source": _source(report), "notice": NOTICE.in_language(language)}
    return letter_bytes(
        _letter(
            "brief" if kind == "brief" else "report", office, facts.as_of, named, tables, templates, annexes
        ),
        language,
    )


def campaign_letter(
    campaign: Campaign, report: CampaignReport, office: Office, templates: Templates, language: Language
) -> bytes:
    """Return the report of a campaign on its day as a Word document."""
    facts = campaign_facts(campaign, report, language)
    annexes = campaign_annexes(campaign, report, language)
    tables = campaign_tables(report, language)
    named = {**facts.named(), "kind": "ten-day", **_annexes_by_name(annexes, language)}
    letter = _letter("campaign", office, report.day, named, tables, templates, annexes)
    return letter_bytes(letter, language)


def apology_letters(
    lists: LateLists, office: Office, templates: Templates, language: Language
) -> bytes | None:
    """Return a Word document with a page for each late case, None where no case is late."""
    letters = [letter for _, letter in _apologies(lists, office, templates, language)]
    return letters_bytes(letters, language) if letters else None


def apology_files(
    lists: LateLists, office: Office, templates: Templates, language: Language
) -> Iterator[tuple[str, bytes]]:
    """Yield a file name and a Word document for each late case.

    Names begin with a number, since those of cases may differ in nothing that a file name can hold.
    """
    for number, (record, letter) in enumerate(_apologies(lists, office, templates, language), start=1):
        # No case number holds a blank; what does may name a person, and names of files are seen by many.
        told = "" if " " in record.number else "-" + _NOT_IN_FILE_NAMES.sub("_", record.number)
        yield f"{number:04}{told}.docx", letters_bytes([letter], language)


def _apologies(
    lists: LateLists, office: Office, templates: Templates, language: Language
) -> Iterator[tuple[ListedRecord, Letter]]:
    as_of = lists.judgement.as_of
    for record in lists.records:
        if record.list == "due":
            continue
        case = Case(
            number=record.number,
            procedure=record.described["procedure_name"],
            unit=record.unit.name,
            received_on=record.received_on,
            due_on=record.due_on,
            ended_on=record.ended_on,
            days_late=record.days_late,
        )
        named = {"case": case, "as_of": as_of, "kind": "apology", "blank": BLANK}
        letter = _letter("apology", office, as_of, named, {}, templates)
        # It goes to one citizen, and bears a number of its own.
        sender = replace(office, number=Office.number, recipients=(_SAME.in_language(language),))
        yield record, replace(letter, office=sender, symbol=office.apology_symbol)


def _letter(
    template: str,
    office: Office,
    as_of: date,
    named: Mapping[str, object],
    tables: Mapping[str, GridOf],
    templates: Templates,
    annexes: Sequence[Annex] = (),
) -> Letter:
    blocks = templates.blocks(template, {**named, "office": office}, tuple(tables))
    day = office.date or as_of
    return Letter(office, office.symbol, day, blocks, tables, annexes, compact=template == "brief")


def _annexes_by_name(annexes: Sequence[Annex], language: Language) -> dict[str, object]:
    """Return what the text calls the annexes by; those that are not there are None."""
    several = len(annexes) > 1
    names: dict[str, str | None] = dict.fromkeys(
        ("finished", "open", "scores", "indices", "assigned", "units", "source")
    )
    for number, annex in enumerate(annexes, start=1):
        names[annex.name] = annex_name(number if several else None, language)
    return {"annex": names}


def _source(report: Report) -> Source:
    origin = report.board.provenance
    hashes = sorted(file.sha256 for file in origin.files)
    digest = hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    run = "" if report.origin.run is None else f"{report.origin.history} run:{report.origin.run}"
    return Source(len(hashes), digest, origin.chiso_version, run)


def _shortened(make: GridOf) -> GridOf:
    """Return a maker of the table's first rows, which says how many it leaves out."""

    def shortened() -> Grid:
        found = make()
        rows = list(found.rows)
        rest = len(rows) - _ROWS_OF_BRIEF
        return replace(found, size=11, rows=rows if rest <= 0 else [*rows[:_ROWS_OF_BRIEF], f"… (+{rest})"])

    return shortened
