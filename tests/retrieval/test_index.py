"""What becomes of an open index when its folder is gone, replaced, or not to be written."""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from retrieval import open_index, update_index
from retrieval.engines import ENGINES
from retrieval.index import Snapshot
from tests.chaos.keeper import BOUND

QUESTION = "Chợ phiên Bắc Sơn họp ngày nào?"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    index = tmp_path / "index"
    update(tmp_path, "hai")
    return index


def update(folder: Path, day: str) -> None:
    corpus = folder / "articles"
    corpus.mkdir(exist_ok=True)
    text = f"Chợ phiên\n\nChợ phiên Bắc Sơn họp vào ngày mùng {day}."
    (corpus / "cho.txt").write_text(text, encoding="utf-8")
    update_index([corpus], folder / "index")


def test_an_index_that_is_gone_is_served_from_what_is_in_hand(index: Path) -> None:
    with open_index(index) as opened:
        before = opened.ask(QUESTION).quotes
        shutil.rmtree(index)
        assert opened.ask(QUESTION).quotes == before
        assert opened.status().articles == 1


def test_an_index_that_is_built_anew_in_its_place_is_followed(index: Path, tmp_path: Path) -> None:
    with open_index(index) as opened:
        opened.ask(QUESTION)
        shutil.rmtree(index)
        update(tmp_path, "ba")
        assert "mùng ba" in opened.ask(QUESTION).quotes[0].text


def test_an_index_put_in_its_place_under_its_own_name_is_followed(
    index: Path, tmp_path: Path
) -> None:
    with open_index(index) as opened:
        opened.ask(QUESTION)
        shutil.copytree(index, tmp_path / "copy")
        shutil.rmtree(index)
        (tmp_path / "copy").rename(index)
        update(tmp_path, "tư")
        assert "mùng tư" in opened.ask(QUESTION).quotes[0].text


@pytest.mark.parametrize("damage", ["", "nowhere", "../../etc", "\0"])
def test_an_index_replaced_by_none_is_no_reason_to_fall_silent(index: Path, damage: str) -> None:
    with open_index(index) as opened:
        before = opened.ask(QUESTION).quotes
        (index / "CURRENT").write_text(damage)
        assert opened.ask(QUESTION).quotes == before


@pytest.mark.parametrize("engine", ENGINES)
def test_a_snapshot_that_was_replaced_lets_go_of_its_files_at_once(
    index: Path, engine: str
) -> None:
    gc.disable()
    try:
        snapshot = Snapshot(index, engine)
        assert snapshot.stored(1)[0].article.title == "Chợ phiên"
        seen = weakref.ref(snapshot)
        del snapshot
        assert seen() is None
    finally:
        gc.enable()


def test_an_index_that_may_not_be_written_says_what_to_do(index: Path, tmp_path: Path) -> None:
    for path in [*index.rglob("*"), index]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    (tmp_path / "articles" / "cau.txt").write_text("Cầu\n\nCầu dài bốn mươi mét.", "utf-8")
    command = [sys.executable, "-c", BOUND, sys.executable, "-m", "bot", "index"]
    places = ["--corpus", str(tmp_path / "articles"), "--index", str(index)]
    ended = subprocess.run([*command, *places], capture_output=True, text=True, check=False)
    for path in [index, *index.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert ended.returncode == 2
    assert "cannot be written" in ended.stderr or "cannot be used now" in ended.stderr
    assert "may be written to, and try again" in ended.stderr
    with open_index(index) as opened:
        assert "mùng hai" in opened.ask(QUESTION).quotes[0].text
