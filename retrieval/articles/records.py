"""Records, as JSON and tables hold them, → articles: `id` and `text` required.

Further fields: title, published (or date), author, source (or url). Others are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from retrieval.articles.assembly import Loaded, Properties, assemble
from retrieval.articles.dates import parse_date
from retrieval.errors import ArticleError, EmptyFile
from retrieval.model import Article, Failure
from retrieval.text import printable

_MOST_FAILURES = 100  # of a file; a file of another kind has one on every line
_LONGEST_ID = 1000  # characters
_LONGEST_REASON = 500


def load_records(records: Iterable[tuple[str, object]], name: str) -> Loaded:
    """The articles of `records` (place in the file, record); a bad one is a failure of its own.

    load_records([("line 1", {"id": "a", "text": "Tin."}), ("line 2", 7)], "a.jsonl")
    -> Loaded((Article("a", …),), (Failure("a.jsonl", "line 2: not a record …"),))

    A record that is a ValueError failed earlier; it is reported at its place.
    Raises EmptyFile when there is no record at all.
    """
    articles: dict[str, Article] = {}
    failures: list[Failure] = []
    more = 0
    for place, record in records:
        try:
            article = _article_of(record)
            if article.id in articles:
                raise ValueError(f'the id "{article.id}" was used before; make every id unique')
        except ValueError as error:
            if len(failures) < _MOST_FAILURES:
                failures.append(Failure(name, printable(f"{place}: {error}"[:_LONGEST_REASON])))
            else:
                more += 1
        else:
            articles[article.id] = article
    if more:
        failures.append(Failure(name, f"{more:,} more records could not be read; mend the first"))
    if not articles and not failures:
        raise EmptyFile(name, "holds no record")
    return Loaded(tuple(articles.values()), tuple(failures))


def properties_of(values: Mapping[str, object]) -> Properties:
    """Title, author, date and source among `values`.

    properties_of({"title": "Tin", "date": "12/07/2024"}).published -> date(2024, 7, 12)

    Raises ValueError when the date is none.
    """
    published = _first(values, "published", "date")
    return Properties(
        title=_as_text(_first(values, "title")),
        author=_as_text(_first(values, "author")),
        published=_as_date(published) if published is not None else None,
        source=_as_text(_first(values, "source", "url")),
    )


def _article_of(record: object) -> Article:
    if isinstance(record, ValueError):
        raise record
    if not isinstance(record, Mapping):
        raise ValueError('not a record; write {"id": …, "text": …}')
    article_id, text = _as_text(record.get("id")), record.get("text")
    if not article_id:
        raise ValueError('no "id"; give every record its own')
    if len(article_id) > _LONGEST_ID:
        raise ValueError(f'its "id" has {len(article_id):,} characters; give it a short one')
    if not isinstance(text, str):
        raise ValueError('no "text"; give every record one')
    try:
        return assemble(article_id, text, properties_of(record))
    except EmptyFile as error:
        raise ValueError('the "text" is blank') from error
    except ArticleError as error:
        raise ValueError(error.reason) from error


def _first(values: Mapping[str, object], *keys: str) -> object:
    return next((values[key] for key in keys if values.get(key) not in (None, "")), None)


def _as_text(value: object) -> str | None:
    """A name or number as text; several names are joined: ["An", "Bình"] -> "An, Bình"."""
    if isinstance(value, list | tuple):  # names; lists within lists may hold each other for ever
        names = (_as_text(one) for one in value if not isinstance(one, list | tuple))
        return ", ".join(filter(None, names)) or None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def _as_date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    found = value if isinstance(value, date) else parse_date(str(value))
    if found is None:
        raise ValueError(f'"{str(value)[:40]}" is not a date; write it as YYYY-MM-DD')
    return found
