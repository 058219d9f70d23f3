"""Explaining: the story of ``chiso explain``, read downward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from chiso.catalogue.formula import GroupRule, IndexRule, RuleSet
from chiso.errors import Problem, Text, UsageError, allowed_words, suggestion
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import PeriodRequest, Prepared, check_units, check_words, nothing, prepare
from chiso.run.scoring import unit_on_board, with_units
from chiso.scoring.explain import (
    Explainer,
    KeyLoss,
    Loss,
    UnitExplanation,
    key_losses,
    losses,
    splittable,
)
from chiso.scoring.rank import rank_units
from chiso.scoring.score import scoreboard_of
from chiso.terms.columns import COUNTED_TABLES, SPLITS, TABLES

Named = TypeVar("Named", GroupRule, IndexRule)


@dataclass(frozen=True, kw_only=True)
class ExplainRequest(PeriodRequest):
    """What ``explain`` is asked: a unit, and indices or groups by code or alias (none: all of them)."""

    unit: str
    index: tuple[str, ...] = ()
    by: str | None = None


def explain(
    request: ExplainRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
) -> UnitExplanation:
    """Return the explanation of one unit; its records are read as they are listed.

    Raises UsageError for a unit, index or split that does not exist, or a unit that is not on the board.
    """
    check_words(("--by", request.by, tuple(SPLITS)))
    start = prepare(request, today, progress, when_loaded, split=request.by, more=_identity())
    check_units(start.records.units, [request.unit])
    engine, source = start.engine(), start.provenance
    rules = engine.rules
    groups, indices = _named(rules, request.index)
    listed = [*(index for group in groups for index in group.indices), *indices]
    asked = [*dict.fromkeys(index.code for index in listed)]
    if start.chosen is not None:
        asked = _of_responsible(start, asked)
        groups = [group for group in groups if any(index.code in asked for index in group.indices)]
        indices = [index for index in indices if index.code in asked]
    board = replace(
        scoreboard_of(engine, source, earlier=start.earlier),
        assignments=start.assignments,
        chosen=start.chosen,
    )
    unit = unit_on_board(board, request.unit)
    ranks = rank_units(board.units)
    explainer = Explainer(engine, board)
    found = [loss for loss in losses(rules.groups, unit) if not asked or _concerns(loss, asked)]
    keys: tuple[KeyLoss, ...] = ()
    split_indices: tuple[str, ...] = ()
    if request.by is not None:
        by_key = scoreboard_of(engine, source, split_by=request.by)
        by_key = with_units(by_key, tuple(part for part in by_key.units if part.unit.code == request.unit))
        lost = [loss.index.code for loss in found if loss.index is not None and loss.not_counted is not None]
        split_indices = tuple(splittable(by_key.units, lost))
        keys = tuple(key_losses(unit, by_key, split_indices))
    return UnitExplanation(
        board=with_units(board, (unit,)),
        unit=unit,
        rank=next((rank for rank in ranks if rank.score is unit), None),
        losses=tuple(found),
        groups=tuple(explainer.group(unit, group) for group in groups),
        indices=tuple(explainer.index(unit, index) for index in indices),
        listed=tuple(
            explainer.index(unit, index) for index in rules.indices if not asked or index.code in asked
        ),
        by=request.by,
        keys=keys,
        split_indices=split_indices,
    )


def _of_responsible(start: Prepared, asked: list[str]) -> list[str]:
    """Return those of the indices asked for (of all, if none is) that the one asked for answers for."""
    chosen = start.chosen or frozenset()
    own = [index.code for index in start.rules.indices if index.code in chosen]
    both = [code for code in asked if code in own] if asked else own
    if not both:
        message = Text(
            vi="Không chỉ số nào trong --index thuộc người hay đơn vị của --responsible",
            en="None of the indices of --index belongs to the one of --responsible",
        )
        raise UsageError(Problem(message, hint=allowed_words(own)))
    return both


def _identity() -> dict[str, set[str]]:
    """Return the columns that name a record and its official, beyond those that rules use."""
    return {
        name: {column for column in (*TABLES[name].key, "officer_code") if column in TABLES[name].columns}
        for name in COUNTED_TABLES
    }


def _named(rules: RuleSet, names: tuple[str, ...]) -> tuple[list[GroupRule], list[IndexRule]]:
    """Return the groups and indices of these codes or aliases, in any case of letters."""
    by_index = {name: index for index in rules.indices for name in (index.code, *index.aliases)}
    by_group = {group.code: group for group in rules.groups}
    groups: list[GroupRule] = []
    indices: list[IndexRule] = []
    problems: list[Problem] = []
    for name in dict.fromkeys(names):
        # As it is written first: “progress” is a group of 766, “PROGRESS” an alias of one of its indices.
        index, group = by_index.get(name), by_group.get(name)
        if index is None and group is None:
            index, group = _in_any_case(by_index, name), _in_any_case(by_group, name)
        if index is not None:
            indices.append(index)
        elif group is not None:
            groups.append(group)
        else:
            codes = [*(index.code for index in rules.indices), *by_group]
            listed = ", ".join(codes)
            problems.append(
                Problem(
                    Text(
                        vi=f"--index: không có chỉ số hay nhóm “{name}”",
                        en=f"--index: there is no index or group “{name}”",
                    ),
                    hint=suggestion(name, [*by_index, *codes])
                    or Text(vi=f"Được phép: {listed}", en=f"Allowed: {listed}"),
                )
            )
    if problems:
        raise UsageError(problems)
    return groups, indices


def _in_any_case(by_name: Mapping[str, Named], name: str) -> Named | None:
    return next((found for known, found in by_name.items() if known.casefold() == name.casefold()), None)


def _concerns(loss: Loss, asked: list[str]) -> bool:
    codes = [index.code for index in loss.group.indices] if loss.index is None else [loss.index.code]
    return any(code in asked for code in codes)
