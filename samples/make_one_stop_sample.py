"""Writes the records of the sample one-stop-2021: one department with three offices, 2021–2024.

Run from anywhere: ``python samples/make_one_stop_sample.py``. The result is committed; a test holds it equal
to what this script writes. Nothing in it is real: no person, no case, no figure.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

SEED = 76
FOLDER = Path(__file__).parent / "one-stop-2021"

Row = dict[str, object]

DEPARTMENT = "SO"
OFFICES = {
    "SO.1": "Phòng Bưu chính, Viễn thông",
    "SO.2": "Phòng Báo chí, Xuất bản",
    "SO.3": "Phòng Công nghệ số",
}
# By year, of every ten cases: submitted online, digitised with a result that is stored, re-used, satisfied.
SHARES = {2021: (1, 2, 1, 8), 2022: (3, 5, 4, 9), 2023: (6, 7, 5, 9), 2024: (8, 10, 6, 10)}
# By year: minutes of waiting and at the counter, from and to.
MINUTES = {
    2021: ((5, 60), (10, 55)),
    2022: ((5, 45), (10, 40)),
    2023: ((3, 28), (8, 35)),
    2024: ((2, 25), (5, 30)),
}
CASES_PER_OFFICE_AND_YEAR = 40

UNITS = ("unit_code", "unit_name", "level", "parent_code")
EMPLOYEES = ("unit_code", "officer_code", "valid_from", "valid_to")
REPORTED = ("unit_code", "index", "numerator", "denominator", "percent", "points", "period")
CASES = (
    *("case_id", "unit_code", "officer_code", "channel", "received_at", "due_at", "finished_at", "status"),
    *("digitized", "component_reused", "from_personal_store", "result_link"),
    *("rating", "waiting_minutes", "counter_minutes"),
)


def write_one_stop_sample(folder: Path = FOLDER) -> list[Path]:
    """Write the records into ``folder`` and return the files; the catalogue beside them stays as it is."""
    chance = random.Random(SEED)
    return [
        _write(folder / "units.csv", UNITS, _units()),
        _write(folder / "employees.csv", EMPLOYEES, _employees()),
        _write(folder / "cases.csv", CASES, _cases(chance)),
        _write(folder / "reported.csv", REPORTED, _reported()),
    ]


def _units() -> Iterator[Row]:
    yield {"unit_code": DEPARTMENT, "unit_name": "Sở mẫu", "level": "department"}
    for code, name in OFFICES.items():
        yield {"unit_code": code, "unit_name": name, "level": "office", "parent_code": DEPARTMENT}


def _employees() -> Iterator[Row]:
    yield {"unit_code": "SO.1", "officer_code": "MC-01", "valid_from": "2021-01-01"}
    yield {"unit_code": "SO.2", "officer_code": "MC-02", "valid_from": "2021-01-01"}
    yield {"unit_code": "SO.3", "officer_code": "MC-03", "valid_from": "2021-01-01", "valid_to": "2023-12-31"}


def _cases(chance: random.Random) -> Iterator[Row]:
    for year in SHARES:
        for number, code in enumerate(OFFICES, start=1):
            yield from _cases_of(year, number, code, chance)


def _cases_of(year: int, number: int, code: str, chance: random.Random) -> Iterator[Row]:
    online, stored, reused, satisfied = SHARES[year]
    waiting, counter = MINUTES[year]
    days = sorted(chance.sample(range(364), CASES_PER_OFFICE_AND_YEAR))
    for serial, day in enumerate(days):
        # Each share is kept in every ten cases; which ones these are differs from share to share.
        received = date(year, 1, 1) + timedelta(days=day)
        finished = min(received + timedelta(days=chance.randint(1, 9)), date(year, 12, 31))
        yield {
            "case_id": f"{code}-{received:%y%m%d}-{serial + 1:04}",
            "unit_code": code,
            "officer_code": "MC-01" if number == 3 and year == 2024 else f"MC-{number:02}",
            "channel": "online" if (serial * 3) % 10 < online else "direct",
            "received_at": received.isoformat(),
            "due_at": (received + timedelta(days=10)).isoformat(),
            "finished_at": finished.isoformat(),
            "status": "returned",
            "digitized": "1" if (serial * 7) % 10 < stored else "0",
            "component_reused": "1" if (serial * 9) % 10 < reused else "0",
            "from_personal_store": "0",
            "result_link": f"https://luu-tru.example/{code}/{year}/{serial + 1}"
            if (serial * 7) % 10 < stored
            else "",
            # Every second citizen rates.
            "rating": ("" if serial % 2 else "satisfied" if serial // 2 % 10 < satisfied else "dissatisfied"),
            "waiting_minutes": chance.randint(*waiting),
            "counter_minutes": chance.randint(*counter),
        }


def _reported() -> Iterator[Row]:
    def row(index: str, numerator: int, denominator: int, period: str = "") -> Row:
        pair = {"numerator": numerator, "denominator": denominator}
        return {"unit_code": DEPARTMENT, "index": index, "period": period, **pair}

    # Results that are in force and digitised: the second figure is what growth is judged by.
    for year, digitised in (("2021", 1240), ("2022", 1800), ("2023", 2600), ("2024", 3100)):
        yield row("3", digitised, 4000, year)
        yield row("4", digitised, 4000, year)
    # What growth starts from, as it was reported at the time.
    yield row("10", 60, 120, "2022")
    yield row("10", 84, 120, "2023")
    yield row("12", 70, 120, "2022")
    yield row("12", 98, 120, "2023")
    yield row("12", 114, 120, "2024")
    # What is done once and for all names no period.
    yield row("1", 1, 1)
    yield row("2", 1, 1)
    yield row("5", 0, 1, "2022")
    yield row("5", 1, 1, "2023")
    yield row("5", 1, 1, "2024")
    for year in ("2021", "2022", "2023", "2024"):
        yield row("6", 1, 1, year)
    yield row("9", 1, 1, "2022")
    yield row("9", 1, 1, "2023")
    yield row("9", 1, 1, "2024")
    # Of three things to be set up two stood in 2023.
    yield row("13", 2, 3, "2023")
    yield row("13", 3, 3, "2024")
    yield row("21", 1, 1, "2024")


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


if __name__ == "__main__":
    write_one_stop_sample()
