"""What an update of the index does to it, as seen from outside."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from retrieval import is_stale, open_index, read_status, update_index
from retrieval.database import CURRENT, DATABASE, current_folder
from retrieval.errors import CorpusError, IndexDamaged, IndexLocked, IndexMissing
from retrieval.model import BuildReport, Progress
from retrieval.writer import Writer

SHEEP = "Đàn cừu của ông Ba gặm cỏ trên đồi Mây."
BRIDGE = "Cây cầu sắt bắc qua sông Lam dài ba trăm mét."
SCHOOL = "Trường tiểu học Kim Đồng khai giảng ngày năm tháng chín."

Write = Callable[[str, str], Path]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def write(corpus: Path) -> Write:
    def write_file(name: str, text: str) -> Path:
        path = corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write_file


@pytest.fixture
def locked(index: Path) -> Iterator[None]:
    """Another process holds the index until the test ends."""
    script = (
        "import sys; from pathlib import Path; from retrieval.writer import Writer\n"
        "with Writer(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(index)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield


def quotes(index: Path, question: str) -> list[str]:
    with open_index(index) as opened:
        return [quote.text for quote in opened.ask(question).quotes]


def counts(report: BuildReport) -> dict[str, int]:
    names = ("added", "changed", "removed", "unchanged")
    found = {name: getattr(report, name) for name in names} | {"failed": len(report.failed)}
    return {name: count for name, count in found.items() if count}


def records(*pairs: tuple[str, str]) -> str:
    return "".join(json.dumps({"id": id, "text": text}) + "\n" for id, text in pairs)


def later(path: Path) -> None:
    """Give the file a time that differs for certain."""
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))


def test_first_update_adds_every_file(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    write("tin/b.txt", BRIDGE)
    report = update_index([corpus], index)
    assert counts(report) == {"added": 2}
    assert (report.articles, report.passages, report.generation) == (2, 2, 1)
    assert quotes(index, "Đàn cừu ở đâu?")[0] == SHEEP
    assert quotes(index, "Cầu sắt dài bao nhiêu?")[0] == BRIDGE


def test_update_without_changes_keeps_the_generation(
    corpus: Path, index: Path, write: Write
) -> None:
    write("a.txt", SHEEP)
    first = update_index([corpus], index)
    second = update_index([corpus], index)
    assert counts(second) == {"unchanged": 1}
    assert second.generation == first.generation


def test_changed_file_is_read_again(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    write("b.txt", BRIDGE)
    update_index([corpus], index)
    write("a.txt", SCHOOL)
    assert counts(update_index([corpus], index)) == {"changed": 1, "unchanged": 1}
    assert quotes(index, "Trường Kim Đồng khai giảng ngày nào?")[0] == SCHOOL
    assert SHEEP not in quotes(index, "Đàn cừu ở đâu?")


def test_removed_file_is_forgotten(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    gone = write("b.txt", BRIDGE)
    update_index([corpus], index)
    gone.unlink()
    report = update_index([corpus], index)
    assert counts(report) == {"removed": 1, "unchanged": 1}
    assert (report.articles, report.passages) == (1, 1)
    assert BRIDGE not in quotes(index, "Cầu sắt dài bao nhiêu?")


def test_renamed_file_answers_under_its_new_name(corpus: Path, index: Path, write: Write) -> None:
    old = write("a.txt", SHEEP)
    update_index([corpus], index)
    old.rename(corpus / "c.txt")
    assert counts(update_index([corpus], index)) == {"added": 1, "removed": 1}
    with open_index(index) as opened:
        assert [source.article_id for source in opened.sources()] == ["c.txt"]


def test_broken_file_fails_alone_and_again(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    write("b.pdf", "not a PDF")
    for expected in ({"added": 1, "failed": 1}, {"unchanged": 1, "failed": 1}):
        report = update_index([corpus], index)
        assert counts(report) == expected
        assert report.failed[0].file == "b.pdf"


def test_bad_record_does_not_hide_that_its_file_was_indexed(
    corpus: Path, index: Path, write: Write
) -> None:
    write("a.jsonl", records(("x", SHEEP)) + "{\n")
    assert counts(update_index([corpus], index)) == {"added": 1, "failed": 1}
    assert counts(update_index([corpus], index)) == {"unchanged": 1, "failed": 1}
    write("a.jsonl", records(("x", BRIDGE)) + "{\n")
    assert counts(update_index([corpus], index)) == {"changed": 1, "failed": 1}


def test_file_that_breaks_loses_its_articles(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    write("b.json", json.dumps({"id": "b", "text": BRIDGE}))
    update_index([corpus], index)
    write("b.json", "{")
    report = update_index([corpus], index)
    assert counts(report) == {"unchanged": 1, "failed": 1}
    assert report.articles == 1


def test_mended_file_is_added(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    write("b.json", "{")
    update_index([corpus], index)
    write("b.json", json.dumps({"id": "b", "text": BRIDGE}))
    report = update_index([corpus], index)
    assert (report.articles, len(report.failed)) == (2, 0)


def test_touched_file_is_unchanged_and_not_stale_afterwards(
    corpus: Path, index: Path, write: Write
) -> None:
    path = write("a.txt", SHEEP)
    first = update_index([corpus], index)
    later(path)
    assert is_stale([corpus], index)
    second = update_index([corpus], index)
    assert counts(second) == {"unchanged": 1}
    assert second.generation == first.generation
    assert not is_stale([corpus], index)


def test_touched_broken_file_still_counts_as_failed(
    corpus: Path, index: Path, write: Write
) -> None:
    write("a.txt", SHEEP)
    broken = write("b.json", "{")
    update_index([corpus], index)
    later(broken)
    assert counts(update_index([corpus], index)) == {"unchanged": 1, "failed": 1}


def test_second_article_of_an_id_is_reported(corpus: Path, index: Path, write: Write) -> None:
    write("a.jsonl", records(("x", SHEEP)))
    write("b.jsonl", records(("x", BRIDGE), ("y", SCHOOL)))
    report = update_index([corpus], index)
    assert (report.articles, report.passages) == (2, 2)
    assert [failure.file for failure in report.failed] == ["b.jsonl (x)"]
    assert "a.jsonl" in report.failed[0].reason
    assert BRIDGE not in quotes(index, "Cầu sắt dài bao nhiêu?")


def test_id_is_free_again_once_its_file_is_gone(corpus: Path, index: Path, write: Write) -> None:
    """The other file has not changed, but what it failed by has."""
    first = write("a.jsonl", records(("x", SHEEP)))
    write("b.jsonl", records(("x", BRIDGE)))
    update_index([corpus], index)
    first.unlink()
    report = update_index([corpus], index)
    assert report.articles == 1
    assert not report.failed
    assert quotes(index, "Cầu sắt dài bao nhiêu?")[0] == BRIDGE


def test_id_that_moves_between_files_stays_one_article(
    corpus: Path, index: Path, write: Write
) -> None:
    write("a.jsonl", records(("x", SHEEP), ("y", SCHOOL)))
    write("b.jsonl", records(("z", BRIDGE)))
    update_index([corpus], index)
    write("a.jsonl", records(("z", BRIDGE), ("y", SCHOOL)))
    write("b.jsonl", records(("x", SHEEP)))
    report = update_index([corpus], index)
    assert not report.failed
    assert report.articles == 3


def test_record_that_changes_leaves_its_neighbours_alone(
    corpus: Path, index: Path, write: Write
) -> None:
    write("a.jsonl", records(("x", SHEEP), ("y", BRIDGE)))
    update_index([corpus], index)

    def rows() -> dict[str, int]:
        with closing(sqlite3.connect(current_folder(index) / DATABASE)) as connection:
            return dict(connection.execute("SELECT id, row FROM articles"))

    before = rows()
    write("a.jsonl", records(("x", SCHOOL), ("y", BRIDGE), ("z", SHEEP)))
    update_index([corpus], index)
    after = rows()
    assert after["y"] == before["y"]
    assert after["x"] != before["x"]
    assert after.keys() == {"x", "y", "z"}


def test_only_updates_what_it_names(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    write("tin/b.txt", BRIDGE)
    update_index([corpus], index)
    write("a.txt", SCHOOL)
    write("tin/b.txt", SCHOOL + " Trời mưa.")
    (report,) = [update_index([corpus], index, only=[corpus / "tin"])]
    assert report.changed == 1
    assert quotes(index, "Đàn cừu ở đâu?")[0] == SHEEP
    assert is_stale([corpus], index)


def test_only_forgets_a_file_that_is_gone(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    gone = write("tin/b.txt", BRIDGE)
    other = write("c.txt", SCHOOL)
    update_index([corpus], index)
    gone.unlink()
    other.unlink()
    report = update_index([corpus], index, only=[gone])
    assert (report.removed, report.articles) == (1, 2)


def test_missing_folder_is_an_error(tmp_path: Path, index: Path) -> None:
    with pytest.raises(CorpusError, match="no such file or folder"):
        update_index([tmp_path / "nowhere"], index)
    with pytest.raises(CorpusError):
        is_stale([tmp_path / "nowhere"], index)


def test_empty_folder_is_an_error_and_leaves_no_index(corpus: Path, index: Path) -> None:
    with pytest.raises(CorpusError, match="no article"):
        update_index([corpus], index)
    with pytest.raises(IndexMissing):
        open_index(index)


def test_corpus_that_breaks_as_a_whole_keeps_the_old_index(
    corpus: Path, index: Path, write: Write
) -> None:
    path = write("a.txt", SHEEP)
    update_index([corpus], index)
    path.unlink()
    write("a.pdf", "broken")
    with pytest.raises(CorpusError, match=r"a\.pdf"):
        update_index([corpus], index)
    assert quotes(index, "Đàn cừu ở đâu?")[0] == SHEEP


def test_progress_ends_at_its_total(corpus: Path, index: Path, write: Write) -> None:
    for number in range(3):
        write(f"{number}.txt", f"{SHEEP} {number}")
    seen: list[Progress] = []
    update_index([corpus], index, progress=seen.append)
    assert seen[-1].done == seen[-1].total > 0
    assert [step.done for step in seen] == sorted(step.done for step in seen)


def test_many_files_are_read_in_processes(corpus: Path, index: Path, write: Write) -> None:
    for number in range(80):
        write(f"{number:02}.txt", f"Hồ sơ số {number + 1000} được lưu tại kho.")
    report = update_index([corpus], index)
    assert counts(report) == {"added": 80}
    assert "1042" in quotes(index, "hồ sơ số 1042")[0]


def test_one_large_file_is_shared_out_and_read_again_only_where_it_changed(
    corpus: Path, index: Path, write: Write
) -> None:
    filler = " ".join(f"Câu thứ {number} nói về việc thường ngày ở xã." for number in range(40))
    pairs = [(f"a{number}", f"Hồ sơ số {number + 5000}. {filler}") for number in range(900)]
    write("a.jsonl", records(*pairs))
    report = update_index([corpus], index)
    assert (report.articles, counts(report)) == (900, {"added": 1})
    assert "5777" in quotes(index, "hồ sơ số 5777")[0]
    pairs[777] = ("a777", f"Hồ sơ số 9999. {filler}")
    write("a.jsonl", records(*pairs))
    report = update_index([corpus], index)
    assert (report.articles, counts(report)) == (900, {"changed": 1})
    assert "9999" in quotes(index, "hồ sơ số 9999")[0]
    assert not any("5777" in text for text in quotes(index, "hồ sơ số 5777"))


def test_open_index_follows_generations(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    update_index([corpus], index)
    with open_index(index) as opened:
        before = opened.generation
        write("b.txt", BRIDGE)
        update_index([corpus], index)
        assert opened.ask("Cầu sắt dài bao nhiêu?").quotes[0].text == BRIDGE
        assert opened.generation == before + 1


@pytest.mark.usefixtures("locked")
def test_second_writer_is_told_who_the_first_is(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    with pytest.raises(IndexLocked, match=r"process \d+ is writing it"):
        update_index([corpus], index)


def test_lock_is_free_after_a_failure(corpus: Path, index: Path, write: Write) -> None:
    with pytest.raises(CorpusError):
        update_index([corpus], index)
    write("a.txt", SHEEP)
    assert update_index([corpus], index).articles == 1


def test_writer_that_does_not_commit_changes_nothing(
    corpus: Path, index: Path, write: Write
) -> None:
    write("a.txt", SHEEP)
    update_index([corpus], index)
    with Writer(index) as writer:
        writer.remove("a.txt")
    assert quotes(index, "Đàn cừu ở đâu?")[0] == SHEEP


def test_other_format_is_rebuilt_with_a_note(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    update_index([corpus], index)
    with closing(sqlite3.connect(current_folder(index) / DATABASE)) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(IndexDamaged, match="format 999"):
        open_index(index)
    assert is_stale([corpus], index)
    report = update_index([corpus], index)
    assert report.note is not None
    assert "format 999" in report.note
    assert quotes(index, "Đàn cừu ở đâu?")[0] == SHEEP


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder, index: (folder / DATABASE).write_bytes(b"not a database, for certain" * 99),
        lambda folder, index: (folder / DATABASE).write_bytes(b""),
        lambda folder, index: (folder / DATABASE).unlink(),
        lambda folder, index: (index / CURRENT).write_bytes(b"\xff\xfe"),
        lambda folder, index: (index / CURRENT).write_text("../elsewhere"),
        lambda folder, index: (index / CURRENT).write_text(""),
    ],
    ids=["overwritten", "emptied", "unlinked", "current-garbled", "current-outside", "no-current"],
)
def test_damage_is_found_and_rebuilt(
    corpus: Path, index: Path, write: Write, damage: Callable[[Path, Path], object]
) -> None:
    write("a.txt", SHEEP)
    update_index([corpus], index)
    damage(current_folder(index), index)
    with pytest.raises(IndexDamaged):
        open_index(index)
    with pytest.raises(IndexDamaged):
        read_status(index)
    assert is_stale([corpus], index)
    assert update_index([corpus], index).note is not None
    assert quotes(index, "Đàn cừu ở đâu?")[0] == SHEEP


def test_rebuilding_leaves_no_garbage(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    update_index([corpus], index)
    (index / CURRENT).write_text("nowhere")
    (index / "abandoned").mkdir()
    update_index([corpus], index)
    assert [path for path in index.iterdir() if path.is_dir()] == [current_folder(index)]


def test_status_tells_what_the_index_holds(corpus: Path, index: Path, write: Write) -> None:
    write("a.txt", SHEEP)
    write("b.txt", BRIDGE)
    update_index([corpus], index)
    status = read_status(index)
    assert (status.articles, status.passages, status.generation) == (2, 2, 1)
    assert status.built.tzinfo is not None
    with open_index(index) as opened:
        assert opened.status() == status
