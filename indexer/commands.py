"""The commands that build an index and look after it; `python -m indexer` offers these alone."""

from __future__ import annotations

import functools
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from indexer.build import rebuild
from indexer.changes import Scope
from indexer.command_group import DONE, FAILED, INTERRUPTED, SKIPPED, CommandGroup, be_verbose, complain
from indexer.config import SETTING_NAMES, Settings, load_settings
from indexer.errors import CannotCompile, LoccitError, NotCompiled, UsageError
from indexer.progress import show_progress, shown_size
from indexer.reading import Reading
from indexer.report import Report, Skip, shown_path
from indexer.search.compiling import NOT_KEPT, NOT_THERE, SLOWER, UNCOMPILABLE, compile_ahead
from indexer.search.engine import SearchEngine, open_engine, rollback
from indexer.search.response import IndexStatus
from indexer.summary import summary, tell_skips
from indexer.update import update
from indexer.watch import Watch

_logger = logging.getLogger(__name__)

_COMMON = (
    click.option("--index-dir", metavar="FOLDER", help="The folder of the index."),
    click.option("--engine", metavar="NAME", help="The search engine."),
    click.option("--config", metavar="FILE", help="The settings file, instead of loccit.toml."),
    click.option("--quiet", is_flag=True, help="No progress and no summary."),
    click.option("--verbose", is_flag=True, expose_value=False, callback=be_verbose, help="Show where a fault happened."),
)


def common_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that all have, and call it with the settings in place of those that are settings."""

    @functools.wraps(command)
    def with_settings(config: str | None, **given: Any) -> int:
        options = {name: given.pop(name) for name in SETTING_NAMES if name in given}
        settings = load_settings(Path(config) if config else None, os.environ, options)
        return command(settings, **given)

    for option in reversed(_COMMON):
        option(with_settings)
    return with_settings


@click.group(cls=CommandGroup)
@click.version_option(package_name="loccit", prog_name="loccit")
def indexer() -> None:
    """Build an index of documents and look after it."""


@indexer.command("rebuild")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--report", "report_file", metavar="FILE", help="Write what was indexed and skipped to a file, as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 3 where anything was skipped.")
@click.option("--allow-empty", is_flag=True, help="Put an empty index in place where there is no document.")
@common_options
def rebuild_command(
    settings: Settings, paths: tuple[str, ...], report_file: str | None, strict: bool, allow_empty: bool, quiet: bool
) -> int:
    """Build a whole new index of documents and swap it in.

    Each PATH is a file, or a folder that is read recursively. Without one, the setting `documents` says what is read.
    """
    roots = _named(paths) if paths else settings.documents
    report = Report()
    with _written(report, report_file):
        build_index(settings, roots, quiet=quiet, allow_empty=allow_empty, report=report)
    with closing(open_engine(settings)) as engine:
        try:
            prepare(settings, engine, compile_ahead, quiet=quiet)
        except NotCompiled as missing:
            complain(f"{SLOWER}: {NOT_THERE if missing.kept else NOT_KEPT}")
    return SKIPPED if strict and report.skipped else DONE


@indexer.command("update")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--rehash", is_flag=True, help="Read every file, whatever its size and time say.")
@click.option("--report", "report_file", metavar="FILE", help="Write what was indexed and skipped to a file, as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 3 where anything was skipped.")
@click.option("--allow-empty", is_flag=True, help="Empty the index where no document is left.")
@common_options
def update_command(
    settings: Settings,
    paths: tuple[str, ...],
    rehash: bool,
    report_file: str | None,
    strict: bool,
    allow_empty: bool,
    quiet: bool,
) -> int:
    """Bring the index up to date, reading what has changed below its roots.

    With a PATH, which must lie under a root, only what lies under it. Without an index, it is built.
    """
    report = Report()
    with _written(report, report_file):
        update_index(settings, Scope(_named(paths), rehash), report, quiet=quiet, allow_empty=allow_empty)
    return SKIPPED if strict and report.skipped else DONE


@indexer.command("watch")
@common_options
def watch_command(settings: Settings, quiet: bool) -> int:
    """Bring the index up to date now, and then whenever a file changes below its roots, until Ctrl-C."""
    with suppress(KeyboardInterrupt), Reading(settings) as reading:
        Watch(settings, _ToldUpdates(settings, reading, quiet), complain, threading.Event()).run()
    return INTERRUPTED


@indexer.command("status")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@common_options
def status_command(settings: Settings, as_json: bool, quiet: bool) -> int:
    """Say what is in the index, when it was built, and from what."""
    with closing(open_engine(settings)) as engine:
        status = engine.status()
    if as_json:
        click.echo(json.dumps(_status_json(status), ensure_ascii=False))
    elif not quiet:
        _show_status(settings, status)
    return DONE


@indexer.command("rollback")
@common_options
def rollback_command(settings: Settings, quiet: bool) -> int:
    """Go back to the generation before; given again, further back, as far as generations are kept."""
    generation = rollback(settings)
    if not quiet:
        click.echo(
            f"The index in {shown_path(settings.index_dir)} is generation {generation.name} again, built {generation.built}."
        )
    return DONE


@indexer.command("check")
@common_options
def check_command(settings: Settings, quiet: bool) -> int:
    """Verify every checksum and invariant of the index."""
    with closing(open_engine(settings)) as engine:
        failures, leftovers = engine.check(), engine.leftovers()
    for failure in failures:
        click.echo(failure)
    if leftovers and not quiet:
        click.echo(f"Left over from a run that was cut short, removed by the next one: {', '.join(leftovers)}")
    if not failures and not quiet:
        click.echo(f"The index in {shown_path(settings.index_dir)} is sound.")
    return FAILED if failures else DONE


def build_index(
    settings: Settings, roots: Sequence[Path], *, quiet: bool, allow_empty: bool = False, report: Report | None = None
) -> None:
    """Rebuild the index in front of people: progress, then what was skipped, then a summary."""
    report = Report() if report is None else report
    with _told(report, quiet), show_progress(quiet) as progress:
        rebuild(settings, roots, progress, allow_empty=allow_empty, report=report)


def update_index(settings: Settings, scope: Scope, report: Report, *, quiet: bool, allow_empty: bool = False) -> None:
    """Update the index in front of people, as `build_index` builds it."""
    with _told(report, quiet), show_progress(quiet) as progress:
        update(settings, progress, scope, allow_empty=allow_empty, report=report)


@contextmanager
def _told(report: Report, quiet: bool) -> Iterator[None]:
    """Tell what a run has skipped, however it ends, and when it is done, what it did."""
    start = time.monotonic()
    try:
        yield
    finally:
        tell_skips(report.skipped)
    if not quiet:
        click.echo(summary(report, time.monotonic() - start))


@dataclass(slots=True)
class _ToldUpdates:
    """Updates one after the other in front of people: only what is new is told."""

    settings: Settings
    reading: Reading
    quiet: bool
    _told: list[Skip] | None = None

    def __call__(self, scope: Scope) -> int:
        """Make an update; gives the number of files that were left for later."""
        report, start, first = Report(), time.monotonic(), self._told is None
        with show_progress(self.quiet or not first) as progress:
            update(self.settings, progress, scope, report=report, reading=self.reading)
        before = set(self._told or ())
        tell_skips(skip for skip in report.skipped if skip not in before)
        self._told = report.skipped
        if not self.quiet and (first or report.indexed or report.removed):
            click.echo(summary(report, time.monotonic() - start))
        return report.deferred


def prepare(
    settings: Settings, engine: SearchEngine, warming: Callable[[Settings, SearchEngine], None], *, quiet: bool
) -> None:
    """Warm up an engine of these settings in front of people: right after an installation that takes a while.

    warming: how, of the ways in `compiling`; NotCompiled is raised as it says. A fault in one kind of search, or in
    compiling for it, is said, and keeps nobody from the others.
    """
    if not quiet:
        complain("Preparing to search")
    try:
        warming(settings, engine)
    except CannotCompile as error:
        _logger.debug("Fault", exc_info=True)
        chosen = settings.kernels == "auto"
        complain(f"{SLOWER}: {UNCOMPILABLE.format(error.reason)}" if chosen else f"Some searches fail: {error}.")
    except LoccitError:
        raise
    except Exception as error:
        _logger.debug("Fault", exc_info=True)
        complain(f"Some searches fail: {type(error).__name__}: {error}. Run it again with --verbose to see where.")


def main() -> None:
    """`python -m indexer`."""
    indexer.main(prog_name="python -m indexer")


def _named(paths: Sequence[str]) -> tuple[Path, ...]:
    if "" in paths:
        raise UsageError("An empty PATH names nothing. Use . for the working directory.")
    return tuple(Path(path) for path in paths)


@contextmanager
def _written(report: Report, report_file: str | None) -> Iterator[None]:
    """Write a report when its build ends, however it ends. Raises UsageError before the build where it could not be."""
    if report_file is None:
        yield
        return
    path = Path(report_file)
    # Appending leaves an earlier report as it is until there is a new one. The file stays open: the reader of a pipe would
    # take its end for the end of the report.
    try:
        held = path.open("ab")
    except OSError as error:
        raise UsageError(f"--report cannot write {shown_path(path)}: {error.strerror}") from error
    with held:
        try:
            yield
        except BaseException:
            try:
                _write(report, path)
            except OSError as error:
                complain(f"The report cannot be written to {shown_path(path)}: {error.strerror}")
            raise
        _write(report, path)


def _write(report: Report, path: Path) -> None:
    text = json.dumps(report.to_json(), ensure_ascii=False, indent=2)
    try:
        path.write_text(text + "\n", encoding="utf-8", errors="replace")
    except OSError as error:  # a full disk does not say for which file
        raise OSError(error.errno, error.strerror, str(path)) from error


def _status_json(status: IndexStatus) -> dict[str, object]:
    return {
        "generation": status.generation,
        "documents": status.documents,
        "paragraphs": status.paragraphs,
        "fields": list(status.fields),
        "bytes": dict(status.bytes),
        "built": status.built,
        "roots": [shown_path(root) for root in status.roots],
    }


def _show_status(settings: Settings, status: IndexStatus) -> None:
    parts = ", ".join(f"{part} {shown_size(size)}" for part, size in status.bytes.items())
    rows = {
        "Index": shown_path(settings.index_dir),
        "Generation": status.generation,
        "Built": status.built,
        "Kept": ", ".join(f"{kept.name} ({kept.built})" for kept in status.kept) or "none",
        "Roots": ", ".join(shown_path(root) for root in status.roots),
        "Documents": f"{status.documents:,}",
        "Paragraphs": f"{status.paragraphs:,}",
        "Fields": ", ".join(status.fields),
        "Size": f"{shown_size(sum(status.bytes.values()))} ({parts})",
    }
    for label, value in rows.items():
        click.echo(f"{label:<12}{value}")
