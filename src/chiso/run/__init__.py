"""One function per command, each in the module of its story."""

from __future__ import annotations

from chiso.run.catalogues import show_catalogue, test_catalogue, write_sample
from chiso.run.checking import Checked, check, draft_mapping
from chiso.run.reading import Gates, PeriodRequest, Prepared, ReadRequest, check_gates
from chiso.run.reconcile import ReconcileRequest, reconcile_with_portal
from chiso.run.scoring import ScoreRequest, chosen_units, provenance, rank, score

__all__ = [
    "Checked",
    "Gates",
    "PeriodRequest",
    "Prepared",
    "ReadRequest",
    "ReconcileRequest",
    "ScoreRequest",
    "check",
    "check_gates",
    "chosen_units",
    "draft_mapping",
    "provenance",
    "rank",
    "reconcile_with_portal",
    "score",
    "show_catalogue",
    "test_catalogue",
    "write_sample",
]
