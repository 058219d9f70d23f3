"""Sheets of a workbook that take formulas as they stand."""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import Worksheet


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet that takes formulas as they stand.

    None of ours has a function that must be spelt otherwise in the file, and looking for them in every
    formula takes longer than all the rest.
    """

    def _prepare_formula(self, formula: str, *_: object, **__: object) -> str:
        return formula.removeprefix("=")


def add_sheet(workbook: Any, name: str) -> Any:
    """Add an empty sheet to a workbook and return it."""
    return workbook.add_worksheet(name, _Sheet)
