"""Statutory forms as data: which cases a form tells of, and what stands in which of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from chiso.catalogue.expression import Expression
from chiso.errors import Problem, Text, UsageError, allowed_words, suggestion
from chiso.terms.columns import TableSpec

FormRows = Literal["unit", "field"]
ColumnKindOfForm = Literal["total", "cell", "detail", "rate"]
# The number of a row and what it is for stand in the first two columns.
FIRST_NUMBER = 3
TOTAL = Text(vi="Tổng số", en="Total")


@dataclass(frozen=True)
class FormCell:
    """A column of a block: the cases of the block that fulfil ``when``, those of no other cell if None.

    ``under`` is a heading that it shares with the cells beside it.
    """

    code: str
    name: Text
    short: Text
    under: Text | None
    when: Expression | None


@dataclass(frozen=True)
class FormBlock:
    """Columns that part the cases which fulfil ``when``, all cases if None; the first column is their sum."""

    code: str
    name: Text
    short: Text
    when: Expression | None
    cells: tuple[FormCell, ...]


@dataclass(frozen=True)
class FormDetail:
    """A column of cases that are counted in the block or cell ``of`` already."""

    code: str
    of: str
    name: Text
    short: Text
    when: Expression


@dataclass(frozen=True)
class FormRate:
    """A column of percent (0..100): the sum of the columns ``numerator`` in the column ``denominator``."""

    code: str
    name: Text
    short: Text
    numerator: tuple[str, ...]
    denominator: str


@dataclass(frozen=True)
class FormRemark:
    """What must be known of the cases that fulfil ``when``; told with their number."""

    when: Expression
    text: Text


@dataclass(frozen=True)
class FormHead:
    """A form: its number and title as printed, and what it has a row for."""

    code: str
    number: str
    title: Text
    rows: FormRows
    row_name: Text


@dataclass(frozen=True)
class FormColumn:
    """A column as it is printed: its number, its headings, and the columns that it is the sum of, if any.

    ``block`` and ``under`` are headings above it, which it shares with the columns beside it.
    """

    code: str
    kind: ColumnKindOfForm
    name: Text
    short: Text
    block: Text | None = None
    under: Text | None = None
    sum_of: tuple[str, ...] = ()
    number: int = FIRST_NUMBER


@dataclass(frozen=True)
class StatutoryForms:
    """The forms of one report, their columns in the order in which they are printed.

    ``status`` is ``issued`` where the document says which case stands in which column, ``inferred`` where it
    does not.
    """

    file: str
    sha256: str
    title: Text
    document: str
    place: str | None
    note: Text | None
    status: str
    counted_in: Text
    table: TableSpec
    population: Expression
    forms: tuple[FormHead, ...]
    blocks: tuple[FormBlock, ...]
    details: tuple[FormDetail, ...]
    rates: tuple[FormRate, ...]
    remarks: tuple[FormRemark, ...]

    def form(self, code: str) -> FormHead:
        """Return the form of a code; raises UsageError where there is none."""
        for form in self.forms:
            if form.code == code.lower():
                return form
        codes = [form.code for form in self.forms]
        raise UsageError(
            Problem(
                Text(vi=f"Không có biểu “{code}”", en=f"There is no form “{code}”"),
                hint=suggestion(code, codes) or allowed_words(codes),
            )
        )

    def columns(self) -> tuple[FormColumn, ...]:
        """Return the columns after those of the number and the name of a row, in the order of print."""
        columns: list[FormColumn] = []
        for block in self.blocks:
            cells = tuple(cell.code for cell in block.cells)
            columns.append(FormColumn(block.code, "total", TOTAL, block.short, block.name, sum_of=cells))
            columns += [
                FormColumn(cell.code, "cell", cell.name, cell.short, block.name, cell.under)
                for cell in block.cells
            ]
        columns += [FormColumn(detail.code, "detail", detail.name, detail.short) for detail in self.details]
        columns += [FormColumn(rate.code, "rate", rate.name, rate.short) for rate in self.rates]
        return tuple(replace(column, number=number) for number, column in enumerate(columns, FIRST_NUMBER))

    def conditions(self) -> Iterator[Expression]:
        """Yield every condition of the columns and remarks, and the population's."""
        yield self.population
        for block in self.blocks:
            given = [block.when, *(cell.when for cell in block.cells)]
            yield from (when for when in given if when is not None)
        yield from (detail.when for detail in self.details)
        yield from (remark.when for remark in self.remarks)
