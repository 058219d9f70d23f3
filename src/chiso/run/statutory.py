"""The statutory forms: the story of ``chiso report form``, read downward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.statutory_file import load_statutory_forms
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.late_lists import OfficesRequest, chosen_offices
from chiso.run.preparing import Columns, Reader, check_words, nothing, prepare
from chiso.scoring.statutory import StatutoryForm, columns_asked, statutory_form
from chiso.terms.period import parse_period
from chiso.terms.unit import LEVELS


@dataclass(frozen=True, kw_only=True)
class StatutoryRequest(OfficesRequest):
    """What ``report form`` is asked: which form, of which units, by which file of ``forms``."""

    code: str
    forms: Path | None = None


def statutory(
    request: StatutoryRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
    reader: Reader | None = None,
) -> StatutoryForm:
    """Return the form of a request, filled in; ``today`` bounds a period that still runs."""
    check_words(("--level", request.level, LEVELS))
    day = parse_period(request.period, today).last_day

    def more(rules: RuleSet) -> Columns:
        # The forms are read before the records: what is wrong with them is said before the work.
        forms = load_statutory_forms(request.forms, rules, day)
        return columns_asked(rules, forms, forms.form(request.code))

    start = prepare(request, today, progress, when_loaded, more=more, reader=reader)
    forms = load_statutory_forms(request.forms, start.rules, day)
    return statutory_form(
        start.engine(),
        forms,
        forms.form(request.code),
        start.provenance,
        chosen_offices(start.records.units, request),
    )
