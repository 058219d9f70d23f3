"""The command line."""

from chiso.cli import catalogues, compare, explaining, late, planning, reconcile, robustness, whatif
from chiso.cli.commands import main

# The commands of each module are there once it is imported.
__all__ = [
    "catalogues",
    "compare",
    "explaining",
    "late",
    "main",
    "planning",
    "reconcile",
    "robustness",
    "whatif",
]
