"""ZIP, tar and compressed files: what is in them is read as what stands beside them, and nothing in them does harm."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import Settings
from indexer.extract.zip_directory import MAX_DIRECTORY
from indexer.model import Document
from indexer.report import PassedOver, Skip
from indexer.walk import File, Walk
from tests.extract.conftest import Extract, Extracted, extract_path
from tests.extract.packing import COMPRESSORS, tarred, zipped

_NOTE = "The masts stand on the hill."
_OFFICE = "unknown format: looks like a ZIP archive or an office document"
_BROKEN = "Fetch or copy it again."
_LIMITS = Settings(max_file_bytes=10_000, max_unpacked_bytes=300_000, max_members=50, max_depth=4).limits


def ids(extracted: Extracted) -> list[str]:
    """The ids of the documents, and the paths of what was skipped."""
    counted = (found for found in extracted if not isinstance(found, PassedOver))
    return [found.metadata.id if isinstance(found, Document) else f"- {found.path}" for found in counted]


def reasons(extracted: Extracted) -> dict[str, str]:
    return {found.path: found.reason for found in extracted if isinstance(found, Skip)}


PACKERS: dict[str, Callable[[Mapping[str, str | bytes]], bytes]] = {
    "a.zip": zipped,
    "a.tar": tarred,
    "a.tar.gz": lambda files: gzip.compress(tarred(files)),
    "a.tgz": lambda files: gzip.compress(tarred(files)),
    "a.tar.bz2": lambda files: COMPRESSORS[".bz2"](tarred(files)),
    "a.tar.xz": lambda files: COMPRESSORS[".xz"](tarred(files)),
}


@pytest.mark.parametrize("name", PACKERS)
def test_members_are_documents_in_the_order_of_their_paths(extract_file: Extract, name: str) -> None:
    files = {"b.txt": _NOTE, "a/é.md": f"# Hill\n\n{_NOTE}", "a-b.txt": _NOTE, "a/n.jsonl": '{"id": 7, "text": "x"}'}
    found = extract_file(name, PACKERS[name](files))
    assert ids(found) == [f"{name}:a-b.txt", f"{name}:a:n.jsonl:7", f"{name}:a:é.md", f"{name}:b.txt"]
    assert [one.metadata.format for one in found if isinstance(one, Document)] == ["text", "jsonl", "markdown", "text"]


@pytest.mark.parametrize("suffix", COMPRESSORS)
@pytest.mark.parametrize("named", [True, False])
def test_a_compressed_file_keeps_its_id(extract_file: Extract, suffix: str, named: bool) -> None:
    name = f"2025-05-19.txt{suffix}" if named else "note"
    [document] = extract_file(name, COMPRESSORS[suffix](_NOTE.encode()))
    assert isinstance(document, Document)
    assert (document.metadata.id, document.metadata.format) == (name, "text")
    assert document.metadata.published == ("2025-05-19" if named else None)


def test_archives_stand_in_archives(extract_file: Extract) -> None:
    inner = zipped({"a.txt.gz": gzip.compress(_NOTE.encode()), "b.txt": _NOTE})
    found = extract_file("o.zip", zipped({"in/i.zip": inner, "t.tgz": gzip.compress(tarred({"c.txt": _NOTE}))}))
    assert ids(found) == ["o.zip:in:i.zip:a.txt.gz", "o.zip:in:i.zip:b.txt", "o.zip:t.tgz:c.txt"]


def test_names_inside_are_shown(extract_file: Extract) -> None:
    found = extract_file("o.zip", zipped({"in/i.zip": zipped({"a\n.png": b"\x89PNG"}), "n.jsonl": "{}\n"}))
    assert list(reasons(found)) == ["o.zip → in/i.zip → a\ufffd.png", "o.zip → n.jsonl:1"]


def test_what_the_walk_leaves_out_is_left_out(extract_file: Extract) -> None:
    files = [".a.txt", ".git/b.txt", ".git/c.txt", "d/node_modules/e.txt", "__MACOSX/._f", "__MACOSX/g/._h", "i.txt"]
    for name in ("a.zip", "a.tar"):
        found = extract_file(name, PACKERS[name](dict.fromkeys(files, _NOTE)))
        assert ids(found) == [f"{name}:i.txt"]
        passed_over = Counter(one.why for one in found if isinstance(one, PassedOver))
        assert passed_over == {"hidden": 2, ".git": 1, "node_modules": 1}


_ESCAPES = ["../a.txt", "a/../../b.txt", "/etc/a.txt", "C:/a.txt", "a/..", "./", "n" * 5_000]


@pytest.mark.parametrize("path", _ESCAPES[:5])
def test_paths_that_lead_out_are_refused(extract_file: Extract, path: str) -> None:
    for name in ("a.zip", "a.tar"):
        found = extract_file(name, PACKERS[name]({path: _NOTE, "good.txt": _NOTE}))
        assert ids(found) == [f"- {name} → {path}", f"{name}:good.txt"]
        assert reasons(found)[f"{name} → {path}"] == "its path leads out of the archive"


def test_a_path_without_end_is_refused(extract_file: Extract) -> None:
    skip, document = extract_file("a.zip", zipped({"n" * 5_000: _NOTE, "good.txt": _NOTE}))
    assert isinstance(skip, Skip)
    assert skip.reason == "its path is too long"
    assert isinstance(document, Document)


def test_paths_are_tidied(extract_file: Extract) -> None:
    assert ids(extract_file("a.tar", tarred({"./b//c/./d.txt": _NOTE}))) == ["a.tar:b:c:d.txt"]


def test_names_in_other_notations(extract_file: Extract) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number, name in enumerate(("höhe.txt", "folder\\note.txt")):
            entry = zipfile.ZipInfo(f"{number}" + "x" * (len(name.encode()) - 1))
            entry.create_system = 0
            archive.writestr(entry, _NOTE)
    raw = stream.getvalue()
    for number, name in enumerate(("höhe.txt", "folder\\note.txt")):  # without the mark that says UTF-8
        raw = raw.replace(f"{number}".encode() + b"x" * (len(name.encode()) - 1), name.encode())
    assert ids(extract_file("a.zip", raw)) == ["a.zip:folder:note.txt", "a.zip:höhe.txt"]


def test_undecodable_names_in_a_tar(extract_file: Extract) -> None:
    raw = tarred({"caf\udce9.txt": _NOTE}, format_=tarfile.GNU_FORMAT)
    [document] = extract_file("a.tar", raw)
    assert isinstance(document, Document)
    assert document.metadata.id.startswith("a.tar:caf-.txt~")


def test_links_and_devices_are_passed_over(extract_file: Extract) -> None:
    entries = {}
    for name, kind in {"s": tarfile.SYMTYPE, "h": tarfile.LNKTYPE, "c": tarfile.CHRTYPE, "p": tarfile.FIFOTYPE}.items():
        entries[name] = tarfile.TarInfo(name)
        entries[name].type = kind
        entries[name].linkname = "/etc/passwd"
    found = extract_file("a.tar", tarred({"a.txt": _NOTE}, entries.values()))
    assert ids(found) == ["a.tar:a.txt"]
    passed_over = Counter(one.why for one in found if isinstance(one, PassedOver))
    assert passed_over == {"device, pipe or socket": 2, "link in an archive": 2}


def test_a_link_in_a_zip_is_passed_over(extract_file: Extract) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, mode in {"link.txt": 0o120777, "pipe.txt": 0o010666}.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, "/etc/passwd")
    assert extract_file("a.zip", stream.getvalue()) == [PassedOver("link in an archive"), PassedOver("device, pipe or socket")]


def test_an_encrypted_member_costs_itself_only(extract_file: Extract) -> None:
    raw = bytearray(zipped({"a.txt": _NOTE, "b.txt": _NOTE}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    skip, document = extract_file("a.zip", bytes(raw))
    assert skip == Skip("a.zip → a.txt", "encrypted", "Unpack it with its password, and index what comes out.")
    assert isinstance(document, Document)


def test_a_broken_member_costs_itself_only(extract_file: Extract) -> None:
    raw = bytearray(zipped({"a.txt": _NOTE * 40, "b.txt": _NOTE}))
    raw[50:54] = b"\xff\xff\xff\xff"
    skip, document = extract_file("a.zip", bytes(raw))
    assert skip == Skip("a.zip → a.txt", "what is packed in it is broken", _BROKEN)
    assert isinstance(document, Document)


def test_a_method_that_nobody_knows_costs_its_member_only(extract_file: Extract) -> None:
    raw = bytearray(zipped({"a.txt": _NOTE, "b.txt": _NOTE}))
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        raw[raw.index(mark) + offset] = 98
    skip, document = extract_file("a.zip", bytes(raw))
    assert isinstance(skip, Skip)
    assert skip.reason == "packed in a way that cannot be read"
    assert isinstance(document, Document)


def test_a_method_that_this_python_lacks_costs_its_member_only(extract_file: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", _NOTE, zipfile.ZIP_BZIP2)
        archive.writestr("b.txt", _NOTE)
    monkeypatch.setattr(zipfile, "bz2", None)
    skip, document = extract_file("a.zip", stream.getvalue())
    reason, hint = "packed in a way that cannot be read", "Pack it anew, as a plain ZIP or tar.gz."
    assert skip == Skip("a.zip → a.txt", reason, hint)
    assert isinstance(document, Document)


def test_duplicate_names_are_both_given_the_first_first(extract_file: Extract) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.txt", "First.")
        archive.writestr("a.txt", "Second.")
    first, second = extract_file("a.zip", stream.getvalue())
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert first.metadata.id == second.metadata.id
    assert first.blocks[0].text == "First."


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz"])
def test_a_tar_that_breaks_off_gives_what_stands_before(extract_file: Extract, name: str) -> None:
    files = {f"{number}.txt": f"{number} {_NOTE}" * 30 for number in range(400)}
    raw = PACKERS[name](files)
    found = extract_file(name, raw[: len(raw) // 2])
    documents = [one for one in found if isinstance(one, Document)]
    assert 50 < len(documents) < 400
    assert isinstance(found[-1], Skip)
    assert found[-1].path == name
    broken_off = ("it breaks off in the middle", "the archive breaks off or is broken; what lies behind is left out")
    assert found[-1].reason in broken_off


def test_a_tar_with_a_broken_header_says_so(extract_file: Extract) -> None:
    raw = bytearray(tarred({"a.txt": _NOTE, "b.txt": _NOTE}))
    raw[1024:1034] = b"\xff" * 10
    document, skip = extract_file("a.tar", bytes(raw))
    assert isinstance(document, Document)
    assert skip == Skip("a.tar", "the archive breaks off or is broken; what lies behind is left out", _BROKEN)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.zip", b"PK\x03\x04" + bytes(100), "a broken ZIP archive"),
        ("a.gz", b"\x1f\x8b\x08" + bytes(5), "it breaks off in the middle"),
        ("a.txt.gz", gzip.compress(_NOTE.encode())[:-4], "it breaks off in the middle"),
        ("a.txt.gz", gzip.compress(_NOTE.encode())[:-8] + bytes(8), "what is packed in it is broken"),
        ("a.xz", b"\xfd7zXZ\x00" + bytes(50), "what is packed in it is broken"),
        ("a.bz2", b"BZh91AY&SY" + bytes(50), "what is packed in it is broken"),
        ("a.txt.gz", gzip.compress(b""), "empty"),
        ("a.zip", zipped({}), "an empty archive"),
        ("a.tar", tarred({}), "an empty archive"),
        (
            "a.xlsx",
            zipped({"[Content_Types].xml": "<Types/>"}),
            "unknown format: looks like a ZIP archive or an office document",
        ),
    ],
)
def test_broken_archives(extract_file: Extract, name: str, content: bytes, reason: str) -> None:
    [skip] = extract_file(name, content)
    assert isinstance(skip, Skip)
    assert (skip.path, skip.reason) == (name, reason)


def extract_within(tmp_path: Path, name: str, content: bytes) -> Extracted:
    (tmp_path / name).write_bytes(content)
    return extract_path(tmp_path / name, name, name, _LIMITS)


def test_a_member_larger_than_a_file_may_be_costs_itself_only(tmp_path: Path) -> None:
    found = extract_within(tmp_path, "a.zip", zipped({"bomb.txt": "0" * 250_000, "good.txt": _NOTE}))
    assert ids(found) == ["- a.zip → bomb.txt", "a.zip:good.txt"]
    assert reasons(found) == {"a.zip → bomb.txt": "larger than 10,000 bytes"}


def test_pictures_are_not_unpacked(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"{number}.png": b"\x89PNG" + bytes(200_000) for number in range(4)}
    found = extract_within(tmp_path, "a.zip", zipped({**files, "good.txt": _NOTE}))
    assert ids(found)[-1] == "a.zip:good.txt"


def test_what_unpacks_to_too_much_ends_the_file(tmp_path: Path) -> None:
    lines = '{"text": "0"}\n' * 15_000
    found = extract_within(tmp_path, "a.zip", zipped({"a.jsonl": lines, "b.jsonl": lines, "c.txt": _NOTE}))
    documents = [one for one in found if isinstance(one, Document)]
    assert len(documents) == 15_001
    hint = "Unpack it yourself, or raise the setting max_unpacked_bytes."
    spent = "unpacks to more than 0.3 MB, all in all"
    assert [one for one in found if isinstance(one, Skip)] == [
        Skip("a.zip → b.jsonl", spent, hint),
    ]


def test_a_stream_of_unknown_size_is_read_as_far_as_it_may(tmp_path: Path) -> None:
    found = extract_within(tmp_path, "a.jsonl.gz", gzip.compress(b'{"text": "0"}\n' * 40_000))
    assert sum(isinstance(one, Document) for one in found) > 10_000
    assert reasons(found) == {"a.jsonl.gz": "unpacks to more than 0.3 MB, all in all"}


def test_a_bomb_of_archives_ends(tmp_path: Path) -> None:
    bomb = zipped({f"{number}.txt": "0" * 9_000 for number in range(16)})
    bomb = zipped({f"{number}.zip": bomb for number in range(16)})
    bomb = zipped({f"{number}.zip": bomb for number in range(16)})
    found = extract_within(tmp_path, "bomb.zip", bomb)
    assert len(found) < 60
    assert isinstance(found[-1], Skip)
    assert found[-1].path == "bomb.zip"
    assert "the rest, from bomb.zip → " in found[-1].reason


def test_an_archive_in_itself_ends(tmp_path: Path) -> None:
    nested = zipped({"a.txt": _NOTE})
    for _level in range(9):
        nested = zipped({"n.zip": nested, "n.txt": _NOTE})
    found = extract_within(tmp_path, "n.zip", nested)
    assert sum(isinstance(one, Document) for one in found) == 4
    refused = reasons(found)
    assert [path.rpartition(" ")[2] for path in refused] == ["n.txt", "n.zip"]
    assert set(refused.values()) == {"stands in more than 4 archives, mails or compressed files"}


def test_compressed_over_and_over_ends(tmp_path: Path) -> None:
    raw = _NOTE.encode()
    for _level in range(9):
        raw = gzip.compress(raw)
    assert list(reasons(extract_within(tmp_path, "n.gz", raw)).values()) == [
        "stands in more than 4 archives, mails or compressed files"
    ]


def test_more_members_than_allowed(tmp_path: Path) -> None:
    files = {f"{number:03}.txt": _NOTE for number in range(60)}
    for name in ("a.zip", "a.tar"):
        found = extract_within(tmp_path, name, PACKERS[name](files))
        assert ids(found) == [*(f"{name}:{number:03}.txt" for number in range(50)), f"- {name}"]
        assert reasons(found)[name].startswith("holds more than 50 files: the rest")


def test_members_that_overlap_are_refused(extract_file: Extract) -> None:
    raw = zipped({"a.txt": _NOTE, "b.txt": _NOTE})
    at = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 4)
    overlapping = raw[: at + 42] + struct.pack("<L", 0) + raw[at + 46 :]  # the second begins where the first does
    found = extract_file("a.zip", overlapping)
    assert reasons(found)["a.zip → a.txt"] == "shares its bytes with another member, as only a ZIP bomb does"


def test_a_stated_size_that_is_too_small_is_found_out(extract_file: Extract) -> None:
    raw = bytearray(zipped({"a.txt": _NOTE * 1_000, "b.txt": _NOTE}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.index(mark) + offset
        raw[at : at + 4] = struct.pack("<L", 100)
    skip, document = extract_file("a.zip", bytes(raw))
    assert isinstance(skip, Skip)
    assert skip.path == "a.zip → a.txt"
    assert isinstance(document, Document)


def test_a_list_of_members_without_end_is_not_read(extract_file: Extract) -> None:
    size = MAX_DIRECTORY + 1
    raw = b"PK\x03\x04" + bytes(size) + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, 4, 0)
    [skip] = extract_file("a.zip", raw)
    assert skip == Skip("a.zip", "its list of members is larger than 32 MB", "Split the archive.")


def test_holes_in_a_tar_are_counted(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("./PaxHeaders/bomb.jsonl")
    entry.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.name": "bomb.jsonl",
        "GNU.sparse.size": str(10**15),
        "GNU.sparse.map": "0,0",
    }
    found = extract_within(tmp_path, "a.tar", tarred({"good.txt": _NOTE}, [entry]))
    assert reasons(found) == {"a.tar → bomb.jsonl": "unpacks to more than 0.3 MB, all in all"}
    assert ids(found)[-1] == "a.tar:good.txt"


_NAMES = st.text(st.sampled_from("abBé-_ 0"), min_size=1, max_size=3)
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_CONTENTS = st.one_of(
    st.sampled_from(
        [_NOTE, "", f"# Hill\n\n{_NOTE}", '{"id": 1, "text": "x"}\n{', "<!doctype html><p>The hill.", "\x00\x01\x02" * 9]
    ),
    st.text(max_size=40),
)


@given(st.dictionaries(_PATHS, _CONTENTS, min_size=1, max_size=8), st.sampled_from(sorted(PACKERS)))
def test_an_archive_gives_what_its_folder_gives(files: dict[str, str], name: str) -> None:
    folders = {path.rsplit("/", depth)[0] for path in files for depth in range(1, path.count("/") + 1)}
    files = {path: content for path, content in files.items() if path not in folders}
    raw = {path: content.encode("utf-8", "replace") for path, content in files.items()}
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        for path, content in raw.items():
            (top / "unpacked" / path).parent.mkdir(parents=True, exist_ok=True)
            (top / "unpacked" / path).write_bytes(content)
        (top / name).write_bytes(PACKERS[name](raw))
        limits = Settings().limits
        unpacked: Extracted = []
        for file in Walk([top / "unpacked"], top / "index", Counter()) if raw else ():
            assert isinstance(file, File)
            unpacked += extract_path(file.path, file.id, file.relative, limits)
        packed = extract_path(top / name, name, name, limits)
    assert [_comparable(found, "") for found in unpacked] == [_comparable(found, name) for found in packed]


def _comparable(found: object, archive: str) -> object:
    if isinstance(found, Document):
        return found.blocks, found.metadata.id.removeprefix(f"{archive}:"), found.metadata.title
    return (found.path.removeprefix(f"{archive} → "), found.reason) if isinstance(found, Skip) else found


_WHOLE = zipped({"a.txt": _NOTE, "b/c.html": "<!doctype html><p>The hill.", "d.zip": zipped({"e.md": "# E"})})
_TARRED = tarred({"a.txt": _NOTE, "b.txt": _NOTE * 9, "l" * 120: _NOTE})


def test_a_member_without_a_name_is_a_skip(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(_WHOLE.replace(b"b/c.html", b"\0/c.html"))
    found = list(extract_path(path, "a.zip", "a.zip", _LIMITS))
    assert [one.metadata.id for one in found if isinstance(one, Document)] == ["a.zip:a.txt", "a.zip:d.zip:e.md"]
    (skip,) = (one for one in found if isinstance(one, Skip))
    assert "unexpected" not in skip.reason and skip.reason


@pytest.mark.parametrize("raw", [_WHOLE, _TARRED, gzip.compress(_TARRED), COMPRESSORS[".xz"](_TARRED)])
@given(flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6), cut=st.integers(0, 9))
def test_damage_never_raises(raw: bytes, flips: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(raw)
    for at, value in flips:
        damaged[at % len(damaged)] = value
    content = bytes(damaged if cut else damaged[: flips[0][0] % len(damaged)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_bytes(content)
        for found in extract_path(path, "a", "a", _LIMITS):
            assert not isinstance(found, Skip) or "unexpected" not in found.reason, found
