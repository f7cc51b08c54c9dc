"""The real server as a subprocess, and clients that ask it over connections they keep."""

from __future__ import annotations

import http.client
import importlib.util
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

_HOST = "127.0.0.1"
_SHOWN_URL = re.compile(rf"http://{re.escape(_HOST)}:(\d+)")
_TIMEOUT = 60
_WARM_REQUESTS = 20
_FIRST_PAGE = (("page", "1"),)
# Left to itself, a server that listens may not be compiled yet.
_KERNELS = {"LOCCIT_KERNELS": "numba" if importlib.util.find_spec("numba") else "numpy"}


class ServerError(Exception):
    """The server did not start, or did not answer as it should."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens. process: its process id; seconds: until it said that it listens."""

    port: int
    process: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """What clients saw. seconds: from the first request to the last answer; times: of each answer, in seconds."""

    clients: int
    seconds: float
    times: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.times) / self.seconds


@contextmanager
def serve(index_dir: Path, variables: Mapping[str, str] | None = None) -> Iterator[Running]:
    """`loccit serve` on a free port, until the block ends. What it says on the way is shown only if it does not start.

    Where it has to compile, it listens when that is done, if not said otherwise. variables: of the environment, over those of
    this process.
    """
    command = [sys.executable, "-m", "webapp", "serve", "--index-dir", str(index_dir), "--host", _HOST, "--port", "0"]
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, text=True, env={**_KERNELS, **os.environ, **(variables or {})}
        ) as server,
    ):
        try:
            assert server.stdout is not None
            shown = _SHOWN_URL.search(server.stdout.readline())
            if shown is None:
                said.seek(0)
                raise ServerError(f"The server did not say where it listens. {said.read()}")
            yield Running(int(shown[1]), server.pid, time.perf_counter() - started)
        finally:
            server.terminate()


def search_paths(pairs: Sequence[Sequence[tuple[str, str]]], page: bool) -> list[str]:
    """The addresses of searches: of the page or of the JSON."""
    place = "/" if page else "/api/search"
    # Without any parameter the page would be the start page.
    return [f"{place}?{urlencode(each or _FIRST_PAGE)}" for each in pairs]


def ask_all(server: Running, paths: Sequence[str]) -> list[float]:
    """Ask one after the other over one connection; the seconds that each answer took. Raises ServerError for one not 200."""
    with closing(http.client.HTTPConnection(_HOST, server.port, timeout=_TIMEOUT)) as connection:
        connection.connect()
        times = []
        for path in paths:
            started = time.perf_counter()
            problem = _ask(connection, path)
            times.append(time.perf_counter() - started)
            if problem:
                raise ServerError(problem)
    return times


def load(server: Running, paths: Sequence[str], clients: int, requests: int) -> Load:
    """So many requests in all, shared among clients, each a process with one connection. The paths are gone through in turn.

    Raises ServerError where an answer is not 200.
    """
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(clients + 1)
    answers: SimpleQueue[list[float] | str] = context.SimpleQueue()
    each = requests // clients
    shares = [[paths[(first * each + number) % len(paths)] for number in range(each)] for first in range(clients)]
    started = [context.Process(target=_client, args=(server.port, share, ready, answers)) for share in shares]
    for client in started:
        client.start()
    ready.wait(_TIMEOUT)
    begun = time.perf_counter()
    given = [answers.get() for _ in started]
    seconds = time.perf_counter() - begun
    for client in started:
        client.join()
    times: list[float] = []
    for answer in given:
        if isinstance(answer, str):
            raise ServerError(answer)
        times += answer
    return Load(clients, seconds, tuple(times))


def _client(port: int, paths: Sequence[str], ready: Barrier, answers: SimpleQueue[list[float] | str]) -> None:
    connection = http.client.HTTPConnection(_HOST, port, timeout=_TIMEOUT)
    problem = ""
    times = []
    for path in paths[:_WARM_REQUESTS]:
        problem = problem or _ask(connection, path)
    ready.wait(_TIMEOUT)
    for path in paths:
        started = time.perf_counter()
        problem = problem or _ask(connection, path)
        times.append(time.perf_counter() - started)
    connection.close()
    answers.put(problem or times)


def _ask(connection: http.client.HTTPConnection, path: str) -> str:
    """Read an answer whole. Gives what is wrong with it, or nothing."""
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    return "" if response.status == http.client.OK else f"{path} gave {response.status}: {body[:200]!r}"
