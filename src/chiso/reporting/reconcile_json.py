"""Reconciliation → JSON, described by docs/schemas/reconcile.schema.json."""

from __future__ import annotations

import json

from chiso.errors import Language
from chiso.reporting.json_output import fates_entry, file_entry, number, quarantine_entries, run_head
from chiso.reporting.reconcile_tables import all_fates, reconciliation_notes
from chiso.scoring.differences import (
    Difference,
    Figures,
    Part,
    Reconciliation,
    Sum,
    UnitDifferences,
    added_up,
)

SCHEMA_VERSION = "1.0"


def reconciliation_json(found: Reconciliation, language: Language) -> str:
    """Return the whole reconciliation as JSON text."""
    data = {
        "schema_version": SCHEMA_VERSION,
        **run_head(found.board),
        "portal": {"file": found.portal_file, "sha256": found.portal_sha256},
        "units": [_unit(unit, found, language) for unit in found.units],
        "cases": [
            {"case_id": case.case_id, "our_unit": case.our_unit, "portal_unit": case.portal_unit}
            for case in found.cases
        ],
        "rows": [fates_entry(fates, language) for fates in all_fates(found)],
        "quarantine": quarantine_entries((*found.quarantine, *found.board.quarantine), language),
        "notes": reconciliation_notes(found, language),
        "files": [file_entry(file) for file in found.board.provenance.files],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _unit(unit: UnitDifferences, found: Reconciliation, language: Language) -> dict[str, object]:
    groups = [(group.code, unit.of_group(group.code)) for group in found.rules.groups]
    return {
        "unit_code": unit.unit.code,
        "unit_name": unit.unit.name,
        "level": unit.unit.level,
        "total": _sum(added_up(unit.differences)),
        "groups": {code: _sum(added_up(own)) for code, own in groups if own},
        "figures": [_figure(entry, language) for entry in unit.differences],
    }


def _sum(total: Sum) -> dict[str, object]:
    return {
        "compared": total.compared,
        "our_points": number(total.ours),
        "portal_points": number(total.theirs),
        "difference": number(total.difference),
        "causes": {cause: number(points) for cause, points in total.causes.items()},
    }


def _figure(entry: Difference, language: Language) -> dict[str, object]:
    return {
        "group": entry.group,
        "index": entry.index,
        "ours": _side(entry.ours),
        "portal": _side(entry.theirs),
        "difference": number(entry.difference),
        "parts": [_part(part, language) for part in entry.parts],
    }


def _side(figures: Figures) -> dict[str, object]:
    return {
        "numerator": figures.numerator,
        "denominator": figures.denominator,
        "percent": number(figures.percent),
        "points": number(figures.points),
    }


def _part(part: Part, language: Language) -> dict[str, object]:
    return {
        "cause": part.cause,
        "hypothesis": part.hypothesis,
        "name": part.name.in_language(language),
        "numerator": part.numerator,
        "denominator": part.denominator,
        "points": number(part.points),
        "evidence": part.evidence,
    }
