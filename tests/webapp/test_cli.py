"""`loccit`: searching and serving from a command line."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from waitress.task import ThreadedTaskDispatcher

from indexer.config import Settings
from tests.command_line import run, spawn
from tests.extract.make_pdf import Setting, make_pdf
from tests.extract.prose import paragraphs
from webapp import create_app
from webapp.cli import loccit, option_name
from webapp.params import PARAMETERS

_MARK = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of two documents."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "seeds").mkdir()
    (folder / "seeds" / "harbour.md").write_text(
        "---\ntitle: Radar for the harbour\nsource: Ostrel Daily\npublished: 2025-05-19\n---\n\n"
        "Velmara buys a radar.\n\nThe radar's range is 40 km.\n\nFishing boats stay in port.\n"
    )
    (folder / "seeds" / "wire.md").write_text("---\ntitle: Night orders\nsource: Coast Wire\n---\n\nPorts close at night.\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run(loccit, "rebuild").exit_code == 0
    return folder


@pytest.fixture(autouse=True)
def _working_directory(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library)


def _search(*arguments: str) -> Result:
    return run(loccit, "search", *arguments)


def _ids(*arguments: str) -> list[str]:
    result = _search("--json", *arguments)
    assert result.exit_code == 0, result.stderr
    return [hit["id"] for hit in json.loads(result.stdout)["hits"]]


def test_hits_are_printed_plainly_where_no_terminal_is() -> None:
    result = _search("radar", "range")
    assert result.exit_code == 0
    assert result.stdout == (
        " 1. Radar for the harbour\n"
        "    Ostrel Daily · 2025-05-19 · ¶ 2 of 3\n"
        "    The radar's range is 40 km.\n"
        "    http://127.0.0.1:8000/documents/harbour.md#p2\n"
        "\n"
        "1 paragraph in 1 document.\n"
    )


def test_hits_name_the_page_that_they_begin_on(tmp_path: Path) -> None:
    texts = [*paragraphs(40), "The radar on the last page turns at night."]
    (tmp_path / "masts.pdf").write_bytes(make_pdf(texts, Setting(gap=6)))
    index = str(tmp_path / "index_data")
    assert run(loccit, "rebuild", str(tmp_path / "masts.pdf"), "--index-dir", index).exit_code == 0
    result = _search("radar", "night", "--index-dir", index)
    assert f"    ¶ {len(texts)} of {len(texts)} · p. 3\n" in result.stdout
    [hit] = json.loads(_search("--json", "radar", "night", "--index-dir", index).stdout)["hits"]
    assert (hit["page_number"], hit["document"]["format"]) == (3, "pdf")


def test_permalinks_begin_with_the_public_url(tmp_path: Path) -> None:
    config = tmp_path / "public.toml"
    config.write_text('public_url = "https://search.example/"\n')
    shown = _search("radar", "range", "--config", str(config)).stdout
    assert "    https://search.example/documents/harbour.md#p2\n" in shown


def test_bytes_that_are_no_text_are_no_fault() -> None:
    result = _search("--json", "radar \udcff", "--source", "\udcff")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["total"]["value"] == 0


def test_pages_are_counted() -> None:
    result = _search("--page-size", "2", "--page", "2", "radar OR port")
    assert result.stdout.startswith(" 3. ")
    assert result.stdout.endswith("4 paragraphs in 2 documents, page 2 of 2.\n")


def test_no_hits_are_no_failure() -> None:
    result = _search("submarine")
    assert (result.exit_code, result.stdout) == (0, "No paragraph matches.\n")


def test_quiet_prints_hits_alone() -> None:
    assert _search("radar range", "--quiet").stdout.endswith("#p2\n\n")


def test_warnings_go_to_stderr() -> None:
    result = _search("radar", "(")
    assert result.exit_code == 0
    assert result.stderr.startswith("Note: ")
    assert "Note" not in result.stdout


def test_words_are_joined_and_one_dash_is_query() -> None:
    assert _ids("radar", "-range") == ["harbour.md#p1"]
    assert _ids("-radar", "-night") == ["harbour.md#p3"]
    assert _ids("radar", "-source:Daily") == []
    assert _ids("-") == []


def test_after_two_dashes_everything_is_query() -> None:
    assert _ids("--", "radar", "--quiet", "-range") == ["harbour.md#p1"]
    assert _search("--", "night", "--json").stdout.startswith(" 1. Night orders")


def test_options_may_stand_anywhere() -> None:
    assert _ids("--page-size", "1", "radar", "--page=2", "-night") == ["harbour.md#p2"]


def test_an_option_takes_the_next_argument_whatever_it_looks_like() -> None:
    assert _search("radar", "--page", "-1").stderr == "Error: page takes a whole number from 1; not '-1'.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["radar", "--nonsense"], "No such option '--nonsense'"),
        (["radar", "--nonsense=1"], "No such option '--nonsense'"),
        (["radar", "--page"], "Option '--page' requires an argument"),
        (["radar", "--json=1"], "Option '--json' does not take a value"),
        (["radar", "--page", "abc"], "page takes a whole number from 1; not 'abc'"),
        (["radar", "--sort", "best"], "sort takes one of"),
        (["radar", "--sort", "newest", "--sort", "oldest"], "sort was given more than once"),
        (["radar", "--published-from", "2025-06", "--published-to", "2025-05"], "published_from"),
        (["radar " * 1000], "at most 1,000 are allowed"),
        (["(" * 900], "900 levels of parentheses"),
        (["radar", "--index-dir"], "requires an argument"),
    ],
)
def test_wrong_usage_is_said(arguments: list[str], message: str) -> None:
    result = _search(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_every_search_parameter_is_an_option() -> None:
    (command,) = (command for name, command in loccit.commands.items() if name == "search")
    options = {name for parameter in command.params for name in parameter.opts}
    assert {option_name(parameter) for parameter in PARAMETERS if parameter.name != "q"} <= options


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        (["radar"], "q=radar"),
        (["radar", "-range", "--sort", "document", "--page-size", "1"], "q=radar+-range&sort=document&page_size=1"),
        (["--source", "Ostrel Daily", "--source", "Coast Wire"], "source=Ostrel+Daily&source=Coast+Wire"),
        (
            ["port", "--exclude-source", "Coast Wire", "--published-from", "2025"],
            "q=port&exclude_source=Coast+Wire&published_from=2025",
        ),
        (["--facets", "none", "--match", "any", "boats", "night"], "facets=none&match=any&q=boats+night"),
        (["boats", "night", "(", "--source="], "q=boats+night+%28&source="),
    ],
)
def test_json_is_the_body_of_the_api(arguments: list[str], query: str) -> None:
    answer: dict[str, Any] = create_app(Settings()).test_client().get(f"/api/search?{query}").get_json()
    answer.pop("took_ms")
    assert json.loads(_search("--json", *arguments).stdout) == answer


def test_without_an_index_the_command_is_named(tmp_path: Path) -> None:
    result = _search("radar", "--index-dir", str(tmp_path / "none"))
    assert result.exit_code == 1
    assert result.stderr == f"Error: No index in {tmp_path / 'none'}. Run: loccit rebuild\n"


def test_a_damaged_index_is_said(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    result = _search("radar", "--index-dir", str(tmp_path))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stdout == ""


def test_the_indexers_commands_are_there() -> None:
    assert set(loccit.commands) == {"rebuild", "update", "watch", "rollback", "status", "check", "search", "serve"}
    assert run(loccit, "check").exit_code == 0


def test_a_terminal_sees_matches_marked(library: Path) -> None:
    reading, writing = os.openpty()
    with spawn("webapp", "search", "range", cwd=library, stdout=writing) as process:
        os.close(writing)
        process.communicate(timeout=60)
    shown = os.read(reading, 65536).decode()
    os.close(reading)
    assert re.search(r"\x1b\[[0-9;]+mrange\x1b\[0m", shown)
    assert "radar's range is 40 km" in _MARK.sub("", shown)


def test_text_cannot_command_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "evil.jsonl").write_text(json.dumps({"id": "x", "text": "Renn\x9b31m spoke", "title": "T\x9b2J"}) + "\n")
    assert run(loccit, "rebuild", str(tmp_path), "--index-dir", str(tmp_path / "ix"), "--quiet").exit_code == 0
    shown = _search("renn", "--index-dir", str(tmp_path / "ix")).stdout
    assert "Renn" in shown
    assert "\x9b" not in shown


def test_a_closed_pipe_ends_quietly(library: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with spawn("webapp", "search", "radar", cwd=library, stdout=writing) as process:
        os.close(writing)
        _output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.match(r"Loccit is at (http://\S+) ", line)
        if found:
            return found.group(1)
    raise AssertionError(f"no URL; stderr: {process.stderr.read() if process.stderr else ''}")


def test_serve_builds_the_missing_index_and_ends_on_ctrl_c(library: Path, tmp_path: Path) -> None:
    arguments = ["serve", "--port", "0", "--index-dir", str(tmp_path / "ix")]
    with spawn("webapp", *arguments, cwd=library) as process:
        try:
            url = _url(process)
            with urllib.request.urlopen(f"{url}/api/search?q=radar", timeout=30) as answer:
                body = json.load(answer)
                headers = answer.headers
            with urllib.request.urlopen(f"{url}/?q=radar", timeout=30) as answer:
                page = answer.read().decode()
        finally:
            process.send_signal(signal.SIGINT)
            _output, errors = process.communicate(timeout=60)
    assert errors.count("Preparing to search\n") == 1
    assert body["total"]["value"] == 2
    assert f"{url}/documents/harbour.md#p1" in page
    assert "waitress" not in headers.get("Server", "")
    assert process.returncode == 130
    assert "Traceback" not in errors


def test_a_server_is_warm_before_it_says_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    class Server:
        def run(self) -> None:
            done.append("run")

    def create_server(*_: object, **__: object) -> Server:
        done.append("create")
        return Server()

    monkeypatch.setattr("indexer.search.compiling.warm", lambda engine: done.append(f"warm {engine.status().documents}"))
    monkeypatch.setattr("webapp.cli.create_server", create_server)
    monkeypatch.setattr("gc.freeze", lambda: done.append("freeze"))
    monkeypatch.setattr("webapp.heap.share_arena", lambda: done.append("share"))
    monkeypatch.setattr("webapp.heap.trim", lambda: done.append("trim"))
    result = run(loccit, "serve", "--port", "0")
    assert done == ["share", "warm 2", "create", "freeze", "trim", "run"]
    assert (result.exit_code, result.stderr) == (130, "Preparing to search\n")
    assert re.fullmatch(r"Loccit is at http://127\.0\.0\.1:\d+ \(Ctrl-C ends it\)\n", result.stdout)
    assert run(loccit, "serve", "--port", "0", "--quiet").stderr == ""


def test_a_server_tells_what_goes_wrong_but_not_that_a_request_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    class Server:
        def run(self) -> None:
            dispatcher = ThreadedTaskDispatcher()
            dispatcher.add_task(object())
            dispatcher.logger.warning("a client sends nonsense")
            dispatcher.queue_logger.error("the queue is lost")

    monkeypatch.setattr("indexer.search.compiling.warm", lambda _: None)
    monkeypatch.setattr("webapp.cli.create_server", lambda *_, **__: Server())
    assert run(loccit, "serve", "--port", "0").stderr.splitlines() == [
        "Preparing to search",
        "WARNING waitress: a client sends nonsense",
        "ERROR waitress.queue: the queue is lost",
    ]


def test_a_fault_in_one_kind_of_search_keeps_nobody_from_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_engine: object) -> None:
        raise IndexError("a fault of ours")

    monkeypatch.setattr("indexer.search.compiling.warm", fail)
    result = run(loccit, "rebuild", "--index-dir", str(tmp_path / "ix"), "--quiet")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == ("Some searches fail: IndexError: a fault of ours. Run it again with --verbose to see where.\n")


def test_a_rebuild_warms_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed: list[int] = []
    monkeypatch.setattr("indexer.search.compiling.warm", lambda engine: warmed.append(engine.status().paragraphs))
    assert run(loccit, "rebuild", "--index-dir", str(tmp_path / "ix")).exit_code == 0
    assert warmed == [4]


def test_a_server_takes_up_a_rebuild(library: Path, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a.txt").write_text("One note about radar.")
    index_dir = ["--index-dir", str(tmp_path / "ix")]
    assert run(loccit, "rebuild", str(seeds), *index_dir).exit_code == 0
    with spawn("webapp", "serve", "--port", "0", *index_dir, cwd=library) as process:
        try:
            url = _url(process)
            totals = []
            for name in ("b", "c", "d"):
                with urllib.request.urlopen(f"{url}/api/search?q=radar", timeout=30) as answer:
                    totals.append(json.load(answer)["total"]["value"])
                (seeds / f"{name}.txt").write_text(f"Note {name} about radar.")
                assert run(loccit, "rebuild", str(seeds), *index_dir).exit_code == 0
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
    assert totals == [1, 2, 3]


def test_a_port_in_use_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(loccit, "serve", "--port", str(port))
    assert result.exit_code == 1
    assert result.stderr == f"Error: Port {port} on 127.0.0.1 is in use. Choose another: loccit serve --port {port + 1}\n"


def test_after_the_last_port_any_free_one_is_advised() -> None:
    with ExitStack() as stack:
        with suppress(OSError):  # somebody else has it, which does as well
            stack.enter_context(socket.create_server(("127.0.0.1", 65_535)))
        result = run(loccit, "serve", "--port", "65535")
    assert result.stderr == "Error: Port 65535 on 127.0.0.1 is in use. Choose another: loccit serve --port 0\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "203.0.113.1"], "Cannot listen on 203.0.113.1 port 8000: Cannot assign requested address\n"),
        (["--host", "no such host"], "Cannot listen on no such host"),
        (["--host", "a..é"], "no name of a host"),
        (["--port", "70000"], "--port takes a whole number from 0 to 65535"),
        (["--port", "http"], "'http' is not a valid integer"),
        (["--threads", "0"], "--threads takes a whole number from 1"),
        (["extra"], "unexpected extra argument"),
    ],
)
def test_serve_refuses_wrong_usage(arguments: list[str], message: str) -> None:
    result = run(loccit, "serve", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_serve_without_documents_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(loccit, "serve", "--port", "0")
    assert result.exit_code == 2
    assert result.stderr.endswith("Name what to index: loccit rebuild PATH\n")
