"""Methods that tell of chats and the people in them."""

from __future__ import annotations

from tests.telegram.errors import bad_request
from tests.telegram.model import Chat, Json
from tests.telegram.params import Params
from tests.telegram.state import State

_ADMIN_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def get_chat(state: State, params: Params) -> Json:
    chat = state.chat(params.text("chat_id"))
    return chat.json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


def member_json(state: State, chat: Chat, user_id: int) -> Json:
    """As the Bot API writes a ChatMember."""
    status = state.status_of(chat, user_id)
    user = state.users.get(user_id) or chat.members[user_id]
    extra: Json = {"user": user.json(), "status": status}
    if status == "administrator":
        extra |= dict.fromkeys(_ADMIN_RIGHTS, False)
    if status == "creator":
        extra |= {"is_anonymous": False}
    if status == "kicked":
        extra |= {"until_date": 0}
    return extra


def get_chat_member(state: State, params: Params) -> Json:
    chat = state.writable_chat(params.text("chat_id"))
    user_id = params.integer("user_id")
    if user_id is None:
        raise bad_request("invalid user_id specified")
    if user_id not in state.users:
        raise bad_request("user not found")
    return member_json(state, chat, user_id)


def get_chat_administrators(state: State, params: Params) -> list[Json]:
    chat = state.writable_chat(params.text("chat_id"))
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    leading = ("creator", "administrator")
    ids = [state.bot.id, *chat.members]
    return [member_json(state, chat, i) for i in ids if state.status_of(chat, i) in leading]


def get_chat_member_count(state: State, params: Params) -> int:
    chat = state.writable_chat(params.text("chat_id"))
    return 1 + len(chat.members)


def leave_chat(state: State, params: Params) -> bool:
    chat = state.writable_chat(params.text("chat_id"))
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_status = "left"
    return True
