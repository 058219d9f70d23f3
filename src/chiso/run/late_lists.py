"""The lists of late records: the story of ``chiso late``, read downward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from chiso.errors import Problem, Text, UsageError
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import PeriodRequest, Reader, check_units, check_words, nothing, prepare
from chiso.scoring.late import (
    LateLists,
    Order,
    columns_listed,
    late_lists,
    table_with_deadline,
    tables_looked_up,
)
from chiso.scoring.late_records import LISTS, ListName
from chiso.terms.unit import LEVELS, Unit, UnitTree


@dataclass(frozen=True, kw_only=True)
class OfficesRequest(PeriodRequest):
    """What is asked of the own records of some units: those of a level, below a parent, or of units named."""

    level: str | None = None
    parent: str | None = None
    unit: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LateRequest(OfficesRequest):
    """What ``late`` is asked: which lists, of which table, of which units.

    ``within`` is the number of working days that the list of records due soon looks ahead.
    """

    lists: tuple[ListName, ...] = LISTS
    within: int = 3
    order: Order = "unit"
    table: str | None = None


def late(
    request: LateRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
    reader: Reader | None = None,
) -> LateLists:
    """Return the lists of a request; ``today`` bounds a period that still runs."""
    check_words(("--level", request.level, LEVELS))
    more = partial(columns_listed, name=request.table)
    looks_up = partial(tables_looked_up, name=request.table)
    start = prepare(request, today, progress, when_loaded, more=more, reader=reader, looks_up=looks_up)
    units = chosen_offices(start.records.units, request)
    return late_lists(
        start.engine(),
        table_with_deadline(start.rules, request.table),
        start.working_days,
        start.provenance,
        units=units,
        lists=request.lists,
        within=request.within,
        order=request.order,
    )


def chosen_offices(units: UnitTree, request: OfficesRequest) -> tuple[Unit, ...]:
    """Return the units whose own records are asked about, in registry order.

    A unit asked for stands for itself and all units below it, as its score does. Raises UsageError where
    no unit is left, or for a unit that the registry lacks.
    """
    check_units(units, [*request.unit, *([request.parent] if request.parent else [])])
    below = {unit.code for unit in units.below(request.parent)} if request.parent else None
    asked = {*request.unit, *(unit.code for code in request.unit for unit in units.below(code))}
    chosen = tuple(
        unit
        for unit in units
        if (request.level is None or unit.level == request.level)
        and (below is None or unit.code in below)
        and (not asked or unit.code in asked)
    )
    if not chosen:
        levels = ", ".join(units.levels())
        raise UsageError(
            Problem(
                Text(vi="Không có đơn vị nào như đã chọn", en="No unit fits the choice"),
                hint=Text(
                    vi=f"Bỏ bớt --level, --parent, --unit; các cấp: {levels}",
                    en=f"Leave out some of --level, --parent, --unit; levels: {levels}",
                ),
            )
        )
    return chosen
