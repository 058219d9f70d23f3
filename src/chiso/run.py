"""One function per command: the story of a run, read downward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

from chiso.catalogue.formula import IndexRule, RuleSet
from chiso.catalogue.load import Catalogue, load_catalogue
from chiso.errors import GateFailedError, Problem, Text, UsageError, allowed_words, plural, suggestion
from chiso.records.dataset import Records
from chiso.records.draft import draft_mapping as draft
from chiso.records.examine import FaultFinding, FileFinding, examine_faults, examine_files
from chiso.records.load import files_in, load_records
from chiso.records.mapping import load_spelling
from chiso.records.progress import SILENT, Progress
from chiso.scoring.available import columns_needed, indices_that_read
from chiso.scoring.catalogue_tests import TestResult, run_catalogue_tests
from chiso.scoring.rank import Rank, rank_units
from chiso.scoring.score import score_records
from chiso.scoring.scoreboard import Provenance, Scoreboard, UnitScore
from chiso.terms.columns import SPLITS, TABLES
from chiso.terms.period import Judgement, judge, parse_period
from chiso.terms.unit import LEVELS, UnitTree
from chiso.terms.working_days import load_working_days
from chiso.version import __version__


@dataclass(frozen=True, kw_only=True)
class ReadRequest:
    """What is read, and the rules it is read for: the options of the command, unparsed."""

    records: tuple[Path, ...]
    reported: tuple[Path, ...] = ()
    units: Path | None = None
    mappings: tuple[Path, ...] = ()
    corrections: tuple[Path, ...] = ()
    show_officials: bool = False
    catalogue: Path | None = None
    edition: str | None = None
    as_of: date | None = None


@dataclass(frozen=True, kw_only=True)
class ScoreRequest(ReadRequest):
    """What ``score`` and ``rank`` are asked."""

    period: str
    working_days: Path | None = None
    level: str | None = None
    parent: str | None = None
    unit: tuple[str, ...] = ()
    with_records: bool = False
    by: str | None = None


@dataclass(frozen=True)
class Gates:
    """What a run must hold to: nothing set aside or unread, or at most a share (0..1) of any table's rows."""

    strict: bool = False
    most_quarantined: Fraction | None = None


@dataclass(frozen=True)
class Checked:
    """What ``check`` found: each file, the faults by kind, and the indices that each fault touches."""

    records: Records
    rules: RuleSet
    as_of: date
    files: tuple[FileFinding, ...]
    faults: tuple[tuple[FaultFinding, tuple[str, ...]], ...]


def _nothing(_records: Records) -> None:
    """Do nothing once the records are loaded."""


def score(
    request: ScoreRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = _nothing,
) -> Scoreboard:
    """Return the scoreboard of a request; ``today`` bounds a period that still runs.

    ``when_loaded`` is given the records before they are scored, so that what was set aside is told even
    where nothing can be scored.
    """
    period = parse_period(request.period, today)
    judgement = judge(period, request.as_of or today)
    _check_words(request)
    catalogue = load_catalogue(request.catalogue)
    rules = catalogue.rules(judgement.period.last_day, request.edition)
    working_days = load_working_days(request.working_days)
    records = _load(request, _needed(request, rules), progress)
    when_loaded(records)
    board = score_records(
        rules,
        records,
        judgement,
        working_days,
        provenance(catalogue, records, judgement, request.edition),
        split_by=request.by,
    )
    return chosen_units(board, records.units, request)


def _load(
    request: ReadRequest,
    needed: dict[str, set[str]] | None,
    progress: Progress = SILENT,
    *,
    registry_needed: bool = True,
) -> Records:
    return load_records(
        request.records,
        units=request.units,
        reported=request.reported,
        needed=needed,
        mappings=request.mappings,
        corrections=request.corrections,
        show_officials=request.show_officials,
        registry_needed=registry_needed,
        progress=progress,
    )


def check(request: ReadRequest, today: date, progress: Progress = SILENT) -> Checked:
    """Return what was understood of the records, and what is wrong with them as of ``request.as_of``."""
    as_of = request.as_of or today
    rules = load_catalogue(request.catalogue).rules(as_of, request.edition)
    records = _load(request, None, progress, registry_needed=False)
    faults = tuple((fault, _touched(rules, fault)) for fault in examine_faults(records, as_of))
    return Checked(records, rules, as_of, examine_files(records), faults)


def draft_mapping(request: ReadRequest) -> tuple[str, list[str]]:
    """Return a draft of a mapping for the request's files, and the files, which it must not overwrite."""
    files = files_in(request.records)
    others = [path for path in (request.units, *request.reported, *request.mappings) if path is not None]
    return draft(files, load_spelling(request.mappings)), [str(path) for path in (*files, *others)]


def _touched(rules: RuleSet, fault: FaultFinding) -> tuple[str, ...]:
    """Return the indices whose counts a fault can change: all of the table where the row is set aside."""
    columns = tuple(TABLES[fault.table].columns) if fault.set_aside else fault.columns
    return indices_that_read(rules, fault.table, columns)


def check_gates(records: Records, gates: Gates) -> None:
    """Raise GateFailedError where more rows are in quarantine than the gates let pass."""
    problems: list[Problem] = []
    if gates.strict and records.unread:
        message = Text(
            vi=f"{records.unread} trang hoặc bảng có dữ liệu mà không đọc; xem ghi chú",
            en=f"{records.unread} {plural(records.unread, 'sheet or table holds', 'sheets or tables hold')} "
            "something that is not read; see the notes",
        )
        problems.append(Problem(message))
    counts = [(name, table.quarantined, table.rows_read) for name, table in records.tables.items()]
    if records.reported_unreadable:
        usable = len(records.reported)
        counts.append(("reported", records.reported_unreadable, usable + records.reported_unreadable))
    for name, quarantined, rows in counts:
        limit = Fraction(0) if gates.strict else gates.most_quarantined
        if limit is None or not quarantined or Fraction(quarantined, rows) <= limit:
            continue
        message = Text(
            vi=f"{name}: {quarantined} trong {rows} dòng bị cách ly, quá mức cho phép",
            en=f"{name}: {quarantined} of {rows} rows are quarantined, more than is allowed",
        )
        hint = Text(
            vi="Xem chiso check; sửa bằng --quarantine và --corrections",
            en="See chiso check; put right by --quarantine and --corrections",
        )
        problems.append(Problem(message, hint=hint))
    if problems:
        raise GateFailedError(problems)


def _needed(request: ScoreRequest, rules: RuleSet) -> dict[str, set[str]]:
    """Return the columns to read: those the rules use, and those the split goes by."""
    needed = columns_needed(rules)
    if request.by is not None:
        for columns in needed.values():
            columns.update(column for column in SPLITS[request.by] if column is not None)
    return needed


def provenance(
    catalogue: Catalogue, records: Records, judgement: Judgement, edition: str | None = None
) -> Provenance:
    """Return what a scoreboard was computed from."""
    first, last = judgement.period.first_day, judgement.period.last_day
    spans = edition is None and catalogue.edition_on(first) != catalogue.edition_on(last)
    return Provenance(
        chiso_version=__version__,
        catalogue_file=catalogue.file,
        catalogue_sha256=catalogue.sha256,
        files=records.files,
        edition_note=spans,
    )


def rank(board: Scoreboard, *, by_peer_group: bool = False) -> tuple[Rank, ...]:
    """Return the ranking of a scoreboard, each level apart."""
    return rank_units(board.units, by_peer_group=by_peer_group)


def _check_words(request: ScoreRequest) -> None:
    words = (("--level", request.level, LEVELS), ("--by", request.by, tuple(SPLITS)))
    for option, word, allowed in words:
        if word is not None and word not in allowed:
            raise UsageError(
                Problem(
                    Text(vi=f"{option}: không có “{word}”", en=f"{option}: there is no “{word}”"),
                    hint=suggestion(word, allowed) or allowed_words(allowed),
                )
            )


def chosen_units(board: Scoreboard, units: UnitTree, request: ScoreRequest) -> Scoreboard:
    """Return the board with the units asked for; raises UsageError for a unit no registry has."""
    _check_units(units, [*request.unit, *([request.parent] if request.parent else [])])
    below = {unit.code for unit in units.below(request.parent)} if request.parent else None

    def wanted(score: UnitScore) -> bool:
        return (
            (request.level is None or score.unit.level == request.level)
            and (below is None or score.unit.code in below)
            and (not request.unit or score.unit.code in request.unit)
            and (not request.with_records or score.has_records)
        )

    chosen = tuple(score for score in board.units if wanted(score))
    if not chosen:
        levels = ", ".join(units.levels())
        raise UsageError(
            Problem(
                Text(vi="Không có đơn vị nào như đã chọn", en="No unit fits the choice"),
                hint=Text(
                    vi=f"Bỏ bớt --level, --parent, --unit, --with-records; các cấp: {levels}",
                    en=f"Leave out some of --level, --parent, --unit, --with-records; levels: {levels}",
                ),
            )
        )
    lacking = {score.index for unit in chosen for score in unit.scores if score.outcome == "missing_data"}
    analysis = {index.code for index in board.rules.indices if not index.scored}
    missing = tuple(entry for entry in board.missing if entry.index in lacking | analysis)
    return replace(board, units=chosen, missing=missing)


def _check_units(units: UnitTree, codes: Sequence[str]) -> None:
    problems = [
        Problem(
            Text(vi=f"Danh mục không có đơn vị “{code}”", en=f"The registry has no unit “{code}”"),
        )
        for code in codes
        if code not in units
    ]
    if problems:
        raise UsageError(problems)


def test_catalogue(file: Path | None, own_working_days: Path | None) -> tuple[TestResult, ...]:
    """Return the result of every test that a catalogue carries."""
    return run_catalogue_tests(load_catalogue(file), load_working_days(own_working_days))


def show_catalogue(
    file: Path | None, edition: str | None, name: str | None, today: date
) -> tuple[RuleSet, IndexRule | None]:
    """Return the rules of an edition (today's by default), and the index asked for by code or alias."""
    rules = load_catalogue(file).rules(today, edition)
    if name is None:
        return rules, None
    by_name = {known.casefold(): index for index in rules.indices for known in (index.code, *index.aliases)}
    index = by_name.get(name.casefold())
    if index is None:
        raise UsageError(
            Problem(
                Text(vi=f"Không có chỉ số “{name}”", en=f"There is no index “{name}”"),
                hint=allowed_words(index.code for index in rules.indices),
            )
        )
    return rules, index


def write_sample(folder: Path, seed: int, *, templates: bool) -> list[Path]:
    """Write the synthetic sample, or empty templates, into ``folder``; return the files written."""
    from chiso.synthetic import write_samples, write_templates

    return write_templates(folder) if templates else write_samples(folder, seed)
