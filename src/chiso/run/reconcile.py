"""Reconciling: the story of ``chiso reconcile``, read downward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import Catalogue, load_catalogue
from chiso.catalogue.model import Reading
from chiso.errors import CatalogueError, Place, Problem, RecordsError, Text, plural
from chiso.records.dataset import Records
from chiso.records.portal import read_portal_cases, read_portal_figures
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import check_words, nothing, prepare, provenance
from chiso.run.scoring import ScoreRequest, chosen_units
from chiso.scoring.available import columns_needed
from chiso.scoring.differences import ListedCase, Reconciliation, all_differences
from chiso.scoring.engine import Engine
from chiso.scoring.listed_cases import compare_lists
from chiso.scoring.reconcile import Portal, reconcile
from chiso.scoring.reported import Reported, match_reported
from chiso.scoring.score import scoreboard_of
from chiso.terms.columns import CASES
from chiso.terms.numbers import number_text
from chiso.terms.period import judge, parse_period
from chiso.terms.unit import LEVELS


@dataclass(frozen=True, kw_only=True)
class ReconcileRequest(ScoreRequest):
    """What ``reconcile`` is asked."""

    portal: Path
    portal_records: tuple[Path, ...] = ()


def reconcile_with_portal(
    request: ReconcileRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
) -> Reconciliation:
    """Return our scores beside the portal's figures, each difference split by cause.

    The portal's figures never enter our score. Raises RecordsError where they cannot be read, or none of
    them belongs to the period.
    """
    check_words(("--level", request.level, LEVELS))
    judgement = judge(parse_period(request.period, today), request.as_of or today)
    day = judgement.period.last_day
    read_otherwise = _Readings(load_catalogue(request.catalogue), request, day)
    start = prepare(request, today, progress, when_loaded, more=read_otherwise.columns())
    catalogue = start.catalogue
    records, rules = start.records, start.rules
    _refuse_as_records(request.portal, records)
    engine = Engine(records, rules, judgement, start.working_days)
    board = scoreboard_of(engine, provenance(catalogue, records, judgement, request.edition))
    label = judgement.period.label
    ours = match_reported(records.reported, rules, records.units, label, records.reported_unreadable)
    read = read_portal_figures(request.portal, records.units, request.mappings)
    unreadable = len({(row.sheet, row.row) for row in read.quarantine})
    portal = match_reported(read.figures, rules, records.units, label, unreadable).beside(ours.earlier)
    if not portal.by_index and not portal.by_group:
        raise RecordsError([_no_figure(request.portal, label), *_unreadable(portal)])
    cases = None
    listed: tuple[ListedCase, ...] = ()
    quarantine = [*read.quarantine, *portal.quarantine]
    if request.portal_records and CASES.name in records.tables:
        registry = next(Path(file.path) for file in records.files if file.table == "units")
        cases, list_read = read_portal_cases(request.portal_records, registry, request.mappings)
        listed = tuple(compare_lists(engine, cases))
        quarantine += list_read.quarantine
    units = reconcile(
        engine,
        board,
        ours,
        Portal(portal, cases),
        read_otherwise.rules,
        [catalogue.rules(day, edition.id) for edition in catalogue.editions],
    )
    compared = len(all_differences(units))
    shown = chosen_units(board, request, records.units)
    codes = {score.unit.code for score in shown.units}
    return Reconciliation(
        board=shown,
        units=tuple(entry for entry in units if entry.unit.code in codes),
        cases=tuple(case for case in listed if {case.our_unit, case.portal_unit} & codes),
        portal_file=read.path,
        portal_sha256=read.sha256,
        portal_fates=portal.fates,
        quarantine=tuple(quarantine),
        notes=(*portal.notes, *_not_compared(portal, compared)),
    )


class _Readings:
    """The rules of a request as readings of the catalogue have them; each is understood once."""

    def __init__(self, catalogue: Catalogue, request: ReconcileRequest, day: date) -> None:
        self._catalogue, self._request, self._day = catalogue, request, day
        self._known: dict[tuple[str, ...], RuleSet] = {}

    def rules(self, readings: Sequence[Reading]) -> RuleSet:
        """Return the rules as ``readings`` have them; raises CatalogueError where one is at fault."""
        key = tuple(reading.id for reading in readings)
        if key not in self._known:
            try:
                self._known[key] = self._catalogue.rules(self._day, self._request.edition, readings)
            except CatalogueError:
                # Told with its place among the readings, which only the whole check knows.
                load_catalogue(self._request.catalogue, with_readings=True)
                raise
        return self._known[key]

    def columns(self) -> dict[str, set[str]]:
        """Return the columns that some reading goes by."""
        needed: dict[str, set[str]] = {}
        for reading in self.rules(()).readings:
            for table, columns in columns_needed(self.rules((reading,))).items():
                needed.setdefault(table, set()).update(columns)
        return needed


def _refuse_as_records(portal: Path, records: Records) -> None:
    """Refuse a portal's file that is among the records: its figures would have entered our score."""
    if portal.resolve() in {Path(file.path).resolve() for file in records.files}:
        raise RecordsError(
            Problem(
                Text(
                    vi="Tệp của Cổng nằm trong hồ sơ, nên số của Cổng đã vào điểm chấm",
                    en="The portal's file is among the records, so its figures would enter our score",
                ),
                Place(str(portal)),
                Text(
                    vi="Chỉ đưa tệp này cho --portal và để ngoài RECORDS",
                    en="Give it to --portal only, and keep it outside RECORDS",
                ),
            )
        )


def _no_figure(portal: Path, label: str) -> Problem:
    return Problem(
        Text(
            vi=f"Không số nào của Cổng dùng được cho kỳ {label}",
            en=f"No figure of the portal can be used for period {label}",
        ),
        Place(str(portal)),
        Text(
            vi="Xem cột period (kỳ), index (chỉ số hoặc nhóm), unit_code (đơn vị)",
            en="Look at its columns period, index (an index or a group), unit_code",
        ),
    )


def _unreadable(portal: Reported) -> Iterator[Problem]:
    for row in portal.quarantine[:20]:
        yield Problem(row.reason, Place(row.label, row=row.row, heading=row.column))


def _not_compared(portal: Reported, compared: int) -> Iterator[Problem]:
    left = len(portal.by_index) + len(portal.by_group) - compared
    if left:
        yield Problem(
            Text(
                vi=f"{number_text(left, 'vi')} số của Cổng không đối chiếu: chỉ số để phân tích, hoặc đơn "
                f"vị không có trong kỳ",
                en=f"{number_text(left, 'en')} {plural(left, 'figure', 'figures')} of the portal not "
                f"compared: "
                "indices for analysis, or units that do not exist in the period",
            )
        )
