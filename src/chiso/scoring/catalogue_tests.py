"""Running the tests that a catalogue carries: each one's records under a unit of their own."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chiso.catalogue.checks_of_tests import DEFAULT_TEST_PERIOD
from chiso.catalogue.formula import IndexRule, RuleSet
from chiso.catalogue.load import Catalogue
from chiso.catalogue.model import Test
from chiso.records.load import load_records
from chiso.scoring.counts import Cell, Counts, evaluate
from chiso.scoring.engine import count, presence
from chiso.scoring.measure import IndexMeasures, measures_of, wanted_counts
from chiso.terms.columns import COUNTED_TABLES, TABLES
from chiso.terms.period import Judgement, judge, parse_fixed_period
from chiso.terms.working_days import WorkingDays

_SEPARATE = ("case_id", "petition_id")
_Value = str | int | bool | date | None


@dataclass(frozen=True)
class TestResult:
    """One test of one index in one edition: what was expected and what came out."""

    __test__ = False

    edition: str
    index: str
    name: str
    expected: tuple[int | None, int | None]
    counted: tuple[int | None, int | None]

    @property
    def passed(self) -> bool:
        """Whether numerator and denominator came out as expected."""
        return self.expected == self.counted


@dataclass(frozen=True)
class _Case:
    index: IndexRule
    test: Test
    unit_code: str


def run_catalogue_tests(catalogue: Catalogue, working_days: WorkingDays) -> tuple[TestResult, ...]:
    """Return the result of every test in every edition of the catalogue."""
    results: list[TestResult] = []
    for edition in catalogue.editions:
        rules = catalogue.rules(date.max, edition.id)
        cases = [
            _Case(index, test, f"T{number:03}") for number, (index, test) in enumerate(_tests(rules), start=1)
        ]
        for judgement, same_days in _by_judgement(rules, cases):
            results.extend(_run(rules, judgement, same_days, working_days))
    return tuple(results)


def _tests(rules: RuleSet) -> Iterator[tuple[IndexRule, Test]]:
    for index in rules.indices:
        for test in index.tests:
            yield index, test


def _by_judgement(rules: RuleSet, cases: Iterable[_Case]) -> Iterator[tuple[Judgement, list[_Case]]]:
    groups: dict[Judgement, list[_Case]] = {}
    for case in cases:
        label = case.test.period or rules.test_period or DEFAULT_TEST_PERIOD
        period = parse_fixed_period(label)
        groups.setdefault(judge(period, case.test.as_of or period.last_day), []).append(case)
    yield from groups.items()


def _run(
    rules: RuleSet, judgement: Judgement, cases: list[_Case], working_days: WorkingDays
) -> Iterator[TestResult]:
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), rules, cases)
        records = load_records([folder])
        measures = measures_of(rules, presence(records))
        counts = count(records, rules, wanted_counts(rules, measures), judgement, working_days)
        records.connection.close()
    for case in cases:
        expect = case.test.expect
        counted = _counted(case, measures[case.index.code], counts)
        expected = (expect.numerator, expect.denominator)
        yield TestResult(rules.edition, case.index.code, case.test.name, expected, counted)


def _counted(case: _Case, measures: object, counts: Counts) -> tuple[int | None, int | None]:
    assert isinstance(measures, IndexMeasures)  # every table was written with every column
    cell, subtree = Cell(case.unit_code), case.index.rollup == "subtree"
    return (
        evaluate(measures.numerator, counts, cell, subtree=subtree),
        evaluate(measures.denominator, counts, cell, subtree=subtree),
    )


def _write(folder: Path, rules: RuleSet, cases: Iterable[_Case]) -> None:
    cases = list(cases)
    units = [(case.unit_code, case.test.name, case.test.level or "province") for case in cases]
    _write_csv(folder / "units.csv", ["unit_code", "unit_name", "level"], units)
    for table in COUNTED_TABLES:
        columns = list(TABLES[table].columns)
        defaults = rules.test_defaults.get(table, {})
        rows = [
            [_text(row.get(column)) for column in columns]
            for case in cases
            for row in _rows(case, table, defaults)
        ]
        _write_csv(folder / f"{table}.csv", columns, rows)


def _rows(case: _Case, table: str, defaults: Mapping[str, _Value]) -> Iterator[dict[str, _Value]]:
    """Yield the test's rows of a table, completed by defaults, with codes no other test has."""
    columns = TABLES[table].columns
    for number, given in enumerate(case.test.given.get(table, []), start=1):
        row: dict[str, _Value] = {**defaults, **given}
        if "unit_code" in columns:
            row["unit_code"] = case.unit_code
        for name in TABLES[table].key:
            if name in _SEPARATE:
                row.setdefault(name, str(number))
        for name in _SEPARATE:
            if name in row:
                row[name] = f"{case.unit_code}-{row[name]}"
        yield row


def _text(value: _Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_csv(path: Path, columns: list[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
