"""Which of a commune's procedures cost a fee, take payments, and see any cases at all."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from chiso.synthetic.chance import draw
from chiso.synthetic.figures import CommuneFigures, SampleProcedure, Shape


@dataclass(frozen=True)
class ProceduresInUse:
    """The procedures of one commune by what happens to them; all lists in the order of their codes."""

    all: tuple[SampleProcedure, ...]
    fee_bearing: frozenset[str]
    payment_integrated: frozenset[str]
    paid: tuple[SampleProcedure, ...]
    unpaid: tuple[SampleProcedure, ...]
    free: tuple[SampleProcedure, ...]
    online: frozenset[str]

    @property
    def active(self) -> tuple[SampleProcedure, ...]:
        """The procedures that have cases."""
        return (*self.paid, *self.unpaid, *self.free)


def choose_procedures(
    chance: random.Random, figures: CommuneFigures, procedures: Sequence[SampleProcedure], shape: Shape
) -> ProceduresInUse:
    """Return the parts the procedures play, so that their distinct counts are those of ``figures``."""
    by_demand = sorted(procedures, key=lambda procedure: (-procedure.demand, procedure.procedure_id))
    with_fee = [procedure for procedure in by_demand if procedure.fee is not None]
    fee_bearing = with_fee[: figures.procedures_paid_online.denominator]
    integrated = fee_bearing[: figures.procedures_payment_integrated.numerator]
    fee_codes = _codes(fee_bearing)

    online_count = figures.services_with_online_cases.numerator
    paid_count = figures.procedures_paid_online.numerator
    unpaid_count = 1 + round(paid_count * shape.unpaid_procedures)
    counter_only = round(online_count * shape.counter_only_procedures)
    counter_only_count = max(shape.least_counter_only_procedures, counter_only)
    free_count = online_count + counter_only_count - paid_count - unpaid_count

    paid = draw(chance, [p for p in procedures if p.procedure_id in fee_codes], paid_count, _demand)
    paid_codes = _codes(paid)
    rest = [p for p in procedures if p.procedure_id in fee_codes and p.procedure_id not in paid_codes]
    unpaid = draw(chance, rest, unpaid_count, _demand)
    businesses = sum(not procedure.for_citizens for procedure in (*paid, *unpaid))
    free = [p for p in procedures if p.procedure_id not in fee_codes]
    free_businesses = draw(
        chance,
        [procedure for procedure in free if not procedure.for_citizens],
        max(0, shape.businesses_among_active - businesses),
        _demand,
    )
    free_citizens = draw(
        chance,
        [procedure for procedure in free if procedure.for_citizens],
        free_count - len(free_businesses),
        _demand,
    )
    # Payments come from online cases, so every paid procedure is among the online ones.
    others = [*unpaid, *free_businesses, *free_citizens]
    online = draw(chance, others, online_count - paid_count, _demand)
    return ProceduresInUse(
        all=tuple(procedures),
        fee_bearing=fee_codes,
        payment_integrated=_codes(integrated),
        paid=tuple(paid),
        unpaid=tuple(unpaid),
        free=(*free_businesses, *free_citizens),
        online=_codes([*paid, *online]),
    )


def _demand(procedure: SampleProcedure) -> float:
    return procedure.demand


def _codes(procedures: Sequence[SampleProcedure]) -> frozenset[str]:
    return frozenset(procedure.procedure_id for procedure in procedures)
