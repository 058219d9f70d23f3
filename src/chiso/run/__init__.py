"""One function per command, each in the module of its story."""

from __future__ import annotations

from chiso.run.campaign import CampaignRequest, CampaignResult, campaign
from chiso.run.catalogues import (
    check_assignments,
    require_owners,
    show_catalogue,
    test_catalogue,
    write_sample,
)
from chiso.run.checking import Checked, check, draft_mapping
from chiso.run.compare import CompareRequest, OperandRequest, compare
from chiso.run.comparing import Comparison, Reference, diff_catalogues, diff_editions, reference
from chiso.run.explaining import ExplainRequest, explain
from chiso.run.history import history_board, history_runs, keep, prove_history
from chiso.run.importing import ImportRequest, import_into
from chiso.run.late_lists import LateRequest, late
from chiso.run.periods import ScoredPeriods, Unscored, score_periods
from chiso.run.planning import Planned, PlanRequest, plan
from chiso.run.preparing import Gates, PeriodRequest, Prepared, ReadRequest, check_gates, provenance
from chiso.run.reconcile import ReconcileRequest, reconcile_with_portal
from chiso.run.report import Part, ReportRequest, report
from chiso.run.robustness import RobustnessRequest, robustness
from chiso.run.scoring import ScoreRequest, chosen_units, rank, score
from chiso.run.statutory import StatutoryRequest, statutory
from chiso.run.whatif import WhatifRequest, whatif

__all__ = [
    "CampaignRequest",
    "CampaignResult",
    "Checked",
    "CompareRequest",
    "Comparison",
    "ExplainRequest",
    "Gates",
    "ImportRequest",
    "LateRequest",
    "OperandRequest",
    "Part",
    "PeriodRequest",
    "PlanRequest",
    "Planned",
    "Prepared",
    "ReadRequest",
    "ReconcileRequest",
    "Reference",
    "ReportRequest",
    "RobustnessRequest",
    "ScoreRequest",
    "ScoredPeriods",
    "StatutoryRequest",
    "Unscored",
    "WhatifRequest",
    "campaign",
    "check",
    "check_assignments",
    "check_gates",
    "chosen_units",
    "compare",
    "diff_catalogues",
    "diff_editions",
    "draft_mapping",
    "explain",
    "history_board",
    "history_runs",
    "import_into",
    "keep",
    "late",
    "plan",
    "prove_history",
    "provenance",
    "rank",
    "reconcile_with_portal",
    "reference",
    "report",
    "require_owners",
    "robustness",
    "score",
    "score_periods",
    "show_catalogue",
    "statutory",
    "test_catalogue",
    "whatif",
    "write_sample",
]
