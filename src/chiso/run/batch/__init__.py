"""Unattended runs: the story of ``chiso run``, from the batch file to what stands in its folders."""

from __future__ import annotations

from chiso.run.batch.log import Log
from chiso.run.batch.period_run import Surroundings
from chiso.run.batch.replay import Replayed, replay
from chiso.run.batch.story import BatchRequest, BatchResult, planned, run_batch

__all__ = [
    "BatchRequest",
    "BatchResult",
    "Log",
    "Replayed",
    "Surroundings",
    "planned",
    "replay",
    "run_batch",
]
