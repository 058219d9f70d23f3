"""Random exports for the shipped catalogue: few units, many rows that count, and random edits of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

Rows = list[dict[str, str]]
Tables = dict[str, Rows]

COMMUNES = ("C1", "C2", "C3")
FIRST = date(2026, 7, 20)
_UNITS = "unit_code,unit_name,level,parent_code,valid_from,valid_to,successor_code,share\n"
_YES_NO = ("0", "1", "")
# Not edited: two rows of one key would count in the order in which they stand.
_KEYS = {
    "cases": ("case_id",),
    "petitions": ("petition_id",),
    "procedures": ("unit_code", "procedure_id"),
    "publications": ("unit_code", "decision", "procedure_id"),
    "services": ("unit_code", "service_id"),
}


@dataclass(frozen=True)
class Export:
    """One side's files: the registry, rows by table, and reported figures."""

    units: str
    tables: Mapping[str, Rows]

    def files(self) -> dict[str, str]:
        """Return the text of every file, by name; a table without rows has no file."""
        return {
            "units.csv": self.units,
            **{f"{name}.csv": _csv(rows) for name, rows in self.tables.items() if rows},
        }


def _csv(rows: Rows) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def registry(merged: str | None = None, divided: str | None = None, day: date | None = None) -> str:
    """Return a province and its communes; one may be merged into C1 or divided among two by ``day``."""
    lines = ["P,Tỉnh Phú An,province,,,,,"]
    for code in (*COMMUNES, "C4"):
        last = "" if day is None else (day - timedelta(days=1)).isoformat()
        row = f"{code},Xã {code},commune,P,,,,"
        if code == merged:
            row = f"{code},Xã {code},commune,P,,{last},C1,"
        elif code == divided:
            row = f"{code},Xã {code},commune,P,,{last},C1;C4,35%;65%"
        lines.append(row)
    return _UNITS + "".join(f"{line}\n" for line in lines)


def _day(random: Random, start: int = 0, end: int = 70) -> str:
    return (FIRST + timedelta(days=random.randint(start, end))).isoformat()


def a_case(random: Random, number: int) -> dict[str, str]:
    received = random.randint(0, 65)
    finished = "" if random.random() < 0.3 else _day(random, received, received + 25)
    return {
        "case_id": f"K{number}",
        "unit_code": random.choice(COMMUNES),
        "procedure_id": random.choice(("1.000001", "1.000002", "1.000003")),
        "channel": random.choice(("direct", "online", "online")),
        "received_at": _day(random, received, received),
        "due_at": _day(random, received + 3, received + 20),
        "finished_at": finished,
        "returned_at": "",
        "status": "processing" if not finished else "returned",
        "synced": random.choice(_YES_NO),
        "fee": random.choice(("0", "20000", "")),
        "payment": random.choice(("none", "portal", "")),
        "component_file": random.choice(("a.pdf", "")),
        "result_code": random.choice(("KQ", "")),
        "result_link": random.choice(("kq.pdf", "")),
        "digitized": random.choice(_YES_NO),
        "component_digitized": random.choice(_YES_NO),
        "from_personal_store": random.choice(_YES_NO),
        "vneid_verified": random.choice(_YES_NO),
        "population_db": random.choice(("7", "")),
        "rating": random.choice(("satisfied", "dissatisfied", "")),
    }


def _petition(random: Random, number: int) -> dict[str, str]:
    return {
        "petition_id": f"T{number}",
        "unit_code": random.choice(COMMUNES),
        "received_at": _day(random),
        "due_at": _day(random),
        "answered_at": random.choice(("", _day(random))),
        "satisfied": random.choice(_YES_NO),
        "repeated": random.choice(_YES_NO),
        "case_id": random.choice(("K1", "K2", "")),
    }


def _procedure(random: Random, unit: str, number: int) -> dict[str, str]:
    return {
        "unit_code": unit,
        "procedure_id": f"1.00000{number}",
        "online_level": random.choice(("none", "partial", "full")),
        "fee_bearing": random.choice(("0", "1")),
        "payment_integrated": random.choice(("0", "1")),
        "paper_result": random.choice(("0", "1")),
        "for_citizens": random.choice(("0", "1")),
        "complete": random.choice(("0", "1")),
    }


def _publication(random: Random, number: int) -> dict[str, str]:
    return {
        "unit_code": "P",
        "decision": f"Q{number}",
        "procedure_id": random.choice(("1.000001", "1.000002")),
        "signed_at": _day(random),
        "effective_at": _day(random),
        "published_at": random.choice(("", _day(random))),
    }


def an_export(random: Random) -> Tables:
    """Return rows of every table that the shipped catalogue counts."""
    units = ("P", *COMMUNES)
    return {
        "cases": [a_case(random, n) for n in range(random.randint(8, 30))],
        "petitions": [_petition(random, n) for n in range(random.randint(0, 6))],
        "procedures": [_procedure(random, unit, n) for unit in units for n in (1, 2, 3)],
        "publications": [_publication(random, n) for n in range(random.randint(0, 4))],
        "services": [
            {"unit_code": unit, "service_id": f"S{n}", "procedure_id": f"1.00000{n}", "online_level": "full"}
            for unit in units
            for n in (1, 2)
        ],
        "reported": [],
    }


def edited(random: Random, tables: Tables) -> Tables:
    """Return the tables with rows gone, rows come, cells changed, and all in another order."""
    other = an_export(random)
    found: Tables = {}
    for name, rows in tables.items():
        kept = [dict(row) for row in rows if random.random() > 0.1]
        for row in kept:
            if other[name] and random.random() < 0.2:
                column = random.choice([column for column in row if column not in _KEYS[name]])
                row[column] = random.choice(other[name])[column]
        random.shuffle(kept)
        found[name] = kept
    found["cases"] += [a_case(random, 100 + n) for n in range(random.randint(0, 4))]
    return found


def without_a_column(random: Random, tables: Tables) -> Tables:
    """Return the tables without one column of the cases that they can do without."""
    column = random.choice(("synced", "rating", "payment", "result_link", "channel", "vneid_verified"))
    cases = [{name: cell for name, cell in row.items() if name != column} for row in tables["cases"]]
    return {**tables, "cases": cases}


def with_reported(random: Random, tables: Tables) -> Tables:
    """Return the tables with reported figures: counts, a percent, points, or a group whole."""
    whole = random.choice(
        (
            {"index": "2.1", "numerator": "3", "denominator": "7"},
            {"index": "3.6", "numerator": "373", "denominator": "400"},
            {"index": "4.1", "percent": "37.55"},
            {"index": "5.1", "points": "2.5"},
            {"index": "4.4", "numerator": "1", "denominator": "1"},
            {"index": "payment", "points": "4.25"},
        )
    )
    empty = {"numerator": "", "denominator": "", "percent": "", "points": ""}
    row = {"unit_code": random.choice(COMMUNES), **empty, **whole}
    return {**tables, "reported": [row]}
