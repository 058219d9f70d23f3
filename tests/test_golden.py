"""Every published figure of the national portal, from numerators and denominators alone, to the hundredth.

The published points are in tests/golden/; the same answers without their points are the samples'
``reported`` files. What must come out is listed in tests/golden/README.md.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import chiso
from chiso.scoring.scoreboard import Scoreboard, UnitScore

EDITION = "portal-2026"
TOTAL, GROUP = (
    "TOTAL",
    {
        "TRANSPARENCY": "transparency",
        "ONLINE": "online",
        "PAYMENT": "payment",
        "DIGITIZATION": "digitization",
        "SATISFACTION": "satisfaction",
    },
)
PROVINCE_GROUP = {
    "transparency": "transparency",
    "dvc-progress-tree": "progress",
    "provide-online-tree": "online",
    "formality-online-payment-tree": "payment",
    "dossier-digitized": "digitization",
    "handling-satisfaction": "satisfaction",
}
# Published without counts: points of the online group (and in Gia Lai of payment) are an input.
GIVEN_AS_POINTS = {"phu-tho": {"ONLINE"}, "gia-lai": {"ONLINE", "PAYMENT"}}
UNSCORED = {"PETITION_CLASSIFICATION_TTHC", "PETITION_CLASSIFICATION_STAFF", "AVG_PROCESSING_DAYS"}
COUNTS_ONLY = {"PAYMENT_DOSSIERS", "PAYMENT_TRANSACTED", "PAYMENT_INTEGRATED", "PAYMENT_FORMALITIES"}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def board_of(units: Path, reported: Path, period: str, as_of: date) -> Scoreboard:
    records = chiso.load_records([], units=units, reported=[reported])
    return chiso.score(chiso.load_catalogue(), records, period, as_of=as_of, edition=EDITION)


def points_of(score: UnitScore, name: str) -> Decimal | None:
    """The points under the portal's name of an index, a group or the total."""
    if name == TOTAL:
        return score.total
    if name in GROUP:
        return next(group.points for group in score.groups if group.group == GROUP[name])
    rules = {alias: index.code for index in RULES.indices for alias in index.aliases}
    return next(cell.points for cell in score.scores if cell.index == rules[name])


RULES = chiso.load_catalogue().rules(date(2026, 12, 31), EDITION)


@dataclass
class Comparison:
    """Published against ours; every difference is kept, so that one run shows them all."""

    compared: Counter[str]
    different: list[str]

    def add(self, kind: str, what: str, published: str, ours: Decimal | None) -> None:
        self.compared[kind] += 1
        wanted = None if published == "" else Decimal(published)
        if wanted != ours:
            self.different.append(f"{what}: published {published or 'null'}, ours {ours}")


@pytest.fixture(scope="module")
def gia_lai(samples: Path) -> Scoreboard:
    portal = samples / "gia-lai-2026-portal"
    return board_of(portal / "units.csv", portal / "gia-lai-2026-indices.csv", "2026", date(2026, 10, 10))


@pytest.fixture(scope="module")
def phu_tho(samples: Path) -> Scoreboard:
    portal = samples / "phu-tho-2026-portal"
    return board_of(portal / "units.csv", portal / "phu-tho-2026-units.csv", "2026", date(2026, 9, 26))


def province_board(samples: Path, tmp_path: Path, period: str, scope: str) -> UnitScore:
    """The province's own record of one period and view, without the scope that other views differ by."""
    portal = samples / "phu-tho-2026-portal"
    rows = [row for row in read(portal / "phu-tho-2026-province.csv") if row["scope"] == scope]
    chosen = tmp_path / f"{period}-{scope}.csv"
    with chosen.open("w", encoding="utf-8", newline="") as stream:
        columns = [name for name in rows[0] if name != "scope"]
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return board_of(portal / "units.csv", chosen, period, date(2026, 9, 26)).unit("H44")


PERIODS = {"month": "2026-08", "quarter": "2026-Q3", "year": "2026"}


def compare_all(
    samples: Path, golden: Path, tmp_path: Path, gia_lai: Scoreboard, phu_tho: Scoreboard
) -> Comparison:
    result = Comparison(Counter(), [])
    for place, board in (("gia-lai", gia_lai), ("phu-tho", phu_tho)):
        for row in read(golden / f"{place.replace('-', '_')}_2026_units.csv"):
            name = row["indicator"]
            if name in UNSCORED | COUNTS_ONLY | GIVEN_AS_POINTS[place]:
                continue
            kind = "total" if name == TOTAL else "group " + GROUP[name] if name in GROUP else "metric"
            ours = points_of(board.unit(row["unit_code"]), name)
            result.add(kind, f"{row['unit_code']} {name}", row["score"], ours)
    published: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in read(golden / "phu_tho_2026_province.csv"):
        published.setdefault((row["period"], row["scope"], row["group"]), {})[row["field"]] = row["value"]
    for (period, scope, group), fields in published.items():
        score = province_board(samples, tmp_path, PERIODS[period], scope)
        what = f"H44 {PERIODS[period]} {scope}"
        ours_group = next(entry.points for entry in score.groups if entry.group == PROVINCE_GROUP[group])
        is_metric = group == "dvc-progress-tree"  # its group is its only scored metric
        kind = "metric" if is_metric else f"group {PROVINCE_GROUP[group]}"
        result.add(kind, f"{what} {group}", fields["totalScore"], ours_group)
        for field, value in fields.items():
            name, _, part = field.partition(".")
            if part == "score" and name not in UNSCORED:
                result.add("metric", f"{what} {name}", value, points_of(score, name))
    return result


def test_every_published_point_comes_out_exactly(
    samples: Path, golden: Path, tmp_path: Path, gia_lai: Scoreboard, phu_tho: Scoreboard
) -> None:
    comparison = compare_all(samples, golden, tmp_path, gia_lai, phu_tho)
    assert comparison.different == []
    # As many as tests/golden/README.md promises: nothing slips out of the comparison unseen.
    assert comparison.compared["metric"] == 416
    assert comparison.compared["group payment"] == 74 + 6
    assert comparison.compared["group online"] == 6
    assert comparison.compared["total"] == 9
    assert comparison.compared["group transparency"] == 9 + 6
    assert comparison.compared["group digitization"] == 9 + 6
    assert comparison.compared["group satisfaction"] == 9 + 3


def test_the_comparison_sees_a_hundredth() -> None:
    comparison = Comparison(Counter(), [])
    comparison.add("metric", "one", "19.52", Decimal("19.51"))
    comparison.add("metric", "two", "", Decimal("0.00"))
    assert comparison.different == [
        "one: published 19.52, ours 19.51",
        "two: published null, ours 0.00",
    ]


def test_percent_is_the_published_ratio(golden: Path, gia_lai: Scoreboard) -> None:
    rules = {alias: index.code for index in RULES.indices for alias in index.aliases}
    compared = 0
    for row in read(golden / "gia_lai_2026_units.csv"):
        name = row["indicator"]
        # The portal writes 0 for 0/0 where chiso leaves the percent empty.
        if name in UNSCORED | {TOTAL, *GROUP} or row["denominator"] in ("", "0"):
            continue
        score = gia_lai.unit(row["unit_code"])
        cell = next((cell for cell in score.scores if cell.index == rules.get(name)), None)
        if cell is None or name in COUNTS_ONLY or cell.denominator is None:
            continue
        assert cell.percent == Decimal(row["ratio"]), (row["unit_code"], name)
        compared += 1
    assert compared == 103


def test_totals_and_places_of_the_45_best_communes(samples: Path, golden: Path) -> None:
    portal = samples / "gia-lai-2026-portal"
    board = board_of(portal / "units.csv", portal / "gia-lai-2026-totals.csv", "2026", date(2026, 10, 10))
    published = read(golden / "gia_lai_2026_totals.csv")
    assert len(published) == 45
    places = {rank.score.unit.code: rank.place for rank in chiso.rank(board, "commune")}
    lowest: dict[str, int] = {}
    for row in published:
        assert board.unit(row["unit_code"]).total == Decimal(row["total"]), row["unit_code"]
        lowest.setdefault(row["total"], int(row["group_rank"]))
    for row in published:
        assert places[row["unit_code"]] == lowest[row["total"]], row["unit_code"]
    ties = Counter(row["total"] for row in published)
    assert sorted(ties.values()) == [1] * 35 + [2] * 5


def test_case_files_alone_give_the_published_figures(samples: Path, golden: Path) -> None:
    catalogue = chiso.load_catalogue()
    records = chiso.load_records([samples / "gia-lai-2026"])
    board = chiso.score(catalogue, records, "2026", as_of=date(2026, 10, 10))
    totals = {
        "H21.125": "73.95",
        "H21.157": "70.58",
        "H21.180": "68.75",
        "H21.145": "66.99",
        "H21.133": "66.46",
        "H21.186": "62.26",
    }
    assert {code: str(board.unit(code).total) for code in totals} == totals
    rules = {alias: index.code for index in RULES.indices for alias in index.aliases}
    compared = 0
    for row in read(golden / "gia_lai_2026_units.csv"):
        name = row["indicator"]
        if row["unit_code"] not in totals or name in UNSCORED | {TOTAL, *GROUP}:
            continue
        if name == "PROGRESS" or name in rules:
            cell = next(c for c in board.unit(row["unit_code"]).scores if c.index == rules[name])
            if row["denominator"]:
                assert (cell.numerator, cell.denominator) == (
                    int(row["numerator"]),
                    int(row["denominator"]),
                ), row
                compared += 1
            if name not in COUNTS_ONLY:
                assert cell.points == (Decimal(row["score"]) if row["score"] else None), row
    for row in read(golden / "gia_lai_2026_units.csv"):
        if row["unit_code"] in totals and row["indicator"] in GROUP:
            assert points_of(board.unit(row["unit_code"]), row["indicator"]) == Decimal(row["score"]), row
    assert compared == 6 * 16


def test_ia_tor_2023_criteria_are_not_group_ratios(tmp_path: Path, golden: Path) -> None:
    """plan32 states 59.76 points for xã Ia Tor in 2023; its six criteria, read as group percentages,
    give 18 + 18.05 + 0.02 + 0 + 4.29 + 18 = 58.36. They measure something else, so neither is wrong.
    """
    units = tmp_path / "units.csv"
    units.write_text("unit_code,unit_name,level\nIT,UBND xã Ia Tor,commune\n", encoding="utf-8")
    reported = tmp_path / "reported.csv"
    reported.write_text(
        "unit_code,index,percent\n"
        "IT,transparency,100\nIT,progress,90.24\nIT,online,0.2\n"
        "IT,payment,0.0\nIT,satisfaction,100\nIT,digitization,19.5\n",
        encoding="utf-8",
    )
    records = chiso.load_records([], units=units, reported=[reported])
    score = chiso.score(chiso.load_catalogue(), records, "2023", as_of=date(2023, 12, 31)).unit("IT")
    assert {group.group: str(group.points) for group in score.groups} == {
        "transparency": "18.00",
        "progress": "18.05",
        "online": "0.02",
        "payment": "0.00",
        "digitization": "4.29",
        "satisfaction": "18.00",
    }
    assert score.total == Decimal("58.36") != Decimal("59.76")
