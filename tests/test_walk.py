"""Walking folders: a fixed order, what is passed over is counted, and no link leads astray."""

from __future__ import annotations

import os
import socket
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.report import Skip, shown_path
from indexer.walk import File, Walk


def _make(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    return root


def _walk(*roots: Path, index_dir: Path = Path("nowhere")) -> tuple[list[str], list[Skip], Counter[str]]:
    passed_over: Counter[str] = Counter()
    found = list(Walk(roots, index_dir, passed_over))
    files = [entry.relative for entry in found if isinstance(entry, File)]
    return files, [entry for entry in found if isinstance(entry, Skip)], passed_over


def test_order_is_that_of_code_points_in_whole_paths(tmp_path: Path) -> None:
    names = ["a-b.txt", "a.txt", "a/b.txt", "a/é.txt", "a0.txt", "B.txt", "z.txt", "é.txt"]
    files, skips, passed_over = _walk(_make(tmp_path, *names))
    assert files == sorted(names)
    assert not skips
    assert not passed_over


_NAME = st.text(st.sampled_from("aB-.0_é "), min_size=1, max_size=3).filter(lambda name: not name.startswith("."))


@given(st.sets(st.lists(_NAME, min_size=1, max_size=3).map("/".join), max_size=12))
def test_order_holds_for_any_names(tmp_path_factory: pytest.TempPathFactory, names: set[str]) -> None:
    folders = {name.rsplit("/", depth)[0] for name in names for depth in range(1, name.count("/") + 1)}
    kept = names - folders
    files, _skips, _passed_over = _walk(_make(tmp_path_factory.mktemp("walk"), *kept))
    assert files == sorted(kept)


def test_roots_keep_the_order_given(tmp_path: Path) -> None:
    _make(tmp_path, "one/b.txt", "two/a.txt", "file.txt")
    files, _skips, _passed_over = _walk(tmp_path / "two", tmp_path / "file.txt", tmp_path / "one")
    assert files == ["a.txt", "file.txt", "b.txt"]


def test_files_have_ids_sizes_and_paths(tmp_path: Path) -> None:
    _make(tmp_path, "a b/c.txt")
    (file,) = Walk([tmp_path], tmp_path / "index", Counter())
    assert isinstance(file, File)
    assert file.id.startswith("a-b:c.txt~")
    assert file.size == 4
    assert file.path == tmp_path / "a b/c.txt"


def test_what_is_passed_over_is_counted(tmp_path: Path) -> None:
    _make(
        tmp_path,
        "a.txt",
        ".hidden",
        ".folder/b.txt",
        ".git/config",
        "node_modules/left/readme.md",
        "env/pyvenv.cfg",
        "env/lib/readme.md",
        "index_data/README.md",
    )
    files, skips, passed_over = _walk(tmp_path, index_dir=tmp_path / "index_data")
    assert files == ["a.txt"]
    assert not skips
    assert passed_over == {"hidden": 2, ".git": 1, "node_modules": 1, "virtual environment": 1, "index folder": 1}


def test_a_root_that_is_named_is_read_whatever_its_name(tmp_path: Path) -> None:
    _make(tmp_path, ".notes/a.txt", ".notes/pyvenv.cfg")
    assert _walk(tmp_path / ".notes")[0] == ["a.txt", "pyvenv.cfg"]
    assert _walk(tmp_path / ".notes/a.txt")[0] == ["a.txt"]


def test_the_index_folder_is_no_root(tmp_path: Path) -> None:
    _make(tmp_path, "index/a.txt", "index/deep/b.txt")
    files, _skips, passed_over = _walk(tmp_path / "index", tmp_path / "index/deep", index_dir=tmp_path / "index")
    assert files == []
    assert passed_over == {"index folder": 2}


def test_links_inside_the_root_are_followed(tmp_path: Path) -> None:
    _make(tmp_path, ".store/a.txt", "folder/b.txt")
    (tmp_path / "link.txt").symlink_to(".store/a.txt")
    (tmp_path / "other").symlink_to("folder")
    files, skips, passed_over = _walk(tmp_path)
    assert files == ["folder/b.txt", "link.txt", "other/b.txt"]
    assert not skips
    assert passed_over == {"hidden": 1}


def test_links_out_of_the_root_are_not_followed(tmp_path: Path) -> None:
    _make(tmp_path, "root/a.txt", "rooted/secret.txt")
    (tmp_path / "root/folder").symlink_to(tmp_path / "rooted")
    (tmp_path / "root/file.txt").symlink_to(tmp_path / "rooted/secret.txt")
    files, _skips, passed_over = _walk(tmp_path / "root")
    assert files == ["a.txt"]
    assert passed_over == {"link out of the root": 2}


def test_links_in_a_loop_end(tmp_path: Path) -> None:
    _make(tmp_path, "a/b/c.txt")
    (tmp_path / "a/b/up").symlink_to("..")
    (tmp_path / "a/self").symlink_to("self")
    (tmp_path / "x").symlink_to("y")
    (tmp_path / "y").symlink_to("x")
    files, skips, passed_over = _walk(tmp_path)
    assert files == ["a/b/c.txt"]
    assert not skips
    assert passed_over == {"link in a loop": 4}


def test_folders_that_link_to_each_other_do_not_multiply(tmp_path: Path) -> None:
    names = "pqrstuvw"
    _make(tmp_path, *(f"{name}/file.txt" for name in names))
    for name in names:
        for other in names.replace(name, ""):
            (tmp_path / name / f"to_{other}").symlink_to(tmp_path / other)
    files, _skips, passed_over = _walk(tmp_path)
    assert len(files) == len(names) ** 2
    assert passed_over["link below a link"] > 0


def test_a_link_to_nothing_is_reported(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to("nowhere.txt")
    assert _walk(tmp_path)[1] == [Skip(str(tmp_path / "gone.txt"), "a link to nothing")]


def test_a_root_may_be_a_link(tmp_path: Path) -> None:
    _make(tmp_path, "real/a.txt")
    (tmp_path / "link").symlink_to("real")
    assert _walk(tmp_path / "link")[0] == ["a.txt"]


def test_devices_pipes_and_sockets_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "alias.txt").symlink_to("pipe.txt")
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.txt")
        files, skips, passed_over = _walk(tmp_path, tmp_path / "pipe.txt")
    assert files == ["a.txt"]
    assert not skips
    assert passed_over == {"device, pipe or socket": 4}


def test_a_folder_that_cannot_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(tmp_path, "a/b.txt", "c.txt")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("/a"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    files, skips, _passed_over = _walk(tmp_path)
    assert files == ["c.txt"]
    hint = "Check that it is there and that you may read it."
    assert skips == [Skip(str(tmp_path / "a"), "cannot be read: Permission denied", hint)]


def test_a_file_that_vanishes_is_reported(tmp_path: Path) -> None:
    _make(tmp_path, "a.txt", "b.txt")
    walk = iter(Walk([tmp_path, tmp_path / "b.txt"], tmp_path / "index", Counter()))
    next(walk)
    (tmp_path / "b.txt").unlink()
    assert [found.reason for found in walk if isinstance(found, Skip)] == ["cannot be read: No such file or directory"] * 2


def test_undecodable_names_are_read_and_shown(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text("text")
    (file,) = Walk([tmp_path], tmp_path / "index", Counter())
    assert isinstance(file, File)
    assert file.shown.endswith("caf\ufffd.txt")
    assert file.id.startswith("caf-.txt~")
    assert file.path.read_text() == "text"


def test_a_shown_path_stays_on_its_line() -> None:
    assert shown_path("a\nb\x1b[31m.txt\u2028") == "a\ufffdb\ufffd[31m.txt\ufffd"


def test_deep_folders_are_no_trouble(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 400)
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text("text")
    assert _walk(tmp_path)[0] == ["d/" * 400 + "a.txt"]
