"""Answer → Telegram HTML; the only place for escaping and for Telegram's length limits.

Telegram counts UTF-16 units, after entities: "😀" is two. Everything here is a pure function
from values to HTML that fits into one message.

    html("understood", "en", question="a < b") -> "I read your question as: <i>a &lt; b</i>"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from html import escape as escape_markup
from typing import Final
from urllib.parse import urlsplit

from bot.journal import Day, Disliked
from bot.likeness import Group
from bot.links import article_payload, link, source_of
from bot.texts import TEXTS
from retrieval.errors import HoiBaoError
from retrieval.model import (
    Abstention,
    Answer,
    Article,
    BuildReport,
    Failure,
    IndexStatus,
    Progress,
    Quote,
    Source,
    Span,
)
from retrieval.reading import Look
from retrieval.text import printable

# UTF-16 units; their sum, with the texts around them, stays below MESSAGE
MESSAGE: Final = 4096
QUOTE: Final = 2400
TITLE: Final = 200
NAME: Final = 100
QUESTION: Final = 300
REASON: Final = 300
FAILURES: Final = 8
SHOWN: Final = 3  # records of a file that failed
COPIED: Final = 256
COPIED_TITLE: Final = 80
GAPS: Final = 10  # questions of /gaps, each of at most GAP
GAP: Final = 120
DISLIKED: Final = 5  # quotes of /gaps, each of at most EXCERPT
EXCERPT: Final = 200
URL: Final = 2048

# About what a collapsed blockquote shows; an answer beyond it would be folded away.
FOLD_FROM: Final = 300
FOLD_SHOWS: Final = 100

BAR: Final = 10
ELLIPSIS: Final = "…"
BREAK: Final = "\n"

# No Unicode text holds these, and UTF-8 cannot carry them.
_SURROGATES = re.compile("[\ud800-\udfff]")


def escape(text: str) -> str:
    """Text as it stands in Telegram HTML, between tags and within attributes.

    >>> escape('<b> & "x"')
    '&lt;b&gt; &amp; &quot;x&quot;'
    """
    return escape_markup(_SURROGATES.sub("\ufffd", text), quote=True)


def utf16_len(text: str) -> int:
    """How many UTF-16 units Telegram counts.

    >>> utf16_len("a😀")
    3
    """
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, units: int) -> str:
    """Text of at most that many UTF-16 units, cut between words where there are any.

    >>> cut("một hai ba", 8)
    'một hai…'
    """
    if utf16_len(text) <= units:
        return text
    kept = text[: _fitting(text, units - utf16_len(ELLIPSIS))]
    words, space, _ = kept.rpartition(" ")
    return (words if space and not text[len(kept)].isspace() else kept).rstrip() + ELLIPSIS


def html(key: str, language: str, **values: object) -> str:
    """One of the texts, its placeholders filled with escaped values.

    >>> html("nearest", "en")
    'The articles closest to your question:'
    """
    return TEXTS[language][key].format(
        **{name: escape(str(value)) for name, value in values.items()}
    )


def marked(text: str, highlights: Sequence[Span]) -> str:
    """The text escaped, its highlights in bold.

    >>> marked("xã Yên Phúc & huyện", [Span(3, 11)])
    'xã <b>Yên Phúc</b> &amp; huyện'
    """
    pieces, at = [], 0
    for span in highlights:
        pieces += [escape(text[at : span.start]), f"<b>{escape(span.of(text))}</b>"]
        at = span.end
    return "".join([*pieces, escape(text[at:])])


def blockquote(text: str, highlights: Sequence[Span] = ()) -> str:
    """The text set off as a quote; a long one can be expanded, unless that would hide the answer.

    >>> blockquote("Yên Phúc", [Span(0, 3)])
    '<blockquote><b>Yên</b> Phúc</blockquote>'
    """
    shown = cut(text, QUOTE)
    kept = len(shown) if shown == text else len(shown) - len(ELLIPSIS)
    clipped = [Span(s.start, min(s.end, kept)) for s in highlights if s.start < kept]
    folds = utf16_len(shown) > FOLD_FROM and all(span.end <= FOLD_SHOWS for span in clipped)
    return f"<blockquote{' expandable' if folds else ''}>{marked(shown, clipped)}</blockquote>"


def answer(answer: Answer, page: int, language: str, note: str | None = None) -> str:
    """The message for one quote of an answer (`page` counts from 0), or for an abstention.

    `note` is the key of a line about how the question was read.
    """
    lines = [html(note, language)] if note else []
    if answer.understood is not None:
        lines.append(html("understood", language, question=cut(answer.understood, QUESTION)))
    body = (
        _abstention(answer, language) if answer.abstained else quote(answer.quotes[page], language)
    )
    return "\n".join(lines) + f"\n\n{body}" if lines else body


def quote(quote: Quote, language: str) -> str:
    """A quote with its source under it.

    <blockquote>Đồng chí Bí thư Đảng uỷ xã <b>Vi Văn Dụng</b> cho biết…</blockquote>
    📰 <a href="https://…">Đảng bộ xã Yên Phúc nâng cao sức chiến đấu</a>
    Thanh Đàn · 12/07/2024
    """
    return f"{blockquote(quote.text, quote.highlights)}\n{source(quote.source, language)}"


def context(text: str, around: Span, quote: Quote, language: str) -> str:
    """A quote where it stands in its article: what is around it in italics."""
    pieces = (
        f"<i>{escape(text[around.start : quote.span.start])}</i>",
        marked(quote.text, quote.highlights),
        f"<i>{escape(text[quote.span.end : around.end])}</i>",
    )
    return f"<blockquote>{''.join(pieces)}</blockquote>\n{source(quote.source, language)}"


def article(article: Article, changed: bool, language: str) -> str:
    """The beginning of an article; `changed`: a quote of it was looked for in vain."""
    pieces = [html("link_changed", language)] if changed else []
    pieces.append(source(source_of(article), language))
    return "\n\n".join(pieces) + f"\n{blockquote(article.text.strip())}"


def copied(quote: Quote) -> str:
    """A quote as text to put into the clipboard: with its title, and as long as fits."""
    title = cut(quote.source.title, COPIED_TITLE)
    tail = f"\n— {title}" if title else ""
    return f"“{cut(quote.text, COPIED - utf16_len(tail) - 2)}”{tail}"


def help_text(examples: Sequence[str], language: str) -> str:
    """How to ask; with examples, where there are any."""
    if not examples:
        return html("help", language)
    asked = [f"• <code>{escape(question)}</code>" for question in examples]
    return "\n".join([html("help", language) + "\n", html("help_examples", language), *asked])


def sources(found: Sequence[Source], first: int, query: str, username: str, language: str) -> str:
    """A page of a list of articles; their numbers, from `first`, are links that open them."""
    if not found:
        key = "sources_none" if query else "sources_empty"
        return html(key, language, query=cut(query, QUESTION))
    head = html("sources_found" if query else "sources", language, query=cut(query, QUESTION))
    items = (
        f'<a href="{link(username, article_payload(each.article_id))}">{number}.</a>'
        f" {_item(each, language)}"
        for number, each in enumerate(found, first)
    )
    return "\n".join([f"{head}\n", *items])


def source(source: Source, language: str) -> str:
    """The title, linked where the source is an address; then author, date, and any other source."""
    return f"📰 {_item(source, language)}"


def status(status: IndexStatus, language: str) -> str:
    """The state of the index, for admins."""
    return html(
        "status",
        language,
        articles=number(status.articles, language),
        passages=number(status.passages, language),
        engine=status.engine,
        generation=status.generation,
        built=moment(status.built, language),
        size=size(status.size, language),
    )


def privacy(journal_days: int, language: str) -> str:
    """What is kept about people when the journal is kept for so many days; 0 is not at all."""
    key = "privacy_journal" if journal_days else "privacy_no_journal"
    pieces = ("privacy", key, "privacy_choices")
    return "\n".join(html(piece, language, days=journal_days) for piece in pieces)


def look(name: str, look: Look, language: str) -> str:
    """What a file holds: of its first articles the title, date, length and first lines."""
    head = html("file_holds", language, name=_file(name), count=number(look.articles, language))
    shown = [
        f"{_item(each.source, language)}\n"
        + html("file_length", language, length=number(each.length, language))
        + f"\n<blockquote>{escape(cut(each.beginning, EXCERPT))}</blockquote>"
        for each in look.first
    ]
    more = _more(look.articles - len(shown), language)
    failed = [failures(look.failures, language, SHOWN)] if look.failures else []
    return "\n\n".join([head, *shown, *more, *failed])


def removals(files: Sequence[tuple[str, str]], first: int, query: str, language: str) -> str:
    """A page of the corpus' files, each with the title it is known by, numbered from `first`."""
    if not files:
        return html("remove_none", language, query=cut(query, QUESTION))
    lines = [
        f"{count}. {escape(cut(title, TITLE) + BREAK if title else '')}"
        f"<code>{escape(_file(name))}</code>"
        for count, (name, title) in enumerate(files, first)
    ]
    return "\n".join([html("remove_list", language) + "\n", *lines])


def gaps(groups: Sequence[Group], disliked: Sequence[Disliked], days: int, language: str) -> str:
    """What was asked in vain, and the quotes that got 👎, each with how often."""
    if not groups and not disliked:
        return html("gaps_none", language, days=days)
    asked = [_counted(group.number, group.question) for group in groups[:GAPS]]
    quotes = [
        _counted(each.number, each.question)
        + f"\n<blockquote>{escape(cut(each.quote, EXCERPT))}</blockquote>\n"
        + f"— {escape(cut(each.title, NAME)) or html('untitled', language)}"
        for each in disliked[:DISLIKED]
    ]
    sections = (
        (html("gaps_unanswered", language, days=days), asked, len(groups)),
        (html("gaps_disliked", language, days=days), quotes, len(disliked)),
    )
    return "\n\n".join(
        "\n".join([head, *shown, *_more(total - len(shown), language)])
        for head, shown, total in sections
        if shown
    )


def stats(
    days: Sequence[Day], times: tuple[float | None, float | None], kept: int, language: str
) -> str:
    """The journal's counts in words, which explain the colours of its picture as well."""
    sums = {
        name: sum(getattr(day, name) for day in days)
        for name in ("asked", "answered", "up", "down")
    }
    if not sums["asked"]:
        return html("stats_none", language, days=kept)
    median, p95 = (number(round(each or 0), language) for each in times)
    return html(
        "stats",
        language,
        days=kept,
        share=decimal(100 * sums["answered"] / sums["asked"], language),
        unanswered=number(sums["asked"] - sums["answered"], language),
        people=number(days[-1].people, language),
        median=median,
        p95=p95,
        **{name: number(value, language) for name, value in sums.items()},
    )


def progress(progress: Progress, language: str) -> str:
    """How far a reload is: Reloading the articles… 3/10 files ▓▓▓░░░░░░░"""
    filled = BAR * progress.done // progress.total if progress.total else 0
    return html(
        "reload_progress",
        language,
        done=number(progress.done, language),
        total=number(progress.total, language),
        bar="▓" * filled + "░" * (BAR - filled),
    )


def report(report: BuildReport, language: str) -> str:
    """What a reload did, and why each failed file failed."""
    counts = ("added", "changed", "removed", "unchanged", "articles", "passages")
    done = html(
        "reload_done",
        language,
        seconds=decimal(report.seconds, language),
        failed=number(len(report.failed), language),
        **{name: number(getattr(report, name), language) for name in counts},
    )
    return done + (f"\n\n{failures(report.failed, language)}" if report.failed else "")


def refusal(key: str, problem: HoiBaoError, language: str) -> str:
    """A text with the reason for which something was not done."""
    return html(key, language, reason=cut(printable(str(problem)), REASON))


def failures(failed: Sequence[Failure], language: str, most: int = FAILURES) -> str:
    """The first of the files that failed, each with its reason."""
    lines = [html("reload_failures", language)]
    lines += [
        f"• <code>{escape(_file(each.file))}</code>: {escape(cut(printable(each.reason), REASON))}"
        for each in failed[:most]
    ]
    if len(failed) > most:
        lines.append(html("more_failures", language, count=len(failed) - most))
    return "\n".join(lines)


def day(value: date, language: str) -> str:
    """A date as the language writes it.

    >>> day(date(2024, 7, 2), "vi"), day(date(2024, 7, 2), "en")
    ('02/07/2024', '2 July 2024')
    """
    return f"{value:%d/%m/%Y}" if language == "vi" else f"{value.day} {value:%B %Y}"


def moment(value: datetime, language: str) -> str:
    """A date with its time and time zone, as the language writes it."""
    return f"{day(value, language)} {value:%H:%M %Z}".rstrip()


def number(value: int, language: str) -> str:
    """An integer with the language's thousands separator.

    >>> number(5184, "vi"), number(5184, "en")
    ('5.184', '5,184')
    """
    return f"{value:,}".replace(",", "." if language == "vi" else ",")


def decimal(value: float, language: str) -> str:
    """A number with one decimal.

    >>> decimal(0.25, "vi"), decimal(0.25, "en")
    ('0,2', '0.2')
    """
    return f"{value:.1f}".replace(".", "," if language == "vi" else ".")


def size(value: int, language: str) -> str:
    """A number of bytes for a person.

    >>> size(1_500_000, "vi"), size(1_500_000, "en")
    ('1,5 MB', '1.5 MB')
    """
    unit, name = next(
        ((scale, name) for scale, name in ((10**9, "GB"), (10**6, "MB")) if value >= scale),
        (10**3, "kB"),
    )
    return f"{decimal(value / unit, language)} {name}"


def _counted(count: int, question: str) -> str:
    return f"• {count}× {escape(cut(question, GAP))}"


def _file(name: str) -> str:
    return cut(printable(name), NAME)


def _more(count: int, language: str) -> list[str]:
    return [html("gaps_more", language, count=number(count, language))] if count > 0 else []


def _abstention(answer: Answer, language: str) -> str:
    if answer.abstention is Abstention.NO_TERMS:
        return html("no_terms", language)
    # one article may hold several of the nearest passages
    nearest = dict.fromkeys(quote.source for quote in answer.quotes)
    if not nearest:
        return html("abstained", language)
    titles = (f"• {_title(near, language)}" for near in nearest)
    return "\n".join([html("abstained", language) + "\n", html("nearest", language), *titles])


def _item(source: Source, language: str) -> str:
    details = [
        cut(source.author, NAME) if source.author else "",
        day(source.published, language) if source.published else "",
        cut(source.source, NAME) if source.source and not _link(source) else "",
    ]
    line = " · ".join(escape(detail) for detail in details if detail)
    return _title(source, language) + (f"\n{line}" if line else "")


def _title(source: Source, language: str) -> str:
    link = _link(source)
    title = escape(cut(source.title, TITLE)) or html("untitled", language)
    return f'<a href="{escape(link)}">{title}</a>' if link else title


def _link(source: Source) -> str | None:
    """The source, when it is an address that Telegram makes a link of."""
    address = source.source or ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    # a control character would make Telegram refuse the whole message
    linked = parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
    linked = linked and address.isprintable()
    return address if linked and len(address) <= URL else None


def _fitting(text: str, units: int) -> int:
    """How many of the text's first characters have at most that many UTF-16 units."""
    used = 0
    for count, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > units:
            return count
    return len(text)
