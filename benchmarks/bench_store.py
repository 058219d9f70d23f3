"""Measures a store beside the exports it was made from, and a month more in a small and a large one.

``python benchmarks/bench_store.py [--rows N] [--years K] [--runs N]`` makes the records if they are not there
and K - 1 earlier years of them, imports one year and all of them into two stores, scores a year from exports
and store in turn, then imports one month more into either store and scores it. Prints medians and ratios;
nothing fails because of a time, but it does where a score differs. What it makes is removed, but for the
records.
For Linux and macOS.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench_read import measured_text
from bench_score import DifferentNumbersError, Run, machine, measure
from make_records import RecordsFolder, add_records_options, records_folder

_DATES = ("submitted_at", "received_at", "due_at", "finished_at", "returned_at")


def earlier_year(cases: Path, target: Path, years: int) -> None:
    """Write the same cases as they would have been so many years before."""
    moved = ", ".join(
        f"coalesce(left({name}, 6) || (TRY_CAST(substr({name}, 7, 4) AS INTEGER) - {years}) "
        f"|| substr({name}, 11), {name}) AS {name}"
        for name in _DATES
    )
    _copy(f"SELECT * REPLACE (case_id || '-{years}' AS case_id, {moved}) FROM cases", cases, target)


def one_month(cases: Path, target: Path, month: str) -> None:
    """Write the cases of a month under other numbers."""
    chosen = f"FROM cases WHERE substr(received_at, 4, 7) = '{month}'"
    _copy(f"SELECT * REPLACE (case_id || '-more' AS case_id) {chosen}", cases, target)


def _copy(query: str, cases: Path, target: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW cases AS FROM read_csv('{cases}', all_varchar = true)")
        connection.execute(f"COPY ({query}) TO '{target}' (HEADER)")


def imported(paths: Sequence[Path], store: Path) -> Run:
    """Import into a store and return what it took."""
    return measured_text(_command(["import", *map(str, paths), "-o", str(store)]))[0]


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "chiso", *arguments, "--lang", "en"]


def scored(source: Path, period: str, as_of: str) -> list[str]:
    """Return the command that scores a period."""
    return _command(
        ["score", str(source), "--period", period, "--as-of", as_of, "--format", "csv", "--detail", "index"]
    )


def opened(store: Path, period: str, as_of: str) -> str:
    """Return what of the cases a score opens."""
    told = subprocess.run(
        [*scored(store, period, as_of), "--profile"], capture_output=True, text=True, check=True
    )
    return next(line for line in told.stderr.splitlines() if line.startswith("cases: ") and "opened" in line)


def compare(folder: RecordsFolder, store: Path, runs: int) -> dict[str, list[Run]]:
    """Score the year from exports and store in turn, after one round that only warms the file cache."""
    taken: dict[str, list[Run]] = {"exports": [], "store": []}
    for number in range(runs + 1):
        answers = {}
        for name, source in (("exports", folder.path), ("store", store)):
            run, answers[name] = measure(scored(source, folder.period, folder.as_of))
            if number:
                taken[name].append(run)
        if answers["exports"] != answers["store"]:
            raise DifferentNumbersError("the store scores otherwise than its exports")
    return taken


def main() -> None:
    """Measure, and print what it took."""
    parser = argparse.ArgumentParser(description="Measure a store beside its exports.")
    add_records_options(parser)
    parser.add_argument("--years", type=int, default=5, help="years in the large store")
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    folder = records_folder(asked.rows, asked.seed)
    print(f"{asked.rows:,} cases a year; {machine()}\n")
    with tempfile.TemporaryDirectory(dir=folder.path.parent) as name:
        work = Path(name)
        small, large, month = work / "small", work / "large", work / "month.csv"
        print(f"import of a year: {imported([folder.path], small).wall_seconds:.2f} s")
        taken = compare(folder, small, asked.runs)
        medians = {who: statistics.median(run.wall_seconds for run in runs) for who, runs in taken.items()}
        cpu = {who: statistics.median(run.cpu_seconds for run in runs) for who, runs in taken.items()}
        for who in taken:
            print(
                f"score from {who}: {medians[who]:.2f} s ({medians[who] / medians['exports']:.2f}), "
                f"processor {cpu[who]:.2f} s ({cpu[who] / cpu['exports']:.2f}), "
                f"peak {max(run.peak_bytes for run in taken[who]) / 1e6:,.0f} MB"
            )
        one_month(folder.cases, month, "09/2026")
        earlier = [work / f"earlier-{years}.csv" for years in range(1, asked.years)]
        for years, path in enumerate(earlier, start=1):
            earlier_year(folder.cases, path, years)
        whole = imported([folder.path, *earlier], large)
        peak = f"peak {whole.peak_bytes / 1e6:,.0f} MB"
        print(f"import of {asked.years} years: {whole.wall_seconds:.2f} s, {peak}")
        for path in earlier:
            path.unlink()
        for who, store in (("one year", small), (f"{asked.years} years", large)):
            run = imported([month], store)
            print(f"a month more into {who}: {run.wall_seconds:.2f} s, processor {run.cpu_seconds:.2f} s")
        for who, store in (("one year", small), (f"{asked.years} years", large)):
            run, _ = measure(scored(store, "2026-09", folder.as_of))
            print(
                f"that month scored from {who}: {run.wall_seconds:.2f} s, processor {run.cpu_seconds:.2f} s"
            )
            print(f"  {opened(store, '2026-09', folder.as_of)}")


if __name__ == "__main__":
    main()
