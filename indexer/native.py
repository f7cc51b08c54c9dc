"""Modules that `make native` compiled: Python takes them instead of the sources beside them."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from indexer.errors import Outdated

_PACKAGE = Path(__file__).parent


def native_modules(package: Path = _PACKAGE) -> list[Path]:
    """The compiled modules that this Python takes."""
    return sorted(package.rglob(f"*{EXTENSION_SUFFIXES[0]}"))


def source_of(module: Path) -> Path:
    """The source of a module's file, which is that itself where the module is not compiled."""
    return module.with_name(f"{module.name.partition('.')[0]}.py")


def refuse_outdated(package: Path = _PACKAGE) -> None:
    """Raise Outdated where the source of a compiled module is newer than it, or gone.

    In a checkout alone: what pip installs is of one version, and its files are written in any order.
    """
    if not package.with_name("setup.py").exists():
        return
    for module in native_modules(package):
        source = source_of(module)
        if not source.exists() or source.stat().st_mtime_ns > module.stat().st_mtime_ns:
            raise Outdated(source)
