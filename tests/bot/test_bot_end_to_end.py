"""The bot as people start it, `hoibao bot` in a process of its own, against the strict server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from retrieval import open_index
from tests.bot.ports import free_port
from tests.bot.process import Bot, eventually, halt, is_asked_to_end
from tests.bot.process import started as started_process
from tests.bot.running import write_records
from tests.telegram import BotApi, Chat, Message, User

ADMIN = 1
YEN_PHUC = Path(__file__).parents[2] / "data" / "articles" / "dang-bo-xa-yen-phuc.txt"
QUESTION = "Ai là Bí thư Đảng uỷ xã Yên Phúc?"
SECRETARY = "Vi Văn Dụng"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Yên Phúc, an article that will change, and one that will go."""
    folder = tmp_path / "articles"
    folder.mkdir()
    shutil.copy(YEN_PHUC, folder)
    write_article(folder / "cho.md", "Chợ phiên", "Chợ phiên Bắc Sơn họp vào ngày mùng hai.")
    write_article(folder / "cau.md", "Cây cầu", "Cây cầu Khánh Khê dài bốn mươi mét.")
    return folder


def write_article(file: Path, title: str, text: str) -> None:
    file.write_text(f"---\ntitle: {title}\n---\n{text}\n", encoding="utf-8")


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as api:
        api.private_chat(api.user(ADMIN, "Admin"))
        yield api
        assert not api.refusals


@pytest.fixture
def an(api: BotApi) -> User:
    return api.user(7, "An", language_code="vi")


@pytest.fixture
def chat(api: BotApi, an: User) -> Chat:
    return api.private_chat(an)


@pytest.fixture
def admin(api: BotApi) -> User:
    return api.state.users[ADMIN]


@pytest.fixture
def office(api: BotApi, admin: User) -> Chat:
    return api.private_chat(admin)


@contextmanager
def started(api: BotApi, corpus: Path, folder: Path, **variables: str) -> Iterator[Bot]:
    """`hoibao bot`, which does not write what people ask."""
    with started_process(api, corpus, folder, **variables) as bot:
        yield bot
    assert QUESTION not in bot.log


def asked(api: BotApi, chat: Chat, user: User, text: str) -> Message:
    """The bot's answer to a message."""
    question = api.send(chat, user, text)
    answer = api.next_message(chat, timeout=30)
    assert answer.reply_to is question
    return answer


def test_questions_paging_and_abstention(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat
) -> None:
    with started(api, corpus, tmp_path):
        answer = asked(api, chat, an, QUESTION)
        assert answer.marked("bold") == [SECRETARY]
        assert SECRETARY in answer.marked("blockquote")[0]
        assert "Thanh Đàn · 12/07/2024" in answer.text
        first = answer.text
        api.press(an, answer, "▶")
        assert api.next_edit(answer).text != first
        api.press(an, answer, "◀")
        assert api.next_edit(answer).text == first
        nothing = asked(api, chat, an, "Giá vàng hôm nay bao nhiêu?")
        assert "chưa thấy câu trả lời" in nothing.text
        assert not nothing.marked("blockquote")


def test_english_speakers_are_answered_in_english(
    api: BotApi, corpus: Path, tmp_path: Path
) -> None:
    bob = api.user(8, "Bob", language_code="en")
    chat = api.private_chat(bob)
    with started(api, corpus, tmp_path):
        answer = asked(api, chat, bob, "Who is the party secretary?")
        assert SECRETARY in answer.text
        assert "12 July 2024" in answer.text
        assert "no answer" in asked(api, chat, bob, "What is the price of gold today?").text


def test_a_reload_takes_in_what_changed_while_questions_are_answered(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat, admin: User, office: Chat
) -> None:
    with started(api, corpus, tmp_path) as bot:
        assert asked(api, chat, an, "/reload").text.startswith("Lệnh này dành cho người quản trị")
        assert "bốn mươi mét" in asked(api, chat, an, "Cầu Khánh Khê dài bao nhiêu?").text
        write_article(corpus / "den.md", "Ngôi đền", "Ngôi đền Kỳ Cùng thờ quan lớn Tuần Tranh.")
        write_article(corpus / "cho.md", "Chợ phiên", "Chợ phiên Bắc Sơn họp vào ngày mùng bảy.")
        (corpus / "cau.md").unlink()
        (corpus / "hong.pdf").write_bytes(b"%PDF-1.7 broken")

        board = asked(api, office, admin, "/reload")
        worker = bot.reload_process()
        halt(worker)
        assert SECRETARY in asked(api, chat, an, QUESTION).text
        assert "mùng hai" in asked(api, chat, an, "Chợ phiên Bắc Sơn họp ngày nào?").text
        assert "đang được nạp lại rồi" in asked(api, office, admin, "/reload").text
        os.killpg(worker, signal.SIGCONT)

        api.wait_for(lambda: "Đã nạp xong" in board.text, timeout=30)
        counts = "Thêm: 1\nThay đổi: 1\nGỡ bỏ: 1\nGiữ nguyên: 1\nLỗi: 1\n"
        assert counts in board.text
        assert "• hong.pdf: " in board.text
        assert "Tuần Tranh" in asked(api, chat, an, "Đền Kỳ Cùng thờ ai?").text
        assert "mùng bảy" in asked(api, chat, an, "Chợ phiên Bắc Sơn họp ngày nào?").text
        assert "bốn mươi" not in asked(api, chat, an, "Cầu Khánh Khê dài bao nhiêu?").text
        assert "Số bài: 3" in asked(api, office, admin, "/status").text


def test_a_reload_shows_how_far_it_is(
    api: BotApi, corpus: Path, tmp_path: Path, admin: User, office: Chat
) -> None:
    with started(api, corpus, tmp_path):
        asked(api, office, admin, "/status")
        texts = (f"Bài số {number} nói về làng {number}." for number in range(3000))
        write_records(corpus / "nhieu.jsonl", texts)
        board = asked(api, office, admin, "/reload")
        assert [button.text for row in board.keyboard for button in row] == ["Dừng lại"]
        api.wait_for(lambda: "Đã nạp xong" in board.text, timeout=60)
        assert any("▓" in version.text or "░" in version.text for version in board.versions)


def test_a_reload_that_fails_leaves_the_old_index_and_says_why(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat, admin: User, office: Chat
) -> None:
    with started(api, corpus, tmp_path):
        assert SECRETARY in asked(api, chat, an, QUESTION).text
        shutil.rmtree(corpus)
        board = asked(api, office, admin, "/reload")
        api.wait_for(lambda: "không thành công" in board.text, timeout=30)
        assert str(corpus.name) in board.text
        assert SECRETARY in asked(api, chat, an, QUESTION).text


def write_many(corpus: Path) -> None:
    """So many articles that a reload is not over before somebody interferes with it."""
    write_records(corpus / "den.jsonl", ["Ngôi đền Kỳ Cùng thờ quan lớn Tuần Tranh. " * 5] * 20_000)


def test_a_reload_whose_process_dies_says_so(
    api: BotApi, corpus: Path, tmp_path: Path, admin: User, office: Chat
) -> None:
    with started(api, corpus, tmp_path) as bot:
        asked(api, office, admin, "/status")
        write_many(corpus)
        board = asked(api, office, admin, "/reload")
        os.killpg(bot.reload_process(), signal.SIGKILL)
        api.wait_for(lambda: "không thành công" in board.text, timeout=30)


def test_a_bot_told_to_stop_during_a_reload_ends_both_cleanly(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat, admin: User, office: Chat
) -> None:
    with started(api, corpus, tmp_path) as bot:
        asked(api, chat, an, QUESTION)
        with open_index(tmp_path / "index") as index:
            before = index.generation
        write_many(corpus)
        board = asked(api, office, admin, "/reload")
        worker = bot.reload_process()
        halt(worker)  # so that it is not done before it is told to stop
        bot.process.send_signal(signal.SIGTERM)
        eventually(lambda: is_asked_to_end(worker))
        os.killpg(worker, signal.SIGCONT)
        assert bot.process.wait(20) == 0
        assert not Path(f"/proc/{worker}").exists()
        assert "bot đang tắt" in board.text
        assert "Traceback" not in bot.log
    with open_index(tmp_path / "index") as index:
        assert index.generation == before
        assert SECRETARY in index.ask(QUESTION).quotes[0].text


def test_an_admin_may_stop_a_reload_and_nobody_else(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, admin: User
) -> None:
    group = api.group("Toà soạn", [an, admin])
    with started(api, corpus, tmp_path) as bot:
        asked(api, group, admin, "/status")
        write_many(corpus)
        board = asked(api, group, admin, "/reload")
        worker = bot.reload_process()
        halt(worker)
        press = api.press(an, board, "Dừng lại")
        assert "người quản trị" in api.answer_to(press)["text"]
        api.press(admin, board, "Dừng lại")
        eventually(lambda: is_asked_to_end(worker))
        os.killpg(worker, signal.SIGCONT)
        api.wait_for(lambda: "Đã dừng" in board.text)
        assert board.keyboard == []
        assert not Path(f"/proc/{worker}").exists()
        assert "Số bài: 3" in asked(api, group, admin, "/status").text


def test_a_bot_that_watches_takes_in_what_is_saved_and_what_is_deleted(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat, admin: User, office: Chat
) -> None:
    with started(api, corpus, tmp_path, HOIBAO_WATCH="true") as bot:
        assert "Số bài: 3" in asked(api, office, admin, "/status").text
        eventually(lambda: is_watched(bot.process.pid))
        write_article(corpus / ".den.md.swp", "Ngôi đền", "Ngôi đền Kỳ Cùng.")
        write_article(corpus / "den.md", "Ngôi đền", "Ngôi đền Kỳ Cùng thờ quan lớn Tuần Tranh.")
        (corpus / "cau.md").unlink()
        eventually(lambda: "1 added, 0 changed, 1 removed, 0 failed" in bot.log)
        assert "Tuần Tranh" in asked(api, chat, an, "Đền Kỳ Cùng thờ ai?").text
        assert "bốn mươi" not in asked(api, chat, an, "Cầu Khánh Khê dài bao nhiêu?").text
        assert bot.log.count("were reloaded") == 1


def test_a_bot_that_watches_follows_a_folder_that_is_exchanged(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat
) -> None:
    other = tmp_path / "next"
    shutil.copytree(corpus, other)
    write_article(other / "den.md", "Ngôi đền", "Ngôi đền Kỳ Cùng thờ quan lớn Tuần Tranh.")
    with started(api, corpus, tmp_path, HOIBAO_WATCH="true") as bot:
        asked(api, chat, an, QUESTION)
        eventually(lambda: is_watched(bot.process.pid))
        corpus.rename(tmp_path / "before")
        other.rename(corpus)
        eventually(lambda: "1 added" in bot.log, timeout=60)
        write_article(corpus / "cho.md", "Chợ phiên", "Chợ phiên Bắc Sơn họp vào ngày mùng bảy.")
        eventually(lambda: "0 added, 1 changed" in bot.log, timeout=60)
        assert "mùng bảy" in asked(api, chat, an, "Chợ phiên Bắc Sơn họp ngày nào?").text


def is_watched(process: int) -> bool:
    """Whether the process watches a folder."""
    return any(
        "inotify wd:" in each.read_text() for each in Path(f"/proc/{process}/fdinfo").iterdir()
    )


def test_a_bot_told_to_stop_while_it_makes_its_first_index_ends_cleanly(
    api: BotApi, corpus: Path, tmp_path: Path
) -> None:
    with started(api, corpus, tmp_path) as bot:
        worker = bot.reload_process()
        assert bot.terminate() == 0
        assert not Path(f"/proc/{worker}").exists()
        assert "Traceback" not in bot.log


def test_the_bot_waits_for_the_network(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat
) -> None:
    api.bad_gateway("getMe", times=2)
    with started(api, corpus, tmp_path):
        assert SECRETARY in asked(api, chat, an, QUESTION).text


def test_a_webhook_takes_questions_and_refuses_strangers(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}/updates"
    hook = {
        "HOIBAO_WEBHOOK_URL": address,
        "HOIBAO_WEBHOOK_SECRET": "only-Telegram-knows",
        "HOIBAO_WEBHOOK_PORT": str(port),
    }
    with started(api, corpus, tmp_path, **hook) as bot:
        assert SECRETARY in asked(api, chat, an, QUESTION).text
        stranger = urllib.request.Request(address, b"{}", {"Content-Type": "application/json"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(stranger, timeout=10)
        assert refused.value.code == 403
        refused.value.close()
        assert "only-Telegram-knows" not in bot.log


def test_a_bot_that_has_an_index_starts_without_its_corpus(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat
) -> None:
    with started(api, corpus, tmp_path):
        asked(api, chat, an, QUESTION)
    shutil.rmtree(corpus)
    with started(api, corpus, tmp_path) as bot:
        assert SECRETARY in asked(api, chat, an, QUESTION).text
        assert "could not be brought up to date" in bot.log


def test_a_log_for_machines_has_one_object_a_line(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat, admin: User, office: Chat
) -> None:
    with started(api, corpus, tmp_path, HOIBAO_LOG_FORMAT="json") as bot:
        asked(api, chat, an, QUESTION)
        api.bad_gateway("getUpdates")
        asked(api, chat, an, QUESTION)
        (corpus / "leer.md").touch()
        board = asked(api, office, admin, "/reload")
        api.wait_for(lambda: "Đã nạp xong" in board.text, timeout=30)
    lines = [json.loads(line) for line in bot.log.splitlines()]
    assert {"time", "level", "logger", "message"} <= set(lines[0])


def test_health_is_about_progress_and_tells_of_the_last_reload(
    api: BotApi, corpus: Path, tmp_path: Path, an: User, chat: Chat, admin: User, office: Chat
) -> None:
    port = free_port()
    with started(api, corpus, tmp_path, HOIBAO_HEALTH_PORT=str(port)):
        asked(api, chat, an, QUESTION)
        before = health(port)
        assert before["last_reload"] is None
        write_article(corpus / "den.md", "Ngôi đền", "Ngôi đền Kỳ Cùng.")
        board = asked(api, office, admin, "/reload")
        api.wait_for(lambda: "Đã nạp xong" in board.text, timeout=30)
        after = health(port)
        assert after["healthy"]
        assert after["last_reload"]["outcome"] == "done"
        assert after["generation"] > before["generation"]


def health(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as response:
        told: dict[str, Any] = json.load(response)
        return told


def test_an_address_that_is_taken_is_named_at_the_start(
    api: BotApi, corpus: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = refused(api, corpus, tmp_path, {"HOIBAO_HEALTH_PORT": port})
    assert f"HOIBAO_HEALTH_PORT: cannot listen on 127.0.0.1, port {port}" in ended.stderr
    # before any work was done
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"HOIBAO_TELEGRAM_TOKEN": ""}, "HOIBAO_TELEGRAM_TOKEN: not set"),
        ({"HOIBAO_ADMIN_IDS": "An"}, "HOIBAO_ADMIN_IDS: "),
        ({"HOIBAO_LOG_FORMAT": "xml"}, "HOIBAO_LOG_FORMAT: "),
        ({"HOIBAO_STATE": "/proc/bot.sqlite"}, "HOIBAO_STATE: "),
        ({"HOIBAO_CORPUS": "nowhere"}, "nowhere: "),
        ({"HOIBAO_TELEGRAM_TOKEN": "1:unknown"}, "HOIBAO_TELEGRAM_TOKEN: Telegram does not know"),
    ],
)
def test_a_setting_that_cannot_work_is_named_at_the_start(
    api: BotApi, corpus: Path, tmp_path: Path, variables: dict[str, str], told: str
) -> None:
    ended = refused(api, corpus, tmp_path, variables)
    assert told in ended.stderr
    assert "1:unknown" not in ended.stderr


def refused(
    api: BotApi, corpus: Path, folder: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """`hoibao bot` that ends at once, by an error that can be mended."""
    environment = {
        **os.environ,
        "HOIBAO_TELEGRAM_TOKEN": api.token,
        "HOIBAO_TELEGRAM_BASE_URL": api.base_url,
        "HOIBAO_CORPUS": str(corpus),
        "HOIBAO_INDEX": str(folder / "index"),
        **variables,
    }
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "bot"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    api.state.calls.clear()
    return ended
