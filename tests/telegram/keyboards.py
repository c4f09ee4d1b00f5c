"""Reply markup, checked as Telegram checks it.

checked_markup({"inline_keyboard": [[{"text": "▶", "callback_data": "p:1"}]]})
    -> the same, links normalised; Refusal "Bad Request: BUTTON_DATA_INVALID" and the like
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.telegram.errors import bad_request
from tests.telegram.formatting import checked_url

CALLBACK_DATA_BYTES = 64
COPY_TEXT_CHARACTERS = 256
BUTTONS = 100
_KINDS = ("inline_keyboard", "keyboard", "remove_keyboard", "force_reply")


def _callback_data(value: Any) -> str:
    if not isinstance(value, str):
        raise _button('Field "callback_data" must be of type String')
    if len(value.encode()) > CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return value


def _url(value: Any) -> str:
    try:
        return checked_url(str(value))
    except ValueError as reason:
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: {reason}") from None


def _copy_text(value: Any) -> dict[str, str]:
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str) or not 1 <= len(text) <= COPY_TEXT_CHARACTERS:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return {"text": text}


def _switch_query(value: Any) -> str:
    if not isinstance(value, str):
        raise _button('Field "switch_inline_query" must be of type String')
    return value


ACTIONS: dict[str, Callable[[Any], Any]] = {
    "url": _url,
    "callback_data": _callback_data,
    "switch_inline_query": _switch_query,
    "switch_inline_query_current_chat": _switch_query,
    "copy_text": _copy_text,
}


def _button(reason: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def _checked_button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise _button("expected an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise _button('Can\'t find field "text"')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    chosen = [name for name in ACTIONS if button.get(name) is not None]
    empty_data = chosen == ["callback_data"] and button["callback_data"] == ""
    if not chosen or empty_data:
        raise _button("Text buttons are unallowed in the inline keyboard")
    if len(chosen) > 1:
        raise _button(f"Exactly one of the optional fields must be used, found {chosen}")
    return button | {chosen[0]: ACTIONS[chosen[0]](button[chosen[0]])}


def checked_markup(markup: Any) -> dict[str, Any] | None:
    """The markup as it will be shown, None for none."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict) or not any(kind in markup for kind in _KINDS):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return markup
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be of type Array')
    if sum(map(len, rows)) > BUTTONS:
        raise bad_request("reply markup is too long")
    checked = [[_checked_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": checked} if checked else None
