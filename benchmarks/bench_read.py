"""Measures reading: a clean CSV beside an earlier revision of chiso, and a workbook beside pandas.

``python benchmarks/bench_read.py [--rows N] [--sheet-rows N] [--against REVISION] [--runs N]`` runs the
programs in turn, each in its own process, and prints tables of wall time, processor time and peak memory.
Nothing here fails because of a time; it does where the programs read a different number of rows, or score
differently. For Linux and macOS; the revision is taken from this repository's history.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from bench_score import MEASURES, RSS_UNIT, Answer, Run, check_equal, commands, measure
from make_records import DATA, RecordsFolder, add_records_options, records_folder

ROOT = Path(__file__).parents[1]
# Scoring before any other format than UTF-8 CSV was read.
FIRST_REVISION = "d01ebc8"
_DATES = ("submitted_at", "received_at", "due_at", "finished_at", "returned_at")

READ_BY_CHISO = """
import sys, chiso
records = chiso.load_records([sys.argv[1]], units=sys.argv[2])
print(records.tables["cases"].rows_read)
"""
READ_BY_PANDAS = """
import sys, pandas
print(len(pandas.read_excel(sys.argv[1], engine="openpyxl", dtype=str)))
"""


@contextlib.contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Yield a folder that holds the repository as it was at ``revision``."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        asked = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*asked, "add", "--detach", str(tree), revision], check=True, capture_output=True)
        try:
            yield tree
        finally:
            subprocess.run([*asked, "remove", "--force", str(tree)], check=True)


def score_beside(revision: str, folder: RecordsFolder, runs: int) -> dict[str, list[Run]]:
    """Score the CSV by this tree and by an earlier one, in turn; both must count the same."""
    command = commands(folder)["chiso"]
    taken: dict[str, list[Run]] = {"chiso": [], "handwritten": []}
    with checked_out(revision) as tree:
        sources = {"chiso": ROOT / "src", "handwritten": tree / "src"}
        for number in range(runs + 1):
            answers: dict[str, Answer] = {}
            for name, source in sources.items():
                with _importing(source):
                    run, answers[name] = measure(command)
                if number:
                    taken[name].append(run)
            check_equal(answers)
    return {"now": taken["chiso"], revision: taken["handwritten"]}


@contextlib.contextmanager
def _importing(source: Path) -> Iterator[None]:
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(source)
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def workbook_of(folder: RecordsFolder, rows: int) -> Path:
    """Return a workbook with the first ``rows`` cases, their dates as a spreadsheet keeps dates."""
    import xlsxwriter

    path = DATA / f"cases-{rows}.xlsx"
    if path.exists():
        return path
    with folder.cases.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        headings = next(reader)
        dates = {position for position, name in enumerate(headings) if name in _DATES}
        workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        date_format = workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet = workbook.add_worksheet("Hồ sơ")
        sheet.write_row(0, 0, headings)
        for number, cells in enumerate(islice(reader, rows), start=1):
            for position, cell in enumerate(cells):
                moment = _moment(cell) if position in dates else None
                if moment is not None:
                    sheet.write_datetime(number, position, moment, date_format)
                elif cell:
                    sheet.write_string(number, position, cell)
        workbook.close()
    return path


def _moment(text: str) -> datetime | None:
    """Return the moment that is written, None for what is no date: that stays text in a spreadsheet."""
    for form in ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        with contextlib.suppress(ValueError):
            return datetime.strptime(text, form)  # noqa: DTZ007 - local time has no zone
    return None


def read_beside_pandas(workbook: Path, units: Path, rows: int, runs: int) -> dict[str, list[Run]]:
    """Load a workbook by chiso and by pandas with openpyxl, in turn; both must find every row."""
    programs = {
        "chiso": [sys.executable, "-c", READ_BY_CHISO, str(workbook), str(units)],
        "pandas": [sys.executable, "-c", READ_BY_PANDAS, str(workbook)],
    }
    taken: dict[str, list[Run]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, command in programs.items():
            run, printed = measured_text(command)
            if int(printed) != rows:
                raise SystemExit(f"{name} read {int(printed)} of {rows} rows")
            taken[name].append(run)
    return taken


def measured_text(command: Sequence[str]) -> tuple[Run, str]:
    """Run a command in its own process and return what it took and printed."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read().decode()
    if process.returncode != 0:
        raise SystemExit(f"{command[-2]} ended with {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT), printed


def table(taken: dict[str, list[Run]]) -> str:
    """Return the measures of two programs and their ratios as Markdown."""
    (one, ours), (other, theirs) = taken.items()
    lines = [f"| | {one} | {other} | ratio |", "|---|---:|---:|---:|"]
    for label, unit, figure in MEASURES:
        mine, others = figure(ours), figure(theirs)
        places = 0 if unit == "MB" else 2
        ratio = f"{mine / others:.2f}"
        lines.append(f"| {label} | {mine:,.{places}f} {unit} | {others:,.{places}f} {unit} | {ratio} |")
    return "\n".join(lines)


def main() -> int:
    """Run the benchmark as asked; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add_records_options(parser)
    parser.add_argument("--sheet-rows", type=int, default=200_000, help="rows of the workbook")
    parser.add_argument("--against", default=FIRST_REVISION, help="revision to compare with")
    parser.add_argument("--runs", type=int, default=3, help="runs of each program (default %(default)s)")
    parser.add_argument("--only", choices=["csv", "xlsx"], help="one of the two measurements alone")
    options = parser.parse_args()
    asked = [f"--rows={options.rows}", f"--seed={options.seed}"]
    makes = [sys.executable, str(Path(__file__).parent / "make_records.py"), *asked]
    subprocess.run(makes, check=True, stdout=sys.stderr)
    folder = records_folder(options.rows, options.seed)
    if options.only != "xlsx":
        print(f"CSV, {folder.rows:,} cases, {folder.cases.stat().st_size / 1e6:,.0f} MB\n")
        print(table(score_beside(options.against, folder, options.runs)) + "\n")
    if options.only != "csv":
        workbook = workbook_of(folder, options.sheet_rows)
        size = workbook.stat().st_size / 1e6
        print(f"XLSX, {options.sheet_rows:,} cases, {size:,.0f} MB\n")
        taken = read_beside_pandas(workbook, folder.path / "units.csv", options.sheet_rows, options.runs)
        print(table(taken))
    return 0


if __name__ == "__main__":
    sys.exit(main())
