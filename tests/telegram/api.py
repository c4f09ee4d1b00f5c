"""BotApi: the server and, for tests, the people who use the bot.

with BotApi() as api:
    an = api.user(7, "An")
    chat = api.private_chat(an)
    api.send(chat, an, "Ai là Bí thư?")
    assert api.next_message(chat).marked("bold") == ["Vi Văn Dụng"]
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TypeVar

from tests.telegram.chats import member_json
from tests.telegram.faults import BAD_GATEWAY_PAGE, Fault
from tests.telegram.files import document_json, photo_json, voice_json
from tests.telegram.formatting import detect_entities, tidy, utf16_len
from tests.telegram.messages import TEXT_UNITS
from tests.telegram.model import (
    Call,
    CallbackQuery,
    Chat,
    Content,
    InlineQuery,
    Json,
    Message,
    User,
)
from tests.telegram.server import Server
from tests.telegram.state import State

T = TypeVar("T")
PATIENCE = 15.0  # seconds that a wait lasts by default before the test fails


class BotApi:
    """A strict Bot API server in this process, and a synchronous hand on it.

    Every wait returns as soon as it is true, and fails the test with the bot's last requests
    when its time is over.
    """

    def __init__(self, *, username: str = "hoibao_bot", rate_limits: bool = False):
        bot_id = 10**9 + secrets.randbelow(10**9)
        bot = User(bot_id, "Hỏi Báo", username, language_code=None, is_bot=True)
        self.token = f"{bot_id}:{secrets.token_urlsafe(26)[:35]}"
        self.state = State(token=self.token, bot=bot, rate_limits=rate_limits)
        self.bot = bot
        self._server = Server(self.state)
        self._seen: dict[int, int] = {}  # chat id -> messages of the bot already returned
        self._seen_versions: dict[Message, int] = {}

    def __enter__(self) -> BotApi:
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, error, traceback)

    def __repr__(self) -> str:
        return f"BotApi(@{self.bot.username})"

    @property
    def origin(self) -> str:
        """Scheme, host and port: "http://127.0.0.1:40123"."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def base_url(self) -> str:
        """For python-telegram-bot's `base_url` and HOIBAO_TELEGRAM_BASE_URL: `…/bot`."""
        return f"{self.origin}/bot"

    @property
    def base_file_url(self) -> str:
        """For python-telegram-bot's `base_file_url`: `…/file/bot`."""
        return f"{self.origin}/file/bot"

    # --- people and chats

    def user(
        self,
        user_id: int,
        name: str,
        *,
        username: str | None = None,
        language_code: str | None = "vi",
    ) -> User:
        """A person with a Telegram account."""
        with self.state.changed:
            user = User(user_id, name, username, language_code)
            self.state.users[user_id] = user
            return user

    def private_chat(self, user: User, *, started: bool = True) -> Chat:
        """The person's conversation with the bot; not `started`: the bot cannot write first."""
        with self.state.changed:
            chat = Chat(user.id, "private", partner=user, started=started)
            chat.members[user.id] = user
            return self.state.chats.setdefault(chat.id, chat)

    def group(
        self,
        title: str,
        members: Sequence[User] = (),
        *,
        admins: Sequence[User] = (),
        topics: Sequence[str] = (),
        supergroup: bool = True,
        bot_status: str = "member",
    ) -> Chat:
        """A group with the bot in it; with `topics`, a forum (see Chat.topics for their ids)."""
        with self.state.changed:
            number = self.state.next_id()
            chat = Chat(
                -(10**12 + number) if supergroup else -number,
                "supergroup" if supergroup else "group",
                title,
                is_forum=bool(topics),
                bot_status=bot_status,
                topics={self.state.next_id(): topic for topic in topics},
                members={user.id: user for user in (*members, *admins)},
                statuses={user.id: "administrator" for user in admins}
                | {user.id: "creator" for user in admins[:1]},
            )
            assert admins or not topics, "a forum has somebody who opened its topics"
            self.state.chats[chat.id] = chat
            return chat

    def block(self, user: User) -> None:
        """The person blocks the bot: it may not write there, and is told by my_chat_member."""
        self._membership(self.state.chats[user.id], user, "member", "kicked")
        user.blocked = True

    def unblock(self, user: User) -> None:
        """The person lets the bot write again."""
        user.blocked = False
        self._membership(self.state.chats[user.id], user, "kicked", "member")

    def set_bot_status(self, chat: Chat, by: User, status: str) -> None:
        """Makes the bot member, administrator, left or kicked; it is told by my_chat_member."""
        self._membership(chat, by, chat.bot_status, status)
        chat.bot_status = status

    def _membership(self, chat: Chat, by: User, old: str, new: str) -> None:
        with self.state.changed:
            self.state.enqueue(
                "my_chat_member",
                {
                    "chat": chat.json(),
                    "from": by.json(),
                    "date": 0,
                    "old_chat_member": member_json(self.bot, old),
                    "new_chat_member": member_json(self.bot, new),
                },
            )

    # --- what people do

    def send(
        self,
        chat: Chat,
        user: User,
        text: str,
        *,
        reply_to: Message | None = None,
        topic: int | None = None,
        extra: Json | None = None,
    ) -> Message:
        """Writes a message; commands, mentions, links and hashtags in it become entities."""
        plain, _ = tidy(text)
        assert utf16_len(plain) <= TEXT_UNITS, "Telegram's apps split a text that long"
        return self._say(chat, user, Content(plain, detect_entities(plain)), reply_to, topic, extra)

    def _say(
        self,
        chat: Chat,
        user: User,
        content: Content,
        reply_to: Message | None,
        topic: int | None,
        extra: Json | None,
    ) -> Message:
        with self.state.changed:
            chat.members.setdefault(user.id, user)
            topic = topic or (reply_to.thread_id if reply_to else None)
            message = self.state.post(
                chat, user, content, thread_id=topic, reply_to=reply_to, extra=extra
            )
            message.delivered = self.state.addressed(message)
            if message.delivered:
                self.state.enqueue("message", message.json())
            return message

    def send_document(
        self,
        chat: Chat,
        user: User,
        content: bytes,
        name: str,
        *,
        mime_type: str = "application/octet-stream",
        caption: str = "",
        reply_to: Message | None = None,
        topic: int | None = None,
        size: int | None = None,
    ) -> Message:
        """Uploads a file; `size` pretends that it is larger than its content."""
        with self.state.changed:
            media = {"document": document_json(self.state.store(content, name, mime_type, size))}
        return self._send_media(chat, user, media, caption, reply_to, topic)

    def send_photo(
        self,
        chat: Chat,
        user: User,
        content: bytes,
        *,
        caption: str = "",
        reply_to: Message | None = None,
        topic: int | None = None,
    ) -> Message:
        """Uploads a picture (PNG or JPEG)."""
        with self.state.changed:
            media = {"photo": [photo_json(self.state.store(content, "p.jpg", "image/jpeg"))]}
        return self._send_media(chat, user, media, caption, reply_to, topic)

    def send_voice(
        self,
        chat: Chat,
        user: User,
        *,
        seconds: int = 3,
        reply_to: Message | None = None,
        topic: int | None = None,
    ) -> Message:
        """Records a voice message."""
        with self.state.changed:
            media = {"voice": voice_json(self.state.store(b"OggS", "v.ogg", "audio/ogg"), seconds)}
        return self._send_media(chat, user, media, "", reply_to, topic)

    def _send_media(
        self,
        chat: Chat,
        user: User,
        media: Json,
        caption: str,
        reply_to: Message | None,
        topic: int | None,
    ) -> Message:
        plain, _ = tidy(caption)
        content = Content(plain, detect_entities(plain), media=media)
        return self._say(chat, user, content, reply_to, topic, None)

    def forward(
        self,
        chat: Chat,
        user: User,
        text: str,
        *,
        written_by: str = "Ai đó",
        topic: int | None = None,
    ) -> Message:
        """Forwards somebody else's text into the chat."""
        origin = {"type": "hidden_user", "sender_user_name": written_by, "date": 0}
        return self.send(chat, user, text, topic=topic, extra={"forward_origin": origin})

    def edit(self, message: Message, text: str) -> None:
        """Its writer edits a message; the bot gets edited_message."""
        with self.state.changed:
            plain, _ = tidy(text)
            content = Content(plain, detect_entities(plain), media=message.content.media)
            self.state.rewrite(message, content)
            message.delivered = self.state.addressed(message)
            if message.delivered:
                self.state.enqueue("edited_message", message.json())

    def press(self, user: User, message: Message, button: str) -> CallbackQuery:
        """Presses an inline button, named by its words (whole or part) or its callback data."""
        with self.state.changed:
            known = [b for row in message.keyboard for b in row if b.data == button]
            data = (known[0] if known else message.button(button)).data
            assert data is not None, f"the button {button!r} sends nothing to the bot"
            return self.press_data(user, message, data)

    def press_data(self, user: User, message: Message, data: str) -> CallbackQuery:
        """Sends callback data as a button that the message may no longer have."""
        with self.state.changed:
            self._seen_versions[message] = len(message.versions)
            query = CallbackQuery(str(self.state.next_id()), user, message, data)
            self.state.callback_queries[query.id] = query
            self.state.enqueue(
                "callback_query",
                {
                    "id": query.id,
                    "from": user.json(),
                    **self._pressed(message),
                    "chat_instance": str(message.chat.id),
                    "data": data,
                },
            )
            return query

    @staticmethod
    def _pressed(message: Message) -> Json:
        if message.inline_id:
            return {"inline_message_id": message.inline_id}
        return {"message": message.json()}

    def inline(
        self, user: User, query: str, offset: str = "", *, chat_type: str = "private"
    ) -> InlineQuery:
        """Types `@bot query` in some chat."""
        with self.state.changed:
            asked = InlineQuery(str(self.state.next_id()), user, query, offset)
            self.state.inline_queries[asked.id] = asked
            self.state.enqueue(
                "inline_query",
                {
                    "id": asked.id,
                    "from": user.json(),
                    "query": query,
                    "offset": offset,
                    "chat_type": chat_type,
                },
            )
            return asked

    def choose(self, query: InlineQuery, result: int, chat: Chat) -> Message:
        """Posts a result of an answered inline query into a chat, as its user."""
        with self.state.changed:
            chosen = query.results[result]
            extra = {"via_bot": self.bot.json()}
            message = self.state.post(chat, query.user, chosen.content, extra=extra)
            told = {"result_id": chosen.id, "from": query.user.json(), "query": query.query}
            if message.keyboard:  # only then a bot may edit it
                message.inline_id = told["inline_message_id"] = f"inline{message.id}"
                self.state.sent_inline[message.inline_id] = message
            self.state.enqueue("chosen_inline_result", told)
            return message

    def expire(self, query: CallbackQuery | InlineQuery) -> None:
        """Lets a query grow too old to be answered."""
        with self.state.changed:
            query.expired = True

    def delete(self, message: Message) -> None:
        """Somebody deletes a message; bots are not told."""
        with self.state.changed:
            message.deleted = True

    # --- waiting

    def wait_for(
        self, found: Callable[[], T | None], timeout: float = PATIENCE, what: str = ""
    ) -> T:
        """The first truthy value of `found()`, looked at after every change of the server."""
        with self.state.changed:
            value = self.state.changed.wait_for(found, timeout)
            if not value:
                raise AssertionError(
                    f"{what or 'what was waited for'} did not come within {timeout:g} s;"
                    f" {self.state.tell()}"
                )
            return value

    def wait_until_ready(self, timeout: float = PATIENCE) -> None:
        """Until the bot asks for updates, or has named a webhook for them."""
        self.wait_for(
            lambda: self.state.polling or self.state.webhook, timeout, "a bot that wants updates"
        )

    def wait_until_fetched(self, timeout: float = PATIENCE) -> None:
        """Until the bot has confirmed every update so far; it may still be at work on them."""
        self.wait_for(lambda: not self.state.updates, timeout, "a bot that takes all updates")

    def next_message(self, chat: Chat, timeout: float = PATIENCE) -> Message:
        """The oldest message of the bot in this chat that was not returned before."""

        def unseen() -> Message | None:
            seen = self._seen.get(chat.id, 0)
            return chat.said[seen] if len(chat.said) > seen else None

        message = self.wait_for(unseen, timeout, f"a message in {chat.title or chat.id}")
        self._seen[chat.id] = self._seen.get(chat.id, 0) + 1
        return message

    def seen(self, chat: Chat) -> int:
        """How many messages of the bot in this chat were returned by next_message."""
        return self._seen.get(chat.id, 0)

    def next_edit(self, message: Message, timeout: float = PATIENCE) -> Message:
        """The message, once edited since it was sent, or since the last next_edit or press."""
        seen = self._seen_versions.get(message, 1)
        self.wait_for(lambda: len(message.versions) > seen, timeout, f"an edit of {message.id}")
        self._seen_versions[message] = len(message.versions)
        return message

    def answer_to(self, query: CallbackQuery | InlineQuery, timeout: float = PATIENCE) -> Json:
        """The bot's answer to a pressed button or an inline query."""
        return self.wait_for(lambda: query.answer, timeout, f"an answer to query {query.id}")

    # --- what the bot did

    def messages(self, chat: Chat) -> list[Message]:
        """All that the bot said in a chat, oldest first, deleted ones included."""
        with self.state.changed:
            return list(chat.said)

    def file_of(self, message: Message) -> bytes:
        """The content of the document, picture or voice of a message."""
        with self.state.changed:
            media = next(iter(message.content.media.values()))
            file_id = (media[-1] if isinstance(media, list) else media)["file_id"]
            return self.state.files[file_id].content

    def calls(self, method: str | None = None) -> list[Call]:
        """The bot's requests so far, oldest first."""
        with self.state.changed:
            return [c for c in self.state.calls if method in (None, c.method)]

    @property
    def refusals(self) -> list[Call]:
        """The requests that the bot got wrong: refused, and not because a test ordered it."""
        return [call for call in self.calls() if call.status != 200 and not call.injected]

    @property
    def chat_actions(self) -> list[tuple[Chat, str, int | None]]:
        """(chat, action, topic) of every sendChatAction."""
        with self.state.changed:
            return list(self.state.chat_actions)

    def command_menu(self, chat: Chat, user: User) -> list[str]:
        """The commands that this person is offered in this chat, by Telegram's order of scopes."""
        with self.state.changed:
            leads = self.state.status_of(chat, user.id) in ("creator", "administrator")
            if chat.type == "private":
                scopes = [f"chat:{chat.id}", "all_private_chats", "default"]
            else:
                scopes = [
                    f"chat_member:{chat.id}:{user.id}",
                    *([f"chat_administrators:{chat.id}"] if leads else []),
                    f"chat:{chat.id}",
                    *(["all_chat_administrators"] if leads else []),
                    "all_group_chats",
                    "default",
                ]
            for scope in scopes:
                for language in (user.language_code or "", ""):
                    if commands := self.state.commands.get((scope, language)):
                        return [command["command"] for command in commands]
            return []

    def commands(self, scope: str = "default", language: str = "") -> dict[str, str]:
        """Commands set for a scope ("default", "chat:7") and language: name -> description."""
        with self.state.changed:
            given = self.state.commands.get((scope, language), [])
            return {command["command"]: command["description"] for command in given}

    def profile(self, field: str, language: str = "") -> str:
        """What the bot set as its name, description or short_description."""
        with self.state.changed:
            return self.state.profile.get((field, language), "")

    # --- trouble

    def fail_next(
        self,
        method: str,
        status: int,
        description: str,
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """The next requests of a method ("*": of any) are refused so, and not carried out."""
        self._order(Fault(method, status, description, retry_after, times=times))

    def bad_gateway(self, method: str, times: int = 1) -> None:
        """The next requests get a proxy's 502 page in HTML."""
        self._order(Fault(method, 502, "Bad Gateway", html=BAD_GATEWAY_PAGE, times=times))

    def drop_next(self, method: str, times: int = 1) -> None:
        """The connection of the next requests ends before they are carried out."""
        self._order(Fault(method, drop=True, times=times))

    def lose_answer(self, method: str, times: int = 1) -> None:
        """The next requests are carried out, and the connection ends before their answer."""
        self._order(Fault(method, drop=True, after=True, times=times))

    def delay_next(self, method: str, seconds: float, times: int = 1) -> None:
        """The next requests are carried out so much later."""
        self._order(Fault(method, delay=seconds, times=times))

    def _order(self, fault: Fault) -> None:
        with self.state.changed:
            self._server.faults.waiting.append(fault)

    @contextmanager
    def hold(self, method: str) -> Iterator[Callable[[], None]]:
        """Requests of a method wait until the end of the block.

        with api.hold("sendMessage") as arrived:
            api.send(chat, an, "…")
            arrived()                          # the bot's request is there, unanswered
        """
        released = asyncio.Event()
        faults = self._server.faults
        with self.state.changed:
            faults.holds[method], faults.arrived[method] = released, 0

        def arrived() -> None:
            self.wait_for(lambda: faults.arrived[method], what=f"a held {method}")

        try:
            yield arrived
        finally:
            with self.state.changed:
                del faults.holds[method]
            self._server.call(released.set)

    @contextmanager
    def out_of_order(self) -> Iterator[None]:
        """Updates made inside are delivered after it, the last one first."""
        with self.state.changed:
            self.state.held = []
        try:
            yield
        finally:
            with self.state.changed:
                held, self.state.held = self.state.held, None
                self.state.updates.extend(reversed(held or []))
                self.state.on_update()

    def repeat(self, update: Json | None = None) -> None:
        """Delivers an update (the last one, if none is given) once more, under its old id."""
        with self.state.changed:
            self.state.replays.append(update or self.state.log[-1])
            self.state.on_update()

    @property
    def updates(self) -> list[dict[str, Any]]:
        """Every update made so far, oldest first."""
        with self.state.changed:
            return list(self.state.log)
