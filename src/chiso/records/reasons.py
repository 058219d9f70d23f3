"""Why a cell could not be read, said so that its owner knows what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

from chiso.errors import Text
from chiso.records.mapping import Spelling
from chiso.terms.columns import ColumnSpec

MISSING = Text(vi="để trống", en="is empty")
_NOT_A_DATE = Text(
    vi="không phải một ngày có thật, hoặc dạng không đọc được (dd/mm/yyyy, yyyy-mm-dd, kèm giờ hh:mm:ss)",
    en="is not a real date, or in a form not read (dd/mm/yyyy, yyyy-mm-dd, with hh:mm:ss)",
)
_UNREADABLE: Mapping[str, Text] = {
    "timestamp": _NOT_A_DATE,
    "date": _NOT_A_DATE,
    "integer": Text(vi="không phải số nguyên", en="is not a whole number"),
    "money": Text(vi="không phải số tiền nguyên (VND)", en="is not a whole amount in VND"),
    "boolean": Text(vi="không phải có/không (1/0)", en="is neither yes nor no (1/0)"),
}


def unreadable_reason(column: ColumnSpec, spelling: Spelling) -> Text:
    """Return why a filled cell of ``column`` gave no value, with the words that would have."""
    if column.kind != "enum":
        return _UNREADABLE[column.kind]
    words = ", ".join(column.values)
    reason = Text(
        vi=f"không có trong danh mục giá trị ({words}, hoặc từ tiếng Việt tương ứng)",
        en=f"is none of the allowed words ({words}, or their Vietnamese)",
    )
    lists = spelling.other_list(column.name)
    if lists is None:
        return reason
    return Text(vi=f"{reason.vi}; {lists.vi}: --mapping", en=f"{reason.en}; {lists.en}: --mapping")
