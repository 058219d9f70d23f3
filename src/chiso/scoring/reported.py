"""Reported figures: matched to indices and groups by code, alias or group code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from chiso.arithmetic import plain
from chiso.catalogue.formula import RuleSet
from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.dataset import QuarantinedRow, ReportedFigure
from chiso.scoring.counts import ExcludedRows, Fates

_ALL_PROCEDURES = (None, "all")


@dataclass(frozen=True)
class Reported:
    """The figures of a run by unit and index, and by unit and group, with the fate of every row."""

    by_index: Mapping[tuple[str, str], ReportedFigure]
    by_group: Mapping[tuple[str, str], ReportedFigure]
    quarantine: tuple[QuarantinedRow, ...]
    fates: Fates | None


def match_reported(
    figures: Iterable[ReportedFigure], rules: RuleSet, period_label: str, unreadable: int
) -> Reported:
    """Return the figures that belong to this run.

    A row without period or scope belongs to every run; another period's rows are outside, another
    scope's are excluded; of several for the same index the last one counts. Raises RecordsError where
    a unit has both a group's figure and figures of the group's indices, or points above the maximum.
    """
    indices = {name.casefold(): index for index in rules.indices for name in (index.code, *index.aliases)}
    groups = {group.code.casefold(): group for group in rules.groups}
    by_index: dict[tuple[str, str], ReportedFigure] = {}
    by_group: dict[tuple[str, str], ReportedFigure] = {}
    quarantine: list[QuarantinedRow] = []
    problems: list[Problem] = []
    read = outside = other_scope = superseded = 0
    for figure in figures:
        read += 1
        if figure.period not in (None, period_label):
            outside += 1
            continue
        if figure.scope not in _ALL_PROCEDURES:
            other_scope += 1
            continue
        name = figure.name.casefold()
        index, group = indices.get(name), groups.get(name)
        if index is not None:
            key, place, maximum = (figure.unit_code, index.code), by_index, index.points
        elif group is not None:
            key, place, maximum = (figure.unit_code, group.code), by_group, group.points
        else:
            quarantine.append(_unknown(figure))
            continue
        superseded += key in place
        place[key] = figure
        problems.extend(_out_of_bounds(figure, maximum))
    problems.extend(_both(by_index, by_group, rules))
    if problems:
        raise RecordsError(problems)
    excluded = (
        ExcludedRows("phạm vi khác", "another scope", other_scope),
        ExcludedRows("dòng sau của cùng chỉ số thay thế", "replaced by a later row", superseded),
    )
    fates = Fates(
        table="reported",
        rows_read=read + unreadable,
        in_population=len(by_index) + len(by_group),
        outside_period=outside,
        excluded=tuple(entry for entry in excluded if entry.rows),
        quarantined=unreadable + len(quarantine),
    )
    return Reported(by_index, by_group, tuple(quarantine), fates if fates.rows_read else None)


def _unknown(figure: ReportedFigure) -> QuarantinedRow:
    reason = Text(vi="không có chỉ số hay nhóm này", en="there is no such index or group")
    return QuarantinedRow(figure.file, figure.row, "index", reason)


def _out_of_bounds(figure: ReportedFigure, maximum: Decimal) -> Iterable[Problem]:
    # Points count only where neither counts nor a percent are given.
    points = figure.points if figure.denominator is None and figure.percent is None else None
    if points is not None and points > maximum:
        message = Text(
            vi=f"{plain(points)} điểm vượt mức tối đa {plain(maximum)}",
            en=f"{plain(points)} points exceed the maximum of {plain(maximum)}",
        )
        yield Problem(message, Place(figure.file, row=figure.row))


def _both(
    by_index: Mapping[tuple[str, str], ReportedFigure],
    by_group: Mapping[tuple[str, str], ReportedFigure],
    rules: RuleSet,
) -> Iterable[Problem]:
    for (unit_code, group_code), figure in by_group.items():
        group = next(group for group in rules.groups if group.code == group_code)
        clashing = [index.code for index in group.indices if (unit_code, index.code) in by_index]
        if clashing:
            listed = ", ".join(clashing)
            message = Text(
                vi=f"Đơn vị {unit_code} có số của nhóm {group_code} và của chỉ số {listed}",
                en=f"Unit {unit_code} has figures of group {group_code} and of its indices {listed}",
            )
            hint = Text(vi="Giữ một trong hai", en="Keep one of the two")
            yield Problem(message, Place(figure.file, row=figure.row), hint)
