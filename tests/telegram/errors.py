"""The refusals of the Bot API, in Telegram's own words.

Refusal(400, "Bad Request: chat not found").body()
    -> {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A request that Telegram answers with an error.

    Refusal(429, "Too Many Requests: retry after 3", {"retry_after": 3})
    """

    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None):
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON object that tells of it: `{"ok": false, "error_code": …, …}`."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(reason: str) -> Refusal:
    """A 400: bad_request("chat not found") -> Refusal "Bad Request: chat not found"."""
    return Refusal(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refusal:
    """A 403: forbidden("bot was blocked by the user")."""
    return Refusal(403, f"Forbidden: {reason}")


def conflict(reason: str) -> Refusal:
    """A 409: conflict("terminated by setWebhook request")."""
    return Refusal(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> Refusal:
    """A 429 with its flood wait in whole seconds."""
    return Refusal(
        429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
    )


def unparsable(reason: str) -> Refusal:
    """Formatting that cannot be read: unparsable('Unexpected end tag at byte offset 4')."""
    return bad_request(f"can't parse entities: {reason}")
