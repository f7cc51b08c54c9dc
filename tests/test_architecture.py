"""The import rules: what may know of what, and no cycles."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from indexer.fingerprint import LIBRARIES

_TOP = Path(__file__).parent.parent


def _modules() -> dict[str, Path]:
    """Every module of both packages by its dotted name; a package goes by its own name."""
    paths = [path for package in ("indexer", "webapp") for path in sorted((_TOP / package).rglob("*.py"))]
    return {".".join(path.relative_to(_TOP).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def _imported(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


_MODULES = _modules()
_IMPORTS = {name: frozenset(_imported(path)) for name, path in _MODULES.items()}
_EDGES = {
    name: frozenset(target if target in _MODULES else target.rpartition(".")[0] for target in targets)
    & (_MODULES.keys() - {name})
    for name, targets in _IMPORTS.items()
}


def _is_in(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _breaches(importers: tuple[str, ...], forbidden: tuple[str, ...], but: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{name} imports {target}"
        for name, targets in _IMPORTS.items()
        if _is_in(name, importers) and not _is_in(name, but)
        for target in sorted(targets)
        if _is_in(target, forbidden)
    ]


_BASE = ("indexer.errors", "indexer.model", "indexer.fields", "indexer.published", "indexer.report", "indexer.file_records")
_READING = ("indexer.extract", "indexer.paragraphs", "indexer.cleaning", "indexer.sentences")
_BUILDING = (
    *("indexer.walk", "indexer.pipeline", "indexer.build", "indexer.intake", "indexer.changes", "indexer.update"),
    *("indexer.fingerprint", "indexer.reading", "indexer.watch"),
)
_COMMANDS = ("indexer.commands", "indexer.command_group", "indexer.progress", "indexer.summary")
_ASKING = ("indexer.search.query", "indexer.search.request", "indexer.search.response", "indexer.search.syntax")
_EMBEDDED = "indexer.search.embedded"

_RULES = {
    "the index knows nothing of HTTP": (("indexer",), ("webapp", "flask", "werkzeug", "jinja2", "bleach", "waitress"), ()),
    "what is shipped knows nothing of the tests": (("indexer", "webapp"), ("tests", "benchmarks", "pytest"), ()),
    "the base knows only itself": (_BASE, ("indexer", "webapp"), ()),
    "documents are read without knowing who asks": (_READING, ("indexer.search", *_BUILDING, *_COMMANDS, "indexer.config"), ()),
    "walking and the pipeline stand before the engine": (("indexer.walk", "indexer.pipeline"), ("indexer.search",), ()),
    "a build knows no command": (_BUILDING, _COMMANDS, ()),
    "an engine knows nothing of files": (("indexer.search",), (*_READING, *_BUILDING, *_COMMANDS), ()),
    "a query is asked without knowing the engine": (_ASKING, ("indexer.search.engine", _EMBEDDED), ()),
    "one door leads to an engine": (("indexer", "webapp"), (_EMBEDDED,), ("indexer.search.engine", _EMBEDDED)),
    "only the embedded engine knows whoosh": (("indexer", "webapp"), ("whoosh",), (_EMBEDDED, "indexer.search.stopwords")),
    "only snippets call bleach": (("webapp",), ("bleach",), ("webapp.snippets",)),
    "only the command line knows waitress": (("webapp",), ("waitress",), ("webapp.cli",)),
    "only watching knows watchfiles": (("indexer", "webapp"), ("watchfiles",), ("indexer.watch",)),
    "only commands know click": (("indexer", "webapp"), ("click",), (*_COMMANDS, "webapp.cli")),
    "building is the command line's": (("webapp",), (*_READING, *_BUILDING, *_COMMANDS), ("webapp.cli", "webapp.__main__")),
}
_OWN_KIND = {"the base knows only itself": _BASE}


@pytest.mark.parametrize("rule", _RULES)
def test_import_rules(rule: str) -> None:
    importers, forbidden, but = _RULES[rule]
    allowed = _OWN_KIND.get(rule, ())
    breaches = [breach for breach in _breaches(importers, forbidden, but) if not _is_in(breach.rpartition(" ")[2], allowed)]
    assert not breaches, f"{rule}: {breaches}"


def test_rules_speak_of_modules_that_exist() -> None:
    ours = {name for importers, forbidden, but in _RULES.values() for name in (*importers, *forbidden, *but)}
    ours = {name for name in ours if name.startswith(("indexer.", "webapp."))}
    assert ours <= _MODULES.keys()


def test_a_breach_is_seen() -> None:
    assert _breaches(("webapp.cli",), ("waitress",))
    assert not _breaches(("webapp.cli",), ("waitress",), but=("webapp.cli",))


def test_no_module_imports_itself_in_a_circle() -> None:
    finished: set[str] = set()
    under_way: list[str] = []

    def visit(name: str) -> None:
        if name in finished:
            return
        assert name not in under_way, " -> ".join([*under_way[under_way.index(name) :], name])
        under_way.append(name)
        for target in sorted(_EDGES[name]):
            visit(target)
        finished.add(under_way.pop())

    for name in sorted(_MODULES):
        visit(name)
    assert finished == set(_MODULES)


def _declared() -> set[str]:
    """The distributions that pyproject.toml names, as they are normalised."""
    project = tomllib.loads((_TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *(each for extra in project["optional-dependencies"].values() for each in extra)]
    return {_normal(re.split(r"[<>=!~;\[ ]", requirement)[0]) for requirement in named}


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_what_is_imported_is_declared() -> None:
    """What another package happens to bring along may be gone with its next version."""
    distributions = packages_distributions()
    roots = {target.partition(".")[0] for targets in _IMPORTS.values() for target in targets}
    foreign = roots - sys.stdlib_module_names - {"indexer", "webapp"}
    undeclared = {root for root in foreign if not _declared() & {_normal(name) for name in distributions[root]}}
    assert not undeclared


def test_what_readers_import_counts_as_reading() -> None:
    """An update reads everything again where another version of it is installed."""
    distributions = packages_distributions()
    readers = {name for name in _MODULES if _is_in(name, (*_READING, "indexer.enrich", "indexer.pipeline"))}
    roots = {target.partition(".")[0] for name in readers for target in _IMPORTS[name]}
    foreign = {root for root in roots if root not in sys.stdlib_module_names and root not in ("indexer", "webapp")}
    assert {_normal(name) for root in foreign for name in distributions[root]} == set(map(_normal, LIBRARIES))


_NOT_IMPORTED_HERE = {
    "lxml-html-clean": "trafilatura's justext imports it, and older versions of pip leave it out",
    "tantivy": "benchmarks/ compare with it, and import it only then",
}


def test_what_is_declared_is_imported() -> None:
    """What nothing imports any more need not be installed by anybody."""
    distributions = packages_distributions()
    roots = {target.partition(".")[0] for targets in _IMPORTS.values() for target in targets}
    imported = {_normal(name) for root in roots for name in distributions.get(root, [root])}
    assert _declared() - imported == set(_NOT_IMPORTED_HERE)


LONGEST_MODULE = 400
LONGEST_FUNCTION = 50


def test_modules_and_functions_stay_readable() -> None:
    long = []
    for name, path in _MODULES.items():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_MODULE:
            long.append(f"{name} has more than {LONGEST_MODULE} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long.append(f"{name}.{node.name} has {length} lines")
    assert not long
