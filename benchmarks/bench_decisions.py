"""Measures what explaining, planning and redrawing ranks cost, each beside scoring the same records.

``python benchmarks/bench_decisions.py [--rows N] [--runs N]`` runs in turn, each in its own process:
``score`` on N cases, ``explain`` of one unit and index on the same files, ``plan`` for one commune of 5,000
cases, and 1,000 redraws over 3,321 units of 22 indices. It prints medians and their ratios to scoring.
Nothing here fails because of a time.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from bench_score import RSS_UNIT, Run
from make_records import RecordsFolder, add_records_options, records_folder
from ratios import print_ratios

HERE = Path(__file__).parent
UNIT, INDEX = "H99.025", "2.1"
CASES_OF_A_COMMUNE = 5_000


def one_commune(folder: RecordsFolder, target: Path) -> None:
    """Write the first cases of one commune, and all that they are looked up in."""
    for path in folder.path.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as source:
            rows = csv.DictReader(source)
            assert rows.fieldnames is not None  # every file has its header
            with (target / path.name).open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, rows.fieldnames)
                writer.writeheader()
                kept = (row for row in rows if path.stem == "units" or row.get("unit_code") in (UNIT, "H99"))
                writer.writerows(islice(kept, CASES_OF_A_COMMUNE if path.stem == "cases" else None))


def commands(folder: RecordsFolder, commune: Path) -> dict[str, list[str]]:
    """Return the commands by what they do."""
    asked = ["--period", folder.period, "--as-of", folder.as_of, "--lang", "en", "--format", "csv"]
    chiso = [sys.executable, "-m", "chiso"]
    explained = ["--unit", UNIT, "--index", INDEX, "--cases", str(commune / "listed.out")]
    return {
        "score": [*chiso, "score", str(folder.path), *asked],
        "explain, one unit and index": [*chiso, "explain", str(folder.path), *asked, *explained],
        "plan, one commune of 5,000 cases": [
            *(*chiso, "plan", str(commune / "records"), *asked, "--unit", UNIT, "--to", "100"),
        ],
        "1,000 redraws, 3,321 units": [
            sys.executable,
            str(HERE / "bench_robustness.py"),
            "--redraws",
            "1000",
        ],
    }


def measure(command: Sequence[str]) -> Run:
    """Run a command in its own process and return what it took.

    Of the redraws it is what they say that they took, without making, reading and scoring the figures.
    """
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}\n{errors.read()!r}")
        output.seek(0)
        told = re.search(r"^everything.*? ([\d.]+) s +([\d.]+) s of a processor", output.read(), re.MULTILINE)
    peak = usage.ru_maxrss * RSS_UNIT
    if told is not None:
        return Run(float(told[1]), float(told[2]), peak)
    return Run(wall, usage.ru_utime + usage.ru_stime, peak)


def main() -> None:
    """Run all commands in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add_records_options(parser)
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default %(default)s)")
    options = parser.parse_args()
    folder = records_folder(options.rows, options.seed)
    with tempfile.TemporaryDirectory() as name:
        commune = Path(name)
        (commune / "records").mkdir()
        one_commune(folder, commune / "records")
        asked = commands(folder, commune)
        taken: dict[str, list[Run]] = {what: [] for what in asked}
        for number in range(options.runs):
            for what, command in asked.items():
                taken[what].append(measure(command))
                print(f"run {number + 1}, {what}: {taken[what][-1].wall_seconds:.2f} s", file=sys.stderr)
    print_ratios(taken, "score", "of scoring", options.rows)


if __name__ == "__main__":
    main()
