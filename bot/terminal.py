"""Answer → terminal text: the quote set off, the answer in it marked, the source under it.

On a terminal that is a bar beside the quote and the answer in reverse; anywhere else (a pipe, a
file, a terminal without styles) it is Markdown: `> the quote, **the answer** in it`, one line a
line of the article, so that what is saved can be searched and pasted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from bot.texts import TEXTS
from retrieval.model import Abstention, Answer, Progress, Quote, Source

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.text import Text

WIDEST = 92  # columns; longer lines are hard to read
NARROWEST = 10  # columns of text, however narrow the terminal
BAR = "▌ "
MARK = "**"
PATIENCE = 1.0  # seconds before a progress bar is worth showing

_TAG = re.compile(r"<[^>]+>")
# An article may hold escape sequences, which would move the cursor or rename the window. Each is
# replaced by one visible character, so that the highlights' offsets stay right.
_VISIBLE = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_VISIBLE |= dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
_VISIBLE |= {ord("\n"): ord("\n"), ord("\t"): ord(" "), ord("\r"): ord(" ")}


def visible(text: str) -> str:
    r"""Text of the same length that does nothing to a terminal but show.

    >>> visible("a\x1b[31mb")
    'a␛[31mb'
    """
    return text.translate(_VISIBLE)


def console_for(out: TextIO) -> Console | None:
    """A console that shows styles on `out`; None when `out` is no terminal or shows none.

    rich itself honours NO_COLOR, TERM and COLUMNS.
    """
    if not out.isatty():
        return None
    from rich.console import Console

    console = Console(file=out, highlight=False, emoji=False, markup=False)
    return None if console.color_system is None else console


def print_answer(
    out: TextIO, console: Console | None, answer: Answer, language: str, *, headed: bool = False
) -> None:
    """Prints an answer: styled on `console`, as Markdown on `out` when that is None.

    `headed` puts the question over it, for when many are answered in a row.
    """
    preface = [f"### {visible(answer.question)}"] if headed else []
    preface += _preface(answer, language)
    if console is None:
        out.write(markdown_answer(preface, answer) + "\n" * headed)
    else:
        console.print(styled_answer(preface, answer, console.width), soft_wrap=True)


def markdown_answer(preface: Sequence[str], answer: Answer) -> str:
    """The answer as Markdown, after the lines of the preface.

    > Đồng chí **Vi Văn Dụng**, Bí thư Đảng uỷ xã Yên Phúc cho biết: …
    — Đảng bộ xã Yên Phúc nâng cao sức chiến đấu · Thanh Đàn · 2024-07-12
    """
    opening = "".join(f"{line}\n" for line in preface)
    if answer.abstained:
        sources = distinct_sources(answer.quotes)
        return opening + "".join(f"- {citation(source)}\n" for source in sources)
    quotes = [f"{_marked(quote)}\n— {citation(quote.source)}\n" for quote in answer.quotes]
    return "\n".join([opening, *quotes] if opening else quotes)


def styled_answer(preface: Sequence[str], answer: Answer, columns: int) -> Text:
    """The answer as lines of at most `columns` columns, wrapped at words."""
    from rich.text import Text

    width = min(columns, WIDEST)
    lines = [_beside("", Text(line), width) for line in preface]
    if answer.abstained:
        sources = distinct_sources(answer.quotes)
        return Text("\n").join(
            lines + [_beside("• ", _styled_citation(source), width) for source in sources]
        )
    for quote in answer.quotes:
        lines += [Text(), *_styled_quote(quote, width)]
    return Text("\n").join([*lines, Text()])


def citation(source: Source) -> str:
    """Title, author, date and source in one line, without those that are unknown.

    >>> citation(Source("a.txt", "Tin xã", author="Thanh Đàn"))
    'Tin xã · Thanh Đàn'
    """
    return " · ".join(_citation_parts(source))


def distinct_sources(quotes: Iterable[Quote]) -> list[Source]:
    """The articles that are quoted, each once, best first."""
    return list({quote.source.article_id: quote.source for quote in quotes}.values())


def _preface(answer: Answer, language: str) -> list[str]:
    """What stands before the quotes: how the question was read, and that it has no answer."""
    lines = []
    if answer.understood is not None:
        lines.append(_without_markup("understood", language, question=visible(answer.understood)))
    if answer.abstained:
        refusal = "no_terms" if answer.abstention is Abstention.NO_TERMS else "abstained"
        lines.append(_without_markup(refusal, language))
        if answer.suggestion is not None:
            shown = visible(answer.suggestion)
            lines.append(_without_markup("suggestion", language, question=shown))
        if answer.quotes:
            lines.append(_without_markup("nearest", language))
    return lines


def _without_markup(key: str, language: str, **values: str) -> str:
    """A text of the bot without its markup.

    >>> _without_markup("understood", "en", question="Ai là Bí thư?")
    'I read your question as: Ai là Bí thư?'
    """
    return _TAG.sub("", TEXTS[language][key]).format(**values)


def _citation_parts(source: Source) -> list[str]:
    published = source.published.isoformat() if source.published else None
    parts = (source.title or source.article_id, source.author, published, source.source)
    return [visible(part).replace("\n", " ") for part in parts if part]


def _marked(quote: Quote) -> str:
    text, done, parts = visible(quote.text), 0, []
    for span in quote.highlights:
        parts += [text[done : span.start], MARK, span.of(text), MARK]
        done = span.end
    marked = "".join([*parts, text[done:]])
    return "\n".join(f"> {line}".rstrip() for line in marked.split("\n"))


def _styled_quote(quote: Quote, width: int) -> tuple[Text, Text]:
    from rich.text import Text

    text = Text(visible(quote.text))
    for span in quote.highlights:
        text.stylize("bold reverse", span.start, span.end)
    source = _beside("  ", _styled_citation(quote.source), width)
    return _beside(BAR, text, width, every_line=True), source


def _styled_citation(source: Source) -> Text:
    from rich.text import Text

    title, *others = _citation_parts(source)
    return Text.assemble((title, "bold"), *((f" · {other}", "dim") for other in others))


def _beside(prefix: str, text: Text, width: int, *, every_line: bool = False) -> Text:
    """The text wrapped to the width, its lines after the prefix or under where it ends."""
    from rich.console import Console
    from rich.text import Text

    lines = text.wrap(Console(width=width), max(width - len(prefix), NARROWEST))
    hanging = prefix if every_line else " " * len(prefix)
    for number, line in enumerate(lines):
        line.rstrip()
        lines[number] = Text.assemble((hanging if number else prefix, "cyan"), line)
    return Text("\n").join(lines)


@contextmanager
def progress_bar(
    out: TextIO, doing: str, patience: float = PATIENCE
) -> Iterator[Callable[[Progress], None]]:
    """A function that shows how far a task is, once it has taken `patience` seconds.

    Nothing is shown, and nothing imported, for what is quick or when `out` is no terminal.
    """
    bar, started = None, monotonic()

    def show(progress: Progress) -> None:
        nonlocal bar
        if bar is None and out.isatty() and monotonic() - started >= patience:
            bar = _started_bar(out, doing)
        if bar is not None:
            bar.update(bar.task_ids[0], completed=progress.done, total=progress.total)

    try:
        yield show
    finally:
        if bar is not None:
            bar.stop()


def _started_bar(out: TextIO, doing: str) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Bar(*columns, console=Console(file=out), transient=True)
    bar.add_task(doing)
    bar.start()
    return bar
