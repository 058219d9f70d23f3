"""Time of explaining one unit and index on many rows, against scoring the same rows, side by side.

Usage: python benchmarks/bench_explain.py [--rows 2000000] [--runs 3]
"""

from __future__ import annotations
