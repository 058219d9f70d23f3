"""The command line."""

from chiso.cli import reconcile as _reconcile
from chiso.cli.commands import main

__all__ = ["main"]

# Importing a module of commands is what registers them.
_ = _reconcile
