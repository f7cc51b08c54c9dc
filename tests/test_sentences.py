"""Where sentences end."""

from __future__ import annotations

from itertools import pairwise

import pytest

from indexer.sentences import first_sentence, sentence_ends


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("He ran. She sat.", ["He ran.", " She sat."]),
        ("“Stop!” Renn said. “Why?” Nobody knew…", ["“Stop!”", " Renn said.", " “Why?”", " Nobody knew…"]),
        ("“Stop!” she said. Then quiet.", ["“Stop!” she said.", " Then quiet."]),
        (
            "Mr. Tal and Dr. J. Rask met on Jan. 5 at No. 7. They left.",
            ["Mr. Tal and Dr. J. Rask met on Jan. 5 at No. 7.", " They left."],
        ),
        ("The U.S. Navy came. It went.", ["The U.S. Navy came.", " It went."]),
        ("It cost 2.4 billion. A lot... Or not.", ["It cost 2.4 billion.", " A lot...", " Or not."]),
        ("See velmara.example for more", ["See velmara.example for more"]),
        ("他来了。她走了。", ["他来了。", "她走了。"]),
        ("(It rained.) Then it stopped.", ["(It rained.)", " Then it stopped."]),
        ("", []),
    ],
)
def test_ends(text: str, sentences: list[str]) -> None:
    ends = [0, *sentence_ends(text), len(text)]
    found = [text[start:end] for start, end in pairwise(ends)]
    assert [sentence for sentence in found if sentence] == sentences


def test_only_ends_in_the_window_are_given() -> None:
    assert list(sentence_ends("A. B c. D e. F", 3, 9)) == [7]


def test_the_first_sentence() -> None:
    assert first_sentence("He ran. She sat.") == "He ran."
    assert first_sentence("He ran") == "He ran"


def test_a_run_of_stops_is_looked_at_once() -> None:
    assert [*sentence_ends("a" + "." * 200_000 + "b. C")] == [200_003]
    assert [*sentence_ends("a" + '!"' * 100_000 + "b. C")] == [200_003]
