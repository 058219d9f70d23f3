"""The marks on a commune's cases: each figure is met by choosing exactly that many cases."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from chiso.synthetic.chance import draw, happens, without
from chiso.synthetic.course import Outcome
from chiso.synthetic.figures import CommuneFigures, Shape
from chiso.synthetic.filing import SampleCase
from chiso.synthetic.office_days import OfficeDays
from chiso.synthetic.procedures_in_use import ProceduresInUse


def link_results(
    chance: random.Random, cases: Sequence[SampleCase], figures: CommuneFigures, shape: Shape
) -> None:
    """Give as many finished cases a result link as the figures say, those with a paper result first."""
    finished = [case for case in cases if case.finished]
    wanted = figures.cases_with_result_link.numerator
    on_paper = [case for case in finished if case.procedure.paper_result]
    linked = draw(chance, on_paper, min(wanted, len(on_paper)))
    linked += draw(chance, without(finished, linked), wanted - len(linked))
    for case in linked:
        case.result_link = True
        case.result_code = not happens(chance, shape.link_without_code)
    for case in without(finished, linked):
        case.result_code = happens(chance, shape.code_without_link)


def digitize(
    chance: random.Random, cases: Sequence[SampleCase], figures: CommuneFigures, shape: Shape
) -> None:
    """Give component files, and mark cases with digitised parts."""
    linked = [case for case in cases if case.result_link]
    for case in draw(chance, linked, figures.cases_with_component_and_result.numerator):
        case.component_file = True
    for case in without(cases, linked):
        case.component_file = happens(chance, shape.component_without_result)

    def likelihood(case: SampleCase) -> float:
        return shape.digitized_with_file if case.component_file else 1

    for case in draw(chance, cases, figures.cases_with_digitized_part.numerator, likelihood):
        # Only a file can be digitised part by part; a case synchronised as a whole has its own mark.
        case.component_digitized = case.component_file and happens(chance, shape.component_digitized)
        case.digitized = not case.component_digitized or happens(chance, shape.component_digitized)


def choose_channels(
    chance: random.Random,
    cases: Sequence[SampleCase],
    figures: CommuneFigures,
    procedures: ProceduresInUse,
    shape: Shape,
) -> None:
    """Mark the online cases: so many that count, and others that lack the electronic result."""
    online_capable = [case for case in cases if case.procedure.procedure_id in procedures.online]
    countable = [case for case in online_capable if not case.carried_over and _has_electronic_result(case)]
    # Every online procedure shows at least one online case, one that counts if it has any.
    seeds = _one_per_procedure(chance, countable)
    sown = {case.procedure.procedure_id for case in seeds}
    others = [case for case in online_capable if case.procedure.procedure_id not in sown]
    counted = seeds + draw(chance, without(countable, seeds), figures.cases_online.numerator - len(seeds))
    seeds_elsewhere = _one_per_procedure(chance, others)
    for case in [*counted, *seeds_elsewhere]:
        case.channel = "online"
    for case in without(without(online_capable, countable), seeds_elsewhere):
        share = shape.online_carried_over if case.carried_over else shape.online_without_counting
        if happens(chance, share):
            case.channel = "online"
    for case in cases:
        if case.channel != "online" and happens(chance, shape.postal):
            case.channel = "postal"


def date_submissions(
    chance: random.Random, cases: Sequence[SampleCase], days: OfficeDays, shape: Shape
) -> None:
    """Date the submissions: online ones up to a working day before receipt, in the same year."""
    for case in cases:
        received_at = case.course.received_at
        number = days.first_from(received_at.date())
        earlier = number - 1
        same_year = earlier >= 0 and days.days[earlier].year == received_at.year
        if case.channel == "online" and same_year and happens(chance, shape.submitted_day_before):
            number = earlier
        case.submitted_at = (
            received_at if case.channel == "direct" else days.before(chance, number, received_at)
        )


def settle_payments(
    chance: random.Random,
    cases: Sequence[SampleCase],
    figures: CommuneFigures,
    procedures: ProceduresInUse,
    shape: Shape,
) -> None:
    """Set fees and payments: so many cases paid online, on so many procedures."""
    for case in cases:
        case.fee = _fee(chance, case, procedures, shape)
    payable = {procedure.procedure_id for procedure in procedures.paid}
    owing = [case for case in cases if case.obligation and case.procedure.procedure_id in payable]
    online_first = sorted(owing, key=lambda case: case.channel != "online")
    seeds = _first_per_procedure(online_first)

    def likelihood(case: SampleCase) -> float:
        return shape.paid_online_first if case.channel == "online" else 1

    rest = figures.cases_paid_online.numerator - len(seeds)
    paid = seeds + draw(chance, without(owing, seeds), rest, likelihood)
    for case in paid:
        case.payment = "gateway" if happens(chance, shape.paid_through_gateway) else "portal"
    for case in without([case for case in cases if case.obligation], paid):
        if happens(chance, shape.payment_requested):
            case.payment = "requested"
            if case.outcome is Outcome.OPEN_IN_TIME:
                case.course = replace(case.course, status="payment_requested")


def connect_population_data(
    chance: random.Random,
    cases: Sequence[SampleCase],
    figures: CommuneFigures,
    procedures: ProceduresInUse,
    shape: Shape,
) -> None:
    """Mark the cases that draw on population data, on so many procedures for citizens."""
    filed = Counter(case.procedure.procedure_id for case in cases)
    citizens = [procedure for procedure in procedures.active if procedure.for_citizens]
    citizens.sort(key=lambda procedure: (-filed[procedure.procedure_id], procedure.procedure_id))
    connected = {
        procedure.procedure_id for procedure in citizens[: figures.procedures_with_population_data.numerator]
    }
    for_citizens = [case for case in cases if case.procedure.procedure_id in connected]
    seeds = _one_per_procedure(chance, for_citizens)
    businesses = [case for case in cases if not case.procedure.for_citizens]

    def likelihood(case: SampleCase) -> float:
        return shape.population_data_online_first if case.channel == "online" else 1

    rest = figures.cases_with_population_data.numerator - len(seeds)
    with_data = seeds + draw(chance, [*without(for_citizens, seeds), *businesses], rest, likelihood)
    for case in draw(chance, with_data, figures.cases_from_personal_store.numerator):
        case.from_personal_store = True
    for case in with_data:
        case.vneid_verified = happens(chance, shape.vneid_among_population_data)
        otherwise_unknown = not (case.vneid_verified or case.from_personal_store)
        codes = [shape.population_database]
        if not otherwise_unknown and not happens(chance, shape.population_database_share):
            codes = []
        if happens(chance, shape.other_databases_share):
            codes.append(chance.choice(shape.other_databases))
        case.population_db = ";".join(codes)
    for case in without(cases, with_data):
        if happens(chance, shape.other_databases_share):
            case.population_db = chance.choice(shape.other_databases)


def rate(chance: random.Random, cases: Sequence[SampleCase], figures: CommuneFigures, shape: Shape) -> None:
    """Fill in the citizens' ratings, knowing which cases were petitioned about."""
    in_time = [case for case in cases if not case.late]
    petitioned = sum(case.petitioned for case in in_time)
    unhappy = figures.cases_satisfied.remainder - figures.cases_on_time.remainder - petitioned
    closed = [case for case in cases if case.course.closed_at is not None and not case.petitioned]
    dissatisfied = draw(chance, [case for case in closed if not case.late], unhappy)
    for case in dissatisfied:
        case.rating = "dissatisfied"
    for case in without(closed, dissatisfied):
        if happens(chance, shape.rated):
            unhappy_late = case.late and happens(chance, shape.dissatisfied_when_late)
            case.rating = "dissatisfied" if unhappy_late else "satisfied"


def _has_electronic_result(case: SampleCase) -> bool:
    return not case.procedure.paper_result or (case.result_code and case.result_link)


def _fee(chance: random.Random, case: SampleCase, procedures: ProceduresInUse, shape: Shape) -> int | None:
    if case.obligation and case.procedure.fee is not None:
        if happens(chance, shape.fee_unknown):
            return None
        return case.procedure.fee * chance.randint(1, case.procedure.fee_multiples)
    exempt = case.procedure.procedure_id in procedures.fee_bearing
    # An exemption is known: an empty cell would leave the obligation standing.
    return None if not exempt and happens(chance, shape.no_fee_left_empty) else 0


def _one_per_procedure(chance: random.Random, cases: Sequence[SampleCase]) -> list[SampleCase]:
    return _first_per_procedure(chance.sample(cases, len(cases)))


def _first_per_procedure(cases: Sequence[SampleCase]) -> list[SampleCase]:
    first: dict[str, SampleCase] = {}
    for case in cases:
        first.setdefault(case.procedure.procedure_id, case)
    return list(first.values())
