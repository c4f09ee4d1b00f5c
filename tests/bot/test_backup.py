"""A backup holds all that cannot be made anew; a restore takes nothing else, and loses nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import zipfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from bot.archive import BackupError
from bot.backup import ARTICLES, SETTINGS, STATE, back_up, restore
from bot.cli import main
from bot.journal import Journal
from bot.preferences import Preferences
from bot.settings import Settings
from bot.shelf import HIDDEN, Shelf
from bot.state import sole_user
from retrieval.articles import find_files
from retrieval.errors import SettingsError
from retrieval.model import Abstention, Answer
from tests.bot.running import YEN_PHUC

TOKEN = "123456:secret-token"
FILES = {"a.txt": "Bài a", "xa/Chợ phiên.txt": "Bài chợ", "dòng\nmới.txt": "Tên lạ"}
GAP = Answer("Giá vàng hôm nay?", (), 0.0, Abstention.NO_MATCH)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings_in(folder: Path, **more: object) -> Settings:
    return Settings(corpus=folder / "articles", state=folder / "bot.sqlite", **more)


@pytest.fixture
def ours(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path / "ours", telegram_token=TOKEN, admin_ids="12,34", watch=True)
    fill(settings, FILES)
    return settings


def fill(settings: Settings, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = settings.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    journal = Journal(settings.state, 30)
    journal.record(7, GAP, 8.0)
    journal.close()


def texts(settings: Settings) -> dict[str, str]:
    found = (path for path, _ in find_files([settings.corpus]))
    names = {path: path.relative_to(settings.corpus).as_posix() for path in found}
    return {name: path.read_text(encoding="utf-8") for path, name in names.items()}


def gaps(settings: Settings) -> list[tuple[str, int]]:
    journal = Journal(settings.state, 30)
    try:
        return journal.unanswered()
    finally:
        journal.close()


def snapshot(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files if not path.name.endswith(".lock")}


def test_what_was_saved_is_restored_elsewhere(ours: Settings, tmp_path: Path) -> None:
    saved = back_up(ours, tmp_path / "b.zip")
    assert saved.files == len(FILES) + 2
    there = settings_in(tmp_path / "there")
    done = restore(there, tmp_path / "b.zip", force=False)
    assert (done.articles, done.state, done.settings, done.moved) == (3, True, True, ())
    assert texts(there) == FILES
    assert gaps(there) == [("Giá vàng hôm nay?", 1)]
    assert Settings().admin_ids == {12, 34}  # from the .env that was written
    assert Settings().watch
    # nothing that was needed on the way is left
    assert not list(there.corpus.glob(f"{HIDDEN}/*"))


def test_no_secret_is_in_a_backup_and_only_its_owner_may_read_it(
    ours: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "b.zip"
    back_up(ours, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert TOKEN.encode() not in content
    assert str(tmp_path).encode() not in content


def test_the_manifest_has_the_size_and_hash_of_every_member(ours: Settings, tmp_path: Path) -> None:
    back_up(ours, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        told = json.loads(archive.read("manifest.json"))["members"]
        assert {*told, "manifest.json"} == set(archive.namelist())
        for name, one in told.items():
            content = archive.read(name)
            assert one == {"size": len(content), "sha256": sha256(content).hexdigest()}


def test_a_backup_of_a_bot_that_writes_holds_one_moment_of_its_state(
    ours: Settings, tmp_path: Path
) -> None:
    stop = threading.Event()
    preferences = Preferences(ours.state)

    def choose() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            preferences.choose(number, "en")

    writer = threading.Thread(target=choose)
    writer.start()
    try:
        for number in range(5):
            back_up(ours, tmp_path / f"{number}.zip")
    finally:
        stop.set()
        writer.join()
        preferences.close()
    for number in range(5):
        there = settings_in(tmp_path / str(number))
        restore(there, tmp_path / f"{number}.zip", force=False)
        with closing(sqlite3.connect(there.state)) as connection:
            rows = connection.execute("SELECT COUNT(*), MAX(chat) FROM language").fetchone()
        assert rows in ((0, None), (rows[0], rows[0]))


def test_a_backup_replaces_an_older_one_and_nothing_else(ours: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    back_up(ours, file)
    back_up(ours, file)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(BackupError, match="no backup"):
        back_up(ours, tmp_path / "letter.txt")
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_a_backup_that_is_cut_off_leaves_the_one_before(ours: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    back_up(ours, file)
    before = file.read_bytes()
    ours.state.write_bytes(b"no database" * 1000)
    with pytest.raises(BackupError):
        back_up(ours, file)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "ours"]


def test_nothing_is_replaced_without_force(ours: Settings, tmp_path: Path) -> None:
    back_up(ours, tmp_path / "b.zip")
    there = settings_in(tmp_path / "there")
    fill(there, {"mine.txt": "Của tôi"})
    before = snapshot(tmp_path / "there")
    with pytest.raises(BackupError, match="there already; --force"):
        restore(there, tmp_path / "b.zip", force=False)
    assert snapshot(tmp_path / "there") == before


def test_with_force_what_was_there_is_put_aside(ours: Settings, tmp_path: Path) -> None:
    back_up(ours, tmp_path / "b.zip")
    there = settings_in(tmp_path / "there")
    fill(there, {"mine.txt": "Của tôi"})
    (tmp_path / ".env").write_text("HOIBAO_TELEGRAM_TOKEN=1:mine\n")
    Shelf(there.corpus).add(b"Tin.", "tin.txt", YEN_PHUC)
    old_state = there.state.read_bytes()
    done = restore(there, tmp_path / "b.zip", force=True)
    assert texts(there) == FILES
    assert Shelf(there.corpus).last() is None  # an undo would reach into what is restored
    articles, state = done.moved
    assert (articles / "mine.txt").read_text(encoding="utf-8") == "Của tôi"
    assert state.read_bytes() == old_state
    assert not done.settings
    assert (tmp_path / ".env").read_text() == "HOIBAO_TELEGRAM_TOKEN=1:mine\n"


def test_nothing_is_restored_under_a_running_bot(ours: Settings, tmp_path: Path) -> None:
    back_up(ours, tmp_path / "b.zip")
    with sole_user(ours.state), pytest.raises(SettingsError, match="stop that one first"):
        restore(ours, tmp_path / "b.zip", force=True)
    assert texts(ours) == FILES


def rewritten(
    file: Path, changes: dict[str, bytes | None], *, honest: bool = True, size: int | None = None
) -> None:
    """The archive with other members; `honest`: its manifest tells of them, but for a size."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(members.pop("manifest.json"))
    for name, content in changes.items():
        if content is None:
            members.pop(name)
        else:
            members[name] = content
    if honest:
        told["members"] = {
            name: {"size": size or len(content), "sha256": sha256(content).hexdigest()}
            for name, content in members.items()
        }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(told))


def refused(ours: Settings, tmp_path: Path) -> str:
    """Why an archive is refused, once it is known that nothing was changed by it."""
    there = settings_in(tmp_path / "there")
    fill(there, {"mine.txt": "Của tôi"})
    before = snapshot(tmp_path)
    with pytest.raises(BackupError) as error:
        restore(there, tmp_path / "b.zip", force=True)
    assert snapshot(tmp_path) == before
    return str(error.value)


@pytest.mark.parametrize(
    "name",
    [
        f"{ARTICLES}../../outside.txt",
        "../outside.txt",
        "/tmp/outside.txt",
        f"{ARTICLES}/outside.txt",
        f"{ARTICLES}.hidden",
        f"{ARTICLES}{HIDDEN}/last-change.json",
        f"{ARTICLES}xa//tin.txt",
        f"{ARTICLES}{'a' * 300}.txt",
        "bot.sqlite-wal",
        "somewhere/else.txt",
    ],
)
def test_a_member_that_would_be_written_elsewhere_is_refused(
    ours: Settings, tmp_path: Path, name: str
) -> None:
    back_up(ours, tmp_path / "b.zip")
    rewritten(tmp_path / "b.zip", {name: b"x"})
    assert "may not be in a backup" in refused(ours, tmp_path)


def test_a_link_is_refused(ours: Settings, tmp_path: Path) -> None:
    back_up(ours, tmp_path / "b.zip")
    rewritten(tmp_path / "b.zip", {f"{ARTICLES}a.txt": b"/etc/passwd"})
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for info, data in members:
            if info.filename == f"{ARTICLES}a.txt":
                info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, data)
    assert "may not be in a backup" in refused(ours, tmp_path)


@pytest.mark.parametrize(
    ("size", "why"), [(None, "it would grow to"), (5, "not as its manifest says")]
)
def test_a_bomb_is_refused(ours: Settings, tmp_path: Path, size: int | None, why: str) -> None:
    back_up(ours, tmp_path / "b.zip")
    rewritten(tmp_path / "b.zip", {f"{ARTICLES}bomb.txt": b"\0" * (1 << 27)}, size=size)
    assert why in refused(ours, tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {f"{ARTICLES}a.txt": b"other"},  # another size
        {f"{ARTICLES}a.txt": b"B\xc3\xa0i b"},  # the same size
        {f"{ARTICLES}more.txt": b"not announced"},
        {SETTINGS: None},
        {STATE: None},
    ],
)
def test_what_is_not_as_the_manifest_says_is_refused(
    ours: Settings, tmp_path: Path, changes: dict[str, bytes | None]
) -> None:
    back_up(ours, tmp_path / "b.zip")
    rewritten(tmp_path / "b.zip", changes, honest=False)
    assert "nothing was changed" in refused(ours, tmp_path)


def test_a_state_that_is_damaged_or_would_act_by_itself_is_refused(
    ours: Settings, tmp_path: Path
) -> None:
    evil = tmp_path / "evil.sqlite"
    with closing(sqlite3.connect(evil)) as connection:
        connection.execute("CREATE TABLE language (chat, code)")
        connection.execute(
            "CREATE TRIGGER t AFTER INSERT ON language BEGIN DELETE FROM language; END"
        )
        connection.commit()
    for content in (b"no database" * 1000, evil.read_bytes()):
        back_up(ours, tmp_path / "b.zip")
        rewritten(tmp_path / "b.zip", {STATE: content})
        assert "the state in it is damaged" in refused(ours, tmp_path)
        (tmp_path / "b.zip").unlink()


def test_no_cut_or_flipped_byte_of_an_archive_gets_through(ours: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    back_up(ours, file)
    whole = file.read_bytes()
    step = max(1, len(whole) // 150)
    for number, place in enumerate(range(0, len(whole), step)):
        broken = (
            whole[:place]
            if number % 2
            else (whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        )
        file.write_bytes(broken)
        there = settings_in(tmp_path / f"there{number}")
        try:
            restore(there, file, force=False)
        except BackupError:
            assert not there.state.exists()
            assert not texts(there) if there.corpus.exists() else True
        else:  # a byte that means nothing: of a date, say
            assert texts(there) == FILES


def test_a_restore_killed_at_any_moment_loses_nothing(ours: Settings, tmp_path: Path) -> None:
    """Killed before each of its renames in turn; then what was there and what came is all there."""
    back_up(ours, tmp_path / "b.zip")
    program = """
import os, sys
from pathlib import Path
left = int(sys.argv[1])
def counted(plain):
    def act(*arguments):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return plain(*arguments)
    return act
Path.rename = counted(Path.rename)
from bot.backup import restore
from bot.settings import Settings
folder = Path(sys.argv[2])
settings = Settings(corpus=folder / "articles", state=folder / "bot.sqlite")
restore(settings, Path("b.zip"), force=True)
"""
    status, renames = 9, 0
    while status == 9:
        there = settings_in(tmp_path / f"there{renames}")
        fill(there, {"mine.txt": "Của tôi", "xa/cua-toi.txt": "Cũng của tôi"})
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-c", program, str(renames), str(there.corpus.parent)]
        status = subprocess.run(command, env=environment, check=False).returncode
        kept = {path.name for path in there.corpus.rglob("*.txt")}
        assert {"mine.txt", "cua-toi.txt"} <= kept
        states = there.state.parent.glob("bot.sqlite*")
        assert [path for path in states if not path.name.endswith((".lock", "-wal", "-shm"))]
        restore(there, tmp_path / "b.zip", force=True)
        assert texts(there) == FILES
        renames += 1
    assert status == 0
    assert renames > 5


def test_the_commands_say_what_they_did_and_end_with_their_status(
    ours: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOIBAO_STATE", str(ours.state))
    places = ["--corpus", str(ours.corpus)]
    assert main(["backup", "b.zip", *places]) == 0
    assert capsys.readouterr().out.startswith("b.zip: 5 files, ")
    assert main(["restore", "b.zip", *places]) == 2
    assert "it is there already; --force" in capsys.readouterr().err
    assert main(["restore", "b.zip", "--force", *places]) == 0
    told = capsys.readouterr().out
    assert f"3 files in {ours.corpus}" in told
    assert told.count("put aside: ") == 2
    assert texts(ours) == FILES
    assert main(["restore", "missing.zip", *places]) == 2
    assert "missing.zip: it cannot be restored (No such file" in capsys.readouterr().err
