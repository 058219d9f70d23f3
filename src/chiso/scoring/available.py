"""What of a catalogue can be computed from the columns an export has.

A part whose column or table is missing makes everything that needs it missing; only ``coalesce`` goes on
with the alternatives it still has. Missing is not empty: an empty cell is undetermined, row by row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from chiso.catalogue.expression import (
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
    walk,
)
from chiso.catalogue.formula import Combination, Count, Measure, RuleSet, counts_in
from chiso.errors import Text
from chiso.terms.columns import TABLES, TableSpec

Present = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Missing:
    """What is not there: all of these columns (``table.column``) or tables, and of each choice any one."""

    all_of: frozenset[str]
    choices: frozenset[frozenset[Missing]] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Every column or table that is missing, whether or not another would do instead."""
        return self.all_of.union(*(option.names for choice in self.choices for option in choice))

    def told(self) -> Text:
        """Return what is lacking in words, alternatives told apart from what is needed in any case."""
        vi = [f"thiếu {', '.join(sorted(self.all_of))}"] if self.all_of else []
        en = [f"lacks {', '.join(sorted(self.all_of))}"] if self.all_of else []
        for choice in sorted(self.choices, key=_listed):
            vi.append(f"cần một trong: {', '.join(sorted(option._as_option('cùng') for option in choice))}")
            en.append(f"needs one of: {', '.join(sorted(option._as_option('with') for option in choice))}")
        return Text("; ".join(vi), "; ".join(en))

    def _as_option(self, joint: str) -> str:
        inner = [
            "(" + " / ".join(sorted(option._as_option(joint) for option in choice)) + ")"
            for choice in self.choices
        ]
        return f" {joint} ".join([*sorted(self.all_of), *sorted(inner)])


def _listed(choice: frozenset[Missing]) -> list[str]:
    return sorted(name for option in choice for name in option.names)


def available(tree: Expression, table: TableSpec, present: Present) -> Expression | Missing:
    """Return ``tree`` reduced to what the present columns can decide, or what is missing for it."""
    match tree:
        case Literal_() | Parameter():
            return tree
        case Column(name=name):
            return tree if name in present[table.name] else _missing(f"{table.name}.{name}")
        case Lookup(relation=relation, name=name):
            target = table.relations[relation].table
            problem = _relation_missing(table, relation, present)
            if problem is None and name not in present[target]:
                problem = _missing(f"{target}.{name}")
            return problem or tree
        case Exists(relation=relation):
            return _relation_missing(table, relation, present) or tree
        case Definition(body=body):
            reduced = available(body, table, present)
            if isinstance(reduced, Missing) or reduced is body:
                return reduced if isinstance(reduced, Missing) else tree
            return replace(tree, body=reduced)
        case Call(function="coalesce", arguments=arguments):
            return _coalesce(tree, arguments, table, present)
        case Not(operand=operand) | IsNull(operand=operand) | Like(operand=operand) | In(operand=operand):
            reduced = available(operand, table, present)
            return reduced if isinstance(reduced, Missing) else replace(tree, operand=reduced)
        case Logic(operands=parts):
            together = _all(parts, table, present)
            return together if isinstance(together, Missing) else replace(tree, operands=together)
        case Call(arguments=parts):
            together = _all(parts, table, present)
            return together if isinstance(together, Missing) else replace(tree, arguments=together)
        case Comparison(left=left, right=right) | Arithmetic(left=left, right=right):
            together = _all((left, right), table, present)
            if isinstance(together, Missing):
                return together
            return replace(tree, left=together[0], right=together[1])


def _coalesce(
    tree: Call, arguments: tuple[Expression, ...], table: TableSpec, present: Present
) -> Expression | Missing:
    reduced = [available(argument, table, present) for argument in arguments]
    kept = tuple(argument for argument in reduced if not isinstance(argument, Missing))
    if not kept:
        return _any_of([argument for argument in reduced if isinstance(argument, Missing)])
    return replace(tree, arguments=kept)


def _all(
    parts: tuple[Expression, ...], table: TableSpec, present: Present
) -> tuple[Expression, ...] | Missing:
    reduced = [available(part, table, present) for part in parts]
    missing = [part for part in reduced if isinstance(part, Missing)]
    if missing:
        return _together(missing)
    return tuple(part for part in reduced if not isinstance(part, Missing))


def _relation_missing(table: TableSpec, name: str, present: Present) -> Missing | None:
    relation = table.relations[name]
    if relation.table not in present:
        return _missing(relation.table)
    absent = [f"{table.name}.{own}" for own, _ in relation.on if own not in present[table.name]]
    absent += [
        f"{relation.table}.{other}" for _, other in relation.on if other not in present[relation.table]
    ]
    return Missing(frozenset(absent)) if absent else None


def _missing(name: str) -> Missing:
    return Missing(frozenset({name}))


def _together(missing: Sequence[Missing]) -> Missing:
    """Return that all of ``missing`` is needed; a choice that one of its options decides is none."""
    needed = frozenset(name for part in missing for name in part.all_of)
    choices = frozenset(choice for part in missing for choice in part.choices)
    open_choices = (choice for choice in choices if not any(_within(o, needed) for o in choice))
    return Missing(needed, frozenset(open_choices))


def _within(option: Missing, needed: frozenset[str]) -> bool:
    return option.all_of <= needed and not option.choices


def _any_of(missing: Sequence[Missing]) -> Missing:
    """Return that any one of ``missing`` would do; an option that asks for more than another is none."""
    options: set[Missing] = set()
    for part in missing:
        # A choice among choices is one choice.
        inner = next(iter(part.choices)) if not part.all_of and len(part.choices) == 1 else frozenset({part})
        options |= inner
    least = [option for option in options if not any(_asks_more(option, other) for other in options)]
    return least[0] if len(least) == 1 else Missing(frozenset(), frozenset({frozenset(least)}))


def _asks_more(option: Missing, other: Missing) -> bool:
    return option != other and other.all_of <= option.all_of and other.choices <= option.choices


def missing_together(*parts: Expression | Measure | Missing) -> Missing:
    """Return what is missing for all of ``parts``, some of which are missing."""
    return _together([part for part in parts if isinstance(part, Missing)])


def missing_any(options: Sequence[Missing]) -> Missing:
    """Return that any one of ``options`` would do, each of which is missing."""
    return _any_of(options)


def available_measure(measure: Measure, present: Present) -> Measure | Missing:
    """Return ``measure`` reduced to what is present, or what is missing for it."""
    match measure:
        case Combination(parts=parts):
            reduced = [available_measure(part, present) for part in parts]
            missing = [part for part in reduced if isinstance(part, Missing)]
            if missing:
                return _together(missing)
            return replace(measure, parts=tuple(part for part in reduced if not isinstance(part, Missing)))
        case Count(table=name):
            return _available_count(measure, present) if name in present else _missing(name)
        case _:
            return measure


def _available_count(count: Count, present: Present) -> Count | Missing:
    table = TABLES[count.table]
    missing: list[Missing] = []
    reduced = {}
    for part in ("of", "where"):
        tree: Expression | None = getattr(count, part)
        outcome = None if tree is None else available(tree, table, present)
        if isinstance(outcome, Missing):
            missing.append(outcome)
        else:
            reduced[part] = outcome
    within = None if count.within is None else available_measure(count.within, present)
    if isinstance(within, Missing):
        missing.append(within)
        within = None
    if missing:
        return _together(missing)
    assert within is None or isinstance(within, Count)
    return replace(count, of=reduced["of"], where=reduced["where"], within=within)


def columns_needed(rules: RuleSet) -> dict[str, set[str]]:
    """Return, by table, every column that some measure, population or look-up of ``rules`` uses."""
    needed: dict[str, set[str]] = {}

    def use(tree: Expression | None, table: TableSpec) -> None:
        for used_table, columns in columns_of(tree, table).items():
            needed.setdefault(used_table, set()).update(columns)

    for name, entry in rules.tables.items():
        needed.setdefault(name, set())
        use(entry.population, TABLES[name])
        use(entry.looked_up, TABLES[name])
        for exclusion in entry.exclusions:
            use(exclusion.when, TABLES[name])
    for index in rules.indices:
        for measure in (index.numerator, index.denominator):
            for count in counts_in(measure):
                needed.setdefault(count.table, set())
                use(count.of, TABLES[count.table])
                use(count.where, TABLES[count.table])
    return needed


def columns_of(tree: Expression | None, table: TableSpec) -> dict[str, set[str]]:
    """Return, by table, every column that ``tree`` over rows of ``table`` uses."""
    used: dict[str, set[str]] = {}
    for part in walk(tree) if tree is not None else ():
        match part:
            case Column(name=name):
                used.setdefault(table.name, set()).add(name)
            case Lookup(relation=relation) | Exists(relation=relation):
                link = table.relations[relation]
                for own, other in link.on:
                    used.setdefault(table.name, set()).add(own)
                    used.setdefault(link.table, set()).add(other)
                if isinstance(part, Lookup):
                    used[link.table].add(part.name)
                if link.in_force_on is not None:
                    used[table.name].update(link.in_force_on)
                    used[link.table].update(TABLES[link.table].validity or ())
            case _:
                pass
    return used


def indices_that_read(rules: RuleSet, table: str, columns: Collection[str]) -> tuple[str, ...]:
    """Return the codes of the indices whose counts use one of ``columns`` of ``table``.

    What places a record in the period, or defines a word that a count uses, is used by the count.
    """
    found = []
    for group in rules.groups:
        for index in group.indices:
            alone = replace(rules, groups=(replace(group, indices=(index,)),))
            measures = [part for part in (index.numerator, index.denominator) if part is not None]
            tables = {count.table for measure in measures for count in counts_in(measure)}
            if table in tables and set(columns) & columns_needed(alone).get(table, set()):
                found.append(index.code)
    return tuple(found)
