"""answerInlineQuery: results typed as `@bot …` in any chat, and their limits."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.telegram.errors import Refusal, bad_request
from tests.telegram.keyboards import checked_markup
from tests.telegram.messages import message_text
from tests.telegram.model import Content, InlineResult, Json
from tests.telegram.params import Params
from tests.telegram.state import State, as_list

RESULTS = 50
RESULT_ID_BYTES = 64
NEXT_OFFSET_BYTES = 64
CACHE_SECONDS = 300  # when a bot does not say
_START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def answer_inline_query(state: State, params: Params) -> bool:
    query = state.inline_queries.get(params.text("inline_query_id"))
    if query is None or query.expired or query.answer is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    given = as_list(params.json("results", "inline query results"))
    if len(given) > RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    results = [_result(result) for result in given]
    if len({result.id for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(params.text("next_offset").encode()) > NEXT_OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    cache_time = params.integer("cache_time")
    query.answer = {
        "results": results,
        "cache_time": CACHE_SECONDS if cache_time is None else cache_time,
        "is_personal": params.flag("is_personal"),
        "next_offset": params.text("next_offset"),
        "button": _button(params.json("button", "inline query results button")),
    }
    return True


def _button(given: Any) -> Json | None:
    """The button above the results, that leads into the private chat."""
    if given is None:
        return None
    if not given.get("text"):
        raise bad_request("SWITCH_PM_TEXT_EMPTY")
    if "web_app" not in given and not _START_PARAMETER.match(given.get("start_parameter") or ""):
        raise bad_request("START_PARAM_INVALID")
    return dict(given)


def _unparsable(reason: str) -> Refusal:
    return bad_request(f"can't parse inline query result: {reason}")


def _result(given: Any) -> InlineResult:
    if not isinstance(given, dict):
        raise _unparsable("expected an Object")
    for name in ("type", "id"):
        if not isinstance(given.get(name), str):
            raise _unparsable(f'Can\'t find field "{name}"')
    if not 1 <= len(given["id"].encode()) <= RESULT_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if given["type"] != "article":
        raise _unparsable("this server knows results of type article only")
    for name in ("title", "input_message_content"):
        if not given.get(name):
            raise _unparsable(f'Can\'t find field "{name}"')
    return InlineResult(
        given["id"], given["title"], given.get("description", ""), _content(given), given
    )


def _content(given: Json) -> Content:
    message = given["input_message_content"]
    values = message | {
        "text": message.get("message_text", ""),
        "entities": json.dumps(message["entities"]) if "entities" in message else None,
    }
    text, entities = message_text(Params(values))
    return Content(text, entities, checked_markup(given.get("reply_markup")))
