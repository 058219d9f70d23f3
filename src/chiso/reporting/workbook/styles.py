"""How the sheets of a workbook look: fonts, frames, number formats, the printed page."""

from __future__ import annotations

from typing import Any

# What stands for an absent figure, never 0.
ABSENT = "–"
HEADER_FILL = "#DCE6F1"
INPUT_FILL = "#FFF9E5"
BAR_COLOR = "#9DC3E6"
LOST_COLOR = "#E6B8AF"

_FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
_FRAME = {**_FONT, "border": 1, "border_color": "#A6A6A6"}
_NUMBER = {**_FRAME, "align": "right"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {**_FONT, "bold": True, "font_size": 14},
    "main_title": {**_FONT, "bold": True, "font_size": 14, "text_wrap": True, "align": "center"},
    "centered": {**_FONT, "italic": True, "align": "center"},
    "subtitle": {**_FONT, "italic": True},
    "notice": {**_FONT, "italic": True, "font_color": "#9C5700", "text_wrap": True, "valign": "top"},
    "section": {**_FONT, "bold": True, "font_size": 12},
    "plain": {**_FONT, "text_wrap": True, "valign": "top"},
    "label": {**_FONT, "bold": True, "text_wrap": True, "valign": "top"},
    "heading": {**_FRAME, "bold": True, "align": "center", "text_wrap": True, "bg_color": HEADER_FILL},
    "text": {**_FRAME, "indent": 1},
    "wrapped": {**_FRAME, "text_wrap": True, "indent": 1},
    "center": {**_FRAME, "align": "center"},
    "integer": {**_NUMBER, "num_format": "#,##0"},
    "count": {**_NUMBER, "num_format": "#,##0", "bg_color": INPUT_FILL, "locked": False},
    "decimal": {**_NUMBER, "num_format": "#,##0.00"},
    "total": {**_NUMBER, "num_format": "#,##0.00", "bold": True},
    "change": {**_NUMBER, "num_format": '+#,##0.00;[Red]"−"#,##0.00;0.00'},
    "percent": {**_NUMBER, "num_format": "0.####%"},
    "general": _NUMBER,
}


class Styles:
    """The formats of one workbook, by name."""

    def __init__(self, workbook: Any) -> None:
        self._formats = {name: workbook.add_format(style) for name, style in _STYLES.items()}

    def __getitem__(self, name: str) -> Any:
        return self._formats[name]


def set_up_page(sheet: Any, *, last_row: int, last_column: int, repeated: int | None = None) -> None:
    """Set A4 across, one page wide, the row ``repeated`` on every page, pages numbered; rows count from 0."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.4, top=0.7, bottom=0.6)
    sheet.set_footer("&C&P / &N", {"margin": 0.3})
    sheet.print_area(0, 0, last_row, last_column)
    if repeated is not None:
        sheet.repeat_rows(repeated)
