"""One function per command, each in the module of its story."""

from __future__ import annotations

from chiso.run.catalogues import show_catalogue, test_catalogue, write_sample
from chiso.run.checking import Checked, check, draft_mapping
from chiso.run.planning import Planned, PlanRequest, plan
from chiso.run.reading import Gates, PeriodRequest, Prepared, ReadRequest, check_gates
from chiso.run.scoring import ScoreRequest, chosen_units, provenance, rank, score

__all__ = [
    "Checked",
    "Gates",
    "PeriodRequest",
    "PlanRequest",
    "Planned",
    "Prepared",
    "ReadRequest",
    "ScoreRequest",
    "check",
    "check_gates",
    "chosen_units",
    "draft_mapping",
    "plan",
    "provenance",
    "rank",
    "score",
    "show_catalogue",
    "test_catalogue",
    "write_sample",
]
