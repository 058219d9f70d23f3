"""What a refusal must say, for both fuzz targets: a fault is told in two languages or it is a finding."""

from __future__ import annotations

from collections.abc import Iterable

from chiso.errors import Problem, Text


def assert_told(problems: Iterable[Problem]) -> None:
    """Demand at least one problem, and words in both languages for each."""
    listed = list(problems)
    assert listed, "a refusal without a problem"
    for problem in listed:
        assert_words(problem.message)
        if problem.hint is not None:
            assert_words(problem.hint)


def assert_words(text: Text) -> None:
    """Demand that a message says something in both languages."""
    assert text.vi.strip() and text.en.strip(), "a message without words"
