"""The shipped catalogue is understood once for all tests here."""

from __future__ import annotations

import functools
from datetime import date
from typing import Any

import pytest
from tests.reconcile.town import shipped

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import Catalogue
from chiso.run import preparing, reconcile

_rules = Catalogue.rules


@functools.cache
def _understood(day: date, edition: str | None, readings: tuple[str, ...]) -> RuleSet:
    known = {reading.id: reading for reading in _rules(shipped(), day, edition).readings}
    return _rules(shipped(), day, edition, [known[name] for name in readings])


@pytest.fixture
def understood_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def rules(self: Catalogue, day: date, edition: str | None = None, readings: Any = ()) -> RuleSet:
        assert self is shipped()
        return _understood(day, edition, tuple(reading.id for reading in readings))

    monkeypatch.setattr(Catalogue, "rules", rules)
    for module in (preparing, reconcile):
        monkeypatch.setattr(module, "load_catalogue", lambda file, **_: shipped())
