"""Chat spelling: the short forms that Vietnamese is typed with on a phone.

`chat.tsv` holds one of them a line, with the words it can mean, likeliest first. Forms that are
ordinary syllables as well ("hoc", "bit") are left out unless hardly anybody means the syllable.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from retrieval.language.tables import read_alternatives


@cache
def chat_spellings() -> dict[str, tuple[str, ...]]:
    """Every short form, in lower case, with what it can mean.

    >>> chat_spellings()["bn"]
    ('bao nhiêu', 'bạn')
    """
    return dict(read_alternatives("chat.tsv"))


def alternatives(word: str) -> tuple[str, ...]:
    """What a word of chat spelling can mean, likeliest first; nothing for any other word.

    >>> alternatives("Ko"), alternatives("ntn"), alternatives("không")
    (('không',), ('như thế nào',), ())
    """
    return chat_spellings().get(unicodedata.normalize("NFC", word).lower(), ())
