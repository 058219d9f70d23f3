"""The command line."""

from chiso.cli import planning as planning
from chiso.cli.commands import main

__all__ = ["main"]
