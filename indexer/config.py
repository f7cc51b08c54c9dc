"""Settings: defaults, then the settings file, then the environment, then options; resolved once into a frozen object."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from indexer.columns import COLUMN_FIELDS, Columns
from indexer.errors import UsageError
from indexer.limits import Limits

SETTINGS_FILE = Path("loccit.toml")
SYNONYMS_FILE = Path("synonyms.txt")
ENVIRONMENT_PREFIX = "LOCCIT_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; `metadata["help"]` of each field is what the docs say.

    A number's metadata name its least and, where it has one, its greatest value; a text's its `choices`, where only some
    will do.
    `"reading": False` says that what is read from a document does not depend on it; else a change of it makes `update` read
    everything again.
    One with `url` in its metadata is the URL of a server, without the last slash, or "" for none.
    """

    index_dir: Path = field(default=Path("index_data"), metadata={"help": "The folder of the index.", "reading": False})
    documents: tuple[Path, ...] = field(
        default=(Path("seeds"),), metadata={"help": "What `rebuild` reads when no path is given.", "reading": False}
    )
    engine: str = field(default="embedded", metadata={"help": "The search engine.", "reading": False})
    host: str = field(default="127.0.0.1", metadata={"help": "The address that `serve` listens on.", "reading": False})
    port: int = field(
        default=8000,
        metadata={
            "help": "The port that `serve` listens on; 0 takes a free one.",
            "reading": False,
            "least": 0,
            "most": 65_535,
        },
    )
    public_url: str = field(
        default="",
        metadata={
            "help": "What permalinks in citations begin with, if not `http://`, the host and the port.",
            "reading": False,
            "url": True,
        },
    )
    originals: bool = field(
        default=True, metadata={"help": "Whether the file that a document was read from can be downloaded.", "reading": False}
    )
    threads: int = field(
        default=8, metadata={"help": "How many requests `serve` answers at once.", "reading": False, "least": 1, "most": 1_024}
    )
    kernels: str = field(
        default="auto",
        metadata={
            "help": "What runs the inner loops of a search: `numba`, `numpy`, or `auto`: numba where it is there and compiled.",
            "reading": False,
            "choices": ("auto", "numba", "numpy"),
        },
    )
    synonyms: Path = field(
        default=SYNONYMS_FILE,
        metadata={"help": "Words that count as one in a query; the default need not be there.", "reading": False},
    )
    memory: int = field(
        default=512,
        metadata={
            "help": "Megabytes that a build may hold, all processes together, before it writes a part aside.",
            "reading": False,
            "least": 1,
        },
    )
    processes: int = field(
        default=0,
        metadata={
            "help": "How many processes read documents, and how many write the index; 0 takes as many as there are cores.",
            "reading": False,
            "least": 0,
            "most": 256,
        },
    )
    keep_generations: int = field(
        default=1,
        metadata={
            "help": "How many generations before the current one are kept, for `rollback`.",
            "reading": False,
            "least": 0,
            "most": 100,
        },
    )
    max_file_bytes: int = field(
        default=20_000_000, metadata={"help": "A larger file is skipped; for JSONL and CSV, a longer line or row.", "least": 1}
    )
    max_unpacked_bytes: int = field(
        default=1_000_000_000,
        metadata={"help": "What all that is packed in one file may unpack to; what is beyond is skipped.", "least": 1},
    )
    max_members: int = field(
        default=100_000,
        metadata={"help": "How many files one file may hold, those in its archives and mails included.", "least": 1},
    )
    max_depth: int = field(
        default=8, metadata={"help": "How many archives, mails and compressed files a file may stand in.", "least": 0}
    )
    max_pages: int = field(default=5_000, metadata={"help": "How many pages of a PDF are read.", "least": 1})
    max_seconds: int = field(
        default=60, metadata={"help": "A document that takes longer to read is skipped.", "least": 1, "most": 86_400}
    )
    max_memory: int = field(
        default=1_000,
        metadata={"help": "Megabytes; a document that needs more to be read is skipped.", "least": 100, "most": 1_000_000},
    )

    columns: Columns = field(
        default=Columns(),
        metadata={"help": "Which column of a table, or key of a JSON line, holds which field, where its name does not tell."},
    )

    @property
    def limits(self) -> Limits:
        """What readers know of these settings."""
        return Limits(*(getattr(self, limit.name) for limit in fields(Limits)))


def load_settings(config: Path | None, environ: Mapping[str, str], options: Mapping[str, object]) -> Settings:
    """Resolve the settings: defaults, the settings file, `LOCCIT_<SETTING>`, options; the later of these wins.

    config: the settings file; None means `loccit.toml` in the working directory, if it is there.
    options: by setting name; None stands for an option that was not given. Paths in the file are relative to the file,
    all others to the working directory. An empty variable counts as unset.
    Raises UsageError for an unknown name, a wrong type, a value that will not do or an unreadable file.
    """
    values: dict[str, object] = {}
    values.update(_from_file(config))
    values.update(_from_environment(environ))
    for name, value in options.items():
        if value is not None:
            values[name] = _read(value, _known(name, "The option"), _Origin(f"--{name.replace('_', '-')}"))
    return Settings(**values)  # type: ignore[arg-type]  # each value was read by its field's own type


def nearest(name: str, known: tuple[str, ...]) -> str:
    """The known name that is most like a name."""
    return get_close_matches(name, known, n=1, cutoff=0.0)[0]


@dataclass(frozen=True, slots=True)
class _Origin:
    """What to call a setting in a message, and the folder that its relative paths start from."""

    shown: str
    folder: Path = Path()


def _from_file(config: Path | None) -> dict[str, object]:
    path = SETTINGS_FILE if config is None else config
    if config is None and not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The settings file {path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or more digits or brackets than can be read
        raise UsageError(f"The settings file {path} is not valid TOML: {error}") from error
    values: dict[str, object] = {}
    for name, value in table.items():
        values[name] = _read(value, _known(name, f"{path}:"), _Origin(f"{path}: {name}", path.parent))
    return values


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for variable, text in sorted(environ.items()):
        if not variable.startswith(ENVIRONMENT_PREFIX) or not text:
            continue
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if name not in _BY_NAME:
            close = ENVIRONMENT_PREFIX + nearest(name, tuple(_BY_NAME)).upper()
            raise UsageError(f"The variable {variable} names no setting. Did you mean {close}?")
        values[name] = _read(_typed(text, _BY_NAME[name]), _BY_NAME[name], _Origin(f"The variable {variable}"))
    return values


def _typed(text: str, setting: Field[object]) -> object:
    """The text of a variable as the type that a settings file would give."""
    if _kind(setting) is tuple:
        return [part for part in text.split(os.pathsep) if part]
    if _kind(setting) is Columns:
        pairs = [part.partition("=") for part in text.split(",")]
        return {name: [column for other, _, column in pairs if other == name] for name, _, _column in pairs}
    if _kind(setting) is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if _kind(setting) is int:
        try:
            return int(text)
        except ValueError:
            return text
    return text


def _known(name: str, shown: str) -> Field[object]:
    if name not in _BY_NAME:
        raise UsageError(f"{shown} {name} is no setting. Did you mean {nearest(name, tuple(_BY_NAME))}?")
    return _BY_NAME[name]


def _kind(setting: Field[object]) -> type:
    """The type of a setting: its default's, where every kind of path is `Path`."""
    return Path if isinstance(setting.default, Path) else type(setting.default)


def _read(value: object, setting: Field[object], origin: _Origin) -> object:
    return _READERS[_kind(setting)](value, setting, origin)


def _read_text(value: object, setting: Field[object], origin: _Origin) -> str:
    if setting.metadata.get("url"):
        return _read_url(value, origin)
    # A NUL ends a text for the system: no path and no address has one.
    if not isinstance(value, str) or not value or "\0" in value:
        raise UsageError(f"{origin.shown} takes a text, not {value!r}")
    choices: tuple[str, ...] | None = setting.metadata.get("choices")
    if choices is not None and value not in choices:
        raise UsageError(f"{origin.shown} takes one of {', '.join(choices)}, not {value!r}")
    return value


def _read_url(value: object, origin: _Origin) -> str:
    """The URL of a server, without the last slash; "" stands for none."""
    if value == "":
        return ""
    if not isinstance(value, str) or not _is_server(value):
        raise UsageError(f"{origin.shown} takes a URL such as https://search.example, not {value!r}")
    return value.rstrip("/")


def _is_server(url: str) -> bool:
    if not url.isprintable() or any(mark in url for mark in " ?#"):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _read_flag(value: object, _setting: Field[object], origin: _Origin) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{origin.shown} takes true or false, not {value!r}")
    return value


def _read_number(value: object, setting: Field[object], origin: _Origin) -> int:
    least: int = setting.metadata["least"]
    most: int | None = setting.metadata.get("most")
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        takes = f"a whole number from {least}" + ("" if most is None else f" to {most}")
        raise UsageError(f"{origin.shown} takes {takes}, not {value!r}")
    return value


def _read_path(value: object, setting: Field[object], origin: _Origin) -> Path:
    if isinstance(value, Path):
        return value
    text = _read_text(value, setting, origin)
    try:
        return origin.folder / Path(text).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{origin.shown} begins with the home folder of a user who is not known here: {text!r}") from error


def _read_paths(value: object, setting: Field[object], origin: _Origin) -> tuple[Path, ...]:
    if not isinstance(value, list | tuple):
        raise UsageError(f"{origin.shown} takes a list of paths, not {value!r}")
    return tuple(_read_path(item, setting, origin) for item in value)


def _read_columns(value: object, _setting: Field[object], origin: _Origin) -> Columns:
    """A table of fields, each with a column or a list of them."""
    if not isinstance(value, dict):
        raise UsageError(f'{origin.shown} takes a table such as {{ text = "body" }}, not {value!r}')
    named: list[tuple[str, str]] = []
    for name, columns in value.items():
        if name not in COLUMN_FIELDS:
            raise UsageError(f"{origin.shown}: {name} is no field. Did you mean {nearest(name, COLUMN_FIELDS)}?")
        listed = [columns] if isinstance(columns, str) else columns
        if not isinstance(listed, list) or not listed or not all(isinstance(one, str) and one.strip() for one in listed):
            raise UsageError(f"{origin.shown}: {name} takes the name of a column, or a list of names, not {columns!r}")
        named += [(name, column) for column in listed]
    return Columns(tuple(named))


SETTING_NAMES = tuple(setting.name for setting in fields(Settings))
_BY_NAME: dict[str, Field[object]] = {setting.name: setting for setting in fields(Settings)}
_READERS: dict[type, Callable[[object, Field[object], _Origin], object]] = {
    str: _read_text,
    bool: _read_flag,
    int: _read_number,
    Path: _read_path,
    tuple: _read_paths,
    Columns: _read_columns,
}
