"""The documents say what chiso does: their commands run, their outputs appear, nothing is left undescribed.

How a document is read: a ``console`` block holds commands (``$ …``) and what they print; a line of ``…``
stands for lines left out, a ``…`` at the end of a line for the rest of it. A block with ``file=NAME``
is written to that file; as ``diff`` it changes the file as the documents give it. Below a heading
``Exit code N`` commands must end so, elsewhere with 0.

After a change of output: ``CHISO_REWRITE_DOCS=1 pytest --marked tests/test_docs.py``, then read the diff.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib
import inspect
import io
import json
import os
import re
import shlex
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import click
import jsonschema
import openpyxl
import pytest
import yaml
from pydantic import BaseModel

import chiso as library
from chiso import run
from chiso.catalogue import expression, model
from chiso.errors import ExitCode
from chiso.records.examine import ColumnUse
from chiso.records.layout import NotRecord
from chiso.records.mapping import shipped_spelling
from chiso.records.mapping_file import SystemMapping, TableMapping
from chiso.records.sources.cell import Format
from chiso.run import preparing
from chiso.scoring import scoreboard
from chiso.terms.columns import COUNTED_TABLES, SPLITS, TABLES, TableSpec
from chiso.terms.text import folded
from chiso.terms.unit import LEVELS
from tests.schemas import strict_objects, validator_of

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.vi.md")
WITH_COMMANDS = (
    *READMES,
    *(path for path in sorted(DOCS.glob("*.md")) if "\n```console\n" in path.read_text("utf-8")),
)
# Their commands score the samples again and again, or are those of README.md once more.
LONG = ("README.vi.md", "batch.md", "compare.md", "reconcile.md", "worked-examples.md")
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")), ROOT / "samples" / "README.md")
REWRITE = bool(os.environ.get("CHISO_REWRITE_DOCS"))
GAP = "…"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file it stands for, its text, and the heading it stands under."""

    kind: str
    file: str | None
    text: str
    heading: str

    @property
    def commands(self) -> tuple[tuple[str, str], ...]:
        """Each command of a console block with what is shown of its output."""
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]
        return tuple((part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in parts)


@functools.cache
def blocks(document: Path) -> tuple[Block, ...]:
    found: list[Block] = []
    heading, opened, lines = "", None, []
    for line in document.read_text("utf-8").split("\n"):
        if opened is None and line.startswith("## "):
            heading = line.removeprefix("## ")
        elif opened is None and line.startswith("```"):
            opened, lines = line.removeprefix("```"), []
        elif opened is not None and line == "```":
            kind, _, file = opened.partition(" file=")
            found.append(Block(kind, file or None, "".join(f"{text}\n" for text in lines), heading))
            opened = None
        elif opened is not None:
            lines.append(line)
    assert opened is None, f"{document}: a fence is left open"
    return tuple(found)


def of_kind(document: Path, *kinds: str) -> list[Block]:
    return [block for block in blocks(document) if block.kind in kinds]


@functools.cache
def files_given() -> dict[str, str]:
    """The files that documents give whole."""
    return {
        block.file: block.text
        for document in WITH_COMMANDS
        for block in blocks(document)
        if block.file is not None and block.kind != "diff"
    }


# Commands


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader has in the folder of the project, as far as commands need it."""
    folder = tmp_path_factory.mktemp("documents")
    shutil.copytree(ROOT / "samples", folder / "samples")
    shutil.copy(ROOT / "indicators.yaml", folder)
    return folder


@pytest.fixture
def readers_desk(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the project, in which nothing is read or scored twice: the documents ask much alike."""
    monkeypatch.chdir(workplace)
    monkeypatch.setattr(run, "score", _once(run.score))
    monkeypatch.setattr(preparing, "load_records", _once(preparing.load_records))


_done: dict[str, Any] = {}


def _once(function: Any) -> Any:
    """Return ``function`` with a memory for what it makes of the samples, which no document changes."""

    def remembering(*arguments: Any, **options: Any) -> Any:
        key = f"{function.__name__} {arguments!r} {options!r}"
        of_samples = not re.findall(r"Path\('(?!samples/|own\.yaml)", key)
        if not of_samples or key not in _done:
            _done[key] = function(*arguments, **options)
        return _done[key]

    return remembering


def speak(language: str, monkeypatch: pytest.MonkeyPatch) -> click.Group:
    """Return the command line as it is under a locale of ``language``: its help is built on import."""
    importlib.import_module("chiso.cli")
    for name in [name for name in sys.modules if name.split(".")[:2] == ["chiso", "cli"]]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, {"en": "en_US.UTF-8", "vi": "vi_VN.UTF-8"}[language])
    monkeypatch.setattr(sys, "argv", ["chiso"])
    main: click.Group = importlib.import_module("chiso.cli").main
    return main


@pytest.mark.usefixtures("readers_desk")
@pytest.mark.parametrize(
    "document",
    [
        pytest.param(path, id=path.name, marks=[pytest.mark.long] if path.name in LONG else [])
        for path in WITH_COMMANDS
    ],
)
def test_commands_print_what_the_document_shows(
    document: Path, chiso: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak("vi" if document.name.endswith(".vi.md") else "en", monkeypatch)
    wrong = []
    for block in blocks(document):
        if block.kind in ("csv", "yaml", "diff") and block.file is not None:
            _put(block)
        for command, shown in block.commands if block.kind == "console" else ():
            wanted = int(code[1]) if (code := re.match(r"Exit code (\d+)", block.heading)) else 0
            printed, ended = _run(command, chiso)
            if ended != wanted:
                wrong.append(f"$ {command}\nended with {ended}, not {wanted}:\n{printed}")
            elif not appears(shown, printed):
                if REWRITE:
                    _rewrite(document, command, shown, printed)
                wrong.append(f"$ {command}\nthe document shows\n{shown}\nbut it prints\n{printed}")
    assert not wrong, "\n\n".join(wrong)


def _put(block: Block) -> None:
    """Write the file that a block stands for; a diff changes the file as the documents give it."""
    assert block.file is not None
    path, text = Path(block.file), block.text
    if block.kind == "diff":
        before = files_given().get(block.file) or path.read_text("utf-8")
        old, new = (
            "".join(f"{line[1:]}\n" for line in block.text.splitlines() if line.startswith(sign))
            for sign in "-+"
        )
        assert before.count(f"\n{old}") == 1, f"{old!r} stands {before.count(old)} times in {path}"
        text = before.replace(f"\n{old}", f"\n{new}")
    path.write_text(text, "utf-8", newline="\n")


def _run(command: str, chiso: Any) -> tuple[str, int]:
    words = shlex.split(command)
    if words[0] == "cp":
        shutil.copy(words[1], words[2])
        return "", 0
    assert words[0] == "chiso", f"not a command that a document may show: {command}"
    outcome = chiso(*words[1:])
    printed = (outcome.stdout + outcome.stderr).replace(os.sep, "/")
    return "".join(f"{line.rstrip()}\n" for line in printed.splitlines()), outcome.code


def appears(shown: str, printed: str) -> bool:
    """Return whether the shown lines are what was printed, but for the gaps."""
    lines = [line.rstrip() for line in shown.rstrip("\n").split("\n")]
    pattern = "".join(
        "(?:.*\n)*?"
        if line == GAP
        else re.escape(line.removesuffix(GAP)) + (".*\n" if line.endswith(GAP) else "\n")
        for line in lines
        if line
    )
    return re.fullmatch(pattern, re.sub(r"\n+", "\n", printed)) is not None


def _rewrite(document: Path, command: str, shown: str, printed: str) -> None:
    """Put the printed lines in the place of the shown ones, with the gaps where they were."""
    lines, position, renewed = printed.splitlines(), 0, list[str]()
    parts = re.split(rf"^{GAP}\n", shown.rstrip("\n") + "\n", flags=re.MULTILINE)
    for number, part in enumerate(parts):
        old = part.splitlines()
        last_part = number == len(parts) - 1
        if old:
            first = _nearest(old[0], lines, position) if number else 0
            last = len(lines) - 1 if last_part else _nearest(old[-1], lines, first) if old[1:] else first
            renewed += lines[first : last + 1]
            position = last + 1
        if not last_part:
            renewed.append(GAP)
    text = document.read_text("utf-8")
    after = "".join(f"{line}\n" for line in renewed)
    document.write_text(text.replace(f"$ {command}\n{shown}", f"$ {command}\n{after}", 1), "utf-8")


def _nearest(old: str, lines: Sequence[str], start: int) -> int:
    def likeness(number: int) -> float:
        return difflib.SequenceMatcher(None, old.split(), lines[number].split()).ratio()

    return max(range(start, len(lines)), key=lambda number: (likeness(number), -number), default=start)


def test_the_comparison_sees_a_digit_and_a_missing_line() -> None:
    printed = "Total  73.95\nBand   Fair\n· a note\n"
    assert appears("Total  73.95\n…\n", printed)
    assert appears("Total  73.95\nBand   Fair\n· a…\n", printed)
    assert not appears("Total  73.96\n…\n", printed)
    assert not appears("Total  73.95\n", printed)
    assert not appears("Total  73.95\n· a note\n", printed)


@pytest.mark.usefixtures("readers_desk")
@pytest.mark.parametrize("document", READMES, ids=lambda path: path.name)
def test_the_first_command_of_a_readme_scores_the_samples(
    document: Path, chiso: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak("en", monkeypatch)
    lines = [line for block in of_kind(document, "sh") for line in block.text.splitlines()]
    score, test = lines[:2]
    assert score.startswith("python3 -m venv .venv && .venv/bin/python -m pip install -q . && ")
    printed, ended = _run(score.rpartition(" && .venv/bin/")[2], chiso)
    assert ended == 0 and "73.95" in printed
    # .ci/run runs both lines whole.
    assert test == (
        "python3 -m venv .venv && .venv/bin/python -m pip install -q -e '.[test]' "
        "&& .venv/bin/python -m pytest -q -n auto"
    )
    windows = [line for block in of_kind(document, "powershell") for line in block.text.splitlines()]
    assert [_as_on_linux(line) for line in windows[:2]] == [score, test]


def _as_on_linux(line: str) -> str:
    return (
        line.replace("py -3 ", "python3 ")
        .replace("; ", " && ")
        .replace("Scripts\\", "bin/")
        .replace("\\", "/")
    )


@pytest.mark.usefixtures("readers_desk")
def test_the_python_example_runs() -> None:
    (example,) = of_kind(READMES[0], "python")
    stdout = io.StringIO()
    with contextlib.redirect_stdout(stdout):
        exec(compile(example.text, "README.md", "exec"), {})
    wanted = re.findall(r"^print\(.*\)  # (.*)$", example.text, flags=re.MULTILINE)
    assert len(wanted) >= 3
    assert stdout.getvalue().splitlines() == wanted


def test_both_readmes_give_the_same_commands() -> None:
    def commands(document: Path) -> list[str]:
        given: list[str] = []
        for block in blocks(document):
            if block.kind == "console":
                given += [command for command, _ in block.commands]
            elif block.kind in ("sh", "powershell", "python", "diff"):
                given.append(block.text)
        return given

    assert commands(READMES[0]) == commands(READMES[1])
    assert len(READMES[0].read_text("utf-8").splitlines()) <= 300


def test_scripts_named_in_the_readme_exist() -> None:
    lines = [line for block in of_kind(READMES[0], "sh", "powershell") for line in block.text.splitlines()]
    bundle = next(line for line in lines if "tools/make_bundle.py" in line)
    script = (ROOT / "tools" / "make_bundle.py").read_text("utf-8")
    for option in re.findall(r" (--?[a-z]+)", bundle):
        assert f'"{option}"' in script, option
    for name in ("install.ps1", "install.sh"):
        assert sum(name in line for line in lines) == 1
        assert (ROOT / "tools" / "bundle" / name).is_file()


# Nothing is left undescribed


def test_every_command_and_option_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table_rows((DOCS / "commands.md").read_text("utf-8"))
    for name, command in _leaf_commands(speak("en", monkeypatch), "chiso"):
        assert f"## {name}\n" in (DOCS / "commands.md").read_text("utf-8"), name
        for option in command.params:
            if not isinstance(option, click.Option) or option.hidden:
                continue
            assert any(
                all(f"`{word}" in row[0] or f"{word}`" in row[0] for word in option.opts)
                and {name.removeprefix("chiso "), *_kinds_of(name, command)} & set(row[1].split(", "))
                for row in rows
            ), f"{name} {option.opts}"
            assert option.help, f"{name} {option.opts} has no help"


def _kinds_of(name: str, command: click.Command) -> Iterator[str]:
    """The words by which the table of options speaks of several commands at once."""
    names = {parameter.name for parameter in command.params}
    yield "all"
    if name.split()[1] in ("report", "chart"):
        yield "all reports"
    if "records" in names:
        yield "all with RECORDS"
    if "period" in names:
        yield "all with a period"


def _leaf_commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for own, inner in command.commands.items():
        yield from _leaf_commands(inner, f"{name} {own}")


def table_rows(text: str) -> list[list[str]]:
    """The rows of every Markdown table, cell by cell."""
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in text.splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]


def section(document: Path, heading: str) -> str:
    """The text under a heading, up to the next one."""
    found = re.search(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", document.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found, f"{document.name} has no section “{heading}”"
    return found[1]


@pytest.mark.parametrize("document", [*READMES, DOCS / "errors.md"], ids=lambda path: path.name)
def test_every_exit_code_is_described(document: Path) -> None:
    described = {row[0] for row in table_rows(document.read_text("utf-8"))}
    assert {str(int(code)) for code in ExitCode} <= described


ENTRIES = {
    model.CatalogueText: "The file",
    model.Bilingual: "Text in both languages",
    model.Edition: "Edition",
    model.Band: "Band",
    model.RecordRules: "Records of a table",
    model.Deadline: "Deadline",
    model.Term: "Term",
    model.Exclusion: "Exclusion",
    model.Group: "Group",
    model.Rounding: "Rounding",
    model.ComponentIndex: "Component index",
    model.Fallback: "Fallback",
    model.PeriodShares: "Shares of a fallback",
    model.Baseline: "Baseline",
    model.Measure: "Measure",
    model.Step: "Step",
    model.Source: "Source",
    model.Repair: "Repair",
    model.Test: "Test",
    model.Expectation: "Expectation",
    model.Reading: "Reading",
    model.ReadingRecords: "Records of a reading",
    model.IndexReading: "Index of a reading",
}


def test_every_key_of_a_catalogue_is_described() -> None:
    entries = {
        entry
        for _, entry in inspect.getmembers(model, inspect.isclass)
        if entry.__module__ == model.__name__ and not entry.__name__.startswith("_")
    }
    assert entries == set(ENTRIES), "a kind of entry without a section in docs/catalogue.md"
    for entry, heading in ENTRIES.items():
        rows = {row[0]: row[1] for row in table_rows(section(DOCS / "catalogue.md", heading))[1:]}
        wanted = {
            (f"**`{field.alias or name}`**" if field.is_required() else f"`{field.alias or name}`"): field
            for name, field in entry.model_fields.items()
        }
        assert list(rows) == list(wanted), heading
        for key, field in wanted.items():
            for word in _words(field.annotation):
                told = f"`{word}`" in rows[key] or (word in LEVELS and "level" in rows[key])
                assert told, f"{heading}: {key} does not tell of {word}"


def _words(annotation: object) -> Iterator[str]:
    """The words that a key may have, as far as its type lists them."""
    if annotation in (bool, None, model.Measure) or annotation == list[model.Measure] | None:
        return
    for argument in get_args(annotation):
        if isinstance(argument, str):
            yield argument
        else:
            yield from _words(argument)


MAPPING_ENTRIES: tuple[type[BaseModel], ...] = (SystemMapping, TableMapping)


def test_every_key_of_a_mapping_is_described() -> None:
    rows = table_rows(section(DOCS / "mapping.md", "Form"))
    told = [row[0] for row in rows if row[0] != "key"]
    wanted = [
        f"**`{name}`**" if field.is_required() else f"`{name}`"
        for entry in MAPPING_ENTRIES
        for name, field in entry.model_fields.items()
    ]
    assert told == wanted


def test_formats_and_rows_that_are_none_are_described() -> None:
    reading = DOCS / "reading.md"
    formats = {row[1].strip("`") for row in table_rows(section(reading, "Formats"))[1:]}
    assert formats - {""} == set(get_args(Format))
    kinds = table_rows(section(reading, "Where the table begins, and which rows are none"))[1:]
    assert {row[0].strip("`") for row in kinds} == set(get_args(NotRecord))


def test_the_condition_language_is_described_whole() -> None:
    language = (DOCS / "catalogue.md").read_text("utf-8")
    for function in get_args(expression.FunctionName):
        assert f"| `{function}(" in language
    for parameter in expression.PARAMETERS:
        assert f"`:{parameter}`" in language and f'":{parameter}"' in language
    told = {
        (name, row[1], row[2])
        for row in table_rows(language)
        for name in re.findall(r"`(\w+)`", row[0])
        if len(row) == 4
    }
    for name in COUNTED_TABLES:
        for relation in TABLES[name].relations.values():
            if relation.name != "unit":
                assert (name, f"`{relation.name}`", f"`{relation.table}`") in told
    assert [name for name in COUNTED_TABLES if "unit" not in TABLES[name].relations] == ["ratings"]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_is_described_with_its_spellings(table: TableSpec) -> None:
    spelling = shipped_spelling()
    rows = table_rows(section(DOCS / "catalogue.md", table.name))[1:]
    assert [row[0] for row in rows] == [f"`{name}`" for name in table.columns]
    for row, column in zip(rows, table.columns.values(), strict=True):
        assert row[1] == column.kind
        headings = [] if row[2] == "–" else row[2].split(" · ")
        assert headings == list(spelling.known_spellings(table, column.name)[1:]), column.name
        if column.kind == "enum":
            told = row[3].split("`", 1)[1]
            for text, word in spelling.value_spellings(table.name, column).items():
                own = folded(told.partition(f"{word}`")[2].split("`")[0])
                # A figure may also be written as 9.0, a tone on either vowel.
                assert text == word or folded(text).removesuffix(".0") in own, f"{column.name}: {text}"
    intro = section(DOCS / "catalogue.md", table.name)
    for name in (*table.required, *table.newest_by):
        assert f"`{name}`" in intro


def test_kinds_of_cells_are_described() -> None:
    told = {row[0] for row in table_rows(section(DOCS / "catalogue.md", "Tables and columns"))}
    assert {column.kind for table in TABLES.values() for column in table.columns.values()} <= told


def test_every_outcome_level_and_split_is_described() -> None:
    rules = section(DOCS / "scoring-rules.md", "Outcomes")
    for outcome in (*get_args(scoreboard.Outcome), *get_args(scoreboard.UnitOutcome)):
        assert f"`{outcome}`" in rules
    glossary = (DOCS / "glossary.md").read_text("utf-8")
    for level in LEVELS:
        assert f"`{level}`" in glossary
    splits = section(DOCS / "scoring-rules.md", "Splitting a unit's score")
    assert all(f"`{split}`" in splits.replace("--by ", "`") for split in SPLITS)


def test_the_rules_of_766_are_told_as_the_catalogue_has_them() -> None:
    catalogue = library.load_catalogue()
    editions = [catalogue.rules(date.max, edition.id) for edition in catalogue.editions]
    told = table_rows(section(DOCS / "scoring-rules.md", "What is inferred, and why"))[1:]
    assert [row[0] for row in told] == [index.code for index in editions[0].indices]
    for row, *indices in zip(told, *(rules.indices for rules in editions), strict=True):
        assert row[1:3] == [index.status for index in indices]
        note = indices[-1].source.note
        assert row[3] == ("as FD says" if note is None else note.en)
    zero = {
        code: [cell.strip("`") for cell in row[1:]]
        for row in table_rows(section(DOCS / "scoring-rules.md", "Zero denominators"))
        for code in row[0].split(", ")
    }
    for old, new in zip(*(rules.indices for rules in editions), strict=True):
        assert zero[old.code] == [old.on_zero, new.on_zero]


def test_words_of_the_glossary_are_used_in_the_code() -> None:
    data = (ROOT / "indicators.yaml", ROOT / "src" / "chiso" / "catalogue" / "statutory_forms.yaml")
    code = "\n".join(path.read_text("utf-8") for path in (*(ROOT / "src").rglob("*.py"), *data))
    rows = table_rows((DOCS / "glossary.md").read_text("utf-8"))
    assert len(rows) > 60
    for row in rows:
        for word in re.findall(r"`([^`]+)`", row[2]):
            assert re.search(rf"(?<!\w){re.escape(word)}(?!\w)", code), word
    terms = [row[0] for row in rows if row[0] != "English"]
    assert len(terms) == len(set(terms)), "a term stands twice"


# Form


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = document if not name else (document.parent / name).resolve()
        assert target.exists(), f"{document.name}: {link}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), flags=re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, f"{document.name}: {link}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_texts_are_in_nfc_and_blocks_of_data_can_be_read() -> None:
    data = [ROOT / "indicators.yaml", *(ROOT / "src").rglob("*.yaml"), *DOCS.rglob("*.json")]
    for path in (*DOCUMENTS, *data):
        text = path.read_bytes().decode("utf-8")
        assert unicodedata.is_normalized("NFC", text), path
        assert "\r" not in text, path
    for document in DOCUMENTS:
        for block in of_kind(document, "yaml"):
            yaml.compose(block.text)
        for block in of_kind(document, "json"):
            json.loads(block.text)


def test_the_changelog_tells_first_which_scores_may_change() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    releases = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    assert releases[0].startswith(f"{library.__version__} ")
    for release in releases:
        assert re.findall(r"^### (.*)$", release, flags=re.MULTILINE)[0] == "Scores may change"


# The JSON schemas


PORTAL = "samples/gia-lai-2026-portal"
RUNS = {
    "score": f"score --units {PORTAL}/units.csv --reported {PORTAL}/gia-lai-2026-indices.csv",
    "rank": f"rank --units {PORTAL}/units.csv --reported {PORTAL}/gia-lai-2026-totals.csv --top 3",
    "records": "score samples/gia-lai-2026 --unit H21.125",
    "officers": "score samples/gia-lai-2026 --unit H21.125 --by officer",
    "messy": "score samples/messy",
}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return validator_of("scoreboard")


@pytest.fixture(scope="module")
def check_validator() -> jsonschema.Draft202012Validator:
    return validator_of("check")


@pytest.mark.usefixtures("readers_desk")
@pytest.mark.parametrize("command", RUNS.values(), ids=RUNS)
def test_json_keeps_to_its_schema(
    command: str, chiso: Any, validator: jsonschema.Draft202012Validator
) -> None:
    outcome = chiso(*command.split(), "--period", "2026", "--as-of", "2026-10-10", "--format", "json")
    assert outcome.code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert not [error.message for error in validator.iter_errors(data)]
    assert ("rank" in data["units"][0]) == command.startswith("rank")


def test_quarantine_and_missing_data_keep_to_the_schema(
    tmp_path: Path, chiso: Any, validator: jsonschema.Draft202012Validator
) -> None:
    (tmp_path / "units.csv").write_text("unit_code,unit_name,level\nA,Xã A,commune\n", "utf-8")
    (tmp_path / "cases.csv").write_text(
        "case_id,unit_code,received_at\n1,A,05/08/2026\n2,A,31/02/2026\n", "utf-8"
    )
    outcome = chiso("score", tmp_path, "--period", "2026-08", "--as-of", "2026-08-31", "--format", "json")
    data = json.loads(outcome.stdout)
    assert not [error.message for error in validator.iter_errors(data)]
    assert data["quarantine"] and data["indices_without_data"] and data["units"][0]["outcome"] == "partial"


NESTED = {
    "MaHoSo": "H21.125-260805-0001",
    "DonViXuLy": "H21.125",
    "NgayTiepNhan": "20260805081500",
    "TrangThaiHoSo": "4",
    "ChuHoSo": "Nguyễn Văn Mẫu",
    "TaiLieuNop": [{"DuocSoHoa": "1"}],
}
CHECKS = {
    "messy": "check samples/messy --as-of 2026-08-31",
    "reported": f"check --units {PORTAL}/units.csv --reported {PORTAL}/gia-lai-2026-indices.csv",
    "json": "check nested.json",
    "json lines": "check nested.jsonl",
    "workbook": "check codes.xlsx",
}


@pytest.mark.usefixtures("readers_desk")
@pytest.mark.parametrize("command", CHECKS.values(), ids=CHECKS)
def test_json_of_check_keeps_to_its_schema(
    command: str, chiso: Any, check_validator: jsonschema.Draft202012Validator
) -> None:
    Path("nested.json").write_text(json.dumps({"service": "DongBoHoSoMC", "data": [NESTED]}), "utf-8")
    Path("nested.jsonl").write_text(json.dumps(NESTED) + "\n", "utf-8")
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (["Mã hồ sơ", "Mã đơn vị", "Ngày tiếp nhận"], [12345, "H21.125", date(2026, 8, 5)]):
        sheet.append(row)
    workbook.save("codes.xlsx")
    outcome = chiso(*command.split(), "--format", "json")
    assert outcome.code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert not [error.message for error in check_validator.iter_errors(data)]
    assert data["files"]
    for file in data["files"]:
        rows = file["rows"]
        assert rows["read"] == rows["usable"] + rows["superseded"] + rows["quarantined"]
    assert "Nguyễn Văn Mẫu" not in outcome.stdout


def test_the_schema_of_check_is_strict(check_validator: jsonschema.Draft202012Validator) -> None:
    schema: Any = check_validator.schema
    found = list(strict_objects(schema))
    assert len(found) >= 8
    for described in found:
        assert described["required"] == list(described["properties"])
    file, column = schema["$defs"]["file"]["properties"], schema["$defs"]["column"]["properties"]
    assert file["format"]["enum"] == list(get_args(Format))
    assert set(file["not_records"]["propertyNames"]["enum"]) == set(get_args(NotRecord))
    assert column["use"]["enum"] == list(get_args(ColumnUse))
    assert file["table"]["enum"] == list(TABLES)


def test_the_schema_is_strict(validator: jsonschema.Draft202012Validator) -> None:
    schema: Any = validator.schema
    assert len(list(strict_objects(schema))) >= 12
    file = schema["$defs"]["file"]["properties"]
    assert file["format"]["enum"] == list(get_args(Format))
    assert set(file["not_records"]["propertyNames"]["enum"]) == set(get_args(NotRecord))
    outcome = schema["$defs"]["index"]["properties"]["outcome"]["enum"]
    few = scoreboard.FEW_CASES
    assert outcome == [*get_args(scoreboard.Outcome), few]
    of_unit = schema["$defs"]["unit"]["properties"]["outcome"]["enum"]
    assert of_unit == [*get_args(scoreboard.UnitOutcome), few]
    assert schema["$defs"]["unit"]["properties"]["level"]["enum"] == list(LEVELS)
