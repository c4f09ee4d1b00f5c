"""Finds the passage of a Vietnamese corpus that answers a question, and quotes it.

>>> from retrieval import open_index
>>> open_index(path).ask("Ai là Bí thư Đảng uỷ xã Yên Phúc?").quotes[0].text  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.answering import Index as Index
    from retrieval.answering import open_index as open_index
    from retrieval.building import is_stale as is_stale
    from retrieval.building import update_index as update_index
    from retrieval.database import read_status as read_status

# Imported when first used, so that who only asks for the status pays for nothing else.
_HOMES = {
    "Index": "retrieval.answering",
    "open_index": "retrieval.answering",
    "is_stale": "retrieval.building",
    "update_index": "retrieval.building",
    "read_status": "retrieval.database",
}
__all__ = ["Index", "is_stale", "open_index", "read_status", "update_index"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
