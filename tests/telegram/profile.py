"""Methods about the bot itself: its name, descriptions, commands, and where updates go."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.telegram.errors import bad_request
from tests.telegram.model import Json
from tests.telegram.params import Params
from tests.telegram.state import State, Webhook, as_list

COMMANDS = 100
COMMAND_CHARACTERS = 32
COMMAND_DESCRIPTION_CHARACTERS = 256
SECRET_TOKEN_CHARACTERS = 256
_PROFILE_LIMITS = {"name": 64, "description": 512, "short_description": 120}
_SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)
_LANGUAGE = re.compile(r"(?:[a-z]{2})?\Z")


def get_me(state: State, params: Params) -> Json:
    return state.bot.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": not state.privacy,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def done(state: State, params: Params) -> bool:
    """A method whose success is all that there is to it."""
    return True


# --- commands


def _language(params: Params) -> str:
    language = params.text("language_code")
    if not _LANGUAGE.match(language):
        raise bad_request("invalid language code specified")
    return language


def scope_key(scope: Json) -> str:
    """{"type": "chat", "chat_id": 7} -> "chat:7"."""
    ids = [str(scope[name]) for name in ("chat_id", "user_id") if name in scope]
    return ":".join([scope["type"], *ids])


def _scope(state: State, params: Params) -> str:
    scope = params.json("scope", "BotCommandScope") or {"type": "default"}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if kind.startswith("chat"):
        chat = state.chat(str(scope.get("chat_id", "")))
        if chat.type == "private" and kind != "chat":
            raise bad_request("can't use specified scope in private chats")
    return scope_key(scope)


def _command(given: Any) -> Json:
    if not isinstance(given, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(given.get("command", "")).strip().removeprefix("/")
    description = str(given.get("description", "")).strip()
    refusals = {
        "command must be non-empty": not name,
        f"command length must not exceed {COMMAND_CHARACTERS}": len(name) > COMMAND_CHARACTERS,
        "command description must be non-empty": not description,
        f"command description length must not exceed {COMMAND_DESCRIPTION_CHARACTERS}": (
            len(description) > COMMAND_DESCRIPTION_CHARACTERS
        ),
        "BOT_COMMAND_INVALID": not re.fullmatch(r"[a-z0-9_]+", name),
    }
    for reason, applies in refusals.items():
        if applies:
            raise bad_request(reason)
    return {"command": name, "description": description}


def set_my_commands(state: State, params: Params) -> bool:
    key = (_scope(state, params), _language(params))
    commands = [_command(given) for given in as_list(params.json("commands", "commands"))]
    if len(commands) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    state.commands.pop(key, None)
    if commands:
        state.commands[key] = commands
    return True


def delete_my_commands(state: State, params: Params) -> bool:
    state.commands.pop((_scope(state, params), _language(params)), None)
    return True


def get_my_commands(state: State, params: Params) -> list[Json]:
    return state.commands.get((_scope(state, params), _language(params)), [])


# --- name and descriptions


def profile_setter(field: str) -> Callable[[State, Params], bool]:
    """setMyName and the like: profile_setter("name")."""

    def set_field(state: State, params: Params) -> bool:
        text, language = params.text(field).strip(), _language(params)
        if len(text) > _PROFILE_LIMITS[field]:
            raise bad_request(f"BOT_{field.upper()}_TOO_LONG")
        state.profile[field, language] = text
        return True

    return set_field


def profile_getter(field: str) -> Callable[[State, Params], Json]:
    """getMyName and the like: profile_getter("name")."""

    def get_field(state: State, params: Params) -> Json:
        texts = state.profile
        return {field: texts.get((field, _language(params))) or texts.get((field, ""), "")}

    return get_field


# --- webhook


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def set_webhook(state: State, params: Params) -> bool:
    url, secret = params.text("url").strip(), params.text("secret_token")
    if not url:
        return delete_webhook(state, params)
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    if len(secret) > SECRET_TOKEN_CHARACTERS:
        raise bad_request("secret token is too long")
    parts = urlsplit(url)
    # Plain HTTP as on a Bot API server of one's own, and only where nobody can listen in.
    if parts.scheme != "https" and not (
        parts.scheme == "http" and _is_loopback(parts.hostname or "")
    ):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    state.allow(params.json("allowed_updates", "allowed updates"))
    if params.flag("drop_pending_updates"):
        state.updates.clear()
    state.webhook = Webhook(url, secret, params.integer("max_connections") or 40)
    state.on_update()
    return True


def delete_webhook(state: State, params: Params) -> bool:
    if params.flag("drop_pending_updates"):
        state.updates.clear()
    state.webhook = None
    return True


def get_webhook_info(state: State, params: Params) -> Json:
    hook = state.webhook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(state.updates),
    }
    if hook:
        info["max_connections"] = hook.max_connections
    if hook and hook.last_error:
        info |= {"last_error_date": 0, "last_error_message": hook.last_error}
    if state.allowed_updates:
        info["allowed_updates"] = sorted(state.allowed_updates)
    return info
