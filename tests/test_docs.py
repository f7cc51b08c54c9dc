"""What the docs state is what the code does."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest

from indexer import errors
from indexer.columns import Columns
from indexer.commands import indexer
from indexer.config import ENVIRONMENT_PREFIX, Settings, load_settings
from indexer.extract import FORMATS
from indexer.extract.metadata import ALIASES, STATED_FIELDS
from indexer.fields import FIELDS
from indexer.model import Kind
from indexer.search import syntax
from indexer.search.capabilities import Capabilities
from indexer.search.embedded.codec.arrays import FORMAT_VERSION, ArraysFile, smallest
from indexer.search.embedded.histogram import MAX_BUCKETS
from indexer.search.request import Match
from indexer.search.stopwords import STOP_WORDS
from tests.command_line import run
from tests.query_cases import CASES
from tests.test_architecture import LONGEST_FUNCTION, LONGEST_MODULE
from webapp import create_app
from webapp.arguments import Parameter
from webapp.cli import loccit, option_name
from webapp.examples import topics
from webapp.labels import value_label
from webapp.params import (
    DOCUMENT_PARAMETERS,
    FACET_PARAMETERS,
    PARAGRAPH_PARAMETERS,
    PARAMETERS,
    SUGGEST_PARAMETERS,
)

_TOP = Path(__file__).parent.parent
_DOCS = (_TOP / "README.md", _TOP / "CHANGELOG.md", _TOP / "index_data" / "README.md", *sorted((_TOP / "docs").rglob("*.md")))
_ROW = re.compile(r"^\| (.+?) \|$", re.MULTILINE)


def _text(name: str) -> str:
    return (_TOP / name).read_text(encoding="utf-8")


def _rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table whose first column has this heading."""
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert table is not None, f"no table of {heading}"
    return [row.split(" | ") for row in _ROW.findall(table.group(1))]


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def _section(text: str, heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no section {heading}"
    return found.group(1)


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds."""
    folder = tmp_path_factory.mktemp("docs") / "index_data"
    assert run(loccit, "rebuild", str(_TOP / "seeds"), "--index-dir", str(folder)).exit_code == 0
    return folder


def test_settings_are_described_as_they_are() -> None:
    described = [
        (name.strip("`"), default.strip("`"), does) for name, default, does in _rows(_text("docs/settings.md"), "setting")
    ]
    assert described == [(field.name, _as_toml(field.default), field.metadata["help"]) for field in fields(Settings)]


def _as_toml(value: object) -> str:
    if isinstance(value, Columns):
        return "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_as_toml, value))}]"
    return str(value).lower() if isinstance(value, int) else f'"{value}"'


def test_the_examples_of_settings_hold(tmp_path: Path) -> None:
    examples = [*_blocks(_text("docs/settings.md"), "toml"), *_blocks(_text("README.md"), "toml")]
    assert examples
    for number, example in enumerate(examples):
        path = tmp_path / f"{number}.toml"
        path.write_text(example)
        assert load_settings(path, {}, {}) != Settings()


def test_the_examples_of_variables_hold() -> None:
    variables = dict(re.findall(rf"`({ENVIRONMENT_PREFIX}\w+)=([^`]+)`", _text("docs/settings.md")))
    assert variables
    assert load_settings(None, variables, {}) != Settings()


def test_every_command_and_option_is_described() -> None:
    text = _text("docs/commands.md")
    assert re.findall(r"^## loccit (\w+)$", text, re.MULTILINE) == [
        "rebuild",
        "update",
        "watch",
        "rollback",
        "search",
        "serve",
        "status",
        "check",
    ]
    assert set(loccit.commands) == {"rebuild", "update", "watch", "rollback", "search", "serve", "status", "check"}
    assert set(indexer.commands) == {"rebuild", "update", "watch", "rollback", "status", "check"}
    parameters = {option_name(parameter) for parameter in PARAMETERS}
    common = set.intersection(*(_options(command) for command in loccit.commands.values()))
    assert common == set(re.findall(r"`(--[a-z-]+)[^`]*`", text.split("| exit code |")[0].split("Every command takes")[1]))
    for name, command in loccit.commands.items():
        section = _section(text, f"loccit {name}")
        described = {row[0].strip("`").split(" ")[0] for row in _rows(section, "option")} if "| option |" in section else set()
        assert described == _options(command) - common - parameters, name


def _options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts if name.startswith("--")}


def test_the_example_of_a_report_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (documented,) = (json.loads(block) for block in _blocks(_text("docs/commands.md"), "json"))
    press = tmp_path / "press"
    press.mkdir()
    (press / "logo.png").write_bytes(b"\x89PNG")
    (press / "note.txt").write_text("The council met in Ostrel.")
    monkeypatch.chdir(tmp_path)
    assert run(loccit, "rebuild", "press", "--report", "report.json").exit_code == 0
    report = json.loads(Path("report.json").read_text(encoding="utf-8"))
    assert list(documented) == list(report)
    assert list(documented["documents"]) == list(report["documents"])
    assert documented["skipped"] == report["skipped"]


def test_every_parameter_is_described_as_it_is() -> None:
    rows = [[name.strip("`"), does, takes] for name, does, takes in _rows(_text("docs/api.md"), "parameter")]
    assert rows == [
        [parameter.name, parameter.help, parameter.takes + ("; repeatable" if parameter.repeatable else "")]
        for parameter in PARAMETERS
    ]


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("/api/facets/{field}", [each for each in FACET_PARAMETERS if each not in PARAMETERS]),
        ("/api/suggest", SUGGEST_PARAMETERS),
        ("/api/documents/{id}", DOCUMENT_PARAMETERS),
        ("/api/documents/{id}/paragraphs/{n}", PARAGRAPH_PARAMETERS),
    ],
)
def test_what_other_addresses_take_is_described(address: str, taken: Sequence[Parameter]) -> None:
    section = _section(_text("docs/api.md"), f"GET {address}")
    assert [each.name for each in taken if f"`{each.name}" not in section] == []


def test_every_row_of_the_query_language_is_a_case() -> None:
    """The tables of the docs and of the help page show queries whose meaning is held by `query_cases.toml`."""
    cases = {case.query for case in CASES if case.match is Match.ALL}
    table = (cells[0] for cells in _rows(_text("docs/queries.md"), "write"))
    described = [query for cell in table for query in re.findall(r"`([^`]+)`", cell)]
    helped = [example.query for topic in topics(Capabilities()) for example in topic.examples]
    assert len(described) > 20
    assert len(helped) > 25
    assert [query for query in (*described, *helped) if query not in cases] == []


def test_the_example_of_an_answer_is_real(index_dir: Path) -> None:
    text = _text("docs/api.md")
    address = re.search(r"`GET (/api/search\?\S+)`", text)
    assert address is not None
    (documented,) = (json.loads(block) for block in _blocks(text, "json"))
    answer = create_app(Settings(index_dir=index_dir)).test_client().get(address.group(1)).get_json()
    assert _lasting(documented) == _lasting(answer)


def _lasting(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what another build or machine changes."""
    answer = answer | {"generation": "", "took_ms": 0}
    return answer | {"hits": [hit | {"score": None} for hit in answer["hits"]]}


def test_every_address_of_the_api_is_described() -> None:
    described = {re.sub(r"{\w+}", "{}", path) for path in re.findall(r"^## GET (\S+)$", _text("docs/api.md"), re.MULTILINE)}
    rules = create_app(Settings()).url_map.iter_rules()
    programs = {
        re.sub(r"<[^>]+>", "{}", rule.rule)
        for rule in rules
        if rule.rule.startswith(("/api/", "/healthz", "/readyz")) or rule.rule.endswith("/source")
    }
    assert described == programs


def test_the_bound_of_the_histogram_is_the_codes() -> None:
    assert f"It has at most {MAX_BUCKETS:,} buckets" in re.sub(r"\s+", " ", _text("docs/api.md"))


def test_the_files_of_an_index_are_described(index_dir: Path) -> None:
    described = [row[0].strip("`") for row in _rows(_text("docs/format.md"), "file")]
    assert [row[0].strip("`") for row in _rows(_text("index_data/README.md"), "file")] == described[:-1]
    assert described[-1] == "README.md"
    patterns = [re.sub(r"<\w+>", r"\\w+", name.replace(".", r"\.")) for name in described]
    for file in index_dir.iterdir():
        assert any(re.fullmatch(pattern, file.name) for pattern in patterns), file.name


def test_the_types_of_arrays_are_described(index_dir: Path) -> None:
    every_field = "|".join(field.name for field in FIELDS)
    rules = [("the smallest unsigned one that holds the numbers", re.compile(r"kind\.ordinals"))]
    for stated, names in _rows(_text("docs/format.md"), "type"):
        written = re.findall(r"`([a-z<][\w<>.]+\.\w+)`", names)
        pattern = "|".join(re.escape(name).replace("<field>", f"(?:{every_field})") for name in written)
        rules.append((stated.strip("`"), re.compile(pattern) if written else re.compile(".+")))
    met = set()
    for path in (*index_dir.glob("*.arrays"), *index_dir.glob("*.files")):
        file = ArraysFile(path)
        for name in file.sizes():
            stated = next(stated for stated, names in rules if names.fullmatch(name))
            least = 2 if "at least" in stated else 1
            wanted = smallest(file[name], least).dtype.str if "smallest" in stated else stated
            assert (name, file[name].dtype.str) == (name, wanted)
            met.add(stated)
    assert met == {stated for stated, _names in rules}


def test_every_error_stands_in_the_tree_of_errors() -> None:
    known = [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.LoccitError)]
    assert re.findall(r"[├└]── (\w+) ", str(errors.__doc__)) == [error.__name__ for error in known[1:]]


def test_the_version_of_the_format_is_named() -> None:
    described = _text("docs/format.md")
    assert f"Format version {FORMAT_VERSION}." in described
    assert f"| `format` | {FORMAT_VERSION} |" in described
    assert f"(docs/format.md), version {FORMAT_VERSION}:" in _text("CHANGELOG.md")


def test_every_field_is_described() -> None:
    assert [row[0].strip("`") for row in _rows(_text("docs/queries.md"), "field")] == [field.name for field in FIELDS]


def test_every_kind_of_record_is_described() -> None:
    for name in ("docs/queries.md", "docs/documents.md"):
        assert all(f"`{kind}`" in _text(name) for kind in Kind)


def test_the_examples_of_queries_are_read_without_a_warning() -> None:
    cells = [row[0] for row in _rows(_text("docs/queries.md"), "write")]
    queries = [query for cell in cells for query in re.findall(r"`([^`]+)`", cell)]
    assert len(queries) > len(cells)
    assert [query for query in queries if syntax.parse(query).warnings] == []


def test_the_bounds_of_queries_are_the_codes() -> None:
    bounds = _section(_text("docs/queries.md"), "Bounds")
    assert f"{syntax.MAX_CHARACTERS:,} characters, {syntax.MAX_TERMS} terms, parentheses {syntax.MAX_NESTING} deep" in bounds


def test_every_language_with_stop_words_is_named() -> None:
    listed = re.search(r"There are lists for ([^.]+)\.", _section(_text("docs/queries.md"), "How words match"))
    assert listed is not None
    assert re.findall(r"[A-Z]\w+", listed[1]) == sorted(value_label("language", language) for language in STOP_WORDS)


def test_every_format_is_described() -> None:
    rows = {row[0].strip("`"): set(re.findall(r"`(\.\w+)`", row[1])) for row in _rows(_text("docs/documents.md"), "format")}
    assert rows == {known.name: set(known.suffixes) for known in FORMATS}


def test_every_key_of_metadata_is_described() -> None:
    cells = [row[0] for row in _rows(_text("docs/documents.md"), "key")]
    keys = {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
    assert keys == {*STATED_FIELDS, *ALIASES}


def test_what_the_readme_shows_is_what_the_command_prints(index_dir: Path) -> None:
    shown = re.findall(r"```console\n\$ loccit (search .*)\n((?:.*\n)+?)```", _text("README.md"))
    assert shown
    for command, output in shown:
        assert run(loccit, *shlex.split(command), "--index-dir", str(index_dir)).stdout == output


@pytest.mark.parametrize("path", _DOCS, ids=lambda path: path.relative_to(_TOP).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        file, _, anchor = target.partition("#")
        linked = path.parent / file if file else path
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, target


def test_every_target_of_make_is_described() -> None:
    targets = re.findall(r"^\.PHONY: (.+)$", _text("Makefile"), re.MULTILINE)[0].split()
    assert [row[0].strip("`") for row in _rows(_text("docs/development.md"), "command")] == [f"make {name}" for name in targets]


def test_limits_of_length_are_the_tests() -> None:
    limits = f"at most {LONGEST_MODULE} lines; functions at most {LONGEST_FUNCTION}."
    assert limits in _section(_text("docs/development.md"), "Habits")


def test_soak_takes_the_larger_budget() -> None:
    recipe = re.search(r"^soak:.*\n\t(.+)$", _text("Makefile"), re.MULTILINE)
    assert recipe is not None
    assert recipe[1].startswith("TEST_BUDGET=soak ")
    assert "`TEST_BUDGET=soak`" in _text("docs/development.md")


def test_every_decision_is_listed() -> None:
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", _text("docs/decisions/README.md"))
    assert listed == sorted(path.name for path in (_TOP / "docs" / "decisions").glob("0*.md"))


def test_lock_files_name_no_host_and_no_path() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = _text(name)
        assert "://" not in text
        assert not re.search(r"(?<![\w(])/\w", text)
        assert "--hash=sha256:" in text


def test_lock_files_hold_what_is_declared_and_no_benchmarks() -> None:
    project = tomllib.loads(_text("pyproject.toml"))
    extras = project["project"]["optional-dependencies"]
    runtime, development = (
        set(re.findall(r"^([a-z0-9-]+)==", _text(name), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert _names(project["project"]["dependencies"]) | _names(extras["fast"]) <= runtime
    assert _names(project["dependency-groups"]["dev"]) <= development
    assert not _names(extras["benchmarks"]) & (runtime | development)


def _names(requirements: list[str]) -> set[str]:
    """The names of what is required, as lock files write them."""
    return {re.sub(r"[-_.]+", "-", re.split(r"[<>=;\[ ]", each)[0]).lower() for each in requirements}
