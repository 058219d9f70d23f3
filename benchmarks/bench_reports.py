"""Measures what reports cost, beside the score of the same records, and beside that of the whole country.

``python benchmarks/bench_reports.py [--rows N] [--runs N]`` runs in turn, each in its own process, ``score``,
``report html``, ``report xlsx`` and ``report docx`` of N cases of 150 units by 22 indices, reading included,
and the same reports of 3,321 units made from reported figures, of which the memory is of interest. It prints
medians, their ratios to the score of N cases, peak memory and the size of what was written. Nothing here
fails because of a time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import chiso
from bench_decisions import measure
from bench_robustness import AS_OF, COMMUNES, PERIOD, write_records
from bench_score import Run
from make_records import add_records_options, records_folder
from ratios import print_ratios

_ALL = f", {COMMUNES:,} units"
KINDS = {"html": "site", "xlsx": "report.xlsx", "docx": "report.docx"}


def commands(records: Path, period: str, out: Path) -> dict[str, list[str]]:
    """Return ``score`` and every kind of report by what they do."""
    chiso = [sys.executable, "-m", "chiso"]
    asked = [str(records), "--period", period, "--as-of", str(AS_OF), "--lang", "vi"]
    return {
        "score": [*chiso, "score", *asked, "--format", "csv"],
        **{
            f"report {kind}": [*chiso, "report", kind, *asked, "-o", str(out / name)]
            for kind, name in KINDS.items()
        },
    }


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files)


def main() -> None:
    """Run all commands in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add_records_options(parser)
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default %(default)s)")
    options = parser.parse_args()
    folder = records_folder(options.rows, options.seed)
    taken: dict[str, list[Run]] = {}
    sizes: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as name:
        one, all_units = Path(name) / "province", Path(name) / "country"
        one.mkdir()
        all_units.mkdir()
        figures = Path(name) / "figures"
        figures.mkdir()
        write_records(
            figures, COMMUNES, [index.code for index in chiso.load_catalogue().rules(AS_OF).indices]
        )
        of_all = commands(figures, PERIOD, all_units)
        wanted = {
            **commands(folder.path, "2026-08", one),
            **{f"{what}{_ALL}": command for what, command in of_all.items()},
        }
        for number in range(options.runs):
            for what, command in wanted.items():
                run = measure(command)
                taken.setdefault(what, []).append(run)
                print(f"run {number + 1}, {what}: {run.wall_seconds:.2f} s", file=sys.stderr)
        for where, suffix in ((one, ""), (all_units, _ALL)):
            for kind, written in KINDS.items():
                sizes[f"report {kind}{suffix}"] = size_of(where / written)
    print_ratios(taken, "score", "of the score", options.rows)
    print()
    for what, size in sizes.items():
        print(f"{what}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
