"""Work on a catalogue and on samples: the stories of ``chiso catalogue`` and ``chiso sample``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from chiso.catalogue.formula import IndexRule, RuleSet
from chiso.catalogue.load import load_catalogue
from chiso.errors import GateFailedError, Place, Problem, Text, UsageError, allowed_words, plural
from chiso.scoring.assignments import Assignments, load_assignments
from chiso.scoring.catalogue_tests import TestResult, run_catalogue_tests
from chiso.terms.numbers import number_text
from chiso.terms.working_days import load_working_days


def test_catalogue(file: Path | None, own_working_days: Path | None) -> tuple[TestResult, ...]:
    """Return the result of every test that a catalogue carries."""
    return run_catalogue_tests(load_catalogue(file), load_working_days(own_working_days))


def show_catalogue(
    file: Path | None, edition: str | None, name: str | None, today: date
) -> tuple[RuleSet, IndexRule | None]:
    """Return the rules of an edition (today's by default), and the index asked for by code or alias."""
    rules = load_catalogue(file).rules(today, edition)
    if name is None:
        return rules, None
    return rules, index_named(rules, name)


def index_named(rules: RuleSet, name: str) -> IndexRule:
    """Return the index of that code or alias, in any case of letters; raises UsageError if there is none."""
    by_name = {known.casefold(): index for index in rules.indices for known in (index.code, *index.aliases)}
    index = by_name.get(name.casefold())
    if index is None:
        raise UsageError(
            Problem(
                Text(vi=f"Không có chỉ số “{name}”", en=f"There is no index “{name}”"),
                hint=allowed_words(index.code for index in rules.indices),
            )
        )
    return index


def check_assignments(
    file: Path, catalogue: Path | None, edition: str | None, today: date, *, show_officials: bool
) -> tuple[RuleSet, Assignments]:
    """Return the rules of an edition (today's by default), and who answers for which of their indices."""
    rules = load_catalogue(catalogue).rules(today, edition)
    return rules, load_assignments(file, rules, show_officials=show_officials)


def require_owners(rules: RuleSet, assignments: Assignments) -> None:
    """Raise GateFailedError where nobody answers for an index that earns points."""
    left = len(assignments.unassigned(rules))
    if left:
        raise GateFailedError(
            Problem(
                Text(
                    vi=f"{number_text(left, 'vi')} chỉ số có điểm chưa giao cho ai",
                    en=f"{number_text(left, 'en')} {plural(left, 'index that earns', 'indices that earn')} "
                    f"points "
                    f"{plural(left, 'has', 'have')} no owner",
                ),
                Place(assignments.path),
                Text(vi="Thêm dòng cho chỉ số hoặc cho nhóm", en="Add a row for the index or for its group"),
            )
        )


def write_sample(folder: Path, seed: int, *, templates: bool) -> list[Path]:
    """Write the synthetic sample, or empty templates, into ``folder``; return the files written."""
    from chiso.synthetic import write_samples, write_templates

    return write_templates(folder) if templates else write_samples(folder, seed)
