"""The command line."""

from chiso.cli import (
    batch,
    campaign,
    catalogues,
    compare,
    explaining,
    history,
    importing,
    late,
    planning,
    reconcile,
    reports,
    robustness,
    whatif,
)
from chiso.cli.commands import main

# The commands of each module are there once it is imported.
__all__ = [
    "batch",
    "campaign",
    "catalogues",
    "compare",
    "explaining",
    "history",
    "importing",
    "late",
    "main",
    "planning",
    "reconcile",
    "reports",
    "robustness",
    "whatif",
]
