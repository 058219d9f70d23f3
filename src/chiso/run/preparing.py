"""What is read for a run, the rules it is read for, and the gates that it must pass."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import Catalogue, load_catalogue
from chiso.errors import GateFailedError, Problem, Text, UsageError, allowed_words, plural, suggestion
from chiso.history.store import History, RunEntry
from chiso.records.dataset import Records
from chiso.records.load import load_records
from chiso.records.progress import SILENT, Progress
from chiso.records.store.manifest import manifest_at
from chiso.scoring.assignments import Assignments, load_assignments
from chiso.scoring.available import columns_needed
from chiso.scoring.earlier import NO_EARLIER_FIGURES, EarlierFigure, EarlierFigures
from chiso.scoring.engine import Engine
from chiso.scoring.reach import CountingReach
from chiso.scoring.scoreboard import Provenance
from chiso.terms.columns import SPLITS
from chiso.terms.numbers import number_text
from chiso.terms.period import Judgement, Period, earlier_label, judge, parse_period
from chiso.terms.steps import step
from chiso.terms.unit import UnitTree
from chiso.terms.working_days import WorkingDays, load_working_days
from chiso.version import __version__

# The engine that counts unless another is asked for.
DUCKDB = "duckdb"


@dataclass(frozen=True, kw_only=True)
class ReadRequest:
    """What is read, and the rules it is read for: the options of the command, unparsed.

    ``whole`` asks for every row of a store, also of a run that only counts.
    """

    records: tuple[Path, ...]
    reported: tuple[Path, ...] = ()
    units: Path | None = None
    mappings: tuple[Path, ...] = ()
    corrections: tuple[Path, ...] = ()
    show_officials: bool = False
    catalogue: Path | None = None
    edition: str | None = None
    as_of: date | None = None
    whole: bool = False
    engine: str = DUCKDB


@dataclass(frozen=True, kw_only=True)
class OwnersRequest:
    """The file of who answers for which index, and the one ``responsible`` whose indices are asked for.

    Officials are told by code unless ``show_officials``.
    """

    assignments: Path | None = None
    responsible: str | None = None
    show_officials: bool = False


@dataclass(frozen=True, kw_only=True)
class PeriodRequest(ReadRequest, OwnersRequest):
    """What every command is asked that judges records in a period.

    Figures of other periods that rules ask for are looked up in the ``history`` (of that ``series``), where
    no reported figure tells them: in the last revision of the period, or in that of the ``earlier_runs``,
    which are hashes of the content of runs.
    """

    period: str
    working_days: Path | None = None
    history: Path | None = None
    series: str | None = None
    earlier_runs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Gates:
    """What a run must hold to: nothing set aside or unread, or at most a share (0..1) of any table's rows."""

    strict: bool = False
    most_quarantined: Fraction | None = None


@dataclass(frozen=True)
class Prepared:
    """Everything that a run over a period starts from; ``edition`` is the one asked for, if any.

    ``chosen`` are the codes of the indices of the one asked for by ``responsible``, None for all indices.
    """

    catalogue: Catalogue
    rules: RuleSet
    judgement: Judgement
    working_days: WorkingDays
    records: Records
    edition: str | None = None
    assignments: Assignments | None = None
    chosen: frozenset[str] | None = None
    earlier: EarlierFigures = NO_EARLIER_FIGURES

    def engine(self) -> Engine:
        """Return the records ready to be counted and listed."""
        return Engine(self.records, self.rules, self.judgement, self.working_days)

    @property
    def provenance(self) -> Provenance:
        """What a result of the run was computed from."""
        return provenance(self.catalogue, self.records, self.judgement, self.edition)


def nothing_more(_rules: RuleSet) -> frozenset[str]:
    """Return the tables that are looked up beyond what the rules do: none."""
    return frozenset()


# Columns by table.
Columns: TypeAlias = dict[str, set[str]]


def nothing(_records: Records) -> None:
    """Do nothing once the records are loaded."""


class Reader:
    """Reads records, those of the same files and columns once; ``when_loaded`` is given them as they come.

    Records that hold more columns beside those needed do for a request that asks for fewer, and those of a
    store read whole for one that may leave rows out.
    """

    def __init__(self, progress: Progress = SILENT, when_loaded: Callable[[Records], None] = nothing) -> None:
        self._progress = progress
        self._when_loaded = when_loaded
        self._read: dict[object, list[tuple[Columns, object, Records]]] = {}

    def read(
        self,
        request: ReadRequest,
        needed: Columns,
        beside: Columns | None = None,
        reach: CountingReach | None = None,
    ) -> Records:
        """Return the records of a request, typed as far as ``needed``, and ``beside`` that: see ``load``.

        Of a store those in ``reach`` do.
        """
        columns = frozenset((table, frozenset(names)) for table, names in needed.items())
        files = (
            *(request.records, request.reported, request.units, request.mappings, request.corrections),
            *(request.show_officials, request.engine),
        )
        read = self._read.setdefault((files, columns), [])
        wanted, told = beside or {}, _told(request, reach)
        for there, left, records in read:
            if left in (None, told) and all(
                names <= there.get(table, set()) for table, names in wanted.items()
            ):
                return records
        records = load(request, needed, self._progress, beside=wanted, reach=reach)
        read.append((wanted, told, records))
        self._when_loaded(records)
        return records


def _told(request: ReadRequest, reach: CountingReach | None) -> object:
    """Return what tells which rows may be left out; None where all are read, as those of exports are."""
    if reach is None or request.whole or not any(map(is_store, request.records)):
        return None
    return tuple(judgement for _, judgement in reach.asked), request.catalogue, request.edition, reach.also


def prepare(
    request: PeriodRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
    *,
    split: str | None = None,
    more: Columns | Callable[[RuleSet], Columns] | None = None,
    beside: Callable[[RuleSet], Columns] | None = None,
    reader: Reader | None = None,
    looks_up: Callable[[RuleSet], frozenset[str]] | None = None,
) -> Prepared:
    """Return the rules and the records of a request; ``today`` bounds a period that still runs.

    ``split`` and ``more`` name columns that are read beyond those that the rules use; ``more`` may depend
    on the rules. Those ``beside`` set no row aside, so that scores are the same with and without them.
    ``when_loaded`` is given the records before anything is counted, so that what was set aside is told even
    where nothing can be scored. A ``reader`` of one's own keeps what it reads for further requests. A run
    that only counts, or lists nothing but the population, ``looks_up`` these tables beyond what the rules
    do; it may leave rows of a store where they are.
    """
    period = parse_period(request.period, today)
    judgement = judge(period, request.as_of or today)
    with step("catalogue"):
        catalogue = load_catalogue(request.catalogue)
    rules = catalogue.rules(judgement.period.last_day, request.edition)
    assignments, chosen = assignments_of(request, rules)
    earlier = earlier_figures(request, rules, judgement.period)
    working_days = load_working_days(request.working_days)
    also = more(rules) if callable(more) else more or {}
    reader = reader or Reader(progress, when_loaded)
    reach = None
    if looks_up is not None:
        reach = CountingReach(((rules.on_day(judgement.as_of), judgement),), looks_up(rules))
    also_beside = None if beside is None else beside(rules)
    records = reader.read(request, needed_columns(rules, split, also), also_beside, reach)
    return Prepared(
        *(catalogue, rules, judgement, working_days, records, request.edition, assignments, chosen, earlier)
    )


def runs_before(request: PeriodRequest, rules: RuleSet, period: Period) -> tuple[RunEntry, ...]:
    """Return the runs of the history that rules ask for in a period; none where there is no history.

    Raises UsageError where several series have a period and none is chosen.
    """
    if request.history is None:
        return ()
    history = History(request.history)
    if request.earlier_runs is not None:
        return tuple(entry for entry in history.runs() if entry.content_sha256 in request.earlier_runs)
    names = {
        rule.period
        for index in rules.indices
        for rule in (index.fallback, index.baseline)
        if rule is not None
    }
    labels = sorted({earlier_label(name, period) for name in names})
    found = [history.current(label, series=request.series, catalogue=rules.catalogue) for label in labels]
    return tuple(entry for entry in found if entry is not None)


def earlier_figures(request: PeriodRequest, rules: RuleSet, period: Period) -> EarlierFigures:
    """Return what the history tells of other periods that rules ask for; see ``runs_before``."""
    figures: dict[tuple[str, str, str], EarlierFigure] = {}
    for entry in runs_before(request, rules, period):
        assert request.history is not None  # a run was found in it
        board = History(request.history).board(entry.number)
        source = f"{request.history.name} run:{entry.number}"
        for unit in board.units:
            for score in unit.scores:
                figure = EarlierFigure(score.numerator, score.denominator, score.percent, source)
                figures[unit.unit.code, score.index, entry.period] = figure
    return EarlierFigures(figures)


def assignments_of(
    request: OwnersRequest, rules: RuleSet
) -> tuple[Assignments | None, frozenset[str] | None]:
    """Return the assignments of a request, and the codes of the indices of the responsible one asked for.

    Either is None where it is not asked for. Raises UsageError for a responsible one without assignments,
    or one whom they give no index.
    """
    if request.assignments is None:
        if request.responsible is not None:
            raise UsageError(Problem(_NEEDS_ASSIGNMENTS, hint=_GIVE_ASSIGNMENTS))
        return None, None
    assignments = load_assignments(request.assignments, rules, show_officials=request.show_officials)
    if request.responsible is None:
        return assignments, None
    own = assignments.indices_of(rules, request.responsible)
    return assignments, frozenset(index.code for index in own)


_NEEDS_ASSIGNMENTS = Text(
    vi="--responsible cần bảng phân công", en="--responsible needs assignments to look into"
)
_GIVE_ASSIGNMENTS = Text(
    vi="Thêm --assignments TỆP; mẫu ở docs/assignments.md",
    en="Add --assignments FILE; docs/assignments.md shows one",
)


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


def needed_columns(rules: RuleSet, split: str | None, more: Columns) -> Columns:
    """Return the columns to read: those the measures use, those the split goes by, and ``more``."""
    needed = columns_needed(rules)
    if split is not None:
        for columns in needed.values():
            columns.update(column for column in SPLITS[split] if column is not None)
    for table, columns in more.items():
        needed.setdefault(table, set()).update(columns)
    return needed


def load(
    request: ReadRequest,
    needed: dict[str, set[str]] | None,
    progress: Progress = SILENT,
    *,
    beside: Columns | None = None,
    registry_needed: bool = True,
    reach: CountingReach | None = None,
) -> Records:
    """Return the records of a request; ``needed`` None reads every column that chiso knows.

    Columns ``beside`` those needed set no row aside.
    """
    with step("read"):
        return load_records(
            request.records,
            units=request.units,
            reported=request.reported,
            needed=needed,
            beside=beside,
            mappings=request.mappings,
            corrections=request.corrections,
            show_officials=request.show_officials,
            registry_needed=registry_needed,
            progress=progress,
            reach=None if request.whole else reach,
            spark=spark_master(request),
        )


def is_store(path: Path) -> bool:
    """Return whether a path names a store, by its folder or its manifest."""
    return manifest_at(path) is not None


def spark_master(request: ReadRequest) -> str | None:
    """Return the master of the Spark asked for, "" for the one that runs; None where DuckDB is to count.

    Raises UsageError for an engine that does not exist, and for what Spark cannot do.
    """
    if request.engine == DUCKDB:
        return None
    if not _ENGINE.fullmatch(request.engine):
        near = suggestion(request.engine, (DUCKDB, "spark"))
        message = Text(
            vi=f"--engine: không có “{request.engine}”", en=f"--engine: there is no “{request.engine}”"
        )
        raise UsageError(Problem(message, hint=near or allowed_words(ENGINES)))
    if request.corrections:
        raise UsageError(Problem(_NO_CORRECTIONS, hint=_CORRECT_FIRST))
    # Under spark-submit the master is the one it was given.
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    return ("" if submitted else "local[*]") if request.engine == "spark" else request.engine


# What ``--engine`` takes, as people are told.
ENGINES = (DUCKDB, "spark", "local[2]", "spark://HOST:PORT", "yarn", "k8s://…")
_ENGINE = re.compile(r"spark|local(\[(\d+|\*)\])?|spark://\S+|yarn|k8s://\S+")
_NO_CORRECTIONS = Text(vi="--corrections không dùng với Spark", en="--corrections does not go with Spark")
_CORRECT_FIRST = Text(
    vi="Sửa ngay trong tệp xuất, hoặc chấm không có --engine",
    en="Correct the exports themselves, or score without --engine",
)


def check_gates(records: Records, gates: Gates) -> None:
    """Raise GateFailedError where more rows are in quarantine than the gates let pass."""
    problems: list[Problem] = []
    if gates.strict and records.unread:
        message = Text(
            vi=f"{number_text(records.unread, 'vi')} trang hoặc bảng có dữ liệu mà không đọc; xem ghi chú",
            en=f"{number_text(records.unread, 'en')} "
            f"{plural(records.unread, 'sheet or table holds', 'sheets or tables hold')} "
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
            vi=f"{name}: {number_text(quarantined, 'vi')} trong {number_text(rows, 'vi')} dòng bị cách ly, "
            f"quá mức cho phép",
            en=f"{name}: {number_text(quarantined, 'en')} of {number_text(rows, 'en')} rows are "
            f"quarantined, more than is allowed",
        )
        hint = Text(
            vi="Xem chiso check; sửa bằng --quarantine và --corrections",
            en="See chiso check; put right by --quarantine and --corrections",
        )
        problems.append(Problem(message, hint=hint))
    if problems:
        raise GateFailedError(problems)


def check_words(*asked: tuple[str, str | None, tuple[str, ...]]) -> None:
    """Raise UsageError for an option (its name, the word given, the words allowed) with an unknown word."""
    for option, word, allowed in asked:
        if word is not None and word not in allowed:
            raise UsageError(
                Problem(
                    Text(vi=f"{option}: không có “{word}”", en=f"{option}: there is no “{word}”"),
                    hint=suggestion(word, allowed) or allowed_words(allowed),
                )
            )


def check_units(units: UnitTree, codes: Iterable[str]) -> None:
    """Raise UsageError for codes that no unit of the registry has."""
    problems = [
        Problem(
            Text(vi=f"Danh mục không có đơn vị “{code}”", en=f"The registry has no unit “{code}”"),
        )
        for code in codes
        if code not in units
    ]
    if problems:
        raise UsageError(problems)
