"""Methods that tell of chats and the people in them."""

from __future__ import annotations

from tests.telegram.errors import bad_request
from tests.telegram.model import Json, User
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


# What each status says besides user and status.
_STATUS_FIELDS: dict[str, Json] = {
    "administrator": dict.fromkeys(_ADMIN_RIGHTS, False),
    "creator": {"is_anonymous": False},
    "kicked": {"until_date": 0},
}


def member_json(user: User, status: str) -> Json:
    """As the Bot API writes a ChatMember: member_json(an, "creator")."""
    return {"user": user.json(), "status": status} | _STATUS_FIELDS.get(status, {})


def get_chat_member(state: State, params: Params) -> Json:
    chat = state.writable_chat(params.text("chat_id"))
    user_id = params.integer("user_id")
    if user_id is None:
        raise bad_request("invalid user_id specified")
    if user_id not in state.users:
        raise bad_request("user not found")
    return member_json(state.users[user_id], state.status_of(chat, user_id))


def get_chat_administrators(state: State, params: Params) -> list[Json]:
    chat = state.writable_chat(params.text("chat_id"))
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    people = [
        (user, state.status_of(chat, user.id)) for user in (state.bot, *chat.members.values())
    ]
    return [member_json(*one) for one in people if one[1] in ("creator", "administrator")]


def get_chat_member_count(state: State, params: Params) -> int:
    chat = state.writable_chat(params.text("chat_id"))
    return 1 + len(chat.members)


def leave_chat(state: State, params: Params) -> bool:
    chat = state.writable_chat(params.text("chat_id"))
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_status = "left"
    return True
