"""Sample records as rows of the canonical tables: text in every cell, empty where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from chiso.synthetic.figures import CommuneFigures, Decision, Figures, SampleProcedure
from chiso.synthetic.filing import SampleCase
from chiso.synthetic.petitions import SamplePetition
from chiso.synthetic.procedures_in_use import ProceduresInUse

Row = list[str]

# The columns written, in order; names from chiso.terms.columns. What no index needs is left out.
CASE_COLUMNS = (
    *("case_id", "procedure_id", "procedure_name", "field_id", "field_name", "unit_code", "officer_code"),
    *("channel", "submitted_at", "received_at", "due_at", "finished_at", "returned_at", "refused_at"),
    *("stopped_at", "status", "supplement_requests", "supplement_requested_at", "supplement_done_at"),
    *("component_file", "digitized", "component_digitized", "from_personal_store", "result_code"),
    *("result_link", "vneid_verified", "population_db", "fee", "payment", "rating", "synced"),
)
PROCEDURE_COLUMNS = (
    *("unit_code", "procedure_id", "procedure_name", "field_id", "online_level", "fee_bearing"),
    *("payment_integrated", "paper_result", "for_citizens", "complete", "time_limit", "time_limit_unit"),
)
PUBLICATION_COLUMNS = ("unit_code", "decision", "procedure_id", "signed_at", "effective_at", "published_at")
SERVICE_COLUMNS = ("unit_code", "service_id", "procedure_id", "online_level")
PETITION_COLUMNS = (
    *("petition_id", "unit_code", "received_at", "due_at", "answered_at", "status", "satisfied"),
    *("repeated", "case_id", "subject"),
)
REPORTED_COLUMNS = ("unit_code", "index", "numerator", "denominator", "percent", "points")


def case_rows(unit_code: str, cases: Sequence[SampleCase]) -> list[Row]:
    """Return one row per case."""
    return [_case_row(unit_code, case) for case in cases]


def commune_procedure_rows(figures: CommuneFigures, procedures: ProceduresInUse) -> list[Row]:
    """Return the commune's procedures."""
    citizens = sum(procedure.for_citizens for procedure in procedures.all)
    if citizens != figures.procedures_with_population_data.denominator:
        raise ValueError(f"{citizens} procedures for citizens do not fit the figures of {figures.code}")
    return [
        _procedure_row(
            figures.code,
            procedure,
            fee_bearing=procedure.procedure_id in procedures.fee_bearing,
            payment_integrated=procedure.procedure_id in procedures.payment_integrated,
        )
        for procedure in procedures.all
    ]


def province_procedure_rows(province: str, procedures: Sequence[SampleProcedure]) -> list[Row]:
    """Return the province's own procedures; none of them costs a fee."""
    return [
        _procedure_row(province, procedure, fee_bearing=False, payment_integrated=False)
        for procedure in procedures
    ]


def service_rows(figures: CommuneFigures, procedures: Sequence[SampleProcedure]) -> list[Row]:
    """Return the commune's online services, one for each procedure provided online."""
    provided = [procedure for procedure in procedures if procedure.online_level != "none"]
    if len(provided) != figures.services_with_online_cases.denominator:
        raise ValueError(f"{len(provided)} online services do not fit the figures of {figures.code}")
    number = _short_code(figures.code)
    return [
        [figures.code, f"DV-{number}-{place:03}", procedure.procedure_id, procedure.online_level]
        for place, procedure in enumerate(provided, start=1)
    ]


def publication_rows(
    province: str, decisions: Sequence[Decision], procedures: Sequence[SampleProcedure]
) -> list[Row]:
    """Return one row per announced procedure; the decisions share out the procedures in their order."""
    announced = iter(procedures)
    return [
        [
            province,
            decision.decision,
            next(announced).procedure_id,
            _day(decision.signed),
            _day(decision.effective),
            _day(decision.published),
        ]
        for decision in decisions
        for _ in range(decision.procedures)
    ]


def petition_rows(unit_code: str, petitions: Sequence[SamplePetition]) -> list[Row]:
    """Return one row per petition."""
    return [
        [
            f"PA-{unit_code}-{number:04}",
            unit_code,
            _moment(petition.received_at),
            _moment(petition.due_at),
            _moment(petition.answered_at),
            "processing" if petition.answered_at is None else "answered",
            "" if petition.figure.satisfied is None else _flag(petition.figure.satisfied),
            _flag(petition.figure.repeated),
            "" if petition.case is None else _case_id(unit_code, petition.case),
            petition.figure.subject,
        ]
        for number, petition in enumerate(petitions, start=1)
    ]


def reported_rows(figures: Figures) -> list[Row]:
    """Return the figures that no record shows."""
    reported = figures.reported
    return [[unit_code, reported.index, "", "", str(reported.percent), ""] for unit_code in reported.units]


def _case_row(unit_code: str, case: SampleCase) -> Row:
    course = case.course
    document = f"{course.received_at:%y%m%d}-{case.serial:04}"
    return [
        _case_id(unit_code, case),
        case.procedure.procedure_id,
        case.procedure.procedure_name,
        case.procedure.field_id,
        case.procedure.field_name,
        unit_code,
        f"CB-{_short_code(unit_code)}-{case.officer:02}",
        case.channel,
        _moment(case.submitted_at),
        _moment(course.received_at),
        _moment(course.due_at),
        _moment(course.finished_at),
        _moment(course.returned_at),
        _moment(course.refused_at),
        _moment(course.stopped_at),
        course.status,
        str(course.supplement_requests),
        _moment(course.supplement_requested_at),
        _moment(course.supplement_done_at),
        f"tp/{document}.pdf" if case.component_file else "",
        _flag(case.digitized),
        _flag(case.component_digitized),
        _flag(case.from_personal_store),
        f"KQ-{document}" if case.result_code else "",
        f"kq/{document}.pdf" if case.result_link else "",
        _flag(case.vneid_verified),
        case.population_db,
        "" if case.fee is None else str(case.fee),
        case.payment,
        case.rating,
        _flag(True),
    ]


def _procedure_row(
    unit_code: str, procedure: SampleProcedure, fee_bearing: bool, payment_integrated: bool
) -> Row:
    return [
        unit_code,
        procedure.procedure_id,
        procedure.procedure_name,
        procedure.field_id,
        procedure.online_level,
        _flag(fee_bearing),
        _flag(payment_integrated),
        _flag(procedure.paper_result),
        _flag(procedure.for_citizens),
        _flag(True),
        str(procedure.time_limit),
        "working_day",
    ]


def _case_id(unit_code: str, case: SampleCase) -> str:
    return f"{unit_code}-{case.course.received_at:%y%m%d}-{case.serial:04}"


def _short_code(unit_code: str) -> str:
    return unit_code.rpartition(".")[2]


def _moment(value: datetime | None) -> str:
    return "" if value is None else f"{value:%d/%m/%Y %H:%M:%S}"


def _day(value: date) -> str:
    # No hour is known of a decision; midnight keeps the one form of all timestamps.
    return f"{value:%d/%m/%Y} 00:00:00"


def _flag(value: bool) -> str:
    return "true" if value else "false"
