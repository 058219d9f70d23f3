"""From the text of a catalogue to its meaning: conditions parsed, measures bound to their tables."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from functools import partial

from chiso.catalogue.condition import parse_condition, parse_value
from chiso.catalogue.deadline import read_deadline
from chiso.catalogue.expression import Call, Column, Definition, Exists, Expression, Lookup, and_, walk
from chiso.catalogue.formula import (
    Combination,
    CombinationKind,
    Constant,
    Count,
    ExclusionRule,
    GroupRule,
    IndexRule,
    Measure,
    RepairRule,
    RuleSet,
    TableRules,
)
from chiso.catalogue.index_rules import baseline_rule, fallback_rule, points_rule
from chiso.catalogue.model import CatalogueText, ComponentIndex, Edition, Group, RecordRules, Repair
from chiso.catalogue.model import Measure as MeasureText
from chiso.catalogue.reader import Document, Path, Resolved
from chiso.catalogue.repairs import OTHER_WORK, OTHER_WORK_HINT, same_work, set_values
from chiso.catalogue.scope import ConditionError, Fault, Scope
from chiso.errors import CatalogueError, Problem, Text, allowed_words, suggestion
from chiso.terms.columns import COUNTED_TABLES, TABLES, TableSpec

_COMBINATIONS: tuple[CombinationKind, ...] = ("add", "subtract", "multiply", "largest")


class Meaning:
    """Reads the conditions of one day's catalogue, collecting every fault on the way."""

    def __init__(self, text: CatalogueText, resolved: Resolved, document: Document) -> None:
        self._text = text
        self._resolved = resolved
        self._document = document
        self._definitions: dict[tuple[str, str], Expression | None] = {}
        self._open: list[tuple[str, str]] = []
        self._repairs: dict[str, RepairRule] = {}
        self.problems: list[Problem] = []

    def rules(self, edition: Edition, day: object) -> RuleSet:
        """Return the whole meaning; raises CatalogueError with every fault."""
        tables = self.tables()
        groups = tuple(
            self._group(group, ("groups", position)) for position, group in enumerate(self._text.groups)
        )
        if self.problems:
            raise CatalogueError(self.problems)
        text = self._text
        return RuleSet(
            catalogue=text.catalogue,
            title=text.title,
            edition=edition.id,
            edition_title=edition.title,
            effective_on=day,  # type: ignore[arg-type]
            not_applicable_keeps_maximum=edition.not_applicable == "keeps_maximum",
            total=text.total,
            bands=tuple(sorted(text.bands, key=lambda band: -band.from_)),
            tables=tables,
            groups=groups,
            test_defaults=text.test_defaults,
            test_period=text.test_period,
            readings=tuple(text.readings),
        )

    def tables(self) -> Mapping[str, TableRules]:
        """Return the population of every records table, its definitions checked."""
        tables = {}
        for name, entry in self._text.records.items():
            path: Path = ("records", name)
            spec = self._table(name, (*path, "<key>"))
            if spec is None:
                continue
            definitions = []
            scope = self._scope(spec)
            for definition in entry.definitions:
                # One at fault is told by itself, whether or not anything uses it.
                with suppress(ConditionError):
                    body = self._definition(spec, definition)
                    assert body is not None  # the table has it
                    definitions.append(Definition(definition, body, scope.words.get(definition)))
            self._check_words(entry, path)
            population = self._condition(entry.population, spec, (*path, "population"))
            exclusions = [
                (self._condition(item.when, spec, (*path, "excluded", position, "when")), item.reason)
                for position, item in enumerate(entry.excluded)
            ]
            looked_up = None
            if entry.looked_up is not None:
                looked_up = self._condition(entry.looked_up, spec, (*path, "looked_up"))
                self._own_columns_only(looked_up, (*path, "looked_up"))
            deadline = None
            if entry.deadline is not None:
                parse = partial(self._value, spec=spec)
                deadline = read_deadline(entry.deadline, (*path, "deadline"), parse, self._fault)
            if population is not None:
                tables[name] = TableRules(
                    population,
                    tuple(ExclusionRule(when, reason) for when, reason in exclusions if when is not None),
                    looked_up,
                    deadline,
                    tuple(definitions),
                )
        return tables

    def _check_words(self, entry: RecordRules, path: Path) -> None:
        for name in entry.words:
            if name not in entry.definitions:
                self._fault(
                    Text(vi=f"Không có định nghĩa “{name}”", en=f"There is no definition “{name}”"),
                    (*path, "words", name, "<key>"),
                    suggestion(name, entry.definitions) or allowed_words(entry.definitions),
                )

    def _own_columns_only(self, condition: Expression | None, path: Path) -> None:
        # A look-up that looks up would be two hops, and might lead in a circle.
        parts = walk(condition) if condition is not None else ()
        if any(isinstance(part, Lookup | Exists) or _uses_calendar(part) for part in parts):
            self._fault(
                Text(
                    vi="“looked_up” chỉ dùng cột của chính bảng, không dùng workdays",
                    en="“looked_up” uses the table's own columns only, and no workdays",
                ),
                path,
            )

    def _group(self, group: Group, path: Path) -> GroupRule:
        indices = tuple(
            self._index(index, group, (*path, "indices", position))
            for position, index in enumerate(group.indices)
        )
        return GroupRule(group.code, group.name, group.short, group.points, group.rounding, indices)

    def _index(self, index: ComponentIndex, group: Group, path: Path) -> IndexRule:
        denominator = self._measure(index.denominator, None, (*path, "denominator"))
        inside = denominator if isinstance(denominator, Count) else None
        numerator = self._measure(index.numerator, inside, (*path, "numerator"))
        repairs = [
            self._repair(repair, inside, (*path, "repairs", position))
            for position, repair in enumerate(index.repairs)
        ]
        return IndexRule(
            code=index.code,
            group=group.code,
            name=index.name,
            aliases=tuple(index.aliases),
            numerator=numerator,
            denominator=denominator,
            value_unit=index.value_unit,
            points=index.points if index.points is not None else Decimal("0.00"),
            rule=points_rule(index),
            on_zero=index.on_zero,
            rollup=index.rollup,
            measured_at=() if index.measured_at == "unit" else tuple(index.measured_at),
            applies_to=tuple(index.applies_to),
            status=index.status,
            source=index.source,
            remedy=index.remedy,
            repairs=tuple(repair for repair in repairs if repair is not None),
            tests=tuple(index.tests),
            task=index.task,
            fallback=fallback_rule(index),
            baseline=baseline_rule(index),
            per_year=index.per_year,
            due=index.due,
        )

    def _measure(self, text: MeasureText | None, inside: Count | None, path: Path) -> Measure | None:
        if text is None:
            return None
        self._one_way(text, path)
        for kind in _COMBINATIONS:
            parts: list[MeasureText] | None = getattr(text, kind)
            if parts is not None:
                return self._combination(kind, parts, inside, path)
        if text.constant is not None:
            return Constant(text.constant)
        return self._count(text, inside, path)

    def _one_way(self, text: MeasureText, path: Path) -> None:
        """Tell where a measure says two things at once, of which one would be passed over unsaid."""
        ways = [name for name in (*_COMBINATIONS, "constant") if getattr(text, name) is not None]
        counted = [
            name for name in ("records", "count", "sum", "min", "max") if getattr(text, name) is not None
        ]
        given = [*ways, *(counted[:1] if ways else [])]
        if len(given) > 1:
            listed = ", ".join(given)
            self._fault(Text(vi=f"Chỉ dùng một trong: {listed}", en=f"Only one of these: {listed}"), path)

    def _combination(
        self, kind: CombinationKind, parts: list[MeasureText], inside: Count | None, path: Path
    ) -> Combination | None:
        measures = [
            self._measure(part, inside, (*path, kind, position)) for position, part in enumerate(parts)
        ]
        if len(parts) < 2:
            self._fault(
                Text(vi=f"“{kind}” cần ít nhất hai phần", en=f"“{kind}” needs at least two parts"),
                (*path, kind),
            )
        return Combination(kind, tuple(measure for measure in measures if measure is not None))

    def _count(self, text: MeasureText, inside: Count | None, path: Path) -> Count | None:
        within = inside if text.within is not None else None
        counted_inside = inside is not None and text.records is None
        name = inside.table if inside is not None and text.records is None else text.records
        if name is None:
            self._fault(
                Text(
                    vi="Thiếu “records”: đếm trên bảng nào?",
                    en="Missing “records”: counted over which table?",
                ),
                path,
            )
            return None
        spec = self._table(name, (*path, "records"))
        if spec is None:
            return None
        if name not in self._text.records:
            # Without it nothing says which rows belong to a period, and every count would be 0.
            self._fault(
                Text(
                    vi=f"Mục “records” không nói dòng nào của bảng {name} thuộc kỳ",
                    en=f"“records” does not say which rows of table {name} belong to a period",
                ),
                path,
                Text(vi=f"Thêm records: {name}: population: …", en=f"Add records: {name}: population: …"),
            )
        where = None if text.where is None else self._condition(text.where, spec, (*path, "where"))
        if counted_inside and inside is not None:
            where = and_(inside.where, where)
        kinds = [kind for kind in ("count", "sum", "min", "max") if getattr(text, kind) is not None]
        if len(kinds) > 1:
            self._fault(
                Text(
                    vi=f"Chỉ dùng một trong: {', '.join(kinds)}", en=f"Only one of these: {', '.join(kinds)}"
                ),
                path,
            )
            return None
        if text.count is not None or not kinds:
            return self._rows_or_distinct(text, spec, where, inside if counted_inside else None, within, path)
        kind = kinds[0]
        value = self._value(getattr(text, kind), (*path, kind), spec)
        if value is not None and value.type != "integer":
            self._fault(
                Text(vi=f"“{kind}” cần một số nguyên", en=f"“{kind}” needs an integer value"), (*path, kind)
            )
        return Count(name, kind, value, where)  # type: ignore[arg-type]

    def _rows_or_distinct(
        self,
        text: MeasureText,
        spec: TableSpec,
        where: Expression | None,
        inside: Count | None,
        within: Count | None,
        path: Path,
    ) -> Count | None:
        if text.count is None:
            kind, of = (inside.kind, inside.of) if inside is not None else ("rows", None)
            if kind in ("sum", "min", "max"):
                kind, of = "rows", None
            if within is not None:
                self._fault(
                    Text(
                        vi="“within” chỉ dùng với count: distinct …",
                        en="“within” goes with count: distinct … only",
                    ),
                    (*path, "within"),
                )
            return Count(spec.name, kind, of, where)
        words = text.count.split()
        if len(words) != 2 or words[0] != "distinct":
            self._fault(
                Text(vi="“count” có dạng: distinct cột", en="“count” has the form: distinct column"),
                (*path, "count"),
            )
            return None
        column = self._value(words[1], (*path, "count"), spec)
        if column is None:
            return None
        if not (isinstance(column, Column) and column.type == "text"):
            self._fault(
                Text(
                    vi="Chỉ đếm khác nhau được trên một cột mã",
                    en="Distinct counting works on a column of codes only",
                ),
                (*path, "count"),
            )
            return None
        if within is not None and not (
            within.kind == "distinct" and isinstance(within.of, Column) and within.of.name == column.name
        ):
            self._fault(
                Text(
                    vi="“within: denominator” cần mẫu số đếm khác nhau trên cùng cột",
                    en="“within: denominator” needs a denominator that counts the same column distinct",
                ),
                (*path, "within"),
            )
        return Count(spec.name, "distinct", column, where, within)

    def _repair(self, repair: Repair, inside: Count | None, path: Path) -> RepairRule | None:
        name = repair.records or (inside.table if inside else None)
        if name is None:
            self._fault(Text(vi="Thiếu “records”", en="Missing “records”"), path)
            return None
        spec = self._table(name, (*path, "records"))
        if spec is None:
            return None
        when = self._condition(repair.when, spec, (*path, "when"))
        sets = set_values(spec, repair.sets)
        for column, message, hint in sets.faults:
            self._fault(message, (*path, "sets", column, "<key>"), hint)
        if when is None or sets.faults:
            return None
        rule = RepairRule(repair.kind, name, when, sets.values, repair.effort, repair.name)
        if not same_work(rule, self._repairs.setdefault(rule.kind, rule)):
            self._fault(OTHER_WORK, (*path, "kind"), OTHER_WORK_HINT)
        return rule

    def _table(self, name: str, path: Path) -> TableSpec | None:
        if name in COUNTED_TABLES:
            return TABLES[name]
        self._fault(
            Text(vi=f"Không có bảng “{name}”", en=f"No records table “{name}”"),
            path,
            suggestion(name, COUNTED_TABLES) or allowed_words(COUNTED_TABLES),
        )
        return None

    def _condition(self, text: str, spec: TableSpec, path: Path) -> Expression | None:
        try:
            return parse_condition(text, self._scope(spec))
        except ConditionError as error:
            self._condition_fault(error.fault, text, path)
            return None

    def _value(self, text: str, path: Path, spec: TableSpec) -> Expression | None:
        try:
            return parse_value(text, self._scope(spec))
        except ConditionError as error:
            self._condition_fault(error.fault, text, path)
            return None

    def _scope(self, spec: TableSpec) -> Scope:
        entry = self._text.records.get(spec.name)
        if entry is None:
            return Scope(spec, lambda _: None)
        words = {name: Text(called.vi, called.en) for name, called in entry.words.items()}
        return Scope(spec, lambda name: self._definition(spec, name), tuple(entry.definitions), words)

    def _definition(self, spec: TableSpec, name: str) -> Expression | None:
        """Return the tree of a named definition, None if the table has none of that name."""
        entry = self._text.records.get(spec.name)
        if entry is None or name not in entry.definitions:
            return None
        key = (spec.name, name)
        if key in self._open:
            circle = " → ".join([other for _, other in self._open[self._open.index(key) :]] + [name])
            raise ConditionError(
                Fault(
                    Text(vi=f"Định nghĩa vòng tròn: {circle}", en=f"Definitions in a circle: {circle}"),
                    word=name,
                )
            )
        if key not in self._definitions:
            self._open.append(key)
            try:
                self._definitions[key] = parse_value(entry.definitions[name], self._scope(spec))
            except ConditionError as error:
                self._definitions[key] = None
                path: Path = ("records", spec.name, "definitions", name)
                self._condition_fault(error.fault, entry.definitions[name], path)
            finally:
                self._open.pop()
        tree = self._definitions[key]
        if tree is None:
            raise ConditionError(_ALREADY_REPORTED)
        return tree

    def _condition_fault(self, fault: Fault, text: str, path: Path) -> None:
        if fault is _ALREADY_REPORTED:
            return
        place = self._resolved.place(path)
        if place is not None:
            place = self._document.word_place(place, fault.word, text, fault.offset)
        self.problems.append(Problem(fault.message, place, fault.hint))

    def _fault(self, message: Text, path: Path, hint: Text | None = None) -> None:
        self.problems.append(Problem(message, self._resolved.place(path), hint))


def _uses_calendar(part: Expression) -> bool:
    return isinstance(part, Call) and part.function == "workdays"


_ALREADY_REPORTED = Fault(Text(vi="Định nghĩa có lỗi", en="The definition is at fault"))
