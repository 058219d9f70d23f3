"""A statutory form: what was received, handled and still open, by unit or by field.

What stands in which column is the file of forms' to say; here rows are counted and sums are proven.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from chiso.arithmetic import percent, ratio
from chiso.catalogue.expression import Call, Column, Expression, IsNull, Literal_, Not, and_
from chiso.catalogue.formula import Count, RuleSet
from chiso.catalogue.statutory_forms import FormHead, StatutoryForms
from chiso.errors import CatalogueError, Place, Problem, Text
from chiso.records.dataset import QuarantinedRow
from chiso.scoring.available import Missing, available, columns_of, missing_together
from chiso.scoring.compile import Wanted
from chiso.scoring.counts import Cell, Counts, Fates
from chiso.scoring.engine import Engine, LostRowsError
from chiso.scoring.late_records import require_table
from chiso.scoring.score import require_rows
from chiso.scoring.scoreboard import Provenance
from chiso.scoring.statutory_rows import FormRow, by_unit, total_of
from chiso.terms.columns import SPLITS
from chiso.terms.period import Judgement
from chiso.terms.text import alphabetical
from chiso.terms.unit import Unit, UnitTree

_PERCENT_PLACES = 2


@dataclass(frozen=True)
class MissingColumns:
    """Columns of the form that the records do not tell, and what they lack for it."""

    codes: tuple[str, ...]
    lacks: Missing


@dataclass(frozen=True)
class StatutoryForm:
    """A form filled in, and what it was made from.

    ``rows`` end with the total. ``reporting`` is the lowest unit that all rows are of or below, None where
    there is none; ``remarks`` pair what must be known of some cases with how many there are, none with 0.
    """

    forms: StatutoryForms
    head: FormHead
    rules: RuleSet
    judgement: Judgement
    reporting: Unit | None
    receiving: Unit | None
    rows: tuple[FormRow, ...]
    rates: tuple[Mapping[str, Decimal | None], ...]
    remarks: tuple[tuple[Text, int], ...]
    missing: tuple[MissingColumns, ...]
    fates: tuple[Fates, ...]
    quarantine: tuple[QuarantinedRow, ...]
    notes: tuple[Problem, ...]
    provenance: Provenance

    @property
    def total(self) -> FormRow:
        """The last row."""
        return self.rows[-1]


def columns_asked(rules: RuleSet, forms: StatutoryForms, head: FormHead) -> dict[str, set[str]]:
    """Return, by table, every column that a form needs."""
    needed: dict[str, set[str]] = {forms.table.name: set()}
    for tree in forms.conditions():
        for table, columns in columns_of(tree, forms.table).items():
            needed.setdefault(table, set()).update(columns)
    if head.rows == "field":
        # Every table that has a field is split by it.
        for name in rules.tables:
            needed.setdefault(name, set()).update(column for column in SPLITS["field"] if column is not None)
    return needed


def statutory_form(
    engine: Engine,
    forms: StatutoryForms,
    head: FormHead,
    provenance: Provenance,
    units: Sequence[Unit],
) -> StatutoryForm:
    """Return a form over the own records of ``units``.

    Raises RecordsError where there is no such table, CannotScoreError where not a single record belongs to
    the period, CatalogueError where the columns of the forms do not hold every record exactly once.
    """
    name = forms.table.name
    rules = engine.rules
    entry = replace(rules.tables[name], population=forms.population)
    engine = engine.under(replace(rules, tables={**rules.tables, name: entry}))
    require_table(engine, forms.table)
    counting = _Counting(engine, forms)
    if head.rows == "unit":
        counted = counting.count()
        of_units = counted.by_unit(units)
        rows = by_unit(engine.records.units, units, lambda unit: of_units.get(unit.code, counted.none))
    else:
        counted, rows = _by_field(counting, units)
    fates = counted.counts.fates
    of_table = next(each for each in fates if each.table == name)
    require_rows((of_table,), engine.records.quarantine)
    _require_all(counted, list(engine.records.units), of_table)
    rows.append(total_of(rows, counted.none))
    # The total first: what is wrong with it tells more than a single unit does.
    for row in reversed(rows):
        _prove(row.counts, forms)
    reporting = lowest_over(engine.records.units, units)
    above = None if reporting is None else next(engine.records.units.ancestors(reporting.code), None)
    return StatutoryForm(
        forms=forms,
        head=head,
        rules=rules,
        judgement=engine.judgement,
        reporting=reporting,
        receiving=above,
        rows=tuple(rows),
        rates=tuple(_rates(row.counts, forms) for row in rows),
        remarks=counted.told(units),
        missing=counting.missing,
        fates=fates,
        quarantine=engine.records.quarantine,
        notes=engine.records.notes,
        provenance=provenance,
    )


# All records of the form, beside its columns.
POPULATION = ""


class _Counting:
    """The columns of the forms as counts, as far as the records tell them."""

    def __init__(self, engine: Engine, forms: StatutoryForms) -> None:
        self.engine = engine
        self.forms = forms
        self._remarks: list[tuple[Text, Expression]] = []
        self._conditions: dict[str, Expression | None] = {POPULATION: None}
        lacking: dict[Missing, list[str]] = {}
        for code, condition in self._columns():
            if isinstance(condition, Missing):
                lacking.setdefault(condition, []).append(code)
            else:
                self._conditions[code] = condition
        self.missing = tuple(MissingColumns(tuple(codes), lacks) for lacks, codes in lacking.items())
        for remark in forms.remarks:
            when = self._there(remark.when)
            # What the records do not tell is told of the columns already.
            if not isinstance(when, Missing):
                self._remarks.append((remark.text, when))

    def _there(self, tree: Expression) -> Expression | Missing:
        return available(tree, self.forms.table, self.engine.present)

    def _columns(self) -> Iterator[tuple[str, Expression | Missing | None]]:
        """Yield the condition of every column, None where it holds all records, or what it lacks."""
        own: dict[str, Expression | Missing | None] = {}
        for block in self.forms.blocks:
            of_block = None if block.when is None else self._there(block.when)
            own[block.code] = of_block
            given = {cell.code: self._there(cell.when) for cell in block.cells if cell.when is not None}
            for cell in block.cells:
                parts = [of_block, given[cell.code]] if cell.code in given else [of_block, *given.values()]
                lacking = [part for part in parts if isinstance(part, Missing)]
                if lacking:
                    own[cell.code] = missing_together(*lacking)
                elif cell.code in given:
                    own[cell.code] = and_(*_trees(parts))
                else:
                    rest = [Not(_holds(part)) for part in _trees(list(given.values()))]
                    own[cell.code] = and_(*_trees([of_block]), *rest)
        for detail in self.forms.details:
            parts = [own[detail.of], self._there(detail.when)]
            lacking = [part for part in parts if isinstance(part, Missing)]
            own[detail.code] = missing_together(*lacking) if lacking else and_(*_trees(parts))
        yield from own.items()

    def count(self, split: tuple[str, str | None] | None = None, where: Expression | None = None) -> _Counted:
        """Return the counts of all columns and remarks, of records that fulfil ``where``, in one scan."""
        columns = {code: self._wanted(condition, where) for code, condition in self._conditions.items()}
        remarks = tuple((text, self._wanted(condition, where)) for text, condition in self._remarks)
        wanted = dict.fromkeys([*columns.values(), *(each for _, each in remarks)])
        codes = [column.code for column in self.forms.columns() if column.kind != "rate"]
        counts = self.engine.count(tuple(wanted), split)
        return _Counted(counts, dict.fromkeys((POPULATION, *codes)) | columns, remarks)

    def _wanted(self, condition: Expression | None, where: Expression | None) -> Wanted:
        return Wanted(Count(self.forms.table.name, "rows", None, and_(where, condition)), subtree=False)


@dataclass(frozen=True)
class _Counted:
    """What was counted in one scan, by unit and key; a column that the records do not tell wants nothing."""

    counts: Counts
    columns: Mapping[str, Wanted | None]
    remarks: tuple[tuple[Text, Wanted], ...]

    @property
    def none(self) -> dict[str, int | None]:
        """What stands in each column where there is no record: 0, and None where the records lack it."""
        return {code: None if wanted is None else 0 for code, wanted in self.columns.items()}

    def by_unit(self, units: Sequence[Unit]) -> dict[str, dict[str, int | None]]:
        """Return what stands in each column by unit, for those that have any record."""
        return self._values(self._sums(units, lambda cell: cell.unit_code))

    def by_key(self, units: Sequence[Unit]) -> dict[str, dict[str, int | None]]:
        """Return what stands in each column by key, for those that the units have any record of."""
        return self._values(self._sums(units, lambda cell: cell.key or ""))

    def told(self, units: Sequence[Unit]) -> tuple[tuple[Text, int], ...]:
        """Return the remarks that concern any record of the units, each with its number of records."""
        sums = self._sums(units, lambda _: "").get("", {})
        numbers = [(text, sums.get(wanted, 0)) for text, wanted in self.remarks]
        return tuple((text, records) for text, records in numbers if records)

    def _sums(self, units: Sequence[Unit], by: Callable[[Cell], str]) -> dict[str, dict[Wanted, int]]:
        """Return the sums of all counts in one pass: there may be a cell for every unit and key."""
        codes = {unit.code for unit in units}
        sums: dict[str, dict[Wanted, int]] = {}
        for cell, values in self.counts.values.items():
            if cell.unit_code not in codes:
                continue
            own = sums.setdefault(by(cell), {})
            for wanted, value in values.items():
                if value:
                    own[wanted] = own.get(wanted, 0) + value
        return sums

    def _values(self, sums: Mapping[str, Mapping[Wanted, int]]) -> dict[str, dict[str, int | None]]:
        found = {
            group: {
                code: None if wanted is None else own.get(wanted, 0) for code, wanted in self.columns.items()
            }
            for group, own in sums.items()
        }
        return {group: values for group, values in found.items() if values[POPULATION]}


def _trees(parts: Sequence[Expression | Missing | None]) -> list[Expression]:
    return [part for part in parts if part is not None and not isinstance(part, Missing)]


def _holds(tree: Expression) -> Expression:
    """Return a condition that is false where ``tree`` is undetermined."""
    return Call("coalesce", (tree, Literal_(False, "boolean")), "boolean")


def _by_field(counting: _Counting, units: Sequence[Unit]) -> tuple[_Counted, list[FormRow]]:
    """Return what was counted first, and a row for each field in the order of names.

    A record without a code of its field goes by the field's name; those with neither share the last row.
    """
    code, name = SPLITS["field"]
    present = counting.engine.present[counting.forms.table.name]
    rows: list[FormRow] = []
    if code in present:
        first = counting.count((code, name))
        found = first.by_key(units)
        left, without_code = found.pop("", first.none), IsNull(Column(code, "text"))
        names = first.counts.key_names
        rows += [FormRow("field", None, key, names.get(key), values) for key, values in found.items()]
    else:
        first = counting.count()
        left, without_code = first.by_key(units).get("", first.none), None
    if left[POPULATION] and name is not None and name in present:
        found = counting.count((name, None), without_code).by_key(units)
        left = found.pop("", first.none)
        rows += [FormRow("field", None, None, key, values) for key, values in found.items()]
    rows.sort(key=lambda row: (alphabetical(row.field_name or row.field_id or ""), row.field_id or ""))
    if left[POPULATION]:
        rows.append(FormRow("field", None, None, None, left))
    return first, rows


def lowest_over(units: UnitTree, chosen: Sequence[Unit]) -> Unit | None:
    """Return the lowest unit that all of ``chosen`` are, or are below; None where there is none."""
    shared: list[Unit] | None = None
    for unit in chosen:
        above = [unit, *units.ancestors(unit.code)]
        shared = above if shared is None else [each for each in shared if each in above]
    return shared[0] if shared else None


def _rates(counts: Mapping[str, int | None], forms: StatutoryForms) -> dict[str, Decimal | None]:
    """Return every rate in percent, two places; None where a column is not known or nothing is divided by."""
    found: dict[str, Decimal | None] = {}
    for rate in forms.rates:
        parts = [counts[code] for code in rate.numerator]
        known = [part for part in parts if part is not None]
        whole = counts[rate.denominator]
        share = ratio(sum(known), whole) if whole is not None and len(known) == len(parts) else None
        found[rate.code] = None if share is None else percent(share, _PERCENT_PLACES)
    return found


def _require_all(counted: _Counted, units: Sequence[Unit], fates: Fates) -> None:
    """Raise LostRowsError unless every record of the population is counted in some unit."""
    found = sum(values[POPULATION] or 0 for values in counted.by_unit(units).values())
    if found != fates.in_population:
        raise LostRowsError(f"{fates.table}: {fates.in_population} rows in the form, {found} counted")


def _prove(counts: Mapping[str, int | None], forms: StatutoryForms) -> None:
    """Raise CatalogueError unless the columns hold every record of a row exactly once."""
    everything = counts[POPULATION]
    sums: list[tuple[str, int | None, list[int | None]]] = [
        (block.code, counts[block.code], [counts[cell.code] for cell in block.cells])
        for block in forms.blocks
    ]
    parting = [block.code for block in forms.blocks if block.when is not None]
    sums += [(block.code, everything, [counts[block.code]]) for block in forms.blocks if block.when is None]
    if parting:
        sums.append((" + ".join(parting), everything, [counts[code] for code in parting]))
    for name, whole, parts in sums:
        known = [part for part in parts if part is not None]
        if whole is None or len(known) < len(parts) or sum(known) == whole:
            continue
        raise CatalogueError(
            Problem(
                Text(
                    vi=f"Các cột của “{name}” cộng lại {sum(known)} bản ghi, phải là {whole}",
                    en=f"The columns of “{name}” add up to {sum(known)} records where there are {whole}",
                ),
                Place(forms.file),
                Text(
                    vi="Sửa các điều kiện “when” để mỗi bản ghi đứng ở đúng một cột",
                    en="Put the conditions “when” right, so that each record stands in one column exactly",
                ),
            )
        )
