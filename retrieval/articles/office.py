"""What office programs write into a file's properties by themselves, and so says nothing."""

from __future__ import annotations

import re

_AUTHORS = re.compile(
    r"admin(?:istrator)?|(?:windows |microsoft (?:office )?|office )?user|owner|guest|home|unknown|"
    r"anonymous|none|pc|computer|laptop|hp|dell|asus|acer|lenovo|microsoft|windows|python-docx",
    re.IGNORECASE,
)
_TITLES = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b.*|word document|untitled.*|document\d*|"
    r"powerpoint presentation|.*\.(?:docx?|pdf|odt|rtf|txt|indd|tmp)",
    re.IGNORECASE,
)


def real_author(value: str | None) -> str | None:
    """The author, unless it is a placeholder: "Admin" -> None, "Thanh Đàn" -> "Thanh Đàn"."""
    author = (value or "").strip()
    return None if _AUTHORS.fullmatch(author) else author or None


def real_title(value: str | None) -> str | None:
    """The title, unless it is a placeholder: "Microsoft Word - tin.doc" -> None."""
    title = (value or "").strip()
    return None if _TITLES.fullmatch(title) else title or None
