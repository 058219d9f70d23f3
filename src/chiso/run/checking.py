"""Checking: the story of ``chiso check``, read downward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import load_catalogue
from chiso.errors import Problem, Text, UsageError
from chiso.records.dataset import Records
from chiso.records.draft import draft_mapping as draft
from chiso.records.examine import FaultFinding, FileFinding, examine_faults, examine_files
from chiso.records.mapping import load_spelling
from chiso.records.opening import files_in
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import ReadRequest, is_store, load
from chiso.scoring.available import indices_that_read
from chiso.terms.columns import TABLES


@dataclass(frozen=True)
class Checked:
    """What ``check`` found: each file, the faults by kind, and the indices that each fault touches."""

    records: Records
    rules: RuleSet
    as_of: date
    files: tuple[FileFinding, ...]
    faults: tuple[tuple[FaultFinding, tuple[str, ...]], ...]


def check(request: ReadRequest, today: date, progress: Progress = SILENT) -> Checked:
    """Return what was understood of the records, and what is wrong with them as of ``request.as_of``."""
    if any(map(is_store, request.records)):
        raise UsageError(Problem(_NO_EXPORTS, hint=_READ_EXPORTS))
    as_of = request.as_of or today
    rules = load_catalogue(request.catalogue).rules(as_of, request.edition)
    records = load(request, None, progress, registry_needed=False)
    faults = tuple((fault, _touched(rules, fault)) for fault in examine_faults(records, as_of))
    return Checked(records, rules, as_of, examine_files(records), faults)


_NO_EXPORTS = Text(
    vi="check xem tệp gốc, không xem kho; chiso import đã cho biết dòng nào để riêng",
    en="check looks at exports, not at a store; chiso import told which rows are set apart",
)
_READ_EXPORTS = Text(vi="Đưa các tệp gốc vào lệnh", en="Give it the exports themselves")


def draft_mapping(request: ReadRequest) -> tuple[str, list[str]]:
    """Return a draft of a mapping for the request's files, and the files, which it must not overwrite."""
    files = files_in(request.records)
    others = [path for path in (request.units, *request.reported, *request.mappings) if path is not None]
    return draft(files, load_spelling(request.mappings)), [str(path) for path in (*files, *others)]


def _touched(rules: RuleSet, fault: FaultFinding) -> tuple[str, ...]:
    """Return the indices whose counts a fault can change: all of the table where the row is set aside."""
    columns = tuple(TABLES[fault.table].columns) if fault.set_aside else fault.columns
    return indices_that_read(rules, fault.table, columns)
