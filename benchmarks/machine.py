"""What a figure was measured on and with."""

from __future__ import annotations

import os
import platform
import subprocess
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from indexer.native import native_modules, refuse_outdated

_TOP = Path(__file__).parent.parent


def header(packages: Iterable[str] = ()) -> list[str]:
    """Lines with the date, the machine, the load on it, and the versions of the program and of these packages."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    versions = ", ".join(f"{package} {package_version(package)}" for package in ("numpy", "numba", *packages))
    refuse_outdated()
    compiled = ", compiled" if native_modules() else ""
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"{_processor()}, {os.cpu_count()} cores, {_memory()}, {platform.system()} {platform.release()}, load {load}",
        f"Loccit {program_version()} ({_commit()}{compiled}), Python {platform.python_version()}, {versions}",
    ]


def program_version() -> str:
    """The version that this checkout states."""
    stated = tomllib.loads((_TOP / "pyproject.toml").read_text(encoding="utf-8"))
    return str(stated["project"]["version"])


def package_version(package: str) -> str:
    """The installed version of a package, or "not installed"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty=, changed"]
    try:
        return subprocess.run(command, cwd=_TOP, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "no commit"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> str:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{pages / 2**30:.0f} GiB"
