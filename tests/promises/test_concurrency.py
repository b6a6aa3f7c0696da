"""Many at once are as one after the other: one record whatever the number of hands that ask for it, each hand told the
same code, and a record for each candidate when all are asked for at once.
"""

import json
import threading
import urllib.error
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.support.campaign import size
from tests.support.invariants import broken
from tests.support.signers import Ground, call, server, signing_ground
from tests.world import PASSPHRASE

from assessor_registry import clock

CLIENTS = size(12, 64)
STILL_RUNS = "accounts.request_running"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with signing_ground(tmp_path_factory.mktemp("many") / "data", 2) as made, server(made):
        yield made


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What `act(number)` gives to each of `CLIENTS` who begin together; an error fails the test."""
    start, answers, wrong = threading.Barrier(CLIENTS), [None] * CLIENTS, list[BaseException]()

    def one(number: int) -> None:
        start.wait(60)
        try:
            answers[number] = act(number)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert wrong == []
    return answers


class Refused(Exception):
    """A refusal of the API, by its code."""


def asked(ground: Ground, who: int, method: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    """One call; while the first with the same key still runs it is told so (409), and asked again."""
    while True:
        try:
            return call(ground, ground.people[who][1], method, path, body, key)
        except urllib.error.HTTPError as refusal:
            told = json.load(refusal)
            if told["code"] != STILL_RUNS:
                raise Refused(told["code"]) from refusal


def save(ground: Ground, who: int, attempt: UUID, key: str) -> str:
    """Record a candidate; the id of what is to be signed."""
    body = {"version": 0, "outcome": "assessed", "units": dict.fromkeys(ground.plan.scheme.codes, "K"),
            "recommendation": "K", "acknowledgement": "paper"}  # fmt: skip
    return str(asked(ground, who, "PUT", f"/assessments/{attempt}/record", body, key)["record"])


def sign(ground: Ground, who: int, drafts: list[str], key: str) -> list[str]:
    body = {"records": drafts, "passphrase": PASSPHRASE}
    return [one["code"] for one in asked(ground, who, "POST", "/records/sign", body, key)["records"]]


def codes_of(ground: Ground, attempts: tuple[UUID, ...]) -> list[str]:
    with ground.world.db.read() as conn:
        query = text("SELECT code FROM record WHERE attempt_id = ANY(:ids)")
        return list(conn.execute(query, {"ids": list(attempts)}).scalars())


def whole(ground: Ground) -> None:
    assert broken(ground.world.db, ground.world.registry, clock.now()) == []


@pytest.mark.parametrize("keys", ["the same key", "a key each"])
def test_all_who_sign_one_candidate_at_once_are_given_the_one_record(ground: Ground, keys: str) -> None:
    attempts = ground.more_candidates(1)
    draft = save(ground, 0, attempts[0], f"put-{attempts[0]}")
    of = (lambda number: number) if keys == "a key each" else (lambda number: 0)
    answers = at_once(lambda number: sign(ground, 0, [draft], f"sign-{draft}-{of(number)}"))
    assert len(codes_of(ground, attempts)) == 1
    assert answers == [codes_of(ground, attempts)] * CLIENTS
    whole(ground)


def test_all_who_sign_another_candidate_each_at_once_get_a_record_each(ground: Ground) -> None:
    attempts = ground.more_candidates(CLIENTS)
    drafts = [save(ground, 0, attempt, f"put-{attempt}") for attempt in attempts]
    answers = at_once(lambda number: sign(ground, 0, [drafts[number]], f"each-{drafts[number]}"))
    assert sorted(code for codes in answers for code in codes) == sorted(codes_of(ground, attempts))
    assert len(codes_of(ground, attempts)) == CLIENTS
    whole(ground)


def test_two_assessors_who_record_the_same_candidate_at_once_leave_one_record(ground: Ground) -> None:
    attempts = ground.more_candidates(1)

    def one(number: int) -> str | None:
        who = number % 2
        try:
            draft = save(ground, who, attempts[0], f"two-{attempts[0]}-{who}")
        except Refused as told:
            assert str(told) == "assessments.part_of_another"
            return None
        return sign(ground, who, [draft], f"two-{draft}")[0]

    answers = at_once(one)
    assert set(answers) - {None} == set(codes_of(ground, attempts))
    assert len(codes_of(ground, attempts)) == 1
    whole(ground)
