"""Reading in processes gives what reading in this one gives, and whatever befalls a process costs the least part of a file."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import Settings
from indexer.errors import Fault
from indexer.pipeline import Found, Pipeline, Record, Stamp
from indexer.reading import WORKER, Reading
from indexer.report import Skip
from indexer.walk import File
from tests.extract.packing import tarred, zipped

_HOSTILE = "tests.reading.hostile"
_SETTINGS = Settings(max_seconds=2, max_memory=100, processes=2)
_LINE = '{{"id": {0}, "text": "Report {0} of the harbour."}}\n'


@pytest.fixture(scope="module")
def hasty() -> Iterator[Reading]:
    with Reading(_SETTINGS, _HOSTILE) as made:
        yield made


@pytest.fixture(scope="module")
def patient() -> Iterator[Reading]:
    with Reading(Settings(processes=2)) as made:
        yield made


def _file(folder: Path, name: str, content: str | bytes) -> File:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return File.found(path, path.stat(), 0, name)


def _read(reading: Reading, *files: File) -> list[Found]:
    return [found for _file, found in reading.read(files)]


def _outline(found: list[Found]) -> list[str]:
    """The text of what was read, and the reason of what was not; a full stop for each stamp."""
    shown = []
    for each in found:
        if isinstance(each, Record):
            shown.append(each.paragraphs[0].text)
        elif isinstance(each, Skip):
            shown.append(f"{Path(each.path).name}: {each.reason}")
        else:
            shown.append(".")
    return shown


_TEXTS = st.sampled_from(
    [
        "",
        "The council met.\n\nIt adjourned.\n",
        "---\ntitle: a: b\n---\n\nText.\n",
        _LINE.format(1) + "{\n" + _LINE.format(2),
        "\x00\x01",
    ]
)
_SUFFIXES = st.sampled_from([".txt", ".md", ".jsonl", ".html", ".png", ".zip"])


@given(st.lists(st.tuples(_TEXTS, _SUFFIXES), max_size=40))
def test_what_is_read_is_what_one_process_reads(
    tmp_path_factory: pytest.TempPathFactory, patient: Reading, files: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    made = [_file(folder, f"{number:02}{suffix}", text) for number, (text, suffix) in enumerate(files)]
    expected = [(file, found) for file in made for found in Pipeline(_SETTINGS.limits).read(file)]
    assert list(patient.read(made)) == expected


def test_thousands_of_small_files_keep_their_order(tmp_path: Path) -> None:
    made = [_file(tmp_path, f"{number:04}.txt", f"Note {number} of the council.") for number in range(2_000)]
    with Reading(_SETTINGS) as reading:
        found = list(reading.read(made))
    assert [file for file, each in found if isinstance(each, Record)] == made
    assert [file for file, each in found if isinstance(each, Stamp)] == made


@pytest.mark.parametrize(
    ("trap", "reason"),
    [
        ("sleep", "took longer than 2 s"),
        ("spin", "took longer than 2 s"),
        ("eat", "needed more than 100 MB of memory"),
        ("share", "needed more than 100 MB of memory"),
        ("signal 11", "the reader crashed (signal 11)"),
        ("signal 9", "the reader was killed (signal 9)"),
        ("exit 3", "the reader ended by itself (exit code 3)"),
        ("raise", "cannot be read: unexpected ZeroDivisionError"),
        ("print", None),
        ("fork", None),
    ],
)
def test_a_trap_costs_itself_alone(tmp_path: Path, hasty: Reading, trap: str, reason: str | None) -> None:
    before = _file(tmp_path, "a.txt", "Before.")
    trapped = _file(tmp_path, "b.trap", f"say One.\nsay Two.\n{trap}\nsay Three.\n")
    behind = _file(tmp_path, "c.txt", "Behind.")
    skips = [f"b.trap:3: {reason}"] if reason else []
    found = _read(hasty, before, trapped, behind)
    assert _outline(found) == ["Before.", ".", "One.", "Two.", *skips, "Three.", ".", "Behind.", "."]
    assert all(each.hint for each in found if isinstance(each, Skip))


def test_limits_are_named_in_the_hint(tmp_path: Path, hasty: Reading) -> None:
    found = _read(hasty, _file(tmp_path, "a.trap", "sleep\neat\n"))
    hints = [each.hint for each in found if isinstance(each, Skip)]
    assert "max_seconds" in hints[0]
    assert "max_memory" in hints[1]


def test_time_counts_for_each_document(tmp_path: Path, hasty: Reading) -> None:
    lines = "".join(f"sleep 0.7\nsay {number}\n" for number in range(5))
    assert _outline(_read(hasty, _file(tmp_path, "a.trap", lines))) == ["0", "1", "2", "3", "4", "."]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_member_that_is_lost_costs_itself_alone(tmp_path: Path, hasty: Reading, pack: object) -> None:
    assert callable(pack)
    inner = pack({"1.txt": b"One.", "2.trap": b"say Two.\nsignal 11\nsay Three.", "3.txt": b"Four."})
    packed = pack({"a.txt": b"Zero.", "b.zip": inner, "c.trap": b"sleep", "d.txt": b"Five."})
    assert _outline(_read(hasty, _file(tmp_path, "p.zip", packed))) == [
        "Zero.",
        "One.",
        "Two.",
        "p.zip → b.zip → 2.trap:2: the reader crashed (signal 11)",
        "Three.",
        "Four.",
        "p.zip → c.trap:1: took longer than 2 s",
        "Five.",
        ".",
    ]


def test_what_befalls_a_reader_between_documents_costs_what_is_behind(tmp_path: Path, hasty: Reading) -> None:
    trapped = _file(tmp_path, "a.trap", "say One.\nsay Two.\n!signal 11\nsay Three.\n")
    behind = _file(tmp_path, "b.txt", "Behind.")
    assert _outline(_read(hasty, trapped, behind)) == [
        "One.",
        "Two.",
        "a.trap: the reader crashed (signal 11); what stands before that in it is kept, the rest is left out",
        ".",
        "Behind.",
        ".",
    ]


def test_findings_outside_of_parts_are_given_once(tmp_path: Path, hasty: Reading) -> None:
    trapped = _file(tmp_path, "a.trap", "!say One.\nsay Two.\nsignal 11\n!say Three.\nsignal 11\nsay Four.\n")
    crashed = "the reader crashed (signal 11)"
    expected = ["One.", "Two.", f"a.trap:3: {crashed}", "Three.", f"a.trap:5: {crashed}", "Four.", "."]
    assert _outline(_read(hasty, trapped)) == expected


def test_a_process_that_is_killed_once_from_outside_costs_nothing(tmp_path: Path, hasty: Reading) -> None:
    trapped = _file(tmp_path, "a.trap", f"say One.\nonce {tmp_path / 'mark'}\nsay Two.\n")
    assert _outline(_read(hasty, trapped)) == ["One.", "Two.", "."]


def test_memory_that_one_document_leaves_is_not_counted_for_the_next(tmp_path: Path, hasty: Reading) -> None:
    files = [_file(tmp_path, f"{number}.trap", f"keep\nsay {number}\n") for number in range(4)]
    assert _outline(_read(hasty, *files)) == ["0", ".", "1", ".", "2", ".", "3", "."]


def test_kills_at_any_moment_lose_nothing(tmp_path: Path) -> None:
    """Every line is read, in order, and none twice.

    Between two kills there is more than can be on its way: the second one meets a process that has come further. One that is
    killed twice at the same place is taken for the cause.
    """
    count, log = 3_000, "tide " * 3_000
    lines = (f'{{"id": {number}, "text": "Report {number} of the harbour.", "log": "{log}"}}\n' for number in range(count))
    news = _file(tmp_path, "news.jsonl", "".join(lines))
    behind = _file(tmp_path, "z.txt", "Behind.")
    kills = {1, 1_000, 2_000, count}
    found = []
    with Reading(_SETTINGS) as reading:
        for _file_of, each in reading.read([news, behind]):
            found.append(each)
            if len(found) in kills:
                for child in _children(WORKER):
                    with suppress(ProcessLookupError):  # one that has ended meanwhile
                        os.kill(child, signal.SIGKILL)
    assert _outline(found) == [*(f"Report {number} of the harbour." for number in range(count)), ".", "Behind.", "."]


def _children(module: str) -> list[int]:
    command = ["pgrep", "-P", str(os.getpid()), "-f", module]
    return [int(pid) for pid in subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()]


def test_closing_in_the_midst_ends_every_process(tmp_path: Path) -> None:
    before = _children(_HOSTILE)
    files = [_file(tmp_path, f"{number}.trap", "say One.\nsleep\n") for number in range(3)]
    with Reading(Settings(processes=2), _HOSTILE) as reading:
        findings = reading.read(files)
        assert isinstance(next(findings)[1], Record)
        assert _children(_HOSTILE) != before
    assert _children(_HOSTILE) == before


def test_what_is_left_early_is_not_found_later(tmp_path: Path) -> None:
    """A reading that lasts goes on with other files, and does not wait for those that nobody asks for any more."""
    left = [_file(tmp_path, f"{number}.trap", "say One.\nsleep\n") for number in range(20)]
    other = _file(tmp_path, "z.trap", "say Other.\n")
    with Reading(Settings(processes=1), _HOSTILE) as reading:
        findings = reading.read(left)
        assert isinstance(next(findings)[1], Record)
        findings.close()
        assert _outline([found for _file_of, found in reading.read([other])]) == ["Other.", "."]


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    """However that ends, and whatever they are doing."""
    _file(tmp_path, "a.trap", "say One.\nspin\n")
    script = f"""
from pathlib import Path
from indexer.config import Settings
from indexer.reading import WORKER, Reading
from indexer.walk import File
path = Path({str(tmp_path / "a.trap")!r})
with Reading(Settings(), {_HOSTILE!r}) as reading:
    for _file, _found in reading.read([File.found(path, path.stat(), 0, "a.trap")]):
        print(reading._readers[0]._child.pid, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the process is still there")


def test_a_process_that_cannot_start_is_a_fault(tmp_path: Path) -> None:
    file = _file(tmp_path, "a.txt", "One.")
    with Reading(_SETTINGS, "tests.reading.absent") as reading, pytest.raises(Fault, match="No process can be started"):
        list(reading.read([file]))


def test_a_system_that_starts_no_process_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    file = _file(tmp_path, "a.txt", "One.")
    monkeypatch.setattr(subprocess, "Popen", refuse)
    with Reading(_SETTINGS) as reading, pytest.raises(Fault) as caught:
        list(reading.read([file]))
    assert str(caught.value) == "No process can be started to read documents with: Resource temporarily unavailable."


def test_a_file_that_is_gone_by_then_is_reported(tmp_path: Path, hasty: Reading) -> None:
    gone, there = _file(tmp_path, "a.txt", "One."), _file(tmp_path, "b.txt", "Two.")
    gone.path.unlink()
    assert _outline(_read(hasty, gone, there)) == ["a.txt: cannot be read: No such file or directory", "Two.", "."]


def test_progress_goes_on_within_a_file(tmp_path: Path) -> None:
    lines = "".join(f"say {'word ' * 500}{number}\nsleep 0.02\n" for number in range(30))
    file = _file(tmp_path, "a.trap", lines)
    with Reading(_SETTINGS, _HOSTILE) as reading:
        places = [reading.size_read for _found in reading.read([file])]
    assert sorted(places) == places
    assert reading.size_read == file.size
