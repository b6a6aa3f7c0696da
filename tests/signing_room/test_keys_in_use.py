"""Keys while they are used: a retired one signs no more, a busy server is no guess, a name that changed is followed."""

from dataclasses import replace

import pytest
from cryptography.x509.oid import NameOID
from sqlalchemy import text
from tests.support.event import PASSPHRASE, QUICK, ZONE, D, Event, at

from assessor_registry.accounts.actions import hashing
from assessor_registry.assessments import actions as assessments
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, InvalidInput, Unavailable
from assessor_registry.signing import actions, keys, store
from assessor_registry.signing.actions import Holder
from assessor_registry.signing.lint import name_part
from assessor_registry.words import sentence


@pytest.fixture
def event(database: Database) -> Event:
    return Event(database)


def failures(event: Event) -> int:
    with event.db.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM failed_attempt")).scalar_one())


@pytest.mark.parametrize("retire", ["enrol", "report"])
def test_a_key_that_was_retired_after_it_was_unlocked_signs_nothing(event: Event, retire: str) -> None:
    actor, _, (one, two) = event.ready(2)
    assert actor.assessor_id is not None
    event.sign(actor, [event.save(actor, one, event.competent()).draft_id])
    wanted = event.save(actor, two, event.competent()).draft_id
    with actions.unlock(event.db, actor.assessor_id, PASSPHRASE, at(D)) as key:
        if retire == "enrol":
            event.enrol(actor, "harimau di tepi sungai", at(D, 12))
        else:
            with event.db.transaction() as tx:
                actions.report_compromised(tx, event.admin(), actor.assessor_id, at(D, 12))
        with pytest.raises(Conflict) as refused:
            event.db.perform(
                lambda tx: assessments.sign_unlocked(tx, actor, [wanted], key, registry=event.registry, now=at(D, 13))
            )
    assert refused.value.code == "signing.key_retired"
    assert "frasa sandi" in sentence(refused.value.reason).lower()


def test_a_busy_server_counts_as_no_try_and_forgets_none(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = event.assessor()
    event.enrol(actor)
    assert actor.assessor_id is not None
    with pytest.raises(InvalidInput):
        actions.unlock(event.db, actor.assessor_id, "salah sama sekali", at(D))
    monkeypatch.setattr(keys, "MAX_WAIT_SECONDS", 0.01)
    for _ in range(keys.MAX_UNLOCKS_AT_ONCE):
        keys._slots.acquire()
    try:
        for _ in range(8):
            with pytest.raises(Unavailable) as refused:
                actions.unlock(event.db, actor.assessor_id, PASSPHRASE, at(D))
            assert refused.value.code == "signing.unlock_busy"
    finally:
        for _ in range(keys.MAX_UNLOCKS_AT_ONCE):
            keys._slots.release()
    assert failures(event) == 1
    with actions.unlock(event.db, actor.assessor_id, PASSPHRASE, at(D)):
        assert failures(event) == 0


def test_a_key_that_can_not_be_read_counts_as_no_try(event: Event) -> None:
    actor = event.assessor()
    event.enrol(actor)
    assert actor.assessor_id is not None
    with event.db.transaction() as tx:
        tx.execute(text("UPDATE signing_key SET wrapped = jsonb_set(CAST(wrapped AS jsonb), '{nonce}', '\"AAAA\"')"))
    with pytest.raises(InvalidInput) as refused:
        actions.unlock(event.db, actor.assessor_id, PASSPHRASE, at(D))
    assert (refused.value.code, failures(event)) == ("signing.wrapped_key_unreadable", 0)


def test_the_name_of_the_account_is_no_passphrase(event: Event) -> None:
    actor = event.assessor()
    assert actor.assessor_id is not None
    with event.db.transaction() as tx:
        tx.execute(
            text("UPDATE account SET login = 'siti.aminah' WHERE id = :id"),
            {"id": actor.account_id},
        )
    with pytest.raises(InvalidInput) as refused:
        actions.enrol(event.db, actor, actor.assessor_id, "Siti.Aminah ", at(D), cost=QUICK)
    assert [reason.code for reason in refused.value.reasons] == ["signing.passphrase_is_login"]


def test_the_password_is_no_passphrase_neither_for_a_new_key_nor_for_a_changed_one(event: Event) -> None:
    actor, password = event.assessor(), "meja kursi lampu"
    event.enrol(actor)
    assert actor.assessor_id is not None
    assert actor.account_id is not None
    with event.db.transaction() as tx:
        account = {"hash": hashing.hash_of(password), "id": actor.account_id}
        tx.execute(text("UPDATE account SET password_hash = :hash WHERE id = :id"), account)
    with pytest.raises(InvalidInput) as refused:
        actions.enrol(event.db, actor, actor.assessor_id, f"{password} ", at(D), cost=QUICK)
    assert [reason.code for reason in refused.value.reasons] == ["signing.passphrase_is_password"]
    with pytest.raises(InvalidInput) as refused:
        actions.change_passphrase(event.db, actor, actor.assessor_id, PASSPHRASE, password, at(D), cost=QUICK)
    assert [reason.code for reason in refused.value.reasons] == ["signing.passphrase_is_password"]


def test_who_changes_their_name_gets_a_new_certificate(event: Event) -> None:
    actor = event.assessor()
    event.enrol(actor)
    assert actor.assessor_id is not None
    holder = Holder(actor.assessor_id, "Siti " + "A" * 90, "MET.000.900001 2024")
    with event.db.transaction() as tx:
        key = store.current_key(tx, actor.assessor_id)
        assert key is not None
        first = actions.ensure_leaf(tx, event.registry, holder, key.id, D, ZONE, at(D))
        # A name that is cut in the certificate fits it all the same.
        again = actions.ensure_leaf(tx, event.registry, holder, key.id, D, ZONE, at(D, 12))
        married = replace(holder, name="Siti Rahma")
        second = actions.ensure_leaf(tx, event.registry, married, key.id, D, ZONE, at(D, 13))
    assert first.certificate_id == again.certificate_id != second.certificate_id
    assert name_part(second.chain[0], NameOID.COMMON_NAME) == "Siti Rahma"
