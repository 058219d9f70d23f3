"""A comparison of two boards → JSON (docs/schemas/compare.schema.json), and its cases → CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence

from chiso.errors import Language, Text
from chiso.reporting.assigned import assignment_entry, assignments_entry
from chiso.reporting.compare_tables import standing_of
from chiso.reporting.files import harmless
from chiso.reporting.json_output import (
    catalogue_entry,
    file_entry,
    number,
    period_entry,
    quarantine_entries,
    rows_by_fate,
)
from chiso.scoring.comparing.comparison import BoardComparison, IndexComparison, Shares, UnitComparison
from chiso.scoring.comparing.side import Side
from chiso.scoring.comparing.states import Attributed
from chiso.scoring.rank import Rank
from chiso.scoring.scoreboard import Score
from chiso.version import __version__

SCHEMA_VERSION = "1.1"
_LINES_AT_ONCE = 5_000


def compare_json(found: BoardComparison, notes: Sequence[str], language: Language) -> str:
    """Return both sides, and every unit with the parts of its change, as JSON text."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "chiso_version": __version__,
        "before": _side(found.before, language),
        "after": _side(found.after, language),
        "by_records": found.by_records,
        "causes": list(found.causes),
        "not_recast": [{"unit_code": code, "index": index} for code, index in found.chain.not_recast],
        **assignments_entry(found.assignments, found.after.board.rules),
        "units": [_unit(found, unit, language) for unit in found.units],
        "notes": list(notes),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def case_lines(found: BoardComparison) -> Iterator[bytes]:
    """Yield ``unit_code,index,table,case_id,cause,numerator,denominator`` for every case that moved counts.

    Of the units and indices shown; what a case moved stands with its sign.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("unit_code", "index", "table", "case_id", "cause", "numerator", "denominator"))
    shown = {unit.unit.code for unit in found.units}
    for lines, case in enumerate(found.moved_cases(shown), start=1):
        writer.writerow(
            (
                *(harmless(case.unit_code), case.index, case.table, harmless(case.record_id)),
                *(case.cause, case.numerator, case.denominator),
            )
        )
        if lines % _LINES_AT_ONCE == 0:
            yield stream.getvalue().encode()
            stream.seek(0)
            stream.truncate()
    yield stream.getvalue().encode()


def _side(side: Side, language: Language) -> dict[str, object]:
    board = side.board
    return {
        "label": side.label,
        "catalogue": catalogue_entry(board),
        "period": period_entry(board),
        "rows": rows_by_fate(board, language),
        "indices_without_data": [
            {"index": missing.index, "lacks": list(missing.lacks)} for missing in board.missing
        ],
        "quarantine": quarantine_entries(board.quarantine, language),
        "files": [file_entry(file) for file in board.provenance.files],
    }


def _unit(found: BoardComparison, unit: UnitComparison, language: Language) -> dict[str, object]:
    owners = found.assigned()
    return {
        "unit_code": unit.unit.code,
        "unit_name": unit.unit.name,
        "level": unit.unit.level,
        "parent_code": unit.unit.parent_code,
        "standing": standing_of(unit),
        "made_of": _shares(unit.made_of),
        "became": _shares(unit.became),
        "before": _board(unit.before, language),
        "after": _board(unit.after, language),
        "points": None if unit.total is None else _attributed(unit.total),
        "groups": {code: _attributed(points) for code, points in unit.groups.items()},
        "indices": [
            _index(own)
            if found.assignments is None
            else {**_index(own), **assignment_entry(owners.get(own.index))}
            for own in found.shown(unit)
        ],
    }


def _shares(shares: Shares) -> list[dict[str, object]]:
    return [{"unit_code": code, "share": float(share)} for code, share in shares]


def _board(rank: Rank | None, language: Language) -> dict[str, object] | None:
    if rank is None:
        return None
    score = rank.score
    return {
        "total": number(score.total),
        "max_points": number(score.max_points),
        "rank": rank.place,
        "units_ranked": rank.league.units,
        "band": None if score.band is None else Text(score.band.vi, score.band.en).in_language(language),
        "outcome": score.outcome,
    }


def _attributed(points: Attributed) -> dict[str, object]:
    parts: Mapping[str, object] = {cause: number(part) for cause, part in points.parts.items()}
    return {
        "before": number(points.before),
        "change": number(points.change),
        "parts": parts,
        "after": number(points.after),
    }


def _index(own: IndexComparison) -> dict[str, object]:
    return {
        "group": own.group,
        "index": own.index,
        "before": _score(own.before),
        "after": _score(own.after),
        "points": _attributed(own.points),
    }


def _score(score: Score | None) -> dict[str, object] | None:
    if score is None:
        return None
    return {
        "numerator": score.numerator,
        "denominator": score.denominator,
        "value": number(score.value),
        "value_unit": score.value_unit,
        "points": number(score.points),
        "max_points": number(score.max_points),
        "outcome": score.outcome,
    }
