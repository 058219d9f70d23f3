"""Explanations as tables: what was lost by index and by key, and the records behind an index by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from chiso.catalogue.assignments import ASSIGNMENT_COLUMNS, Assignment, assignment_cells
from chiso.errors import Language, Text
from chiso.reporting.standings import STATES, reason
from chiso.reporting.tables import LABELS, SPLIT_LABELS, ReportTable, table_of
from chiso.scoring.explain import KeyLoss, Loss, UnitExplanation
from chiso.scoring.standing import Standing, StandingRecord, State

_FIGURES = ("numerator", "denominator", "percent", "value", "value_unit")
LOSS_COLUMNS = (
    *("period", "unit_code", "unit_name", "level", "group", "index", "index_name", *_FIGURES),
    *("points", "max_points", "lost", "not_counted", "undetermined", "outcome"),
)
KEY_COLUMNS = ("period", "unit_code", "unit_name", "level", "key", "key_name")
_LABELS: Mapping[str, Text] = {
    **LABELS,
    "index_name": Text(vi="Tên chỉ số", en="Name of the index"),
    "undetermined": Text(vi="Chưa xác định", en="Left open"),
    "state": Text(vi="Trạng thái", en="State"),
    "records": Text(vi="Số lượng", en="Records"),
    "reason": Text(vi="Lý do", en="Reason"),
    "case_id": Text(vi="Mã", en="Number"),
    "officer_code": Text(vi="Cán bộ", en="Officer"),
}


def loss_table(explanation: UnitExplanation, language: Language) -> ReportTable:
    """Return one row per index (or group reported as a whole), most lost first."""
    rows = [{**_identity(explanation), **_loss(loss)} for loss in explanation.losses]
    if explanation.board.assignments is None:
        return table_of(rows, LOSS_COLUMNS, language, _LABELS)
    owners = map(assignment_cells, owners_of_losses(explanation))
    rows = [{**row, **cells} for row, cells in zip(rows, owners, strict=True)]
    return table_of(rows, (*LOSS_COLUMNS, *ASSIGNMENT_COLUMNS), language, _LABELS)


def owners_of_losses(explanation: UnitExplanation) -> list[Assignment | None]:
    """Return who answers for the index, or for the whole group, of each loss; None where nobody does."""
    assignments = explanation.board.assignments
    if assignments is None:
        return [None] * len(explanation.losses)
    return [
        assignments.by_group.get(loss.group.code) if loss.index is None else assignments.of(loss.index)
        for loss in explanation.losses
    ]


def key_table(explanation: UnitExplanation, language: Language) -> ReportTable:
    """Return one row per key of the split, most lost first; points are absent for too few cases."""
    assert explanation.by is not None  # asked for with a split only
    labels = {**_LABELS, "key": SPLIT_LABELS[explanation.by]}
    names = (*KEY_COLUMNS, "numerator", "denominator", "not_counted", "lost")
    rows = [{**_identity(explanation), **_key(loss)} for loss in explanation.keys]
    return table_of(rows, names, language, labels)


def reason_table(tally: Iterable[tuple[str, Standing, int]], language: Language) -> ReportTable:
    """Return one row per state and reason: what does not count first, of one state the commonest first."""
    counted: Counter[tuple[State, str]] = Counter()
    for _, standing, records in tally:
        counted[standing.state, reason(standing).in_language(language)] += records
    order = {state: position for position, state in enumerate(STATES)}
    ordered = sorted(counted.items(), key=lambda item: (order[item[0][0]], -item[1], item[0][1]))
    rows = [
        {"state": STATES[state].in_language(language), "records": records, "reason": text or None}
        for (state, text), records in ordered
    ]
    return table_of(rows, ("state", "records", "reason"), language, _LABELS)


def record_table(
    records: Sequence[StandingRecord], language: Language, *, several_units: bool
) -> ReportTable:
    """Return one row per record: its id, its unit where there are several, its official, state and reason."""
    names = ["case_id", *(["unit_code"] if several_units else []), "officer_code", "state", "reason"]
    if not any(record.officer_code for record in records):
        names.remove("officer_code")
    rows = [
        {
            "case_id": record.record_id,
            "unit_code": record.unit_code,
            "officer_code": record.officer_code,
            "state": STATES[record.standing.state].in_language(language),
            "reason": reason(record.standing).in_language(language) or None,
        }
        for record in records
    ]
    return table_of(rows, names, language, _LABELS)


def _identity(explanation: UnitExplanation) -> dict[str, object]:
    unit = explanation.unit.unit
    return {
        "period": explanation.board.judgement.period.label,
        "unit_code": unit.code,
        "unit_name": unit.name,
        "level": unit.level,
    }


def _loss(loss: Loss) -> dict[str, object]:
    score = loss.score
    return {
        "group": loss.group.code,
        "index": None if loss.index is None else loss.index.code,
        "index_name": (loss.index or loss.group).name,
        **{name: None if score is None else getattr(score, name) for name in _FIGURES},
        "points": loss.points,
        "max_points": loss.max_points,
        "lost": loss.lost,
        "not_counted": loss.not_counted,
        "undetermined": None if score is None else score.undetermined or None,
        "outcome": "reported" if score is None else score.outcome,
    }


def _key(loss: KeyLoss) -> dict[str, object]:
    return {
        "key": loss.key,
        "key_name": loss.key_name,
        "numerator": loss.numerator,
        "denominator": loss.denominator,
        "not_counted": loss.not_counted,
        "lost": loss.lost,
    }
