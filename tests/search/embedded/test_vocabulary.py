"""The words of the text: those that begin so and those that are near, against a look at every one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.embedded.forms import form_table
from indexer.search.embedded.kernels import load_kernels
from indexer.search.embedded.kernels.term import Words
from indexer.search.embedded.manifest import read_manifest
from indexer.search.embedded.snapshot import Snapshot
from indexer.search.embedded.vocabulary import Vocabulary
from tests.matching import edits
from tests.records import make_document
from tests.search.embedded.folders import make_segments

WORDS = (
    *("radar", "radars", "rada", "raddar", "ardar", "rad", "r", "ra", "radarradarradar", "zoë", "радар", "interceptor"),
    *("radiator", "radar-mast", "interceptors", "missile"),
)
LETTERS = st.text("radж", min_size=1, max_size=9)
TYPED = LETTERS | st.sampled_from([word[:length] for word in WORDS for length in range(1, len(word) + 1)])


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Two segments, the words of the first in several forms."""
    folder = tmp_path_factory.mktemp("index") / "two"
    documents = [make_document(f"{n}.md", [word] * (n % 3 + 1)) for n, word in enumerate(WORDS)]
    make_segments(folder, [documents, [make_document("more.md", ["missiles", "missiles radar"])]])
    return Snapshot(folder, read_manifest(folder))


@given(typed=TYPED, distance=st.integers(1, 2), begun=st.booleans())
def test_near_words_are_those_of_brute_force(snapshot: Snapshot, kernels: str, typed: str, distance: int, begun: bool) -> None:
    table = form_table(snapshot.segments[0].postings("text"))
    words = [table.word(place) for place in range(*table.beginning(""))]
    lengths = (range(len(word) + 1) if begun else (len(word),) for word in words)
    expected = [
        place
        for place, (word, tried) in enumerate(zip(words, lengths, strict=True))
        if any(edits(word[:length], typed) <= distance for length in tried if length or not begun)
    ]
    assert np.array_equal(table.near(typed, distance, load_kernels(kernels), begun), expected)


@pytest.mark.parametrize("size", [2, 8, 9, 16, 17, 32, 33, 64, 65, 300])
def test_near_words_of_every_length(kernels: str, size: int) -> None:
    wanted = ("radarstation" * 25)[:size]
    half, less = size // 2, wanted[:-1]
    changed = (less, less[:-1], less[:-2], f"{wanted}z", f"ж{wanted}zz", f"z{less}", f"{wanted[:half]}ж{wanted[half + 1 :]}")
    swapped = (wanted[: half - 1] + wanted[half - 1 : half + 1][::-1] + wanted[half + 1 :], wanted[::-1], f"{wanted}\U00100000")
    words = sorted({wanted, *changed, *swapped} - {""})
    codes = np.frombuffer("".join(f"{word}\n" for word in words).encode("utf-32-le"), dtype=np.uint32)
    held = Words.of(codes, np.concatenate([[0], np.flatnonzero(codes == ord("\n")) + 1]))
    asked = np.frombuffer(wanted.encode("utf-32-le"), dtype=np.uint32)
    for limit in (1, 2):
        near = load_kernels(kernels).near(held, asked, limit)
        assert [words[place] for place in near] == [word for word in words if edits(word, wanted) <= limit]


def test_a_word_counts_in_any_form_and_in_all_segments(snapshot: Snapshot, kernels: str) -> None:
    vocabulary = Vocabulary(snapshot.segments, load_kernels(kernels))
    in_two = WORDS.index("missile") % 3 + 1 + 2
    assert vocabulary.frequency("missiles") == 2
    assert vocabulary.frequency("missile") == in_two - 2
    assert vocabulary.frequency("missil") == 0
    assert vocabulary.frequency("radarmast") == 0
    assert vocabulary.begun("intercep", 5) == {"interceptor": 3 + 3}
    assert vocabulary.begun("nothing", 5) == {}
    assert list(vocabulary.begun("ra", 1)) == ["radar"]
    assert vocabulary.near("misile", 1, 3) == {"missile": in_two - 2}
