"""A statutory form as it stands on paper: what is above the table, its merged headings, who signs below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chiso.catalogue.statutory_forms import FIRST_NUMBER, FormColumn, StatutoryForms
from chiso.errors import Language, Text
from chiso.reporting.notes import run_notes
from chiso.reporting.statutory_tables import form_remarks, row_code, row_name
from chiso.reporting.tables import day_text
from chiso.reporting.trace import run_trace, with_bare_name
from chiso.scoring.statutory import StatutoryForm
from chiso.scoring.statutory_rows import FormRow

# The headings: block, what cells share, cell; below them the numbers of the columns.
HEADING_ROWS = 3
_BLANK = "…………………………"


@dataclass(frozen=True)
class Heading:
    """A heading that goes over the rows and columns from the first to the last, counted from 0."""

    first_row: int
    last_row: int
    first: int
    last: int
    text: Text


@dataclass(frozen=True)
class Paper:
    """The texts of a form on paper, in one language.

    ``left``, ``middle`` and ``right`` stand beside each other above the table, ``unit_of_count`` above its
    right end, the ``signatures`` below it.
    """

    left: tuple[str, ...]
    title: str
    middle: tuple[str, ...]
    right: tuple[str, ...]
    unit_of_count: str
    dated: str
    signatures: tuple[tuple[str, str], tuple[str, str]]


def paper_of(form: StatutoryForm, language: Language) -> Paper:
    """Return the texts above and below the table."""
    head, judgement = form.head, form.judgement
    first, last = day_text(judgement.period.first_day, language), day_text(judgement.as_of, language)
    label = judgement.period.label
    reporting = _BLANK if form.reporting is None else form.reporting.name
    receiving = _BLANK if form.receiving is None else form.receiving.name
    period = [
        Text(vi=f"Kỳ báo cáo: {label}", en=f"Period reported: {label}"),
        Text(vi=f"(Từ ngày {first} đến ngày {last})", en=f"(From {first} to {last})"),
    ]
    if judgement.provisional:
        period.append(
            Text(vi="Kỳ chưa kết thúc, số tạm tính", en="The period still runs: provisional figures")
        )

    def said(*texts: Text) -> tuple[str, ...]:
        return tuple(text.in_language(language) for text in texts)

    return Paper(
        left=(
            head.number,
            Text(f"Theo {form.forms.document}", f"After {form.forms.document}").in_language(language),
        ),
        title=head.title.in_language(language).upper(),
        middle=said(*period),
        right=said(
            Text(vi=f"Đơn vị báo cáo: {reporting}", en=f"Reporting: {reporting}"),
            Text(vi=f"Đơn vị nhận báo cáo: {receiving}", en=f"Received by: {receiving}"),
        ),
        unit_of_count=Text(
            vi=f"Đơn vị tính: {form.forms.counted_in.vi}", en=f"Counted: {form.forms.counted_in.en}"
        ).in_language(language),
        dated=Text(vi="……, ngày … tháng … năm ……", en="……, on ……").in_language(language),
        signatures=(
            (
                Text(vi="NGƯỜI LẬP BIỂU", en="PREPARED BY").in_language(language),
                Text(vi="(Ký, ghi rõ họ tên)", en="(signature, full name)").in_language(language),
            ),
            (
                Text(vi="THỦ TRƯỞNG ĐƠN VỊ", en="HEAD OF THE UNIT").in_language(language),
                Text(vi="(Ký, đóng dấu, ghi rõ họ tên)", en="(signature, seal, full name)").in_language(
                    language
                ),
            ),
        ),
    )


def headings_of(form: StatutoryForm) -> list[Heading]:
    """Return the headings, those of the row's number and name first."""
    last_row = HEADING_ROWS - 1
    headings = [
        Heading(0, last_row, 0, 0, Text(vi="TT", en="No.")),
        Heading(0, last_row, 1, 1, form.head.row_name),
    ]
    columns = form.forms.columns()
    for first, last, name in _runs([column.block for column in columns]):
        if name is None:
            headings += [_alone(columns[n], n, 0) for n in range(first, last + 1)]
            continue
        headings.append(Heading(0, 0, _place(first), _place(last), name))
        inner = columns[first : last + 1]
        for start, end, under in _runs([column.under for column in inner]):
            if under is not None:
                headings.append(Heading(1, 1, _place(first + start), _place(first + end), under))
            top = 1 if under is None else last_row
            headings += [_alone(columns[first + n], first + n, top) for n in range(start, end + 1)]
    return headings


def _alone(column: FormColumn, position: int, first_row: int) -> Heading:
    return Heading(first_row, HEADING_ROWS - 1, _place(position), _place(position), column.name)


def _place(position: int) -> int:
    """Return the place of a column beside those of the number and the name."""
    return position + FIRST_NUMBER - 1


def _runs(values: Sequence[Text | None]) -> Iterator[tuple[int, int, Text | None]]:
    """Yield the stretches of equal values with their first and last position; None stands with None."""
    first = 0
    for position in range(1, len(values) + 1):
        if position == len(values) or values[position] != values[first]:
            yield first, position - 1, values[first]
            first = position


def column_numbers(forms: StatutoryForms, language: Language) -> list[str]:
    """Return what stands below the headings: the number of each column, and what it is the sum of."""
    columns = forms.columns()
    numbers = {column.code: f"({column.number})" for column in columns}
    details = {detail.code: numbers[detail.of] for detail in forms.details}
    rates = {
        rate.code: (" + ".join(numbers[code] for code in rate.numerator), numbers[rate.denominator])
        for rate in forms.rates
    }
    inside = Text(vi="trong", en="of").in_language(language)
    told = [f"({number})" for number in range(1, FIRST_NUMBER)]
    for column in columns:
        text = numbers[column.code]
        if column.sum_of:
            text += " = " + " + ".join(numbers[code] for code in column.sum_of)
        elif column.code in details:
            text += f" {inside} {details[column.code]}"
        elif column.code in rates:
            above, below = rates[column.code]
            text += f" = [{above}] : {below}"
        told.append(text)
    return told


def name_on_paper(row: FormRow, language: Language) -> str:
    """Return what a row is called on paper, its code behind it."""
    name, code = row_name(row).in_language(language), row_code(row)
    return name if code is None else f"{name} ({code})"


def paper_notes(form: StatutoryForm, language: Language) -> list[str]:
    """Return the notes that go with a form: remarks, rows by fate, and the hashes of what was read."""
    texts = [*form_remarks(form), *run_notes(form)]
    return [
        *(text.in_language(language) for text in texts),
        *(with_bare_name(note).in_language(language) for note in form.notes),
        f"{form.forms.file}: sha256 {form.forms.sha256}",
        *(f"{label}: {value}" for label, value in run_trace(form, language)),
    ]
