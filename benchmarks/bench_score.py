"""Measures ``chiso score`` beside a script written by hand for the same records.

``python benchmarks/bench_score.py [--rows N] [--runs N]`` makes the records if they are not there, runs both
programs in turn, each in its own process, checks that they count the same, and prints a table of wall time,
processor time and peak memory. The figures go to ``benchmarks/results``, with the machine and the versions.
Nothing here fails because of a time; it does where a number differs. For Linux and macOS.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from make_records import RecordsFolder, add_records_options, records_folder

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PROGRAMS = ("chiso", "handwritten")
# ru_maxrss counts KiB on Linux, bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024

Counts = dict[tuple[str, str], tuple[int, int]]


class DifferentNumbersError(Exception):
    """The two programs do not agree."""


@dataclass(frozen=True)
class Run:
    """What one process took: seconds, and bytes at its peak."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Answer:
    """What one process said: numerator and denominator by unit and index, and the fates of the cases."""

    counts: Counts
    fates: tuple[int, ...]


def commands(folder: RecordsFolder) -> dict[str, list[str]]:
    """Return the command of each program."""
    scored = [sys.executable, "-m", "chiso", "score", str(folder.path), "--period", folder.period]
    asked = ["--as-of", folder.as_of, "--lang", "en", "--format", "csv", "--detail", "index"]
    by_hand = [sys.executable, str(HERE / "handwritten.py"), str(folder.path), "--as-of", folder.as_of]
    return {"chiso": scored + asked, "handwritten": by_hand}


def measure(command: Sequence[str]) -> tuple[Run, Answer]:
    """Run a command in its own process and return what it took and said."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors)
        # wait4 tells what this one process used, other than getrusage for all children together.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        printed, said = (_text(stream) for stream in (output, errors))
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}\n{said}")
    run = Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT)
    return run, Answer(_counts(printed), _fates(said))


def _text(stream: object) -> str:
    stream.seek(0)  # type: ignore[attr-defined]
    return str(stream.read(), "utf-8")  # type: ignore[attr-defined]


def _counts(printed: str) -> Counts:
    """Return the counted indices; an index that lacks data or does not apply has no counts."""
    rows = csv.DictReader(printed.splitlines())
    return {
        (row["unit_code"], row["index"]): (int(row["numerator"]), int(row["denominator"]))
        for row in rows
        if row["denominator"]
    }


def _fates(said: str) -> tuple[int, ...]:
    """Return the numbers of the line on the cases: read, in the period, outside, excluded, quarantined."""
    line = next(line for line in said.splitlines() if line.startswith("cases: "))
    without_reasons = re.sub(r"\([^)]*\)", "", line)
    return tuple(int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", without_reasons))


def check_equal(answers: dict[str, Answer]) -> None:
    """Raise DifferentNumbersError unless both programs counted the same."""
    ours, theirs = (answers[name] for name in PROGRAMS)
    problems = [
        f"{unit} {index}: {PROGRAMS[0]} {ours.counts.get((unit, index))}, "
        f"{PROGRAMS[1]} {theirs.counts.get((unit, index))}"
        for unit, index in sorted(ours.counts.keys() | theirs.counts.keys())
        if ours.counts.get((unit, index)) != theirs.counts.get((unit, index))
    ]
    if ours.fates != theirs.fates:
        problems.append(f"fates of the cases: {PROGRAMS[0]} {ours.fates}, {PROGRAMS[1]} {theirs.fates}")
    if problems:
        listed = "\n".join(problems[:20])
        raise DifferentNumbersError(f"{len(problems)} numbers differ\n{listed}")


def run_all(folder: RecordsFolder, runs: int) -> dict[str, list[Run]]:
    """Run both programs in turn, after one round that only warms the file cache; return the rest."""
    taken: dict[str, list[Run]] = {name: [] for name in PROGRAMS}
    asked = commands(folder)
    for number in range(runs + 1):
        answers: dict[str, Answer] = {}
        for name in PROGRAMS:
            run, answers[name] = measure(asked[name])
            if number:
                taken[name].append(run)
                print(f"run {number}, {name}: {run.wall_seconds:.2f} s", file=sys.stderr)
        check_equal(answers)
        if number == 0:
            print(f"both count the same {len(answers[PROGRAMS[0]].counts):,} figures", file=sys.stderr)
    return taken


MEASURES: tuple[tuple[str, str, Callable[[Sequence[Run]], float]], ...] = (
    ("wall time, median", "s", lambda runs: statistics.median(run.wall_seconds for run in runs)),
    ("wall time, best", "s", lambda runs: min(run.wall_seconds for run in runs)),
    ("processor time, median", "s", lambda runs: statistics.median(run.cpu_seconds for run in runs)),
    ("peak memory, largest", "MB", lambda runs: max(run.peak_bytes for run in runs) / 1e6),
)


def table(taken: dict[str, list[Run]]) -> str:
    """Return the measures and their ratios as Markdown."""
    lines = [f"| | {PROGRAMS[0]} | {PROGRAMS[1]} | ratio |", "|---|---:|---:|---:|"]
    for label, unit, figure in MEASURES:
        ours, theirs = (figure(taken[name]) for name in PROGRAMS)
        places = 0 if unit == "MB" else 2
        lines.append(
            f"| {label} | {ours:,.{places}f} {unit} | {theirs:,.{places}f} {unit} | {ours / theirs:.2f} |"
        )
    return "\n".join(lines)


def machine() -> dict[str, object]:
    """Return what of the machine bears on the figures; not its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "processors": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
    }


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", described.read_text("utf-8"), re.MULTILINE)
        if found is not None:
            return found[1]
    return platform.processor()


def write_results(path: Path, folder: RecordsFolder, taken: dict[str, list[Run]]) -> None:
    """Write every run, and on what it ran, as JSON."""
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("chiso", "duckdb")},
        },
        "records": {"cases": folder.rows, "cases_bytes": folder.cases.stat().st_size},
        "runs": {name: [asdict(run) for run in runs] for name, runs in taken.items()},
        "ratios": {
            label: round(figure(taken[PROGRAMS[0]]) / figure(taken[PROGRAMS[1]]), 3)
            for label, _, figure in MEASURES
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


def main() -> int:
    """Run the benchmark as asked; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add_records_options(parser)
    parser.add_argument("--runs", type=int, default=3, help="runs of each program (default %(default)s)")
    parser.add_argument("-o", "--output", type=Path, help="JSON file (default: in benchmarks/results)")
    options = parser.parse_args()
    # In a process of its own: what this one has used would count as the peak of those it starts.
    asked = [f"--rows={options.rows}", f"--seed={options.seed}"]
    subprocess.run([sys.executable, str(HERE / "make_records.py"), *asked], check=True, stdout=sys.stderr)
    folder = records_folder(options.rows, options.seed)
    try:
        taken = run_all(folder, options.runs)
    except DifferentNumbersError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    print(f"{folder.rows:,} cases, {folder.cases.stat().st_size / 1e6:,.0f} MB\n")
    print(table(taken))
    write_results(options.output or RESULTS / f"score-{folder.rows}.json", folder, taken)
    return 0


if __name__ == "__main__":
    sys.exit(main())
