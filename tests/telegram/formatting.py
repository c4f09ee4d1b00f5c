"""HTML as Telegram reads it: plain text and entities with UTF-16 offsets.

parse_html("<b>Vũ</b> 😀 <i>x</i>")
    -> ("Vũ 😀 x", (Entity("bold", 0, 2), Entity("italic", 6, 1)))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.telegram.errors import unparsable

Formatted = tuple[str, "tuple[Entity, ...]"]


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted stretch of a text: Entity("text_link", 0, 4, url="https://example.org/")."""

    type: str
    offset: int  # UTF-16 code units, as all offsets and lengths of Telegram
    length: int
    url: str | None = None
    language: str | None = None
    user_id: int | None = None
    custom_emoji_id: str | None = None

    @property
    def end(self) -> int:
        """The offset behind its last UTF-16 code unit."""
        return self.offset + self.length

    def of(self, text: str) -> str:
        """The stretch it marks: Entity("bold", 3, 2).of("😀 Vũ") -> "Vũ"."""
        return utf16_slice(text, self.offset, self.end)

    def json(self) -> dict[str, Any]:
        """As the Bot API writes it."""
        known = {"type": self.type, "offset": self.offset, "length": self.length}
        extra = {
            "url": self.url,
            "language": self.language,
            "custom_emoji_id": self.custom_emoji_id,
            "user": self.user_id
            and {"id": self.user_id, "is_bot": False, "first_name": str(self.user_id)},
        }
        return known | {key: value for key, value in extra.items() if value}


def utf16_len(text: str) -> int:
    """Length in UTF-16 code units: utf16_len("a😀") -> 3."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf16_slice(text: str, start: int, end: int) -> str:
    """A stretch by UTF-16 offsets: utf16_slice("😀ab", 2, 3) -> "a"."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")


# --- links

_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}$|\[[0-9a-fA-F:.]+\]$|\d+(?:\.\d+){3}$")


def checked_url(url: str) -> str:
    """The link as Telegram keeps it; ValueError with its reason.

    checked_url("example.org") -> "http://example.org/"
    """
    url = url.strip()
    if url.lower().startswith(("tg:", "ton:")):
        return url
    scheme, _, rest = url.partition("://") if "://" in url else ("http", "", url)
    if scheme.lower() not in {"http", "https"}:
        raise ValueError("Unsupported URL protocol")
    try:
        parts = urlsplit(f"{scheme.lower()}://{rest}")
        host = parts.hostname or ""
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        raise ValueError("Wrong HTTP URL") from None
    if not host:
        raise ValueError("URL host is empty")
    if not _HOST.match(host) or re.search(r"\s", rest):
        raise ValueError("Wrong HTTP URL")
    return parts._replace(path=parts.path or "/").geturl()


# --- HTML

_SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
TAGS = frozenset(_SIMPLE_TAGS) | {"a", "tg-emoji", "code", "pre", "blockquote"}
_NAMED_REFERENCES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,9})|#([0-9]{1,9})|([a-zA-Z]+));?")
_SPACE = frozenset(" \t\r\n\v\0")
_END = "\0"  # stands behind the last character, so that every scan stops there


@dataclass(slots=True)
class _Open:
    """A tag that waits for its end."""

    name: str
    arguments: dict[str, str]
    offset: int  # of its text, in UTF-16 code units
    start: int  # of its text, among the pieces of the output


@dataclass
class _Parser:
    source: str
    at: int = 0
    offset: int = 0
    output: list[str] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def parse(self) -> Formatted:
        while self.at < len(self.source):
            if self.source[self.at] == "<":
                (self._end_tag if self._peek(1) == "/" else self._start_tag)()
            else:
                self._emit(self._reference() or self._words())
        if self.opened:
            name = self.opened[-1].name
            raise unparsable(f'Can\'t find end tag corresponding to start tag "{name}"')
        return "".join(self.output), tuple(self.entities)

    # reading

    def _peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.source[at] if at < len(self.source) else _END

    def _take(self) -> str:
        self.at += 1
        return self.source[self.at - 1]

    def _words(self) -> str:
        """All up to the next character that may begin a tag or a reference."""
        start, self.at = self.at, self.at + 1
        self._take_until(lambda character: character in "<&")
        return self.source[start : self.at]

    def _take_until(self, stops: Callable[[str], bool]) -> str:
        start = self.at
        while self.at < len(self.source) and not stops(self.source[self.at]):
            self.at += 1
        return self.source[start : self.at]

    def _skip_spaces(self) -> None:
        self._take_until(lambda character: character not in _SPACE)

    def _reference(self) -> str | None:
        """A character reference; an unknown one stays as it is written, as in Telegram."""
        match = _REFERENCE.match(self.source, self.at)
        if not match:
            return None
        hexadecimal, decimal, name = match.groups()
        if name:
            character = _NAMED_REFERENCES.get(name)
        else:
            code = int(hexadecimal, 16) if hexadecimal else int(decimal)
            usable = 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF
            character = chr(code) if usable else None
        if character:
            self.at = match.end()
        return character

    def _emit(self, text: str) -> None:
        self.output.append(text)
        self.offset += utf16_len(text)

    def _byte(self, at: int) -> str:
        offset = len(self.source[:at].encode("utf-8", "surrogatepass"))
        return f"at byte offset {offset}"

    # tags

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        name = self._take_until(lambda c: c in _SPACE or c == ">").lower()
        if self._peek() == _END:
            raise unparsable(f"Unclosed start tag {self._byte(begin)}")
        if name not in TAGS:
            raise unparsable(f'Unsupported start tag "{name}" {self._byte(begin)}')
        arguments = self._attributes(name, begin)
        if name == "span" and arguments.get("class") != "tg-spoiler":
            raise unparsable(f'Tag "span" must have class "tg-spoiler" {self._byte(begin)}')
        # Telegram drops an inner quote in silence; a refusal shows the fault.
        if name == "blockquote" and any(tag.name == name for tag in self.opened):
            raise unparsable(f"Nested blockquotes are unsupported {self._byte(begin)}")
        self.opened.append(_Open(name, arguments, self.offset, len(self.output)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self._skip_spaces()
            if self._peek() == ">":
                self.at += 1
                return found
            if self._peek() == _END:
                raise unparsable(f"Unclosed start tag {self._byte(begin)}")
            name = self._take_until(lambda c: c in _SPACE or c in "=>").lower()
            if not name:
                raise unparsable(f'Empty attribute name in the tag "{tag}" {self._byte(begin)}')
            self._skip_spaces()
            found[name] = self._attribute_value(begin) if self._peek() == "=" else ""

    def _attribute_value(self, begin: int) -> str:
        self.at += 1
        self._skip_spaces()
        start, quote = self.at, self._peek()
        if quote not in "'\"":
            value = self._take_until(lambda c: not (c.isascii() and (c.isalnum() or c in ".-")))
            if self._peek() not in _SPACE and self._peek() != ">":
                raise unparsable(f"Unexpected end of name token {self._byte(start)}")
            return value.lower()
        self.at += 1
        pieces: list[str] = []
        while self._peek() not in (quote, _END):
            pieces.append(self._reference() or self._take())
        if self._peek() == _END:
            raise unparsable(f"Unclosed start tag {self._byte(begin)}")
        self.at += 1
        return "".join(pieces)

    def _end_tag(self) -> None:
        begin = self.at
        if not self.opened:
            raise unparsable(f"Unexpected end tag {self._byte(begin)}")
        self.at += 2
        name = self._take_until(lambda c: c in _SPACE or c == ">").lower()
        self._skip_spaces()
        if self._peek() != ">":
            raise unparsable(f"Unclosed end tag {self._byte(begin)}")
        self.at += 1
        tag = self.opened[-1]
        if name and name != tag.name:
            raise unparsable(
                f"Unmatched end tag {self._byte(begin)},"
                f' expected "</{tag.name}>", found "</{name}>"'
            )
        self.opened.pop()
        if self.offset > tag.offset:
            self._close(tag)

    def _close(self, tag: _Open) -> None:
        plain = Entity(_SIMPLE_TAGS.get(tag.name, tag.name), tag.offset, self.offset - tag.offset)
        closers = {
            "a": self._link,
            "code": self._code,
            "pre": self._pre,
            "tg-emoji": self._emoji,
            "blockquote": self._quote,
        }
        entity = closers[tag.name](tag, plain) if tag.name in closers else plain
        if entity:
            self.entities.append(entity)

    def _link(self, tag: _Open, plain: Entity) -> Entity | None:
        url = tag.arguments.get("href") or "".join(self.output[tag.start :])
        if url.lower().startswith("tg://user?"):
            user_id = parse_qs(urlsplit(url).query).get("id", [""])[0]
            return replace(plain, type="text_mention", user_id=int(user_id or 0))
        try:
            return replace(plain, type="text_link", url=checked_url(url))
        except ValueError:
            return None  # as in Telegram: the words stay, the link goes

    def _code(self, tag: _Open, plain: Entity) -> Entity:
        # The language of a <pre><code class="language-…">; kept only when a <pre> encloses it.
        kind = tag.arguments.get("class", "")
        language = kind.removeprefix("language-") if kind.startswith("language-") else None
        return replace(plain, language=language)

    def _pre(self, tag: _Open, plain: Entity) -> Entity:
        for inner in self.entities:
            if inner.type == "code" and (inner.offset, inner.end) == (plain.offset, plain.end):
                self.entities.remove(inner)
                return replace(plain, language=inner.language)
        return plain

    def _emoji(self, tag: _Open, plain: Entity) -> Entity:
        emoji_id = tag.arguments.get("emoji-id", "")
        if not (emoji_id.isdecimal() and 0 < int(emoji_id) < 2**63):
            raise unparsable("Invalid custom emoji identifier specified")
        return replace(plain, type="custom_emoji", custom_emoji_id=emoji_id)

    def _quote(self, tag: _Open, plain: Entity) -> Entity:
        expandable = "expandable" in tag.arguments
        return replace(plain, type="expandable_blockquote" if expandable else "blockquote")


def parse_html(html: str) -> Formatted:
    """Plain text and entities of a text with `parse_mode=HTML`; Refusal where Telegram refuses.

    parse_html('<a href="https://example.org">báo</a>')
        -> ("báo", (Entity("text_link", 0, 3, url="https://example.org/"),))
    """
    text, entities = _Parser(html).parse()
    plain_code = (
        replace(entity, language=None) if entity.type == "code" else entity for entity in entities
    )
    return tidy(text, tuple(plain_code))


# --- what Telegram does to any text

_REMOVED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_BLANKED = re.compile("[\0-\x09\x0b\x0c\x0e-\x1f]")
_MERGED = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_OPAQUE = frozenset({"code", "pre"})


def tidy(text: str, entities: Sequence[Entity] = ()) -> Formatted:
    """The text as Telegram stores it: control characters blanked, ends trimmed, entities merged.

    tidy("  a\\r\\n") -> ("a", ())
    """
    text, entities = _remove(text, entities)
    text = _BLANKED.sub(" ", text)
    first = min((entity.offset for entity in entities), default=utf16_len(text))
    lead = 0  # white space before the first entity; all of it lies in the basic plane
    while lead < min(first, len(text)) and text[lead] in " \n":
        lead += 1
    text = text[lead:].rstrip(" \n")
    limit = utf16_len(text)
    moved = (
        replace(e, offset=e.offset - lead, length=min(e.end - lead, limit) - (e.offset - lead))
        for e in entities
    )
    visible = (e for e in moved if e.length > 0 and e.of(text).strip(" \n"))
    return text, _normal_form(list(visible))


def _remove(text: str, entities: Sequence[Entity]) -> Formatted:
    """Takes out the characters that Telegram deletes, entities moved along."""
    gone = [utf16_len(text[: match.start()]) for match in _REMOVED.finditer(text)]
    if not gone:
        return text, tuple(entities)

    def moved(offset: int) -> int:
        return offset - sum(position < offset for position in gone)

    kept = (
        replace(e, offset=moved(e.offset), length=moved(e.end) - moved(e.offset)) for e in entities
    )
    return _REMOVED.sub("", text), tuple(kept)


def _normal_form(entities: list[Entity]) -> tuple[Entity, ...]:
    """Sorted; equal kinds that touch are one; nothing inside of code."""
    opaque = [e for e in entities if e.type in _OPAQUE]
    merged: list[Entity] = []
    for entity in sorted(entities, key=lambda e: (e.offset, -e.length)):
        if any(o is not entity and o.offset <= entity.offset < o.end for o in opaque):
            continue
        same = [e for e in merged if e.type == entity.type and e.end >= entity.offset]
        if entity.type in _MERGED and same:
            index = merged.index(same[-1])
            end = max(same[-1].end, entity.end)
            merged[index] = replace(same[-1], length=end - same[-1].offset)
        else:
            merged.append(entity)
    return tuple(sorted(merged, key=lambda e: (e.offset, -e.length)))


_DETECTED = {
    "bot_command": re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{5,32})?(?![\w/])"),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{5,32}\b"),
    "url": re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)»”]"),
    "hashtag": re.compile(r"(?<![\w#&/])#(?=\w*[^\W\d])\w+"),
}
_UNDETECTED = frozenset({"code", "pre", "text_link", "text_mention", "url"})


def detect_entities(text: str, entities: Sequence[Entity] = ()) -> tuple[Entity, ...]:
    """The given entities and those that Telegram finds by itself.

    detect_entities("/start@hoibao_bot") -> (Entity("bot_command", 0, 17),)
    """
    found = list(entities)
    for kind, pattern in _DETECTED.items():
        for match in pattern.finditer(text):
            start = utf16_len(text[: match.start()])
            new = Entity(kind, start, utf16_len(match.group()))
            taken = (e for e in found if e.type in _UNDETECTED)
            if not any(e.offset < new.end and new.offset < e.end for e in taken):
                found.append(new)
    return tuple(sorted(found, key=lambda e: (e.offset, -e.length)))
