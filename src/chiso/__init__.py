"""chiso scores how well Vietnamese public offices serve citizens, by Quyết định 766/QĐ-TTg.

>>> import chiso
>>> catalogue = chiso.load_catalogue()
>>> records = chiso.load_records(["samples/gia-lai-2026"])
>>> board = chiso.score(catalogue, records, "2026", as_of=date(2026, 10, 10))
>>> ranks = chiso.rank(board, level="commune")

Every result is frozen; scoreboards have ``to_pandas()``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from chiso.version import __version__

if TYPE_CHECKING:
    from chiso.api import rank, score
    from chiso.catalogue.load import Catalogue, load_catalogue
    from chiso.errors import ChisoError
    from chiso.records.dataset import Records
    from chiso.records.load import load_records
    from chiso.scoring.rank import Rank
    from chiso.scoring.scoreboard import Score, Scoreboard, UnitScore

__all__ = [
    "Catalogue",
    "ChisoError",
    "Rank",
    "Records",
    "Score",
    "Scoreboard",
    "UnitScore",
    "__version__",
    "load_catalogue",
    "load_records",
    "rank",
    "score",
]

# Where each public name lives; loaded when first asked for, so that importing chiso costs nothing.
_HOMES = {
    "Catalogue": "chiso.catalogue.load",
    "ChisoError": "chiso.errors",
    "Rank": "chiso.scoring.rank",
    "Records": "chiso.records.dataset",
    "Score": "chiso.scoring.scoreboard",
    "Scoreboard": "chiso.scoring.scoreboard",
    "UnitScore": "chiso.scoring.scoreboard",
    "load_catalogue": "chiso.catalogue.load",
    "load_records": "chiso.records.load",
    "rank": "chiso.api",
    "score": "chiso.api",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'chiso' has no attribute {name!r}")
