"""A group of commands that ends in the exit codes people rely on, and never in a traceback.

0 done; 1 could not do it; 2 wrong usage; 3 skips under `--strict`; 130 interrupted. A closed pipe ends quietly.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import click

from indexer.errors import Fault, LoccitError, ParameterError, UsageError
from indexer.native import refuse_outdated
from indexer.report import shown_path

DONE = 0
FAILED = 1
WRONG_USAGE = 2
SKIPPED = 3
INTERRUPTED = 130

_logger = logging.getLogger(__name__)
_OUR_LOGGERS = ("indexer", "webapp")


class CommandGroup(click.Group):
    """Commands whose functions return an exit code, or None for 0."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **_extra: object) -> NoReturn:  # type: ignore[override]
        """Run a command line and leave with its exit code."""
        arguments = list(sys.argv[1:] if args is None else args)
        # A process may be started with its streams closed; what is written then goes nowhere.
        sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115
        sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        with _logging():
            code = self._run(arguments, prog_name or "loccit")
        sys.exit(code)

    def _run(self, arguments: list[str], prog_name: str) -> int:
        try:
            refuse_outdated()
            with self.make_context(prog_name, arguments) as context:
                code = self.invoke(context)
            sys.stdout.flush()
        except BrokenPipeError:
            _leave_stdout()
            return DONE
        except click.exceptions.Exit as leave:
            return leave.exit_code
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except (KeyboardInterrupt, click.Abort):
            complain("Interrupted.")
            return INTERRUPTED
        except LoccitError as error:
            if isinstance(error, Fault):
                _logger.debug("Fault", exc_info=True)
            complain(f"Error: {error}")
            return WRONG_USAGE if isinstance(error, UsageError | ParameterError) else FAILED
        except OSError as error:
            _logger.debug("The system refused", exc_info=True)
            complain(f"Error: {_refusal(error)}")
            return FAILED
        except Exception as error:  # the last gate: people get one line, developers the traceback with --verbose
            _logger.debug("Unexpected fault", exc_info=True)
            complain(f"Unexpected fault: {type(error).__name__}: {error}. Run it again with --verbose to see where.")
            return FAILED
        return code if isinstance(code, int) else DONE


def be_verbose(_context: click.Context, _option: click.Parameter, value: bool) -> None:
    """The callback of `--verbose`: faults are logged with their tracebacks."""
    if value:
        for name in _OUR_LOGGERS:
            logging.getLogger(name).setLevel(logging.DEBUG)


def complain(message: str) -> None:
    """Tell people on stderr; where nobody listens any more, that is no reason to fail."""
    with suppress(BrokenPipeError):
        click.echo(message, err=True)


def _refusal(error: OSError) -> str:
    """What the system refused, and for which file if it says so."""
    reason = error.strerror or str(error)
    return f"{shown_path(os.fsdecode(error.filename))}: {reason}" if isinstance(error.filename, str | bytes) else reason


@contextmanager
def _logging() -> Iterator[None]:
    """Log to stderr what we and the server log; what the libraries say of a document, the report says better."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    ours = [logging.getLogger(name) for name in (*_OUR_LOGGERS, "waitress")]
    queue = logging.getLogger("waitress.queue")
    levels = [(logger, logger.level) for logger in (*ours, queue)]
    silence = logging.NullHandler()
    logging.getLogger().addHandler(silence)
    for logger in ours:
        logger.addHandler(handler)
    # It warns of each request that waits for a thread, as many do.
    queue.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(silence)
        for logger in ours:
            logger.removeHandler(handler)
        for logger, level in levels:
            logger.setLevel(level)


def _leave_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not fail where the first did."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
