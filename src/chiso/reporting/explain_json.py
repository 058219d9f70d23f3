"""An explanation → JSON, described by docs/schemas/explain.schema.json."""

from __future__ import annotations

import json
from itertools import islice

from chiso.catalogue.assignments import Assignment
from chiso.catalogue.wording import definitions_used, expression_text, measure_text
from chiso.catalogue.words import measure_in_words
from chiso.errors import Language
from chiso.reporting.assigned import assignment_entry, assignments_entry
from chiso.reporting.calculation import calculation_lines
from chiso.reporting.explain_tables import owners_of_losses
from chiso.reporting.json_output import number, rows_by_fate, run_head, run_sources, score_basis
from chiso.reporting.standings import reason, reason_as_written
from chiso.scoring.explain import GroupExplanation, IndexExplanation, KeyLoss, Loss, UnitExplanation
from chiso.scoring.standing import Standing, StandingRecord

SCHEMA_VERSION = "1.1"


def explanation_json(explanation: UnitExplanation, language: Language, limit: int) -> str:
    """Return the explanation as JSON text, with at most ``limit`` records that cost points of each index."""
    unit, rank = explanation.unit, explanation.rank
    owners = explanation.board.assigned()
    data = {
        "schema_version": SCHEMA_VERSION,
        **run_head(explanation.board),
        "unit": {"unit_code": unit.unit.code, "unit_name": unit.unit.name, "level": unit.unit.level},
        "total": number(unit.total),
        "max_points": number(unit.max_points),
        "outcome": unit.outcome,
        "rank": None if rank is None else rank.place,
        "ranked_units": None if rank is None else rank.league.units,
        **assignments_entry(explanation.board.assignments, explanation.board.rules),
        "losses": [
            {**_loss(loss), **_owner(explanation, own)}
            for loss, own in zip(explanation.losses, owners_of_losses(explanation), strict=True)
        ],
        "groups": [_group(group) for group in explanation.groups],
        "indices": [
            {**_index(index, language, limit), **_owner(explanation, owners.get(index.index.code))}
            for index in explanation.indices
        ],
        "split_by": explanation.by,
        "split_indices": list(explanation.split_indices),
        "keys": [_key(key) for key in explanation.keys],
        "rows": rows_by_fate(explanation.board, language),
        **run_sources(explanation.board, language),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _owner(explanation: UnitExplanation, assignment: Assignment | None) -> dict[str, object]:
    """Return who answers for an index; nothing where no assignments are asked for."""
    return {} if explanation.board.assignments is None else assignment_entry(assignment)


def _loss(loss: Loss) -> dict[str, object]:
    return {
        "group": loss.group.code,
        "index": None if loss.index is None else loss.index.code,
        "points": number(loss.points),
        "max_points": number(loss.max_points),
        "lost": number(loss.lost),
        "not_counted": loss.not_counted,
    }


def _group(explanation: GroupExplanation) -> dict[str, object]:
    score, figure = explanation.score, explanation.figure
    return {
        "group": explanation.group.code,
        "points": number(score.points),
        "max_points": number(score.max_points),
        "reported": None if figure is None else {"file": figure.file, "row": figure.row},
    }


def _index(explanation: IndexExplanation, language: Language, limit: int) -> dict[str, object]:
    index, score, figure = explanation.index, explanation.score, explanation.figure
    measures, behind, source = explanation.measures, explanation.behind, index.source
    used = {} if measures is None else definitions_used(iter((measures.numerator, measures.denominator)))
    return {
        "index": index.code,
        "name": index.name.vi if language == "vi" else index.name.en,
        "group": index.group,
        "outcome": score.outcome,
        "measured_unit": explanation.measured.code,
        "numerator": score.numerator,
        "denominator": score.denominator,
        "undetermined": score.undetermined,
        "percent": number(score.percent),
        "value": number(score.value),
        "value_unit": score.value_unit,
        "points": number(score.points),
        "max_points": number(score.max_points),
        "calculation": calculation_lines(index, explanation.group.rounding, score, language),
        "reported": None if figure is None else {"file": figure.file, "row": figure.row},
        "lacks": _lacks(explanation),
        **score_basis(index, explanation.group.rounding, score),
        "source": {
            "document": source.document,
            "place": source.place,
            "status": index.status,
            "note": None if source.note is None else (source.note.vi if language == "vi" else source.note.en),
        },
        "remedy": index.remedy.vi if language == "vi" else index.remedy.en,
        "conditions": None
        if measures is None
        else {
            "numerator": {
                "written": measure_text(measures.numerator),
                "words": measure_in_words(measures.numerator).in_language(language),
            },
            "denominator": {
                "written": measure_text(measures.denominator),
                "words": measure_in_words(measures.denominator).in_language(language),
            },
            "definitions": {name: expression_text(body) for name, body in used.items()},
        },
        "states": []
        if behind is None
        else [
            {"records": records, **_standing(standing, language)} for _, standing, records in behind.tally()
        ],
        "adds_up": behind is not None and behind.adds_up,
        "records": []
        if behind is None
        else [_record(r, language) for r in islice((r for r in behind.records() if _costs(r)), limit)],
    }


def _lacks(explanation: IndexExplanation) -> list[str] | None:
    if explanation.missing is not None:
        return sorted(explanation.missing.names)
    return ["reported"] if explanation.score.basis.lacks_start else None


def _costs(record: StandingRecord) -> bool:
    return record.standing.state in ("not_counted", "undetermined")


def _standing(standing: Standing, language: Language) -> dict[str, object]:
    return {
        "state": standing.state,
        "reason": reason(standing).in_language(language) or None,
        "clause": reason_as_written(standing),
        "numerator": standing.numerator,
        "denominator": standing.denominator,
    }


def _record(record: StandingRecord, language: Language) -> dict[str, object]:
    return {
        "table": record.table,
        "case_id": record.record_id,
        "unit_code": record.unit_code,
        "officer_code": record.officer_code,
        "state": record.standing.state,
        "reason": reason(record.standing).in_language(language) or None,
    }


def _key(key: KeyLoss) -> dict[str, object]:
    return {
        "key": key.key,
        "key_name": key.key_name,
        "numerator": key.numerator,
        "denominator": key.denominator,
        "not_counted": key.not_counted,
        "lost": number(key.lost),
    }
