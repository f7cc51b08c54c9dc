"""What the reading of documents depends on besides the documents: versions and settings, as one text to compare."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version

from indexer.config import Settings
from indexer.extract import FORMATS

LIBRARIES = (
    "chardet",
    "dateparser",
    "lxml",
    "markdown-it-py",
    "pypdfium2",
    "python-frontmatter",
    "PyYAML",
    "trafilatura",
    "py3langid",
)
"""What readers import: another version may read a document differently."""


def reading_fingerprint(settings: Settings) -> str:
    """Equal texts read equal files equally. What a setting says of itself decides whether reading depends on it."""
    depends = {
        "loccit": _version("loccit"),
        "formats": {known.name: known.version for known in FORMATS},
        "libraries": {library: _version(library) for library in LIBRARIES},
        "settings": {
            setting.name: str(getattr(settings, setting.name))
            for setting in fields(settings)
            if setting.metadata.get("reading", True)
        },
    }
    return json.dumps(depends, sort_keys=True)


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # run from a folder of its sources, or an extra that is not installed
        return ""
