"""The file of statutory forms, read whole: every fault in one go, or the forms."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path as FilePath
from typing import cast

from chiso.catalogue.condition import parse_condition, parse_value
from chiso.catalogue.expression import Expression, Literal_
from chiso.catalogue.formula import RuleSet
from chiso.catalogue.reader import Document, Path
from chiso.catalogue.scope import ConditionError, Fault, Scope
from chiso.catalogue.statutory_forms import (
    FormBlock,
    FormCell,
    FormDetail,
    FormHead,
    FormRate,
    FormRemark,
    FormRows,
    StatutoryForms,
)
from chiso.catalogue.value_types import find_column
from chiso.catalogue.values import Values
from chiso.errors import CatalogueError, Place, Problem, Text
from chiso.terms.columns import COUNTED_TABLES, TABLES, TableSpec

_SHIPPED = "statutory_forms.yaml"
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
# The columns of results that stand beside those of a form.
COLUMNS_BESIDE = (
    *("form", "period", "row", "unit_code", "unit_name", "level"),
    *("field_id", "field_name"),
)
# What each part of the file may hold, and what of it may be left out.
KEYS: Mapping[str, tuple[str, ...]] = {
    "file": (
        *("title", "source", "status", "counted_in", "forms", "records", "population", "definitions"),
        *("blocks", "details", "rates", "remarks"),
    ),
    "source": ("document", "place", "note"),
    "form": ("code", "number", "title", "rows", "row_name"),
    "block": ("code", "name", "short", "when", "cells"),
    "cell": ("code", "name", "short", "under", "when"),
    "detail": ("code", "of", "name", "short", "when"),
    "rate": ("code", "name", "short", "numerator", "denominator"),
    "remark": ("when", "text"),
}
OPTIONAL: Mapping[str, frozenset[str]] = {
    "file": frozenset({"definitions", "details", "rates", "remarks"}),
    "source": frozenset({"place", "note"}),
    "form": frozenset(),
    "block": frozenset({"short", "when"}),
    "cell": frozenset({"short", "under", "when"}),
    "detail": frozenset({"short"}),
    "rate": frozenset({"short"}),
    "remark": frozenset(),
}
_NOTHING = Text("", "")
_NEVER = Literal_(False, "boolean")
_ALREADY_TOLD = Fault(Text(vi="Định nghĩa có lỗi", en="The definition is at fault"))


def load_statutory_forms(path: FilePath | None, rules: RuleSet, day: date) -> StatutoryForms:
    """Return the forms in force on ``day``: those of a file or, for None, those that chiso ships.

    What ended, is open and is late goes by ``rules``. Raises CatalogueError with every fault.
    """
    content, name = _content(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = Text(vi="Tệp biểu mẫu phải ở dạng UTF-8", en="A file of forms must be in UTF-8")
        raise CatalogueError(Problem(message, Place(name))) from error
    document = Document.parsed(text, name)
    return _Reading(document, rules, day).whole(name, hashlib.sha256(content).hexdigest())


def _content(path: FilePath | None) -> tuple[bytes, str]:
    if path is None:
        return files("chiso.catalogue").joinpath(_SHIPPED).read_bytes(), _SHIPPED
    try:
        return path.read_bytes(), path.name
    except OSError as error:
        message = Text(vi="Không đọc được tệp biểu mẫu", en="Cannot read the file of forms")
        raise CatalogueError(Problem(message, Place(str(path)))) from error


class _Reading:
    """Goes through the file once; ``whole`` gives what it says.

    What is faulty is told and something empty put in its place: nothing of it is ever returned.
    """

    def __init__(self, document: Document, rules: RuleSet, day: date) -> None:
        self._document = document
        self._resolved = document.resolve(day)
        self._values = Values(self._resolved, document.problems)
        self._rules = rules
        # What conditions know by name; None is a definition that is at fault.
        self._known: dict[str, Expression | None] = {}
        self._table: TableSpec | None = None

    def whole(self, file: str, sha256: str) -> StatutoryForms:
        """Return what the file says; raises CatalogueError with every fault."""
        values = self._values
        table = self._records() if self._keys((), "file") else None
        if table is None:
            raise CatalogueError(values.problems)
        self._define(table)
        if values.has(("source",)):
            self._keys(("source",), "source")
        blocks = tuple(self._block(path) for path in values.several(("blocks",)))
        cells = [cell.code for block in blocks for cell in block.cells]
        columns = [*(block.code for block in blocks), *cells]
        forms = StatutoryForms(
            file=file,
            sha256=sha256,
            title=self._names(("title",)),
            document=self._text(("source", "document")),
            place=values.text(("source", "place")),
            note=values.names(("source", "note")),
            status=values.word(("status",), ("issued", "inferred")) or "",
            counted_in=self._names(("counted_in",)),
            table=table,
            population=self._condition(("population",)),
            forms=tuple(self._form(path) for path in values.several(("forms",))),
            blocks=blocks,
            details=tuple(self._detail(path, columns) for path in values.items(("details",))),
            rates=tuple(self._rate(path, columns) for path in values.items(("rates",))),
            remarks=tuple(self._remark(path) for path in values.items(("remarks",))),
        )
        self._check_codes(forms)
        if values.problems:
            raise CatalogueError(values.problems)
        return forms

    def _keys(self, path: Path, kind: str) -> bool:
        required = [key for key in KEYS[kind] if key not in OPTIONAL[kind]]
        return self._values.keys(path, KEYS[kind], required)

    def _text(self, path: Path) -> str:
        return self._values.text(path) or ""

    def _names(self, path: Path) -> Text:
        return self._values.names(path) or _NOTHING

    def _records(self) -> TableSpec | None:
        """Return the table that the forms tell of; None, told as a fault, for any that cannot be."""
        name = self._values.word(("records",), COUNTED_TABLES)
        if name is None:
            return None
        if name not in self._rules.tables or self._rules.tables[name].deadline is None:
            message = Text(
                vi=f"Bộ chỉ số {self._rules.catalogue} không nói bản ghi nào của bảng {name} là quá hạn",
                en=f"Catalogue {self._rules.catalogue} does not say what of table {name} is late",
            )
            hint = Text(
                vi="Thêm mục “deadline” của bảng vào “records” của bộ chỉ số (xem docs/catalogue.md)",
                en="Add a “deadline” to the table's entry in the catalogue's “records” (docs/catalogue.md)",
            )
            self._values.fault(("records",), message, hint)
            return None
        self._table = TABLES[name]
        return self._table

    def _define(self, table: TableSpec) -> None:
        """Learn the names that conditions may use: those of the deadline, then the file's own, in order."""
        deadline = self._rules.tables[table.name].deadline
        assert deadline is not None  # the table was chosen for it
        self._known = {
            "begun_on": deadline.received_on,
            "ended_on": deadline.ended_on,
            "is_open": deadline.open,
            "is_late": deadline.late,
        }
        given = tuple(self._known)
        for name in self._values.names_in(("definitions",)):
            path: Path = ("definitions", name)
            if name in given or find_column(table, name)[0] is not None or not _CODE.fullmatch(name):
                message = Text(
                    vi=f"“{name[:40]}” không dùng được làm tên định nghĩa",
                    en=f"“{name[:40]}” cannot name a definition",
                )
                hint = Text(
                    vi=f"Chữ thường, số, gạch dưới; khác tên cột và {', '.join(given)}",
                    en=f"Small letters, digits, underscores; no column's name, nor {', '.join(given)}",
                )
                self._values.fault(path, message, hint, at_key=True)
                continue
            self._known[name] = self._parsed(path, boolean=False)

    def _condition(self, path: Path) -> Expression:
        return self._parsed(path, boolean=True) or _NEVER

    def _condition_if_any(self, path: Path) -> Expression | None:
        return self._condition(path) if self._values.has(path) else None

    def _parsed(self, path: Path, *, boolean: bool) -> Expression | None:
        """Return the tree of a text, None where there is none or it is at fault."""
        text = self._values.text(path)
        if text is None:
            return None
        assert self._table is not None  # nothing is parsed before the table is known
        scope = Scope(self._table, self._definition, tuple(self._known))
        try:
            return parse_condition(text, scope) if boolean else parse_value(text, scope)
        except ConditionError as error:
            fault = error.fault
            if fault is not _ALREADY_TOLD:
                place = self._resolved.place(path)
                if place is not None:
                    place = self._document.word_place(place, fault.word, text, fault.offset)
                self._values.problems.append(Problem(fault.message, place, fault.hint))
            return None

    def _definition(self, name: str) -> Expression | None:
        if name in self._known and self._known[name] is None:
            raise ConditionError(_ALREADY_TOLD)
        return self._known.get(name)

    def _form(self, path: Path) -> FormHead:
        self._keys(path, "form")
        return FormHead(
            code=self._text((*path, "code")),
            number=self._text((*path, "number")),
            title=self._names((*path, "title")),
            rows=cast(FormRows, self._values.word((*path, "rows"), ("unit", "field"))),
            row_name=self._names((*path, "row_name")),
        )

    def _block(self, path: Path) -> FormBlock:
        self._keys(path, "block")
        cells = [self._cell(cell) for cell in self._values.several((*path, "cells"))]
        if sum(cell.when is None for cell in cells) != 1:
            message = Text(
                vi="Mỗi nhóm cột cần đúng một cột không có “when”, nhận các hồ sơ còn lại",
                en="A block needs exactly one cell without “when”, which takes the rest",
            )
            self._values.fault((*path, "cells"), message)
        return FormBlock(
            *self._column(path), when=self._condition_if_any((*path, "when")), cells=tuple(cells)
        )

    def _cell(self, path: Path) -> FormCell:
        self._keys(path, "cell")
        under = self._values.names((*path, "under"))
        return FormCell(*self._column(path), under, self._condition_if_any((*path, "when")))

    def _column(self, path: Path) -> tuple[str, Text, Text]:
        """Return the code of a column, its name, and its name where there is little room."""
        name = self._names((*path, "name"))
        return self._text((*path, "code")), name, self._values.names((*path, "short")) or name

    def _detail(self, path: Path, columns: Collection[str]) -> FormDetail:
        self._keys(path, "detail")
        code, name, short = self._column(path)
        of = self._one_of((*path, "of"), columns)
        return FormDetail(code, of, name, short, self._condition((*path, "when")))

    def _rate(self, path: Path, columns: Collection[str]) -> FormRate:
        self._keys(path, "rate")
        numerator = tuple(
            self._one_of(item, columns) for item in self._values.items((*path, "numerator"), single=True)
        )
        denominator = self._one_of((*path, "denominator"), columns)
        return FormRate(*self._column(path), numerator, denominator)

    def _one_of(self, path: Path, columns: Collection[str]) -> str:
        return self._values.word(path, columns) or ""

    def _remark(self, path: Path) -> FormRemark:
        self._keys(path, "remark")
        return FormRemark(self._condition((*path, "when")), self._names((*path, "text")))

    def _check_codes(self, forms: StatutoryForms) -> None:
        """Tell codes that stand twice, or that no column of a result may have."""
        paths: list[tuple[Path, str | None]] = []
        for number, block in enumerate(forms.blocks):
            path: Path = ("blocks", number)
            paths.append(((*path, "code"), block.code))
            paths += [((*path, "cells", n, "code"), cell.code) for n, cell in enumerate(block.cells)]
        paths += [(("details", n, "code"), detail.code) for n, detail in enumerate(forms.details)]
        paths += [(("rates", n, "code"), rate.code) for n, rate in enumerate(forms.rates)]
        self._values.once("code", paths)
        for path, code in paths:
            if code and (not _CODE.fullmatch(code) or code in COLUMNS_BESIDE):
                message = Text(
                    vi=f"“{code[:40]}” không dùng được làm mã cột",
                    en=f"“{code[:40]}” cannot be a column's code",
                )
                beside = ", ".join(COLUMNS_BESIDE)
                hint = Text(
                    vi=f"Chữ thường, số, gạch dưới; khác {beside}",
                    en=f"Small letters, digits, underscores; none of {beside}",
                )
                self._values.fault(path, message, hint)
        codes: list[tuple[Path, str | None]] = [
            (("forms", n, "code"), form.code.lower()) for n, form in enumerate(forms.forms)
        ]
        self._values.once("code", codes)
