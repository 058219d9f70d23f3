"""What a change does, for scripts: docs/schemas/whatif.schema.json."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chiso.errors import Language, Text
from chiso.reporting.json_output import (
    catalogue_entry,
    fates_entry,
    number,
    period_entry,
    run_sources,
)
from chiso.scoring.rank import Rank
from chiso.scoring.scoreboard import Score, Scoreboard
from chiso.scoring.whatif import ScoreChange, UnitChange, Whatif

SCHEMA_VERSION = "1.0"


def whatif_json(result: Whatif, notes: Sequence[str], language: Language) -> str:
    """Return changes, units before and after, and the rows of both runs, as JSON text."""
    before, after = result.before, result.after
    data = {
        "schema_version": SCHEMA_VERSION,
        "chiso_version": before.provenance.chiso_version,
        "catalogue": catalogue_entry(before),
        "period": period_entry(before),
        "changes": [
            {
                "part": change.part,
                "code": change.code or None,
                "key": change.key,
                "old": change.old,
                "new": change.new,
                "overlay": change.overlay,
            }
            for change in result.overlaid.changes
        ],
        "overlays": [{"file": file.file, "sha256": file.sha256} for file in result.overlaid.files],
        "dropped": {
            "rows": result.rows_dropped,
            "lists": [
                {
                    "file": dropped.path,
                    "sha256": dropped.sha256,
                    "cases": dropped.cases,
                    "unknown_rows": list(dropped.unknown_rows),
                }
                for dropped in result.dropped
            ],
        },
        "units": [_unit(unit, language) for unit in result.units],
        "rows": {
            "before": [fates_entry(fates, language) for fates in before.fates],
            "after": [fates_entry(fates, language) for fates in after.fates],
        },
        "indices_without_data": {"before": _missing(before), "after": _missing(after)},
        **run_sources(before, language, notes),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _unit(change: UnitChange, language: Language) -> dict[str, object]:
    unit = change.unit
    return {
        "unit_code": unit.code,
        "unit_name": unit.name,
        "level": unit.level,
        "parent_code": unit.parent_code,
        "change": number(change.total),
        "before": _standing(change.before, language),
        "after": _standing(change.after, language),
        "indices": [_index(score) for score in change.scores],
    }


def _standing(rank: Rank, language: Language) -> dict[str, object]:
    score = rank.score
    return {
        "total": number(score.total),
        "max_points": number(score.max_points),
        "rank": rank.place,
        "units_ranked": rank.league.units,
        "band": None if score.band is None else Text(score.band.vi, score.band.en).in_language(language),
        "outcome": score.outcome,
        "groups": {group.group: number(group.points) for group in score.groups},
    }


def _index(change: ScoreChange) -> dict[str, object]:
    return {
        "group": change.before.group,
        "index": change.before.index,
        "change": number(change.points),
        "before": _score(change.before),
        "after": _score(change.after),
    }


def _score(score: Score) -> dict[str, object]:
    return {
        "numerator": score.numerator,
        "denominator": score.denominator,
        "value": number(score.value),
        "value_unit": score.value_unit,
        "points": number(score.points),
        "max_points": number(score.max_points),
        "outcome": score.outcome,
    }


def _missing(board: Scoreboard) -> list[dict[str, object]]:
    return [{"index": missing.index, "lacks": list(missing.lacks)} for missing in board.missing]
