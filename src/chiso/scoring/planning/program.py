"""Integer programs, solved exactly by HiGHS: whole numbers only, one thread, no gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_WITHOUT_BOUND = 1e30
# Objectives are whole numbers, so what is less than one from the best is the best.
_GAP = 0.5
# Switches multiply counts; a looser tolerance could let a count slip past its level.
_TOLERANCE = 1e-9


class SolverError(Exception):
    """The solver gave no answer: a fault of chiso itself."""


@dataclass
class Program:
    """Whole-numbered variables from 0 to an upper bound, and rows between two bounds."""

    uppers: list[int] = field(default_factory=list)
    rows: list[tuple[dict[int, int], int | None, int | None]] = field(default_factory=list)

    def copy(self) -> Program:
        """Return a program that may be added to without changing this one."""
        return Program(list(self.uppers), list(self.rows))

    def variable(self, upper: int) -> int:
        """Add a variable; return its number."""
        self.uppers.append(upper)
        return len(self.uppers) - 1

    def row(
        self, coefficients: Mapping[int, int], *, least: int | None = None, most: int | None = None
    ) -> None:
        """Add the row least ≤ Σ coefficients · variables ≤ most."""
        self.rows.append((dict(coefficients), least, most))

    def minimise(self, costs: Mapping[int, int]) -> list[int] | None:
        """Return values of all variables with the least Σ costs · variables, None if there are none.

        The same program always has the same answer. Raises SolverError when the solver gives up.
        """
        import highspy

        # The library's stubs ask for arrays where it takes lists, and leave its constructor untyped.
        highs: Any = highspy
        solver = highs.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", _GAP),
            ("mip_feasibility_tolerance", _TOLERANCE),
            ("primal_feasibility_tolerance", _TOLERANCE),
        ):
            solver.setOptionValue(option, value)
        count = len(self.uppers)
        solver.addVars(count, [0.0] * count, [float(upper) for upper in self.uppers])
        numbers = list(range(count))
        solver.changeColsCost(count, numbers, [float(costs.get(n, 0)) for n in numbers])
        solver.changeColsIntegrality(count, numbers, [highs.HighsVarType.kInteger] * count)
        for coefficients, least, most in self.rows:
            solver.addRow(
                -_WITHOUT_BOUND if least is None else float(least),
                _WITHOUT_BOUND if most is None else float(most),
                len(coefficients),
                list(coefficients),
                [float(value) for value in coefficients.values()],
            )
        solver.run()
        status = solver.getModelStatus()
        if status == highs.HighsModelStatus.kInfeasible:
            return None
        if status not in (highs.HighsModelStatus.kOptimal, highs.HighsModelStatus.kModelEmpty):
            raise SolverError(solver.modelStatusToString(status))
        return [round(value) for value in solver.getSolution().col_value]
