"""A chart → the bytes of a picture: SVG, PNG, or the specification itself as JSON."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from html import escape
from typing import Any

from chiso.errors import Language, Text
from chiso.reporting.charts.look import Picture

# Twice the size of the screen, so that a printed page shows no steps.
_SCALE = 2
_PNG_HEAD = 33  # the signature and the first chunk, which tells the size


def picture_bytes(picture: Picture, form: str, language: Language, trace: Sequence[str]) -> bytes:
    """Return the picture as ``svg``, ``png`` or ``json`` (Vega-Lite), the same bytes whenever it is made.

    ``trace`` says where its numbers come from; it goes into the file, unseen.
    """
    # Drawing it shows its faults; looking for them beforehand takes longer than drawing.
    specification = picture.chart.to_dict(validate=False)
    if form == "json":
        return _json(specification, picture, language, trace).encode()
    import vl_convert

    if form == "png":
        drawn: bytes = vl_convert.vegalite_to_png(specification, scale=_SCALE, allowed_base_urls=[])
        return _with_text(drawn, [picture.title, picture.description, *trace])
    svg: str = vl_convert.vegalite_to_svg(specification, allowed_base_urls=[])
    return _with_words(svg, picture, language, trace).encode()


def _with_words(svg: str, picture: Picture, language: Language, trace: Sequence[str]) -> str:
    """Return the drawing with a title and a description for those who hear it, and its trace."""
    head, rest = svg.split(">", 1)
    words = (
        f' role="img" lang="{language}">'
        f"<title>{escape(picture.title)}</title>"
        f"<desc>{escape(picture.description)}</desc>"
        f"<metadata>{escape(chr(10).join(trace))}</metadata>"
    )
    return f"{head}{words}{rest}\n"


def _with_text(png: bytes, lines: Sequence[str]) -> bytes:
    """Return the picture with ``lines`` as its international text."""
    content = b"iTXt" + b"Description\0\0\0\0\0" + "\n".join(lines).encode()
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return png[:_PNG_HEAD] + chunk + png[_PNG_HEAD:]


def _json(specification: dict[str, Any], picture: Picture, language: Language, trace: Sequence[str]) -> str:
    told = Text(vi="Xuất xứ số liệu", en="Where the numbers come from").in_language(language)
    whole = {**specification, "description": picture.description, "usermeta": {told: list(trace)}}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
