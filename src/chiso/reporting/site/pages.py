"""Pages of a site, one after the other: facts poured into templates, in one language each."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chiso.arithmetic import plain
from chiso.catalogue.model import Bilingual
from chiso.errors import Language, Text
from chiso.reporting.assigned import deadline_text
from chiso.reporting.catalogue_names import STATUSES
from chiso.reporting.period_names import period_name
from chiso.reporting.site.facts import STEPS, Facts
from chiso.reporting.site.index_facts import index_facts
from chiso.reporting.site.names import OVERVIEW, SCRIPT, STYLE, Links, index_page, unit_page
from chiso.reporting.site.unit_card import unit_card
from chiso.reporting.tables import (
    LABELS,
    LEVEL_NAMES,
    NOT_OWN,
    OUTCOMES,
    VALUE_UNITS,
    day_text,
    number_text,
    signed_text,
)
from chiso.reporting.trace import report_notes, trace
from chiso.scoring.report import Report
from chiso.scoring.scoreboard import UnitScore
from chiso.terms.period import Period

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"
ABSENT = "–"
LANGUAGES: tuple[Language, Language] = ("vi", "en")


def site_files(report: Report) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a site, one at a time: the path below its folder, and the content.

    The same report gives the same bytes.
    """
    yield STYLE, _asset(STYLE)
    yield SCRIPT, _asset(SCRIPT)
    facts = Facts(report)
    for language in LANGUAGES:
        pages = _Pages(facts, Links(language))
        yield pages.links.path(OVERVIEW), pages.overview()
        for index in facts.indices:
            yield pages.links.path(index_page(index.code)), pages.index(index.code)
        for unit in facts.board.units:
            yield pages.links.path(unit_page(unit.unit.code)), pages.unit(unit)


def single_page(report: Report, unit: UnitScore | None, language: Language) -> bytes:
    """Return one page with everything it needs in it: a unit's, or the overview."""
    pages = _Pages(Facts(report), Links(language, alone=True))
    return pages.overview() if unit is None else pages.unit(unit)


@dataclass(frozen=True)
class Inlined:
    """Style and script inside a page, each with the hash by which the page lets it run."""

    style: str
    script: str

    @property
    def style_hash(self) -> str:
        """The hash of the style, as a content security policy writes it."""
        return _policy_hash(self.style)

    @property
    def script_hash(self) -> str:
        """The hash of the script, as a content security policy writes it."""
        return _policy_hash(self.script)


def _policy_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class _Pages:
    """The pages of one language."""

    def __init__(self, facts: Facts, links: Links) -> None:
        self._facts = facts
        self.links = links
        self._language = links.language
        self._environment = _environment(links.language)

    def overview(self) -> bytes:
        """Return the page that all begin with."""
        return self._page("overview.html", OVERVIEW)

    def unit(self, unit: UnitScore) -> bytes:
        """Return the page of a unit."""
        return self._page("unit.html", unit_page(unit.unit.code), card=unit_card(self._facts, unit))

    def index(self, code: str) -> bytes:
        """Return the page of a component index."""
        facts = self._facts
        index = next(rule for rule in facts.indices if rule.code == code)
        found = facts.of_index(code)
        steps = [own.cell.step for own in found]
        return self._page(
            "component.html",
            index_page(code),
            index=index,
            group=facts.rules.group_of(index),
            definition=index_facts(index, facts.rules),
            found=found,
            distribution=[steps.count(number) for number in range(len(STEPS))],
            without=steps.count(None),
            owner=facts.board.assigned().get(code),
        )

    def _page(self, template: str, name: str, **told: Any) -> bytes:
        page = self._environment.get_template(template)
        return page.render(name=name, **self._shared, **told).encode()

    @cached_property
    def _shared(self) -> dict[str, Any]:
        report, language = self._facts.report, self._language
        inlined = Inlined(_asset(STYLE).decode(), _asset(SCRIPT).decode()) if self.links.alone else None
        return {
            "facts": self._facts,
            "report": report,
            "board": report.board,
            "rules": report.board.rules,
            "links": self.links,
            "inlined": inlined,
            "style": STYLE,
            "script": SCRIPT,
            "overview": OVERVIEW,
            "trace": trace(report, language),
            "notes": report_notes(report, language),
            "before": report.course[-1].judgement.period if report.course else None,
            "steps": STEPS,
        }


def _asset(name: str) -> bytes:
    return (Path(__file__).parent / name).read_bytes()


def _environment(language: Language) -> jinja2.Environment:
    """Return what pours facts into the templates: everything is escaped, nothing may be undefined."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

    def told(text: Text | Bilingual) -> str:
        return text.vi if language == "vi" else text.en

    def number(value: Decimal | int | None) -> str:
        return ABSENT if value is None else number_text(value, language)

    def short(value: Decimal) -> str:
        text = plain(value)
        return text.replace(".", ",") if language == "vi" else text

    def signed(value: Decimal | int | None) -> str:
        return ABSENT if value is None else signed_text(value, language)

    def value(found: Decimal | None, unit: str) -> str:
        if found is None:
            return ABSENT
        return f"{number_text(found, language)}\u00a0{told(VALUE_UNITS[unit])}".rstrip()

    def named(period: Period) -> str:
        return told(period_name(period))

    environment.filters |= {
        "told": told,
        "number": number,
        "short": short,
        "signed": signed,
        "value": value,
        "day": lambda day: day_text(day, language),
        "period": named,
        "outcome": lambda outcome: told(OUTCOMES[outcome]),
        "level": lambda level: told(LEVEL_NAMES[level]),
        "status": lambda status: told(STATUSES[status]),
        "label": lambda name: told(LABELS[name]),
        "not_own": lambda outcome: told(NOT_OWN[outcome]),
        "deadline": lambda assignment: deadline_text(assignment, language),
    }
    environment.globals |= {
        "say": lambda vi, en: vi if language == "vi" else en,
        "language": language,
        "absent": ABSENT,
    }
    return environment
