"""The tables chiso knows: their columns, keys, and which other table one row may look up.

Personal columns (owner, submitter, phone, address, free text) are not here: what has no name in this
file is never read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from chiso.terms.unit import LEVELS

ColumnKind = Literal[
    "text",  # a code or a name, kept as it stands (NFC, blanks squeezed)
    "unit",  # a unit's code, or its name where the registry knows only one unit of that name
    "officer",  # an official's code; a name becomes a stable local code
    "integer",  # a whole number
    "decimal",  # a number with a point or a comma
    "money",  # whole VND; thousands may be set apart by dots
    "boolean",
    "timestamp",  # local time, Asia/Ho_Chi_Minh
    "date",
    "enum",
    "presence",  # only whether the cell is filled is read, never what stands in it
]

# Dates outside these bounds are slips of the pen; the working-day calendar covers exactly them.
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2099, 12, 31)
# Bounds keep every sum inside 64 bits whatever a condition adds up.
LARGEST_INTEGER = 10**12


@dataclass(frozen=True)
class ColumnSpec:
    """One column; ``values`` are the words of an enum in their fixed order.

    ``when_empty`` is the word that an empty cell stands for, where the national schema says so.
    ``opinion`` marks what a citizen said of the office: of few citizens it is told by number only.
    ``decimals`` is how many figures a code has after its point: a spreadsheet that took the code for a
    number lost its last noughts.
    """

    name: str
    kind: ColumnKind
    values: tuple[str, ...] = ()
    when_empty: str | None = None
    decimals: int | None = None
    opinion: bool = False


@dataclass(frozen=True)
class Relation:
    """A look-up of one hop: rows of ``table`` whose columns equal ours, pair by pair.

    Of several versions it finds the one in force on a day: that of the first of our columns ``in_force_on``
    that is filled, the day of judgement where none is. With None it finds the newest of all.
    """

    name: str
    table: str
    on: tuple[tuple[str, str], ...]
    unique: bool = True
    in_force_on: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TableSpec:
    """A kind of record. Row grain: one row per ``key``; of several, the newest counts.

    ``validity`` names the first and the last day of a table whose rows are versions: each holds from its
    first day to its last, and at most until the next version of the same thing begins. An empty first day
    is long ago, an empty last day has not come.
    """

    name: str
    columns: Mapping[str, ColumnSpec]
    key: tuple[str, ...]
    newest_by: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    validity: tuple[str, str] | None = None
    relations: Mapping[str, Relation] = field(default_factory=dict)

    @property
    def own_key(self) -> tuple[str, ...]:
        """The columns of the key that are the record's own: a case's number, not its unit."""
        return tuple(name for name in self.key if name != "unit_code")


def record_id(values: Iterable[object]) -> str:
    """Return how people are told a record: what stands in the columns of its own key."""
    return "/".join(str(value) for value in values if value is not None)


def _columns(*specs: ColumnSpec) -> dict[str, ColumnSpec]:
    return {spec.name: spec for spec in specs}


def _of(kind: ColumnKind, *names: str) -> tuple[ColumnSpec, ...]:
    return tuple(ColumnSpec(name, kind) for name in names)


def _relations(*relations: Relation) -> dict[str, Relation]:
    return {relation.name: relation for relation in relations}


# The national list numbers procedures 1.000123 to 3.999999.
_PROCEDURE_ID = ColumnSpec("procedure_id", "text", decimals=6)
_UNIT = Relation("unit", "units", (("unit_code", "unit_code"),))
_SAME_PROCEDURE = (("unit_code", "unit_code"), ("procedure_id", "procedure_id"))


def _procedure_on(*days: str) -> Relation:
    return Relation("procedure", "procedures", _SAME_PROCEDURE, in_force_on=days)


_ONLINE_LEVEL = ColumnSpec("online_level", "enum", ("none", "partial", "full"))
_RATING = ColumnSpec("rating", "enum", ("satisfied", "dissatisfied"), opinion=True)

CASES = TableSpec(
    "cases",
    _columns(
        *_of("text", "case_id"),
        _PROCEDURE_ID,
        *_of("text", "procedure_name", "field_id", "field_name"),
        *_of("unit", "unit_code"),
        *_of("text", "unit_name"),
        *_of("officer", "officer_code"),
        ColumnSpec("channel", "enum", ("direct", "online", "postal"), when_empty="direct"),
        *_of(
            "timestamp",
            *("submitted_at", "received_at", "due_at", "finished_at", "returned_at"),
            *("refused_at", "stopped_at"),
        ),
        ColumnSpec(
            "status",
            "enum",
            (
                *("registered", "received", "not_received", "processing", "supplement_requested"),
                *("payment_requested", "withdrawn", "stopped", "processed", "returned"),
            ),
        ),
        *_of("integer", "supplement_requests"),
        *_of("timestamp", "supplement_requested_at", "supplement_done_at"),
        *_of("presence", "component_file"),
        *_of("boolean", "digitized", "component_digitized"),
        *_of("integer", "component_reused"),
        *_of("boolean", "from_personal_store"),
        *_of("presence", "result_code", "result_link"),
        *_of("boolean", "vneid_verified"),
        *_of("text", "population_db"),
        *_of("money", "fee"),
        ColumnSpec("payment", "enum", ("none", "portal", "gateway", "requested")),
        _RATING,
        *_of("boolean", "synced"),
        *_of("integer", "waiting_minutes", "counter_minutes"),
    ),
    key=("case_id",),
    newest_by=("finished_at", "received_at"),
    required=("case_id", "unit_code"),
    relations=_relations(
        _UNIT,
        # A case goes by the words that were in force when it came in.
        _procedure_on("received_at", "submitted_at"),
        Relation("petition", "petitions", (("case_id", "case_id"),), unique=False),
        Relation("rated", "ratings", (("case_id", "case_id"),)),
    ),
)

PROCEDURES = TableSpec(
    "procedures",
    _columns(
        *_of("unit", "unit_code"),
        _PROCEDURE_ID,
        *_of("text", "procedure_name", "field_id"),
        _ONLINE_LEVEL,
        *_of("boolean", "fee_bearing", "payment_integrated", "paper_result", "for_citizens"),
        *_of("boolean", "complete"),
        *_of("integer", "time_limit"),
        ColumnSpec("time_limit_unit", "enum", ("working_day", "day", "hour")),
        *_of("date", "valid_from", "valid_to"),
    ),
    # Versions are records of their own; the same version given twice is one.
    key=("unit_code", "procedure_id", "valid_from"),
    newest_by=("valid_from",),
    required=("unit_code", "procedure_id"),
    validity=("valid_from", "valid_to"),
    relations=_relations(_UNIT, Relation("newest_version", "procedures", _SAME_PROCEDURE)),
)

PUBLICATIONS = TableSpec(
    "publications",
    _columns(
        *_of("unit", "unit_code"),
        *_of("text", "decision"),
        _PROCEDURE_ID,
        *_of("timestamp", "signed_at", "effective_at", "published_at"),
    ),
    key=("unit_code", "decision", "procedure_id"),
    newest_by=("published_at",),
    required=("unit_code", "procedure_id", "signed_at"),
    relations=_relations(_UNIT, _procedure_on("effective_at", "signed_at")),
)

SERVICES = TableSpec(
    "services",
    _columns(
        *_of("unit", "unit_code"),
        *_of("text", "service_id"),
        _PROCEDURE_ID,
        _ONLINE_LEVEL,
    ),
    key=("unit_code", "service_id"),
    required=("unit_code", "service_id", "procedure_id"),
    relations=_relations(_UNIT, _procedure_on()),
)

PETITIONS = TableSpec(
    "petitions",
    _columns(
        *_of("text", "petition_id"),
        *_of("unit", "unit_code"),
        *_of("timestamp", "received_at", "due_at", "answered_at"),
        ColumnSpec("status", "enum", ("received", "processing", "answered", "refused", "passed_on")),
        ColumnSpec("satisfied", "boolean", opinion=True),
        *_of("boolean", "repeated"),
        *_of("text", "case_id"),
        ColumnSpec("subject", "enum", ("procedure", "staff", "other")),
    ),
    key=("petition_id",),
    newest_by=("answered_at", "received_at"),
    required=("petition_id", "unit_code", "received_at"),
    relations=_relations(_UNIT, Relation("case", "cases", (("case_id", "case_id"),))),
)

RATINGS = TableSpec(
    "ratings",
    _columns(*_of("text", "case_id"), *_of("timestamp", "rated_at"), _RATING),
    key=("case_id",),
    newest_by=("rated_at",),
    required=("case_id", "rating"),
)

EMPLOYEES = TableSpec(
    "employees",
    _columns(
        *_of("unit", "unit_code"), *_of("officer", "officer_code"), *_of("date", "valid_from", "valid_to")
    ),
    key=("unit_code", "officer_code", "valid_from"),
    required=("unit_code", "officer_code"),
    relations=_relations(_UNIT),
)

UNITS = TableSpec(
    "units",
    _columns(
        *_of("text", "unit_code", "unit_name"),
        ColumnSpec("level", "enum", LEVELS),
        *_of("text", "parent_code", "peer_group"),
        *_of("date", "valid_from", "valid_to"),
        *_of("text", "successor_code", "share"),
    ),
    key=("unit_code",),
    required=("unit_code", "unit_name", "level"),
)

REPORTED = TableSpec(
    "reported",
    _columns(
        *_of("text", "unit_code", "index"),
        *_of("integer", "numerator", "denominator"),
        *_of("decimal", "percent", "points"),
        *_of("text", "period", "scope"),
    ),
    key=("unit_code", "index", "period", "scope"),
    required=("unit_code", "index"),
)

# Who answers for which index. It is no table of records: only ``--assignments`` reads it. A day or a month
# may be words as well.
ASSIGNMENTS = TableSpec(
    "assignments",
    _columns(
        *_of("text", "index", "lead", "lead_name", "cooperating", "responsible", "responsible_name"),
        *_of("date", "report_deadline", "time"),
        *_of("text", "result"),
    ),
    key=("index",),
    required=("index",),
)

TABLES: Mapping[str, TableSpec] = {
    spec.name: spec
    for spec in (
        *(CASES, PROCEDURES, PUBLICATIONS, SERVICES, PETITIONS, RATINGS, EMPLOYEES),
        *(UNITS, REPORTED),
    )
}

# What a catalogue may count; the registry and the reported figures are not counted.
COUNTED_TABLES: tuple[str, ...] = tuple(name for name in TABLES if name not in ("units", "reported"))

# What `--by` may split a unit's cases by: the column, and the column that holds its name.
SPLITS: Mapping[str, tuple[str, str | None]] = {
    "officer": ("officer_code", None),
    "field": ("field_id", "field_name"),
    "procedure": ("procedure_id", "procedure_name"),
    "channel": ("channel", None),
}
