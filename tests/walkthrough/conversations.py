"""Conversations with the bot, as they really go: the bot itself, before the strict server.

chapters = play(folder)
chapters[0].steps[1].html -> "Chào bạn! Mình là <b>Hỏi Báo</b>. …"
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from bot.chart import draw
from bot.desk import Desk
from bot.journal import Day, Journal
from bot.manners import Allowance
from retrieval import open_index, update_index
from retrieval.model import Abstention, Answer, Quote, Source, Span
from tests.bot.running import ADMIN, running_bot
from tests.telegram import BotApi
from tests.walkthrough.stage import BOT, Chapter, Stage

SHIPPED = Path(__file__).parents[2] / "data" / "articles"
WRITTEN = Path(__file__).with_name("articles")
QUESTION = "Ai là Chủ tịch xã Bản Lùng?"
OTHER_QUESTION = "Giá chè bao nhiêu một cân?"
IN_VAIN = "Bao giờ thị trấn có mạng 5G?"
DAYS: Final = 13  # before today, that the journal has when the statistics are shown
UNHURRIED: Final = 10**6  # questions a minute
GAPS: Final = (
    *(IN_VAIN, "bao gio thi tran co mang 5g", IN_VAIN),
    *("Trường mầm non tuyển sinh khi nào?", "Khi nào trường mầm non tuyển sinh"),
    "Bưu điện mở cửa lúc mấy giờ?",
)
TEA: Final = "Giá chè ổn định ở mức 28 nghìn đồng một cân."
PAGE = """<html><head><title>Lớp học dưới tán cây</title>
<meta name="author" content="Thuỳ Linh"><meta name="date" content="2024-11-20"></head>
<body><article><h1>Lớp học dưới tán cây</h1>
<p>Mỗi chiều thứ bảy, thầy giáo về hưu Đinh Văn Hợi mở lớp dạy chữ dưới gốc cây gạo đầu bản.</p>
<p>Lớp có 23 học trò, người lớn tuổi nhất đã 71 tuổi. Sách vở do thư viện huyện cho mượn.</p>
</article></body></html>"""


# --- in private


def begin(stage: Stage) -> None:
    stage.ask("/start")


def ask(stage: Stage) -> None:
    stage.turn(stage.ask(QUESTION), "▶")


def see_context(stage: Stage) -> None:
    answer = stage.ask("Ai là Bí thư Đảng uỷ xã Yên Phúc?")
    stage.turn(answer, "Xem ngữ cảnh")
    stage.turn(answer, "« Về đoạn trích")


def share(stage: Stage) -> None:
    answer = stage.ask(QUESTION)
    stage.turn(answer, "Chia sẻ")
    address = answer.button("Chép liên kết").copied or ""
    binh = stage.api.user(8, "Bình")
    stage.happens("Bình nhận được liên kết ấy, và chạm vào")
    alone = stage.api.private_chat(binh)
    (payload,) = parse_qs(urlsplit(address).query)["start"]
    stage.api.send(alone, binh, f"/start {payload}")
    stage.show(stage.api.next_message(alone))


def give_thumbs(stage: Stage) -> None:
    answer = stage.ask(OTHER_QUESTION)
    stage.turn(answer, "👍")


def type_otherwise(stage: Stage) -> None:
    stage.ask("bi thu dang uy xa yen phuc la ai")
    stage.ask("bis thuw ddangr uyr xax yeen phucs laf ai")


def ask_in_vain(stage: Stage) -> None:
    stage.ask(IN_VAIN)


def correct(stage: Stage) -> None:
    question = stage.say(IN_VAIN)
    stage.edit(question, QUESTION, stage.hear())


def send_other_things(stage: Stage) -> None:
    api = stage.api
    picture = draw([Day(date(2024, 9, 2), asked=1)])
    stage.send("ảnh", api.send_photo, picture, words="Cầu Bản Lùng dài bao nhiêu mét?")
    stage.hear()
    stage.send("tin thoại 0:03", api.send_voice)
    stage.hear()
    stage.forward("Đội nào về nhất hội đua thuyền?")
    stage.hear()
    stage.ask("https://hoason.example.org/cau-ban-lung")


def look_around(stage: Stage) -> None:
    stage.ask("/sources")
    found = stage.ask("/sources cầu")
    (address,) = (str(e.url) for e in found.entities if e.of(found.text) == "1.")
    stage.happens("chạm vào số <b>1.</b>")
    stage.api.send(
        stage.chat, stage.user, f"/start {parse_qs(urlsplit(address).query)['start'][0]}"
    )
    stage.hear()


def get_help(stage: Stage) -> None:
    stage.ask("/help")


def choose_language(stage: Stage) -> None:
    stage.turn(stage.ask("/language"), "English")
    stage.ask("How long is the Bản Lùng bridge?")
    stage.turn(stage.ask("/language"), "Tiếng Việt")


def mind_privacy(stage: Stage) -> None:
    stage.ask("/privacy")


def ask_too_fast(stage: Stage) -> None:
    unhurried, stage.desk.allowance = stage.desk.allowance, Allowance(1, clock=lambda: 0.0)
    stage.ask(OTHER_QUESTION)
    stage.ask(QUESTION)
    stage.desk.allowance = unhurried


def lose_an_answer(stage: Stage) -> None:
    stage.api.drop_next("sendMessage")
    stage.turn(stage.ask(OTHER_QUESTION), "Thử lại")


# --- among others


def ask_in_a_group(stage: Stage) -> None:
    binh = stage.api.state.users[8]
    question = stage.say(QUESTION, binh)
    stage.say("@hoibao_bot", reply_to=question)
    answer = stage.hear()
    stage.say(OTHER_QUESTION, binh, reply_to=answer)
    stage.hear()


def ask_in_a_topic(stage: Stage) -> None:
    stage.ask("/ask Đội nào về nhất hội đua thuyền?")


def silence(stage: Stage) -> None:
    head = stage.chat.creator
    stage.ask("/answers")
    choice = stage.ask("/answers", head)
    stage.turn(choice, "Im lặng", head)
    stage.say(f"@hoibao_bot {QUESTION}")
    stage.happens("bot không nói gì")
    stage.turn(choice, "Trả lời", head)


def quote_anywhere(stage: Stage) -> None:
    stage.choose(stage.type_inline("chủ tịch xã Bản Lùng là ai"), 0)


def find_nothing_anywhere(stage: Stage) -> None:
    stage.type_inline(IN_VAIN)


# --- the bot's admins


def reload(stage: Stage) -> None:
    text = "Chợ phiên Hoa Sơn họp ngày mùng hai và ngày mười sáu âm lịch."
    (stage.corpus / "cho-phien.md").write_text(text, encoding="utf-8")
    stage.say("/reload")
    board = stage.api.next_message(stage.chat, 60)
    stage.show(board, 0)
    stage.wait(board, "Đã nạp xong")


def add_a_file(stage: Stage) -> None:
    name = "lop-hoc.html"
    stage.send(f"tệp {name}", stage.api.send_document, PAGE.encode(), name)
    shown = stage.hear()
    stage.press(shown, "Thêm vào kho")
    stage.wait(shown, "Đã nạp xong")
    stage.ask("Lớp học có bao nhiêu học trò?")


def remove_a_file(stage: Stage) -> None:
    listed = stage.ask("/remove cho")
    stage.turn(listed, "1")
    stage.press(listed, "Gỡ bỏ")
    stage.wait(listed, "Đã nạp xong")
    stage.press(listed, "Hoàn tác")
    stage.api.wait_for(lambda: "Đã hoàn tác" in listed.text, 60)
    stage.wait(listed, "Đã nạp xong")


def see_gaps(stage: Stage) -> None:
    stage.ask("/gaps")


def see_stats(stage: Stage) -> None:
    stage.ask("/stats")


def see_status(stage: Stage) -> None:
    stage.ask("/status")


@dataclass(frozen=True)
class Scene:
    """A chapter to be played: by what, its picture's name, its title, what is said about it."""

    play: Callable[[Stage], None]
    name: str
    title: str
    about: str


PRIVATE: Final = (
    Scene(begin, "bat-dau", "Bắt đầu", "Mở cuộc trò chuyện với bot và bấm Bắt đầu."),
    Scene(
        ask,
        "hoi",
        "Hỏi một câu",
        "Gửi câu hỏi như một tin nhắn. Bot trích nguyên văn, in đậm phần trả lời, rồi ghi tên bài, "
        "tác giả và ngày đăng. ◀ ▶ lật sang đoạn trích khác ngay trong tin nhắn ấy.",
    ),
    Scene(
        see_context,
        "ngu-canh",
        "Xem ngữ cảnh",
        "Nút này cho thấy những câu chung quanh, rồi cả đoạn văn; từ đó quay về đoạn trích.",
    ),
    Scene(
        share,
        "chia-se",
        "Chia sẻ một đoạn trích",
        "Chép đoạn trích, chép liên kết, hay gửi thẳng cho ai đó. Ai chạm vào liên kết sẽ thấy "
        "đúng đoạn ấy, ở đúng chỗ của nó trong bài.",
    ),
    Scene(
        give_thumbs,
        "y-kien",
        "Cho biết ý kiến",
        "👍 👎 cho biết đoạn trích có đúng ý không; bấm lần nữa là rút lại.",
    ),
    Scene(
        type_otherwise,
        "go-khong-dau",
        "Gõ không dấu, gõ lỡ chế độ",
        "Không dấu cũng được. Bàn phím để nhầm chế độ, bot vẫn đọc ra, và nói đã hiểu thế nào.",
    ),
    Scene(
        ask_in_vain,
        "khong-co",
        "Khi kho bài không có câu trả lời",
        "Bot nói thật, không tự viết thêm.",
    ),
    Scene(correct, "sua", "Sửa câu hỏi", "Sửa tin nhắn đã gửi thì câu trả lời được sửa theo."),
    Scene(
        send_other_things,
        "khong-phai-chu",
        "Gửi ảnh, tin thoại, tin chuyển tiếp, liên kết",
        "Bot nói rõ nó đọc được gì: lời viết kèm thì được, còn ảnh, tiếng nói và trang mạng "
        "thì không.",
    ),
    Scene(
        look_around,
        "kho-bai",
        "Xem kho bài",
        "/sources liệt kê các bài, mới nhất trước; thêm vài chữ để tìm theo tiêu đề. "
        "Chạm vào số để mở bài.",
    ),
    Scene(
        get_help,
        "cach-hoi",
        "Cách hỏi",
        "/help, kèm ba câu mà chính kho bài này trả lời được.",
    ),
    Scene(
        choose_language,
        "ngon-ngu",
        "Chọn ngôn ngữ",
        "/language; hỏi bằng tiếng Anh cũng được. Lời trích thì không bao giờ dịch.",
    ),
    Scene(mind_privacy, "rieng-tu", "Quyền riêng tư", "/privacy nói đúng những gì bot giữ lại."),
    Scene(
        ask_too_fast,
        "hoi-nhanh",
        "Khi hỏi nhanh quá",
        "Mỗi người được hỏi một số câu trong một phút; quá thì bot nhắc một lần.",
    ),
    Scene(
        lose_an_answer,
        "mat-mang",
        "Khi mạng trục trặc",
        "Bot không gửi một câu trả lời hai lần, và không để mất câu nào: chỉ cần bấm một nút.",
    ),
)
GROUP: Final = (
    Scene(
        ask_in_a_group,
        "trong-nhom",
        "Trong nhóm",
        "Nhắc tên bot để trả lời câu hỏi của người khác, trả lời tin nhắn của bot, hoặc dùng /ask. "
        "Không ai gọi thì bot im lặng.",
    ),
    Scene(
        silence,
        "nhom-chon",
        "Nhóm chọn cho bot nói hay im lặng",
        "Quản trị viên của nhóm dùng /answers; người khác thì không đổi được.",
    ),
)
TOPIC: Final = Scene(
    ask_in_a_topic, "chu-de", "Trong một chủ đề", "Hỏi ở chủ đề nào, bot trả lời ở chủ đề ấy."
)
INLINE: Final = (
    Scene(
        quote_anywhere,
        "moi-noi",
        "Trích ở bất cứ đâu",
        "Trong một cuộc trò chuyện khác, gõ tên bot rồi câu hỏi, và chọn đoạn muốn gửi.",
    ),
    Scene(
        find_nothing_anywhere,
        "moi-noi-khong-co",
        "Khi ở đó không tìm thấy gì",
        "Một nút dẫn vào cuộc trò chuyện riêng với bot.",
    ),
)
ADMINS: Final = (
    Scene(
        reload,
        "nap-lai",
        "Quản trị: nạp lại kho bài",
        "/reload; trong khi nạp, bot vẫn trả lời mọi người.",
    ),
    Scene(
        add_a_file,
        "them-bai",
        "Quản trị: thêm bài",
        "Gửi tệp cho bot. Bot cho xem bài sẽ trông thế nào, rồi mới hỏi có thêm không.",
    ),
    Scene(
        remove_a_file,
        "go-bai",
        "Quản trị: gỡ bài, và hoàn tác",
        "/remove liệt kê các tệp; bot hỏi lại trước khi gỡ, và thay đổi gần nhất thì hoàn tác "
        "được.",
    ),
    Scene(
        see_gaps,
        "bo-ngo",
        "Quản trị: những câu bỏ ngỏ",
        "/gaps gom những câu hỏi giống nhau, và những đoạn trích bị 👎.",
    ),
    Scene(see_stats, "thong-ke", "Quản trị: thống kê", "/stats, không có tên ai trong đó."),
    Scene(see_status, "tinh-trang", "Quản trị: tình trạng kho bài", "/status."),
)


def play(folder: Path) -> list[Chapter]:
    """Every chapter, played with the article that ships and some small ones."""
    corpus = folder / "articles"
    shutil.copytree(WRITTEN, corpus)
    shutil.copytree(SHIPPED, corpus, dirs_exist_ok=True)
    update_index([corpus], folder / "index")
    with BotApi() as api:
        admin = api.user(ADMIN, "Quản trị", language_code="vi")
        office = api.private_chat(admin)
        with _bot(api, folder, "people.sqlite") as desk:
            chapters = list(_among_people(api, desk, corpus))
        _keep_a_journal(folder / "admins.sqlite")
        with _bot(api, folder, "admins.sqlite") as desk:
            place = (BOT, "bot · dành cho người quản trị")
            set_up = partial(Stage, api, desk, corpus, user=admin, chat=office)
            chapters += _played(ADMINS, place, set_up)
        assert not api.refusals
    return chapters


@contextmanager
def _bot(api: BotApi, folder: Path, state: str) -> Iterator[Desk]:
    settings = {
        "admin_ids": str(ADMIN),
        "corpus": folder / "articles",
        "index": folder / "index",
        "state": folder / state,
        "questions_per_minute": UNHURRIED,
    }
    with running_bot(api, open_index(folder / "index"), **settings) as desk:
        yield desk


def _among_people(api: BotApi, desk: Desk, corpus: Path) -> Iterator[Chapter]:
    an, binh = api.user(7, "An", language_code="vi"), api.user(8, "Bình", language_code="vi")
    chi = api.user(9, "Chi", language_code="vi")
    before = partial(Stage, api, desk, corpus, user=an)
    yield from _played(PRIVATE, (BOT, "bot"), partial(before, chat=api.private_chat(an)))
    group = api.group("Tổ dân phố", [an, binh], admins=[chi])
    yield from _played(GROUP, ("Tổ dân phố", "nhóm · 3 người"), partial(before, chat=group))
    topics = ["Thông báo", "Hỏi đáp"]
    forum = api.group("Tổ dân phố", [an, binh], admins=[chi], topics=topics)
    in_topic = partial(before, chat=forum, topic=list(forum.topics)[-1])
    yield from _played((TOPIC,), ("Hỏi đáp", "chủ đề của nhóm Tổ dân phố"), in_topic)
    other = api.group("Gia đình", [an, binh], bot_status="left")
    yield from _played(INLINE, ("Gia đình", "nhóm không có bot"), partial(before, chat=other))


def _played(
    scenes: Iterable[Scene], place: tuple[str, str], set_up: Callable[..., Stage]
) -> Iterator[Chapter]:
    for scene in scenes:
        chapter = Chapter(scene.name, scene.title, scene.about, place)
        scene.play(set_up(chapter=chapter))
        yield chapter


def _keep_a_journal(state: Path) -> None:
    """Two weeks in which people asked this and that."""
    chance = random.Random(20241015)
    quote = Quote(Source("che-doi-gio.md", "Được mùa chè Đồi Gió"), Span(0, len(TEA)), TEA)
    found = Answer("", (quote,), 0.9)
    for ago in range(DAYS, -1, -1):
        day = date.today() - timedelta(ago)
        journal = Journal(state, 30, partial(date.fromordinal, day.toordinal()))
        for number in range(chance.randint(14, 34)):
            asker, pace = chance.randint(1, 20), chance.lognormvariate(2.6, 0.5)
            asked = chance.choice(GAPS) if number % 6 == 0 else None
            missed = Answer(asked or "", (), 0.0, Abstention.NO_MATCH)
            journal.record(asker, missed if asked else found, pace)
            if number % 4 == 1:
                up = chance.random() < 0.85
                journal.vote(asker, f"{ago}:{number}", up, "Trồng chè có lãi không?", quote)
        journal.close()
