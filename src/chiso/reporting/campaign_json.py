"""A campaign for scripts: docs/schemas/campaign.schema.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from chiso.errors import Language
from chiso.reporting.assigned import assignment_entry, assignments_entry
from chiso.reporting.campaign_tables import shown_value
from chiso.reporting.json_output import number, rows_by_fate, run_head, run_sources
from chiso.scoring.campaign.course import Needed
from chiso.scoring.campaign.measured import value_unit
from chiso.scoring.campaign.model import Baseline, Campaign
from chiso.scoring.campaign.report import (
    CampaignReport,
    OfficialStanding,
    PassedMilestone,
    Standing,
    UnitStanding,
)

SCHEMA_VERSION = "1.0"


def campaign_json(
    campaign: Campaign, reports: Sequence[CampaignReport], lines: Sequence[str], language: Language
) -> str:
    """Return the campaign and its reports as JSON text; shares are in percent, 0 to 100."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "campaign": {
            "id": campaign.id,
            "title": campaign.title.in_language(language),
            "file": campaign.file,
            "sha256": campaign.sha256,
            "start": campaign.start.isoformat(),
            "end": campaign.end.isoformat(),
            "days": campaign.days,
            "criteria": [
                {"code": each.code, "name": each.name.in_language(language), "measure": each.measure}
                for each in campaign.criteria
            ],
            "milestones": [
                {
                    "id": each.id,
                    "name": each.name.in_language(language),
                    "date": each.day.isoformat(),
                    "day": campaign.day_number(each.day),
                    "kind": each.kind,
                }
                for each in campaign.milestones
            ],
            "reports": [
                {"number": each.number, "date": each.day.isoformat(), "kind": each.kind}
                for each in campaign.reports
            ],
        },
        "reports": [_report(campaign, report, language) for report in reports],
        **run_sources(reports[-1].board, language, lines),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _report(campaign: Campaign, report: CampaignReport, language: Language) -> dict[str, object]:
    board = report.board
    return {
        "number": report.report.number if report.report else None,
        "kind": report.report.kind if report.report else None,
        "date": report.day.isoformat(),
        "day": campaign.day_number(report.day),
        **run_head(board),
        "units": [_unit(unit) for unit in report.units],
        "officials": None if report.officials is None else [_official(each) for each in report.officials],
        "rows": rows_by_fate(board, language),
        "indices_without_data": [{"index": m.index, "lacks": list(m.lacks)} for m in board.missing],
        "inferred": list(board.inferred),
        **assignments_entry(report.assignments, board.rules),
    }


def _unit(unit: UnitStanding) -> dict[str, object]:
    score = unit.score
    return {
        "unit_code": score.unit.code,
        "unit_name": score.unit.name,
        "level": score.unit.level,
        "parent_code": score.unit.parent_code,
        "total": number(score.total),
        "max_points": number(score.max_points),
        "outcome": score.outcome,
        "baseline": _baseline(unit.baseline),
        "criteria": [_standing(standing) for standing in unit.standings],
        "milestones_passed": [_passed(passed) for passed in unit.passed],
    }


def _official(official: OfficialStanding) -> dict[str, object]:
    score = official.score
    return {
        "unit_code": score.unit.code,
        "key": score.key,
        "key_name": score.key_name,
        "criteria": [_standing(standing) for standing in official.standings],
    }


def _baseline(baseline: Baseline | None) -> dict[str, object] | None:
    if baseline is None:
        return None
    return {
        "date": _day(baseline.day),
        "total": number(baseline.total),
        "rank": baseline.rank,
        "of": baseline.of,
    }


def _passed(passed: PassedMilestone) -> dict[str, object]:
    return {
        "milestone": passed.milestone.id,
        "date": passed.milestone.day.isoformat(),
        "criteria": [_standing(standing) for standing in passed.standings],
    }


def _standing(standing: Standing) -> dict[str, object]:
    course, measured = standing.course, standing.measured
    return {
        "criterion": standing.criterion.code,
        "measure": standing.measure.code,
        "numerator": measured.numerator,
        "denominator": measured.denominator,
        "baseline": number(shown_value(standing.baseline, standing)),
        "value": number(measured.shown),
        "value_unit": value_unit(standing.measure),
        "line": number(shown_value(course.line, standing)) if course else None,
        "milestone": course.milestone.id if course else None,
        "milestone_date": course.milestone.day.isoformat() if course else None,
        "target": number(shown_value(course.target, standing)) if course else None,
        "state": standing.state,
        "outcome": measured.outcome,
        "indices_lacking": list(measured.lacking),
        "working_days_left": standing.days_left,
        "needed": _needed(standing.needed),
        "owners": [assignment_entry(owner) for owner in standing.owners],
    }


def _needed(needed: Needed | None) -> dict[str, object] | None:
    if needed is None:
        return None
    return {
        "table": needed.table,
        "by_repair": needed.by_repair,
        "by_new": needed.by_new,
        "by_repair_a_day": needed.by_repair_a_day,
        "by_new_a_day": needed.by_new_a_day,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
