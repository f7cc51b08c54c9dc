"""Tables and goals say what was measured."""

from __future__ import annotations

import cProfile
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmarks import growth, serving, stages
from benchmarks.goals import Goal, Verdict, at_least, at_most, goals_table, in_every_class, in_every_class_at_least
from benchmarks.peers import goals, kept, report
from benchmarks.peers.indexes import Build
from benchmarks.peers.rounds import Course, Courses
from benchmarks.question import Operator, Question

_QUESTIONS = {name: [Question(Operator.ALL, (word,)) for word in ("ferry", "harbour")] for name in ("rare", "or2", "phrase2")}


def _course(engine: str, milliseconds: Sequence[float], totals: Sequence[int]) -> Course:
    """Two questions, in two equal rounds."""
    return Course(engine, [], list(totals), [[value / 1000 for value in milliseconds] for _ in range(2)])


def _courses() -> Courses:
    classes: dict[str, dict[str, tuple[Sequence[float], Sequence[int]]]] = {
        "rare": {
            "loccit": ((0.1, 0.3), (3, 5)),
            "loccit-numpy": ((0.2, 0.4), (3, 5)),
            "tantivy": ((1.0, 1.0), (3, 5)),
            "fts5": ((2, 2), (4, 5)),
        },
        "or2": {
            "loccit": ((2, 4), (60, 40)),
            "loccit-numpy": ((9, 9), (60, 40)),
            "tantivy": ((5, 10), (60, 38)),
            "fts5": ((300, 450), (60, 40)),
        },
        "phrase2": {"loccit": ((1, 1), (100, 1)), "tantivy": ((1, 2), (90, 1))},
    }
    return {
        (name, facets): {engine: _course(engine, *measured) for engine, measured in prepared.items()}
        for name, prepared in classes.items()
        for facets in (True, False)
    }


def _build(engine: str, seconds: float, threads: int) -> Build:
    return Build(engine, "1", 1000, seconds, 2.0, 1, threads, 50, 100, "")


@pytest.mark.parametrize(
    ("value", "expected"), [(0.3, Verdict.MET), (0.5, Verdict.LEAST), (0.51, Verdict.MISSED)], ids=["met", "least", "missed"]
)
def test_a_goal_is_met_or_its_least_is_or_neither(value: float, expected: Verdict) -> None:
    assert at_most("quick", value, 0.3, "", least=0.5).verdict is expected
    in_one = in_every_class("quick", {"a": 0.1, "b": value}, 0.3, least=0.5)
    assert in_one is not None
    assert in_one.verdict is expected
    assert ("above: b" in in_one.evidence) is (expected is not Verdict.MET)


def test_a_goal_without_figures_is_none_and_one_from_below_turns_round() -> None:
    assert in_every_class("quick", {}, 1.0) is None
    assert in_every_class_at_least("quick", {}, 1.0) is None
    assert in_every_class_at_least("far", {"a": 60.0, "b": 120.0}, 100.0) == Goal(
        "far", Verdict.MISSED, "60.00 to 120; below: a 60.00"
    )
    assert at_least("far", 1.0, 1.0, "").verdict is Verdict.MET
    assert at_least("far", 0.99, 1.0, "").verdict is Verdict.MISSED
    assert goals_table([Goal("far", Verdict.MET, "9")], markdown=True).splitlines()[1:] == [
        "| --- | --- | --- |",
        "| far | met | 9 |",
    ]


def test_speeds_are_medians_and_ratios() -> None:
    rows = [re.split(r"\s{2,}", line) for line in report.speeds(_courses(), facets=True, markdown=False).splitlines()]
    assert rows[0][2:] == [
        *("Loccit ms", "Loccit on numpy ms", "tantivy-py ms", "SQLite FTS5 ms"),
        *("Loccit : tantivy-py", "Loccit on numpy : Loccit", "SQLite FTS5 : Loccit"),
    ]
    assert rows[2:] == [
        ["term in < 0.01%", "4", "0.20", "0.30", "1.00", "2.00", "0.20", "1.50", "10.00"],
        ["2 common terms, OR", "50", "3.00", "9.00", "7.50", "375", "0.40", "3.00", "125.00"],
        ["phrase of 2 words", "50", "1.00", "-", "1.50", "-", "0.67", "-", "-"],
    ]


def test_the_slowest_question_is_named_by_time_and_beside_another_engine() -> None:
    table = report.slowest(_courses(), _QUESTIONS, True, "tantivy", markdown=False).splitlines()
    assert [re.split(r"\s{2,}", line)[5:] for line in table[2:]] == [
        ["0.30 harbour", "0.30 harbour"],
        ["4.00 harbour", "0.40 ferry"],
        ["1.00 ferry", "1.00 ferry"],
    ]


def test_the_goals_of_speed_look_at_the_figures_that_they_name() -> None:
    third, without, kernels = goals.beside_tantivy(_courses())
    assert (third.verdict, without.verdict, kernels.verdict) == (Verdict.MISSED, Verdict.MET, Verdict.MET)
    assert third.evidence == "0.20 to 0.67; above: phrase of 2 words 0.67, 2 common terms, OR 0.40"
    courses = {key: {**each, "loccit-bm25": _course("loccit-bm25", (0.1, 0.1), (3, 5))} for key, each in _courses().items()}
    ranking = goals.beside_tantivy(courses)[-1]
    assert ranking.evidence == "2.00 to 30.00; above: 2 common terms, OR 30.00, phrase of 2 words 10.00, term in < 0.01% 2.00"
    (fts5,) = goals.beside_fts5(_courses())
    assert fts5 == Goal(fts5.stated, Verdict.MET, "125 to 125")
    assert goals.beside_whoosh(_courses()) == []
    (totals,) = goals.of_totals(_courses(), "tantivy")
    assert totals.evidence == "0.00 to 10.99; above: phrases 10.99"


def test_indexing_is_compared_with_as_many_threads() -> None:
    made = [_build("loccit", 2, 1), _build("tantivy", 3, 1), _build("loccit", 2, 2), _build("tantivy", 1, 2)]
    assert [goal.verdict for goal in goals.of_indexing(made)] == [Verdict.MET, Verdict.MISSED]
    assert goals.of_indexing(made[::3]) == []


def test_times_that_were_kept_are_compared_question_by_question(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    kept.save(_courses(), ["then"], 1000, path)
    faster = {place: {"loccit": _course("loccit", (0.05, 0.3), (3, 5))} for place in _courses() if place[0] == "rare"}
    lines = kept.against(faster, 1000, path).splitlines()
    assert [re.split(r"\s{2,}", line)[2:] for line in lines[2:]] == [["0.20", "0.17", "0.75", "1.00"]] * 2
    assert kept.against(faster, 999, path).endswith("Not comparable: 1,000 records then, 999 now.")


def test_growth_compares_the_time_with_the_matches() -> None:
    small, large = (
        {("or2", True): {"loccit": _course("loccit", times, totals)}}
        for times, totals in (((1, 1), (10, 10)), ((4, 8), (60, 40)))
    )
    (found,) = growth.growths([small, large])
    assert (found.of_matches, found.of_seconds) == pytest.approx((5.0, 6.0))
    assert growth.goals([found])[0].verdict is Verdict.MISSED
    row = growth.growth_table([found], [100, 500], markdown=False).splitlines()[2]
    assert re.split(r"\s{2,}", row) == ["2 common terms, OR", "1.00", "6.00", "100,000", "120,000", "5.00x", "6.00x"]


def test_what_a_server_adds_is_taken_question_by_question() -> None:
    def rounds(*milliseconds: float) -> list[list[float]]:
        return [[value / 1000 for value in milliseconds]] * 2

    quick = serving.Served("rare", 1, rounds(1, 5), rounds(2, 6), rounds(4, 8))
    slow = serving.Served("or2", 1, rounds(1, 5), rounds(4, 8), rounds(5, 9))
    assert quick.added("JSON") == pytest.approx([0.001, 0.001])
    assert [goal.verdict for goal in serving.goals([quick, slow])] == [Verdict.MET, Verdict.MET]
    assert serving.goals([slow])[0].verdict is Verdict.MISSED
    assert "most: 2 common terms, OR 3.00 ms" in serving.goals([quick, slow])[0].evidence
    last = serving.served_table([quick, slow], markdown=False).splitlines()[-1]
    assert re.split(r"\s{2,}", last) == ["all of them", "3.00", "5.00", "5.00", "2.00", "6.50", "3.50"]


def test_the_parts_of_a_profile_are_modules_and_libraries() -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    goals_table([Goal("far", Verdict.MET, "9" * 1_000_000)], markdown=True)
    profiler.disable()
    found = stages.shares(profiler.getstats())
    assert found[0][0] == "benchmarks.table"
    assert sum(share for _, share in found) == pytest.approx(1)


@pytest.mark.parametrize(
    ("function", "expected"),
    [(stages.part_of, "benchmarks.stages"), (re.compile, "Python: re"), (pytest.fixture, "_pytest")],
    ids=["ours", "Python", "library"],
)
def test_a_part_is_named_after_its_file(function: Callable[..., object], expected: str) -> None:
    assert stages.part_of(function.__code__.co_filename) == expected
