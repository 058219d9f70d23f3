"""Time of comparing two exports, or two periods of one, against scoring one of them, side by side.

Usage: python benchmarks/bench_compare.py [--rows 2000000] [--runs 3]

The second export is the first with one case in a hundred taken out and one in a hundred changed. Each
command runs in its own process; medians and their ratios to scoring are printed. Nothing here fails
because of a time.
"""

from __future__ import annotations

import argparse
import shutil
import sys

import duckdb

from bench_decisions import measure
from bench_score import Run
from make_records import DATA, RecordsFolder, add_records_options, records_folder
from ratios import print_ratios


def changed_export(folder: RecordsFolder) -> RecordsFolder:
    """Return the folder with some cases taken out and some changed, made now if it is not there yet."""
    target = DATA / f"{folder.path.name}-changed"
    if not target.exists():
        unfinished = target.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(folder.path, unfinished)
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT * REPLACE (CASE WHEN hash(case_id) % 100 = 1 THEN 'online' ELSE channel END "
                f"AS channel) FROM read_csv('{folder.cases}', all_varchar = true) "
                f"WHERE hash(case_id) % 100 <> 0) TO '{unfinished / 'cases.csv'}' (FORMAT csv)"
            )
        unfinished.rename(target)
    return RecordsFolder(target, folder.rows)


def commands(folder: RecordsFolder, other: RecordsFolder) -> dict[str, list[str]]:
    """Return the commands by what they do."""
    chiso = [sys.executable, "-m", "chiso"]
    asked = ["--as-of", folder.as_of, "--lang", "en", "--format", "csv"]
    return {
        "score": [*chiso, "score", str(folder.path), "--period", folder.period, *asked],
        "compare two exports": [
            *(*chiso, "compare", str(folder.path), str(other.path), "--period", folder.period, *asked),
        ],
        "compare two months of one": [
            *(*chiso, "compare", "2026-08", "2026-09", "--records", str(folder.path), *asked),
        ],
    }


def main() -> None:
    """Run all commands in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add_records_options(parser)
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default %(default)s)")
    options = parser.parse_args()
    folder = records_folder(options.rows, options.seed)
    asked = commands(folder, changed_export(folder))
    taken: dict[str, list[Run]] = {what: [] for what in asked}
    for number in range(options.runs):
        for what, command in asked.items():
            taken[what].append(measure(command))
            print(f"run {number + 1}, {what}: {taken[what][-1].wall_seconds:.2f} s", file=sys.stderr)
    print_ratios(taken, "score", "of scoring", options.rows)


if __name__ == "__main__":
    main()
