"""The steps of a run as they are told to whoever measures it; to nobody by default."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Steps:
    """What was told: seconds by step, pieces opened by table and of how many, statements by table."""

    seconds: dict[str, float] = field(default_factory=dict)
    opened: dict[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)
    statements: list[tuple[str, str]] = field(default_factory=list)


_TOLD: ContextVar[Steps | None] = ContextVar("steps", default=None)


@contextmanager
def measured() -> Iterator[Steps]:
    """Yield what is told while the block lasts."""
    steps = Steps()
    token = _TOLD.set(steps)
    try:
        yield steps
    finally:
        _TOLD.reset(token)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Tell how long the block takes; a step taken several times is one."""
    steps = _TOLD.get()
    if steps is None:
        yield
        return
    begun = time.perf_counter()
    try:
        yield
    finally:
        steps.seconds[name] = steps.seconds.get(name, 0.0) + time.perf_counter() - begun


def tell_opened(table: str, opened: tuple[str, ...], pieces: int) -> None:
    """Tell which pieces of a store's table are opened, of how many."""
    steps = _TOLD.get()
    if steps is not None:
        steps.opened[table] = (opened, pieces)


def tell_statement(table: str, sql: str) -> None:
    """Tell the statement that counts a table."""
    steps = _TOLD.get()
    if steps is not None:
        steps.statements.append((table, sql))
