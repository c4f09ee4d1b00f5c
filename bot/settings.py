"""Settings: flags, then `HOIBAO_*` variables, then `.env`, then defaults.

Nothing else reads the environment.

    Settings(index=Path("here")).index -> Path("here")
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from retrieval.errors import SettingsError

PREFIX = "HOIBAO_"

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

# what Telegram accepts: core.telegram.org/bots/api, "Making requests" and "setWebhook"
TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
WEBHOOK_SECRET = re.compile(r"[\w-]{1,256}", re.ASCII)


class Settings(BaseSettings):
    """Every setting, checked; a value that cannot work raises `SettingsError`.

    >>> Settings(admin_ids="12, 34").admin_ids == {12, 34}
    True
    """

    # a rejected value may be a secret, so no error repeats it
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    corpus: Path = Field(Path("data/articles"), description="folder of the articles")
    index: Path = Field(Path("data/index"), description="folder where the index is kept")
    threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="confidence, from 0 to 1, below which the bot says that the articles hold no "
        "answer; unset, the measured default",
    )
    telegram_token: SecretStr | None = Field(
        None, description="the bot's token, from @BotFather; only `hoibao bot` needs it"
    )
    telegram_base_url: str = Field(
        "https://api.telegram.org", description="address of the Bot API server"
    )
    admin_ids: Annotated[frozenset[int], NoDecode] = Field(
        frozenset(),
        description="Telegram user ids, separated by commas, that may use the administrators' "
        "commands",
    )
    questions_per_minute: int = Field(
        20, ge=1, description="how many questions a minute one user, or one group, may ask the bot"
    )
    state: Path = Field(
        Path("data/bot.sqlite"),
        description="file in which the bot keeps what chats chose, and its journal",
    )
    journal_days: int = Field(
        30,
        ge=0,
        le=3650,
        description="days that the bot remembers what was asked in vain and how many asked; "
        "0 keeps nothing",
    )
    watch: bool = Field(
        False, description="true or false: whether `hoibao bot` reloads by itself when files change"
    )
    health_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="port on which /health and /metrics are served; unset, they are not",
    )
    health_host: str = Field(
        "127.0.0.1", description="address on which /health and /metrics are served"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="form of the log: text, or json for one JSON object a line"
    )
    webhook_url: str | None = Field(
        None, description="public https address for updates; unset, the bot polls"
    )
    webhook_secret: SecretStr | None = Field(
        None,
        validate_default=True,
        description="required with a webhook: 1 to 256 letters, digits, _ or -; "
        "requests without it are refused",
    )
    webhook_listen: str = Field(
        "127.0.0.1", description="address on which webhook requests are received"
    )
    webhook_port: int = Field(
        8443, ge=1, le=65535, description="port on which webhook requests are received"
    )

    def __init__(self, **flags: Any) -> None:
        """Read the settings; `flags` win over the environment."""
        try:
            super().__init__(**flags)
        except ValidationError as invalid:
            # `from None`: the original holds the values, secrets included
            raise _settings_error(invalid) from None

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("telegram_token")
    @classmethod
    def _check_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("not a bot token; those look like 123456:ABC-def")
        return value

    @field_validator("telegram_base_url", "webhook_url")
    @classmethod
    def _check_url(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        # updates hold what people write, so they may travel in the clear on this machine only
        exposed = info.field_name == "webhook_url" and parts.hostname not in LOOPBACK
        allowed = ("https",) if exposed else ("https", "http")
        if parts.scheme not in allowed or not parts.hostname:
            raise ValueError(f"not an address that begins with {' or '.join(allowed)}://")
        # python-telegram-bot's own setting of that name ends so
        return value.rstrip("/").removesuffix("/bot")

    @field_validator("webhook_secret")
    @classmethod
    def _check_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None and info.data.get("webhook_url"):
            raise ValueError(f"missing, and {PREFIX}WEBHOOK_URL is set")
        if value is not None and not WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("has characters other than letters, digits, _ and -, or is too long")
        return value

    def token(self) -> str:
        """The bot's token; raises `SettingsError` when there is none."""
        if self.telegram_token is None:
            raise SettingsError(
                f"{PREFIX}TELEGRAM_TOKEN",
                "not set",
                "get a token from @BotFather and put it into the environment or into .env",
            )
        return self.telegram_token.get_secret_value()


def _settings_error(invalid: ValidationError) -> SettingsError:
    """The first problem, by the name of its variable, with what the setting should be."""
    problem = invalid.errors(include_url=False, include_input=False)[0]
    name = str(problem["loc"][0])
    field = Settings.model_fields.get(name)
    cause = problem["msg"].removeprefix("Value error, ")
    meaning = field.description if field else "see the settings table in the README"
    return SettingsError(f"{PREFIX}{name.upper()}", cause, f"it is the {meaning}")
