"""Compressed texts: each comes back as it was, from any thread and after any merging; damaged ones give IndexCorrupt alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Barrier

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zstandard import ZstdCompressor

from indexer.errors import IndexCorrupt
from indexer.search.embedded.codec import texts as codec
from indexer.search.embedded.codec.arrays import ArraysFile
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.codec.invariants import broken_invariants
from indexer.search.embedded.codec.merge import merge_segments
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.codec.segment_writer import SegmentWriter
from indexer.search.embedded.codec.texts import MOST_DICTIONARIES, KeptTexts, Texts, merge_texts, write_texts
from tests.records import make_document

_NAME = "record.text"
_WORDS = "the harbor of Ostrel and its minister Ilsa Renn said today that air defense over Velmara holds while nets dry".split()
_LONGEST = 65_791


def prose(count: int, seed: int = 0) -> list[bytes]:
    """Paragraphs of about 300 bytes; a thousand are enough for a dictionary."""
    random = Random(seed)
    return [
        " ".join(f"{random.choice(_WORDS)}{random.randrange(40) or ''}" for _ in range(random.randrange(20, 60))).encode()
        for _ in range(count)
    ]


def write(path: Path, texts: Sequence[bytes], offered: bytes | None = None) -> Texts:
    """Texts in a file of their own, read back."""
    path.unlink(missing_ok=True)
    with ArraysWriter(path) as writer:
        write_texts(writer, _NAME, texts, offered=offered)
    return Texts(ArraysFile(path), _NAME)


def merge(path: Path, parts: Sequence[Texts]) -> Texts:
    """The texts of all parts in one file, read back."""
    path.unlink(missing_ok=True)
    with ArraysWriter(path) as writer:
        merge_texts(writer, _NAME, [KeptTexts(part) for part in parts])
    return Texts(ArraysFile(path), _NAME)


def craft(
    path: Path,
    stored: Sequence[bytes],
    dictionaries: Sequence[bytes] = (),
    firsts: Sequence[int] | None = None,
    lengths: Sequence[int] | None = None,
) -> Texts:
    """A file of texts stored so, whatever that is."""
    path.unlink(missing_ok=True)
    if lengths is None:
        lengths = list(map(len, stored))
    if firsts is None:
        firsts = range(len(dictionaries))
    with ArraysWriter(path) as writer:
        writer.add(_NAME, np.frombuffer(b"".join(stored), dtype=np.uint8))
        writer.add(f"{_NAME}.lengths", np.array(lengths, dtype=np.uint32))
        writer.add_strings(f"{_NAME}.dictionaries", list(map(ZstdCompressor().compress, dictionaries)))
        writer.add(f"{_NAME}.firsts", np.array(firsts, dtype=np.uint32))
    return Texts(ArraysFile(path), _NAME)


def stored_of(texts: Texts) -> list[bytes]:
    """Each text as its file holds it."""
    bounds = texts.offsets.tolist()
    return [texts.blob[begin:end].tobytes() for begin, end in pairwise(bounds)]


@pytest.fixture
def small_dictionaries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dictionaries of 8 KB are of full size: a few hundred thousand bytes are a large part."""
    monkeypatch.setattr(codec, "DICTIONARY_BYTES", 8 << 10)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """Texts with a dictionary."""
    return write(tmp_path_factory.mktemp("served") / "texts", prose(1500))


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """Texts with three dictionaries."""
    folder = tmp_path_factory.mktemp("three")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "DICTIONARY_BYTES", 8 << 10)
        return merge(folder / "merged", [write(folder / str(seed), prose(1000, seed)) for seed in range(3)])


def test_texts_come_back_smaller(served: Texts) -> None:
    texts = prose(1500)
    assert list(served) == texts
    assert len(served) == len(texts)
    assert served.firsts == [0]
    assert {each[0] for each in stored_of(served)} == {0x20, 0x60}
    assert len(served.blob) < 0.5 * sum(map(len, texts))


def test_few_texts_are_kept_as_they_are(tmp_path: Path) -> None:
    texts = [b"Ostrel.", b"", "Ærø — 渚".encode()]
    kept = write(tmp_path / "texts", texts)
    assert list(kept) == texts
    assert kept.dictionaries == []
    assert stored_of(kept) == [b"\0" + text for text in texts]
    assert list(write(tmp_path / "texts", [])) == []


def test_short_texts_are_kept_as_they_are_where_that_is_asked_for(tmp_path: Path) -> None:
    texts = [text[: 80 + number % 2] for number, text in enumerate(prose(8_000))]
    path = tmp_path / "short.arrays"
    with ArraysWriter(path) as writer:
        write_texts(writer, _NAME, texts, 80)
    again = tmp_path / "merged.arrays"
    with ArraysWriter(again) as writer:
        merge_texts(writer, _NAME, [KeptTexts(Texts(ArraysFile(path), _NAME))], 80)
    for written in (path, again):
        read = Texts(ArraysFile(written), _NAME)
        assert list(read) == texts
        sizes = np.diff(read.offsets).reshape(-1, 2)
        assert set(sizes[:, 0].tolist()) == {81}
        assert int(sizes[:, 1].max()) <= 81
        assert float(sizes[:, 1].mean()) < 60


def test_texts_too_much_alike_for_a_dictionary_are_kept(tmp_path: Path) -> None:
    texts = [b"tide" * 100_000] * 3
    assert list(write(tmp_path / "texts", texts)) == texts


@pytest.mark.parametrize("length", [0, 1, 2, 254, 255, 256, 257, 20_000, 65_535, _LONGEST, _LONGEST + 1, 1 << 20])
def test_texts_of_any_length_come_back(tmp_path: Path, length: int) -> None:
    even, odd = b"tide " * (length // 5) + b"t" * (length % 5), Random(1).randbytes(length)
    texts = [*prose(1200), even, odd]
    found = write(tmp_path / "texts", texts)
    assert list(found) == texts
    stored = stored_of(found)
    assert len(stored[-1]) <= length + 1
    assert (stored[-2][0] == 0) == (length > _LONGEST or length < 10)


@pytest.mark.usefixtures("small_dictionaries")
class TestMerging:
    """Parts made into one. Dictionaries of 8 KB are of full size."""

    @given(texts=st.lists(st.text().map(str.encode) | st.binary(max_size=700)))
    def test_any_texts_come_back(self, served: Texts, tmp_path_factory: pytest.TempPathFactory, texts: list[bytes]) -> None:
        folder = tmp_path_factory.getbasetemp()
        found = merge(folder / "merged", [served, write(folder / "part", texts)])
        assert list(found)[len(served) :] == texts
        assert found[0] == served[0]

    def test_large_parts_are_moved_as_they_are(self, tmp_path: Path) -> None:
        parts = [write(tmp_path / str(seed), prose(1200, seed)) for seed in range(3)]
        found = merge(tmp_path / "merged", parts)
        assert list(found) == [text for part in parts for text in part]
        assert stored_of(found) == [each for part in parts for each in stored_of(part)]
        assert found.dictionaries == [dictionary for part in parts for dictionary in part.dictionaries]
        assert found.firsts == [0, 1200, 2400]
        again = merge(tmp_path / "again", [found, parts[0]])
        assert list(again) == [*found, *parts[0]]
        assert again.firsts == [0, 1200, 2400, 3600]

    def test_small_parts_are_compressed_by_what_stands_before_them(self, tmp_path: Path) -> None:
        sizes = (30, 1200, 0, 40, 1200, 50)
        texts = [prose(size, seed) for seed, size in enumerate(sizes)]
        parts = [write(tmp_path / str(seed), each) for seed, each in enumerate(texts)]
        found = merge(tmp_path / "merged", parts)
        assert list(found) == [text for each in texts for text in each]
        assert found.firsts == [0, 30 + 1200 + 40]
        assert found.dictionaries == [*parts[1].dictionaries, *parts[4].dictionaries]
        assert 0 not in {each[0] for each in stored_of(found)}

    def test_too_many_dictionaries_become_one(self, tmp_path: Path) -> None:
        part, other = (write(tmp_path / str(seed), prose(1200, seed)) for seed in range(2))
        most = merge(tmp_path / "most", [part, other] * (MOST_DICTIONARIES // 2))
        assert len(most.dictionaries) == MOST_DICTIONARIES
        more = merge(tmp_path / "more", [most, part])
        assert list(more) == [*most, *part]
        assert more.firsts == [0]

    def test_parts_with_the_same_dictionary_have_it_once(self, tmp_path: Path) -> None:
        first = write(tmp_path / "first", prose(1200))
        (offered,) = first.dictionaries
        parts = [first, write(tmp_path / "second", prose(1200, 1), offered), write(tmp_path / "third", prose(10, 2), offered)]
        assert [part.dictionaries for part in parts] == [[offered]] * 3
        found = merge(tmp_path / "merged", parts)
        assert list(found) == [text for part in parts for text in part]
        assert stored_of(found) == [each for part in parts for each in stored_of(part)]
        assert (found.dictionaries, found.firsts) == ([offered], [0])

    def test_texts_of_another_kind_have_a_dictionary_of_their_own(self, tmp_path: Path) -> None:
        (offered,) = write(tmp_path / "first", prose(1200)).dictionaries
        # The same letters as other words.
        others = [text.translate(bytes.maketrans(b"aeinorst", b"toriesan")) for text in prose(1200, 1)]
        alone, found = write(tmp_path / "alone", others), write(tmp_path / "found", others, offered)
        assert stored_of(found) == stored_of(alone)
        assert found.dictionaries == alone.dictionaries != [offered]

    def test_merging_again_and_again_piles_nothing_up(self, tmp_path: Path) -> None:
        found = write(tmp_path / "first", [])
        texts: list[bytes] = []
        for seed in range(12):
            texts += prose(100 * (seed % 4), seed)
            found = merge(tmp_path / f"merged{seed}", [found, write(tmp_path / "part", prose(100 * (seed % 4), seed))])
        assert list(found) == texts
        assert len(found.dictionaries) == 1
        assert sum(each[0] == 0 for each in stored_of(found)) == 0

    @settings(max_examples=25)
    @given(kept=st.lists(st.booleans(), min_size=40, max_size=40), whole=st.sets(st.integers(0, 2)))
    def test_texts_that_are_kept_stay_as_they_are(
        self, three: Texts, tmp_path_factory: pytest.TempPathFactory, kept: list[bool], whole: set[int]
    ) -> None:
        # Of each of three dictionaries' texts all go, or some.
        each = len(three) // 3
        mask = np.concatenate([np.resize(kept, each) if part in whole else np.zeros(each, dtype=bool) for part in range(3)])
        path = tmp_path_factory.getbasetemp() / "kept"
        path.unlink(missing_ok=True)
        with ArraysWriter(path) as writer:
            merge_texts(writer, _NAME, [KeptTexts(three, mask), KeptTexts(three)])
        found = Texts(ArraysFile(path), _NAME)
        numbers = [*np.flatnonzero(mask).tolist(), *range(len(three))]
        stored = stored_of(three)
        assert stored_of(found) == [stored[number] for number in numbers]
        assert list(found) == [three[number] for number in numbers]
        serving = [part for part in sorted(whole) if any(kept)]
        # Where the first that serves the second part is the last of the first part, it serves both.
        together = [*serving, 0, 1, 2] if serving[-1:] != [0] else [*serving, 1, 2]
        assert found.dictionaries == [three.dictionaries[part] for part in together]


def test_small_parts_get_a_dictionary_together(tmp_path: Path) -> None:
    parts = [write(tmp_path / str(seed), prose(300, seed)) for seed in range(5)]
    assert all(part.dictionaries == [] for part in parts)
    found = merge(tmp_path / "merged", parts)
    assert list(found) == [text for part in parts for text in part]
    assert found.firsts == [0]
    assert list(merge(tmp_path / "none", parts[:2])) == [*parts[0], *parts[1]]


def test_small_dictionaries_give_way_to_one(tmp_path: Path) -> None:
    parts = [write(tmp_path / str(seed), prose(1200, seed)) for seed in range(3)]
    found = merge(tmp_path / "merged", parts)
    assert list(found) == [text for part in parts for text in part]
    assert len(found.dictionaries) == 1
    assert len(found.dictionaries[0]) > max(len(part.dictionaries[0]) for part in parts)


def test_threads_read_the_same_texts(served: Texts, tmp_path: Path) -> None:
    texts = prose(1500)
    for _ in range(5):
        shared, start = craft(tmp_path / "texts", stored_of(served), served.dictionaries), Barrier(8)

        def read(seed: int, shared: Texts = shared, start: Barrier = start) -> int:
            numbers = Random(seed).sample(range(len(texts)), len(texts))
            start.wait()
            return sum(shared[number] == texts[number] for number in numbers)

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(read, range(8))) == [len(texts)] * 8


def _outcome(texts: Texts, number: int = 0) -> bytes | None:
    """A text, None where it is refused; any other error goes on to the test."""
    try:
        return texts[number]
    except IndexCorrupt:
        return None


def test_damaged_frames_are_refused_or_bounded(served: Texts, tmp_path: Path) -> None:
    random = Random(5)
    frames = [frame for frame in stored_of(served)[:40] for _ in range(25)]
    damaged = []
    for frame in frames:
        changed = bytearray(frame)
        for _ in range(random.randrange(1, 4)):
            changed[random.randrange(len(changed))] = random.randrange(256)
        damaged.append(bytes(changed[: random.randrange(1, 2 * len(changed))]))
    texts = craft(tmp_path / "texts", damaged, served.dictionaries)
    outcomes = [_outcome(texts, number) for number in range(len(damaged))]
    assert 100 < outcomes.count(None) < len(outcomes)
    assert max(len(outcome) for outcome in outcomes if outcome is not None) <= _LONGEST


_SIZE = (2**40).to_bytes(8, "little")
_REPEATED = b"\x03\x00\x10a"  # The last block: 131,072 times one letter.
_CRAFTED: dict[str, bytes] = {
    "nothing": b"",
    "a frame of a terabyte": b"\xe0" + _SIZE + _REPEATED,
    "a frame of a gigabyte": b"\xa0" + (1 << 30).to_bytes(4, "little") + _REPEATED,
    "a frame of no stated length": b"\x40\x58" + _REPEATED,
    "a frame with a checksum": b"\x24\x01" + b"\x09\x00\x00a" + b"\0\0\0\0",
    "a frame with a dictionary's number": b"\x21\x07\x01" + b"\x09\x00\x00a",
    "a frame with its magic": b"\x28\xb5\x2f\xfd\x20\x01\x09\x00\x00a",
    "more than it states": b"\x20\x01" + _REPEATED,
    "more than it states in two bytes": b"\x60\xff\xff" + _REPEATED,
    "less than it states": b"\x20\x09" + b"\x09\x00\x00a",
    "no blocks": b"\x20\x09",
    "a block cut short": b"\x20\x09" + b"\x49\x00\x00abc",
    "a block of a reserved type": b"\x20\x01" + b"\x0f\x00\x00a",
    "a byte alone": b"\x60",
    "UTF-8 without its first byte": b"Ostrel",
}


@pytest.mark.parametrize("name", _CRAFTED)
@pytest.mark.parametrize("with_dictionary", [True, False])
def test_crafted_frames_are_refused(served: Texts, tmp_path: Path, name: str, with_dictionary: bool) -> None:
    texts = craft(tmp_path / "texts", [_CRAFTED[name]], served.dictionaries if with_dictionary else ())
    with pytest.raises(IndexCorrupt, match=r"texts: record\.text 0 is"):
        texts[0]


def test_a_frame_without_a_dictionary_is_refused(served: Texts, tmp_path: Path) -> None:
    with pytest.raises(IndexCorrupt):
        craft(tmp_path / "texts", stored_of(served)[:1])[0]


@pytest.mark.parametrize(
    "dictionary",
    [
        lambda sound: b"",
        lambda sound: b"harbor" * 2000,
        lambda sound: sound[:100],
        lambda sound: sound[:4] + bytes(5000),
        lambda sound: sound[:4] + Random(1).randbytes(9000),
    ],
)
def test_crafted_dictionaries_are_refused_or_bounded(
    served: Texts, tmp_path: Path, dictionary: Callable[[bytes], bytes]
) -> None:
    frames = stored_of(served)[:50]
    texts = craft(tmp_path / "texts", frames, [dictionary(served.dictionaries[0])])
    assert [_outcome(texts, number) for number in range(len(frames))] != prose(1500)[:50]


@pytest.mark.parametrize(
    ("count", "firsts"), [(1, [1]), (1, [0, 1]), (1, []), (0, [0]), (2, [0, 0]), (3, [0, 5, 5]), (3, [0, 6, 5])]
)
def test_dictionaries_that_serve_no_texts_in_order_are_refused(
    served: Texts, tmp_path: Path, count: int, firsts: list[int]
) -> None:
    with pytest.raises(IndexCorrupt, match="the dictionaries are damaged"):
        craft(tmp_path / "texts", stored_of(served), served.dictionaries * count, firsts)


def test_more_or_longer_dictionaries_than_are_made_are_refused(served: Texts, tmp_path: Path) -> None:
    for dictionaries in (served.dictionaries * (MOST_DICTIONARIES + 1), [bytes((1 << 20) + 1)]):
        with pytest.raises(IndexCorrupt, match=r"(more|a longer) dictionar(y|ies) than"):
            craft(tmp_path / "texts", stored_of(served), dictionaries)


@pytest.mark.parametrize("length", [0, 5, 1 << 31])
def test_lengths_that_are_not_those_of_the_texts_are_refused(served: Texts, tmp_path: Path, length: int) -> None:
    with pytest.raises(IndexCorrupt, match="the lengths are not those of the texts"):
        craft(tmp_path / "texts", stored_of(served)[:1], served.dictionaries, lengths=[length])


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (b"", "damaged"),
        (b"Ostrel", "damaged"),
        (ZstdCompressor().compress(b"Ostrel")[:-2], "damaged"),
        (ZstdCompressor(write_content_size=False).compress(b"Ostrel"), "longer"),
        (b"\x28\xb5\x2f\xfd\xa0" + (1 << 30).to_bytes(4, "little") + _REPEATED, "longer"),
    ],
)
def test_dictionaries_that_are_no_frames_are_refused(served: Texts, tmp_path: Path, frame: bytes, problem: str) -> None:
    path = tmp_path / "texts"
    craft(path, stored_of(served)[:1], served.dictionaries)
    file = ArraysFile(path)
    arrays = {name: np.array(file[name]) for name in file.sizes() if not name.startswith(f"{_NAME}.dictionaries")}
    path.unlink()
    with ArraysWriter(path) as writer:
        for name, array in arrays.items():
            writer.add(name, array)
        writer.add_strings(f"{_NAME}.dictionaries", [frame])
    with pytest.raises(IndexCorrupt, match=problem):
        Texts(ArraysFile(path), _NAME)


def _segment(path: Path, first: int, documents: int) -> Segment:
    """A segment of documents with 30 paragraphs each."""
    writer = SegmentWriter()
    for number in range(first, first + documents):
        texts = [text.decode() for text in prose(30, number)]
        document = make_document(f"{number:04}.md", texts, source="Ostrel Daily", author=("Ilsa Renn",))
        writer.add(document.metadata, document.paragraphs)
    writer.write(path)
    return Segment(path)


def test_segments_with_dictionaries_are_read_merged_and_checked(tmp_path: Path) -> None:
    parts = [_segment(tmp_path / "large", 0, 60), _segment(tmp_path / "small", 60, 2)]
    assert [len(part.texts.dictionaries) for part in parts] == [1, 0]
    merge_segments(parts, tmp_path / "merged")
    merged = Segment(tmp_path / "merged")
    for segment in (*parts, merged):
        assert segment.file.check() == broken_invariants(segment) == []
        assert sum(segment.sizes().values()) == segment.file.size
        assert segment.sizes()["text"] == sum(
            size for name, size in segment.file.sizes().items() if name.startswith("record.text")
        )
    assert [merged.paragraph(record).text for record in range(merged.records)] == [
        text.decode() for number in range(62) for text in prose(30, number)
    ]
    assert [merged.document(number).id for number in range(62)] == [f"{number:04}.md" for number in range(62)]
    assert merged.document(61).author == ("Ilsa Renn",)


@pytest.mark.parametrize("text", [b"\0\xff", b"\0\xc3", b"\x20", b"\0Ost\xed\xa0\x80rel"])
def test_a_text_that_is_none_is_found_by_check_and_refused(tmp_path: Path, text: bytes) -> None:
    sound = _segment(tmp_path / "sound", 0, 1)
    stored = [text, *stored_of(sound.texts)[1:]]
    with ArraysWriter(tmp_path / "crafted") as writer:
        writer.attributes.update(sound.file.attributes)
        for name in sound.file.sizes():
            if name == _NAME:
                writer.add(name, np.frombuffer(b"".join(stored), dtype=np.uint8))
            elif name == f"{_NAME}.lengths":
                writer.add(name, np.array(list(map(len, stored)), dtype=np.uint32))
            else:
                writer.add(name, sound.file[name])
    crafted = Segment(tmp_path / "crafted")
    with pytest.raises(IndexCorrupt):
        crafted.paragraph(0)
    assert crafted.paragraph(1) == sound.paragraph(1)
    (problem,) = broken_invariants(crafted)
    assert "texts" in problem
