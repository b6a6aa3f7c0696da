import pickle
import threading
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.pki import CHEAP, SECRET

from assessor_registry.errors import InvalidInput, Refusal, Unavailable
from assessor_registry.signing import keys
from assessor_registry.signing.keys import (
    PRODUCTION,
    NewKey,
    ScryptCost,
    WrappedKey,
    load_public_key,
    new_key,
    new_registry_key,
    public_bytes,
    unlock,
    unlock_with_secret,
    wrap,
    wrap_with_secret,
)
from assessor_registry.signing.passphrases import problems

PASSPHRASE = "kopi susu gula aren"


@pytest.fixture(scope="module")
def made() -> NewKey:
    return new_key(PASSPHRASE, "key-1", cost=CHEAP)


def code_of(act: object, *args: object, **more: object) -> str:
    with pytest.raises(Refusal) as caught:
        act(*args, **more)  # type: ignore[operator]
    return caught.value.code


def test_the_right_passphrase_gives_back_the_same_key(made: NewKey) -> None:
    assert unlock(made.wrapped, PASSPHRASE, "key-1").public_key == made.public_key


def test_the_cost_is_the_production_cost_when_none_is_named() -> None:
    found = new_key(PASSPHRASE, "key-2")
    assert found.wrapped.cost == PRODUCTION == ScryptCost(n=2**17, r=8, p=1)
    assert unlock(found.wrapped, PASSPHRASE, "key-2").public_key == found.public_key


@pytest.mark.parametrize("wrong", ["", "kopi susu gula", PASSPHRASE.upper(), PASSPHRASE + "n", "x" * 10_000, "\ud800"])
def test_a_wrong_passphrase_is_refused(made: NewKey, wrong: str) -> None:
    assert code_of(unlock, made.wrapped, wrong, "key-1") == "signing.passphrase_wrong"


def test_composed_and_decomposed_letters_and_a_trailing_space_are_the_same_passphrase() -> None:
    found = new_key("café café café", "k", cost=CHEAP)
    assert unlock(found.wrapped, "cafe\u0301 cafe\u0301 cafe\u0301 ", "k").public_key == found.public_key


def test_a_wrapped_key_works_only_under_its_own_id(made: NewKey) -> None:
    other = new_key(PASSPHRASE, "key-9", cost=CHEAP)
    assert code_of(unlock, made.wrapped, PASSPHRASE, "key-9") == "signing.passphrase_wrong"
    assert code_of(unlock, other.wrapped, PASSPHRASE, "key-1") == "signing.passphrase_wrong"


def test_a_stored_cost_can_not_be_lowered_afterwards(made: NewKey) -> None:
    lowered = replace(made.wrapped, cost=ScryptCost(n=8, r=8, p=1))
    assert code_of(unlock, lowered, PASSPHRASE, "key-1") == "signing.passphrase_wrong"


@pytest.mark.parametrize("cost", [(2**21, 8, 1), (3, 8, 1), (1, 8, 1), (0, 8, 1), (16, 0, 1), (16, 17, 1), (16, 8, 5)])
def test_a_cost_that_scrypt_or_the_memory_can_not_bear_is_refused(cost: tuple[int, int, int]) -> None:
    assert code_of(ScryptCost, *cost) == "signing.wrapped_key_unreadable"


def test_every_changed_bit_of_a_wrapped_key_is_noticed(made: NewKey) -> None:
    for name in ("salt", "nonce", "ciphertext"):
        data: bytes = getattr(made.wrapped, name)
        for position in range(len(data)):
            changed: Any = bytes([*data[:position], data[position] ^ 1, *data[position + 1 :]])
            assert code_of(unlock, replace(made.wrapped, **{name: changed}), PASSPHRASE, "key-1") == (
                "signing.passphrase_wrong"
            )


def test_the_same_key_is_never_wrapped_into_the_same_bytes(made: NewKey) -> None:
    again = wrap(made.unlocked, PASSPHRASE, cost=CHEAP)
    assert {again.salt, again.nonce, again.ciphertext}.isdisjoint(
        {made.wrapped.salt, made.wrapped.nonce, made.wrapped.ciphertext}
    )


def test_a_passphrase_is_changed_by_wrapping_the_unlocked_key_again(made: NewKey) -> None:
    with unlock(made.wrapped, PASSPHRASE, "key-1") as unlocked:
        again = wrap(unlocked, "teh panas pagi", cost=CHEAP)
    assert unlock(again, "teh panas pagi", "key-1").public_key == made.public_key
    assert code_of(unlock, again, PASSPHRASE, "key-1") == "signing.passphrase_wrong"


def test_a_key_of_the_registry_opens_with_its_key_file_only() -> None:
    found = new_registry_key(SECRET, "issuing")
    assert unlock_with_secret(found.wrapped, SECRET, "issuing").public_key == found.public_key
    assert code_of(unlock_with_secret, found.wrapped, bytes(32), "issuing") == "signing.key_file_wrong"
    assert code_of(unlock_with_secret, found.wrapped, SECRET[:31], "issuing") == "signing.key_file_wrong"
    assert code_of(unlock_with_secret, found.wrapped, SECRET, "root") == "signing.key_file_wrong"
    assert code_of(wrap_with_secret, found.unlocked, b"short") == "signing.key_file_wrong"


def test_a_key_of_one_kind_is_not_opened_as_the_other(made: NewKey) -> None:
    registry = new_registry_key(SECRET, "issuing")
    assert code_of(unlock, registry.wrapped, PASSPHRASE, "issuing") == "signing.wrapped_key_unreadable"
    assert code_of(unlock_with_secret, made.wrapped, SECRET, "key-1") == "signing.wrapped_key_unreadable"


def test_a_wrapped_key_goes_through_json_and_back(made: NewKey) -> None:
    for wrapped in (made.wrapped, new_registry_key(SECRET, "root").wrapped):
        assert WrappedKey.from_dict(wrapped.to_dict()) == wrapped


@pytest.mark.parametrize(
    "change",
    [
        {"n": "16"},
        {"n": True},
        {"n": 17},
        {"kdf": "pbkdf2"},
        {"version": 2},
        {"salt": "!"},
        {"nonce": None},
        {"more": 1},
    ],
)
def test_wrapped_data_of_another_shape_is_refused(made: NewKey, change: dict[str, object]) -> None:
    data = {**made.wrapped.to_dict(), **change}
    assert code_of(WrappedKey.from_dict, data) == "signing.wrapped_key_unreadable"
    assert code_of(WrappedKey.from_dict, {}) == "signing.wrapped_key_unreadable"


def test_a_nonce_of_another_length_is_unreadable(made: NewKey) -> None:
    short = replace(made.wrapped, nonce=made.wrapped.nonce[:8])
    assert code_of(unlock, short, PASSPHRASE, "key-1") == "signing.wrapped_key_unreadable"


def test_neither_key_nor_passphrase_shows_itself(made: NewKey) -> None:
    number = made.unlocked.private.private_numbers().private_value
    shown = repr(made) + repr(made.unlocked) + str(made.unlocked) + repr(made.wrapped)
    assert PASSPHRASE not in shown
    assert str(number) not in shown
    assert f"{number:x}" not in shown
    assert repr(made.wrapped.ciphertext)[2:12] not in shown


def test_a_refusal_holds_no_passphrase(made: NewKey) -> None:
    with pytest.raises(InvalidInput) as caught:
        unlock(made.wrapped, "rahasia-besar-sekali", "key-1")
    assert "rahasia" not in repr(caught.value) + str(caught.value.params)
    assert caught.value.field == "passphrase"


def test_an_unlocked_key_is_not_stored_and_ends_with_its_block(made: NewKey) -> None:
    with unlock(made.wrapped, PASSPHRASE, "key-1") as unlocked:
        with pytest.raises(TypeError):
            pickle.dumps(unlocked)
        assert unlocked.private is not None
    with pytest.raises(Unavailable) as caught:
        _ = unlocked.private
    assert caught.value.code == "signing.key_locked"


def test_at_most_two_unlock_at_once(made: NewKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MAX_WAIT_SECONDS", 0.05)
    inside, leave = threading.Barrier(keys.MAX_UNLOCKS_AT_ONCE + 1), threading.Event()

    def occupy() -> None:
        with keys._slot():
            inside.wait(5)
            leave.wait(5)

    threads = [threading.Thread(target=occupy) for _ in range(keys.MAX_UNLOCKS_AT_ONCE)]
    for thread in threads:
        thread.start()
    inside.wait(5)
    assert code_of(unlock, made.wrapped, PASSPHRASE, "key-1") == "signing.unlock_busy"
    leave.set()
    for thread in threads:
        thread.join()
    assert unlock(made.wrapped, PASSPHRASE, "key-1").public_key == made.public_key


def test_a_slot_is_given_back_after_wrong_passphrases(made: NewKey) -> None:
    for _ in range(2 * keys.MAX_UNLOCKS_AT_ONCE + 1):
        code_of(unlock, made.wrapped, "frasa yang salah", "key-1")
    assert unlock(made.wrapped, PASSPHRASE, "key-1")


def test_a_public_key_goes_through_bytes_and_back(made: NewKey) -> None:
    assert public_bytes(load_public_key(made.public_key)) == made.public_key
    for bad in (b"", made.public_key[:-1], made.public_key + b"\0", made.public_key[:-3] + b"abc"):
        assert code_of(load_public_key, bad) == "signing.public_key_unreadable"


def codes(passphrase: str, login: str = "siti.contoh", born: date | None = date(1985, 3, 7)) -> list[str]:
    return [
        reason.code.removeprefix("signing.passphrase_") for reason in problems(passphrase, login=login, birth_date=born)
    ]


@pytest.mark.parametrize(
    ("passphrase", "expected"),
    [
        ("kopi susu", []),
        ("12345679", []),
        ("pendek1", ["short"]),
        ("  pendek1  ", ["short"]),
        ("Siti.Contoh", ["is_login"]),
        ("07031985", ["is_birth_date"]),
        ("07-03-1985", ["is_birth_date"]),
        ("07 / 03 / 1985", ["is_birth_date"]),
        ("1985.03.07", ["is_birth_date"]),
        ("aaaaaaaa", ["one_character"]),
        ("", ["short"]),
        ("x" * 200 + "y" * 57, ["long"]),
        ("x" * 200 + "y" * 56, []),
    ],
)
def test_a_passphrase_is_neither_short_nor_what_others_know(passphrase: str, expected: list[str]) -> None:
    assert codes(passphrase) == expected


def test_without_a_known_birth_date_or_login_only_the_text_counts() -> None:
    assert codes("07031985", login="", born=None) == []


@pytest.mark.parametrize(("passphrase", "code"), [("pendek1", "short"), ("y" * 257, "long")])
def test_no_key_is_wrapped_by_a_passphrase_of_a_wrong_length(passphrase: str, code: str) -> None:
    assert code_of(new_key, passphrase, "k", cost=CHEAP) == f"signing.passphrase_{code}"


@given(passphrase=st.text(min_size=8, max_size=60).filter(lambda text: len(text.strip()) >= 8), key_id=st.uuids())
def test_any_text_may_be_a_passphrase(passphrase: str, key_id: object) -> None:
    try:
        found = new_key(passphrase, str(key_id), cost=CHEAP)
    except InvalidInput as refusal:
        assert refusal.code == "signing.passphrase_short"  # letters and marks that melt into fewer
    else:
        assert unlock(found.wrapped, passphrase, str(key_id)).public_key == found.public_key
