"""Looking only at the stretches of a text that may match marks what looking at the whole text marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.analysis import stem
from indexer.search.embedded import stretches
from indexer.search.embedded.forms import Expansion, Near, Pattern
from indexer.search.embedded.highlight import Highlighter
from indexer.search.embedded.stretches import Stretches
from indexer.search.query import All, Any, Fuzzy, Node, Phrase, Wildcard, Word
from tests.records import make_document

WORDS = (
    "nation nations national Nationality dying dies die skies sky happy happier happily news U.S. US u.s.-made F-16 F16 f 16 "
    "F-16s 1,000 1000 1,000.5 10 air-defence air defence airdefence AIR don't don’t O'Brien Ukraine’s Ukraine's foo_bar naïve "
    "usled U.S.-led U.S.’s-led nb N's-b e.g.-style egstyle U.S.A.'s naive Zażółć zelensky Zelenskyy ünion co-op coop e.g. a I "
    "the of ½ 2019–20 re\u00adnew renew ŉ йод"
).split(" ")
TEXTS = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from((" ", "  ", "\n", ", ", ". ", "-", "/", "\u00a0", "\t", "“", "_"))),
    max_size=25,
).map(lambda pieces: "".join(word + gap for word, gap in pieces).strip())
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, st.sampled_from(WORDS), exact=st.booleans()),
    st.builds(Phrase, st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), exact=st.booleans()),
    st.builds(Phrase, st.lists(st.sampled_from(WORDS), min_size=2, max_size=2).map(" ".join), slop=st.integers(0, 4)),
)
TREES = st.one_of(
    LEAVES,
    st.lists(LEAVES, min_size=1, max_size=3).map(lambda nodes: Any(tuple(nodes))),
    st.lists(LEAVES, min_size=2, max_size=2).map(lambda nodes: All(tuple(nodes))),
)


@given(TEXTS.filter(bool), TREES)
def test_stretches_lose_nothing(text: str, tree: Node) -> None:
    document = make_document("a.md", [text])
    paragraph = document.paragraphs[0]
    quick = Highlighter(tree, {}).spans(paragraph, document.metadata)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stretches.Stretches, "find", lambda self, text: iter([(0, len(text))]))
        whole = Highlighter(tree, {}).spans(paragraph, document.metadata)
    assert quick == whole


@given(
    st.text("abcdefghilmnoprstuvyz", min_size=1, max_size=12),
    st.sampled_from(("", "s", "ies", "ied", "ing", "ly", "ation", "ational", "ness", "ousness", "izer", "'s")),
)
def test_a_form_begins_as_its_stem_says(base: str, ending: str) -> None:
    form = base + ending.replace("'s", "")
    found = list(Stretches([(stem(form), False)], {}).find(f"x {form} y"))
    assert any(start <= 2 and end >= 2 + len(form) for start, end in found)


def test_most_of_a_text_is_passed_over() -> None:
    text = "The minister spoke of radars and of nothing else. " * 20
    found = list(Stretches([(stem("radars"), False)], {}).find(text))
    assert [text[start:end] for start, end in found] == ["radars"] * 20
    assert list(Stretches([(stem("radars"), False)], {}).find("naïve radars")) == [(0, 12)]


def test_patterns_look_for_the_forms_they_stand_for() -> None:
    accepted: dict[Expansion, set[str]] = {Pattern("*dar"): {"radar"}, Near("rader", 1): {"radar", "raider"}}
    for leaf, sought in ((Wildcard("*dar"), Pattern("*dar")), (Fuzzy("rader", 1), Near("rader", 1))):
        document = make_document("a.md", ["One radar, two raiders; Radar again."])
        spans, _ = Highlighter(leaf, accepted).spans(document.paragraphs[0], document.metadata)
        assert spans == ((4, 9), (24, 29))
        assert list(Stretches([(sought, True)], {}).find("One radar")) == []
