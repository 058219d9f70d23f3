"""Officials' local codes in Python are those that the typing of cells makes in the engine."""

from __future__ import annotations

import duckdb
import pytest

from chiso.records.cells import typed
from chiso.terms.columns import CASES
from chiso.terms.official import official_code

NAMES = ["CV-01", "ltthu", "Mẫu Văn Thử", "mẫu  văn thử", "Mau Thu", "a,b", "a@b.vn", "Thử", "0900 000 001"]


@pytest.mark.parametrize("show_names", [False, True])
@pytest.mark.parametrize("name", [*NAMES, "123456789", "CV.0900000001", "CB_1"])
def test_the_same_code_as_in_records(name: str, show_names: bool) -> None:
    value = typed(CASES.columns["officer_code"], "cell", {}, show_officials=show_names)
    with duckdb.connect() as connection:
        row = connection.execute(
            f"SELECT {value} FROM (SELECT CAST(? AS VARCHAR) AS cell)", [name]
        ).fetchone()
    assert row is not None
    assert official_code(name, show_names=show_names) == row[0]
