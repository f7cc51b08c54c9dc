"""Originals are given out only as they were indexed, and only from below their root."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.errors import OriginalChanged
from indexer.file_records import Provenance
from indexer.originals import open_original

CONTENT = b"The harbour of Ostrel closes at dusk.\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one file."""
    folder = tmp_path / "press"
    folder.mkdir()
    (folder / "notice.txt").write_bytes(CONTENT)
    return folder


def provenance(root: Path, path: Path, content: bytes = CONTENT) -> Provenance:
    """What an index that read such a file says of it."""
    return Provenance(root, path, len(content), 0, hashlib.sha256(content).hexdigest(), "text", "1")


def test_a_file_is_given_out_as_it_was(root: Path) -> None:
    with open_original(provenance(root, root / "notice.txt")) as stream:
        assert stream.read() == CONTENT


def test_a_root_may_be_the_file_itself(root: Path) -> None:
    found = provenance(root / "notice.txt", root / "notice.txt")
    assert found.shown == "notice.txt"
    with open_original(found) as stream:
        assert stream.read() == CONTENT


def test_a_link_below_the_root_is_followed(root: Path) -> None:
    (root / "link.txt").symlink_to("notice.txt")
    with open_original(provenance(root, root / "link.txt")) as stream:
        assert stream.read() == CONTENT


@pytest.mark.parametrize("content", [CONTENT + b"!", CONTENT.replace(b"dusk", b"dawn"), b""])
def test_another_content_is_refused(root: Path, content: bytes) -> None:
    (root / "notice.txt").write_bytes(content)
    with pytest.raises(OriginalChanged, match="changed since"):
        open_original(provenance(root, root / "notice.txt"))


def test_a_file_that_is_gone_is_refused(root: Path) -> None:
    found = provenance(root, root / "notice.txt")
    (root / "notice.txt").unlink()
    with pytest.raises(OriginalChanged, match="not there"):
        open_original(found)


def test_a_link_out_of_the_root_is_refused_though_its_content_is_right(root: Path) -> None:
    outside = root.parent / "outside.txt"
    outside.write_bytes(CONTENT)
    (root / "notice.txt").unlink()
    (root / "notice.txt").symlink_to(outside)
    with pytest.raises(OriginalChanged, match="outside"):
        open_original(provenance(root, root / "notice.txt"))


def test_a_loop_of_links_is_refused(root: Path) -> None:
    (root / "notice.txt").unlink()
    (root / "notice.txt").symlink_to("notice.txt")
    with pytest.raises(OriginalChanged, match="not there"):
        open_original(provenance(root, root / "notice.txt"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are a thing of POSIX")
def test_a_pipe_in_its_place_is_not_waited_for(root: Path) -> None:
    (root / "notice.txt").unlink()
    os.mkfifo(root / "notice.txt")
    with pytest.raises(OriginalChanged, match="changed since"):
        open_original(provenance(root, root / "notice.txt"))


def test_a_folder_in_its_place_is_refused(root: Path) -> None:
    (root / "notice.txt").unlink()
    (root / "notice.txt").mkdir()
    with pytest.raises(OriginalChanged):
        open_original(provenance(root, root / "notice.txt"))


def test_an_unknown_content_is_refused(root: Path) -> None:
    with pytest.raises(OriginalChanged, match="does not know"):
        open_original(replace(provenance(root, root / "notice.txt"), sha256=""))
