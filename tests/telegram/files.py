"""Files: what the Bot API tells of them, and getFile."""

from __future__ import annotations

import struct

from tests.telegram.errors import bad_request
from tests.telegram.model import Json, StoredFile
from tests.telegram.params import Params
from tests.telegram.state import State

DOWNLOAD_BYTES = 20 * 2**20
PHOTO_BYTES = 10 * 2**20
_PNG = b"\x89PNG\r\n\x1a\n"
_PHOTO_EDGES = 10_000  # width and height together
_PHOTO_RATIO = 20


def document_json(file: StoredFile) -> Json:
    """As the Bot API writes a Document."""
    return file.json() | {"file_name": file.name, "mime_type": file.mime_type}


def voice_json(file: StoredFile, seconds: int) -> Json:
    """As the Bot API writes a Voice."""
    return file.json() | {"duration": seconds, "mime_type": "audio/ogg"}


def photo_json(file: StoredFile) -> Json:
    """As the Bot API writes a PhotoSize; Refusal where Telegram cannot show the picture."""
    width, height = _picture_size(file.content)
    if width + height > _PHOTO_EDGES or max(width, height) > _PHOTO_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return file.json() | {"width": width, "height": height}


def _picture_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG or JPEG."""
    if content.startswith(_PNG) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    at = 2 if content.startswith(b"\xff\xd8") else len(content)
    while at + 9 <= len(content):
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a start of frame
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    raise bad_request("IMAGE_PROCESS_FAILED")


def get_file(state: State, params: Params) -> Json:
    file_id = params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    if file_id not in state.files:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    file = state.files[file_id]
    if file.json()["file_size"] > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return file.json() | {"file_path": file.path}
