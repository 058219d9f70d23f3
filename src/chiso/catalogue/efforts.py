"""An office's own efforts: what each kind of repair costs it, laid over the catalogue's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from chiso.catalogue.reader import Document
from chiso.errors import CatalogueError, Place, Problem, Text, allowed_words, suggestion
from chiso.terms.numbers import number_text

_LARGEST = 1_000


def load_efforts(path: Path, kinds: Collection[str]) -> dict[str, int]:
    """Return the effort of each kind of repair that the file names: a whole number from 1 to 1000.

    The file is YAML, one ``kind: effort`` to a line. Raises CatalogueError with every fault: a kind that is
    none of ``kinds``, one given twice, an effort that is no such number.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = Text(vi="Không đọc được bảng công sức", en="Cannot read the efforts")
        raise CatalogueError(Problem(message, Place(str(path)))) from error
    except UnicodeDecodeError as error:
        message = Text(vi="Bảng công sức phải ở dạng UTF-8", en="Efforts must be in UTF-8")
        raise CatalogueError(Problem(message, Place(str(path)))) from error
    if not any(line.partition("#")[0].strip() for line in text.splitlines()):
        return {}
    document = Document.parsed(text, path.name)
    resolved = document.resolve(date.max)
    problems = list(document.problems)
    efforts: dict[str, int] = {}
    for kind, effort in resolved.data.items() if isinstance(resolved.data, dict) else ():
        place = resolved.place((kind, "<key>"))
        if kind not in kinds:
            message = Text(vi=f"Không có việc “{kind}”", en=f"There is no kind of repair “{kind}”")
            problems.append(Problem(message, place, suggestion(kind, kinds) or allowed_words(kinds)))
        elif isinstance(effort, bool) or not isinstance(effort, int) or not 1 <= effort <= _LARGEST:
            message = Text(
                vi=f"Công sức của “{kind}” phải là số nguyên từ 1 đến {number_text(_LARGEST, 'vi')}",
                en=f"The effort of “{kind}” must be a whole number from 1 to {number_text(_LARGEST, 'en')}",
            )
            hint = Text(vi=f"Ví dụ {kind}: 2", en=f"For instance {kind}: 2")
            problems.append(Problem(message, resolved.place((kind,)), hint))
        else:
            efforts[kind] = effort
    if problems:
        raise CatalogueError(problems)
    return efforts
