"""A plugin of pytest: modules that were compiled elsewhere instead of the sources; COMPILED_MODULES is their folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from indexer.native import native_modules, source_of

_FOLDER = Path(os.environ["COMPILED_MODULES"])
_FILES = {".".join(source_of(file).relative_to(_FOLDER).with_suffix("").parts): file for file in native_modules(_FOLDER)}


class _Compiled:
    """Finds the compiled modules."""

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """How a module of that name is loaded, where it was compiled."""
        return spec_from_file_location(name, _FILES[name]) if name in _FILES else None


sys.meta_path.insert(0, _Compiled())


def pytest_terminal_summary(terminalreporter: object) -> None:
    """Say how many of the compiled modules were loaded, and that no source was instead."""
    loaded = [name for name, file in _FILES.items() if name in sys.modules and sys.modules[name].__file__ == str(file)]
    terminalreporter.write_line(f"compiled modules: {len(loaded)}")  # type: ignore[attr-defined]
