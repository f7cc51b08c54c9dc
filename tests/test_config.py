"""Settings are resolved in one order, and whatever is wrong with one says where and what would be right."""

from __future__ import annotations

import os
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from indexer.columns import Columns
from indexer.config import SETTING_NAMES, Settings, load_settings, nearest
from indexer.errors import UsageError
from indexer.search.embedded.kernels import load_kernels


@pytest.fixture(autouse=True)
def _working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_hold_where_nothing_is_said() -> None:
    assert load_settings(None, {}, {}) == Settings()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_every_setting_has_help() -> None:
    assert all(setting.metadata["help"] for setting in fields(Settings))


def test_every_choice_is_named_in_the_help_and_taken() -> None:
    choosing = [setting for setting in fields(Settings) if "choices" in setting.metadata]
    assert choosing
    for setting in choosing:
        assert setting.default in setting.metadata["choices"]
        for choice in setting.metadata["choices"]:
            assert f"`{choice}`" in setting.metadata["help"]
            assert getattr(load_settings(None, {}, {setting.name: choice}), setting.name) == choice


@pytest.mark.parametrize("kernels", Settings.__dataclass_fields__["kernels"].metadata["choices"])
def test_the_kernels_to_choose_from_are_there(kernels: str) -> None:
    if kernels == "numba":
        pytest.importorskip("numba")
    assert load_kernels(kernels)


def test_file_then_environment_then_options(tmp_path: Path) -> None:
    (tmp_path / "loccit.toml").write_text('port = 1\nthreads = 2\nhost = "a"\nmax_file_bytes = 4\n')
    settings = load_settings(None, {"LOCCIT_THREADS": "20", "LOCCIT_HOST": "b"}, {"host": "c", "port": None})
    assert (settings.port, settings.threads, settings.host, settings.max_file_bytes) == (1, 20, "c", 4)


def test_paths_in_the_file_are_relative_to_the_file(tmp_path: Path) -> None:
    other = tmp_path / "conf" / "other.toml"
    other.parent.mkdir()
    other.write_text('index_dir = "ix"\ndocuments = ["a", "/b"]\n')
    settings = load_settings(Path("conf/other.toml"), {}, {})
    assert settings.index_dir == Path("conf/ix")
    assert settings.documents == (Path("conf/a"), Path("/b"))


def test_the_named_file_takes_the_place_of_the_usual_one(tmp_path: Path) -> None:
    (tmp_path / "loccit.toml").write_text("port = 1\nthreads = 3\n")
    (tmp_path / "other.toml").write_text("port = 2\n")
    settings = load_settings(Path("other.toml"), {}, {})
    assert (settings.port, settings.threads) == (2, Settings().threads)


def test_paths_of_the_environment_are_relative_to_the_working_directory() -> None:
    settings = load_settings(None, {"LOCCIT_DOCUMENTS": os.pathsep.join(("a", "b c")), "LOCCIT_INDEX_DIR": "ix"}, {})
    assert settings.documents == (Path("a"), Path("b c"))
    assert settings.index_dir == Path("ix")


def test_an_empty_variable_counts_as_unset() -> None:
    assert load_settings(None, {"LOCCIT_PORT": ""}, {}) == Settings()


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/homes/ilsa")
    assert load_settings(None, {"LOCCIT_INDEX_DIR": "~/ix"}, {}).index_dir == Path("/homes/ilsa/ix")


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("prot = 1", "loccit.toml: prot is no setting. Did you mean port?"),
        ("index-dir = 'x'", "Did you mean index_dir?"),
        ("port = '1'", "loccit.toml: port takes a whole number from 0 to 65535, not '1'"),
        ("port = true", "port takes a whole number"),
        ("port = 65536", "not 65536"),
        ("originals = 1", "originals takes true or false, not 1"),
        ("threads = 0", "threads takes a whole number from 1"),
        ("max_file_bytes = 1.5", "max_file_bytes takes a whole number from 1, not 1.5"),
        ("host = 5", "host takes a text, not 5"),
        ("index_dir = ''", "index_dir takes a text, not ''"),
        ("documents = 'seeds'", "documents takes a list of paths, not 'seeds'"),
        ("documents = [1]", "documents takes a text, not 1"),
        ("index_dir = '~nobody.of.velmara/x'", "loccit.toml: index_dir begins with the home folder of a user who is not known"),
        ("documents = ['a', '~nobody.of.velmara']", "documents begins with the home folder of a user who is not known here"),
        ('index_dir = "a\\u0000b"', r"index_dir takes a text, not 'a\x00b'"),
        ('host = "\\u0000"', r"host takes a text, not '\x00'"),
        ("kernels = 'fortran'", "loccit.toml: kernels takes one of auto, numba, numpy, not 'fortran'"),
        ("port = ", "loccit.toml is not valid TOML"),
        (f"port = {'1' * 5_000}", "loccit.toml is not valid TOML"),
        (f"port = {'[' * 5_000}", "loccit.toml is not valid TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, toml: str, message: str) -> None:
    (tmp_path / "loccit.toml").write_text(toml)
    with pytest.raises(UsageError) as caught:
        load_settings(None, {}, {})
    assert message in str(caught.value)


@pytest.mark.parametrize("content", [b"host = '\xff'", b"\xff\xfe"])
def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "loccit.toml").write_bytes(content)
    with pytest.raises(UsageError, match="not valid TOML"):
        load_settings(None, {}, {})


def test_a_named_file_must_be_there() -> None:
    with pytest.raises(UsageError, match=r"settings file absent\.toml cannot be read: No such file"):
        load_settings(Path("absent.toml"), {}, {})


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("LOCCIT_PROT", "1", "The variable LOCCIT_PROT names no setting. Did you mean LOCCIT_PORT?"),
        ("LOCCIT_PORT", "http", "The variable LOCCIT_PORT takes a whole number from 0 to 65535, not 'http'"),
        ("LOCCIT_THREADS", "-1", "not -1"),
        ("LOCCIT_INDEX_DIR", "~nobody.of.velmara/x", "The variable LOCCIT_INDEX_DIR begins with the home folder of a user"),
        ("LOCCIT_KERNELS", "Numba", "The variable LOCCIT_KERNELS takes one of auto, numba, numpy, not 'Numba'"),
    ],
)
def test_what_is_wrong_with_a_variable_is_said(variable: str, value: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(None, {variable: value}, {})
    assert message in str(caught.value)


def test_what_is_wrong_with_an_option_is_said() -> None:
    with pytest.raises(UsageError, match="--index-dir takes a text, not ''"):
        load_settings(None, {}, {"index_dir": ""})


def test_variables_of_others_are_left_alone() -> None:
    assert load_settings(None, {"PORT": "9", "XLOCCIT_PORT": "9"}, {}) == Settings()


def test_nearest_always_names_one() -> None:
    assert nearest("qqqq", SETTING_NAMES) in SETTING_NAMES


def test_columns_are_a_table(tmp_path: Path) -> None:
    path = tmp_path / "loccit.toml"
    path.write_text('[columns]\ntext = ["lead", "story"]\ntitle = "kicker"\n')
    named = Columns((("text", "lead"), ("text", "story"), ("title", "kicker")))
    assert load_settings(path, {}, {}).columns == named
    assert load_settings(path, {}, {}).limits.columns == named
    assert load_settings(None, {"LOCCIT_COLUMNS": "text=lead,text=story,title=kicker"}, {}).columns == named


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ('columns = "text"', "takes a table"),
        ('[columns]\nheadline = "a"', "headline is no field. Did you mean"),
        ("[columns]\ntext = 1", "text takes the name of a column"),
        ("[columns]\ntext = []", "text takes the name of a column"),
        ('[columns]\ntext = [" "]', "text takes the name of a column"),
    ],
)
def test_columns_that_will_not_do(tmp_path: Path, written: str, complaint: str) -> None:
    path = tmp_path / "loccit.toml"
    path.write_text(written)
    with pytest.raises(UsageError, match=complaint):
        load_settings(path, {}, {})


@pytest.mark.parametrize("text", ["text", "=lead", "text=", "story=text"])
def test_a_variable_of_columns_that_will_not_do(text: str) -> None:
    with pytest.raises(UsageError, match="LOCCIT_COLUMNS"):
        load_settings(None, {"LOCCIT_COLUMNS": text}, {})
