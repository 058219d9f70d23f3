"""The command line."""

# A command in a module of its own is known once the module is imported.
from chiso.cli import late
from chiso.cli.commands import main

__all__ = ["late", "main"]
