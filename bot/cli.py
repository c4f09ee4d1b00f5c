"""The command line: `hoibao ask | index | status | eval | bot | backup | restore`.

The composition root: it reads the settings, opens what is needed and hands it on. Each command
imports what it needs when it runs, so that `--help` and `status` are quick.

Exit status: 0 when something is quoted or done, 1 when the corpus does not answer, 2 on an
error, 3 when some files could not be indexed and the others were, 130 after Ctrl-C.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from bot import tables, terminal
from retrieval.errors import (
    CorpusError,
    HoiBaoError,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    SettingsError,
)
from retrieval.garbage import collect_rarely
from retrieval.model import Answer, BuildReport
from retrieval.text import printable

if TYPE_CHECKING:
    from bot.settings import Settings
    from retrieval import Index

ANSWERED, ABSTAINED, FAILED, PARTLY_INDEXED = 0, 1, 2, 3
READER_GONE = 141  # what a shell reports after SIGPIPE


class Askable(Protocol):
    """What the commands need of an index."""

    def ask(self, question: str, top: int = 3) -> Answer:
        """The answer, with at most `top` quotes."""


class Language(StrEnum):
    """In which language the asker is spoken to; quotes are never translated."""

    VI = "vi"
    EN = "en"


class Unit(StrEnum):
    """What counts as one article of an evaluation file."""

    ARTICLE = "article"
    PARAGRAPH = "paragraph"


Show = Callable[[Answer], None]
CorpusFlag = Annotated[
    Path | None, typer.Option("--corpus", metavar="DIR", help="Folder of the articles.")
]
IndexFlag = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", help="Folder where the index is kept.")
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

app = typer.Typer(
    name="hoibao",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and gives its exit status."""
    _speak_utf8()
    if arguments is None:  # this is a program of its own
        collect_rarely()
    try:
        return app(arguments, prog_name="hoibao", standalone_mode=False) or 0
    except typer.TyperException as misused:
        return _fail(misused.format_message(), misused.exit_code)
    except HoiBaoError as error:
        return _fail(printable(str(error)), FAILED)
    except OSError as error:
        return _fail(printable(f"{error.filename or 'system'}: {error.strerror or error}"), FAILED)
    except MemoryError:
        return _fail("memory: there is not enough of it; raise its limit, or end others", FAILED)
    except SystemExit:
        # typer and rich end so, quietly, when the reader of a pipe has gone: `… | head`
        return READER_GONE


def _fail(message: str, status: int) -> int:
    typer.echo(message if message.startswith("Usage:") else f"hoibao: {message}", err=True)
    return status


def _speak_utf8() -> None:
    """Vietnamese comes out whole wherever it is sent, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _settings(corpus: Path | None, index: Path | None) -> Settings:
    from bot.settings import Settings

    flags = {"corpus": corpus, "index": index}
    return Settings(**{name: value for name, value in flags.items() if value is not None})


@app.callback(invoke_without_command=True)
def hoibao(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Ask the newspaper: verbatim, sourced answers from Vietnamese articles."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"hoibao {installed('hoibao')}")
        raise typer.Exit


@app.command()
def ask(
    question: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUESTION]...", help="The question, quoted or in plain words."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="Show at most N quotes.")] = 3,
    batch: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Answer each line of FILE (-: standard input)."),
    ] = None,
    as_json: JsonFlag = False,
    lang: Annotated[
        Language | None,
        typer.Option(help="Speak this language to me, not that of the question."),
    ] = None,
    corpus: CorpusFlag = None,
    index: IndexFlag = None,
) -> int:
    """Answer a question with quotes. Without one, ask for questions until Ctrl-D."""
    if question and batch:
        raise SettingsError("--batch", "given beside a question", "give one or the other")
    if not question and not batch and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SettingsError("ask", "no question", "give one, or a file of them with --batch FILE")
    with closing(MendingIndex(_settings(corpus, index))) as opened:
        show = show_json if as_json else person_shown(lang, headed=bool(batch))
        if question:
            # a locale that is not UTF-8 has made escapes of what is not ASCII
            typed = os.fsencode(" ".join(question)).decode(errors="replace")
            return answer_all(opened, [typed], top, show)
        if batch:
            return answer_all(opened, lines_of(batch), top, show)
        from bot.prompt import typed_questions

        answer_all(opened, typed_questions(), top, show)
        return ANSWERED


@app.command()
def index(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Only these files or folders of the corpus."),
    ] = None,
    as_json: JsonFlag = False,
    corpus: CorpusFlag = None,
    index: IndexFlag = None,
) -> int:
    """Bring the index up to date with the corpus, and say what changed."""
    settings = _settings(corpus, index)
    only = [inside(path, settings.corpus) for path in paths or ()]
    report = updated(settings, only)
    typer.echo(dumped(asdict(report)) if as_json else tables.report_text(report), nl=as_json)
    return PARTLY_INDEXED if report.failed else 0


@app.command()
def status(as_json: JsonFlag = False, corpus: CorpusFlag = None, index: IndexFlag = None) -> None:
    """Say what the index holds, and since when."""
    from retrieval import read_status

    settings = _settings(corpus, index)
    found = read_status(settings.index)
    if as_json:
        typer.echo(dumped(asdict(found) | {"built": found.built.isoformat()}))
    else:
        typer.echo(tables.status_text(found, str(settings.index)), nl=False)


@app.command(name="eval")
def evaluate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A SQuAD 1.1 or 2.0 file.")],
    noise: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="Type the questions so; again for more, or all."),
    ] = None,
    unit: Annotated[Unit, typer.Option(help="What one article is.")] = Unit.ARTICLE,
    questions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Take the questions, by id, from another SQuAD file."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Ask only N of the questions.")
    ] = None,
    errors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the failures to FILE, explained.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write an HTML page with plots to FILE.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare with a run saved by --json.")
    ] = None,
    as_json: JsonFlag = False,
    corpus: CorpusFlag = None,
    index: IndexFlag = None,
) -> int:
    """Measure how well the questions of a SQuAD file are answered from its own articles."""
    from retrieval import evaluation

    # --corpus and --index go with every command, but these articles and their index are the file's
    earlier = evaluation.load_run(baseline) if baseline else None
    with terminal.progress_bar(sys.stderr, "Asking") as show:
        run = evaluation.evaluate_file(
            file,
            unit=unit.value,
            noises=kinds_of_noise(noise or ["none"]),
            questions=questions,
            limit=limit,
            progress=show,
        )
    changes = evaluation.compare(run, earlier) if earlier else {}
    if errors:
        evaluation.write_failures(run, errors)
    if report:
        evaluation.write_report(run, report, changes=changes)
    measures = [tables.evaluation_text(run), tables.comparison_text(changes)]
    typer.echo(run.to_json() if as_json else "\n".join(filter(None, measures)), nl=as_json)
    for violation in run.violations:
        note(violation)
    return FAILED if run.violations else 0


@app.command()
def bot(corpus: CorpusFlag = None, index: IndexFlag = None) -> int:
    """Run the Telegram bot until it is stopped."""
    from bot.app import run_bot

    return run_bot(_settings(corpus, index))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write.")],
    corpus: CorpusFlag = None,
    index: IndexFlag = None,
) -> int:
    """Save the articles, the bot's journal and the settings in one file; secrets are left out."""
    from bot.backup import back_up

    saved = back_up(_settings(corpus, index), file)
    files = tables.count(saved.files, "file")
    typer.echo(f"{file}: {files}, {saved.bytes:,} bytes; the token is not among them")
    return 0


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive of hoibao backup.")],
    force: Annotated[bool, typer.Option("--force", help="Put aside what is there.")] = False,
    corpus: CorpusFlag = None,
    index: IndexFlag = None,
) -> int:
    """Put back what a backup holds, once it was found to be whole."""
    from bot.backup import restore as put_back

    settings = _settings(corpus, index)
    typer.echo(tables.restored_text(put_back(settings, file, force=force), settings), nl=False)
    return 0


def kinds_of_noise(given: Sequence[str]) -> Sequence[str]:
    """The kinds of noise that are meant: those given, or every one for `all`."""
    from retrieval.evaluation import NOISES

    return list(NOISES) if "all" in given else given


def answer_all(index: Askable, questions: Iterable[str], top: int, show: Show) -> int:
    """Shows the answer to each question, in order; `ANSWERED` when one of them quotes."""
    status = ABSTAINED
    for question in questions:
        # a terminal passes on whatever bytes it was sent
        answer = index.ask(question.encode(errors="replace").decode(), top)
        show(answer)
        sys.stdout.flush()
        if not answer.abstained:
            status = ANSWERED
    return status


def show_json(answer: Answer) -> None:
    """Prints the answer as one line of JSON."""
    typer.echo(dumped(answer_object(answer)))


def person_shown(language: str | None, *, headed: bool) -> Show:
    """A function that prints answers for a person, in the question's language unless one is given.

    `headed` puts each under its question.
    """
    from retrieval.language.english import is_english

    console = terminal.console_for(sys.stdout)

    def show(answer: Answer) -> None:
        spoken = language or (Language.EN if is_english(answer.question) else Language.VI)
        terminal.print_answer(sys.stdout, console, answer, spoken, headed=headed)

    return show


def answer_object(answer: Answer) -> dict[str, object]:
    """The answer as the JSON object that programs rely on."""
    return {
        "question": answer.question,
        "abstained": answer.abstained,
        **({"suggestion": answer.suggestion} if answer.suggestion else {}),
        "took_ms": round(answer.took_ms, 3),
        "passages": [
            {
                "rank": rank,
                **asdict(quote.source),
                "published": quote.source.published and quote.source.published.isoformat(),
                "quote": quote.text,
                "start": quote.span.start,
                "end": quote.span.end,
                "highlights": [[span.start, span.end] for span in quote.highlights],
                "score": quote.score,
            }
            for rank, quote in enumerate(answer.quotes, 1)
        ],
    }


def dumped(value: object) -> str:
    """One line of JSON, letters as they are.

    >>> dumped({"title": "Tin xã"})
    '{"title": "Tin xã"}'
    """
    return json.dumps(value, ensure_ascii=False)


def lines_of(source: str) -> Iterator[str]:
    """The lines of a file, or of standard input for `-`, as they come."""
    with sys.stdin.buffer if source == "-" else Path(source).open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                yield line.rstrip(b"\r\n").decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                where = f"{source}, line {number}"
                raise SettingsError(where, "not UTF-8", "save the questions as UTF-8") from None


def inside(path: Path, corpus: Path) -> Path:
    """The path, once it is known to lie in the corpus."""
    if not path.resolve().is_relative_to(corpus.resolve()):
        raise CorpusError(
            str(path), f"not inside the corpus {corpus}", "name its folder with --corpus DIR"
        )
    return path


def updated(settings: Settings, only: Sequence[Path] = ()) -> BuildReport:
    """Updates the index, with a progress bar when that takes a while."""
    from retrieval import update_index

    with terminal.progress_bar(sys.stderr, "Indexing") as show:
        return update_index([settings.corpus], settings.index, only=only, progress=show)


class MendingIndex:
    """The corpus's index; built anew from the corpus when what is read of it is damaged."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._index = fresh_index(settings)

    def ask(self, question: str, top: int = 3) -> Answer:
        """The answer, with at most `top` quotes."""
        try:
            return self._index.ask(question, top)
        except IndexDamaged as damage:
            self.close()
            self._index = rebuilt_index(self._settings, damage)
            return self._index.ask(question, top)

    def close(self) -> None:
        """Let go of the files."""
        self._index.close()


def fresh_index(settings: Settings) -> Index:
    """The index, brought up to date with the corpus first.

    While another process does that, the index is used as it was.
    """
    from retrieval import is_stale, open_index

    locked = None
    if is_stale([settings.corpus], settings.index):
        try:
            report = updated(settings)
        except IndexLocked as busy:
            locked = busy
        else:
            if report.failed:
                files = tables.count(len(report.failed), "file")
                note(f"{files} could not be read; `hoibao index` says why")
    try:
        index = open_index(settings.index, threshold=settings.threshold)
    except IndexMissing as missing:
        raise locked or missing from None
    except IndexDamaged as damage:
        return rebuilt_index(settings, damage)
    if locked:
        note(f"{locked}; answering from the index as it is")
    return index


def rebuilt_index(settings: Settings, damage: IndexDamaged) -> Index:
    """The index, built anew from the corpus after damage was met in it."""
    from retrieval import open_index

    note(f"{damage.subject}: {damage.cause}; building it anew")
    updated(settings)
    return open_index(settings.index, threshold=settings.threshold)


def note(message: str) -> None:
    """Tells the person something that is not the answer."""
    typer.echo(f"hoibao: {printable(message)}", err=True)
