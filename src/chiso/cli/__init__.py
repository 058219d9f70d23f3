"""The command line."""

from chiso.cli import whatif as whatif  # importing it registers its command
from chiso.cli.commands import main

__all__ = ["main"]
