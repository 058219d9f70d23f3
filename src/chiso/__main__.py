"""``python -m chiso``."""

from chiso.cli import main

main()
