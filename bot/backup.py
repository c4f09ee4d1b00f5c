"""All that cannot be made anew, in one file: the articles, the state, and the settings.

The index is not in it, since it is made from the articles; nor are secrets, nor where things lie
on this machine.

back_up(settings, Path("hoibao.zip")) -> Saved(files=12, bytes=48211)
restore(settings, Path("hoibao.zip"), force=False) -> Restored(articles=10, …)
"""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bot.archive import PRIVATE, BackupError, Member, beside, checked, is_archive, pack, unpack
from bot.settings import PREFIX, Settings
from bot.shelf import HIDDEN
from bot.state import sole_user
from retrieval.articles import find_files
from retrieval.errors import HoiBaoError

ARTICLES: Final = "articles/"
STATE: Final = "bot.sqlite"
SETTINGS: Final = "settings.env"
DOTENV: Final = Path(".env")
STAGING: Final = "restore-"

# where this machine keeps things, and what only this machine may know
LEFT_OUT: Final = ("corpus", "index", "state", "telegram_token", "webhook_secret")


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds: how many files, of how many bytes."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: how many articles' files and whether a state and settings came back.

    `moved` is where that is now which was there before.
    """

    articles: int
    state: bool
    settings: bool
    moved: tuple[Path, ...]


def back_up(settings: Settings, file: Path) -> Saved:
    """Write everything into `file`, which is whole or as it was before; a bot may run meanwhile.

    Raises BackupError when it cannot be written or is something else, CorpusError when there is
    no folder of articles.
    """
    if file.exists() and not is_archive(file):
        raise BackupError(str(file), "there is a file that is no backup", "name another one")
    try:
        with beside(file) as stream, TemporaryDirectory() as folder:
            members = pack(stream, _contents(settings, Path(folder)))
    except OSError as error:
        cause = f"it cannot be written ({error.strerror or error})"
        raise BackupError(str(file), cause, "make room, or name another place") from error
    return Saved(len(members), sum(member.size for member in members))


def restore(settings: Settings, file: Path, *, force: bool) -> Restored:
    """Put back what an archive holds, once all of it was found to be whole.

    Articles and a state that are there already are moved aside, and only with `force`. Raises
    BackupError, and changes nothing, when the archive is not as it should be or something is in
    the way; SettingsError when a bot runs.
    """
    try:
        with sole_user(settings.state), zipfile.ZipFile(file) as archive:
            members = checked(archive, _is_ours)
            if not force:
                _refuse_to_replace(settings, members)
            return _restored(settings, archive, members)
    except HoiBaoError:
        raise
    except OSError as error:
        cause = f"it cannot be restored ({error.strerror or error})"
        raise BackupError(error.filename or str(file), cause, "mend that and try again") from error
    except Exception as error:
        # zipfile meets any bytes here, and fails in more ways than it documents
        cause = f"it is no backup, or damaged ({type(error).__name__}: {error})"
        raise BackupError(str(file), cause, "take another backup; nothing was changed") from error


def _contents(settings: Settings, folder: Path) -> Iterator[tuple[str, Path]]:
    for path, _ in find_files([settings.corpus]):
        yield ARTICLES + _stored_name(path.relative_to(settings.corpus)), path
    if settings.state.exists():
        yield STATE, _copied_state(settings.state, folder / STATE)
    told = folder / SETTINGS
    told.write_text(_told(settings), encoding="utf-8")
    yield SETTINGS, told


def _stored_name(relative: Path) -> str:
    """A file's own name, whatever signs it has; only bytes that are no UTF-8 are spelled out."""
    name = relative.as_posix().encode("utf-8", "surrogateescape")
    return name.decode("utf-8", "backslashreplace")


def _copied_state(state: Path, copy: Path) -> Path:
    """The state as of one moment, without what is only for this run of the bot."""
    try:
        with closing(sqlite3.connect(state)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
            with suppress(sqlite3.OperationalError):  # no such table
                target.execute("DELETE FROM receipts")
            target.commit()
    except sqlite3.Error as error:
        cause = f"it cannot be read ({error})"
        raise BackupError(str(state), cause, "mend it, or move it away") from error
    return copy


def _told(settings: Settings) -> str:
    """The settings that are not the defaults, as a file `.env` has them."""
    told = settings.model_dump(exclude=set(LEFT_OUT), exclude_defaults=True)
    lines = [f"{PREFIX}{name.upper()}={_shown(value)}\n" for name, value in told.items()]
    return "".join(["# add the token, and the secret of a webhook: no backup has them\n", *lines])


def _shown(value: Any) -> str:
    if isinstance(value, frozenset):
        return ",".join(map(str, sorted(value)))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_ours(name: str) -> bool:
    return name in (STATE, SETTINGS) or name.startswith(ARTICLES)


def _refuse_to_replace(settings: Settings, members: Sequence[Member]) -> None:
    in_the_way: list[Path] = []
    if settings.corpus.exists():
        in_the_way += [path for path, _ in find_files([settings.corpus])][:1]
    if settings.state.exists() and any(member.name == STATE for member in members):
        in_the_way.append(settings.state)
    if in_the_way:
        next_step = "--force puts aside what is there"
        raise BackupError(str(in_the_way[0]), "it is there already", next_step)


def _restored(settings: Settings, archive: zipfile.ZipFile, members: Sequence[Member]) -> Restored:
    hidden = settings.corpus / HIDDEN
    hidden.mkdir(parents=True, exist_ok=True)
    for left in hidden.glob(f"{STAGING}*"):  # by one that was cut off
        shutil.rmtree(left)
    # beside where it goes, so that it is put there by renaming
    with (
        TemporaryDirectory(prefix=STAGING, dir=hidden) as articles,
        TemporaryDirectory(prefix=f".{STAGING}", dir=settings.state.parent) as others,
    ):
        _need_room(hidden, sum(member.size for member in members))
        for member in members:
            folder = articles if member.name.startswith(ARTICLES) else others
            unpack(archive, member, Path(folder, member.name.removeprefix(ARTICLES)))
        _check_state(Path(others, STATE))
        return _put_back(settings, Path(articles), Path(others))


def _need_room(folder: Path, size: int) -> None:
    if shutil.disk_usage(folder).free < size:
        raise BackupError(str(folder), f"no room for {size:,} bytes", "make room first")


def _check_state(state: Path) -> None:
    if not state.exists():
        return
    try:
        with closing(sqlite3.connect(state)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
            kinds = {kind for (kind,) in connection.execute("SELECT type FROM sqlite_master")}
    except sqlite3.Error as error:
        found, kinds = str(error), set()
    # a trigger or a view would act when the bot writes
    if found != "ok" or not kinds <= {"table", "index"}:
        next_step = "take another backup; nothing was changed"
        raise BackupError(STATE, f"the state in it is damaged ({found})", next_step)


def _put_back(settings: Settings, articles: Path, others: Path) -> Restored:
    """By renaming alone: what was there is aside before anything takes its place."""
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    moved = _moved_articles(settings.corpus, now)
    count = sum(path.is_file() for path in articles.rglob("*"))
    for path in list(articles.iterdir()):
        path.rename(settings.corpus / path.name)
    has_state = (others / STATE).exists()
    if has_state:
        moved += _moved_state(settings.state, now)
        (others / STATE).chmod(PRIVATE)
        (others / STATE).rename(settings.state)
    return Restored(count, has_state, _put_settings(others / SETTINGS), tuple(moved))


def _moved_articles(corpus: Path, now: str) -> list[Path]:
    """Puts aside all that is in the corpus, what was hidden there to be undone included."""
    hidden = corpus / HIDDEN
    before = hidden / f"before-{now}"
    changes = [path for path in hidden.iterdir() if path.is_file()]
    for path in [*(one for one in corpus.iterdir() if one != hidden), *changes]:
        before.mkdir(exist_ok=True)
        path.rename(before / path.name)
    return [before] if before.exists() else []


def _moved_state(state: Path, now: str) -> list[Path]:
    aside = state.with_name(f"{state.name}.before-{now}")
    for ending in ("", "-wal", "-shm"):  # SQLite's log goes with its file
        beside_it = state.with_name(state.name + ending)
        if beside_it.exists():
            beside_it.rename(f"{aside}{ending}")
    return [aside] if aside.exists() else []


def _put_settings(told: Path) -> bool:
    """Into `.env`, unless there is one: that may hold the token."""
    if DOTENV.exists() or not told.exists():
        return False
    shutil.copyfile(told, DOTENV)
    DOTENV.chmod(PRIVATE)
    return True
