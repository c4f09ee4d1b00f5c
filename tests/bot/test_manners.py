from __future__ import annotations

import asyncio

from bot.manners import WINDOW, Allowance, Recent, Turns


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_allowance_counts_what_is_over_it() -> None:
    allowance = Allowance(2, Clock())
    assert [allowance.excess("an") for _ in range(4)] == [0, 0, 1, 2]


def test_an_allowance_is_renewed_every_minute() -> None:
    clock = Clock()
    allowance = Allowance(1, clock)
    assert [allowance.excess("an"), allowance.excess("an")] == [0, 1]
    clock.now = WINDOW
    assert allowance.excess("an") == 0


def test_users_have_allowances_of_their_own() -> None:
    allowance = Allowance(1, Clock())
    assert [allowance.excess("an"), allowance.excess("bình")] == [0, 0]


def test_a_group_shares_one_allowance() -> None:
    allowance = Allowance(1, Clock())
    assert [allowance.excess("an", "group"), allowance.excess("bình", "group")] == [0, 1]


def test_a_private_chat_has_the_number_of_its_user_and_counts_once() -> None:
    allowance = Allowance(1, Clock())
    assert allowance.excess(7, 7) == 0


def test_the_oldest_is_forgotten() -> None:
    recent = Recent[str, int](2)
    for number, key in enumerate("abc"):
        recent.put(key, number)
    assert [recent.get(key) for key in "abc"] == [None, 1, 2]


def taken_turns(arrivals: list[str], key_of: dict[str, str] | None = None) -> list[str]:
    """Who gets a turn, when all arrive while the first is at it."""
    done = []

    async def take(turns: Turns, name: str, gate: asyncio.Event) -> None:
        async with turns.turn((key_of or {}).get(name, "an")) as newest:
            if newest:
                await gate.wait()
                done.append(name)

    async def run() -> None:
        turns, gate = Turns(), asyncio.Event()
        tasks = []
        for name in arrivals:
            tasks.append(asyncio.create_task(take(turns, name, gate)))
            await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*tasks)
        # nothing is kept about those who were served
        assert not turns._locks
        assert not turns._newest

    asyncio.run(run())
    return done


def test_of_those_who_wait_the_newest_gets_its_turn() -> None:
    assert taken_turns(["first", "second", "third", "fourth"]) == ["first", "fourth"]


def test_two_in_a_row_both_get_their_turns() -> None:
    assert taken_turns(["first", "second"]) == ["first", "second"]


def test_nobody_waits_for_somebody_else() -> None:
    arrivals = ["an 1", "bình 1", "an 2", "bình 2"]
    keys = {name: name.split()[0] for name in arrivals}
    assert sorted(taken_turns(arrivals, keys)) == sorted(arrivals)


def test_a_turn_that_fails_is_over() -> None:
    async def run() -> bool:
        turns = Turns()
        try:
            async with turns.turn("an"):
                raise ValueError
        except ValueError:
            pass
        async with turns.turn("an") as newest:
            return newest

    assert asyncio.run(run())
