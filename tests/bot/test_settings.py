from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings
from retrieval.errors import SettingsError

TOKEN = "123456:ABC-def_ghi"


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def test_defaults_need_no_environment() -> None:
    settings = Settings()
    assert (settings.corpus, settings.index) == (Path("data/articles"), Path("data/index"))
    assert settings.telegram_base_url == "https://api.telegram.org"
    assert settings.admin_ids == frozenset()


def test_flags_win_over_variables_over_dotenv(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        "HOIBAO_CORPUS=dotenv\nHOIBAO_INDEX=dotenv\nHOIBAO_WEBHOOK_PORT=1000\nOTHER=x\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("HOIBAO_CORPUS", "variable")
    monkeypatch.setenv("HOIBAO_INDEX", "variable")
    settings = Settings(corpus=Path("flag"))
    assert settings.corpus == Path("flag")
    assert settings.index == Path("variable")
    assert settings.webhook_port == 1000


@pytest.mark.parametrize(
    ("written", "read"), [("12", {12}), ("12, 34,", {12, 34}), (" ", set()), ("", set())]
)
def test_admin_ids_are_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch, written: str, read: set[int]
) -> None:
    monkeypatch.setenv("HOIBAO_ADMIN_IDS", written)
    assert Settings().admin_ids == read


def test_a_webhook_on_this_machine_may_do_without_tls() -> None:
    settings = Settings(webhook_url="http://127.0.0.1:9000/x", webhook_secret="s")
    assert settings.webhook_url == "http://127.0.0.1:9000/x"


def test_the_server_may_be_given_as_the_library_wants_it() -> None:
    settings = Settings(telegram_base_url="http://127.0.0.1:8081/bot/")
    assert settings.telegram_base_url == "http://127.0.0.1:8081"


@pytest.mark.parametrize(
    ("values", "subject"),
    [
        ({"admin_ids": "12,x"}, "HOIBAO_ADMIN_IDS"),
        ({"telegram_token": "not a token"}, "HOIBAO_TELEGRAM_TOKEN"),
        ({"telegram_base_url": "api.telegram.org"}, "HOIBAO_TELEGRAM_BASE_URL"),
        ({"webhook_url": "http://example.com", "webhook_secret": "s"}, "HOIBAO_WEBHOOK_URL"),
        ({"webhook_url": "https://example.com"}, "HOIBAO_WEBHOOK_SECRET"),
        ({"webhook_secret": "có dấu"}, "HOIBAO_WEBHOOK_SECRET"),
        ({"webhook_port": "0"}, "HOIBAO_WEBHOOK_PORT"),
        ({"threshold": "2"}, "HOIBAO_THRESHOLD"),
    ],
)
def test_a_wrong_value_is_named_with_cause_and_next_step(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], subject: str
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name.upper(), value)
    with pytest.raises(SettingsError) as caught:
        Settings()
    assert caught.value.subject == subject
    assert caught.value.cause
    assert caught.value.next_step


def test_a_missing_token_says_where_to_get_one() -> None:
    with pytest.raises(SettingsError, match=r"HOIBAO_TELEGRAM_TOKEN: not set; .*@BotFather"):
        Settings().token()


def test_secrets_show_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOIBAO_TELEGRAM_TOKEN", TOKEN)
    settings = Settings(webhook_secret="quiet")
    assert settings.token() == TOKEN
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert TOKEN not in shown
    assert "quiet" not in shown


def test_an_error_does_not_repeat_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOIBAO_TELEGRAM_TOKEN", "secret but wrong")
    with pytest.raises(SettingsError) as caught:
        Settings()
    assert "secret but wrong" not in f"{caught.value!r} {caught.value}"
    assert caught.value.__cause__ is None


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
