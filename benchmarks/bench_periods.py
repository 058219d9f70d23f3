"""Measures what ten months in one scan cost, beside one month of the same files.

``python benchmarks/bench_periods.py [--rows N] [--runs N]`` runs in turn, each in its own process,
``score`` of one month and of ten months (``--periods``) on N cases, and ten single months one by one. It
prints medians and their ratios to one month. Nothing here fails because of a time.
"""

from __future__ import annotations

import argparse
import sys

from bench_decisions import measure
from bench_score import Run
from make_records import RecordsFolder, add_records_options, records_folder
from ratios import print_ratios

ONE, MONTHS = "2026-08", [f"2026-{month:02}" for month in range(1, 11)]


def commands(folder: RecordsFolder) -> dict[str, list[list[str]]]:
    """Return the commands by what they do; those of one entry are run one after the other."""
    score = [sys.executable, "-m", "chiso", "score", str(folder.path), "--lang", "en", "--format", "csv"]
    judged = ["--as-of", "2026-10-31"]
    return {
        "one month": [[*score, *judged, "--period", ONE]],
        "ten months in one scan": [[*score, *judged, "--periods", f"{MONTHS[0]}..{MONTHS[-1]}"]],
        "ten months, one by one": [[*score, *judged, "--period", month] for month in MONTHS],
    }


def main() -> None:
    """Run all commands in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add_records_options(parser)
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default %(default)s)")
    options = parser.parse_args()
    folder = records_folder(options.rows, options.seed)
    taken: dict[str, list[Run]] = {}
    for number in range(options.runs):
        for what, several in commands(folder).items():
            runs = [measure(command) for command in several]
            whole = Run(
                sum(run.wall_seconds for run in runs),
                sum(run.cpu_seconds for run in runs),
                max(run.peak_bytes for run in runs),
            )
            taken.setdefault(what, []).append(whole)
            print(f"run {number + 1}, {what}: {whole.wall_seconds:.2f} s", file=sys.stderr)
    print_ratios(taken, "one month", "of one month", options.rows)


if __name__ == "__main__":
    main()
