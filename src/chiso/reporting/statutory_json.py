"""A statutory form → JSON, described by docs/schemas/statutory-form.schema.json."""

from __future__ import annotations

import json

from chiso.errors import Language
from chiso.reporting.json_output import number, rows_by_fate, run_head, run_sources
from chiso.reporting.statutory_tables import row_name
from chiso.scoring.statutory import StatutoryForm
from chiso.terms.unit import Unit

SCHEMA_VERSION = "1.0"


def statutory_json(form: StatutoryForm, language: Language) -> str:
    """Return the form with everything it was made from as JSON text."""
    forms, head = form.forms, form.head
    data = {
        "schema_version": SCHEMA_VERSION,
        **run_head(form),
        "form": {
            "code": head.code,
            "number": head.number,
            "title": head.title.in_language(language),
            "rows": head.rows,
            "document": forms.document,
            "place": forms.place,
            "status": forms.status,
            "file": forms.file,
            "sha256": forms.sha256,
        },
        "reporting": _unit(form.reporting),
        "receiving": _unit(form.receiving),
        "columns": [
            {
                "number": column.number,
                "code": column.code,
                "kind": column.kind,
                "name": column.name.in_language(language),
                "block": None if column.block is None else column.block.in_language(language),
                "sum_of": list(column.sum_of),
            }
            for column in forms.columns()
        ],
        "lines": [
            {
                "row": row.kind,
                "name": row_name(row).in_language(language),
                "unit_code": None if row.unit is None else row.unit.code,
                "field_id": row.field_id,
                "field_name": row.field_name,
                "counts": {c.code: row.counts[c.code] for c in forms.columns() if c.kind != "rate"},
                "percents": {code: number(rate) for code, rate in rates.items()},
            }
            for row, rates in zip(form.rows, form.rates, strict=True)
        ],
        "remarks": [
            {"text": text.in_language(language), "records": records} for text, records in form.remarks
        ],
        "columns_without_data": [
            {"columns": list(missing.codes), "lacks": sorted(missing.lacks.names)} for missing in form.missing
        ],
        "rows": rows_by_fate(form, language),
        **run_sources(form, language),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _unit(unit: Unit | None) -> dict[str, str] | None:
    return None if unit is None else {"unit_code": unit.code, "unit_name": unit.name}
