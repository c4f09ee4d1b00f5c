"""What readers find when a writer is killed, when the disk is full, and when bytes rot."""

import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from retrieval import is_stale, open_index, update_index
from retrieval.database import DATABASE, connect, current_folder, read_meta
from retrieval.engines import LARGE
from retrieval.engines.base import QueryTerm
from retrieval.engines.segments import RECORD
from retrieval.engines.states import read_state
from retrieval.errors import IndexDamaged, IndexMissing, IndexProblem
from retrieval.index import Snapshot, split_passage_id

ARTICLES = 7
KILLS = 100


def write_version(corpus: Path, version: int) -> None:
    """Articles that all say the version, one of which comes and goes."""
    corpus.mkdir(exist_ok=True)
    for number in range(ARTICLES):
        lines = [
            f"Mục {line} của bài b{number}v{version} thuộc đợt d{version}." for line in range(60)
        ]
        (corpus / f"{number}.txt").write_text("\n".join(lines), "utf-8")
    if version % 3 == 0:
        (corpus / f"{version % ARTICLES}.txt").unlink()


def served_version(index: Path) -> int:
    """The version that the index holds; fails unless it holds that one and no other, whole."""
    with closing(Snapshot(index, LARGE)) as snapshot:
        stored = [snapshot.find(f"{number}.txt") for number in range(ARTICLES)]
        texts = [one.article.text for one in stored if one]
        (version,) = {int(text.partition("thuộc đợt d")[2].partition(".")[0]) for text in texts}
        assert len(texts) == ARTICLES - (version % 3 == 0)
        assert snapshot.status().articles == len(texts)
        passages = sum(len(one.passages) for one in stored if one)
        hits = snapshot.engine.search([QueryTerm((f"d{version}",))], 1000)
        assert len(hits) == snapshot.status().passages == passages
        for hit in hits:
            row, number = split_passage_id(hit.id)
            (one,) = snapshot.stored(row)
            assert f"d{version}." in one.passages[number].span.of(one.article.text)
        others = [v for v in range(max(0, version - 3), version + 3) if v != version]
        assert max(snapshot.engine.rarities([f"d{other}" for other in others]), default=-1) < 0
    return version


def test_writer_killed_at_any_moment_leaves_the_old_or_the_new_index(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["retrieval.building", "retrieval.passages", "underthesea"])
    moments = random.Random(20240712)
    write_version(corpus, 1)
    update_index([corpus], index)
    served, longest, killed = 1, 0.12, 0
    for version in range(2, KILLS + 2):
        write_version(corpus, version)
        writer = context.Process(target=update_index, args=([corpus], index))
        writer.start()
        writer.join(moments.uniform(0, longest))
        killed += writer.is_alive()
        writer.kill()
        writer.join()
        found = served_version(index)
        assert found in (served, version)
        served = found
    assert killed > KILLS // 4
    assert update_index([corpus], index).note is None
    assert served_version(index) == KILLS + 1
    folder = current_folder(index)
    assert [path for path in index.iterdir() if path.is_dir()] == [folder]
    assert len(list(folder.glob("*.segment"))) <= 4


def test_writer_killed_while_it_builds_the_first_index_leaves_none(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write_version(corpus, 1)
    context = multiprocessing.get_context("forkserver")
    moments = random.Random(1)
    for _ in range(10):
        shutil.rmtree(index, ignore_errors=True)
        writer = context.Process(target=update_index, args=([corpus], index))
        writer.start()
        writer.join(moments.uniform(0, 0.3))
        writer.kill()
        writer.join()
        try:
            assert served_version(index) == 1
        except IndexMissing:
            update_index([corpus], index)
            assert served_version(index) == 1
        assert len([path for path in index.iterdir() if path.is_dir()]) == 1


def test_reader_sees_whole_generations_across_twenty_updates(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write_version(corpus, 1)
    update_index([corpus], index)
    seen: list[int] = []
    problems: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                seen.append(served_version(index))
        except BaseException as problem:
            problems.append(problem)

    reader = threading.Thread(target=read)
    reader.start()
    with open_index(index, engine=LARGE) as opened:
        for version in range(2, 22):
            write_version(corpus, version)
            update_index([corpus], index)
            (quote, *_) = opened.ask(f"đợt d{version}").quotes
            assert f"d{version}." in quote.text
    done.set()
    reader.join()
    assert problems == []
    assert seen == sorted(seen)
    assert len(set(seen)) > 3


def test_segment_that_vanishes_is_noticed_and_rebuilt(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write_version(corpus, 1)
    update_index([corpus], index)
    for segment in current_folder(index).glob("*.segment"):
        segment.unlink()
    with pytest.raises(IndexDamaged, match="missing"):
        open_index(index, engine=LARGE)
    assert is_stale([corpus], index)
    note = update_index([corpus], index).note
    assert note is not None
    assert "missing" in note
    assert served_version(index) == 1


def test_flipped_byte_of_the_database_is_found_or_changes_nothing(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write_version(corpus, 1)
    update_index([corpus], index)
    database = current_folder(index) / DATABASE
    whole = database.read_bytes()
    asked = [f"bài b{number}v1" for number in (1, 2)]

    def answers() -> list[list[str]]:
        with open_index(index, engine=LARGE) as opened:
            return [[quote.text for quote in opened.ask(one).quotes] for one in asked]

    expected = answers()
    found = 0
    for at in random.Random(7).sample(range(len(whole)), 80):
        (database.parent / "DAMAGED").unlink(missing_ok=True)
        database.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        try:
            assert answers() == expected, at
        except IndexProblem:
            found += 1
    assert found > 10


def test_damage_met_by_a_reader_is_mended_by_the_next_update(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write_version(corpus, 1)
    update_index([corpus], index)
    with closing(sqlite3.connect(current_folder(index) / DATABASE)) as connection:
        connection.execute("UPDATE articles SET text = replace(text, 'thuộc', 'thuoc')")
        connection.commit()
    with open_index(index, engine=LARGE) as opened, pytest.raises(IndexDamaged):
        opened.ask("đợt d1")
    assert is_stale([corpus], index)
    assert update_index([corpus], index).note is not None
    assert served_version(index) == 1


@pytest.mark.parametrize("part", ["postings", "records"])
def test_damage_of_postings_met_by_a_reader_is_mended_too(part: str, tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write_version(corpus, 1)
    update_index([corpus], index)
    folder = current_folder(index)
    with closing(connect(folder / DATABASE, write=False)) as connection:
        (member,) = read_state(folder, read_meta(connection).engine)
    info, segment = member.info, folder / member.info.name
    with open_index(index, engine=LARGE) as opened:
        first = 0 if part == "postings" else info.words * 4
        past = info.words * 4 + (part == "records") * info.records * RECORD.itemsize
        whole = segment.read_bytes()
        segment.write_bytes(whole[:first] + bytes(past - first) + whole[past:])
        with pytest.raises(IndexDamaged):
            opened.ask("đợt d1")
    assert is_stale([corpus], index)
    assert update_index([corpus], index).note is not None
    assert served_version(index) == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with 2 MB of room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if mount is None or os.geteuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run([shutil.which("umount") or "umount", str(folder)], check=True)


def test_full_disk_is_said_and_leaves_the_old_index(small_disk: Path, tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", small_disk / "index"
    write_version(corpus, 1)
    update_index([corpus], index)
    large = corpus / "large.txt"
    words = random.Random(3)
    large.write_text("\n".join(f"{words.random()} {words.random()}." for _ in range(20_000)))
    with pytest.raises(IndexProblem, match=r"disk|space"):
        update_index([corpus], index)
    assert served_version(index) == 1
    large.unlink()
    assert update_index([corpus], index).note is None
    write_version(corpus, 2)
    update_index([corpus], index)
    assert served_version(index) == 2
