"""The command `loccit`: the indexer's commands, and search and serve."""

from __future__ import annotations

import errno
import json
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import replace

import click
from flask import Flask
from waitress.server import create_server

from indexer.command_group import DONE, INTERRUPTED, CommandGroup, complain
from indexer.commands import build_index, common_options, indexer, prepare
from indexer.config import Settings
from indexer.errors import AddressInUse, NoIndex, NotCompiled, UsageError
from indexer.search.compiling import answer, load, warm_up
from indexer.search.engine import SearchEngine, compiling_refused, falling_back, open_engine, uncompiled
from webapp import context, heap, params, serialize, templating
from webapp.application import create_app
from webapp.arguments import Parameter
from webapp.changeover import Changeover
from webapp.links import listening_url, server_url
from webapp.terminal import print_results

_LAST_PORT = 65_535


def option_name(parameter: Parameter) -> str:
    """What the command line calls a search parameter."""
    return "--" + parameter.name.replace("_", "-")


_FLAGS = {option_name(parameter): parameter.choices[0] for parameter in params.PARAMETERS if parameter.is_flag}
"""Options that may come without their value, which is the only one that they take."""


class SearchCommand(click.Command):
    """A command whose arguments are a query: one dash begins a query word, two dashes an option, and `--` ends the options."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Part options from query words before click looks for options among them."""
        with_value = {name for option in self.params if _takes_value(option) for name in option.opts}
        options: list[str] = []
        words: list[str] = []
        remaining = deque(arguments)
        while remaining:
            argument = remaining.popleft()
            if argument == "--":
                words.extend(remaining)
                break
            if not argument.startswith("--"):
                words.append(argument)
            elif argument in _FLAGS:
                if remaining and remaining[0] == _FLAGS[argument]:
                    remaining.popleft()
                options.append(f"{argument}={_FLAGS[argument]}")
            else:
                options.append(argument)
                if argument in with_value:
                    if not remaining:
                        raise click.BadOptionUsage(argument, f"Option {argument!r} requires an argument.", context)
                    options.append(remaining.popleft())
        return super().parse_args(context, [*options, "--", *words])


def parameter_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command an option for each search parameter but the query; every one arrives as a tuple of texts."""
    for parameter in reversed(params.PARAMETERS):
        if parameter.name != "q":
            takes = f"{parameter.help} Takes {parameter.takes}."
            value = f"[{parameter.choices[0]}]" if parameter.is_flag else "VALUE"
            option = click.option(option_name(parameter), parameter.name, multiple=True, metavar=value, help=takes)
            command = option(command)
    return command


@click.group(cls=CommandGroup)
@click.version_option(package_name="loccit", prog_name="loccit")
def loccit() -> None:
    """Full-text search that finds the paragraph and cites the place."""


for building in indexer.commands.values():
    loccit.add_command(building)


@loccit.command("search", cls=SearchCommand)
@click.argument("words", metavar="QUERY...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="The answer as the API gives it.")
@parameter_options
@common_options
def search_command(settings: Settings, words: tuple[str, ...], as_json: bool, quiet: bool, **given: tuple[str, ...]) -> int:
    """Search, and print a page of hits.

    The words make one query, as on the search page: -word leaves paragraphs out, and after -- everything is query.
    """
    request = params.parse(_pairs(words, given)).request
    if not as_json:
        request = replace(request, facets=())
    response = answer(settings, request)
    for warning in response.warnings:
        complain(f"Note: {warning}")
    if as_json:
        click.echo(json.dumps(serialize.search(request, response), ensure_ascii=False))
    else:
        print_results(request, response, server_url(settings), summary=not quiet)
    return DONE


@loccit.command("serve")
@click.option("--host", metavar="ADDRESS", help="The address to listen on.")
@click.option("--port", type=int, metavar="NUMBER", help="The port to listen on; 0 takes a free one.")
@click.option("--threads", type=int, metavar="NUMBER", help="How many requests to answer at once.")
@common_options
def serve_command(settings: Settings, quiet: bool) -> int:
    """Serve the search page and the API; without an index, build it first."""
    heap.share_arena()
    with _listen(settings) as listening, closing(open_engine(settings)) as engine:
        try:
            engine.status()
        except NoIndex:
            build_index(settings, settings.documents, quiet=quiet)
        compiled = _prepare(settings, engine, quiet)
        taken = replace(settings, port=listening.getsockname()[1])
        app = create_app(taken, falling_back(engine) if compiled else uncompiled(engine))
        templating.load(app)
        server = create_server(app, sockets=[listening], threads=settings.threads, ident=None)
        heap.settle()
        if not quiet:
            click.echo(f"Loccit is at {listening_url(taken.host, taken.port)} (Ctrl-C ends it)")
            sys.stdout.flush()
        with (
            compiling_refused() if settings.kernels == "auto" else nullcontext(),
            nullcontext() if compiled else _changeover(settings, engine, app, quiet),
        ):
            server.run()
    return INTERRUPTED


def _prepare(settings: Settings, engine: SearchEngine, quiet: bool) -> bool:
    """Warm up an engine; whether it is compiled. Nobody waits for that unless the settings want nothing but numba."""
    try:
        prepare(settings, engine, load if settings.kernels == "auto" else warm_up, quiet=quiet)
    except NotCompiled:
        return False
    return True


def _changeover(settings: Settings, engine: SearchEngine, app: Flask, quiet: bool) -> Changeover:
    """What puts an engine to use in an application once it is compiled."""

    def tell(line: str) -> None:
        if not quiet:
            complain(line)

    def use(engine: SearchEngine) -> None:
        context.exchange(app, falling_back(engine))

    return Changeover(settings, engine, use, tell, complain)


def main() -> None:
    """The entry point of the command."""
    loccit.main(prog_name="loccit")


def _takes_value(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not parameter.is_flag


def _pairs(words: Sequence[str], given: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """The search as a URL would have it."""
    yield "q", params.encodable(" ".join(words))
    for name, values in given.items():
        for value in values:
            yield name, params.encodable(value)


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything that lasts; who connects meanwhile waits."""
    host, port = settings.host, settings.port
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except UnicodeError as error:
        raise UsageError(f"Cannot listen on {host}: that is no name of a host") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < _LAST_PORT else 0
            raise AddressInUse(f"Port {port} on {host} is in use. Choose another: loccit serve --port {other}") from error
        reason = (error.strerror or str(error)).partition(" (while")[0]
        raise UsageError(f"Cannot listen on {host} port {port}: {reason}") from error
