"""Scoreboard → JSON, described by docs/schemas/scoreboard.schema.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from chiso.arithmetic import fraction
from chiso.catalogue.formula import GroupRule, IndexRule, RuleSet
from chiso.catalogue.model import Rounding
from chiso.errors import Language, Text
from chiso.records.dataset import QuarantinedRow, SourceFile
from chiso.reporting.assigned import assignment_entry, assignments_entry
from chiso.reporting.notes import Run
from chiso.scoring.counts import Fates
from chiso.scoring.due import due_of
from chiso.scoring.earlier import EarlierUse
from chiso.scoring.rank import Rank
from chiso.scoring.scoreboard import FEW_CASES, Score, Scoreboard, UnitScore
from chiso.scoring.withheld import Withheld

SCHEMA_VERSION = "1.1"


def scoreboard_json(board: Scoreboard, language: Language, ranks: Sequence[Rank] | None = None) -> str:
    """Return the whole board as JSON text; with ``ranks`` each unit carries its place, in rank order."""
    units = [_unit(board, unit, language) for unit in board.units]
    if ranks is not None:
        units = [{"rank": rank.place, **_unit(board, rank.score, language)} for rank in ranks]
    data = {
        "schema_version": SCHEMA_VERSION,
        **run_head(board),
        "split_by": board.split,
        "units": units,
        "rows": rows_by_fate(board, language),
        "indices_without_data": [{"index": m.index, "lacks": list(m.lacks)} for m in board.missing],
        "codes_beyond_denominator": [{"index": b.index, "codes": b.codes} for b in board.beyond],
        "inferred": list(board.inferred),
        **assignments_entry(board.assignments, board.rules),
        **run_sources(board, language),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def run_head(run: Run) -> dict[str, object]:
    """Return what the JSON of every result over a period begins with: program, catalogue, period."""
    return {
        "chiso_version": run.provenance.chiso_version,
        "catalogue": catalogue_entry(run),
        "period": period_entry(run),
    }


def rows_by_fate(run: Run, language: Language) -> list[dict[str, object]]:
    """Return where the rows of every table went."""
    return [fates_entry(fates, language) for fates in run.fates]


def run_sources(run: Run, language: Language, notes: Sequence[str] | None = None) -> dict[str, object]:
    """Return what the JSON of every result over a period ends with: rows set aside, notes, files.

    ``notes`` stand in the place of those that reading the records brought up.
    """
    own = [note.in_language(language) for note in run.notes]
    return {
        "quarantine": quarantine_entries(run.quarantine, language),
        "notes": own if notes is None else list(notes),
        "files": [file_entry(file) for file in run.provenance.files],
    }


def quarantine_entries(rows: Iterable[QuarantinedRow], language: Language) -> list[dict[str, object]]:
    """Return where rows were set aside and why; never what stands in them."""
    return [
        {
            "file": row.file,
            "sheet": row.sheet,
            "row": row.row,
            "column": row.column,
            "reason": row.reason.in_language(language),
        }
        for row in rows
    ]


def catalogue_entry(run: Run) -> dict[str, object]:
    """Return which rules a result was scored by."""
    return {
        "id": run.rules.catalogue,
        "edition": run.rules.edition,
        "effective_on": run.rules.effective_on.isoformat(),
        "file": run.provenance.catalogue_file,
        "sha256": run.provenance.catalogue_sha256,
    }


def period_entry(run: Run) -> dict[str, object]:
    """Return the period of a result and the day of judgement."""
    judgement = run.judgement
    return {
        "label": judgement.period.label,
        "first_day": judgement.period.first_day.isoformat(),
        "last_day": judgement.period.last_day.isoformat(),
        "as_of": judgement.as_of.isoformat(),
        "provisional": judgement.provisional,
        "spans_editions": run.provenance.edition_note,
    }


def file_entry(file: SourceFile) -> dict[str, object]:
    """Return what a file was taken for, and how its rows fared."""
    return {
        "path": file.path,
        "sheet": file.sheet,
        "table": file.table,
        "format": file.format,
        "encoding": file.encoding,
        "separator": file.separator,
        "sha256": file.sha256,
        "header_row": file.header_row,
        "rows_read": file.rows_read,
        "not_records": dict(file.not_records),
        "recovered": dict(file.recovered),
        "columns": dict(file.columns),
    }


def _unit(board: Scoreboard, unit: UnitScore, language: Language) -> dict[str, object]:
    withheld = board.withheld(unit)
    owners = {code: assignment_entry(own) for code, own in board.assigned().items()}
    band = None if unit.band is None else Text(unit.band.vi, unit.band.en).in_language(language)
    return {
        "unit_code": unit.unit.code,
        "unit_name": unit.unit.name,
        "level": unit.unit.level,
        "parent_code": unit.unit.parent_code,
        "key": unit.key,
        "key_name": unit.key_name,
        "groups": {
            group.group: {
                "points": None if group.group in withheld.groups else number(group.points),
                "max_points": number(group.max_points),
                "reported": group.reported,
            }
            for group in unit.groups
        },
        "total": None if withheld.total else number(unit.total),
        "max_points": number(unit.max_points),
        "band": band,
        "outcome": FEW_CASES if withheld.total else unit.outcome,
        "has_records": unit.has_records,
        "indices": [
            {
                **_score(score, withheld),
                **score_basis(index, group.rounding, score, few=score.index in withheld.indices),
                **owners.get(score.index, {}),
            }
            for (index, group), score in zip(_with_groups(board.rules), unit.scores, strict=True)
            if board.chosen is None or score.index in board.chosen
        ],
    }


def _with_groups(rules: RuleSet) -> list[tuple[IndexRule, GroupRule]]:
    return [(index, group) for group in rules.groups for index in group.indices]


def score_basis(
    index: IndexRule, rounding: Rounding, score: Score, *, few: bool = False
) -> dict[str, object]:
    """Return the earlier figure that a score rests on, and where it stands to its due day, if any."""
    # Where a score of few cases stands would tell the percent that is not told.
    due = None if few else due_of(index, rounding, score)
    return {
        "earlier": earlier_entry(score.basis.earlier),
        "due": None if due is None else {"day": due.day.isoformat(), "state": due.state},
    }


def earlier_entry(use: EarlierUse | None) -> dict[str, object] | None:
    """Return an earlier figure that a score asks for; its figures are None where it is not known."""
    if use is None:
        return None
    figure = use.figure
    return {
        "index": use.index,
        "period": use.period,
        "share": fraction(use.share),
        "numerator": None if figure is None else figure.numerator,
        "denominator": None if figure is None else figure.denominator,
        "percent": None if figure is None else number(figure.percent),
        "source": None if figure is None else figure.source,
        "row": None if figure is None else figure.row,
    }


def _score(score: Score, withheld: Withheld) -> dict[str, object]:
    few = score.index in withheld.indices
    return {
        "group": score.group,
        "index": score.index,
        "numerator": None if score.index in withheld.opinions else score.numerator,
        "denominator": score.denominator,
        "percent": None if few else number(score.percent),
        "value": None if few else number(score.value),
        "value_unit": score.value_unit,
        "points": None if few else number(score.points),
        "max_points": number(score.max_points),
        "outcome": FEW_CASES if few else score.outcome,
        "undetermined": score.undetermined,
    }


def fates_entry(fates: Fates, language: Language) -> dict[str, object]:
    """Return how the rows of a table fared."""
    return {
        "table": fates.table,
        "read": fates.rows_read,
        "in_population": fates.in_population,
        "outside_period": fates.outside_period,
        "excluded": [
            {"reason": Text(entry.vi, entry.en).in_language(language), "rows": entry.rows}
            for entry in fates.excluded
        ],
        "quarantined": fates.quarantined,
    }


def number(value: Decimal | None) -> float | None:
    """Return a number of two decimals for JSON."""
    # Two decimals survive a double unharmed: its shortest form is the same text.
    return None if value is None else float(value)
