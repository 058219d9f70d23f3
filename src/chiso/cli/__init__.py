"""The command line."""

from chiso.cli import robustness
from chiso.cli.commands import main

__all__ = ["main", "robustness"]
