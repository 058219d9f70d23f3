"""A byte that cannot be decoded costs its own row, in every format that is text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.builders import UNITS

import chiso

_HEADINGS = ("case_id", "unit_code", "procedure_name")
_ROWS = (("K1", "C1", "Cấp"), ("K2", "C1", "Lỗ@i"), ("K3", "C1", "Đổi"))


def _html(rows: list[tuple[str, ...]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells in rows)
    return f"<html><body><table>{body}</table></body></html>"


def _spreadsheet(rows: list[tuple[str, ...]]) -> str:
    cell = '<Cell><Data ss:Type="String">{}</Data></Cell>'
    body = "".join("<Row>" + "".join(cell.format(text) for text in cells) + "</Row>" for cells in rows)
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="A"><Table>{body}</Table></Worksheet></Workbook>'
    )


def _objects(rows: list[tuple[str, ...]]) -> list[dict[str, str]]:
    return [dict(zip(_HEADINGS, cells, strict=True)) for cells in rows[1:]]


def _json(rows: list[tuple[str, ...]]) -> str:
    return json.dumps(_objects(rows), ensure_ascii=False)


def _json_lines(rows: list[tuple[str, ...]]) -> str:
    return "\n".join(json.dumps(found, ensure_ascii=False) for found in _objects(rows))


@pytest.mark.parametrize(
    ("written", "row"),
    [(_html, 3), (_spreadsheet, 3), (_json, 2), (_json_lines, 2)],
    ids=["html", "xml2003", "json", "jsonl"],
)
def test_a_lost_byte_costs_its_row(tmp_path: Path, written: object, row: int) -> None:
    content = written([_HEADINGS, *_ROWS]).encode().replace(b"@", b"\xff")  # type: ignore[operator]
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "cases.xls").write_bytes(content)
    records = chiso.load_records([tmp_path / "cases.xls"], units=tmp_path / "units.csv")
    kept = records.connection.execute(
        "SELECT case_id FROM cases WHERE set_aside = 0 ORDER BY rowid"
    ).fetchall()
    assert kept == [("K1",), ("K3",)]
    assert [(fault.row, fault.reason.en) for fault in records.quarantine] == [(row, "a byte is not UTF-8")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("written", [_json, _json_lines], ids=["json", "jsonl"])
def test_json_in_other_encodings(tmp_path: Path, written: object, encoding: str) -> None:
    text = written([_HEADINGS, *_ROWS])  # type: ignore[operator]
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "cases.json").write_bytes(text.encode(encoding))
    records = chiso.load_records([tmp_path])
    names = records.connection.execute("SELECT procedure_name FROM cases ORDER BY rowid").fetchall()
    assert names == [("Cấp",), ("Lỗ@i",), ("Đổi",)]


@pytest.mark.parametrize("other", [b"x", b'"hai\nd\xc3\xb2ng"'], ids=["read directly", "row by row"])
def test_a_lost_byte_in_a_column_that_is_not_read_costs_nothing(tmp_path: Path, other: bytes) -> None:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    rows = b"K1,C1,Ng\xff\xe1i N\xe1\xbb\x99p,x\nK2,C1,a," + other + b"\n"
    (tmp_path / "cases.csv").write_bytes("case_id,unit_code,Chủ hồ sơ,Khác\n".encode() + rows)
    records = chiso.load_records([tmp_path])
    assert records.quarantine == ()
    assert records.tables["cases"].rows_read == 2
