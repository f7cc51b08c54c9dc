"""What `make native` compiles: answers like the sources, and is never older than they are."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path

import pytest

from indexer.errors import Outdated
from indexer.native import native_modules, refuse_outdated, source_of

_TOP = Path(__file__).parent.parent
_SUFFIX = EXTENSION_SUFFIXES[0]
_TRIED = ("tests/engines/test_query_cases.py", "tests/engines/test_spans.py", "tests/engines/test_facets.py")
_OLDER, _NEWER = (1_700_000_000, 1_700_000_000), (1_700_000_001, 1_700_000_001)


def _chosen() -> list[str]:
    """The modules that setup.py names, dotted."""
    for statement in ast.parse((_TOP / "setup.py").read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "NATIVE":
            packages: dict[str, str] = ast.literal_eval(statement.value)
            return [f"{package}.{module}" for package, modules in packages.items() for module in modules.split()]
    raise AssertionError("setup.py has no NATIVE")


@pytest.mark.parametrize("name", _chosen())
def test_what_numba_compiles_is_left_to_it(name: str) -> None:
    source = (_TOP / name.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    imported: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
        elif isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
    assert not [module for module in imported if module.endswith(".numba_compile") or module.partition(".")[0] == "numba"]


@pytest.mark.parametrize("name", _chosen())
def test_what_is_compiled_writes_no_file(name: str) -> None:
    """The tests that kill a writer at each of its calls of the system see those of sources alone."""
    source = (_TOP / name.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    assert not re.findall(r"fsync|\.write\(|\.(?:unlink|rename|replace)\(\w*path", source)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The package of a checkout with one compiled module, as new as its source."""
    package = tmp_path / "indexer" / "search"
    package.mkdir(parents=True)
    (tmp_path / "setup.py").touch()
    for name in ("sifted.py", f"sifted{_SUFFIX}"):
        (package / name).touch()
        os.utime(package / name, _OLDER)
    return package.parent


def test_what_was_compiled_from_the_source_as_it_is_runs(checkout: Path) -> None:
    refuse_outdated(checkout)
    (module,) = native_modules(checkout)
    assert source_of(module) == checkout / "search" / "sifted.py"
    assert source_of(source_of(module)) == source_of(module)


def test_a_source_that_has_changed_since_is_told(checkout: Path) -> None:
    source = checkout / "search" / "sifted.py"
    os.utime(source, _NEWER)
    with pytest.raises(Outdated, match=r"sifted\.py has changed since it was compiled\. Run: make native, or: make plain"):
        refuse_outdated(checkout)


def test_a_source_that_is_gone_is_told(checkout: Path) -> None:
    (checkout / "search" / "sifted.py").unlink()
    with pytest.raises(Outdated, match=r"sifted\.py"):
        refuse_outdated(checkout)


def test_what_pip_installed_is_of_one_version(checkout: Path) -> None:
    os.utime(checkout / "search" / "sifted.py", _NEWER)
    with pytest.raises(Outdated):
        refuse_outdated(checkout)
    checkout.with_name("setup.py").unlink()
    refuse_outdated(checkout)  # the same files, outside a checkout, are not refused


def test_a_module_of_another_python_is_not_taken(checkout: Path) -> None:
    (checkout / "search" / f"sifted{_SUFFIX}").rename(checkout / "search" / "sifted.cpython-399-other.so")
    assert native_modules(checkout) == []


def test_what_is_compiled_answers_as_the_sources_do(tmp_path: Path) -> None:
    """Tests of the engine's contract, on modules that were compiled from a copy."""
    if os.environ.get("CI") is None and (lacking := _lacking()):
        pytest.skip(f"needs {lacking} to compile the engine")
    shutil.copytree(_TOP / "indexer", tmp_path / "indexer", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(_TOP / name, tmp_path / name)
    # Sooner done than `make native`.
    _run(tmp_path, {"LOCCIT_NATIVE": "1", "CFLAGS": "-O0"}, "setup.py", "--quiet", "build_ext", "--inplace")
    tests = ("-m", "pytest", "-p", "tests.compiled_modules", "-p", "no:cacheprovider", *_TRIED)
    done = _run(_TOP, {"COMPILED_MODULES": str(tmp_path)}, *tests)
    assert f"compiled modules: {len(_chosen())}" in done.splitlines()


def _lacking() -> str:
    """What compiling needs and is not there, or ""."""
    if find_spec("Cython") is None:
        return "Cython"
    if shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) is None:
        return "a C compiler"
    return "" if (Path(sysconfig.get_path("include")) / "Python.h").exists() else "Python's headers"


def _run(folder: Path, variables: dict[str, str], *arguments: str) -> str:
    environment = {**os.environ, **variables}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout
