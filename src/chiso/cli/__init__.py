"""The command line."""

from chiso.cli import explaining  # the commands of the module, by importing it
from chiso.cli.commands import main

__all__ = ["explaining", "main"]
