"""What the server knows: people, chats, messages, and what the bot did, as values for tests.

message.text -> "Vi Văn Dụng"; message.marked("bold") -> ["Vi Văn Dụng"]
message.button("▶").data -> "p:1:2"
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.telegram.formatting import Entity

Json = dict[str, Any]


@dataclass(eq=False)
class User:
    """A person: User(7, "An", username="an_nguyen")."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = "vi"
    is_bot: bool = False
    blocked: bool = False  # this person blocked the bot

    def json(self) -> Json:
        """As the Bot API writes it."""
        optional = {"username": self.username, "language_code": self.language_code}
        known = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        return known | {key: value for key, value in optional.items() if value}


@dataclass(eq=False)
class Chat:
    """A conversation: private, group or supergroup (with topics when `is_forum`)."""

    id: int
    type: str
    title: str | None = None
    partner: User | None = None  # of a private chat
    is_forum: bool = False
    started: bool = True  # a bot cannot write first in a private chat
    bot_status: str = "member"  # member, administrator, left, kicked
    topics: dict[int, str] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)  # user id -> creator, administrator, …
    members: dict[int, User] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    said: list[Message] = field(default_factory=list)  # by the bot, oldest first

    @property
    def creator(self) -> User:
        """Who opened a group and its topics."""
        return next(self.members[i] for i, s in self.statuses.items() if s == "creator")

    def json(self) -> Json:
        """As the Bot API writes it."""
        optional: Json
        if self.partner:
            optional = {"first_name": self.partner.first_name, "username": self.partner.username}
        else:
            optional = {"title": self.title, "is_forum": self.is_forum or None}
        known = {"id": self.id, "type": self.type}
        return known | {key: value for key, value in optional.items() if value}


@dataclass(frozen=True)
class Button:
    """A button of an inline keyboard: Button("▶", {"text": "▶", "callback_data": "p:1"})."""

    text: str
    fields: Json

    @property
    def data(self) -> str | None:
        """Its callback data, when pressing it sends some."""
        return self.fields.get("callback_data")

    @property
    def url(self) -> str | None:
        """Where it leads, when it is a link."""
        return self.fields.get("url")

    @property
    def copied(self) -> str | None:
        """What it puts into the clipboard, when it does."""
        copy_text = self.fields.get("copy_text")
        return copy_text["text"] if copy_text else None


@dataclass(frozen=True)
class Content:
    """What a message showed between two edits."""

    text: str = ""  # or the caption
    entities: tuple[Entity, ...] = ()
    reply_markup: Json | None = None
    media: Json = field(default_factory=dict)  # {"document": {...}}, {} for a text message


@dataclass(eq=False)
class Message:
    """A message as the people of the chat see it, with all that it showed before."""

    id: int
    chat: Chat
    sender: User
    date: int
    versions: list[Content]
    thread_id: int | None = None
    reply_to: Message | None = None
    quote: str | None = None
    deleted: bool = False
    delivered: bool = True  # to the bot: privacy mode keeps some messages of groups from it
    reactions: tuple[str, ...] = ()
    inline_id: str | None = None  # how the bot may edit a message that it did not send itself
    extra: Json = field(default_factory=dict)
    request: Json = field(default_factory=dict)  # the parameters with which the bot sent it

    @property
    def content(self) -> Content:
        """What it shows now."""
        return self.versions[-1]

    @property
    def text(self) -> str:
        """Its text or caption, without any markup."""
        return self.content.text

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Its formatting, sorted by offset (UTF-16 code units)."""
        return self.content.entities

    def marked(self, kind: str) -> list[str]:
        """The stretches of one kind: marked("bold") -> ["Vi Văn Dụng"]."""
        content = self.content  # one look, for an edit may come between two
        return [entity.of(content.text) for entity in content.entities if entity.type == kind]

    @property
    def keyboard(self) -> list[list[Button]]:
        """Its inline keyboard, row by row."""
        rows = (self.content.reply_markup or {}).get("inline_keyboard", [])
        return [[Button(button["text"], button) for button in row] for row in rows]

    @property
    def buttons(self) -> list[str]:
        """The words on all its inline buttons, in reading order."""
        return [button.text for row in self.keyboard for button in row]

    def button(self, text: str) -> Button:
        """The inline button with these words, or the only one that contains them."""
        buttons = [button for row in self.keyboard for button in row]
        exact = [button for button in buttons if button.text == text]
        found = exact or [button for button in buttons if text in button.text]
        assert len(found) == 1, f"{len(found)} buttons say {text!r}; there are {self.buttons}"
        return found[0]

    def json(self, *, with_reply: bool = True) -> Json:
        """As the Bot API writes it."""
        content = self.content
        body: Json = {
            "message_id": self.id,
            "date": self.date,
            "chat": self.chat.json(),
            "from": self.sender.json(),
            **self.extra,
            **content.media,
        }
        text, marks = ("caption", "caption_entities") if content.media else ("text", "entities")
        if content.text:
            body[text] = content.text
        if content.entities:
            body[marks] = [entity.json() for entity in content.entities]
        if content.reply_markup and "inline_keyboard" in content.reply_markup:
            body["reply_markup"] = content.reply_markup
        if self.thread_id:
            body |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if with_reply and (replied := self._replied()):
            body["reply_to_message"] = replied
        if len(self.versions) > 1:
            body["edit_date"] = self.date
        return body

    def _replied(self) -> Json | None:
        """The message replied to, while it is there; for no reply, what opened the topic."""
        if self.reply_to:
            return None if self.reply_to.deleted else self.reply_to.json(with_reply=False)
        if not self.thread_id:
            return None
        return {
            "message_id": self.thread_id,
            "date": self.date,
            "chat": self.chat.json(),
            "from": self.chat.creator.json(),
            "message_thread_id": self.thread_id,
            "is_topic_message": True,
            "forum_topic_created": {
                "name": self.chat.topics[self.thread_id],
                "icon_color": 7322096,
            },
        }


@dataclass(eq=False)
class CallbackQuery:
    """A press of a button, and the bot's answer to it (None until it comes)."""

    id: str
    user: User
    message: Message
    data: str
    answer: Json | None = None
    expired: bool = False


@dataclass(frozen=True)
class InlineResult:
    """One result of an inline query: what the list shows, and what choosing it posts."""

    id: str
    title: str
    description: str
    content: Content
    fields: Json


@dataclass(eq=False)
class InlineQuery:
    """A question typed as `@bot …` in any chat, and the bot's answer to it (None until then)."""

    id: str
    user: User
    query: str
    offset: str
    answer: Json | None = None
    expired: bool = False

    @property
    def results(self) -> list[InlineResult]:
        """The answer's results, in their order."""
        return list(self.answer["results"]) if self.answer else []


@dataclass(frozen=True)
class Call:
    """One request of the bot and what became of it; the token is nowhere in it."""

    method: str
    params: Json
    status: int
    description: str
    injected: bool  # the error was ordered by the test, not earned by the bot
    at: float  # time.monotonic() of the answer
    took: float  # seconds from request to answer


@dataclass(frozen=True)
class StoredFile:
    """A file that the server keeps: bytes behind a file_id."""

    file_id: str
    path: str
    content: bytes
    name: str = ""
    mime_type: str = ""
    size: int | None = None  # when it pretends to be larger than its content

    def json(self) -> Json:
        """As the Bot API writes a File without its path."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.file_id[::-1],
            "file_size": self.size or len(self.content),
        }
