"""Random well-typed conditions, values and measures over the tables of a world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hypothesis import strategies as st

from chiso.catalogue.expression import (
    PARAMETERS,
    Arithmetic,
    Call,
    Column,
    Comparison,
    Definition,
    Exists,
    Expression,
    In,
    IsNull,
    Like,
    Literal_,
    Logic,
    Lookup,
    Not,
    Parameter,
    ValueType,
)
from chiso.catalogue.formula import Count, ExclusionRule, TableRules
from chiso.catalogue.model import Bilingual
from chiso.scoring.compile import Wanted
from chiso.terms.columns import TABLES, UNITS, ColumnSpec, TableSpec
from tests.worlds import FILLED, TEXTS, World, days_around

PATTERNS = (
    *("%", "_", "", "7", "7;%", "%;7", "%;7;%", "1%", "%1", "Thủ tục _", "%Á", "100%_x", "100\\%_x"),
    *("hai_dòng", "%d_", "__", "%QĐ%", "CB_"),
)
_Choice = tuple[ValueType, tuple[str, ...]]


@dataclass
class Composer:
    """Composes well-typed trees over one table; named definitions are kept for the catalogue's text.

    A ``plain`` one uses neither look-ups nor working days nor definitions.
    """

    draw: st.DrawFn
    spec: TableSpec
    columns: Collection[str]
    look_up: Mapping[str, Collection[str]]
    definitions: dict[str, Expression] = field(default_factory=dict)
    days: Sequence[date] = ()
    plain: bool = False

    def _pick(self, count: int) -> int:
        return self.draw(st.integers(0, count - 1))

    def _one_of(self, *ways: Callable[[], Expression]) -> Expression:
        return ways[self._pick(len(ways))]()

    def boolean(self, depth: int) -> Expression:
        if depth <= 0:
            return self._one_of(self._compared_leaf, self._null_test, lambda: self._leaf("boolean"))
        return self._one_of(
            lambda: self._leaf("boolean"),
            lambda: self.comparison(depth),
            lambda: self.comparison(depth),
            lambda: self._null_test(depth),
            lambda: self._membership(depth),
            lambda: self._between(depth),
            lambda: Like(self.value("text", depth - 1), self.draw(st.sampled_from(PATTERNS))),
            lambda: Not(self.boolean(depth - 1)),
            lambda: self._logic(depth),
            lambda: self._logic(depth),
            lambda: self._coalesce("boolean", (), depth),
            lambda: self._definition("boolean", (), depth),
            self._exists,
        )

    def value(self, kind: ValueType, depth: int, enum: tuple[str, ...] = ()) -> Expression:
        """Return a tree of ``kind``; ``enum`` holds the words of an enum."""
        if kind == "boolean":
            return self.boolean(depth)
        if depth <= 0:
            return self._leaf(kind, enum)
        ways: list[Callable[[], Expression]] = [
            lambda: self._leaf(kind, enum),
            lambda: self._leaf(kind, enum),
            lambda: self._coalesce(kind, enum, depth),
            lambda: self._definition(kind, enum, depth),
        ]
        if kind in ("integer", "date", "timestamp"):
            ways.append(lambda: self._extreme(kind, depth))
        if kind == "integer":
            ways += [lambda: self._difference(depth), lambda: self._arithmetic(depth)]
        return self._one_of(*ways)

    # Leaves

    def _leaf(self, kind: ValueType, enum: tuple[str, ...] = ()) -> Expression:
        leaves: list[Expression] = [*self.columns_of(kind, enum), *self._lookups(kind, enum)]
        if not leaves or self._pick(3) == 2:
            return self.literal(kind, enum)
        return leaves[self._pick(len(leaves))]

    def literal(self, kind: ValueType, enum: tuple[str, ...] = ()) -> Expression:
        match kind:
            case "integer":
                return Literal_(self.draw(st.sampled_from((0, 1, 2, 5, 20, -1, 1000))), "integer")
            case "boolean":
                return Literal_(self.draw(st.booleans()), "boolean")
            case "enum":
                return Literal_(self.draw(st.sampled_from(enum)), "enum", enum)
            case "date":
                return self._one_of(
                    lambda: Parameter(self.draw(st.sampled_from(PARAMETERS))),
                    lambda: Literal_(self.draw(st.sampled_from(self.days)), "date"),
                )
            case "timestamp":
                # No constant is a moment, so the first column stands in.
                return next(self.columns_of("timestamp", ()))
            case _:
                words = [text for texts in TEXTS.values() for text in texts]
                return Literal_(self.draw(st.sampled_from(words)), "text")

    def columns_of(self, kind: ValueType, enum: tuple[str, ...] = ()) -> Iterator[Column]:
        for name in self.columns:
            for found, as_date in _types_of(self.spec.columns[name]):
                if found == kind and (kind != "enum" or self.spec.columns[name].values == enum):
                    yield Column(name, kind, self.spec.columns[name].values, as_date)

    def _lookups(self, kind: ValueType, enum: tuple[str, ...]) -> Iterator[Lookup]:
        for relation in self.spec.relations.values():
            target = TABLES[relation.table]
            for name in self.look_up.get(relation.name, ()):
                for found, as_date in _types_of(target.columns[name]):
                    if found == kind and (kind != "enum" or target.columns[name].values == enum):
                        yield Lookup(relation.name, name, kind, target.columns[name].values, as_date)

    def _column_of(self, enum: tuple[str, ...]) -> Expression:
        found = [*self.columns_of("enum", enum), *self._lookups("enum", enum)]
        return found[self._pick(len(found))]

    def _exists(self) -> Expression:
        names = sorted(self.look_up)
        return Exists(self.draw(st.sampled_from(names))) if names else self._leaf("boolean")

    # Nodes

    def _enums(self) -> list[tuple[str, ...]]:
        specs = [self.spec.columns[name] for name in self.columns]
        for relation in self.spec.relations.values():
            target = TABLES[relation.table]
            specs += [target.columns[name] for name in self.look_up.get(relation.name, ())]
        return list(dict.fromkeys(spec.values for spec in specs if spec.kind == "enum"))

    def _choice(self, kinds: Sequence[ValueType]) -> _Choice:
        enums = self._enums()
        possible = [kind for kind in kinds if self._occurs(kind)]
        kind = self.draw(st.sampled_from(possible))
        return kind, (self.draw(st.sampled_from(enums)) if kind == "enum" else ())

    def _occurs(self, kind: ValueType) -> bool:
        """Return whether some column is of a kind that constants alone cannot make."""
        if kind == "enum":
            return bool(self._enums())
        return kind != "timestamp" or any(self.columns_of("timestamp", ()))

    def _compared_leaf(self) -> Expression:
        return self.comparison(0)

    def comparison(self, depth: int) -> Expression:
        kind, enum = self._choice(("date", "integer", "enum", "text", "timestamp", "boolean"))
        if kind == "boolean" and depth <= 0:
            kind = "date"
        ordered = kind in ("integer", "date", "timestamp")
        operators = ("=", "<>", "<", "<=", ">", ">=") if ordered else ("=", "<>")
        operator = self.draw(st.sampled_from(operators))
        return Comparison(operator, self.value(kind, depth - 1, enum), self.value(kind, depth - 1, enum))

    def _null_test(self, depth: int = 0) -> Expression:
        filled = [
            Column(name, "presence") for name in self.columns if self.spec.columns[name].kind == "presence"
        ]
        if filled and self.draw(st.booleans()):
            tested: Expression = self.draw(st.sampled_from(filled))
        else:
            kind, enum = self._choice(("boolean", "integer", "date", "enum", "text", "timestamp", "boolean"))
            tested = self._leaf(kind, enum) if depth <= 0 else self.value(kind, depth - 1, enum)
        return IsNull(tested) if self.draw(st.booleans()) else Not(IsNull(tested))

    def _membership(self, depth: int) -> Expression:
        kind, enum = self._choice(("enum", "text", "integer", "boolean", "date"))
        constants = [self.literal(kind, enum) for _ in range(1 + self._pick(3))]
        choices = tuple(constant for constant in constants if isinstance(constant, Literal_))
        return In(self.value(kind, depth - 1, enum), choices) if choices else self._leaf("boolean")

    def _between(self, depth: int) -> Expression:
        kind, _ = self._choice(("date", "integer", "timestamp"))
        value, low, high = (self.value(kind, depth - 1) for _ in range(3))
        return Logic("and", (Comparison(">=", value, low), Comparison("<=", value, high)))

    def _logic(self, depth: int) -> Expression:
        operands = tuple(self.boolean(depth - 1) for _ in range(2 + self._pick(2)))
        return Logic(self.draw(st.sampled_from(("and", "or"))), operands)

    def _coalesce(self, kind: ValueType, enum: tuple[str, ...], depth: int) -> Expression:
        # An enum's words are texts until a column says which enum they belong to.
        first = self._column_of(enum) if kind == "enum" else self.value(kind, depth - 1, enum)
        arguments: tuple[Expression, ...] = (first,)
        arguments += tuple(self.value(kind, depth - 1, enum) for _ in range(self._pick(3)))
        if len(arguments) == 1 or self._pick(4) == 3:
            arguments = (*arguments, _NULL)
        return Call("coalesce", arguments, kind, enum)

    def _extreme(self, kind: ValueType, depth: int) -> Expression:
        arguments = tuple(self.value(kind, depth - 1) for _ in range(2 + self._pick(2)))
        return Call(self.draw(st.sampled_from(("least", "greatest"))), arguments, kind)

    def _difference(self, depth: int) -> Expression:
        timed = self._occurs("timestamp")
        functions = ["days"] + ["workdays"] * (not self.plain) + ["minutes"] * timed
        function = self.draw(st.sampled_from(functions))
        kinds = ("timestamp",) if function == "minutes" else ("date", "timestamp") if timed else ("date",)
        start, end = (self.value(self.draw(st.sampled_from(kinds)), depth - 1) for _ in range(2))
        return Call(function, (start, end), "integer")

    def _arithmetic(self, depth: int) -> Expression:
        operator = self.draw(st.sampled_from(("+", "-", "*")))
        left = self.value("integer", depth - 1)
        # Products of two columns may not fit into 64 bits and are refused; a small factor always fits.
        right = Literal_(self._pick(9), "integer") if operator == "*" else self.value("integer", depth - 1)
        return Arithmetic(operator, left, right)

    def _definition(self, kind: ValueType, enum: tuple[str, ...], depth: int) -> Expression:
        if self.plain:
            return self._leaf(kind, enum)
        known = [
            Definition(name, body)
            for name, body in self.definitions.items()
            if body.type == kind and (kind != "enum" or _words(body) == enum)
        ]
        chosen = self._pick(len(known) + 1)
        if chosen < len(known):
            return known[chosen]
        body = self._column_of(enum) if kind == "enum" else self.value(kind, depth - 1, enum)
        name = f"d{len(self.definitions)}"
        self.definitions[name] = body
        return Definition(name, body)


_NULL = Literal_(None, "null")


def _words(tree: Expression) -> tuple[str, ...]:
    return _words(tree.body) if isinstance(tree, Definition) else getattr(tree, "enum", ())


def _types_of(column: ColumnSpec) -> Iterator[tuple[ValueType, bool]]:
    """Yield the types under which a condition may use a column, and whether as its date twin."""
    match column.kind:
        case "text" | "unit" | "officer":
            yield "text", False
        case "integer" | "money":
            yield "integer", False
        case "timestamp":
            yield "timestamp", False
            yield "date", True
        case "presence":
            return
        case kind:
            yield kind, False


def composer(
    draw: st.DrawFn,
    world: World,
    table: str,
    *,
    absent: bool = False,
    definitions: dict[str, Expression] | None = None,
    plain: bool = False,
) -> Composer:
    """Return a composer of trees over ``table``, over present columns only unless ``absent``.

    ``definitions`` are those made so far, where several conditions share them.
    """
    spec = TABLES[table]
    look_up: dict[str, Collection[str]] = {}
    for relation in () if plain else spec.relations.values():
        if relation.table == "units":
            look_up[relation.name] = tuple(UNITS.columns)
        elif absent:
            look_up[relation.name] = FILLED[relation.table] if relation.unique else ()
        elif relation.table in world.sheets:
            ours, theirs = world.sheets[table].columns, world.sheets[relation.table].columns
            if all(own in ours and other in theirs for own, other in relation.on):
                look_up[relation.name] = theirs if relation.unique else ()
    columns = FILLED[table] if absent else world.sheets[table].columns
    known = {} if definitions is None else definitions
    return Composer(draw, spec, columns, look_up, known, days_around(world.judgement), plain)


# What is asked


def always(spec: TableSpec) -> Expression:
    """Return a population that every row not set aside belongs to."""
    return Not(IsNull(Column(spec.required[0], "text")))


def reason(number: int) -> Bilingual:
    return Bilingual(vi=f"lý do {number}", en=f"reason {number}")


@st.composite
def table_rules(draw: st.DrawFn, world: World, *, absent: bool = False) -> dict[str, TableRules]:
    """Draw the population and up to two exclusions of every table of the world."""
    rules = {}
    for name in world.sheets:
        present, any_column = composer(draw, world, name), composer(draw, world, name, absent=absent)
        population = always(TABLES[name]) if draw(st.integers(0, 2)) else present.boolean(3)
        exclusions = [any_column.boolean(2) for _ in range(draw(st.sampled_from([0, 0, 1, 2])))]
        found = composer(draw, world, name, absent=absent, plain=True).boolean(1)
        rules[name] = TableRules(
            population,
            tuple(ExclusionRule(when, reason(n)) for n, when in enumerate(exclusions)),
            looked_up=found if draw(st.integers(0, 3)) == 3 else None,
        )
    return rules


@st.composite
def counts(draw: st.DrawFn, world: World, table: str, *, absent: bool = False) -> Count:
    """Draw a count of any kind, without ``within``."""
    trees = composer(draw, world, table, absent=absent)
    where = draw(st.sampled_from([True, True, True, False]))
    condition = trees.boolean(3) if where else None
    kind = draw(st.sampled_from(["rows", "rows", "distinct", "sum", "min", "max"]))
    if kind == "rows":
        return Count(table, "rows", None, condition)
    if kind == "distinct":
        return Count(table, "distinct", draw(st.sampled_from(_codes(trees))), condition)
    return Count(table, kind, trees.value("integer", 2), condition)


def _codes(trees: Composer) -> list[Column]:
    return list(trees.columns_of("text"))


@st.composite
def counts_within(draw: st.DrawFn, world: World) -> Count:
    """Draw a distinct count that must lie within the codes of another, of the same table or not."""
    pairs = [
        (ours, theirs, code)
        for ours in world.sheets
        for theirs, sheet in world.sheets.items()
        for code in _codes(composer(draw, world, ours))
        if code.name in sheet.columns and code.name != "unit_code"
    ]
    # Two tables tell more than one, whose codes are mostly within themselves.
    pairs += 3 * [pair for pair in pairs if pair[0] != pair[1]]
    ours, theirs, code = draw(st.sampled_from(pairs))
    own = composer(draw, world, ours).boolean(1) if draw(st.booleans()) else None
    others = composer(draw, world, theirs).boolean(1) if ours == theirs or draw(st.booleans()) else None
    return Count(ours, "distinct", code, own, Count(theirs, "distinct", code, others))


@st.composite
def wanted(draw: st.DrawFn, world: World, *, most: int = 10, absent: bool = False) -> list[Wanted]:
    """Draw counts over the world's tables, with and without what is below a unit."""
    tables = sorted(world.sheets)
    drawn = [
        Wanted(draw(counts(world, draw(st.sampled_from(tables)), absent=absent)), draw(st.booleans()))
        for _ in range(draw(st.integers(1, most)))
    ]
    return list(dict.fromkeys(drawn))


# As text


def written(tree: Expression) -> str:
    """Return a tree in the condition language with every part in brackets, so that nothing binds by rank."""
    match tree:
        case Literal_(value=None):
            return "null"
        case Literal_(value=bool() as value):
            return "true" if value else "false"
        case Literal_(value=int() as value):
            return str(value)
        case Literal_(value=date() as value):
            return f"date '{value}'"
        case Literal_(value=value):
            return _quoted(str(value))
        case Parameter(name=name):
            return f":{name}"
        case Column(name=name, as_date=as_date):
            return _twin(name, as_date)
        case Lookup(relation=relation, name=name, as_date=as_date):
            return f"{relation}.{_twin(name, as_date)}"
        case Exists(relation=relation):
            return f"{relation}.exists"
        case Definition(name=name):
            return name
        case Not(operand=IsNull(operand=operand)):
            return f"({written(operand)} is not null)"
        case Not(operand=In(operand=operand, choices=choices)):
            return f"({written(operand)} not in ({', '.join(map(written, choices))}))"
        case Not(operand=Like(operand=operand, pattern=pattern)):
            return f"({written(operand)} not like {_quoted(pattern)})"
        case Not(operand=Logic(operands=(Comparison(left=value, right=low), Comparison(right=high)))) if (
            _is_between(tree.operand)
        ):
            return f"({written(value)} not between {written(low)} and {written(high)})"
        case Not(operand=operand):
            return f"(not {written(operand)})"
        case IsNull(operand=operand):
            return f"({written(operand)} is null)"
        case In(operand=operand, choices=choices):
            return f"({written(operand)} in ({', '.join(map(written, choices))}))"
        case Like(operand=operand, pattern=pattern):
            return f"({written(operand)} like {_quoted(pattern)})"
        case Logic(operands=(Comparison(left=value, right=low), Comparison(right=high))) if _is_between(tree):
            return f"({written(value)} between {written(low)} and {written(high)})"
        case Logic(operator=operator, operands=operands):
            return "(" + f" {operator} ".join(map(written, operands)) + ")"
        case Comparison(operator=operator, left=left, right=right):
            return f"({written(left)} {operator} {written(right)})"
        case Arithmetic(operator=operator, left=left, right=right):
            return f"({written(left)} {operator} {written(right)})"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(written, arguments))})"


def _is_between(tree: Logic) -> bool:
    match tree:
        case Logic(
            operator="and",
            operands=(Comparison(operator=">=", left=one), Comparison(operator="<=", left=other)),
        ):
            return one == other
        case _:
            return False


def _twin(name: str, as_date: bool) -> str:
    return f"{name.removesuffix('_at')}_on" if as_date else name


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
