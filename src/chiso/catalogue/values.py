"""Values of a YAML file by their paths: each asked for as what it should be, every fault kept with its place.

What is faulty comes back as None, so that reading goes on and all faults are told together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from chiso.catalogue.reader import Path, Resolved
from chiso.errors import Problem, Text, allowed_words, suggestion

_Found = TypeVar("_Found")
_PERCENT = re.compile(r"(\d{1,15}(?:\.\d{1,15})?) ?%")


@dataclass(frozen=True)
class Quantity:
    """A value that a plan names: a share (1 for 100 %) where ``is_share``, else a number in its unit."""

    value: Fraction
    is_share: bool


class Values:
    """The values of a resolved YAML document; ``problems`` gathers what is wrong with them."""

    def __init__(self, resolved: Resolved, problems: Sequence[Problem] = ()) -> None:
        self._resolved = resolved
        self.problems = list(problems)

    def fault(self, path: Path, message: Text, hint: Text | None = None, *, at_key: bool = False) -> None:
        """Keep a fault of the value at ``path``, or of its key."""
        where = (*path, "<key>") if at_key else path
        self.problems.append(Problem(message, self._resolved.place(where), hint))

    def keys(self, path: Path, allowed: Collection[str], required: Collection[str] = ()) -> bool:
        """Return whether a mapping stands at ``path``; keep unknown and missing keys as faults."""
        found = self._at(path)
        if not isinstance(found, dict):
            self._not(path, Text(vi="một mục có khóa và giá trị", en="a mapping of keys and values"))
            return False
        for key in found:
            if key not in allowed:
                message = Text(vi=f"Không có khóa “{key}” ở đây", en=f"Unknown key “{key}”")
                hint = suggestion(key, allowed) or allowed_words(allowed)
                self.fault((*path, key), message, hint, at_key=True)
        for key in required:
            if found.get(key) is None:
                self.fault(path, Text(vi=f"Thiếu khóa “{key}”", en=f"Missing key “{key}”"))
        return True

    def has(self, path: Path) -> bool:
        """Return whether something stands at ``path``."""
        return self._at(path) is not None

    def names_in(self, path: Path) -> tuple[str, ...]:
        """Return the keys of a mapping, none where there is no mapping."""
        found = self._at(path)
        return tuple(found) if isinstance(found, dict) else ()

    def items(self, path: Path, *, single: bool = False) -> list[Path]:
        """Return the paths of a list's items; with ``single`` one value may stand for a list of one."""
        found = self._at(path)
        if found is None:
            return []
        if isinstance(found, list):
            return [(*path, position) for position in range(len(found))]
        if single:
            return [path]
        self._not(path, Text(vi="một danh sách ([…] hoặc các dòng “- ”)", en="a list ([…] or lines of “- ”)"))
        return []

    def several(self, path: Path) -> list[Path]:
        """Return the items of a list that must not be empty; a single mapping counts as one."""
        items = self.items(path, single=True)
        if self.has(path) and not items:
            message = Text(
                vi=f"“{path[-1]}” phải là một danh sách không rỗng",
                en=f"“{path[-1]}” must be a list that is not empty",
            )
            self.fault(path, message)
        return items

    def once(self, key: str, given: Sequence[tuple[Path, _Found | None]]) -> None:
        """Keep each value of ``given`` that was there before as a fault; None is no value."""
        seen: set[_Found] = set()
        for path, value in given:
            if value is not None and value in seen:
                message = Text(vi=f"“{key}” {value} có hai lần", en=f"“{key}” {value} stands twice")
                self.fault(path, message)
            if value is not None:
                seen.add(value)

    def text(self, path: Path) -> str | None:
        """Return a text; a number or date without quotes is a fault."""
        found = self._at(path)
        if found is None or (isinstance(found, str) and found.strip()):
            return found
        raw = self._resolved.raw.get(path)
        hint = Text(vi=f'Viết "{raw}"', en=f'Write "{raw}"') if raw else None
        self._not(path, Text(vi="một chuỗi", en="a text"), hint)
        return None

    def names(self, path: Path) -> Text | None:
        """Return a text in both languages."""
        if not self.has(path) or not self.keys(path, ("vi", "en"), ("vi", "en")):
            return None
        vi, en = self.text((*path, "vi")), self.text((*path, "en"))
        return None if vi is None or en is None else Text(vi, en)

    def day(self, path: Path) -> date | None:
        """Return a date."""
        found = self._at(path)
        if found is None or isinstance(found, date):
            return found
        self._not(path, Text(vi="một ngày dạng 2024-03-22", en="a date like 2024-03-22"))
        return None

    def whole(self, path: Path) -> int | None:
        """Return a whole number from 1 on."""
        found = self._at(path)
        if found is None or (isinstance(found, int) and not isinstance(found, bool) and found >= 1):
            return found
        self._not(path, Text(vi="một số nguyên từ 1", en="a whole number from 1 on"))
        return None

    def text_or_flag(self, path: Path) -> str | bool | None:
        """Return a text, or true or false."""
        return self.flag(path) if isinstance(self._at(path), bool) else self.text(path)

    def flag(self, path: Path) -> bool | None:
        """Return true or false."""
        found = self._at(path)
        if found is None or isinstance(found, bool):
            return found
        self._not(path, Text(vi="true hoặc false", en="true or false"))
        return None

    def points(self, path: Path) -> Decimal | None:
        """Return points: a number from 0 on."""
        found = self._at(path)
        if found is None:
            return None
        if isinstance(found, (int, Decimal)) and not isinstance(found, bool) and found >= 0:
            return Decimal(found) + Decimal("0.00")  # shown with two places, as points are
        self._not(path, Text(vi="một số điểm từ 0", en="a number of points from 0 on"))
        return None

    def quantity(self, path: Path) -> Quantity | None:
        """Return a share such as 30% or a number."""
        found: Any = self._at(path)
        if found is None:
            return None
        if isinstance(found, str) and (match := _PERCENT.fullmatch(found)):
            return Quantity(Fraction(match[1]) / 100, is_share=True)
        if isinstance(found, (int, Decimal)) and not isinstance(found, bool) and found >= 0:
            return Quantity(Fraction(found), is_share=False)
        self._not(
            path,
            Text(
                vi="một số không âm, hoặc tỷ lệ như 30%", en="a number from 0 on, or a percentage such as 30%"
            ),
        )
        return None

    def word(self, path: Path, allowed: Collection[str]) -> str | None:
        """Return one of the ``allowed`` words."""
        found = self.text(path)
        if found is None or found in allowed:
            return found
        key = _key(path)
        self.fault(
            path,
            Text(vi=f"“{found}” không dùng được cho “{key}”", en=f"“{found}” is not allowed for “{key}”"),
            suggestion(found, allowed) or allowed_words(allowed),
        )
        return None

    def _at(self, path: Path) -> Any:
        found: Any = self._resolved.data
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def _not(self, path: Path, wanted: Text, hint: Text | None = None) -> None:
        key = _key(path)
        if not key:
            message = Text(vi=f"Tệp phải là {wanted.vi}", en=f"The file must be {wanted.en}")
        else:
            message = Text(vi=f"“{key}” phải là {wanted.vi}", en=f"“{key}” must be {wanted.en}")
        self.fault(path, message, hint)


def _key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")
