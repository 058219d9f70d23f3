"""What a condition may refer to, and how a fault in it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chiso.catalogue.expression import Expression
from chiso.errors import Text
from chiso.terms.columns import TableSpec


@dataclass(frozen=True)
class Fault:
    """What is wrong in a condition; ``word`` is the offending word and ``offset`` where it stands."""

    message: Text
    hint: Text | None = None
    word: str | None = None
    offset: int = 0


class ConditionError(Exception):
    """A condition that the language does not admit."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message.en)


@dataclass(frozen=True)
class Scope:
    """What names mean in a condition: a table, and how its named definitions are found.

    ``definition`` returns the tree of a name, None if there is none of that name, and raises
    ConditionError when the definition itself is at fault or leads back to itself. ``words`` holds what
    definitions are called when conditions are told in words.
    """

    table: TableSpec
    definition: Callable[[str], Expression | None]
    definition_names: tuple[str, ...] = ()
    words: Mapping[str, Text] = field(default_factory=dict)
