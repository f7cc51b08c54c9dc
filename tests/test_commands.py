"""The building commands: what they print, what they write, and the exit codes that people rely on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import Result

from indexer import commands
from indexer.commands import indexer
from indexer.config import Settings
from indexer.errors import CannotCompile, NotCompiled, NothingToIndex
from indexer.search.engine import open_writer
from tests.command_line import run, spawn


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: two documents in `seeds`, no index."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a.txt").write_text("The council met in Ostrel.\n\nIt adjourned at noon.\n")
    (seeds / "b.md").write_text("---\ntitle: Renn speaks\n---\n\nMinister Renn spoke.\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(*arguments: str) -> Result:
    return run(indexer, *arguments)


def test_rebuild_reads_the_documents_of_the_settings() -> None:
    result = _run("rebuild")
    assert result.exit_code == 0
    assert result.stdout.startswith("Indexed 2 documents, 3 paragraphs in ")
    assert result.stderr.splitlines() == ["Reading 2 files, 99 bytes", "Writing the index", "Preparing to search"]
    assert Path("index_data/manifest.json").exists()


def test_quiet_says_nothing() -> None:
    result = _run("rebuild", "--quiet")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(
    ("error", "kernels", "said"),
    [
        (NotCompiled(kept=False), "auto", "Searches stay slower: what is compiled could be kept nowhere. "),
        (NotCompiled(kept=True), "auto", "Searches stay slower: what was compiled is not on the disk. "),
        (CannotCompile("numba cannot compile a.b"), "auto", "Searches stay slower: numba cannot compile a.b, so that numpy "),
        (CannotCompile("numba cannot compile a.b"), "numba", "Some searches fail: numba cannot compile a.b. Please report it"),
    ],
)
def test_an_index_is_rebuilt_though_nothing_is_compiled(
    error: Exception, kernels: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    Path("loccit.toml").write_text(f'kernels = "{kernels}"')
    if kernels == "numba":
        pytest.importorskip("numba")
    monkeypatch.setattr(commands, "compile_ahead", fail)
    result = _run("rebuild")
    assert (result.exit_code, result.stdout[:20]) == (0, "Indexed 2 documents,")
    assert result.stderr.splitlines()[-2] == "Preparing to search"
    assert result.stderr.splitlines()[-1].startswith(said)


def test_skips_are_listed_and_reported() -> None:
    Path("seeds/picture.png").write_bytes(b"\x89PNG\r\n")
    Path("seeds/.hidden.txt").write_text("Hidden.")
    result = _run("rebuild", "--report", "report.json", "--quiet")
    report = json.loads(Path("report.json").read_text())
    assert result.exit_code == 0
    assert result.stderr.startswith("Skipped seeds/picture.png: ")
    assert report["documents"] == {"seen": 3, "indexed": 2, "unchanged": 0, "skipped": 1}
    assert report["paragraphs"] == 3
    assert report["passed_over"] == {"hidden": 1}
    (skip,) = report["skipped"]
    assert skip.keys() == {"path", "reason", "hint"}
    assert skip["path"] == "seeds/picture.png"


def test_the_summary_names_skips_and_what_was_passed_over() -> None:
    Path("seeds/picture.png").write_bytes(b"\x89PNG\r\n")
    Path("seeds/.hidden.txt").write_text("Hidden.")
    assert _run("rebuild").stdout.endswith(" s. Skipped 1. Passed over: 1 hidden.\n")


def test_strict_exits_with_3_where_anything_was_skipped() -> None:
    assert _run("rebuild", "--strict").exit_code == 0
    Path("seeds/picture.png").write_bytes(b"\x89PNG\r\n")
    assert _run("rebuild", "--strict").exit_code == 3
    assert _run("rebuild").exit_code == 0


def test_broken_front_matter_is_reported_and_the_text_kept() -> None:
    Path("seeds/b.md").write_text("---\ntitle: a: b\n---\n\nThe text is kept.\n")
    result = _run("rebuild")
    assert result.exit_code == 0
    assert "Skipped seeds/b.md: " in result.stderr
    assert result.stdout.startswith("Indexed 2 documents")


def test_what_is_seen_is_indexed_or_skipped() -> None:
    """A document that lacks its front matter is indexed, and no second one."""
    Path("seeds/b.md").write_text("---\ntitle: a: b\n---\n\nThe text is kept.\n")
    Path("seeds/c.jsonl").write_text('{"text": "One."}\n{"text": \n')
    assert _run("rebuild", "--strict", "--report", "report.json").exit_code == 3
    report = json.loads(Path("report.json").read_text())
    assert report["documents"] == {"seen": 4, "indexed": 3, "unchanged": 0, "skipped": 1}
    assert [skip["path"] for skip in report["skipped"]] == ["seeds/b.md", "seeds/c.jsonl:2"]


def test_text_that_a_page_does_not_count_as_its_own_is_counted() -> None:
    words = "The council of Ostrel spoke about the harbour and its cranes for an hour. " * 5
    menu = "Home Contact Archive"
    page = f"<nav><script>no = text</script>{menu}</nav><article><p>{words}</p></article><footer>Imprint of Ostrel</footer>"
    Path("seeds/page.html").write_text(f"<html><body>{page}</body></html>")
    assert _run("rebuild", "seeds/page.html", "--report", "report.json").exit_code == 0
    left_out = len("HomeContactArchive") + len("ImprintofOstrel")
    assert json.loads(Path("report.json").read_text())["characters"] == {"indexed": len(words.strip()), "left_out": left_out}


def test_a_missing_path_is_wrong_usage() -> None:
    result = _run("rebuild", "absent")
    assert result.exit_code == 2
    assert (
        result.stderr
        == "Error: Nothing to index at absent: No such file or directory. Name what to index: loccit rebuild PATH\n"
    )


def test_an_empty_path_is_wrong_usage() -> None:
    result = _run("rebuild", "")
    assert result.exit_code == 2
    assert "empty PATH" in result.stderr


def test_an_empty_folder_could_not_be_done() -> None:
    Path("empty").mkdir()
    result = _run("rebuild", "empty", "--report", "report.json")
    assert result.exit_code == 1
    assert "Error: No indexable document in empty." in result.stderr
    assert json.loads(Path("report.json").read_text())["documents"]["seen"] == 0
    assert _run("status").exit_code == 1
    assert _run("rebuild", "empty", "--allow-empty").exit_code == 0
    assert _run("status").exit_code == 0


@pytest.mark.parametrize("report", ["absent/report.json", "seeds", "n" * 300, "dangling", "seeds/a.txt/report.json"])
def test_a_report_that_cannot_be_written_is_refused_first(report: str) -> None:
    Path("dangling").symlink_to("absent/report.json")
    result = _run("rebuild", "--report", report)
    assert result.exit_code == 2
    assert f"Error: --report cannot write {report}: " in result.stderr
    assert not Path("index_data").exists()


def test_a_report_takes_the_place_of_an_earlier_one() -> None:
    for path in ("seeds/a.txt", "seeds"):
        assert _run("rebuild", path, "--report", "report.json").exit_code == 0
    assert json.loads(Path("report.json").read_text())["documents"]["seen"] == 2


def test_an_earlier_report_stays_until_there_is_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(commands, "rebuild", lambda *_, **__: seen.append(Path("report.json").read_text()))
    monkeypatch.setattr(commands, "compile_ahead", lambda *_: None)
    Path("report.json").write_text("earlier")
    assert _run("rebuild", "--report", "report.json").exit_code == 0
    assert seen == ["earlier"]


def _lose_the_report(*_: object, **__: object) -> None:
    Path("report.json").unlink()
    Path("report.json").mkdir()


def test_a_report_that_is_lost_on_the_way_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "build_index", _lose_the_report)
    result = _run("rebuild", "--report", "report.json")
    assert result.exit_code == 1
    assert result.stderr == "Error: report.json: Is a directory\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_told_with_the_reports_name() -> None:
    result = _run("rebuild", "--quiet", "--report", "/dev/full")
    assert result.exit_code == 1
    assert result.stderr == "Error: /dev/full: No space left on device\n"


def test_a_report_that_is_lost_hides_no_error_of_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        _lose_the_report()
        raise NothingToIndex("No indexable document in Ostrel.")

    monkeypatch.setattr(commands, "build_index", fail)
    result = _run("rebuild", "--report", "report.json")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "The report cannot be written to report.json: Is a directory",
        "Error: No indexable document in Ostrel.",
    ]


def test_a_report_may_go_into_a_pipe(folder: Path) -> None:
    os.mkfifo("pipe")
    with spawn("indexer", "rebuild", "--quiet", "--report", "pipe", cwd=folder) as process:
        report = json.loads(Path("pipe").read_text())
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert report["documents"]["indexed"] == 2


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("index_dir = '~nobody.of.velmara/x'", "index_dir begins with the home folder of a user who is not known here"),
        ('index_dir = "a\\u0000b"', "index_dir takes a text, not 'a\\x00b'"),
        ("kernels = 'fortran'", "kernels takes one of auto, numba, numpy, not 'fortran'"),
    ],
)
def test_a_setting_that_will_not_do_is_wrong_usage(setting: str, message: str) -> None:
    Path("loccit.toml").write_text(setting)
    result = _run("status")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: loccit.toml: {message}")


@pytest.mark.parametrize(
    "arguments",
    [["updates"], ["rollback", "x"], ["export", "x"], ["rebuild", "--nonsense"], ["search", "x"], ["-x"], []],
)
def test_what_is_unknown_is_wrong_usage(arguments: list[str]) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_options_may_stand_anywhere_after_the_command() -> None:
    Path("other.txt").write_text("Another note.")
    result = _run("rebuild", "--index-dir", "one", "other.txt", "--quiet", "seeds", "--engine", "embedded", "--verbose")
    assert (result.exit_code, result.output) == (0, "")
    assert json.loads(_run("status", "--json", "--index-dir=one").stdout)["documents"] == 3


def test_settings_come_from_the_file_too() -> None:
    Path("conf").mkdir()
    Path("conf/x.toml").write_text('index_dir = "ix"\ndocuments = ["../seeds/a.txt"]\n')
    assert _run("rebuild", "--config", "conf/x.toml").exit_code == 0
    assert Path("conf/ix/manifest.json").exists()
    assert _run("status").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--engine", "other"], "Unknown engine 'other'"),
        (["--config", "absent.toml"], "absent.toml cannot be read"),
        (["--index-dir", ""], "--index-dir takes a text"),
    ],
)
def test_wrong_settings_are_wrong_usage(arguments: list[str], message: str) -> None:
    result = _run("rebuild", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_status_says_what_is_in_the_index() -> None:
    _run("rebuild")
    status = json.loads(_run("status", "--json").stdout)
    assert list(status) == ["generation", "documents", "paragraphs", "fields", "bytes", "built", "roots"]
    assert (status["documents"], status["paragraphs"]) == (2, 3)
    assert status["roots"] == [str(Path("seeds").absolute())]
    assert all(size > 0 for size in status["bytes"].values())
    shown = _run("status").stdout
    assert status["generation"] in shown
    assert "Documents   2\n" in shown


def test_without_an_index_the_answer_names_the_command() -> None:
    for command in ("status", "check"):
        result = _run(command)
        assert result.exit_code == 1
        assert result.stderr == "Error: No index in index_data. Run: loccit rebuild\n"


def test_update_reads_what_has_changed() -> None:
    built = _run("update", "--report", "report.json")
    assert (built.exit_code, built.stdout.partition(" in ")[0]) == (0, "Indexed 2 documents, 3 paragraphs")
    Path("seeds/b.md").write_text("Another text.")
    Path("seeds/logo.png").write_bytes(b"\x89PNG\r\n")
    result = _run("update", "seeds/b.md", "--report", "report.json", "--strict")
    assert result.exit_code == 0
    assert result.stdout.startswith("Indexed 1 document, 1 paragraph in ")
    assert result.stdout.endswith(" s. Unchanged 1.\n")
    assert json.loads(Path("report.json").read_text())["documents"] == {"seen": 2, "indexed": 1, "unchanged": 1, "skipped": 0}
    Path("seeds/a.txt").unlink()
    result = _run("update", "--strict")
    assert result.exit_code == 3
    assert result.stderr.startswith("Reading 1 file, ") and "Skipped seeds/logo.png: " in result.stderr
    assert result.stdout.endswith(" s. Unchanged 1. Removed 1. Skipped 1.\n")
    assert _run("update", "--quiet").output.startswith("Skipped seeds/logo.png: ")
    assert _run("check").exit_code == 0


def test_update_of_what_is_not_below_a_root_is_wrong_usage() -> None:
    _run("rebuild")
    Path("other.txt").write_text("Another note.")
    result = _run("update", "other.txt")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: other.txt lies under no root of the index. Its roots are /")
    assert _run("update", "seeds/absent.txt").exit_code == 2
    Path("seeds").rename("elsewhere")
    result = _run("update")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The root seeds of the index is gone: No such file or directory. ")


def test_rollback_returns_to_the_generation_before() -> None:
    _run("rebuild")
    first = json.loads(_run("status", "--json").stdout)
    result = _run("rollback")
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: No generation before {first['generation']} is kept in index_data. "
        "How many are kept is the setting keep_generations.\n"
    )
    Path("seeds/c.txt").write_text("A third note.")
    _run("rebuild")
    assert f"\nKept        {first['generation']} ({first['built']})\n" in _run("status").stdout
    result = _run("rollback")
    shown = f"The index in index_data is generation {first['generation']} again, built {first['built']}.\n"
    assert (result.exit_code, result.stdout) == (0, shown)
    after = json.loads(_run("status", "--json").stdout)
    assert {**after, "bytes": None} == {**first, "bytes": None}


def test_check_names_what_a_killed_run_left_behind() -> None:
    _run("rebuild")
    Path("index_data/9-0badc0de-1.arrays").write_bytes(b"")
    result = _run("check")
    assert result.exit_code == 0
    assert "Left over from a run that was cut short, removed by the next one: 9-0badc0de-1.arrays\n" in result.stdout
    _run("rebuild")
    assert _run("check").stdout == "The index in index_data is sound.\n"


def test_check_finds_a_sound_index_sound() -> None:
    _run("rebuild")
    result = _run("check")
    assert (result.exit_code, result.stdout) == (0, "The index in index_data is sound.\n")
    assert _run("check", "--quiet").output == ""


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "manifest"])
def test_check_finds_damage(damage: str) -> None:
    _run("rebuild")
    (segment,) = Path("index_data").glob("*.arrays")
    content = segment.read_bytes()
    if damage == "flip":
        middle = len(content) // 2
        segment.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    elif damage == "cut":
        segment.write_bytes(content[: len(content) // 2])
    elif damage == "remove":
        segment.unlink()
    else:
        Path("index_data/manifest.json").write_text("{")
    result = _run("check")
    assert result.exit_code == 1
    assert result.output.strip()
    assert "Traceback" not in result.output
    assert "Unexpected" not in result.output
    assert _run("rebuild").exit_code == 0
    assert _run("check").exit_code == 0


def test_an_index_folder_that_is_a_file_is_refused() -> None:
    Path("ix").write_text("")
    result = _run("rebuild", "--index-dir", "ix")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The index folder ix cannot be written to: ")


def test_another_build_under_way_is_said() -> None:
    with open_writer(Settings(), []):
        result = _run("rebuild")
    assert result.exit_code == 1
    assert re.search(
        rf"Another process is writing the index in index_data: process {os.getpid()}, since \d{{4}}-", result.stderr
    )


@pytest.mark.parametrize("command", ["rebuild", "update"])
def test_a_full_disk_leaves_the_old_index_and_says_so(folder: Path, command: str) -> None:
    _run("rebuild")
    status = _run("status", "--json").stdout
    lines = ({"id": note, "language": "en", "text": f"Note {note:x} of word{note}."} for note in range(2_000))
    (folder / "seeds" / "notes.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    # No file may be longer than 24 KB, which is where a full disk would stop it.
    line = ["bash", "-c", 'ulimit -f 24; exec "$0" -m indexer "$1"', sys.executable, command]
    environment = {**os.environ, "PYTHONPATH": str(Path(commands.__file__).parents[1])}
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.endswith("Error: The index in index_data cannot be written: File too large; the old index stays.\n")
    assert _run("status", "--json").stdout == status
    assert _run("check").stdout == "The index in index_data is sound.\n"
    assert _run(command).exit_code == 0
    assert json.loads(_run("status", "--json").stdout)["documents"] == 2_002


def test_a_fault_of_ours_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_settings: Settings) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(commands, "open_engine", fail)
    result = _run("status")
    assert result.exit_code == 1
    assert result.stderr == "Unexpected fault: RuntimeError: a fault of ours. Run it again with --verbose to see where.\n"
    verbose = _run("status", "--verbose")
    assert verbose.exit_code == 1
    assert "Traceback" in verbose.stderr


def test_the_module_offers_the_building_commands(folder: Path) -> None:
    with spawn("indexer", "rebuild", cwd=folder) as process:
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert output.startswith("Indexed 2 documents")
    assert "Writing the index" in errors


def test_ctrl_c_ends_a_build_and_leaves_the_old_index(folder: Path) -> None:
    _run("rebuild")
    generation = json.loads(_run("status", "--json").stdout)["generation"]
    lines = "".join(f'{{"id": "n{number}", "text": "Note {number} of the council of Ostrel."}}\n' for number in range(200_000))
    (folder / "seeds" / "many.jsonl").write_text(lines)
    with spawn("indexer", "rebuild", cwd=folder) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Reading 3 files")
        process.send_signal(signal.SIGINT)
        _output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert json.loads(_run("status", "--json").stdout)["generation"] == generation
    assert _run("check").exit_code == 0


def test_a_closed_pipe_ends_quietly(folder: Path) -> None:
    _run("rebuild")
    reading, writing = os.pipe()
    os.close(reading)
    with spawn("indexer", "status", "--json", cwd=folder, stdout=writing) as process:
        os.close(writing)
        _output, errors = process.communicate(timeout=60)
    assert errors == ""
    assert process.returncode == 0


def test_a_terminal_sees_a_bar(folder: Path) -> None:
    reading, writing = os.openpty()
    with spawn("indexer", "rebuild", cwd=folder, stderr=writing) as process:
        os.close(writing)
        seen = b""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                piece = os.read(reading, 4096)
            except OSError:  # how a pseudo-terminal says that its other end is closed
                break
            seen += piece
        process.communicate(timeout=60)
    os.close(reading)
    assert process.returncode == 0
    assert b"\x1b[" in seen
    assert b"documents" in seen
