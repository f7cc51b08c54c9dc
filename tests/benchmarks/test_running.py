"""The benchmarks run on a small corpus: indexes made and kept, postings counted, the server asked."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import indexer.search
from benchmarks import opening, serving, stages, updating
from benchmarks.corpora import Corpus
from benchmarks.drawing import draw, survey
from benchmarks.peers import bandwidth, comparison, loccit_engine, totals
from benchmarks.peers.comparison import Plan, WrongTotals
from benchmarks.peers.engines import ENGINES
from benchmarks.peers.indexes import Shelf
from benchmarks.question import Operator, Question
from benchmarks.scan import totals as scan
from benchmarks.server import ServerError, ask_all, load, search_paths, serve
from indexer.config import Settings
from indexer.native import native_modules, source_of
from indexer.search.analysis import tokenize
from indexer.search.engine import SearchEngine, open_engine
from indexer.search.stemming import stem

_PLAN = Plan(["loccit", "loccit-numpy"], (True, False), rounds=2, clock="wall")


@pytest.fixture(scope="module")
def index_dir(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the small corpus."""
    folder = tmp_path_factory.mktemp("index")
    loccit_engine.build(folder, corpus.documents(), 1)
    return folder


@pytest.fixture
def engine(index_dir: Path) -> Iterator[SearchEngine]:
    """The engine over it."""
    with closing(open_engine(Settings(index_dir=index_dir))) as opened:
        yield opened


def test_a_comparison_makes_one_index_checks_the_totals_and_times(corpus: Corpus, tmp_path: Path) -> None:
    shelf = Shelf.of(tmp_path, corpus)
    (made,) = comparison.build_all(shelf, _PLAN)
    assert (made.engine, made.records, made.threads) == ("loccit", corpus.count(), 1)
    questions = comparison.questions_of(shelf, ["or2", "phrase2"], 3)
    courses = comparison.compare(shelf, questions, _PLAN)
    assert set(courses) == {(name, facets) for name in questions for facets in (True, False)}
    for (name, _), prepared in courses.items():
        assert [course.totals for course in prepared.values()] == [scan(questions[name], corpus.documents())] * 2
        assert [len(course.rounds) for course in prepared.values()] == [2, 2]
    found = bandwidth.distances(courses, questions, shelf.folder(ENGINES["loccit"]), bandwidth=1e9)
    assert [(each.name, each.facets) for each in found] == [("or2", True), ("or2", False)]
    assert all(each.times > 1 and each.postings > 0 for each in found)


def test_wrong_totals_end_a_comparison(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf.of(tmp_path, corpus)
    comparison.build_all(shelf, _PLAN)
    monkeypatch.setattr(totals, "true_totals", lambda _shelf, _questions: {"rare": [-1]})
    with pytest.raises(WrongTotals, match=r"ferry: .*, the scan -1"):
        comparison.compare(shelf, {"rare": [Question(Operator.ALL, ("ferry",))]}, _PLAN)


def test_an_index_is_kept_until_its_edition_changes(corpus: Corpus, tmp_path: Path) -> None:
    shelf = Shelf.of(tmp_path, replace(corpus, share=0.2))
    first, second = (replace(ENGINES["loccit"], edition=partial(str, edition)) for edition in ("one", "two"))
    made = shelf.index(first)
    assert shelf.index(first) == made
    assert shelf.folder(first).exists()
    shelf.index(second)
    assert shelf.folder(second).exists()
    assert not shelf.folder(first).exists()
    assert len(list(tmp_path.iterdir())) == 2


def test_what_the_analysis_is_made_of_makes_other_indexes_and_totals() -> None:
    folder = Path(indexer.search.__file__).parent
    assert {f"search/{name}.py" for name in _made_of(folder, {"analysis", "stemming"})} <= set(loccit_engine.WRITING)
    counted = {source_of(Path(str(module.__file__))).stem for module in totals.ANALYSIS}
    assert counted == _made_of(folder, {"analysis", "stemming", "stopwords"})


def _made_of(folder: Path, modules: set[str]) -> set[str]:
    """Modules, and those of their folder that they import, and so on."""
    sources = [(folder / f"{name}.py").read_text(encoding="utf-8") for name in modules]
    found = modules.union(*(re.findall(r"^from indexer\.search\.(\w+) import", source, re.MULTILINE) for source in sources))
    return found if found == modules else _made_of(folder, found)


def test_the_postings_of_a_question_are_counted_with_their_bytes(corpus: Corpus, index_dir: Path) -> None:
    records: Counter[str] = Counter()
    for _, paragraphs in corpus.documents():
        for paragraph in paragraphs:
            records.update({stem(token.form) for token in tokenize(paragraph.text)})
    question = Question(Operator.ANY, ("ferry", "harbour", "ferry"))
    ((count, size),) = bandwidth.postings_read(index_dir, [question])
    assert count == records[stem("ferry")] + records[stem("harbour")]
    assert size % count == 0
    assert size >= 5 * count


def test_bandwidth_is_that_of_a_machine() -> None:
    assert 1e8 < bandwidth.read_bandwidth(16_000_000) < 1e13


def test_opening_is_timed_step_by_step(index_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert opening.main([str(index_dir), "numpy", "ferry"]) == 0
    stated = opening.Opening(**json.loads(capsys.readouterr().out))
    assert all(seconds > 0 for seconds in (stated.opening, stated.first, stated.second))


def test_a_profile_sees_the_engine_and_the_pages(index_dir: Path, engine: SearchEngine) -> None:
    paths = search_paths([(), (("q", "ferry"),)], page=True)
    found = dict(stages.profile(index_dir, engine, paths))
    # A profile sees no function of a compiled module.
    engines = set() if native_modules() else {"indexer.search.embedded.engine"}
    assert {"webapp.views.pages", "jinja2"} | engines <= found.keys()
    with pytest.raises(ServerError, match="gave 404"):
        stages.profile(index_dir, engine, ["/nowhere"])


def test_searches_are_measured_over_http_beside_those_in_process(corpus: Corpus, index_dir: Path, engine: SearchEngine) -> None:
    questions = draw(survey(corpus.documents()), ("or2", "empty"), 2)
    with serve(index_dir) as server:
        served = serving.measure(server, engine, questions, rounds=2)
        paths = search_paths([question.pairs() for question in questions["or2"]], page=True)
        seen = load(server, paths, clients=2, requests=6)
        with pytest.raises(ServerError, match="gave 404"):
            ask_all(server, ["/nowhere"])
    assert [each.name for each in served] == ["or2", "empty"]
    assert served[1].matches == corpus.count()
    for each in served:
        assert [len(times) for times in (*each.searching, *each.json, *each.page)] == [2] * 6
    assert (seen.clients, len(seen.times)) == (2, 6)
    assert 0 < max(seen.times) <= seen.seconds


def test_updates_are_measured(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(updating, "scale_corpus", lambda _folder, _records: corpus)
    monkeypatch.setattr(updating, "_SOME", 2)
    (goal,) = updating.measure(updating.parser().parse_args([str(tmp_path), "--files", "5", "--rounds", "1"]))
    assert goal.stated == "1 document changed in 5 takes at most 3 s"
    shown = capsys.readouterr().out
    names = ("rebuild", "nothing changed", "2 files changed", "1 file added", "1 file removed", "1 file moved")
    assert all(name in shown for name in names)
