"""Measures ``chiso score`` with DuckDB and with Spark on a local master, and holds their output to be equal.

``python benchmarks/bench_spark.py [--rows N ...] [--heap 2g]`` makes the records if they are not there, runs
each engine in a process of its own, and prints wall time and the peak memory of the driver:
that of Python and of Java, whose heap is fixed. With two sizes it shows that the driver's memory does not
grow with the rows. Nothing here fails because of a time; it does where a byte of the output differs. For
Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from make_records import DATA, DEFAULT_SEED, RecordsFolder, records_folder

RESULTS = Path(__file__).parent / "results"
MASTER = "local[2]"
SIZES = (100_000, 2_000_000)
PAUSE = 0.2


class DifferentOutputError(Exception):
    """The two engines do not agree."""


@dataclass(frozen=True)
class Run:
    """What one run took; memory in MB at its peak. On a local master Java's holds the executor's as well."""

    engine: str
    rows: int
    wall_seconds: float
    python_mb: int
    java_mb: int


def score(folder: RecordsFolder, rows: int, engine: str, heap: str) -> tuple[Run, bytes]:
    """Run ``chiso score`` in its own process, and return what it took and printed."""
    command = [sys.executable, "-m", "chiso", "score", str(folder.path), "--period", folder.period]
    command += ["--as-of", folder.as_of, "--lang", "en", "--format", "csv", "--detail", "index"]
    command += ["--engine", engine]
    peaks = {"python": 0, "java": 0}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=errors, env={**os.environ, "SPARK_DRIVER_MEMORY": heap}
        )
        while process.poll() is None:
            for kind, peak in _peaks(process.pid):
                peaks[kind] = max(peaks[kind], peak)
            time.sleep(PAUSE)
        wall = time.perf_counter() - began
        output.seek(0)
        errors.seek(0)
        printed, said = output.read(), errors.read().decode(errors="replace")
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}\n{said}")
    return Run(engine, rows, wall, peaks["python"], peaks["java"]), printed


def _peaks(pid: int) -> Iterator[tuple[str, int]]:
    """Yield the peak memory in MB of a process and of all below it, and whether they are Java's."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        # It has just ended.
        return
    fields = dict(line.split(":", 1) for line in status.splitlines())
    if "VmHWM" in fields:
        yield (
            "java" if fields["Name"].strip() == "java" else "python",
            int(fields["VmHWM"].split()[0]) // 1024,
        )
    for child in children:
        yield from _peaks(int(child))


def _table(runs: Sequence[Run]) -> str:
    lines = ["| rows | engine | wall s | Python MB | Java MB |", "|---|---|---|---|---|"]
    lines += [
        f"| {run.rows:,} | {run.engine} | {run.wall_seconds:.1f} | {run.python_mb} | {run.java_mb} |"
        for run in runs
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, compare, print and keep the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--data", type=Path, default=DATA, help="where the records are")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--heap", default="2g", help="Java's heap, fixed for all sizes")
    options = parser.parse_args()
    runs: list[Run] = []
    for rows in options.rows:
        folder = records_folder(rows, options.seed, options.data)
        (by_duckdb, expected), (by_spark, found) = (
            score(folder, rows, engine, options.heap) for engine in ("duckdb", MASTER)
        )
        if found != expected:
            raise DifferentOutputError(f"{rows} rows: the output of {MASTER} is not that of DuckDB")
        runs += [by_duckdb, by_spark]
        print(f"{rows:,} rows: equal output, {len(found):,} bytes", flush=True)
    print(_table(runs))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "spark.json").write_text(json.dumps([asdict(run) for run in runs], indent=2) + "\n")


if __name__ == "__main__":
    main()
