"""Finding files, and reading them within limits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from retrieval.articles import find_files, load_file
from retrieval.errors import (
    CorpusError,
    EmptyFile,
    OversizedFile,
    UnreadableFile,
    UnsupportedFile,
)


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Tin.", encoding="utf-8")


def names(*roots: Path) -> list[str]:
    return [name for _, name in find_files(roots)]


def test_folders_are_read_recursively_and_sorted(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a/z.md", "a/b/c.xyz", "Ơ.txt")
    assert list(find_files([tmp_path])) == [
        (tmp_path / name, name) for name in ("a/b/c.xyz", "a/z.md", "b.txt", "Ơ.txt")
    ]


def test_hidden_files_and_word_locks_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, ".env", ".git/a.txt", "~$tin.docx", "tin.txt")
    assert names(tmp_path) == ["tin.txt"]


def test_a_hidden_root_is_read_when_named(tmp_path: Path) -> None:
    write(tmp_path, ".tin/a.txt")
    assert names(tmp_path / ".tin") == ["a.txt"]


def test_a_root_may_be_a_file(tmp_path: Path) -> None:
    write(tmp_path, "tin/a.txt")
    assert list(find_files([tmp_path / "tin/a.txt"])) == [(tmp_path / "tin/a.txt", "a.txt")]


def test_a_file_under_two_roots_is_found_once(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "tin/b.txt")
    assert names(tmp_path, tmp_path / "tin", tmp_path / "a.txt") == ["a.txt", "tin/b.txt"]


def test_links_out_of_the_root_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "secret/key.txt", "corpus/a.txt")
    (tmp_path / "corpus/key.txt").symlink_to(tmp_path / "secret/key.txt")
    (tmp_path / "corpus/folder").symlink_to(tmp_path / "secret")
    assert names(tmp_path / "corpus") == ["a.txt"]


def test_links_within_the_root_do_not_show_a_file_twice(tmp_path: Path) -> None:
    write(tmp_path, "b.txt")
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "again").symlink_to(tmp_path)
    assert names(tmp_path) == ["b.txt"]


def test_files_that_a_mounted_volume_shows_by_links_are_found(tmp_path: Path) -> None:
    write(tmp_path, "..2024/a.txt")
    (tmp_path / "..data").symlink_to("..2024")
    (tmp_path / "a.txt").symlink_to("..data/a.txt")
    assert names(tmp_path) == ["a.txt"]


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, "tin/a.txt")
    (tmp_path / "corpus").symlink_to(tmp_path / "tin")
    assert names(tmp_path / "corpus") == ["a.txt"]


def test_a_missing_root_is_an_error_with_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such file or folder; create it, or name another"):
        names(tmp_path / "nowhere")


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    assert names(tmp_path) == []


def test_pipes_are_passed_over_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert names(tmp_path) == []
    with pytest.raises(UnreadableFile, match=r"^pipe\.txt: not a regular file"):
        load_file(tmp_path / "pipe.txt", "pipe.txt")


def test_a_name_that_is_no_utf8_can_still_be_stored(tmp_path: Path) -> None:
    write(tmp_path, os.fsdecode(b"tin\xff.txt"))
    ((path, name),) = find_files([tmp_path])
    assert name.encode() == b"tin\\xff.txt"
    assert load_file(path, name).articles[0].id == "tin\\xff.txt"


def test_a_file_at_the_limit_is_read_and_one_beyond_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a" * 10)
    assert load_file(path, "a.txt", max_bytes=10).articles[0].text == "a" * 10
    with pytest.raises(OversizedFile, match=r"^a\.txt: larger than 9 bytes; split it"):
        load_file(path, "a.txt", max_bytes=9)


@pytest.mark.parametrize("content", [b"", b" \n\t", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_blank_file_is_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(EmptyFile):
        load_file(path, "a.txt")


def test_an_unsupported_file_is_not_even_opened(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFile):
        load_file(tmp_path / "nowhere.xlsx", "nowhere.xlsx")


def test_a_file_that_vanished_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"^a\.txt: No such file or directory; check"):
        load_file(tmp_path / "a.txt", "a.txt")


def test_a_folder_named_like_a_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(UnreadableFile, match=r"^a\.txt: "):
        load_file(tmp_path / "a.txt", "a.txt")
