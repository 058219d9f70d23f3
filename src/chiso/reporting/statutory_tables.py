"""A statutory form → tables for scripts and for people, and the notes below it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from chiso.catalogue.statutory_forms import FormColumn
from chiso.errors import Language, Text, plural
from chiso.reporting.notes import run_notes
from chiso.reporting.tables import LABELS as COMMON_LABELS
from chiso.reporting.tables import Column, ColumnKind, ReportTable, Value, number_text
from chiso.scoring.statutory import StatutoryForm
from chiso.scoring.statutory_rows import FormRow

_IDENTITY: Mapping[str, tuple[str, ...]] = {
    "unit": ("form", "period", "row", "unit_code", "unit_name", "level"),
    "field": ("form", "period", "row", "field_id", "field_name"),
}
_LABELS: Mapping[str, Text] = {
    "form": Text(vi="Biểu", en="Form"),
    "period": COMMON_LABELS["period"],
    "row": Text(vi="Dòng", en="Row"),
    "unit_code": COMMON_LABELS["unit_code"],
    "unit_name": COMMON_LABELS["unit_name"],
    "level": COMMON_LABELS["level"],
    "field_id": Text(vi="Mã lĩnh vực", en="Field code"),
    "field_name": Text(vi="Lĩnh vực", en="Field"),
}
TOTAL_ROW = Text(vi="Tổng cộng", en="Total")
NO_FIELD = Text(vi="Không rõ lĩnh vực", en="No field given")
# From which width on a column is shown; in any the sums, and what stands last in each block.
_WIDE, _WIDER = 120, 150


def statutory_table(form: StatutoryForm) -> ReportTable:
    """Return one row per unit or field, per sum and the total (``row`` tells which), as scripts read it."""
    identity, columns = _IDENTITY[form.head.rows], form.forms.columns()
    return ReportTable(
        (
            *(Column(name, "text", _LABELS[name]) for name in identity),
            *(Column(column.code, _kind(column), column.name) for column in columns),
        ),
        tuple(
            (*(_identity(form, row)[name] for name in identity), *values)
            for row, values in zip(form.rows, form_values(form), strict=True)
        ),
    )


def form_values(form: StatutoryForm) -> Iterator[tuple[Value, ...]]:
    """Yield what stands in the columns of each row; None where records do not tell it."""
    columns = form.forms.columns()
    for row, rates in zip(form.rows, form.rates, strict=True):
        yield tuple(rates[c.code] if c.kind == "rate" else row.counts[c.code] for c in columns)


def _kind(column: FormColumn) -> ColumnKind:
    return "decimal" if column.kind == "rate" else "integer"


def _identity(form: StatutoryForm, row: FormRow) -> dict[str, Value]:
    unit = row.unit
    return {
        "form": form.head.code,
        "period": form.judgement.period.label,
        "row": row.kind,
        "unit_code": None if unit is None else unit.code,
        "unit_name": None if unit is None else unit.name,
        "level": None if unit is None else unit.level,
        "field_id": row.field_id,
        "field_name": row.field_name,
    }


def statutory_view(form: StatutoryForm, language: Language) -> ReportTable:
    """Return the form as people read it on a screen: the number of each column before its name."""
    columns = form.forms.columns()
    blocks: dict[str, FormColumn] = {
        column.block.vi: column for column in columns if column.block is not None
    }
    always = {column.code for column in blocks.values()}
    shown = [
        Column(
            column.code,
            _kind(column),
            Text(f"({column.number}) {column.short.vi}", f"({column.number}) {column.short.en}"),
            _shown_from(column, always),
        )
        for column in columns
    ]
    name = Column("unit_name", "text", form.head.row_name)
    rows = zip(form.rows, form_values(form), strict=True)
    return ReportTable(
        (name, *shown), tuple((row_name(row).in_language(language), *values) for row, values in rows)
    )


def _shown_from(column: FormColumn, always: Collection[str]) -> int:
    if column.kind == "detail":
        return _WIDER
    return 0 if column.kind in ("total", "rate") or column.code in always else _WIDE


def row_name(row: FormRow) -> Text:
    """Return what a row is called."""
    unit = row.unit
    match row.kind:
        case "total":
            return TOTAL_ROW
        case "sum":
            assert unit is not None  # a sum is a parent's
            return Text(vi=f"Cộng {unit.name}", en=f"Sum of {unit.name}")
        case "unit":
            assert unit is not None
            return Text(unit.name, unit.name)
        case _:
            name = row.field_name or row.field_id
            return NO_FIELD if name is None else Text(name, name)


def row_code(row: FormRow) -> str | None:
    """Return the code of what a row of its own is for, None for other rows and where none is known."""
    if row.kind == "unit" and row.unit is not None:
        return row.unit.code
    return row.field_id if row.field_name is not None else None


def statutory_notes(form: StatutoryForm, language: Language) -> list[str]:
    """Return the notes under a form: what must be known of its numbers, then those of the run."""
    texts = [*form_remarks(form), *run_notes(form)]
    return [text.in_language(language) for text in texts] + [
        note.in_language(language) for note in form.notes
    ]


def form_remarks(form: StatutoryForm) -> Iterator[Text]:
    """Yield the remarks that belong to the form itself, not to the run."""
    forms = form.forms
    cases = forms.counted_in
    for text, number in form.remarks:
        yield Text(
            vi=f"{cases.vi} {text.vi}: {number_text(number, 'vi')}",
            en=f"{cases.en} that {text.en}: {number_text(number, 'en')}",
        )
    numbers = {column.code: f"({column.number})" for column in forms.columns()}
    for missing in form.missing:
        listed, lacks = ", ".join(numbers[code] for code in missing.codes), missing.lacks.told()
        yield Text(
            vi=f"Cột {listed} không có dữ liệu: {lacks.vi}",
            en=f"{plural(len(missing.codes), 'Column', 'Columns')} {listed} cannot be told: the records "
            + lacks.en.replace("lacks ", "lack ", 1),
        )
    place = "" if forms.place is None else f", {forms.place}"
    inferred = forms.status == "inferred"
    yield Text(
        vi=f"{form.head.number}: theo {forms.document}{place}"
        + ("; cách xếp hồ sơ vào cột là suy đoán (inferred)" if inferred else ""),
        en=f"{form.head.number}: after {forms.document}{place}"
        + ("; what stands in which column is inferred" if inferred else ""),
    )
