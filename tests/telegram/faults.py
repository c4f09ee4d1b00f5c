"""Trouble to order: errors, lost answers, delays and dropped connections.

Faults().add(Fault("sendMessage", status=429, description="…", retry_after=1))
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.telegram.errors import Refusal

BAD_GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n"
    "</body>\r\n</html>\r\n"
)


@dataclass
class Fault:
    """What happens to the next requests of a method ("*": of any)."""

    method: str
    status: int = 0  # 0: no error
    description: str = ""
    retry_after: int | None = None
    html: str = ""  # the body, instead of JSON
    drop: bool = False  # the connection ends without an answer
    delay: float = 0.0  # seconds before anything else
    after: bool = False  # the request is carried out before its answer goes wrong
    times: int = 1

    def refusal(self) -> Refusal:
        """The error that it stands for."""
        parameters: dict[str, Any] | None = (
            {"retry_after": self.retry_after} if self.retry_after is not None else None
        )
        return Refusal(self.status, self.description or "the connection was dropped", parameters)


@dataclass
class Faults:
    """The ordered faults, first come first served, and the methods held back."""

    waiting: list[Fault] = field(default_factory=list)
    holds: dict[str, asyncio.Event] = field(default_factory=dict)
    arrived: dict[str, int] = field(default_factory=dict)  # requests that a hold keeps waiting

    def next_for(self, method: str) -> Fault | None:
        """The fault that meets this request, used up by it."""
        for fault in self.waiting:
            if fault.method.lower() in ("*", method.lower()):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None
