"""A result never takes the place of what was read, nor of another result."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from tests.builders import a_catalogue, a_folder
from tests.conftest import CommandLine

AUGUST = ("--period", "2026-08", "--as-of", "2026-08-31", "--lang", "en")
EXPLAIN = ("explain", "--unit", "C1")
PLAN = ("plan", "--unit", "C1", "--to", "5")


@pytest.mark.parametrize(
    ("command", "read", "written"),
    [
        (("score",), "--corrections", "-o"),
        (("score",), "--catalogue", "-o"),
        (("rank",), "--mapping", "-o"),
        (("score",), "--working-days", "-o"),
        (PLAN, "--efforts", "--cases"),
        (EXPLAIN, "--catalogue", "--cases"),
        (("late",), "--catalogue", "--apology"),
        (("whatif",), "--overlay", "-o"),
        (("reconcile",), "--portal", "-o"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_no_file_that_is_read_is_written(
    command: tuple[str, ...], read: str, written: str, chiso: CommandLine, tmp_path: Path
) -> None:
    folder = a_folder(tmp_path / "in")
    file = tmp_path / "kept.csv"
    file.write_text("what stands here must stay\n", "utf-8")
    more = () if command[0] != "reconcile" or read == "--portal" else ("--portal", file)
    if command[0] == "whatif":
        more = ("--set", "1.points=5")
    outcome = chiso(*command, folder, *AUGUST, read, file, written, file, *more)
    assert outcome.code == 13, outcome.stderr
    assert "This file is an input" in outcome.stderr
    assert file.read_text("utf-8") == "what stands here must stay\n"


@pytest.mark.parametrize("command", [EXPLAIN, PLAN, ("late",)], ids=lambda command: command[0])
def test_no_file_is_written_twice(command: tuple[str, ...], chiso: CommandLine, tmp_path: Path) -> None:
    folder, catalogue = a_folder(tmp_path / "in"), a_catalogue(tmp_path)
    file, option = tmp_path / "one.csv", "--apology" if command[0] == "late" else "--cases"
    outcome = chiso(*command, folder, *AUGUST, "--catalogue", catalogue, option, file, "-o", file)
    assert outcome.code == 2
    assert "are the same file" in outcome.stderr
    assert not file.exists()


def test_rows_set_aside_are_told_with_their_sheet(chiso: CommandLine, tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "in", cases="")
    (folder / "cases.csv").unlink()
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name in ("A", "B"):
        sheet = workbook.create_sheet(name)
        sheet.append(
            ["case_id", "unit_code", "channel", "received_at", "due_at", "finished_at", "returned_at"]
        )
        sheet.append([f"{name}1", "C1", "online", "03/08/2026", "14/08/2026", "31/02/2026", ""])
        sheet.append([f"{name}2", "C1", "online", "03/08/2026", "14/08/2026", "10/08/2026", ""])
    workbook.save(folder / "cases.xlsx")
    asked = ("--catalogue", a_catalogue(tmp_path), *AUGUST)
    for command in (("score",), ("whatif", "--set", "1.on_zero=blank"), ("explain", "--unit", "C1")):
        told = chiso(command[0], folder, *asked, *command[1:]).stderr
        assert "cases.xlsx [A], row 2, column finished_at" in told, command
        assert "cases.xlsx [B], row 2, column finished_at" in told, command
        assert "more row" not in told, command
