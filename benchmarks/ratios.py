"""A table of what commands took, each beside one of them."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from bench_score import Run, machine


def print_ratios(taken: Mapping[str, Sequence[Run]], beside: str, of: str, rows: int) -> None:
    """Print medians of wall and processor time, their ratios to ``beside`` (told as ``of``), peak memory."""
    print(f"{rows:,} cases; {machine()}\n")
    print(f"| | wall, median | {of} | processor, median | {of} | peak memory |")
    print("|---|---:|---:|---:|---:|---:|")
    for what, runs in taken.items():
        cells = [what]
        for pick in (lambda run: run.wall_seconds, lambda run: run.cpu_seconds):
            median = statistics.median(map(pick, runs))
            cells += [f"{median:.2f} s", f"{median / statistics.median(map(pick, taken[beside])):.2f}"]
        print("| " + " | ".join([*cells, f"{max(run.peak_bytes for run in runs) / 1e6:,.0f} MB"]) + " |")
