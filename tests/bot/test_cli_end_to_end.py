"""The command as people and programs run it: real processes, a real corpus, a real terminal."""

import json
import os
import pty
import shutil
import subprocess
import sys
import termios
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Callable
from pathlib import Path
from select import select

import pytest
from filelock import FileLock

CORPUS = Path(__file__).parents[2] / "data" / "articles"
FIRST = "Ai là Bí thư Đảng uỷ xã Yên Phúc?"
GOLD = "Giá vàng hôm nay bao nhiêu?"
Hoibao = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of one article that a test may change."""
    return Path(shutil.copytree(CORPUS, tmp_path / "articles"))


@pytest.fixture
def environment(tmp_path: Path, corpus: Path) -> dict[str, str]:
    """Settings for that corpus, and a home folder of its own."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "HOIBAO_CORPUS": str(corpus),
        "HOIBAO_INDEX": str(tmp_path / "index"),
        "TERM": "xterm-256color",
    }


@pytest.fixture
def hoibao(tmp_path: Path, environment: dict[str, str]) -> Hoibao:
    """Runs the command away from the repository."""

    def run(
        *arguments: str | bytes, stdin: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            input=stdin,
            env=environment | {"PYTHONPATH": str(CORPUS.parents[1])} | settings,
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )

    return run


# asking


def test_the_first_question_is_answered_without_any_preparation(hoibao: Hoibao) -> None:
    run = hoibao("ask", FIRST)
    assert (run.returncode, run.stderr) == (0, "")
    assert "**Vi Văn Dụng**" in run.stdout.split("\n")[0]
    assert "Thanh Đàn · 2024-07-12" in run.stdout.split("\n")[1]


@pytest.mark.parametrize(
    "arguments", [FIRST.split(), [unicodedata.normalize("NFD", FIRST)], [FIRST.upper()]]
)
def test_however_it_is_typed(hoibao: Hoibao, arguments: list[str]) -> None:
    run = hoibao("ask", "--top", "1", *arguments)
    assert "Vi Văn Dụng" in run.stdout
    assert run.returncode == 0


def test_what_the_articles_do_not_say_is_said_so(hoibao: Hoibao) -> None:
    run = hoibao("ask", GOLD)
    assert run.returncode == 1
    assert "chưa thấy câu trả lời" in run.stdout


def test_an_english_question_is_spoken_to_in_english(hoibao: Hoibao) -> None:
    assert "found no answer" in hoibao("ask", "What is the price of gold today?").stdout
    assert "chưa thấy" in hoibao("ask", "--lang", "vi", "What is the price of gold today?").stdout


@pytest.mark.parametrize(
    "question", ["", "là gì", "🙂🙂", "a" * 10_000, "xã " * 3_000, "\ud800", "-", "\x1b[2J"]
)
def test_any_question_gets_a_sensible_answer(hoibao: Hoibao, question: str) -> None:
    run = hoibao("ask", "--", question.encode(errors="surrogatepass"))
    assert run.returncode in (0, 1)
    assert run.stdout
    assert run.stderr == ""


def test_every_quote_is_the_articles_text_at_its_offsets(hoibao: Hoibao, corpus: Path) -> None:
    answer = json.loads(hoibao("ask", "--json", "--top", "5", FIRST).stdout)
    text = next(corpus.glob("*.txt")).read_bytes().decode("utf-8-sig")
    assert answer["passages"]
    for passage in answer["passages"]:
        assert passage["quote"] == text[passage["start"] : passage["end"]]
        assert all(0 <= a < b <= len(passage["quote"]) for a, b in passage["highlights"])


def test_a_batch_keeps_its_order_and_has_a_line_for_each_question(hoibao: Hoibao) -> None:
    questions = [FIRST, GOLD, "", "bi thu dang uy xa yen phuc la ai"]
    run = hoibao("ask", "--batch", "-", "--json", stdin="\n".join(questions) + "\n")
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["question"] for answer in answers] == questions
    assert [answer["abstained"] for answer in answers] == [False, True, True, False]
    assert run.returncode == 0


def test_a_batch_for_a_person_shows_each_question(hoibao: Hoibao, tmp_path: Path) -> None:
    (tmp_path / "questions.txt").write_text(f"{FIRST}\n{GOLD}\n", encoding="utf-8")
    run = hoibao("ask", "--batch", "questions.txt")
    assert [line for line in run.stdout.splitlines() if line.startswith("#")] == [
        f"### {FIRST}",
        f"### {GOLD}",
    ]


def test_a_batch_that_is_all_unanswered_has_status_1(hoibao: Hoibao) -> None:
    assert hoibao("ask", "--batch", "-", stdin=GOLD).returncode == 1


def test_output_is_utf_8_whatever_the_locale(hoibao: Hoibao) -> None:
    run = hoibao("ask", FIRST, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert "Vi Văn Dụng" in run.stdout


def test_a_reader_that_leaves_early_is_no_error(
    hoibao: Hoibao, environment: dict[str, str], tmp_path: Path
) -> None:
    hoibao("index")
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "--batch", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment | {"PYTHONPATH": str(CORPUS.parents[1])},
        cwd=tmp_path,
    )
    assert process.stdin and process.stdout and process.stderr  # noqa: PT018
    process.stdin.write(f"{FIRST}\n".encode())
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["question"] == FIRST
    process.stdout.close()
    _, errors = process.communicate(f"{FIRST}\n".encode() * 3)
    assert errors == b""
    assert process.returncode == 141


# the index


def test_index_counts_and_names_what_failed(hoibao: Hoibao, corpus: Path) -> None:
    (corpus / "scan.pdf").write_bytes(b"%PDF-1.4 broken")
    (corpus / "empty.txt").write_bytes(b"")
    run = hoibao("index")
    assert run.returncode == 3
    assert "added      1\n" in run.stdout
    assert "failed     2\n" in run.stdout
    assert "  empty.txt: " in run.stdout
    assert "  scan.pdf: " in run.stdout


def test_index_again_finds_nothing_to_do(hoibao: Hoibao) -> None:
    hoibao("index")
    report = json.loads(hoibao("index", "--json").stdout)
    counts = [report[name] for name in ("added", "changed", "removed", "unchanged", "failed")]
    assert counts == [0, 0, 0, 1, []]


def test_index_takes_in_only_the_named_paths(hoibao: Hoibao, corpus: Path) -> None:
    hoibao("index")
    for name in ("mot.txt", "hai.txt"):
        (corpus / name).write_text("Chợ Bãi họp vào ngày mồng một.", encoding="utf-8")
    report = json.loads(hoibao("index", "--json", str(corpus / "mot.txt")).stdout)
    assert (report["added"], report["articles"]) == (1, 2)


@pytest.mark.parametrize("command", ["index", "ask"])
def test_an_empty_or_missing_corpus_is_an_error(
    hoibao: Hoibao, tmp_path: Path, command: str
) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "missing"):
        run = hoibao(command, "--corpus", name, *(["Ai?"] if command == "ask" else []))
        assert (run.returncode, run.stdout) == (2, "")
        assert name in run.stderr
        assert run.stderr.count("\n") == 1


def test_ask_finds_what_was_added_since(hoibao: Hoibao, corpus: Path) -> None:
    question = "Chợ Bãi họp vào ngày nào?"
    hoibao("ask", question)
    (corpus / "cho.txt").write_text("Chợ Bãi họp vào ngày mồng một.", encoding="utf-8")
    assert "mồng một" in hoibao("ask", question).stdout


def test_ask_says_in_one_line_that_files_failed(hoibao: Hoibao, corpus: Path) -> None:
    (corpus / "scan.pdf").write_bytes(b"%PDF-1.4 broken")
    run = hoibao("ask", FIRST)
    assert run.returncode == 0
    assert run.stderr == "hoibao: 1 file could not be read; `hoibao index` says why\n"
    assert hoibao("ask", FIRST).stderr == ""


def test_while_another_process_indexes_the_old_state_answers(
    hoibao: Hoibao, corpus: Path, environment: dict[str, str]
) -> None:
    hoibao("index")
    (corpus / "cho.txt").write_text("Chợ Bãi họp vào ngày mồng một.", encoding="utf-8")
    with FileLock(Path(environment["HOIBAO_INDEX"]) / "writer.lock"):
        run = hoibao("ask", FIRST)
        refused = hoibao("index")
    assert run.returncode == 0
    assert "Vi Văn Dụng" in run.stdout
    assert run.stderr.endswith("; answering from the index as it is\n")
    assert refused.returncode == 2


def test_a_damaged_index_is_built_anew_and_the_question_answered(
    hoibao: Hoibao, tmp_path: Path
) -> None:
    assert hoibao("ask", FIRST).returncode == 0
    (database,) = (tmp_path / "index").glob("*/articles.sqlite3")
    whole = database.read_bytes()
    at = whole.rindex("Vi Văn Dụng".encode())
    database.write_bytes(whole[:at] + b"W" + whole[at + 1 :])
    run = hoibao("ask", FIRST)
    assert run.returncode == 0
    assert "Vi Văn Dụng" in run.stdout.replace("*", "")
    assert "building it anew" in run.stderr


def test_status_tells_what_there_is(hoibao: Hoibao) -> None:
    hoibao("index")
    status = json.loads(hoibao("status", "--json").stdout)
    assert status["articles"] == 1
    assert set(status) == {"articles", "passages", "engine", "generation", "built", "size"}
    assert "articles    1\n" in hoibao("status").stdout


def test_a_flag_wins_over_the_environment_and_that_over_the_file(
    hoibao: Hoibao, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / ".env").write_text("HOIBAO_INDEX=from-file\nHOIBAO_THRESHOLD=7\n")
    assert "HOIBAO_THRESHOLD" in hoibao("status").stderr
    assert "from-flag" in hoibao("status", "--index", "from-flag", HOIBAO_THRESHOLD="0").stderr
    del environment["HOIBAO_INDEX"]
    assert "from-file" in hoibao("status", HOIBAO_THRESHOLD="0").stderr


# measuring


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """A small SQuAD file."""
    context = "Chợ Bãi họp vào ngày mồng một. Trường học nằm bên sông Kỳ Cùng."

    def answer(text: str) -> dict[str, str | int]:
        return {"text": text, "answer_start": context.index(text)}

    questions = [
        {"id": "1", "question": "Chợ Bãi họp vào ngày nào?", "answers": [answer("mồng một")]},
        {"id": "2", "question": "Trường học nằm ở đâu?", "answers": [answer("sông Kỳ Cùng")]},
    ]
    paragraph = {"context": context, "qas": questions}
    path = tmp_path / "small.json"
    path.write_text(
        json.dumps({"version": "1.1", "data": [{"title": "Xã", "paragraphs": [paragraph]}]})
    )
    return path


def test_eval_prints_the_measures(hoibao: Hoibao, collection: Path) -> None:
    run = hoibao("eval", str(collection))
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[1].split()[:2] == ["quote@1", "100.0"]


def test_eval_compares_with_a_saved_run(hoibao: Hoibao, collection: Path, tmp_path: Path) -> None:
    saved = hoibao("eval", str(collection), "--json").stdout
    (tmp_path / "before.json").write_text(saved, encoding="utf-8")
    run = hoibao("eval", str(collection), "--baseline", "before.json", "--errors", "errors.txt")
    assert "+0.0" in run.stdout
    assert (tmp_path / "errors.txt").exists()


def test_eval_shows_all_noises_side_by_side(hoibao: Hoibao, collection: Path) -> None:
    run = hoibao("eval", str(collection), "--noise", "all", "--unit", "paragraph", "--limit", "1")
    assert [line.split()[0] for line in run.stdout.splitlines()][:3] == [
        *("noise", "none", "no-diacritics")
    ]


def test_eval_refuses_a_noise_that_does_not_exist(hoibao: Hoibao, collection: Path) -> None:
    run = hoibao("eval", str(collection), "--noise", "shouting")
    assert run.returncode == 2
    assert "choose from" in run.stderr


# the prompt


def conversation(environment: dict[str, str], cwd: Path, *typed: tuple[str, str]) -> str:
    """What a terminal shows of `hoibao ask`; keys are typed once the text before them is shown."""
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (40, 90))
    command = [sys.executable, "-m", "bot", "ask"]
    process = subprocess.Popen(
        command, stdin=end, stdout=end, stderr=end, env=environment, cwd=cwd, start_new_session=True
    )
    os.close(end)
    shown, decoder = "", getincrementaldecoder("utf-8")()
    for awaited, keys in typed:
        seen = len(shown)
        while awaited not in shown[seen:]:
            assert select([terminal], [], [], 60)[0], f"waiting for {awaited}, saw {shown}"
            shown += decoder.decode(os.read(terminal, 65536))
        os.write(terminal, keys.encode())
    status = process.wait(timeout=60)
    os.close(terminal)
    return f"{shown}\nexit status {status}"


def test_without_a_question_a_prompt_asks_until_ctrl_d(
    environment: dict[str, str], tmp_path: Path
) -> None:
    shown = conversation(
        environment | {"PYTHONPATH": str(CORPUS.parents[1])},
        tmp_path,
        ("Hỏi:", "dở dang\x03"),
        ("Hỏi:", f"{FIRST}\r"),
        ("Thanh Đàn", ""),
        ("Hỏi:", "\x04"),
    )
    assert "\x1b[1;7mVi Văn Dụng" in shown
    assert shown.endswith("exit status 0")
    history = tmp_path / "home/.local/state/hoibao/history"
    assert FIRST in history.read_text(encoding="utf-8")
    assert "dở dang" not in history.read_text(encoding="utf-8")
    assert history.stat().st_mode & 0o077 == 0
