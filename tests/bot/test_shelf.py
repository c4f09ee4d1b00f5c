from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.shelf import Change, Shelf, name_for
from retrieval.articles import LOADERS
from retrieval.errors import CorpusError
from retrieval.model import Source

SOURCE = Source("x", "Đảng bộ xã Yên Phúc", published=date(2024, 7, 12))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    (folder / "xa").mkdir(parents=True)
    (folder / "a.txt").write_text("Bài a", "utf-8")
    (folder / "xa" / "Chợ phiên.txt").write_text("Bài chợ", "utf-8")
    return folder


@pytest.fixture
def shelf(corpus: Path) -> Shelf:
    return Shelf(corpus)


def tree(corpus: Path) -> dict[str, str]:
    return {name: (corpus / name).read_text("utf-8") for name in Shelf(corpus).files()}


def test_a_file_is_added_under_a_name_of_our_own(shelf: Shelf, corpus: Path) -> None:
    change = shelf.add(b"Tin.", "../../etc/passwd.TXT", SOURCE)
    assert change is not None
    assert change.name.startswith("2024-07-12-dang-bo-xa-yen-phuc-")
    assert (corpus / change.name).read_bytes() == b"Tin."
    assert shelf.add(b"Tin.", "other.txt", SOURCE) is None
    assert [path.name for path in (corpus / ".hoibao").iterdir()] == ["last-change.json"]


def test_an_addition_is_undone(shelf: Shelf, corpus: Path) -> None:
    before = tree(corpus)
    change = shelf.add(b"x", "x.md", SOURCE)
    assert change is not None
    assert shelf.undo(change.number) == change
    assert tree(corpus) == before
    assert shelf.undo() is None


def test_a_removal_is_undone(shelf: Shelf, corpus: Path) -> None:
    before = tree(corpus)
    change = shelf.remove("xa/Chợ phiên.txt")
    assert change is not None
    assert list(tree(corpus)) == ["a.txt"]
    assert Shelf(corpus).undo() == change  # after a restart as well
    assert tree(corpus) == before


def test_only_the_last_change_is_undone_and_only_by_its_own_number(shelf: Shelf) -> None:
    first, second = shelf.remove("a.txt"), shelf.remove("xa/Chợ phiên.txt")
    assert first is not None
    assert second is not None
    assert first.number < second.number
    assert shelf.undo(first.number) is None
    assert shelf.undo(second.number) == second
    assert shelf.files() == ["xa/Chợ phiên.txt"]


def test_an_undo_replaces_no_file_that_came_since(shelf: Shelf, corpus: Path) -> None:
    shelf.remove("a.txt")
    (corpus / "a.txt").write_text("newer", "utf-8")
    with pytest.raises(CorpusError, match=r"a\.txt: another file is there now"):
        shelf.undo()
    assert (corpus / "a.txt").read_text("utf-8") == "newer"


def test_what_is_not_there_cannot_be_removed(shelf: Shelf) -> None:
    assert shelf.remove("../secret.txt") is None
    assert shelf.remove(".hoibao/removed") is None
    assert shelf.last() is None


def test_a_bot_killed_while_it_adds_leaves_whole_files_and_the_next_one_tidies(
    shelf: Shelf, corpus: Path
) -> None:
    script = (
        "import sys; from itertools import count; from pathlib import Path\n"
        "from bot.shelf import Shelf; from retrieval.model import Source\n"
        "shelf = Shelf(Path(sys.argv[1]))\n"
        "for number in count():\n"
        "    shelf.add(b'%09d' % number * 99_999, 'x.txt', Source('x', 'Tin'))\n"
        "    print(number, flush=True)\n"
    )
    command = [sys.executable, "-c", script, str(corpus)]
    for moment in range(3):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as adding:
            assert adding.stdout is not None
            for _ in range(moment + 1):
                adding.stdout.readline()
            adding.kill()
    added = [path.read_bytes() for path in corpus.glob("tin-*.txt")]
    assert added
    assert all(len(data) == 899_991 and data == data[:9] * 99_999 for data in added)
    shelf.add(b"last", "x.txt", SOURCE)
    assert not list((corpus / ".hoibao").glob("beside-*"))


def test_a_link_in_place_of_the_new_file_is_not_written_through(shelf: Shelf, corpus: Path) -> None:
    outside = corpus.parent / "outside.txt"
    (corpus / name_for(b"Tin.", "a.txt", SOURCE)).symlink_to(outside)
    shelf.add(b"Tin.", "a.txt", SOURCE)
    assert not outside.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(shelf: Shelf, corpus: Path) -> None:
    corpus.chmod(0o555)
    with pytest.raises(CorpusError, match="let the bot write"):
        shelf.add(b"x", "x.txt", SOURCE)
    corpus.chmod(0o755)


def test_a_corpus_that_is_gone_is_an_error_that_says_so(shelf: Shelf, corpus: Path) -> None:
    corpus.rename(corpus.parent / "elsewhere")
    with pytest.raises(CorpusError, match="No such file"):
        shelf.add(b"x", "x.txt", SOURCE)


def test_files_are_found_by_words_however_typed(shelf: Shelf) -> None:
    assert shelf.files("cho phien") == ["xa/Chợ phiên.txt"]
    assert shelf.files() == ["a.txt", "xa/Chợ phiên.txt"]


@given(st.text(), st.sampled_from(sorted(LOADERS)), st.binary())
def test_names_are_plain_whatever_the_title(title: str, ending: str, data: bytes) -> None:
    name = name_for(data, f"x{ending.upper()}", Source("x", title))
    assert name.endswith(ending)
    stem = name.removesuffix(ending)
    assert stem.isascii()
    assert stem.replace("-", "").isalnum()
    assert len(name) < 100


KILLED = """
import os, sys
from datetime import date
from pathlib import Path
left = int(sys.argv[1])
def counted(plain):
    def act(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return plain(*arguments, **options)
    return act
from bot.shelf import Shelf
from retrieval.model import Source
for name in ("replace", "unlink"):
    setattr(Path, name, counted(getattr(Path, name)))
os.fsync = counted(os.fsync)
shelf = Shelf(Path(sys.argv[3]))
if sys.argv[2] == "add":
    shelf.add(b"Tin.", "tin.txt", Source("x", "Tin"))
elif sys.argv[2] == "remove":
    shelf.remove("a.txt")
else:
    shelf.undo()
"""


@pytest.mark.parametrize("act", ["add", "remove", "undo"])
def test_a_change_killed_at_any_moment_is_whole_or_not_and_is_undone(
    corpus: Path, act: str, tmp_path: Path
) -> None:
    Shelf(corpus).remove("xa/Chợ phiên.txt")  # a change before it
    status, at = 9, 0
    while status == 9:
        copy = tmp_path / f"{act}{at}"
        shutil.copytree(corpus, copy)
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-c", KILLED, str(at), act, str(copy)]
        status = subprocess.run(command, env=environment, check=False).returncode
        shelf, before = Shelf(copy), tree(corpus)
        number = shelf.last().number if shelf.last() else None
        files = tree(copy)
        added = [text for name, text in files.items() if name not in before]
        assert added in ([], ["Tin."], ["Bài chợ"])  # whole, or not at all
        last = shelf.last()
        shelf.undo(number)
        # whatever was last noted is undone by that; a file that was taken out is there again
        assert "a.txt" in tree(copy) or last is None or last.name != "a.txt"
        if act != "undo":
            assert tree(copy) == (before if is_noted(last) else before | {CHỢ: "Bài chợ"})
        else:
            assert tree(copy) == before | {CHỢ: "Bài chợ"}
        shelf.add(b"Sau.", "sau.txt", SOURCE)
        assert not list((copy / ".hoibao").glob("beside-*"))
        at += 1
    assert status == 0
    assert at > 2


CHỢ = "xa/Chợ phiên.txt"


def is_noted(last: Change | None) -> bool:
    """Whether the change that was killed is the one to be undone."""
    return last is not None and last.name != CHỢ
