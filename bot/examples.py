"""Questions that the corpus really answers, made from its newest articles, for /help.

Vietnamese asks where the answer stands: "cầu dài 40 mét" becomes "cầu dài bao nhiêu mét?". So a
statement becomes a question by one replacement, and counts only if asking it brings back the
article that it came from, with the words that were replaced.

example_questions(index) -> ("Ai là Bí thư Đảng uỷ xã?", …)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from retrieval.model import Article

if TYPE_CHECKING:
    from retrieval import Index

WANTED: Final = 3
ARTICLES: Final = 30  # newest, that are looked through
TRIED: Final = 8  # questions of one article
SHORTEST, LONGEST = 15, 80  # characters of a question

# the beginning of a sentence, as far as its first comma; there its subject is named
_CLAUSE = re.compile(r"(?:^|(?<=[.!?…] ))[^.,;:!?…\n()\[\]“”\"]+", re.MULTILINE)
# who reads the question alone does not know what these point to, or what they go on from
_POINTING = re.compile(
    r"\b(này|đó|ấy|kia|nó|ông|bà|họ|chúng|tôi|ta|bạn|điều|rằng)\b"
    r"|^(ai là (sau|khi|và)|và|với|từ|mà|còn|nhưng|tuy|mặc|sau|khi|trong|vào|theo|để|do|vì|nếu|kể|"
    r"tính|những|các|một|đây|đặc biệt|đại khái|được|bị|có lẽ|cách)\b",
    re.IGNORECASE,
)
# Vietnamese letters alternate between upper and lower case, so a range would hold both
_UP = "".join(letter for letter in map(chr, range(0x1F00)) if letter.isupper())
_LOW = "".join(letter for letter in map(chr, range(0x1F00)) if letter.islower())
_NAME = rf"[{_UP}]\w+(?: [{_UP}]\w+){{1,3}}"
_ROLE = (
    "Tổng Bí thư|Phó Bí thư|Bí thư|Phó Chủ tịch|Chủ tịch|Phó Giám đốc|Giám đốc|Hiệu trưởng|"
    "Bộ trưởng|Thủ tướng|Trưởng phòng|Trưởng ban|Trưởng thôn|Viện trưởng|Cục trưởng"
)
# without one of these, what follows an office may as well be a place
_ACTS = (
    "(?:cho biết|cho rằng|nói|kể|phát biểu|khẳng định|chia sẻ|nhấn mạnh|nhận định|đánh giá|"
    "kết luận|đề nghị|yêu cầu|đã|đến|dự|chủ trì|trao)\\b"
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Statements that a question can be made of: what they look like, and how it is asked."""

    statement: re.Pattern[str]
    ask: Callable[[re.Match[str]], str]


# each has a group `answer`; the words before it are asked with what takes its place
PATTERNS: Final = (
    Pattern(
        re.compile(
            rf"(?P<role>(?:{_ROLE})(?: \w+){{0,4}}? [{_LOW}]\w*) (?P<answer>{_NAME})(?= {_ACTS})"
        ),
        lambda found: f"Ai là {found['role']}?",
    ),
    Pattern(
        re.compile(r"^(?P<before>(?:\S+ ){4,})(?P<answer>năm \d{4})$"),
        lambda found: f"{found['before']}năm nào?",
    ),
    Pattern(
        re.compile(
            r"^(?P<before>(?:\S+ ){3,}(?<!năm )(?<!tháng )(?<!ngày )(?<!số )(?<!thứ ))"
            r"(?P<answer>\d+)(?P<unit> [^\W\d]+(?: [^\W\d]+)?)$"
        ),
        lambda found: f"{found['before']}bao nhiêu{found['unit']}?",
    ),
    Pattern(
        re.compile(rf"^(?P<what>[{_UP}]\w+(?: (?!được|không|có|và)\w+){{1,3}}) là (?P<answer>.+)$"),
        lambda found: f"{found['what']} là gì?",
    ),
)


# what is known about the only article of a corpus, and how that is asked
_ABOUT: Final[tuple[tuple[Callable[[Article], str | None], str], ...]] = (
    (lambda article: article.author, "Ai là tác giả bài báo?"),
    (
        lambda article: f"{article.published:%d/%m/%Y}" if article.published else None,
        "Bài báo đăng ngày nào?",
    ),
)


def example_questions(index: Index) -> tuple[str, ...]:
    """At most three questions, of as many articles and of as many kinds as there are."""
    found: list[tuple[str, int, str]] = []
    newest = index.sources(0, ARTICLES)
    for source in newest:
        article = index.article(source.article_id)
        if article is not None:
            found += _answered(index, article, suggestions(article))
        if article is not None and len(newest) == 1:
            found += _answered(index, article, _about(article))
        if len({id for id, _, _ in found}) >= WANTED:
            break
    return tuple(question for _, _, question in _varied(found))


def suggestions(article: Article) -> Iterator[tuple[int, str, str]]:
    """Questions about an article: the number of the pattern, the question, the answer."""
    told: set[str] = set()
    for clause in _CLAUSE.finditer(article.text):
        text = " ".join(clause[0].split())
        for number, pattern in enumerate(PATTERNS):
            match = pattern.statement.search(text)
            if match is None:
                continue
            question = pattern.ask(match)
            understood = SHORTEST <= len(question) <= LONGEST and not _POINTING.search(question)
            if understood and question not in told:
                told.add(question)
                yield number, question, match["answer"]


def _about(article: Article) -> Iterator[tuple[int, str, str]]:
    for number, (known, question) in enumerate(_ABOUT, len(PATTERNS)):
        expected = known(article)
        if expected:
            yield number, question, expected


def _answered(
    index: Index, article: Article, suggested: Iterator[tuple[int, str, str]]
) -> list[tuple[str, int, str]]:
    """Those of the questions about an article that asking answers, from that article."""
    answered = []
    for number, question, expected in islice(suggested, TRIED):
        answer = index.ask(question, 1)
        if answer.abstained or answer.understood is not None:
            continue
        quote = answer.quotes[0]
        if quote.source.article_id == article.id and expected in " ".join(quote.text.split()):
            answered.append((article.id, number, question))
    return answered


def _varied(found: list[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    """Three of them, unlike each other in article and pattern as far as possible."""
    chosen: list[tuple[str, int, str]] = []
    while len(chosen) < WANTED and len(chosen) < len(found):
        ids, kinds = {id for id, _, _ in chosen}, {kind for _, kind, _ in chosen}
        left = [each for each in found if each not in chosen]
        chosen.append(min(left, key=lambda each: (each[0] in ids) + (each[1] in kinds)))
    return chosen
