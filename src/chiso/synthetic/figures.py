"""The figures a sample is built from, read from the package's own data files."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from io import StringIO
from typing import Any, Literal

import yaml

_PACKAGE = "chiso.synthetic"

AnswerKind = Literal["in_time", "late", "open_in_time", "open_late"]


@dataclass(frozen=True)
class Ratio:
    """Two counts, the second of which the first belongs to."""

    numerator: int
    denominator: int

    @property
    def remainder(self) -> int:
        """What the denominator has and the numerator lacks."""
        return self.denominator - self.numerator


@dataclass(frozen=True)
class PetitionFigure:
    """One petition as it has to turn out; ``satisfied`` is None where the citizen did not say."""

    answer: AnswerKind
    satisfied: bool | None
    repeated: bool
    subject: str
    about_a_case: bool


@dataclass(frozen=True)
class CommuneFigures:
    """What the written records of one commune must count to."""

    code: str
    officers: int
    cases_synchronised: Ratio
    cases_on_time: Ratio
    services_with_online_cases: Ratio
    cases_online: Ratio
    procedures_paid_online: Ratio
    procedures_payment_integrated: Ratio
    cases_paid_online: Ratio
    cases_with_result_link: Ratio
    cases_with_component_and_result: Ratio
    cases_with_digitized_part: Ratio
    cases_from_personal_store: Ratio
    cases_with_population_data: Ratio
    procedures_with_population_data: Ratio
    petitions_on_time: Ratio
    petitions_satisfied: Ratio
    cases_satisfied: Ratio
    petitions: tuple[PetitionFigure, ...]

    @property
    def cases(self) -> int:
        """Cases received or handled in the period."""
        return self.cases_on_time.denominator

    @property
    def cases_received_in_period(self) -> int:
        """Cases received in the period; the others are carried over from the year before."""
        return self.cases_synchronised.denominator


@dataclass(frozen=True)
class Decision:
    """A decision that announces ``procedures`` procedures."""

    decision: str
    signed: date
    effective: date
    published: date
    procedures: int


@dataclass(frozen=True)
class ReportedFigure:
    """A percent that no record shows, the same for each of ``units``."""

    index: str
    percent: int
    units: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """Habits of an office: shares, weights and spans in working days (see the data file)."""

    carried_over_from: date
    receipts_by_month: Mapping[int, int]
    earliness: float
    mean_delay: int
    mean_delay_open: int
    longest_wait: int
    waiting_since_at_most: int
    longest_return: int
    carried_over_finish_within: int
    least_limit_for_supplement: int
    least_limit_carried_over: int
    no_due_date: int
    outcomes_in_time: Mapping[str, float]
    outcomes_late: Mapping[str, float]
    supplement_in_time: float
    asked_twice: float
    not_yet_returned: float
    fee_exempt: float
    no_fee_left_empty: float
    fee_unknown: float
    payment_requested: float
    paid_online_first: float
    paid_through_gateway: float
    unpaid_procedures: float
    counter_only_procedures: float
    least_counter_only_procedures: int
    businesses_among_active: int
    online_without_counting: float
    online_carried_over: float
    postal: float
    component_without_result: float
    link_without_code: float
    code_without_link: float
    digitized_with_file: float
    component_digitized: float
    population_data_online_first: float
    vneid_among_population_data: float
    population_database: str
    population_database_share: float
    other_databases: tuple[str, ...]
    other_databases_share: float
    rated: float
    dissatisfied_when_late: float
    own_officer: float
    submitted_day_before: float
    petition_working_days: int


@dataclass(frozen=True)
class Figures:
    """Everything a sample is built from."""

    province: str
    first_day: date
    as_of: date
    communes: tuple[CommuneFigures, ...]
    decisions: tuple[Decision, ...]
    reported: ReportedFigure
    shape: Shape


@dataclass(frozen=True)
class SampleProcedure:
    """A made-up procedure; ``fee`` (VND) is None where none can be due, ``demand`` weighs its cases."""

    procedure_id: str
    procedure_name: str
    field_id: str
    field_name: str
    level: str
    online_level: str
    time_limit: int
    fee: int | None
    fee_multiples: int
    paper_result: bool
    for_citizens: bool
    demand: float


def load_figures() -> Figures:
    """Return the figures of Gia Lai, year 2026."""
    raw: dict[str, Any] = yaml.safe_load(_package_text("gia_lai_2026.yaml"))
    reported = raw["reported"]
    shape = raw["shape"]
    return Figures(
        province=raw["province"],
        first_day=raw["first_day"],
        as_of=raw["as_of"],
        communes=tuple(_commune(entry) for entry in raw["communes"]),
        decisions=tuple(Decision(**entry) for entry in raw["decisions"]),
        reported=ReportedFigure(reported["index"], reported["percent"], tuple(reported["units"])),
        shape=Shape(**{**shape, "other_databases": tuple(shape["other_databases"])}),
    )


def load_procedures(level: str) -> tuple[SampleProcedure, ...]:
    """Return the procedures of ``level`` (commune or province), in the order of their codes."""
    rows = csv.DictReader(StringIO(_package_text("procedure_list.csv")))
    return tuple(_procedure(row) for row in rows if row["level"] == level)


def load_registry() -> list[list[str]]:
    """Return the registry of Gia Lai's units as rows, the header first."""
    return list(csv.reader(StringIO(_package_text("gia_lai_units.csv"))))


def _package_text(name: str) -> str:
    return files(_PACKAGE).joinpath(name).read_text("utf-8")


def _commune(entry: dict[str, Any]) -> CommuneFigures:
    ratios = {
        name: Ratio(*pair)
        for part in ("published", "inferred", "made_up")
        for name, pair in entry[part].items()
    }
    petitions = tuple(PetitionFigure(**petition) for petition in entry["petitions"])
    return CommuneFigures(code=entry["code"], officers=entry["officers"], petitions=petitions, **ratios)


def _procedure(row: dict[str, str]) -> SampleProcedure:
    return SampleProcedure(
        procedure_id=row["procedure_id"],
        procedure_name=row["procedure_name"],
        field_id=row["field_id"],
        field_name=row["field_name"],
        level=row["level"],
        online_level=row["online_level"],
        time_limit=int(row["time_limit"]),
        fee=int(row["fee"]) if row["fee"] else None,
        fee_multiples=int(row["fee_multiples"]),
        paper_result=row["paper_result"] == "true",
        for_citizens=row["for_citizens"] == "true",
        demand=float(row["demand"]),
    )
