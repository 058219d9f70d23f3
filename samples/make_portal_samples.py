"""Writes the two portal folders from the published figures in tests/golden.

Run from anywhere: ``python samples/make_portal_samples.py``. The result is committed; a test holds it
equal to what this script writes. Nothing is computed: counts, percents and points stay as published.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

SAMPLES = Path(__file__).parent
GOLDEN = SAMPLES.parent / "tests" / "golden"

Record = dict[str, str]

REPORTED = ("unit_code", "index", "numerator", "denominator", "percent", "points", "period", "scope")
UNITS = ("unit_code", "unit_name", "level", "parent_code")
YEAR = "2026"

# Published without counts: the percent is what counts.
BY_PERCENT = frozenset({"ELECTRONIC_CERTIFIED_COPY"})
# Watched but never scored, or the sum of rows that are here.
LEFT_OUT = frozenset(
    {
        *("TRANSPARENCY", "DIGITIZATION", "SATISFACTION", "TOTAL", "AVG_PROCESSING_DAYS"),
        *("PETITION_CLASSIFICATION_TTHC", "PETITION_CLASSIFICATION_STAFF"),
    }
)
GROUPS = ("transparency", "progress", "online", "payment", "digitization", "satisfaction")
PERIODS = {"month": "2026-08", "quarter": "2026-Q3", "year": YEAR}

# Province records name their counters one by one: index, (numerator fields, denominator field).
PROVINCE_COUNTS = {
    "PROGRESS": (("totalOnTime",), "totalReceived"),
    "PROVIDED_ONLINE": (("partialCount", "fullCount"), "authorityCount"),
    "SERVICES_WITH_CASES": (("onlineDossierCount",), "onlineServiceTotal"),
    "CASES_ONLINE": (("channelOnlineSum",), "channelTotalSum"),
    "PAYMENT_TRANSACTED": (
        ("totalDossierOnlineFormalityPaymentSuccess",),
        "totalFeeDossierFormalityDistinct",
    ),
    "PAYMENT_INTEGRATED": (("totalFeeDossierFormality",), "totalFeeFormality"),
    "PAYMENT_DOSSIERS": (("totalDossierOnlinePaymentSuccess",), "totalDossierFinancialObligation"),
}


def write_portal_samples(folder: Path, golden: Path = GOLDEN) -> list[Path]:
    """Write both portal folders below ``folder`` from the figures in ``golden``; return the files."""
    gia_lai = folder / "gia-lai-2026-portal"
    phu_tho = folder / "phu-tho-2026-portal"
    gia_lai_units = _read(golden / "gia_lai_2026_units.csv")
    gia_lai_totals = _read(golden / "gia_lai_2026_totals.csv")
    phu_tho_units = _read(golden / "phu_tho_2026_units.csv")
    phu_tho_province = _read(golden / "phu_tho_2026_province.csv")
    return [
        _write(gia_lai / "units.csv", UNITS, _read(golden / "gia_lai_units.csv")),
        _write(gia_lai / "gia-lai-2026-indices.csv", REPORTED[:-1], _gia_lai_indices(gia_lai_units)),
        _write(gia_lai / "gia-lai-2026-totals.csv", REPORTED[:-1], _gia_lai_totals(gia_lai_totals)),
        _write(phu_tho / "units.csv", UNITS, _phu_tho_registry(phu_tho_units)),
        _write(phu_tho / "phu-tho-2026-units.csv", REPORTED, _phu_tho_units(phu_tho_units)),
        _write(phu_tho / "phu-tho-2026-province.csv", REPORTED, _phu_tho_province(phu_tho_province)),
    ]


def _gia_lai_indices(published: Iterable[Record]) -> Iterator[Record]:
    for row in published:
        index = row["indicator"]
        # The counts behind ONLINE and one of PAYMENT's three are not published, so both groups come
        # as points, and no index of theirs beside them.
        if index in LEFT_OUT or index.startswith("PAYMENT_"):
            continue
        yield _reported(row, index, score=row["score"], ratio=row["ratio"])


def _gia_lai_totals(published: Iterable[Record]) -> Iterator[Record]:
    for row in published:
        for group in GROUPS:
            yield {"unit_code": row["unit_code"], "index": group, "points": row[group], "period": YEAR}


def _phu_tho_registry(published: Iterable[Record]) -> Iterator[Record]:
    yield {"unit_code": "H44", "unit_name": "UBND tỉnh Phú Thọ", "level": "province", "parent_code": ""}
    names = {row["unit_code"]: row for row in published}
    for unit_code in sorted(names, key=lambda code: int(code.partition(".")[2])):
        row = names[unit_code]
        level = "commune" if row["level"] == "COMMUNE" else "department"
        yield {
            "unit_code": unit_code,
            "unit_name": row["unit_name"],
            "level": level,
            "parent_code": "H44",
        }


def _phu_tho_units(published: Iterable[Record]) -> Iterator[Record]:
    for row in published:
        index = row["indicator"]
        # PAYMENT follows from its three counts, which are published here.
        if index in LEFT_OUT or index == "PAYMENT":
            continue
        # This source has no ratio column; the portal shows 100 % wherever it shows full points.
        full = index in BY_PERCENT and float(row["score"]) == float(row["max_score"])
        yield {**_reported(row, index, row["score"], "100" if full else ""), "scope": "all"}


def _phu_tho_province(published: Iterable[Record]) -> Iterator[Record]:
    views: dict[tuple[str, str], Record] = {}
    for row in published:
        views.setdefault((row["period"], row["scope"]), {})[row["field"]] = row["value"]
    for (period, scope), fields in views.items():
        place = {"unit_code": "H44", "period": PERIODS[period], "scope": scope}
        for index in (field.partition(".")[0] for field in fields if field.endswith(".numerator")):
            if index in LEFT_OUT:
                continue
            metric = {part: fields[f"{index}.{part}"] for part in ("numerator", "denominator")}
            yield {**_reported(metric, index, "", fields[f"{index}.ratio"]), **place}
        for index, (numerators, denominator) in PROVINCE_COUNTS.items():
            numerator = sum(int(fields[name]) for name in numerators)
            counts = {"numerator": str(numerator), "denominator": fields[denominator]}
            yield {"index": index, **counts, **place}


def _reported(row: Record, index: str, score: str, ratio: str) -> Record:
    """Return counts where they are published, else the percent, else the points, else nothing."""
    reported = {"unit_code": row.get("unit_code", ""), "index": index, "period": YEAR}
    if row["numerator"] or row["denominator"]:
        return {**reported, "numerator": row["numerator"], "denominator": row["denominator"]}
    if index in BY_PERCENT:
        return {**reported, "percent": ratio}
    return {**reported, "points": score}


def _read(path: Path) -> list[Record]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, header: Sequence[str], rows: Iterable[Record]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


if __name__ == "__main__":
    write_portal_samples(SAMPLES)
