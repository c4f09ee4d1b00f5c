"""What stands around a quote in its article.

near("Một. Hai. Ba.", Span(5, 9)) -> Span(0, 13)
"""

from __future__ import annotations

import re
from typing import Final

from retrieval.model import Span

NEAR: Final = 300  # characters on each side; about two sentences
FAR: Final = 1000  # characters on each side; a message holds about 4,000

# where a sentence ends, roughly: this only decides how much is shown
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|\n")


def near(text: str, span: Span) -> Span:
    """The span with its neighbouring sentences.

    >>> text = "Một. " * 100 + "Hai. " + "Ba. " * 100
    >>> near(text, Span(500, 504))
    Span(start=205, end=800)
    """
    return _widen(text, span, NEAR)


def paragraph(text: str, span: Span) -> Span:
    """The span with the rest of its lines, or as much of them as fits into a message.

    >>> paragraph("Một.\\nHai. Ba.\\nBốn.", Span(5, 9)).of("Một.\\nHai. Ba.\\nBốn.")
    'Hai. Ba.'
    """
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    whole = Span(start, end if end >= 0 else len(text))
    most = _widen(text, span, FAR)
    return _without_margins(
        text, Span(max(whole.start, most.start), min(whole.end, most.end)), span
    )


def _widen(text: str, span: Span, by: int) -> Span:
    """The span grown by at most that many characters each way, to where a sentence begins or ends.

    Where no sentence does, to where a word does.
    """
    before = text[max(0, span.start - by) : span.start]
    after = text[span.end : span.end + by]
    start, end = span.start - len(before), span.end + len(after)
    if start > 0:
        first = _END.search(before) or re.search(r"(?=\s)", before)
        start += first.end() if first else len(before)
    if end < len(text):
        ends = [match.end() for match in _END.finditer(after)]
        ends = ends or [match.start() for match in re.finditer(r"\s", after)]
        end = span.end + (ends[-1] if ends else 0)
    return _without_margins(text, Span(start, end), span)


def _without_margins(text: str, wide: Span, span: Span) -> Span:
    """The wide span without white space at its ends, but never less than the span."""
    shown = wide.of(text)
    start = wide.start + len(shown) - len(shown.lstrip())
    end = wide.end - len(shown) + len(shown.rstrip())
    return Span(min(start, span.start), max(end, span.end))
