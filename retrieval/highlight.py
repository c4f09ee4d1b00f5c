"""Question + quote → spans of the answer inside the quote; none rather than the wrong words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from retrieval.language.questions import AnswerType, answer_type
from retrieval.model import Span
from retrieval.text import Token, exact, tokens

_MAX_DISTANCE = 4  # syllables between the answer and the question's words around it
_NUMBER = re.compile(
    r"(?:khoảng |hơn |gần |trên |dưới )?\d+(?:[.,]\d+)*(?:\s?%| phần trăm| (?:nghìn|triệu|tỷ|tỉ))?"
    r"(?: (?:đồng|người|năm|tháng|ngày|giờ|phút|giây|km²?|m²?|kg|tấn|ha|héc-ta|lần|con|hộ|xã))?"
)
_TIME = re.compile(
    r"(?:(?:thứ \w+|chủ nhật),? )?(?:ngày )?\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?"
    r"|(?:ngày \d{1,2} )?tháng (?:\d{1,2}|\w+)(?:,? năm \d{4}|/\d{4}|, \d{4})?"
    r"|(?:(?:cuối|đầu|giữa) )?(?:những )?năm \d{3,4}|thế kỷ (?:thứ )?[\dIVX]+|\b[12]\d{3}\b",
    re.IGNORECASE,
)
_PLACE_NOUN = re.compile(
    r"(?:^|\s)(xã|phường|huyện|quận|tỉnh|thành phố|thị trấn|nước|bang|châu|sông|núi|làng|thôn)"
    r"\s+(?:nào|gì)(?:\s|$)"
)


def highlight(question: str, quote: str) -> tuple[Span, ...]:
    """Where in the quote the answer stands, sorted; empty when that is not sure.

    >>> quote = "Đồng chí Bí thư Đảng uỷ xã Vi Văn Dụng cho biết."
    >>> [span.of(quote) for span in highlight("Ai là Bí thư Đảng uỷ xã?", quote)]
    ['Vi Văn Dụng']
    """
    asked = answer_type(question)
    if asked not in _FINDERS:
        return ()
    found = list(tokens(quote))
    known = {token.folded for token in tokens(question)}
    candidates = [
        span for span in _FINDERS[asked](question, quote, found) if _is_new(span, found, known)
    ]
    return _nearest(candidates, found, known)


def _is_new(span: Span, found: list[Token], known: set[str]) -> bool:
    """Whether the span says something that the question does not."""
    return any(token.folded not in known for token in found if span.overlaps(token.span))


def _nearest(candidates: list[Span], found: list[Token], known: set[str]) -> tuple[Span, ...]:
    """The candidate with the most of the question's words close by, when no other has as many."""

    def support(span: Span) -> int:
        inside = [i for i, token in enumerate(found) if span.overlaps(token.span)]
        low, high = inside[0] - _MAX_DISTANCE, inside[-1] + _MAX_DISTANCE + 1
        near = found[max(0, low) : inside[0]] + found[inside[-1] + 1 : high]
        return len({token.folded for token in near} & known)

    scored = sorted(((support(span), span) for span in candidates), key=lambda one: -one[0])
    if not scored or scored[0][0] < 2:
        return ()
    if len(scored) > 1 and scored[1][0] == scored[0][0]:
        return ()
    return (scored[0][1],)


def _names(question: str, quote: str, found: list[Token]) -> Iterable[Span]:
    """Runs of two or more capitalised syllables with nothing but a space between them."""
    run: list[Token] = []
    for token in [*found, None]:
        joined = token and run and quote[run[-1].span.end : token.span.start] == " "
        capital = token is not None and quote[token.span.start].isupper()
        if token and capital and (joined or not run):
            run.append(token)
            continue
        if len(run) > 1:
            yield Span(run[0].span.start, run[-1].span.end)
        run = [token] if token and capital else []


def _places(question: str, quote: str, found: list[Token]) -> Iterable[Span]:
    """Names after the very noun that is asked for: "huyện nào" → "huyện Văn Quan"."""
    asked = _PLACE_NOUN.search(question.lower())
    noun = exact(asked.group(1)) if asked else None
    for name in _names(question, quote, found) if noun else ():
        before = [token for token in found if token.span.end < name.start][-1:]
        if before and before[0].exact == noun:
            yield Span(before[0].span.start, name.end)


def _numbers(question: str, quote: str, found: list[Token]) -> Iterable[Span]:
    return (Span(*match.span()) for match in _NUMBER.finditer(quote))


def _times(question: str, quote: str, found: list[Token]) -> Iterable[Span]:
    return (Span(*match.span()) for match in _TIME.finditer(quote))


_FINDERS: dict[AnswerType | None, Callable[[str, str, list[Token]], Iterable[Span]]] = {
    AnswerType.PERSON: _names,
    AnswerType.PLACE: _places,
    AnswerType.NUMBER: _numbers,
    AnswerType.TIME: _times,
}
