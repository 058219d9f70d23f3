"""The synthetic samples: the same on every run, and counting to the published figures.

The recount below reads the written CSV files with nothing but the csv module and applies the rules of
the portal again; it shares no code with the generator.
"""

from __future__ import annotations

import csv
import runpy
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from chiso.errors import CannotWriteError
from chiso.synthetic import write_samples, write_templates
from chiso.terms.columns import TABLES
from chiso.terms.working_days import WorkingDays, load_working_days

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
COMMITTED = SAMPLES / "gia-lai-2026"
GOLDEN = ROOT / "tests" / "golden"
FIGURES: dict[str, Any] = yaml.safe_load(
    (ROOT / "src" / "chiso" / "synthetic" / "gia_lai_2026.yaml").read_text("utf-8")
)
COMMUNES: dict[str, dict[str, Any]] = {entry["code"]: entry for entry in FIGURES["communes"]}

PERIOD_START = date(2026, 1, 1)
PERIOD_END = date(2026, 12, 31)
AS_OF = date(2026, 10, 10)
PROVINCE = "H21"

Record = dict[str, str]
Counts = tuple[int, int]

# The figures' names beside the portal's.
PUBLISHED_AS = {
    "cases_synchronised": "DOSSIER_SYNC",
    "cases_on_time": "PROGRESS",
    "cases_paid_online": "PAYMENT_DOSSIERS",
    "procedures_paid_online": "PAYMENT_FORMALITIES",
    "cases_with_result_link": "ORIGINAL_RESULT_AVAILABLE",
    "cases_with_component_and_result": "SO_HOA_GIAY_TO_GIAI_QUYET",
    "cases_with_digitized_part": "REUSED_DIGITIZED_DATA",
    "cases_from_personal_store": "SYNCED_WITH_DVCQG_PERSONAL_STORAGE",
    "cases_with_population_data": "CITIZEN_DATA_CONNECTED_DOSSIER",
    "procedures_with_population_data": "CITIZEN_DATA_CONNECTED_FORMALITY",
    "petitions_on_time": "PETITION_PROCESSING_ON_TIME",
    "petitions_satisfied": "PETITION_HANDLING_SATISFACTION",
    "cases_satisfied": "DOSSIER_RECEIVING_SATISFACTION",
}


@cache
def working_days() -> WorkingDays:
    return load_working_days()


def read(path: Path) -> list[Record]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> datetime | None:
    """Return the moment of a cell written as DD/MM/YYYY HH:MM:SS; it is local time, as in the files."""
    if not text:
        return None
    return datetime.fromisoformat(f"{text[6:10]}-{text[3:5]}-{text[:2]}T{text[11:]}")


def day(text: str) -> date | None:
    at = moment(text)
    return at.date() if at else None


def certain_day(text: str) -> date:
    found = day(text)
    assert found is not None
    return found


def closed_on(case: Record) -> date | None:
    ends = (case["finished_at"], case["returned_at"], case["stopped_at"], case["refused_at"])
    return next((day(end) for end in ends if end), None)


def share(records: list[Record], fulfilled: Callable[[Record], bool]) -> Counts:
    return sum(fulfilled(record) for record in records), len(records)


class Recount:
    """The counts of one unit, from the files of a folder."""

    def __init__(self, folder: Path, unit_code: str) -> None:
        def of_unit(name: str) -> list[Record]:
            return [row for row in read(folder / name) if row["unit_code"] == unit_code]

        self.procedures = {row["procedure_id"]: row for row in of_unit("procedures.csv")}
        self.services = of_unit("services.csv")
        all_petitions = of_unit("petitions.csv")
        self.petitioned = {row["case_id"] for row in all_petitions if row["case_id"]}
        self.petitions = [row for row in all_petitions if self._petition_belongs(row)]
        self.file = read(folder / f"cases-{unit_code}.csv")
        self.cases = [row for row in self.file if self._case_belongs(row)]
        self.received_in_period = [
            case for case in self.cases if PERIOD_START <= certain_day(case["received_at"]) <= PERIOD_END
        ]
        self.owing = [case for case in self.cases if self._fee_bearing(case) and case["fee"] != "0"]

    def _case_belongs(self, case: Record) -> bool:
        closed = closed_on(case)
        return (
            case["status"] not in ("registered", "not_received")
            and certain_day(case["received_at"] or case["submitted_at"]) <= AS_OF
            and (closed is None or closed >= PERIOD_START)
        )

    def _petition_belongs(self, petition: Record) -> bool:
        answered = day(petition["answered_at"])
        received = certain_day(petition["received_at"])
        return received <= AS_OF and (answered is None or answered >= PERIOD_START)

    def _fee_bearing(self, case: Record) -> bool:
        return self.procedures[case["procedure_id"]]["fee_bearing"] == "true"

    def on_time(self, case: Record) -> bool:
        closed = closed_on(case)
        requested = day(case["supplement_requested_at"])
        due = day(case["due_at"])
        if closed is None and case["status"] == "supplement_requested":
            assert requested is not None and due is not None
            return int(case["supplement_requests"]) <= 1 and requested <= due
        judged = min(closed or AS_OF, AS_OF)
        if due is None:
            procedure = self.procedures[case["procedure_id"]]
            assert procedure["time_limit_unit"] == "working_day"
            received = certain_day(case["received_at"])
            return working_days().between(received, judged) <= int(procedure["time_limit"])
        done = day(case["supplement_done_at"])
        waited = (done - requested).days if done and requested else 0
        return (judged - due).days <= waited

    def _petition_on_time(self, petition: Record) -> bool:
        judged = min(day(petition["answered_at"]) or AS_OF, AS_OF)
        return judged <= certain_day(petition["due_at"])

    def _population_data(self, case: Record) -> bool:
        return (
            case["vneid_verified"] == "true"
            or case["from_personal_store"] == "true"
            or "7" in case["population_db"].split(";")
        )

    def _electronic_result(self, case: Record) -> bool:
        if self.procedures[case["procedure_id"]]["paper_result"] == "false":
            return True
        return bool(case["result_code"] and case["result_link"])

    def _distinct(self, allowed: set[str], cases: list[Record]) -> Counts:
        return len(allowed & {case["procedure_id"] for case in cases}), len(allowed)

    def _procedures_with(self, column: str) -> set[str]:
        return {code for code, procedure in self.procedures.items() if procedure[column] == "true"}

    def counts(self) -> dict[str, Counts]:
        online_services = {
            row["procedure_id"] for row in self.services if row["online_level"] in ("partial", "full")
        }
        fee_bearing = self._procedures_with("fee_bearing")
        integrated = self._procedures_with("payment_integrated")
        online = [case for case in self.cases if case["channel"] == "online"]
        paid = [case for case in self.cases if case["payment"] in ("portal", "gateway")]
        with_population_data = [case for case in self.cases if self._population_data(case)]
        return {
            "cases_synchronised": share(self.received_in_period, lambda case: case["synced"] == "true"),
            "cases_on_time": share(self.cases, self.on_time),
            "services_with_online_cases": self._distinct(online_services, online),
            "cases_online": share(
                self.received_in_period,
                lambda case: case["channel"] == "online" and self._electronic_result(case),
            ),
            "procedures_paid_online": self._distinct(fee_bearing, paid),
            "procedures_payment_integrated": (len(fee_bearing & integrated), len(fee_bearing)),
            "cases_paid_online": share(self.owing, lambda case: case["payment"] in ("portal", "gateway")),
            "cases_with_result_link": share(self.cases, lambda case: bool(case["result_link"])),
            "cases_with_component_and_result": share(
                self.cases, lambda case: bool(case["component_file"] and case["result_link"])
            ),
            "cases_with_digitized_part": share(
                self.cases,
                lambda case: "true" in (case["digitized"], case["component_digitized"]),
            ),
            "cases_from_personal_store": share(
                self.cases, lambda case: case["from_personal_store"] == "true"
            ),
            "cases_with_population_data": (len(with_population_data), len(self.cases)),
            "procedures_with_population_data": self._distinct(
                self._procedures_with("for_citizens"), with_population_data
            ),
            "petitions_on_time": share(self.petitions, self._petition_on_time),
            "petitions_satisfied": share(
                self.petitions,
                lambda petition: (
                    self._petition_on_time(petition)
                    and petition["satisfied"] != "false"
                    and petition["repeated"] != "true"
                ),
            ),
            "cases_satisfied": share(
                self.cases,
                lambda case: (
                    self.on_time(case)
                    and case["rating"] != "dissatisfied"
                    and case["case_id"] not in self.petitioned
                ),
            ),
        }


@pytest.fixture(scope="module")
def another_seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("another-seed")
    write_samples(folder, seed=1)
    return folder


@pytest.fixture(scope="module")
def recounts() -> dict[str, Recount]:
    return {code: Recount(COMMITTED, code) for code in COMMUNES}


def test_the_same_seed_writes_the_same_bytes_and_they_are_the_committed_ones(tmp_path: Path) -> None:
    first = write_samples(tmp_path / "first")
    second = write_samples(tmp_path / "second")
    assert [path.name for path in first] == [path.name for path in second]
    assert {path.name for path in first} == {path.name for path in COMMITTED.glob("*.csv")}
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes() == (COMMITTED / one.name).read_bytes()


def test_another_seed_writes_other_cases(another_seed: Path) -> None:
    for code in COMMUNES:
        name = f"cases-{code}.csv"
        assert (another_seed / name).read_bytes() != (COMMITTED / name).read_bytes()


def test_all_samples_together_stay_below_five_megabytes() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 5_000_000


@pytest.mark.parametrize("code", COMMUNES)
def test_published_figures_are_those_of_the_portal(code: str) -> None:
    portal = {
        row["indicator"]: (int(row["numerator"]), int(row["denominator"]))
        for row in read(GOLDEN / "gia_lai_2026_units.csv")
        if row["unit_code"] == code and row["denominator"]
    }
    published = COMMUNES[code]["published"]
    assert {name: tuple(counts) for name, counts in published.items()} == {
        name: portal[metric] for name, metric in PUBLISHED_AS.items()
    }


@pytest.mark.parametrize("code", COMMUNES)
def test_the_other_figures_give_the_published_group_points(code: str) -> None:
    points = {
        row["indicator"]: Decimal(row["score"])
        for row in read(GOLDEN / "gia_lai_2026_units.csv")
        if row["unit_code"] == code and row["indicator"] in ("ONLINE", "PAYMENT")
    }
    figures: dict[str, Counts] = {
        **COMMUNES[code]["published"],
        **COMMUNES[code]["inferred"],
        **COMMUNES[code]["made_up"],
    }
    payment = sum(
        part_on_doubles(figures[name], maximum, full_at)
        for name, maximum, full_at in (
            ("procedures_paid_online", 2, 80),
            ("procedures_payment_integrated", 2, 80),
            ("cases_paid_online", 6, 100),
        )
    )
    assert payment == points["PAYMENT"]
    used, provided = figures["services_with_online_cases"]
    online, received = figures["cases_online"]
    assert 2 * online >= received  # full points for half of the cases
    assert two_places(6 + Decimal(4 * used) / provided) == points["ONLINE"]


def two_places(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def part_on_doubles(counts: Counts, maximum: int, full_at: int) -> Decimal:
    numerator, denominator = counts
    percent = float(two_places(Decimal(100 * numerator / denominator)))
    return two_places(Decimal(min(float(maximum), maximum * percent / full_at)))


@pytest.mark.parametrize("code", COMMUNES)
def test_recount_gives_every_figure(code: str, recounts: dict[str, Recount], another_seed: Path) -> None:
    entry = COMMUNES[code]
    figures = {
        name: tuple(counts)
        for part in ("published", "inferred", "made_up")
        for name, counts in entry[part].items()
    }
    assert recounts[code].counts() == figures
    assert Recount(another_seed, code).counts() == figures


@pytest.mark.parametrize("code", COMMUNES)
def test_every_case_of_a_file_belongs_to_the_period(code: str, recounts: dict[str, Recount]) -> None:
    recount = recounts[code]
    assert len(recount.cases) == len(recount.file)
    carried_over = [case for case in recount.cases if case not in recount.received_in_period]
    assert all(date(2025, 10, 1) <= certain_day(case["received_at"]) for case in carried_over)
    in_january = [
        case
        for case in carried_over
        if (closed := closed_on(case)) is not None and closed <= date(2026, 1, 31)
    ]
    assert len(in_january) > len(carried_over) / 2


def test_province_figures_from_the_announced_decisions() -> None:
    announced = [row for row in read(COMMITTED / "publications.csv") if row["unit_code"] == PROVINCE]
    own = [row for row in read(COMMITTED / "procedures.csv") if row["unit_code"] == PROVINCE]

    def days_from_signing(row: Record, column: str) -> int:
        return working_days().between(certain_day(row["signed_at"]), certain_day(row[column]))

    assert {row["procedure_id"] for row in announced} == {row["procedure_id"] for row in own}
    assert len(announced) == len(own) == 47
    assert all(PERIOD_START <= certain_day(row["signed_at"]) <= AS_OF for row in announced)
    assert all(certain_day(row["published_at"]) <= AS_OF for row in announced)
    assert sum(days_from_signing(row, "effective_at") >= 5 for row in announced) == 1
    assert sum(days_from_signing(row, "published_at") <= 5 for row in announced) == 43
    assert sum(row["complete"] == "true" for row in own) == 47


def test_petitions_are_classified_as_the_portal_shows() -> None:
    subjects = Counter((row["unit_code"], row["subject"]) for row in read(COMMITTED / "petitions.csv"))
    assert subjects == {
        ("H21.180", "other"): 4,
        ("H21.186", "procedure"): 1,
        ("H21.186", "staff"): 2,
        ("H21.186", "other"): 1,
    }


def test_certified_copies_are_reported_where_the_portal_shows_them() -> None:
    shown = {
        row["unit_code"]
        for row in read(GOLDEN / "gia_lai_2026_units.csv")
        if row["indicator"] == "ELECTRONIC_CERTIFIED_COPY" and row["unit_group"] == "COMMUNE"
    }
    reported = read(COMMITTED / "reported.csv")
    assert {row["unit_code"] for row in reported} == shown
    assert {(row["index"], row["percent"]) for row in reported} == {("ELECTRONIC_CERTIFIED_COPY", "100")}


def test_registry_lists_all_units() -> None:
    assert (COMMITTED / "units.csv").read_bytes() == (GOLDEN / "gia_lai_units.csv").read_bytes()


@pytest.mark.parametrize("code", COMMUNES)
def test_cases_are_free_of_faults(code: str, recounts: dict[str, Recount]) -> None:
    cases = recounts[code].file
    assert len({case["case_id"] for case in cases}) == len(cases)
    for case in cases:
        received = moment(case["received_at"])
        submitted = moment(case["submitted_at"])
        assert received is not None and submitted is not None and submitted <= received
        assert case["case_id"].startswith(f"{code}-{received:%y%m%d}-")
        steps = [
            at
            for name in (
                *("received_at", "supplement_requested_at", "supplement_done_at", "finished_at"),
                *("returned_at", "refused_at", "stopped_at"),
            )
            if (at := moment(case[name])) is not None
        ]
        assert steps == sorted(steps)
        assert steps[-1].date() <= AS_OF
        for at in [submitted, *steps]:
            assert working_days().is_working_day(at.date())
            assert time(7, 30) <= at.time() <= time(11, 30) or time(13, 30) <= at.time() <= time(17, 0)
        closed = case["status"] in ("processed", "returned", "stopped", "withdrawn")
        assert closed == (closed_on(case) is not None)
        assert (case["status"] == "returned") == bool(case["returned_at"])
        if case["result_link"]:
            assert case["status"] in ("processed", "returned")


def test_a_commune_shows_every_way_a_case_can_stand(recounts: dict[str, Recount]) -> None:
    for recount in recounts.values():
        cases = recount.cases
        assert {case["status"] for case in cases} >= {
            *("processing", "supplement_requested", "withdrawn", "stopped", "processed", "returned"),
        }
        assert any(case["refused_at"] for case in cases)
        assert any(not case["due_at"] for case in cases)
        late_by_date = [
            case
            for case in cases
            if (closed := closed_on(case)) and (due := day(case["due_at"])) and closed > due
        ]
        on_time = {id(case) for case in late_by_date if recount.on_time(case)}
        assert 0 < len(on_time) < len(late_by_date)
    everywhere = [case for recount in recounts.values() for case in recount.cases]
    assert {case["channel"] for case in everywhere} == {"direct", "online", "postal"}
    assert {case["payment"] for case in everywhere} == {"none", "portal", "gateway", "requested"}
    assert {case["rating"] for case in everywhere} == {"", "satisfied", "dissatisfied"}


def test_files_use_canonical_columns_and_words() -> None:
    for path in sorted(COMMITTED.glob("*.csv")):
        table = TABLES["cases" if path.name.startswith("cases-") else path.stem]
        content = path.read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf") and b"\r" not in content
        rows = read(path)
        assert set(rows[0]) <= set(table.columns)
        assert set(table.required) <= set(rows[0])
        for name in rows[0]:
            column = table.columns[name]
            words = {row[name] for row in rows} - {""}
            if column.kind == "enum":
                assert words <= set(column.values)
            if column.kind == "boolean":
                assert words <= {"true", "false"}


def test_services_and_cases_point_to_procedures_of_the_unit(recounts: dict[str, Recount]) -> None:
    for recount in recounts.values():
        known = set(recount.procedures)
        assert {row["procedure_id"] for row in recount.services} <= known
        assert {case["procedure_id"] for case in recount.file} <= known


def test_templates_hold_the_canonical_headings_and_nothing_else(tmp_path: Path) -> None:
    written = write_templates(tmp_path / "templates")
    assert [path.stem for path in written] == list(TABLES)
    for path in written:
        assert path.read_bytes().decode() == ",".join(TABLES[path.stem].columns) + "\n"


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(CannotWriteError):
        write_templates(in_the_way)
    with pytest.raises(CannotWriteError):
        write_samples(in_the_way / "folder")


def test_portal_folders_are_what_their_script_writes(tmp_path: Path) -> None:
    script = runpy.run_path(str(SAMPLES / "make_portal_samples.py"))
    written = script["write_portal_samples"](tmp_path)
    folders = ("gia-lai-2026-portal", "phu-tho-2026-portal")
    committed = {path.relative_to(SAMPLES) for folder in folders for path in (SAMPLES / folder).iterdir()}
    assert {path.relative_to(tmp_path) for path in written} == committed
    for path in written:
        assert path.read_bytes() == (SAMPLES / path.relative_to(tmp_path)).read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "gia-lai-2026-portal/gia-lai-2026-indices.csv",
        "gia-lai-2026-portal/gia-lai-2026-totals.csv",
        "phu-tho-2026-portal/phu-tho-2026-units.csv",
        "phu-tho-2026-portal/phu-tho-2026-province.csv",
    ],
)
def test_portal_rows_are_unique_and_of_known_units(name: str) -> None:
    rows = read(SAMPLES / name)
    known = {row["unit_code"] for row in read((SAMPLES / name).with_name("units.csv"))}
    assert {row["unit_code"] for row in rows} <= known
    keys = [(row["unit_code"], row["index"], row["period"], row.get("scope")) for row in rows]
    assert len(set(keys)) == len(keys)
    assert all((row["numerator"] and row["denominator"]) or row["percent"] or row["points"] for row in rows)
