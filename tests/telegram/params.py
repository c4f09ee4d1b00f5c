"""The parameters of a request, read as the Bot API reads them.

Params({"chat_id": "7", "text": "xin chào"}).integer("chat_id") -> 7
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.telegram.errors import bad_request


@dataclass(frozen=True)
class Upload:
    """A file that came with the request."""

    name: str
    mime_type: str
    content: bytes


class Params:
    """Texts and files by name; every reader gives a default or Telegram's refusal."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, Upload] | None = None):
        self.values = dict(values)
        self.files = dict(files or {})

    def text(self, name: str) -> str:
        """The value as text, "" when it is absent."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str) -> int | None:
        """The value as a number, None when it is absent or none."""
        try:
            return int(self.text(name))
        except ValueError:
            return None

    def flag(self, name: str) -> bool:
        """True for true, yes and 1, in any case."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def json(self, name: str, what: str) -> Any:
        """The value read as JSON, None when it is absent; `what` names it in the refusal."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def record(self) -> dict[str, Any]:
        """All of it for the record, JSON values read, files by name."""
        return {name: _read(value) for name, value in self.values.items()} | {
            name: upload.name for name, upload in self.files.items()
        }


def _read(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
