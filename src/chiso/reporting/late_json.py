"""Lists of late records → JSON, described by docs/schemas/late.schema.json and apology.schema.json."""

from __future__ import annotations

import json

from chiso.errors import Language
from chiso.reporting.json_output import rows_by_fate, run_head, run_sources
from chiso.reporting.late_tables import apology_table, column_names, values_of
from chiso.scoring.late import LateLists

SCHEMA_VERSION = "1.0"


def late_json(lists: LateLists, language: Language) -> str:
    """Return the lists with everything they were made from as JSON text."""
    names = column_names(lists)
    rows = [values_of(record, lists, language) for record in lists.records]
    data = {
        "schema_version": SCHEMA_VERSION,
        **run_head(lists),
        "table": lists.table.name,
        "lists": list(lists.lists),
        "within": lists.within,
        "units": [
            {
                "unit_code": counts.unit.code,
                "unit_name": counts.unit.name,
                "level": counts.unit.level,
                "in_population": counts.in_population,
                "undetermined": counts.undetermined,
                **{name: counts.listed[name] if name in lists.lists else None for name in counts.listed},
            }
            for counts in lists.units
        ],
        "records": [{name: row[name] for name in names} for row in rows],
        "rows": rows_by_fate(lists, language),
        **run_sources(lists, language),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def apology_json(lists: LateLists, language: Language) -> str:
    """Return the data of the letters of apology as JSON text."""
    table = apology_table(lists, language)
    names = [column.name for column in table.columns]
    letters = [dict(zip(names, row, strict=True)) for row in table.rows]
    data = {"schema_version": SCHEMA_VERSION, **run_head(lists), "letters": letters}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
