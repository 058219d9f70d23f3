"""Lists of late records → tables: for scripts, for people, and the data of the letter of apology."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from chiso.catalogue.vocabulary import vocabulary
from chiso.errors import Language, Text, plural
from chiso.reporting.notes import run_notes
from chiso.reporting.tables import Column, ColumnKind, ReportTable, Value, day_text, number_text
from chiso.scoring.late import LateLists
from chiso.scoring.late_records import DESCRIBED, ListedRecord, ListName

APOLOGY_SHEET = Text(vi="Văn bản xin lỗi", en="Letters of apology")
LABELS: Mapping[str, Text] = {
    "list": Text(vi="Danh sách", en="List"),
    "unit_code": Text(vi="Mã đơn vị", en="Unit code"),
    "unit_name": Text(vi="Đơn vị giải quyết", en="Unit"),
    "officer_code": Text(vi="Cán bộ", en="Official"),
    "case_id": Text(vi="Mã hồ sơ", en="Case"),
    "petition_id": Text(vi="Mã PAKN", en="Petition"),
    "procedure_id": Text(vi="Mã TTHC", en="Procedure code"),
    "procedure_name": Text(vi="Thủ tục hành chính", en="Procedure"),
    "field_name": Text(vi="Lĩnh vực", en="Field"),
    "received_on": Text(vi="Ngày tiếp nhận", en="Received on"),
    "due_on": Text(vi="Ngày hẹn trả", en="Due on"),
    "last_day_on": Text(vi="Hạn tính", en="Last day in time"),
    "ended_on": Text(vi="Ngày có kết quả", en="Ended on"),
    "working_days_late": Text(vi="Số ngày làm việc quá hạn", en="Working days late"),
    "working_days_left": Text(vi="Số ngày làm việc còn lại", en="Working days left"),
    "note": Text(vi="Ghi chú", en="Note"),
    # The letter of apology.
    "recipient": Text(vi="Kính gửi", en="Recipient"),
    "reason": Text(vi="Lý do", en="Reason"),
    "new_due_on": Text(vi="Ngày hẹn trả mới", en="New due day"),
}
_KINDS: Mapping[str, ColumnKind] = {"working_days_late": "integer", "working_days_left": "integer"}
_SHORT: Mapping[str, Text] = {
    "received_on": Text(vi="Tiếp nhận", en="Received"),
    "due_on": Text(vi="Hẹn trả", en="Due"),
    "ended_on": Text(vi="Kết quả", en="Ended"),
    # A number's heading breaks at blanks; these stay together.
    "days": Text(vi="Ngày\u00a0LV quá\u00a0hạn", en="Working days\u00a0late"),
}
# Wider terminals show more; what is not listed here is shown in any.
_SHOWN_FROM: Mapping[str, int] = {"received_on": 100, "procedure_name": 140}
_APOLOGY = (
    *("recipient", "case_id", "procedure_name", "received_on", "due_on", "ended_on"),
    *("unit_code", "unit_name", "working_days_late", "reason", "new_due_on"),
)


def late_table(lists: LateLists, language: Language) -> ReportTable:
    """Return one row per listed record, as scripts read them: days as 2026-08-14, absent values None."""
    names = column_names(lists)
    columns = tuple(Column(name, _KINDS.get(name, "text"), LABELS[name]) for name in names)
    rows = (values_of(record, lists, language) for record in lists.records)
    return ReportTable(columns, tuple(tuple(row[name] for name in names) for row in rows))


def column_names(lists: LateLists) -> list[str]:
    """Return the columns of a listed record; its number goes by the name it has in its table."""
    described = [name for name in DESCRIBED if name in lists.table.columns]
    official, others = [n for n in described if n == "officer_code"], described
    return [
        *("list", "unit_code", "unit_name", *official, lists.table.own_key[0]),
        *(name for name in others if name not in official),
        *("received_on", "due_on", "last_day_on", "ended_on"),
        *("working_days_late", "working_days_left", "note"),
    ]


def values_of(record: ListedRecord, lists: LateLists, language: Language) -> dict[str, Value]:
    """Return what a listed record has in every column."""
    return {
        "list": record.list,
        "unit_code": record.unit.code,
        "unit_name": record.unit.name,
        lists.table.own_key[0]: record.number,
        **record.described,
        "received_on": _iso(record.received_on),
        "due_on": _iso(record.due_on),
        "last_day_on": _iso(record.last_day),
        "ended_on": _iso(record.ended_on),
        "working_days_late": record.days_late,
        "working_days_left": record.days_left,
        "note": "; ".join(note.in_language(language) for note in record.notes) or None,
    }


def late_view(lists: LateLists, language: Language) -> ReportTable:
    """Return the lists as people read them: a heading above each group, which says how many it holds."""
    key = lists.table.own_key[0]
    names = [key, "officer_code", "procedure_name", "received_on", "due_on", "ended_on", "days", "note"]
    if lists.order == "officer":
        names.remove("officer_code")  # it stands in the heading
    columns = tuple(
        Column(
            name,
            "integer" if name == "days" else "text",
            _SHORT.get(name) or LABELS[name],
            _SHOWN_FROM.get(name, 0),
        )
        for name in names
    )
    rows = []
    for record in lists.records:
        values = values_of(record, lists, language)
        for name, day in _days_of(record).items():
            values[name] = None if day is None else day_text(day, language)
        values["days"] = _days_text(record, language)
        rows.append(tuple(values[name] for name in names))
    return ReportTable(columns, tuple(rows), _headings(lists))


def _days_of(record: ListedRecord) -> dict[str, date | None]:
    return {"received_on": record.received_on, "due_on": record.due_on, "ended_on": record.ended_on}


def _days_text(record: ListedRecord, language: Language) -> str | None:
    if record.days_left is not None:
        left = number_text(record.days_left, language)
        return Text(vi=f"còn {left}", en=f"{left} left").in_language(language)
    return None if record.days_late is None else number_text(record.days_late, language)


def _headings(lists: LateLists) -> dict[int, Text]:
    """Return a heading above the first record of each list and unit (and official)."""
    groups = [_group(record, lists) for record in lists.records]
    sizes = Counter(groups)
    return {
        row: _heading(lists, record, sizes[group])
        for row, (record, group) in enumerate(zip(lists.records, groups, strict=True))
        if row == 0 or groups[row - 1] != group
    }


def _group(record: ListedRecord, lists: LateLists) -> tuple[str, str, str | None]:
    official = record.described["officer_code"] if lists.order == "officer" else ""
    return record.list, record.unit.code, official


def _heading(lists: LateLists, record: ListedRecord, size: int) -> Text:
    title, many = list_title(record.list, lists.within), numbered(size, lists)
    unit = f"{record.unit.code} {record.unit.name}"
    vi, en = [title.vi, unit], [title.en, unit]
    if lists.order == "officer":
        official = record.described["officer_code"]
        vi.append(official or "không rõ cán bộ")
        en.append(official or "no official")
    return Text(" · ".join([*vi, many.vi]), " · ".join([*en, many.en]))


def list_title(name: ListName, within: int) -> Text:
    """Return what a list is called."""
    days = plural(within, "working day", "working days")
    return {
        "finished": Text(vi="Đã giải quyết, quá hạn", en="Finished late"),
        "open": Text(vi="Chưa giải quyết, đã quá hạn", en="Still open and late"),
        "due": Text(
            vi=f"Đến hạn trong {number_text(within, 'vi')} ngày làm việc",
            en=f"Due within {number_text(within, 'en')} {days}",
        ),
    }[name]


def numbered(number: int, lists: LateLists) -> Text:
    """Return so many records in words."""
    word = vocabulary().tables[lists.table.name].called(number)
    return Text(vi=f"{number_text(number, 'vi')} {word.vi}", en=f"{number_text(number, 'en')} {word.en}")


def late_notes(lists: LateLists, language: Language) -> list[str]:
    """Return the notes under the lists: how many they hold, what cannot be told, then those of the run."""
    texts = [*late_totals(lists), *run_notes(lists)]
    return [text.in_language(language) for text in texts] + [
        note.in_language(language) for note in lists.notes
    ]


def late_totals(lists: LateLists) -> Iterator[Text]:
    """Yield how many records each list holds, and how many can be on none."""
    listed = Counter(record.list for record in lists.records)
    judged = numbered(sum(counts.in_population for counts in lists.units), lists)
    for name in lists.lists:
        title, many = list_title(name, lists.within), listed[name]
        yield Text(
            vi=f"{title.vi}: {number_text(many, 'vi')} trên {judged.vi} trong kỳ",
            en=f"{title.en}: {number_text(many, 'en')} of {judged.en} in the period",
        )
    if lists.undetermined:
        open_ones = numbered(lists.undetermined, lists)
        yield Text(
            vi=f"{open_ones.vi} không xác định được có quá hạn hay không (không có hạn nào để tính), "
            "không đưa vào danh sách",
            en=f"{open_ones.en} can be called neither late nor in time (no due day or limit to judge by), "
            "and " + plural(lists.undetermined, "stands on no list", "stand on no list"),
        )


def apology_table(lists: LateLists, language: Language) -> ReportTable:
    """Return what the letter of apology says of each late case; recipient, reason and new day are blank."""
    blank: dict[str, Value] = dict.fromkeys(("recipient", "reason", "new_due_on"))
    columns = tuple(Column(name, _KINDS.get(name, "text"), LABELS[name]) for name in _APOLOGY)
    late = [record for record in lists.records if record.list != "due"]
    rows = ({**values_of(record, lists, language), **blank} for record in late)
    return ReportTable(columns, tuple(tuple(row[name] for name in _APOLOGY) for row in rows))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
