"""Keys of assessors and the registry's own, in the database."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from sqlalchemy import text
from tests.support.event import AUTHORITY_KEY, DAY, LONG_AGO, PASSPHRASE, QUICK, ZONE, D, Event, at

from assessor_registry import secrecy
from assessor_registry.accounts.rules import PERSONAL_LIMIT, Actor
from assessor_registry.db.engine import Database
from assessor_registry.errors import ConfigurationError, Conflict, Forbidden, InvalidInput, NotFound, Refusal, TooMany
from assessor_registry.signing import actions, store
from assessor_registry.signing.actions import Holder
from assessor_registry.signing.lint import Role, lint
from assessor_registry.signing.x509 import end_of_day
from assessor_registry.words import sentence


@pytest.fixture
def event(database: Database) -> Event:
    return Event(database)


def enrolled(event: Event) -> tuple[Actor, store.KeyRow, Holder]:
    actor = event.assessor()
    event.enrol(actor)
    assert actor.assessor_id is not None
    with event.db.read() as conn:
        key = store.current_key(conn, actor.assessor_id)
    assert key is not None
    return actor, key, Holder(actor.assessor_id, actor.name, "MET.000.900001 2024")


# --- The authority -----------------------------------------------------------------------------------------------


def test_the_authority_is_founded_once_and_every_certificate_passes_the_lint(event: Event) -> None:
    with event.db.transaction() as tx:
        actions.found_authority(tx, AUTHORITY_KEY, at(D))
    root, issuing, seal = (event.registry.certificate(kind) for kind in ("root", "issuing", "seal"))
    assert lint(root, root, Role.ROOT) == lint(issuing, root, Role.ISSUING) == lint(seal, issuing, Role.SEAL) == []
    with event.db.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM issued_certificate")).scalar_one() == 3
    assert event.registry.root_pem.startswith("-----BEGIN CERTIFICATE-----")


def test_another_key_file_refuses_to_start(event: Event) -> None:
    with event.db.read() as conn, pytest.raises(ConfigurationError) as refused:
        actions.load_authority(conn, bytes(32))
    assert refused.value.code == "signing.key_file_wrong"
    with pytest.raises(ConfigurationError), event.db.transaction() as tx:
        actions.found_authority(tx, bytes(32), at(D))


def test_a_registry_without_authority_says_so(database: Database) -> None:
    with database.read() as conn, pytest.raises(ConfigurationError) as refused:
        actions.load_authority(conn, AUTHORITY_KEY)
    assert sentence(refused.value.reason)


def test_a_missing_key_file_names_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        secrecy.read_key(tmp_path, actions.AUTHORITY_KEY)
    assert refused.value.params["name"] == "authority.key"


def test_the_issuing_ca_gets_a_new_certificate_for_the_same_key_in_time(event: Event) -> None:
    later = LONG_AGO + timedelta(days=6 * 365)
    with event.db.transaction() as tx:
        actions.found_authority(tx, AUTHORITY_KEY, later)
        renewed = actions.load_authority(tx, AUTHORITY_KEY)
    old, new = event.registry.certificate("issuing"), renewed.certificate("issuing")
    assert new.not_valid_after_utc > old.not_valid_after_utc
    assert new.public_key() == old.public_key()
    assert renewed.root_pem == event.registry.root_pem


def test_no_stored_key_is_of_use_without_its_file_or_passphrase(event: Event) -> None:
    enrolled(event)
    with event.db.read() as conn:
        shown = conn.execute(text("SELECT string_agg(wrapped::text, '') FROM authority_key")).scalar_one()
        shown += conn.execute(text("SELECT string_agg(wrapped::text, '') FROM signing_key")).scalar_one()
    assert PASSPHRASE not in shown
    assert AUTHORITY_KEY.hex() not in shown
    assert "PRIVATE KEY" not in shown


# --- Enrolment ---------------------------------------------------------------------------------------------------


def test_the_first_key_may_sign_at_once_a_second_waits_for_the_administrator(event: Event) -> None:
    actor, first, _ = enrolled(event)
    assert (first.state, first.confirmed_by) == ("active", actor.account_id)
    event.enrol(actor, "harimau di tepi sungai", at(D))
    with event.db.read() as conn:
        newest, older = store.keys_of(conn, first.assessor_id)
    assert (newest.state, older.state, older.id) == ("waiting", "retired", first.id)
    with pytest.raises(Conflict) as refused:
        actions.unlock(event.db, first.assessor_id, "harimau di tepi sungai", at(D))
    assert refused.value.code == "signing.key_unconfirmed"
    admin = event.admin()
    with event.db.transaction() as tx:
        actions.confirm_key(tx, admin, first.assessor_id, at(D, 12))
    with actions.unlock(event.db, first.assessor_id, "harimau di tepi sungai", at(D, 13)) as key:
        assert key.key_id == str(newest.id)
    with event.db.read() as conn:
        confirmed = store.current_key(conn, first.assessor_id)
    assert confirmed is not None
    assert confirmed.confirmed_by == admin.account_id


NEW = "perahu layar biru muda"


def test_a_changed_passphrase_opens_the_same_key_and_the_old_one_opens_nothing(event: Event) -> None:
    actor, before, holder = enrolled(event)
    with event.db.transaction() as tx:
        leaf = actions.ensure_leaf(tx, event.registry, holder, before.id, D, ZONE, at(D))
    actions.change_passphrase(event.db, actor, before.assessor_id, PASSPHRASE, NEW, at(D), cost=QUICK)
    with actions.unlock(event.db, before.assessor_id, NEW, at(D)) as key:
        assert (key.key_id, key.public_key) == (str(before.id), before.public_der)
    with pytest.raises(InvalidInput, match="passphrase_wrong"):
        actions.unlock(event.db, before.assessor_id, PASSPHRASE, at(D))
    with event.db.transaction() as tx:
        assert actions.ensure_leaf(tx, event.registry, holder, before.id, D, ZONE, at(D)) == leaf
        assert len(store.keys_of(tx, before.assessor_id)) == 1
        acts = tx.execute(text("SELECT after FROM audit_entry WHERE act = 'signing.change_passphrase'")).scalars().all()
    assert acts == [{"key_id": str(before.id)}]


def test_wrong_tries_at_changing_are_counted_with_those_at_unlocking(event: Event) -> None:
    actor, key, _ = enrolled(event)
    for _try in range(PERSONAL_LIMIT.free):
        with pytest.raises(InvalidInput) as refused:
            actions.change_passphrase(event.db, actor, key.assessor_id, "bukan yang ini", NEW, at(D), cost=QUICK)
        assert refused.value.field == "old_passphrase"
    with pytest.raises(TooMany):
        actions.change_passphrase(event.db, actor, key.assessor_id, PASSPHRASE, NEW, at(D), cost=QUICK)
    with pytest.raises(TooMany):
        actions.unlock(event.db, key.assessor_id, PASSPHRASE, at(D))
    with event.db.read() as conn:
        count = text("SELECT count(*) FROM audit_entry WHERE act = 'signing.change_passphrase_refused'")
        assert conn.execute(count).scalar_one() == PERSONAL_LIMIT.free
        assert store.current_key(conn, key.assessor_id) == key


@pytest.mark.parametrize("new", ["pendek", "", PASSPHRASE, f" {PASSPHRASE} ", "a" * 300])
def test_a_passphrase_that_will_not_do_spends_no_try_and_changes_nothing(event: Event, new: str) -> None:
    actor, key, _ = enrolled(event)
    with pytest.raises(InvalidInput, match="passphrase_refused"):
        actions.change_passphrase(event.db, actor, key.assessor_id, PASSPHRASE, new, at(D), cost=QUICK)
    with event.db.read() as conn:
        assert store.current_key(conn, key.assessor_id) == key
        assert conn.execute(text("SELECT count(*) FROM failed_attempt")).scalar_one() == 0


def test_of_two_who_change_at_once_one_wins_and_the_other_is_told(event: Event) -> None:
    actor, key, _ = enrolled(event)
    told: list[object] = []

    def change(new: str) -> None:
        try:
            actions.change_passphrase(event.db, actor, key.assessor_id, PASSPHRASE, new, at(D), cost=QUICK)
        except Refusal as refusal:
            told.append(refusal.code)
        else:
            told.append(new)

    threads = [threading.Thread(target=change, args=(new,)) for new in (NEW, f"{NEW} sekali")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    won = [each for each in told if each in (NEW, f"{NEW} sekali")]
    # Both may have come one after the other: then the second one's old passphrase is no longer the one.
    assert len(won) == 1
    actions.unlock(event.db, key.assessor_id, str(won[0]), at(D)).__exit__(None, None, None)


def test_nobody_changes_the_passphrase_of_another(event: Event) -> None:
    _actor, key, _ = enrolled(event)
    with pytest.raises(Forbidden):
        actions.change_passphrase(event.db, event.assessor(), key.assessor_id, PASSPHRASE, NEW, at(D), cost=QUICK)


def test_nobody_enrols_or_confirms_for_another(event: Event) -> None:
    actor, key, _ = enrolled(event)
    with pytest.raises(Forbidden):
        actions.enrol(event.db, event.assessor(), key.assessor_id, PASSPHRASE, at(D), cost=QUICK)
    event.enrol(actor, "harimau di tepi sungai", at(D))
    with pytest.raises(Forbidden) as refused, event.db.transaction() as tx:
        actions.confirm_key(tx, event.admin(assessor=key.assessor_id), key.assessor_id, at(D))
    assert refused.value.code == "signing.own_key"


def test_a_poor_passphrase_is_refused_with_each_reason(event: Event) -> None:
    actor = event.assessor()
    assert actor.assessor_id is not None
    with pytest.raises(InvalidInput) as refused:
        actions.enrol(event.db, actor, actor.assessor_id, "aaa", at(D), cost=QUICK)
    assert [reason.code for reason in refused.value.reasons] == ["signing.passphrase_short"]
    with event.db.read() as conn:
        assert store.keys_of(conn, actor.assessor_id) == []


# --- Unlocking ---------------------------------------------------------------------------------------------------


def failures(event: Event) -> int:
    with event.db.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM failed_attempt")).scalar_one())


def test_a_wrong_passphrase_is_counted_though_it_is_refused_and_a_right_one_forgets(event: Event) -> None:
    _, key, _ = enrolled(event)
    for number in (1, 2):
        with pytest.raises(InvalidInput) as refused:
            actions.unlock(event.db, key.assessor_id, "salah sama sekali", at(D))
        assert refused.value.code == "signing.passphrase_wrong"
        assert failures(event) == number
    with actions.unlock(event.db, key.assessor_id, PASSPHRASE, at(D)):
        assert failures(event) == 0


def test_guessing_is_slowed_also_for_the_right_passphrase(event: Event) -> None:
    _, key, _ = enrolled(event)
    for _number in range(5):
        with pytest.raises(InvalidInput):
            actions.unlock(event.db, key.assessor_id, "salah sama sekali", at(D))
    with pytest.raises(TooMany) as refused:
        actions.unlock(event.db, key.assessor_id, PASSPHRASE, at(D))
    assert refused.value.code == "signing.too_many_attempts"
    assert "detik" in sentence(refused.value.reason)
    wait = timedelta(seconds=int(str(refused.value.params["wait_seconds"])))
    with actions.unlock(event.db, key.assessor_id, PASSPHRASE, at(D) + wait):
        assert failures(event) == 0


def test_many_guesses_at_once_give_no_free_one(event: Event) -> None:
    _, key, _ = enrolled(event)
    answers: list[str] = []

    def guess() -> None:
        try:
            actions.unlock(event.db, key.assessor_id, "salah sama sekali", at(D))
        except Refusal as refusal:
            answers.append(refusal.code)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("signing.passphrase_wrong") == 5
    assert answers.count("signing.too_many_attempts") == 7


def test_without_a_key_nothing_is_unlocked(event: Event) -> None:
    actor = event.assessor()
    assert actor.assessor_id is not None
    with pytest.raises(NotFound):
        actions.unlock(event.db, actor.assessor_id, PASSPHRASE, at(D))


# --- Certificates of assessors -----------------------------------------------------------------------------------


def test_a_certificate_ends_with_the_last_active_day_and_is_issued_anew_only_when_that_changes(event: Event) -> None:
    _, key, holder = enrolled(event)
    with event.db.transaction() as tx:
        first = actions.ensure_leaf(tx, event.registry, holder, key.id, D, ZONE, at(D))
        again = actions.ensure_leaf(tx, event.registry, holder, key.id, D, ZONE, at(D, 12))
        longer = actions.ensure_leaf(tx, event.registry, holder, key.id, D + DAY, ZONE, at(D, 13))
        shorter = actions.ensure_leaf(tx, event.registry, holder, key.id, D, ZONE, at(D, 14))
    assert first.certificate_id == again.certificate_id
    assert len({first.certificate_id, longer.certificate_id, shorter.certificate_id}) == 3
    assert first.chain[0].not_valid_after_utc == end_of_day(D, ZONE)
    assert longer.chain[0].not_valid_after_utc == end_of_day(D + DAY, ZONE)
    assert lint(first.chain[0], first.chain[1], Role.ASSESSOR) == []
    assert first.chain[0].public_key() == longer.chain[0].public_key()


def test_a_corrected_registration_number_gets_a_new_certificate(event: Event) -> None:
    _, key, holder = enrolled(event)
    other = Holder(holder.assessor_id, holder.name, "MET.000.900001 2023")
    with event.db.transaction() as tx:
        first = actions.ensure_leaf(tx, event.registry, holder, key.id, D, ZONE, at(D))
        second = actions.ensure_leaf(tx, event.registry, other, key.id, D, ZONE, at(D))
    assert first.certificate_id != second.certificate_id


def test_a_key_that_is_retired_or_another_persons_gets_no_certificate(event: Event) -> None:
    actor, key, holder = enrolled(event)
    event.enrol(actor, "harimau di tepi sungai", at(D))
    with pytest.raises(Conflict, match="key_retired"), event.db.transaction() as tx:
        actions.ensure_leaf(tx, event.registry, holder, key.id, D, ZONE, at(D))


def test_the_revocation_list_names_compromised_keys_and_nobody_else(event: Event) -> None:
    _, key, holder = enrolled(event)
    with event.db.transaction() as tx:
        leaf = actions.ensure_leaf(tx, event.registry, holder, key.id, D, ZONE, at(D))
    with event.db.read() as conn:
        assert len(x509.load_der_x509_crl(actions.crl(conn, event.registry, at(D)))) == 0
    with event.db.transaction() as tx:
        actions.report_compromised(tx, event.admin(), key.assessor_id, at(D, 12))
    with event.db.read() as conn:
        found = x509.load_der_x509_crl(actions.crl(conn, event.registry, at(D, 13)))
    assert [item.serial_number for item in found] == [leaf.chain[0].serial_number]
    with pytest.raises(NotFound):
        actions.unlock(event.db, key.assessor_id, PASSPHRASE, at(D, 13))
