"""A state of the postings: which segments there are, and which of their documents are gone."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.engines.segments import SegmentInfo
from retrieval.errors import IndexDamaged

_REBUILD = "run `hoibao index` to rebuild it from the corpus"


@dataclass(frozen=True, slots=True)
class Member:
    """A segment of a state, with the ranges of its documents that are given up."""

    info: SegmentInfo
    dead: tuple[tuple[int, int], ...] = ()

    def alive(self) -> NDArray[np.bool_]:
        """Of each document, whether it was not given up."""
        alive = np.ones(self.info.documents, dtype=bool)
        for first, last in self.dead:
            alive[first:last] = False
        return alive


def write_state(members: Sequence[Member]) -> str:
    """The segments as text, with a checksum."""
    text = json.dumps([[asdict(member.info), member.dead] for member in members])
    return f"{zlib.crc32(text.encode()):08x} {text}"


def read_state(folder: Path, state: str) -> list[Member]:
    """The segments that `write_state` wrote. Raises IndexDamaged."""
    checksum, _, text = state.partition(" ")
    if checksum != f"{zlib.crc32(text.encode()):08x}":
        raise IndexDamaged(str(folder), "the list of its segments is damaged", _REBUILD)
    return [
        Member(SegmentInfo(**info), tuple((first, last) for first, last in dead))
        for info, dead in json.loads(text)
    ]
