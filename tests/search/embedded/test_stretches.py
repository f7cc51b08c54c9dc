"""Looking only at the stretches of a text that may match marks what looking at the whole text marks."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.analysis import tokenize
from indexer.search.embedded import sifted
from indexer.search.embedded.forms import Expansion, Near, Pattern
from indexer.search.embedded.highlight import Highlighter, Marks
from indexer.search.embedded.kernels import Kernels, load_kernels
from indexer.search.embedded.stretches import Key, needles_of
from indexer.search.folding import fold
from indexer.search.query import All, Any, Fuzzy, Node, Phrase, Wildcard, Word
from indexer.search.response import Span
from indexer.search.stemming import stem
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


NUMPY = load_kernels("numpy")


@pytest.fixture(scope="module", params=["numpy", "numba"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    """Both, where numba is installed."""
    if request.param == "numba":
        pytest.importorskip("numba")
    return load_kernels(request.param)


@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=3), TREES)
def test_stretches_lose_nothing(kernels: Kernels, texts: list[str], tree: Node) -> None:
    document = make_document("a.md", texts)
    records = [(paragraph, document.metadata) for paragraph in document.paragraphs]
    quick = Highlighter(tree, {}, kernels).mark(records)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sifted, "needles_of", lambda *_: None)
        patched.setattr(sifted, "pieces", lambda texts, _: [(number, 0, len(text), -1) for number, text in enumerate(texts)])
        whole = Highlighter(tree, {}, kernels).mark(records)
    assert quick == whole


@given(
    texts=st.lists(TEXTS | st.text("aAs1 .,'’-–_\u00a0\u2009é…\U00010348", max_size=30), max_size=4),
    sought=st.lists(st.tuples(st.sampled_from(WORDS).map(lambda word: (fold(word),)), st.booleans()), max_size=20),
    reach=st.integers(0, 5),
)
def test_kernels_find_the_same_and_count_what_lies_between(texts: list[str], sought: list[Key], reach: int) -> None:
    pytest.importorskip("numba")
    needles = _needles(sought)
    found = list(load_kernels("numba").stretches(texts, needles, reach, True))
    assert [tuple(stretch[:3]) for stretch in found] == [
        tuple(stretch[:3]) for stretch in NUMPY.stretches(texts, needles, reach, True)
    ]
    last = reached = -1
    for number, start, end, gap in found:
        begin = reached if number == last else 0
        if gap >= 0:
            assert gap == min(reach, _positions(texts[number][begin:start]))
        last, reached = number, end


def _found(kernels: Kernels, sought: list[Key], texts: list[str]) -> list[Span]:
    """The stretches of texts in English, each counted from the beginning of its text."""
    return [(start, end) for _, start, end, _ in kernels.stretches(texts, _needles(sought), 0, True)]


def _needles(sought: list[Key]) -> list[bytes]:
    """Of words that are forms (True) or that any with their stem are meant by; and of patterns that stand for nothing."""
    forms = [form for word, exact in sought if isinstance(word, tuple) and exact for form in word]
    stems = [stem(form) for word, exact in sought if isinstance(word, tuple) and not exact for form in word]
    return needles_of(forms, stems, [word for word, _ in sought if not isinstance(word, tuple)], {})


def _positions(text: str) -> int:
    tokens = tokenize(text)
    return tokens[-1].position + tokens[-1].length if tokens else 0


def test_records_do_not_run_into_each_other(kernels: Kernels) -> None:
    document = make_document("a.md", ["the air", "defense net", "air", "the air defense"], title="Air")
    records = [(paragraph, document.metadata) for paragraph in document.paragraphs]
    none: Marks = ((), ())
    assert Highlighter(Phrase("air defense"), {}, kernels).mark(records) == [none, none, none, (((4, 7), (8, 15)), ())]
    assert Highlighter(Phrase("air defense", slop=9), {}, kernels).mark(records) == [none, none, none, (((4, 7), (8, 15)), ())]
    both = All((Word("air"), Word("air", field="title")))
    assert Highlighter(both, {}, kernels).mark(records)[1:3] == [none, (((0, 3),), ((0, 3),))]
    assert Highlighter(both, {}, kernels).mark([]) == []


@pytest.mark.parametrize("between", ["x " * 5, "x-x x-x x", "U.S. 1,000 don't F-16", "a, b; c — d “e”"])
def test_words_between_are_counted(kernels: Kernels, between: str) -> None:
    document = make_document("a.md", [f"air {between} net"])
    records = [(document.paragraphs[0], document.metadata)]
    for slop, marked in ((4, False), (5, True)):
        assert bool(Highlighter(Phrase("air net", slop=slop), {}, kernels).mark(records)[0][0]) is marked


@given(
    st.text("abcdefghilmnoprstuvyz", max_size=12),
    st.sampled_from(
        ("", "s", "ies", "ied", "ying", "ing", "ly", "ation", "ational", "ability", "ness", "ousness", "izer", "'s")
    ),
)
def test_a_form_begins_as_its_stem_says(kernels: Kernels, base: str, ending: str) -> None:
    form = (base + ending.replace("'s", "")) or "a"
    found = _found(kernels, [((form,), False)], [f"x {form} y"])
    assert (2, 2 + len(form)) in found


@pytest.mark.parametrize("form", ["dying", "lying", "tying", "vying", "skies", "skis", "aging", "crying", "capability", "only"])
def test_forms_that_their_stems_hardly_begin_like(kernels: Kernels, form: str) -> None:
    assert _found(kernels, [((form,), False)], [f"“{form.title()},” x"]) == [(1, 1 + len(form))]


@pytest.mark.parametrize(
    ("word", "exact", "text", "found"),
    [
        ("use", True, "Use of “use”, used (use) re-use.", ["Use", "use", "use", "re-use"]),
        ("divid", False, "divided we (dividend) individual", ["divided", "dividend"]),
        ("us", True, "U.S. and the U.S.-led, u.s. us usa u. s", ["U.S", "U.S.-led", "u.s", "us"]),
        ("1000", True, "1,000 or 1000, 11,000; 1.000 or 1\u00a0000", ["1,000", "1000", "1.000", "1\u00a0000"]),
        ("coop", True, "co-op and coop, co op; no-coop", ["co-op", "coop", "no-coop"]),
        ("usled", True, "U.S.’s-led us led", ["U.S.’s-led"]),
        ("zoe", True, "Zoë, Zoe\u0308 and zoe", ["Zoë", "Zoe\u0308", "zoe"]),
        ("йод", True, "iodine, йод и вода", ["йод", "и", "вода"]),
        ("don't", True, "don’t don't don", ["don’t", "don't", "don"]),
    ],
)
def test_where_words_may_stand(kernels: Kernels, word: str, exact: bool, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in _found(kernels, [((word,), exact)], [text])] == found


def test_words_with_no_other_in_reach_may_be_left_out() -> None:
    pytest.importorskip("numba")
    texts = ["air and net of Air net", "net", "an air-net", "air. Net", "air"]
    needles = _needles([(("air",), True), (("net",), True)])
    found = list(load_kernels("numba").stretches(texts, needles, 1, False))
    assert [texts[number][start:end] for number, start, end, _ in found] == ["Air", "net", "air-net", "air", "Net"]
    near = load_kernels("numba").stretches(texts, needles, 2, False)
    assert [number for number, *_ in near] == [0, 0, 0, 0, 2, 3, 3]


def test_most_of_a_text_is_passed_over(kernels: Kernels) -> None:
    text = "The minister spoke of radars and of nothing else. " * 20
    found = _found(kernels, [(("radars",), False)], [text])
    assert [text[start:end] for start, end in found] == ["radars"] * 20


def test_many_forms_are_looked_for_as_a_few_are(kernels: Kernels) -> None:
    forms = [f"{letter}adar" for letter in "abcdefghijklmnopqrstuvwxyz"]
    text = "Radar and fa-dar; badar's “kadar” adar"
    stretched = [(0, 5), (10, 16), (18, 25), (27, 32)]
    assert _found(kernels, [((form,), True) for form in forms], [text]) == stretched
    assert _found(kernels, [((form,), True) for form in forms if form[0] in "rfbk"], [text]) == stretched


def test_patterns_look_for_the_forms_they_stand_for(kernels: Kernels) -> None:
    accepted: dict[Expansion, set[str]] = {
        Pattern("*dar"): {"radar"},
        Near("rader", 1): {"radar", "raider"},
        Pattern("ra*r"): {"radar"},
    }
    document = make_document("a.md", ["One radar, two raiders; Radar again."])
    for leaf in (Wildcard("*dar"), Fuzzy("rader", 1), Wildcard("ra*r")):
        ((spans, _),) = Highlighter(leaf, accepted, kernels).mark([(document.paragraphs[0], document.metadata)])
        assert spans == ((4, 9), (24, 29))
    for sought in (Pattern("*dar"), Near("rader", 1)):
        assert _found(kernels, [(sought, True)], ["One radar"]) == []


@pytest.mark.parametrize("piece", ["na-tion-", "nation-", "x's-", "n.", "é", "nation ", "-"])
def test_stretches_without_end_take_no_longer(kernels: Kernels, piece: str) -> None:
    document = make_document("a.md", ["radar"])
    records = [(replace(document.paragraphs[0], text=piece * 20_000), document.metadata)]
    begun = time.process_time()
    for leaf in (Word("nation"), Word("n"), Phrase("nation n"), Phrase("nation n", slop=3)):
        Highlighter(leaf, {}, kernels).mark(records)
    # Where each match looks at the whole of its stretch again, this takes minutes.
    assert time.process_time() - begun < 20
