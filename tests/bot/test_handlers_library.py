"""Admins add, remove and restore articles from the chat; over a real index and real reloads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import render
from bot.buttons import Press, mark_of, sealed, unsealed
from bot.desk import Desk
from bot.texts import TEXTS
from retrieval import open_index, update_index
from retrieval.workers import Limits
from tests.bot.process import eventually
from tests.bot.running import ADMIN, running_bot
from tests.hostile.documents import DOCUMENTS
from tests.telegram import BotApi, Chat, Message, User

OTHER_ADMIN = 2
HTML = """<html><head><title>Ngôi đền Kỳ Cùng</title></head><body><article>
<h1>Ngôi đền Kỳ Cùng</h1>
<p>Ngôi đền Kỳ Cùng ở Lạng Sơn thờ quan lớn Tuần Tranh, người coi sóc dòng sông này từ xưa.</p>
<p>Hằng năm, lễ hội của ngôi đền mở vào ngày hai mươi hai tháng giêng, đông người về dự.</p>
</article></body></html>"""
FILES = {
    "den.txt": "Ngôi đền Kỳ Cùng\n\nNgôi đền Kỳ Cùng thờ quan lớn Tuần Tranh.\n".encode(),
    "den.md": b"---\ntitle: Den\n---\n" + "Ngôi đền Kỳ Cùng thờ quan lớn Tuần Tranh.".encode(),
    "den.html": HTML.encode(),
    "den.jsonl": '{"id": "den", "text": "Đền Kỳ Cùng thờ quan lớn Tuần Tranh."}'.encode(),
    "den.csv": "id,title,text\nden,Đền,Đền Kỳ Cùng thờ quan lớn Tuần Tranh.\n".encode(),
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in (("cho", "Chợ phiên Bắc Sơn họp ngày mùng hai."), ("cau", "Cầu dài 40 mét.")):
        (folder / f"{name}.txt").write_text(f"Bài {name}\n\n{text}\n", "utf-8")
    return folder


@contextmanager
def serving(api: BotApi, corpus: Path) -> Iterator[Desk]:
    api.private_chat(api.user(OTHER_ADMIN, "Second"))
    index = corpus.parent / "index"
    update_index([corpus], index)
    settings = {"admin_ids": f"{ADMIN},{OTHER_ADMIN}", "corpus": corpus, "index": index}
    with running_bot(api, open_index(index), **settings) as desk:
        yield desk


def said(api: BotApi, chat: Chat, user: User, text: str) -> Message:
    api.send(chat, user, text)
    return api.next_message(chat)


def reloaded(api: BotApi, message: Message, language: str, key: str) -> None:
    """Waits until the reload in a message that begins so is over."""
    head, words = (TEXTS[language][each].split("<code>")[0] for each in (key, "reload_done"))
    words = words.split("{")[0]
    api.wait_for(lambda: message.text.startswith(head) and words in message.text, timeout=30)


def names(corpus: Path) -> set[str]:
    return {path.name for path in corpus.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_shown_then_added_then_answers(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str, name: str
) -> None:
    texts = TEXTS[language]
    with serving(api, corpus):
        api.send_document(office, admin, FILES[name], name)
        preview = api.next_message(office)
        assert name in preview.marked("code")
        assert "Tuần Tranh" in preview.marked("blockquote")[0]
        assert preview.text.endswith(texts["file_ask"])
        assert names(corpus) == {"cho.txt", "cau.txt"}
        api.press(admin, preview, texts["button_add"])
        reloaded(api, preview, language, "file_added")
        (added,) = names(corpus) - {"cho.txt", "cau.txt"}
        assert (corpus / added).read_bytes() == FILES[name]
        assert preview.marked("code") == [added]
        assert preview.buttons == [texts["button_undo"]]
        answer = said(api, office, admin, "Đền Kỳ Cùng thờ ai?")
        assert "Tuần Tranh" in answer.marked("blockquote")[0]

        api.press(admin, preview, texts["button_undo"])
        reloaded(api, preview, language, "undone_added")
        assert not said(api, office, admin, "Đền Kỳ Cùng thờ ai?").marked("blockquote")


def test_who_cancels_adds_nothing(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str
) -> None:
    with serving(api, corpus):
        api.send_document(office, admin, FILES["den.txt"], "den.txt")
        preview = api.next_message(office)
        api.press(admin, preview, TEXTS[language]["button_cancel"])
        assert api.next_edit(preview).text == TEXTS[language]["change_cancelled"]
        assert preview.keyboard == []
    assert names(corpus) == {"cho.txt", "cau.txt"}


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.exe", b"x", ".exe"),
        ("a.pdf", b"%PDF-1.7 broken", "a.pdf"),
        ("a.json", b"[]", "a.json"),
        ("a.txt", b" \n ", "a.txt"),
        ("noending", b"x", "noending"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(
    api: BotApi,
    corpus: Path,
    admin: User,
    office: Chat,
    language: str,
    name: str,
    data: bytes,
    told: str,
) -> None:
    with serving(api, corpus):
        api.send_document(office, admin, data, name)
        answer = api.next_message(office)
        assert answer.text.startswith(TEXTS[language]["file_unreadable"].split("{")[0])
        assert told in answer.text
        assert answer.keyboard == []


def test_a_hostile_file_is_refused_while_the_bot_goes_on(
    api: BotApi, corpus: Path, admin: User, an: User, office: Chat, chat: Chat, language: str
) -> None:
    """It crashes the process that reads it, which is not the bot's."""
    with serving(api, corpus) as desk:
        desk.limits = Limits(memory=64 << 20)
        api.send_document(office, admin, DOCUMENTS["own-forms.pdf"](0), "a.pdf")
        assert "mùng hai" in said(api, chat, an, "Chợ phiên họp ngày nào?").text
        answer = api.next_message(office)
        assert answer.text.startswith(TEXTS[language]["file_unreadable"].split("{")[0])
        assert "a.pdf: " in answer.text
        assert "; split it, or save it as plain text" in answer.text
        assert answer.keyboard == []


def test_the_name_that_a_file_was_sent_under_is_only_shown(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str
) -> None:
    with serving(api, corpus):
        api.send_document(office, admin, FILES["den.txt"], "../..\\a\nb\u202e\x1b.txt")
        preview = api.next_message(office)
        assert preview.marked("code") == ["a\\nb\\u202e\\x1b.txt"]
        api.press(admin, preview, TEXTS[language]["button_add"])
        reloaded(api, preview, language, "file_added")
        (added,) = names(corpus) - {"cho.txt", "cau.txt"}
        assert added.startswith("ngoi-den-ky-cung-")
        assert not [path for path in corpus.parent.rglob("*") if "\n" in path.name]


def test_a_file_that_is_too_large_is_refused_unseen(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str
) -> None:
    with serving(api, corpus):
        api.send_document(office, admin, b"x", "a.txt", size=21 * 2**20)
        size = render.size(20_000_000, language)
        assert api.next_message(office).text == render.html("file_too_large", language, size=size)
        assert not api.calls("getFile")


def test_the_same_file_is_not_added_twice(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str
) -> None:
    with serving(api, corpus):
        previews = []
        for _ in range(2):
            api.send_document(office, admin, FILES["den.txt"], "den.txt")
            previews.append(api.next_message(office))
        api.press(admin, previews[0], TEXTS[language]["button_add"])
        reloaded(api, previews[0], language, "file_added")
        api.press(admin, previews[1], TEXTS[language]["button_add"])
        assert api.next_edit(previews[1]).text == TEXTS[language]["file_known"]


def test_a_file_from_somebody_else_is_not_looked_at(
    api: BotApi, corpus: Path, an: User, chat: Chat
) -> None:
    with serving(api, corpus):
        api.send_document(chat, an, FILES["den.txt"], "den.txt")
        assert api.next_message(chat).text == TEXTS["vi"]["only_text_file"]
        assert not api.calls("getFile")


def test_a_file_is_removed_after_a_second_look_and_comes_back(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str
) -> None:
    texts = TEXTS[language]
    with serving(api, corpus):
        listed = said(api, office, admin, "/remove")
        assert listed.marked("code") == ["cau.txt", "cho.txt"]
        assert listed.buttons == ["1", "2", texts["button_cancel"]]
        api.press(admin, listed, "2")
        assert "mùng hai" in api.next_edit(listed).marked("blockquote")[0]
        assert listed.text.endswith(texts["remove_ask"])
        assert "cho.txt" in names(corpus)
        api.press(admin, listed, texts["button_remove"])
        reloaded(api, listed, language, "file_removed")
        assert names(corpus) == {"cau.txt"}
        assert not said(api, office, admin, "Chợ phiên họp ngày nào?").marked("blockquote")
        undone = said(api, office, admin, "/undo")
        reloaded(api, undone, language, "undone_removed")
        assert names(corpus) == {"cau.txt", "cho.txt"}
        assert "mùng hai" in said(api, office, admin, "Chợ phiên họp ngày nào?").text
        assert said(api, office, admin, "/undo").text == texts["undo_nothing"]
        # the button under the removal is of another time by now
        api.press(admin, listed, texts["button_undo"])
        assert api.next_edit(listed).text == texts["undo_nothing"]


def test_files_are_found_by_name_and_paged(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str
) -> None:
    for number in range(10):
        (corpus / f"tin-{number}.txt").write_text(f"Tin {number}\n\nNội dung {number}.", "utf-8")
    with serving(api, corpus):
        listed = said(api, office, admin, "/remove tin")
        assert listed.marked("code") == [f"tin-{number}.txt" for number in range(8)]
        api.press(admin, listed, "▶")
        assert api.next_edit(listed).marked("code") == ["tin-8.txt", "tin-9.txt"]
        api.press(admin, listed, "◀")
        assert len(api.next_edit(listed).marked("code")) == 8
        nothing = said(api, office, admin, "/remove <b>")
        assert nothing.text == TEXTS[language]["remove_none"].format(query="<b>")


def test_nobody_else_presses_an_admins_buttons(
    api: BotApi, corpus: Path, admin: User, an: User, language: str
) -> None:
    with serving(api, corpus):
        second = api.state.users[OTHER_ADMIN]
        group = api.group("Toà soạn", [admin, an, second])
        api.send(group, admin, "/remove")
        listed = api.next_message(group)
        data = listed.button("1").data
        assert data is not None
        press = Press.decode(data)
        assert press is not None
        forged = sealed(Press("out", 0, 0, press.mark[:16]), b"guessed", an.id).encode()
        copied = Press("out", 0, 0, press.mark).encode()
        for user, tried in ((an, data), (second, data), (an, forged), (admin, copied)):
            pressed = api.press_data(user, listed, tried)
            spoken = user.language_code or "vi"
            assert api.answer_to(pressed)["text"] == TEXTS[spoken]["toast_not_yours"]
        assert len(listed.versions) == 1
    assert names(corpus) == {"cho.txt", "cau.txt"}


def test_seals_are_for_one_press_one_key_and_one_user() -> None:
    press = Press("pick", 3, 0, mark_of("a") * 2)
    data = sealed(press, b"key", ADMIN)
    assert unsealed(data, b"key", ADMIN) == press
    assert unsealed(data, b"key", OTHER_ADMIN) is None
    assert unsealed(data, b"other", ADMIN) is None
    assert unsealed(Press("out", 3, 0, data.mark), b"key", ADMIN) is None
    assert unsealed(press, b"key", ADMIN) is None
    for longest in (Press("undo", 10**14, 0, ""), Press("pick", 0, 0, "a" * 16)):
        assert len(sealed(longest, b"key", ADMIN).encode()) <= 64


def test_strangers_do_not_get_the_commands(api: BotApi, corpus: Path, an: User, chat: Chat) -> None:
    with serving(api, corpus):
        for command in ("/remove", "/undo"):
            assert said(api, chat, an, command).text == TEXTS["vi"]["admins_only"]


def test_the_examples_of_help_are_made_anew_as_soon_as_a_reload_is_over(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str
) -> None:
    with serving(api, corpus) as desk:
        assert said(api, office, admin, "/help").marked("code") == []
        article = "Trường học\n\nTrường Chu Văn An ở Bắc Sơn được thành lập năm 1998.\n"
        (corpus / "truong.txt").write_text(article, "utf-8")
        before = desk.index.generation
        said(api, office, admin, "/reload")
        # nobody has to ask for help
        eventually(lambda: desk._examples[0] > before)
        question = "Trường Chu Văn An ở Bắc Sơn được thành lập năm nào?"
        assert question in said(api, office, admin, "/help").marked("code")


def test_an_unforeseen_failure_is_admitted_to_the_admin_who_pressed_or_sent(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str
) -> None:
    class Broken(Exception):
        pass

    async def fail(*_: object) -> None:
        raise Broken

    with serving(api, corpus) as desk:
        api.send_document(office, admin, FILES["den.txt"], "den.txt")
        preview = api.next_message(office)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(desk, "look_at", fail)
            api.press(admin, preview, TEXTS[language]["button_add"])
            api.wait_for(lambda: len(api.messages(office)) == 3)
            sent = api.send_document(office, admin, FILES["den.txt"], "den.txt")
            api.wait_for(lambda: len(api.messages(office)) == 4)
        pressed, told, admitted = api.messages(office)[1:]
        assert (pressed.reply_to, admitted.reply_to) == (preview, sent)
        assert pressed.text == admitted.text == TEXTS[language]["failed"]
        assert "Broken, bot/library.py" in told.text
        api.press(admin, preview, TEXTS[language]["button_add"])
        reloaded(api, preview, language, "file_added")
