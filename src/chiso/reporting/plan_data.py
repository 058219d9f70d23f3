"""A plan for programs: its actions as a table, the whole of it as JSON (docs/schemas/plan.schema.json)."""

from __future__ import annotations

import json

from chiso.catalogue.model import Bilingual
from chiso.errors import Language, Text
from chiso.reporting.json_output import number, rows_by_fate, run_head, run_sources
from chiso.reporting.tables import LABELS, Column, ReportTable
from chiso.scoring.planning.plan import Plan, PlannedAction
from chiso.scoring.scoreboard import Score, Scoreboard

SCHEMA_VERSION = "1.0"


def actions_table(plan: Plan) -> ReportTable:
    """Return one row per action; ``case_id`` is the key of the record, ``index`` the first it moves."""
    columns = (
        Column("kind", "text", Text(vi="Việc", en="Kind")),
        Column("index", "text", LABELS["index"]),
        Column("case_id", "text", Text(vi="Mã hồ sơ", en="Case")),
        Column("unit_code", "text", LABELS["unit_code"]),
        Column("officer_code", "text", Text(vi="Cán bộ", en="Officer")),
        Column("effort", "integer", Text(vi="Công sức", en="Effort")),
    )
    rows = tuple(
        (
            action.kind,
            action.indices[0],
            action.record_id,
            action.unit_code,
            action.officer_code,
            action.effort,
        )
        for action in plan.actions
    )
    return ReportTable(columns, rows)


def plan_json(plan: Plan, board: Scoreboard, notes: list[str], language: Language) -> str:
    """Return the whole plan as JSON text."""
    before, after = plan.unit, plan.after
    data = {
        "schema_version": SCHEMA_VERSION,
        **run_head(board),
        "unit": {"unit_code": before.unit.code, "unit_name": before.unit.name, "level": before.unit.level},
        "aim": {
            "kind": plan.aim.kind,
            "name": plan.aim.name.in_language(language),
            "points": float(plan.aim.total),
        },
        "reached": plan.reached,
        "reachable": plan.reachable,
        "points_before": float(before.total),
        "points_after": float(after.total),
        "most_points": float(plan.most),
        "max_points": float(before.max_points),
        "band_before": _text(before.band, language),
        "band_after": _text(after.band, language),
        "rank_before": plan.rank_before.place,
        "rank_after": plan.rank_after.place,
        "rank_units": plan.rank_after.league.units,
        "effort": plan.effort,
        "actions": [_action(action) for action in plan.actions],
        "indices": [
            _index(had, has)
            for had, has in zip(before.scores, after.scores, strict=True)
            if (had.numerator, had.denominator) != (has.numerator, has.denominator)
        ],
        "lost": [{"index": e.index, "cases": e.cases, "points": float(e.points)} for e in plan.lost],
        "unsettled": [{"index": e.index, "unknown": e.unknown, "waiting": e.waiting} for e in plan.unsettled],
        "new_cases": [
            {
                "index": entry.index,
                "for_aim": entry.for_aim,
                "for_full_points": entry.for_full,
                "remedy": _text(entry.remedy, language),
            }
            for entry in plan.new_cases
        ],
        "at_risk": [{"index": entry.index, "cases": entry.cases} for entry in plan.at_risk],
        "fixed": [
            {
                "index": entry.index,
                "outcome": entry.outcome,
                "decided_by": entry.decided_by,
                "points": number(entry.points),
                "max_points": float(entry.max_points),
            }
            for entry in plan.fixed
        ],
        "left_out": [
            {"kind": entry.kind, "reason": entry.reason.in_language(language)} for entry in plan.left_out
        ],
        "undetermined": plan.undetermined,
        "rows": rows_by_fate(board, language),
        **run_sources(board, language, notes),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _action(action: PlannedAction) -> dict[str, object]:
    return {
        "kind": action.kind,
        "index": action.indices[0],
        "indices": list(action.indices),
        "table": action.table,
        "case_id": action.record_id,
        "unit_code": action.unit_code,
        "officer_code": action.officer_code,
        "effort": action.effort,
    }


def _index(before: Score, after: Score) -> dict[str, object]:
    return {
        "index": before.index,
        "numerator_before": before.numerator,
        "denominator_before": before.denominator,
        "points_before": number(before.points),
        "numerator_after": after.numerator,
        "denominator_after": after.denominator,
        "points_after": number(after.points),
    }


def _text(text: Bilingual | None, language: Language) -> str | None:
    return None if text is None else Text(text.vi, text.en).in_language(language)
