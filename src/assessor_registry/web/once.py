"""A repeated request is harmless: the same key gives the same answer, and the act is done once.

The key's row is written in the act's own transaction, so there is no moment at which the act is done and its key is
not known. HTML forms carry a key of their own (`_once`), so that a double tap does nothing twice.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from litestar import Request

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.rules import Actor, fingerprint
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput

KEY_MOST = 200
Answer = TypeVar("Answer", bound=Mapping[str, Any])


def once(
    request: Request[Actor, Any, Any],
    form: Mapping[str, Any],
    act: Callable[[Connection], Answer],
    *,
    status: int = 200,
) -> tuple[int, Answer]:
    """Run `act` in a transaction, once per key; return (status, answer), the stored one when the key was seen before.

    Raises:
        InvalidInput: the API was called without a key, or the key was used for something else.
        Conflict: the first request with this key still runs.
    """
    key = key_of(request, form)
    mark = fingerprint(request.method, request.url.path, form)
    account = request.user.account_id
    now = clock.now()

    def run(tx: Connection) -> tuple[int, Answer]:
        seen = accounts.begin_idempotent(tx, account, key, mark, now)
        if seen is not None:
            return seen.status, cast("Answer", dict(seen.answer))
        answer = act(tx)
        accounts.finish_idempotent(tx, account, key, status, answer)
        return status, answer

    result: tuple[int, Answer] = request.app.state.database.perform(run)
    return result


def key_of(request: Request[Any, Any, Any], form: Mapping[str, Any]) -> str:
    """The key of this request.

    Raises:
        InvalidInput: there is none, or it is too long.
    """
    key = request.headers.get("idempotency-key") or str(form.get("_once") or "")
    if not key:
        raise InvalidInput("web.key_missing")
    if len(key) > KEY_MOST:
        raise InvalidInput("web.key_too_long", limit=KEY_MOST)
    return key
