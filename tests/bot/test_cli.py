"""The command line with a stand-in for the index, and its way with mistakes."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import cli
from retrieval.errors import CorpusError, SettingsError
from retrieval.model import Abstention, Answer, Quote, Source, Span

SOURCE = Source("dang-bo", "Đảng bộ xã", "Thanh Đàn", date(2024, 7, 12), "dang-bo.txt")
QUOTE = Quote(SOURCE, Span(10, 27), "đồng chí Vi Văn D", (Span(9, 17),), 3.5)


class FakeIndex:
    """Quotes for every question but one that asks for gold; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def ask(self, question: str, top: int = 3) -> Answer:
        self.asked.append((question, top))
        answer = Answer(question, (QUOTE,), 0.9, took_ms=3.14159)
        return replace(answer, abstention=Abstention.NO_MATCH) if "vàng" in question else answer


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex()


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, without any `.env`."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hoibao(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


# what programs rely on


def test_an_answer_is_the_agreed_object() -> None:
    assert cli.answer_object(Answer("Ai?", (QUOTE,), 0.9, took_ms=3.14159)) == {
        "question": "Ai?",
        "abstained": False,
        "took_ms": 3.142,
        "passages": [
            {
                "rank": 1,
                "article_id": "dang-bo",
                "title": "Đảng bộ xã",
                "author": "Thanh Đàn",
                "published": "2024-07-12",
                "source": "dang-bo.txt",
                "quote": "đồng chí Vi Văn D",
                "start": 10,
                "end": 27,
                "highlights": [[9, 17]],
                "score": 3.5,
            }
        ],
    }


def test_what_is_unknown_about_an_article_is_null() -> None:
    anonymous = replace(QUOTE, source=Source("a", "Tin"))
    passage = json.loads(cli.dumped(cli.answer_object(Answer("?", (anonymous,), 1))))["passages"][0]
    assert [passage[key] for key in ("author", "published", "source")] == [None] * 3


def test_a_refusal_still_lists_the_nearest_passages(index: FakeIndex) -> None:
    answer = cli.answer_object(index.ask("Giá vàng?"))
    assert answer["abstained"] is True
    assert answer["passages"]


def test_each_question_gives_one_line_of_json_in_order(
    index: FakeIndex, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = ["Ai?", "", "Giá vàng?", "Ở đâu\u2028đấy?"]
    assert cli.answer_all(index, questions, 5, cli.show_json) == cli.ANSWERED
    lines = capsys.readouterr().out.split("\n")
    assert [json.loads(line)["question"] for line in lines[:-1]] == questions
    assert {top for _, top in index.asked} == {5}


def test_the_status_tells_that_nothing_was_quoted(index: FakeIndex) -> None:
    assert cli.answer_all(index, ["Giá vàng?"], 3, lambda answer: None) == cli.ABSTAINED


def test_a_question_that_is_not_unicode_is_asked_with_marks_in_its_place(index: FakeIndex) -> None:
    cli.answer_all(index, ["Ai \udce1?"], 3, lambda answer: None)
    assert index.asked == [("Ai ??", 3)]


# batches


def batch_file(content: bytes, folder: Path) -> str:
    path = folder / "questions.txt"
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize(
    "content",
    ["Ai?\nỞ đâu?\n", "Ai?\r\nỞ đâu?\r\n", "Ai?\nỞ đâu?", "\ufeffAi?\nỞ đâu?\n"],
    ids=["unix", "windows", "no-last-newline", "byte-order-mark"],
)
def test_a_batch_is_one_question_a_line(content: str, tmp_path: Path) -> None:
    assert list(cli.lines_of(batch_file(content.encode(), tmp_path))) == ["Ai?", "Ở đâu?"]


def test_an_empty_line_of_a_batch_keeps_its_place(tmp_path: Path) -> None:
    assert list(cli.lines_of(batch_file(b"a\n\nb\n", tmp_path))) == ["a", "", "b"]


def test_only_line_feeds_end_a_question(tmp_path: Path) -> None:
    content = "một\x0bhai\u2028ba\x85bốn\n"
    assert list(cli.lines_of(batch_file(content.encode(), tmp_path))) == [content[:-1]]


def test_a_batch_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    content = b"Ai?\n" + "Ở đâu?".encode("utf-16")
    with pytest.raises(SettingsError, match=r"line 2: not UTF-8; save"):
        list(cli.lines_of(batch_file(content, tmp_path)))


# paths


def test_paths_to_index_must_lie_in_the_corpus(away: Path) -> None:
    corpus = Path("articles")
    corpus.mkdir()
    assert cli.inside(corpus / "a.txt", corpus) == corpus / "a.txt"
    assert cli.inside(away / "articles", corpus) == away / "articles"
    with pytest.raises(CorpusError, match=r"^b\.txt: not inside the corpus articles; .*--corpus"):
        cli.inside(Path("b.txt"), corpus)


# mistakes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", "--tpo", "3", "Ai?"], "--tpo"),
        (["ask", "--top", "0", "Ai?"], "--top"),
        (["ask", "--top", "ba", "Ai?"], "--top"),
        (["ask", "--lang", "fr", "Ai?"], "--lang"),
        (["ask", "Ai?", "--batch", "-"], "--batch: given beside a question"),
        (["ask"], "no question"),
        (["ask", "--corpus"], "--corpus"),
        (["ask", "--corpus", "nowhere", "Ai?"], "nowhere"),
        (["oops"], "oops"),
        (["index", "elsewhere.txt"], "--corpus"),
        (["status", "--index", "nowhere"], "nowhere"),
        (["eval"], "FILE"),
        (["eval", "missing.json"], "missing.json"),
        (["bot"], "HOIBAO_TELEGRAM_TOKEN"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_named_in_one_line(
    arguments: list[str], message: str, away: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == cli.FAILED
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("hoibao: ")
    assert message in error
    assert error.count("\n") == 1


def test_a_setting_that_cannot_work_is_named(
    away: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOIBAO_THRESHOLD", "much")
    assert cli.main(["status"]) == cli.FAILED
    assert "HOIBAO_THRESHOLD" in capsys.readouterr().err


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == cli.FAILED
    output = capsys.readouterr()
    for command in ("ask", "index", "status", "eval", "bot"):
        assert f"  {command} " in output.out + output.err


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"hoibao {version('hoibao')}\n"


def interrupting(*arguments: object, **options: object) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_leaves_without_a_traceback(
    away: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "_settings", interrupting)
    assert cli.main(["status"]) == 130
    assert "Traceback" not in capsys.readouterr().err


class ClosedPipe(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


def test_a_reader_that_leaves_ends_the_output_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", ClosedPipe())
    assert cli.main(["--version"]) == cli.READER_GONE
    assert capsys.readouterr().err == ""


# start-up

HEAVY = {
    "aiohttp",
    "docx",
    "httpx",
    "numpy",
    "prompt_toolkit",
    "pypdfium2",
    "rank_bm25",
    "rich",
    "telegram",
    "trafilatura",
    "underthesea",
}


def imported_by(*arguments: str) -> set[str]:
    """The top-level modules that a run of the command imports."""
    script = (
        "import sys; from bot.cli import main; main(sys.argv[1:]);"
        "print('\\n', *{name.split('.')[0] for name in sys.modules})"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["--version"], ["status"]])
def test_nothing_heavy_is_imported_for_what_is_quick(arguments: list[str]) -> None:
    assert not imported_by(*arguments) & HEAVY


def test_help_reads_no_settings() -> None:
    assert "pydantic_settings" not in imported_by("--help")
