"""Front matter: the block of YAML between two lines of hyphens at the top of a file."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field

import yaml
from frontmatter.default_handlers import YAMLHandler
from yaml.constructor import ConstructorError

from indexer.errors import ExtractionError
from indexer.extract.json_values import JsonValues
from indexer.extract.metadata import ALIASES, STATED_FIELDS
from indexer.model import Json

_KEY = re.compile(r"\s*[\w\"'-][^:\n]*:(?:\s|$)")
_TAG = "tag:yaml.org,2002:"
_TIMESTAMP = f"{_TAG}timestamp"
_MERGE = f"{_TAG}merge"
_MAX_CHARACTERS = 64_000
_MAX_NUMBER = 80  # characters; one of 64 bits has at most 66, in binary


class _Loader(yaml.SafeLoader):
    """Reads dates as the text they stand in, so that a month stays a month and a wrong day breaks nothing.

    Nor are keys merged: lists of aliases under `<<` would multiply them without end.
    """

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Refuse a merge that is written with its tag."""
        for key, _value in node.value:
            if key.tag == _MERGE:
                raise ConstructorError(problem="keys cannot be merged", problem_mark=key.start_mark)
        super().flatten_mapping(node)

    def construct_typed(self, node: yaml.ScalarNode) -> object:
        """A number or the like; where it is none, or far too long for one, the text it stands in."""
        written = self.construct_scalar(node)
        if len(written) > _MAX_NUMBER:
            return written
        try:
            return yaml.SafeLoader.yaml_constructors[node.tag](self, node)
        except (ValueError, ArithmeticError, LookupError, AttributeError):
            return written


for _type in ("int", "float", "bool", "timestamp"):
    _Loader.add_constructor(f"{_TAG}{_type}", _Loader.construct_typed)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_TIMESTAMP, _MERGE)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The values at the top of a file, the text below, and what is wrong with the values, if they cannot be read."""

    text: str
    values: dict[str, Json] = field(default_factory=dict)
    error: ExtractionError | None = None


def read_front_matter(text: str) -> FrontMatter:
    """Split a file's text (LF at line ends). Broken front matter gives an error and the text below it all the same.

    The values of our own fields are kept as they are written (`1946`, `No`); others as YAML reads them.
    """
    handler = YAMLHandler()
    if not handler.detect(text):
        return FrontMatter(text)
    try:
        written, body = handler.split(text)
    except ValueError:
        return FrontMatter(text)  # one line of hyphens, and no second: a rule, not front matter
    first = next((line for line in written.split("\n") if line.strip() and not line.lstrip().startswith("#")), "")
    if first and not _KEY.match(first):
        return FrontMatter(text)  # prose between two rules
    try:
        return FrontMatter(body, _values(handler, written))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return FrontMatter(body, error=_unreadable(error))
    except ExtractionError as error:
        return FrontMatter(body, error=error)


def _values(handler: YAMLHandler, written: str) -> dict[str, Json]:
    if len(written) > _MAX_CHARACTERS:
        reason = f"front matter could not be read: it is longer than {_MAX_CHARACTERS:,} characters"
        raise ExtractionError(reason, "Shorten it.")
    typed = handler.load(written, Loader=_Loader)
    if typed is None:
        return {}
    if not isinstance(typed, dict):
        raise ExtractionError("front matter could not be read: it is no list of keys and values", "Write it as `key: value`.")
    literal: dict[Hashable, object] = handler.load(written, Loader=yaml.BaseLoader)
    convert = JsonValues(_MAX_CHARACTERS).convert
    names = {*STATED_FIELDS, *ALIASES}
    return {
        str(key): convert(literal[key] if str(key).strip().lower() in names and key in literal and value is not None else value)
        for key, value in typed.items()
    }


def _unreadable(error: Exception) -> ExtractionError:
    place = ""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        place = f": {error.problem or error.context}, line {error.problem_mark.line + 2}"
    return ExtractionError(f"front matter could not be read{place}", "Put a value with a colon in it in quotation marks.")
