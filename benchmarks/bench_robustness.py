"""Measures how long the firmness of a nation's ranking takes, beside what it is made from.

``python benchmarks/bench_robustness.py [--units N] [--redraws N]`` makes a registry of communes under 34
provinces and a reported figure with counts for every unit and index, reads and scores them, and prints the
wall time and processor time of each source of doubt. Nothing here fails because of a time. What open rows
cost comes on top: one more statement over each records table, as long as scoring counts them.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import chiso
from chiso.scoring.either_way import TotalRange
from chiso.scoring.open_rows import OpenRows
from chiso.scoring.rank_ranges import robustness_of
from chiso.scoring.redraws import league_points, under_small_numbers, under_weights, without_each
from chiso.scoring.robustness import Settings
from chiso.scoring.share_intervals import share_intervals

PROVINCES = 34
COMMUNES = 3321
PERIOD = "2026"
AS_OF = date(2026, 10, 10)


def write_records(folder: Path, communes: int, codes: list[str]) -> None:
    """Write a registry and, for every commune and index, counts of a year: the same on every run."""
    chance = random.Random(766)
    with (folder / "units.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["unit_code", "unit_name", "level", "parent_code"])
        writer.writerows([f"P{n:02}", f"Tỉnh {n:02}", "province", ""] for n in range(PROVINCES))
        writer.writerows(
            [f"C{n:04}", f"Xã {n:04}", "commune", f"P{n % PROVINCES:02}"] for n in range(communes)
        )
    with (folder / "reported.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["unit_code", "index", "numerator", "denominator", "percent", "points"])
        for n in range(communes):
            for code in codes:
                denominator = chance.randint(1, 3000)
                writer.writerow([f"C{n:04}", code, chance.randint(0, denominator), denominator, "", ""])


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long the block took, and for how long it kept a processor busy."""
    began, busy = time.perf_counter(), time.process_time()
    yield
    wall, processor = time.perf_counter() - began, time.process_time() - busy
    print(f"{what:<44} {wall:8.2f} s {processor:8.2f} s of a processor", flush=True)


def main() -> None:
    """Measure once and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=COMMUNES)
    parser.add_argument("--redraws", type=int, default=1000)
    asked = parser.parse_args()
    settings = Settings(asked.redraws, Fraction(1, 5), Fraction(19, 20), 766)
    catalogue = chiso.load_catalogue()
    codes = [index.code for index in catalogue.rules(AS_OF).indices]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_records(folder, asked.units, codes)
        with timed("reading the reported figures"):
            records = chiso.load_records([folder])
        with timed("scoring them"):
            board = chiso.score(catalogue, records, PERIOD, as_of=AS_OF)
    board = replace(board, units=tuple(unit for unit in board.units if unit.unit.level == "commune"))
    ranks = chiso.rank(board)
    ranked = [rank.score for rank in ranks]
    print(f"\n{len(ranked)} units, {len(codes)} indices, {settings.redraws} redraws")
    points = league_points(board.rules, ranked)
    with timed("other weights"):
        under_weights(points, settings)
    with timed("without one index"):
        without_each(points)
    with timed("small numbers"):
        under_small_numbers(board.rules, ranked, records.units, settings)
    nothing_open = {unit.unit.code: TotalRange(unit.total, unit.total) for unit in board.units}
    with timed("everything, open rows not counted"):
        robustness_of(board, ranks, OpenRows(nothing_open, {}, ()), records.units, settings)
    with timed("exact interval of each ratio (JSON only)"):
        share_intervals(board, settings.confidence)


if __name__ == "__main__":
    main()
