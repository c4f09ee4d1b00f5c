"""Questions about an article itself, answered by quoting its byline, date line or title."""

from __future__ import annotations

from retrieval.database import StoredArticle
from retrieval.index import Snapshot
from retrieval.language.questions import AboutArticle, about_article
from retrieval.model import Quote, Span, ZoneKind
from retrieval.ranking import Ranking
from retrieval.text import tokens

_ZONES = {
    AboutArticle.AUTHOR: ZoneKind.AUTHOR,
    AboutArticle.DATE: ZoneKind.DATE,
    AboutArticle.TITLE: ZoneKind.TITLE,
}
_NAMED = 0.5  # share of a title's words in the question from which it means that article


def quote_about(
    question: str, understood: str | None, snapshot: Snapshot, ranking: Ranking
) -> Quote | None:
    """The line of an article that says what a question asks about it, if it is such a question.

    The question is tried as it was typed and as it was understood.
    The article is the only one there is, or the one whose title the question names. None also
    when the article has no such line: its text is then searched like for any question.
    """
    asked = about_article(question) or about_article(understood or question)
    stored = _meant(question, snapshot, ranking) if asked else None
    zone = stored.article.zone(_ZONES[asked]) if stored and asked in _ZONES else None
    if stored is None or zone is None:
        return None
    text = zone.of(stored.article.text)
    return Quote(stored.source, zone, text, (_answer(stored, text),), score=1.0)


def _meant(question: str, snapshot: Snapshot, ranking: Ranking) -> StoredArticle | None:
    only = snapshot.sources(0, 2, "")
    if len(only) == 1:
        return snapshot.find(only[0].article_id)
    words = {token.folded for token in tokens(question)}
    for candidate in ranking.candidates:
        title = {token.folded for token in tokens(candidate.stored.article.title)}
        if title and len(title & words) >= _NAMED * len(title):
            return candidate.stored
    return None


def _answer(stored: StoredArticle, line: str) -> Span:
    """The author's name within a byline such as "Tác giả: Thanh Đàn"; else the whole line."""
    author = stored.article.author or ""
    start = line.find(author)
    return Span(start, start + len(author)) if author and start >= 0 else Span(0, len(line))
