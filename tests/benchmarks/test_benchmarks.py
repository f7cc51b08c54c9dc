"""The benchmarks measure what they say: reading, drawing, counting, statistics."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import memory
from benchmarks.corpora import Corpus, CorpusError, scale_corpus
from benchmarks.drawing import CLASSES, DESCRIPTIONS, draw, survey
from benchmarks.measures import by_question, median_ratio, milliseconds, percentile
from benchmarks.peers import fts5_engine, loccit_engine, rounds, totals
from benchmarks.peers.contender import Answer, Ask, EngineKind
from benchmarks.question import Operator, Question, read_questions, write_questions
from benchmarks.scan import edits
from benchmarks.scan import totals as scan
from benchmarks.table import render
from tests import matching
from tests.oracle import OracleEngine
from webapp import params


def test_documents_are_read_with_their_metadata_and_without_short_paragraphs(corpus: Corpus) -> None:
    documents = list(corpus.documents())
    assert len(documents) == 120
    metadata, paragraphs = documents[-1]
    assert metadata.id == "assembly-59"
    assert (metadata.source, metadata.author, metadata.published) == ("Office 3", (), "2019-03-06")
    assert metadata.tag == ("speech", "topic 2", "VEL")
    assert [paragraph.ordinal for paragraph in paragraphs] == list(range(1, metadata.paragraphs + 1))
    texts = [paragraph.text for _, found in documents for paragraph in found]
    assert min(map(len, texts)) >= 20
    assert replace(corpus, least_characters=0).count() == len(texts) + 120


def test_a_share_is_spread_over_each_file_in_whole_documents(corpus: Corpus) -> None:
    whole, part = corpus.count(), corpus.about(100)
    assert abs(part.count() - 100) <= 12
    taken = [metadata.id for metadata, _ in part.documents()]
    numbers = [int(name.partition("-")[2]) for name in taken if name.startswith("ostrel_gazette")]
    assert numbers[0] == 0 and numbers[-1] > 50
    assert {name.partition("-")[0] for name in taken} == {"ostrel_gazette", "assembly"}
    assert part.key() != corpus.key()
    assert corpus.about(10 * whole) == corpus


def test_plain_files_hold_the_same_documents(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus.write_jsonl(tmp_path / "plain")
    lines = [line for name in corpus.names for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [json.loads(line) for line in lines] == list(corpus.raw())


def test_what_is_no_corpus_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"No corpus absent\.jsonl\.gz"):
        Corpus(corpus.folder, ("absent",)).count()
    for name in ("senate_press", "ungdc"):
        (tmp_path / f"{name}.jsonl.gz").write_bytes((corpus.folder / "assembly.jsonl.gz").read_bytes())
    with pytest.raises(CorpusError, match="not 710,849"):
        scale_corpus(tmp_path, None)


def test_drawing_is_deterministic_and_each_class_draws_alone(corpus: Corpus) -> None:
    surveyed = survey(corpus.documents())
    drawn = draw(surveyed, CLASSES, 8)
    assert draw(survey(corpus.documents()), CLASSES, 8) == drawn
    assert draw(surveyed, ["fuzzy"], 8)["fuzzy"] == drawn["fuzzy"]
    assert draw(surveyed, CLASSES, 8, seed=1) != drawn
    assert all(len(questions) == 8 for questions in drawn.values())
    assert read_questions(write_questions(drawn)) == drawn
    assert DESCRIPTIONS.keys() == CLASSES.keys()


def test_questions_are_searches_that_mean_what_they_say(corpus: Corpus) -> None:
    drawn = draw(survey(corpus.documents()), CLASSES, 8)
    for question in (question for questions in drawn.values() for question in questions):
        parsed = params.parse(question.pairs())
        assert parsed.unknown == ()
        assert parsed.request.query.warnings == ()
    assert all(len(question.words) == 3 and question.operator is Operator.PHRASE for question in drawn["phrase-stop"])
    assert all(question.sources and question.tags and question.without_authors for question in drawn["filtered"])


def test_the_scan_counts_what_the_oracle_counts(corpus: Corpus) -> None:
    documents = list(corpus.documents())
    questions = [question for drawn in draw(survey(documents), CLASSES, 6).values() for question in drawn]
    oracle = OracleEngine(documents)
    responses = [oracle.search(params.parse([*question.pairs(), ("facets", "none")]).request) for question in questions]
    found = scan(questions, documents)
    assert found == [0 if response.relaxed else response.total for response in responses]
    assert sum(map(bool, found)) > len(found) / 2


@given(st.text("abcd", max_size=7), st.text("abcd", max_size=7))
def test_edits_are_those_of_the_contract(left: str, right: str) -> None:
    assert edits(left, right) == matching.edits(left, right)


@pytest.mark.parametrize("kind", [loccit_engine.KIND, fts5_engine.KIND], ids=lambda kind: kind.name)
def test_an_engine_answers_with_the_scan_s_totals(corpus: Corpus, tmp_path: Path, kind: EngineKind) -> None:
    documents = list(corpus.documents())
    kind.build(tmp_path, iter(documents), 1)
    contender = kind.open(tmp_path)
    drawn = draw(survey(documents), CLASSES, 4)
    true = {name: scan(questions, documents) for name, questions in drawn.items()}
    courses = rounds.prepare({kind.name: contender}, drawn, (True, False))
    rounds.warm(courses)
    assert {name for name, _ in courses if courses[name, True]} >= CLASSES.keys() - {"fuzzy"}
    assert all(prepared[kind.name].totals == true[name] for (name, _), prepared in courses.items() if prepared)
    for facets in (True, False):
        ask = contender.prepare(drawn["or2"][0], facets)
        assert ask is not None
        answer = ask()
        assert answer.hits == min(10, true["or2"][0])
        assert answer.marked >= answer.hits
        assert bool(answer.values) is facets
    contender.close()


class _Counting:
    """A contender that says in what order it was asked."""

    def __init__(self, name: str, asked: list[str], total: int) -> None:
        self._name, self._asked, self._total = name, asked, total

    def prepare(self, question: Question, facets: bool) -> Ask | None:
        def ask() -> Answer:
            self._asked.append(self._name)
            return Answer(self._total, 0, len(question.words), int(facets))

        return ask

    def close(self) -> None:
        """Nothing."""


def test_rounds_alternate_and_wrong_totals_show() -> None:
    asked: list[str] = []
    questions = {"rare": [Question(Operator.ALL, ("ferry",))]}
    contenders = {"loccit": _Counting("loccit", asked, 5), "tantivy": _Counting("tantivy", asked, 4)}
    courses = rounds.prepare(contenders, questions, (True,))
    rounds.warm(courses)
    asked.clear()
    assert list(rounds.run(courses, 4, iter(range(100)).__next__)) == [1, 2, 3, 4]
    assert asked == ["loccit", "tantivy", "tantivy", "loccit", "tantivy", "loccit", "loccit", "tantivy"]
    assert courses["rare", True]["loccit"].rounds == [[1]] * 4
    assert totals.mistakes(courses, questions, {"rare": [5]}) == []
    assert totals.mistakes(courses, questions, {"rare": [6]})[0] == "rare: ferry: 5, the scan 6"
    assert totals.differences(courses, questions, "tantivy") == [totals.Difference("rare", 5, 4, "ferry: 5, 4", near=False)]


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0), (0.0, 1.0)], ids=["half", "p99", "all", "none"]
)
def test_percentile_is_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile([float(value) for value in range(100, 0, -1)], share) == expected


def test_ratios_are_taken_round_by_round() -> None:
    assert median_ratio([[1, 2, 30], [4, 4, 4], [9, 9, 9]], [[2, 2, 2], [2, 2, 2], [1, 3, 9]]) == 2
    assert by_question([[1.0, 5.0], [3.0, 4.0], [2.0, 9.0]]) == [2.0, 5.0]
    assert [milliseconds(value) for value in (0.00012, 0.0123, 0.4567)] == ["0.12", "12.3", "457"]


def test_tables_line_up_and_markdown_escapes() -> None:
    assert render(["a", "bc"], [["long", "1"]]) == "a     bc\n----  --\nlong   1"
    assert render(["a"], [["x|y"]], markdown=True) == "| a |\n| --- |\n| x\\|y |"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_counts_the_process_tree() -> None:
    child = "import time; held = bytearray(60_000_000); time.sleep(0.4)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    alone, together = (memory.peak_of([sys.executable, "-c", code]) for code in ("import time; time.sleep(0.4)", parent))
    assert 60 < together.megabytes - alone.megabytes < 90
    assert (alone.processes, together.processes) == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "expected"), [([], 2), (["--", sys.executable, "-c", "raise SystemExit(3)"], 3)], ids=["none", "failing"]
)
def test_the_memory_command_ends_as_its_command_does(
    arguments: list[str], expected: int, capsys: pytest.CaptureFixture[str]
) -> None:
    run: Callable[[list[str]], int] = memory.main
    assert run(arguments) == expected
    assert capsys.readouterr().err
