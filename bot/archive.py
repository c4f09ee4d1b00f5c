"""A file of files that can be trusted: whole, or refused before anything is done with it.

A zip whose member `manifest.json` names every other with its size and SHA-256. What is not
exactly as that says, would be written anywhere but below its folder, or would grow out of
proportion, is refused; links, encryption and rare compressions are not even known.

with beside(file) as stream: pack(stream, [("articles/a.txt", Path("a.txt"))])
with ZipFile(file) as archive:
    for member in checked(archive, is_ours): unpack(archive, member, folder / member.name)
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final

from retrieval.errors import HoiBaoError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
PRIVATE: Final = 0o600  # the journal holds questions
CHUNK: Final = 1 << 20
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # of every member: the same files make the same bytes

# What an archive may ask for, so that a hostile one is refused before it fills the disk.
MOST_MEMBERS: Final = 1_000_000
LARGEST_MANIFEST: Final = 1 << 26  # bytes
MOST_GROWTH: Final = 200  # bytes for each byte of the archive,
FREE_GROWTH: Final = 1 << 26  # beyond so many
LONGEST_NAME: Final = 255  # bytes of a part of a name
STORED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class BackupError(HoiBaoError):
    """An archive that cannot be written, read, or restored."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its size in bytes, and the SHA-256 of its content."""

    name: str
    size: int
    sha256: str


def pack(stream: IO[bytes], contents: Iterable[tuple[str, Path]]) -> list[Member]:
    """Write an archive of those files, by the names they are to have in it."""
    members = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in contents:
            # one that is gone since it was listed is not there to be saved
            with suppress(FileNotFoundError):
                members.append(_add(archive, name, path))
        archive.writestr(zipfile.ZipInfo(MANIFEST, EPOCH), _manifest(members))
    return members


def is_archive(file: Path) -> bool:
    """Whether it looks like one of ours."""
    try:
        with zipfile.ZipFile(file) as archive:
            return MANIFEST in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def checked(archive: zipfile.ZipFile, is_ours: Callable[[str], bool]) -> list[Member]:
    """What the manifest names, when just that is in the archive, and no more than may be.

    Nothing of the members was read then. Raises BackupError.
    """
    infos = {info.filename: info for info in archive.infolist()}
    members = _named(archive, infos.get(MANIFEST))
    if sorted([MANIFEST, *(one.name for one in members)]) != sorted(archive.namelist()):
        raise not_whole(archive, "its members are not those that its manifest names")
    for member in members:
        info = infos[member.name]
        is_encrypted = bool(info.flag_bits & 1)
        if info.file_size != member.size or info.compress_type not in STORED or is_encrypted:
            raise not_whole(archive, f"{member.name!r} is not as its manifest says")
        is_file = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
        if not (is_file and is_safe(member.name) and is_ours(member.name)):
            raise not_whole(archive, f"{member.name!r} may not be in a backup")
    total = sum(member.size for member in members)
    if total > FREE_GROWTH + MOST_GROWTH * Path(str(archive.filename)).stat().st_size:
        raise not_whole(archive, f"it would grow to {total:,} bytes")
    return members


def is_safe(name: str) -> bool:
    """Whether a member may be written: somewhere below its folder, and hidden from nobody.

    >>> is_safe("articles/xa/tin.txt"), is_safe("articles/../tin.txt")
    (True, False)
    """
    separators = {os.sep, os.altsep} - {"/", None}
    return all(
        part
        and not part.startswith(".")
        and not separators.intersection(part)
        and len(part.encode("utf-8", "surrogatepass")) <= LONGEST_NAME
        for part in name.split("/")
    )


def unpack(archive: zipfile.ZipFile, member: Member, target: Path) -> None:
    """A member's bytes into a new file, as many as were announced, and the very same."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), member.size
    with archive.open(member.name) as source, target.open("xb") as sink:
        while left and (piece := source.read(min(CHUNK, left))):
            sink.write(piece)
            digest.update(piece)
            left -= len(piece)
        if left or source.read(1) or digest.hexdigest() != member.sha256:
            raise not_whole(archive, f"{member.name!r} is damaged")
        sink.flush()
        os.fsync(sink.fileno())


@contextmanager
def beside(file: Path) -> Iterator[IO[bytes]]:
    """A file that takes another's place when all of it is on the disk, or never."""
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-", delete=False) as stream:
        part = Path(stream.name)
        try:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            part.chmod(PRIVATE)
            part.replace(file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def not_whole(archive: zipfile.ZipFile, cause: str) -> BackupError:
    """What is wrong with an archive."""
    return BackupError(str(archive.filename), cause, "take another backup; nothing was changed")


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> Member:
    """A file as it is while it is read, whatever is done to it meanwhile."""
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        while piece := source.read(CHUNK):
            target.write(piece)
            digest.update(piece)
            size += len(piece)
    return Member(name, size, digest.hexdigest())


def _manifest(members: Iterable[Member]) -> str:
    told = {
        "hoibao": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "members": {one.name: {"size": one.size, "sha256": one.sha256} for one in members},
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _named(archive: zipfile.ZipFile, info: zipfile.ZipInfo | None) -> list[Member]:
    if info is None or info.file_size > LARGEST_MANIFEST or info.compress_type not in STORED:
        raise not_whole(archive, "it has no manifest")
    try:
        with archive.open(info) as stream:
            told = json.loads(stream.read(LARGEST_MANIFEST))
        found = told["hoibao"]
        members = [
            Member(str(name), int(one["size"]), str(one["sha256"]))
            for name, one in told["members"].items()
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, RuntimeError):
        raise not_whole(archive, "its manifest cannot be read") from None
    if found != FORMAT:
        raise not_whole(archive, f"it has format {found!r}, this version reads {FORMAT}")
    if len(members) > MOST_MEMBERS:
        raise not_whole(archive, f"it has {len(members):,} members")
    return members
