"""All that the server remembers, behind one lock that tells waiters of every change.

with state.changed:            # taken by the server for each request, by tests for each look
    state.enqueue("message", {...})
"""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.telegram.errors import Refusal, bad_request, forbidden, too_many_requests
from tests.telegram.formatting import detect_entities
from tests.telegram.model import (
    Call,
    CallbackQuery,
    Chat,
    Content,
    InlineQuery,
    Json,
    Message,
    StoredFile,
    User,
)

# Not delivered unless a bot asks for them by `allowed_updates`.
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass
class Webhook:
    """Where updates are posted, and how it went."""

    url: str
    secret_token: str = ""
    max_connections: int = 40
    last_error: str = ""


@dataclass
class RateLimits:
    """Telegram's limits on sending: 30 a second, 1 a second a chat, 20 a minute a group."""

    sent: list[tuple[float, int, bool]] = field(default_factory=list)  # when, chat, is a group

    def count(self, chat: Chat) -> None:
        """Counts one message; Refusal 429 when it is one too many."""
        now = time.monotonic()
        self.sent = [sent for sent in self.sent if sent[0] > now - 60]
        group = chat.type != "private"
        here = [when for when, chat_id, _ in self.sent if chat_id == chat.id]
        windows: list[tuple[int, float, list[float]]] = [
            (30, 1.0, [when for when, _, _ in self.sent]),
            (1, 1.0, here),
            *([(20, 60.0, here)] if group else []),
        ]
        waits = [
            whens[-limit] + period - now
            for limit, period, whens in windows
            if len(whens) >= limit and whens[-limit] + period > now
        ]
        if waits:
            raise too_many_requests(max(1, -int(-max(waits) // 1)))
        self.sent.append((now, chat.id, group))


class State:
    """Chats, messages, updates on their way, and the record of the bot's requests."""

    def __init__(self, *, token: str, bot: User, rate_limits: bool = False):
        self.changed = threading.Condition()
        self.token = token
        self.bot = bot
        self.privacy = True
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.callback_queries: dict[str, CallbackQuery] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.sent_inline: dict[str, Message] = {}
        self.calls: list[Call] = []
        self.chat_actions: list[tuple[Chat, str, int | None]] = []
        self.commands: dict[tuple[str, str], list[Json]] = {}  # (scope, language) -> commands
        self.profile: dict[tuple[str, str], str] = {}  # (field, language) -> text
        self.updates: list[Json] = []  # waiting to be fetched and confirmed
        self.replays: list[Json] = []  # delivered once more, confirmed or not
        self.log: list[Json] = []  # every update there ever was
        self.held: list[Json] | None = None  # collected for another order
        self.allowed_updates: frozenset[str] | None = None
        self.webhook: Webhook | None = None
        self.polling = False  # a getUpdates waits
        self.limits = RateLimits() if rate_limits else None
        self.on_update: Callable[[], None] = lambda: None
        self._ids = itertools.count(secrets.randbelow(10_000) + 1_000)
        self._update_ids = itertools.count(secrets.randbelow(10**8) + 10**8)

    # --- ids

    def next_id(self) -> int:
        """A number never given before: of a message, a topic, a file."""
        return next(self._ids)

    # --- updates

    def enqueue(self, kind: str, value: Json) -> Json | None:
        """Puts an update on its way to the bot; None when the bot does not want its kind."""
        wanted = self.allowed_updates
        if kind in _ON_REQUEST if wanted is None else kind not in wanted:
            return None
        update = {"update_id": next(self._update_ids), kind: value}
        self.log.append(update)
        (self.updates if self.held is None else self.held).append(update)
        self.on_update()
        self.changed.notify_all()
        return update

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Sets which kinds of update are delivered; an empty list means the default."""
        if kinds is not None:
            self.allowed_updates = frozenset(kinds) or None

    def waiting(self, offset: int, limit: int) -> list[Json]:
        """The next updates for a bot that has seen all before `offset`."""
        if offset < 0:
            self.updates = self.updates[offset:]
        else:
            self.updates = [u for u in self.updates if u["update_id"] >= offset]
        replays, self.replays = self.replays, []
        self.changed.notify_all()
        return (replays + self.updates)[:limit]

    def taken(self, update: Json) -> None:
        """Forgets an update that the webhook took."""
        for waiting in (self.replays, self.updates):
            if update in waiting:
                waiting.remove(update)
                break
        self.changed.notify_all()

    # --- chats

    def chat(self, chat_id: str) -> Chat:
        """The chat of a request, that the bot can see."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        try:
            return self.chats[int(chat_id)]
        except (ValueError, KeyError):
            raise bad_request("chat not found") from None

    def writable_chat(self, chat_id: str) -> Chat:
        """The chat of a request, that the bot may write to."""
        chat = self.chat(chat_id)
        if chat.partner and chat.partner.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        if chat.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        if chat.bot_status == "left":
            raise forbidden(f"bot is not a member of the {chat.type} chat")
        return chat

    def status_of(self, chat: Chat, user_id: int) -> str:
        """creator, administrator, member, left or kicked."""
        if user_id == self.bot.id:
            return chat.bot_status
        return chat.statuses.get(user_id, "member" if user_id in chat.members else "left")

    # --- messages

    def post(
        self,
        chat: Chat,
        sender: User,
        content: Content,
        *,
        thread_id: int | None = None,
        reply_to: Message | None = None,
        quote: str | None = None,
        extra: Json | None = None,
    ) -> Message:
        """Puts a message into a chat."""
        message = Message(
            id=self.next_id(),
            chat=chat,
            sender=sender,
            date=int(time.time()),
            versions=[content],
            thread_id=thread_id,
            reply_to=reply_to,
            quote=quote,
            extra=extra or {},
        )
        chat.messages[message.id] = message
        if sender is self.bot:
            chat.said.append(message)
        self.changed.notify_all()
        return message

    def rewrite(self, message: Message, content: Content) -> None:
        """Gives a message another content, the one before it kept."""
        message.versions.append(content)
        self.changed.notify_all()

    def addressed(self, message: Message) -> bool:
        """Whether a bot gets to see this message of a group (privacy mode)."""
        if message.chat.type == "private":
            return True
        if message.chat.bot_status not in ("member", "administrator"):
            return False
        if not self.privacy or message.chat.bot_status == "administrator":
            return True
        if "migrate_to_chat_id" in message.extra:  # every bot gets to see what the chat itself says
            return True
        if message.reply_to and message.reply_to.sender is self.bot:
            return True
        mention = f"@{self.bot.username}".lower()
        found = detect_entities(message.text)
        words = [e.of(message.text).lower() for e in found if e.type == "mention"]
        commands = [e.of(message.text).lower() for e in found if e.type == "bot_command"]
        return mention in words or any("@" not in c or c.endswith(mention) for c in commands)

    # --- files

    def store(
        self, content: bytes, name: str, mime_type: str = "", size: int | None = None
    ) -> StoredFile:
        """Keeps a file under a new file_id."""
        file_id = f"file{self.next_id()}{secrets.token_hex(8)}"
        folder = "photos" if mime_type.startswith("image/") else "documents"
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        path = f"{folder}/file_{len(self.files)}.{suffix}"
        self.files[file_id] = StoredFile(file_id, path, content, name, mime_type, size)
        return self.files[file_id]

    # --- the record

    def record(
        self, method: str, params: Json, began: float, error: Refusal | None, injected: bool
    ) -> None:
        """Writes down one request and its outcome."""
        now = time.monotonic()
        status, description = (error.status, error.description) if error else (200, "")
        call = Call(method, params, status, description, injected, now, now - began)
        self.calls.append(call)
        self.changed.notify_all()

    def tell(self) -> str:
        """The last requests in words, for a test that waited in vain."""
        lines = [
            f"  {call.method}: {call.status} {call.description}".rstrip()
            for call in self.calls[-12:]
            if call.method != "getUpdates" or call.status != 200
        ]
        return "\n".join(["the bot's last requests:", *lines]) if lines else "the bot did nothing"


def as_list(value: Any) -> list[Any]:
    """The value when it is a list, else an empty one."""
    return value if isinstance(value, list) else []
