"""Templates of letters: shipped with chiso, replaced file by file by those of an office.

Templates come from elsewhere, so they run in a sandbox: they see the facts of a letter and nothing else.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError
from jinja2.runtime import Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from chiso.errors import CatalogueError, Language, Place, Problem, Text, allowed_words, suggestion
from chiso.reporting.letters.marked import Block, blocks_of, guarded
from chiso.reporting.letters.words import shown
from chiso.reporting.period_names import long_day
from chiso.reporting.tables import day_text, signed_text

SHIPPED = Path(__file__).parent / "templates"
EXAMPLE_OFFICE = SHIPPED / "office.yaml"


def shipped_templates() -> tuple[Path, ...]:
    """Return the templates that come with chiso, by name."""
    return tuple(sorted(SHIPPED.glob("*.txt")))


class Templates:
    """The templates of a language: those in ``folder`` first, where one is given, then the shipped ones."""

    def __init__(self, folder: Path | None, language: Language) -> None:
        self._language: Language = language
        folders = [SHIPPED] if folder is None else [folder, SHIPPED]
        loaders = [FileSystemLoader(each, encoding="utf-8-sig") for each in folders]
        self._environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader(loaders),
            undefined=StrictUndefined,
            finalize=self._finalized,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "long_day": lambda day: long_day(day, language),
            "day": lambda day: day_text(day, language),
            "signed": lambda value: signed_text(value, language),
            "listed": lambda texts: "; ".join(shown(text, language) for text in texts),
            "lower_first": _lower_first,
            "upper_first": lambda text: text[:1].upper() + text[1:],
        }

    def blocks(self, name: str, facts: Mapping[str, object], tables: Sequence[str]) -> list[Block]:
        """Return the blocks of the template ``name`` with ``facts`` put in.

        Raises CatalogueError where the template is faulty, with file and line, or names a table that is none
        of ``tables``.
        """
        file = f"{name}.{self._language}.txt"
        try:
            text = self._environment.get_template(file).render(facts)
        except TemplateSyntaxError as error:
            raise _fault(error.filename or file, error.lineno, error.message or "") from error
        except TemplateNotFound as error:
            message = Text(vi=f"Không có mẫu “{error.name}”", en=f"There is no template “{error.name}”")
            raise CatalogueError(Problem(message, Place(file))) from error
        except UnicodeDecodeError as error:
            message = Text(vi="Mẫu văn bản phải ở dạng UTF-8", en="Templates must be in UTF-8")
            raise CatalogueError(Problem(message, Place(file))) from error
        except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            place, line = _where(error, file)
            # Of other faults only the kind is told: their words may hold values.
            told = str(error) if isinstance(error, (UndefinedError, SecurityError)) else type(error).__name__
            raise _fault(place, line, told) from error
        blocks = blocks_of(text)
        unknown = dict.fromkeys(b.text for b in blocks if b.kind == "table" and b.text not in tables)
        if unknown:
            raise CatalogueError([_no_table(each, file, tables) for each in unknown])
        return blocks

    def _finalized(self, value: object) -> object:
        if isinstance(value, Undefined):
            return value  # tells its own fault
        if value is None or isinstance(value, (str, int, Decimal, date)):
            return guarded(shown(value, self._language))
        raise TypeError(type(value).__name__)


def _lower_first(text: str) -> str:
    """Return a text as it goes on within a sentence; words in capitals stay."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _where(error: BaseException, file: str) -> tuple[str, int | None]:
    """Return the template and the line in which a fault came up."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.endswith(".txt")]
    return (own[-1].filename, own[-1].lineno) if own else (file, None)


def _fault(file: str, line: int | None, told: str) -> CatalogueError:
    message = Text(vi=f"Mẫu văn bản có lỗi: {told}", en=f"The template is faulty: {told}")
    hint = Text(
        vi="Các tên dùng được trong mẫu: xem docs/reports-docx.md",
        en="What a template may name: see docs/reports-docx.md",
    )
    return CatalogueError(Problem(message, Place(file, line=line), hint))


def _no_table(name: str, file: str, tables: Sequence[str]) -> Problem:
    return Problem(
        Text(vi=f"Không có bảng “{name}” ở đây", en=f"There is no table “{name}” here"),
        Place(file),
        suggestion(name, tables) or allowed_words(tables),
    )
