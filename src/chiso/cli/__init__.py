"""The command line."""

from chiso.cli.commands import main

__all__ = ["main"]
