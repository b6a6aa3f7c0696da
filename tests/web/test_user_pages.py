"""Accounts: made with a role and a place, activated by a code that is shown once, closed at once."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text
from tests.support.people import add_lsp, add_person, add_school, employ
from tests.support.site import PASSWORD, Site

from assessor_registry import clock
from assessor_registry.accounts import store
from assessor_registry.accounts.rules import Scope


def grants(site: Site, login: str) -> list[tuple[str, str, str | None]]:
    with site.database.read() as conn:
        found = store.account_by_login(conn, login)
        assert found is not None
        return [(one.role, one.scope.kind, one.scope.ref) for one in store.grants_of(conn, found.id)]


def test_an_account_is_made_and_activated_with_the_code_that_is_shown(site: Site) -> None:
    lsp = site.perform(add_lsp)
    browser = site.as_role("division")
    fields = {"name": "Admin Baru", "login": "admin.baru", "role": "lsp_admin", "lsp_id": str(lsp)}
    made = browser.post("/pengguna/baru", fields)
    assert made.status_code == 303
    path = made.headers["location"].partition("?")[0]
    issued = browser.post(f"{path}/kode")
    assert issued.headers["cache-control"] == "no-store"
    (code,) = re.findall(r'class="code">([0-9A-Z-]{19})<', issued.text)
    assert code not in browser.get(path).text
    guest = site.browse()
    assert guest.post("/aktivasi", code=code.lower(), password=PASSWORD, again=PASSWORD).status_code == 200
    assert guest.post("/masuk", login="admin.baru", password=PASSWORD).status_code == 303
    assert grants(site, "admin.baru") == [("lsp_admin", "lsp", str(lsp))]


def test_a_page_with_a_code_that_is_loaded_anew_shows_the_code_that_was_printed(site: Site) -> None:
    user, browser = site.user("auditor"), site.as_role("operator")
    first, second = (browser.post(f"/pengguna/{user.id}/kode", once="tap") for _ in range(2))
    (printed,) = re.findall(r'class="code">([0-9A-Z-]{19})<', first.text)
    assert re.findall(r'class="code">([0-9A-Z-]{19})<', second.text) == [printed]
    guest = site.browse()
    assert guest.post("/aktivasi", code=printed, password=PASSWORD, again=PASSWORD).status_code == 200
    late = browser.post(f"/pengguna/{user.id}/kode", once="tap")
    assert late.status_code == 409
    assert "sudah dipakai atau diganti" in late.text
    other = re.findall(r'class="code">([0-9A-Z-]{19})<', browser.post(f"/pengguna/{user.id}/kode").text)
    assert other not in ([], [printed])


def test_a_code_is_nowhere_in_the_database(site: Site) -> None:
    user, browser = site.user("auditor"), site.as_role("operator")
    (code,) = re.findall(r'class="code">([0-9A-Z-]{19})<', browser.post(f"/pengguna/{user.id}/kode").text)
    with site.database.read() as conn:
        kept = conn.execute(
            text("SELECT coalesce(string_agg(answer::text, ' '), '') FROM idempotency_key")
        ).scalar_one()
        trail = conn.execute(text("SELECT string_agg(coalesce(after::text, ''), ' ') FROM audit_entry")).scalar_one()
    assert code not in kept + trail


def test_an_assessors_account_is_tied_by_the_registration_number(site: Site) -> None:
    def person(tx: Connection) -> UUID:
        who = add_person(tx)
        tx.execute(
            text(
                "INSERT INTO registration_number (id, assessor_id, series, number, year, current, created_at) "
                "VALUES (gen_random_uuid(), :who, '000', '900123', 2022, true, now())"
            ),
            {"who": who},
        )
        return who

    who = site.perform(person)
    browser = site.as_role("division")
    fields = {"name": "Siti Contoh", "login": "siti", "role": "assessor", "registration": "MET 000.900123 2022"}
    assert browser.post("/pengguna/baru", fields).status_code == 303
    assert grants(site, "siti") == [("assessor", "self", str(who))]
    again = browser.post("/pengguna/baru", {**fields, "login": "siti.lagi"})
    assert again.status_code == 409
    assert "Asesor ini sudah mempunyai akun." in again.text


@pytest.mark.parametrize(
    ("role", "field"), [("lsp_admin", "lsp_id"), ("school", "school_id"), ("assessor", "registration")]
)
def test_the_place_that_a_role_needs_is_asked_for_at_its_field(site: Site, role: str, field: str) -> None:
    fields = {"name": "Contoh Baru", "login": "baru.sekali", "role": role}
    answer = site.as_role("division").post("/pengguna/baru", fields)
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert 'value="baru.sekali"' in answer.text


def test_the_division_makes_no_operator(site: Site) -> None:
    browser = site.as_role("division")
    answer = browser.post("/pengguna/baru", {"name": "Contoh", "login": "operator.baru", "role": "operator"})
    assert answer.status_code == 403
    with site.database.read() as conn:
        assert store.account_by_login(conn, "operator.baru") is None
    operator = site.user("operator")
    assert browser.post(f"/pengguna/{operator.id}/kode").status_code == 403
    assert browser.post(f"/pengguna/{operator.id}/nonaktif").status_code == 403


def test_an_lsp_that_does_not_exist_gets_no_administrator(site: Site) -> None:
    fields = {"name": "Contoh", "login": "admin.hantu", "role": "lsp_admin", "lsp_id": str(uuid4())}
    assert site.as_role("division").post("/pengguna/baru", fields).status_code == 404


def test_disabling_ends_the_sessions_at_once(site: Site) -> None:
    user = site.user("auditor")
    theirs, browser = site.browse(user), site.as_role("operator")
    assert theirs.get("/akun").status_code == 200
    assert browser.post(f"/pengguna/{user.id}/nonaktif").status_code == 303
    assert theirs.get("/akun").status_code == 302
    assert "dinonaktifkan" in browser.get(f"/pengguna/{user.id}").text
    assert browser.post(f"/pengguna/{user.id}/aktif").status_code == 303
    assert site.browse(user).get("/akun").status_code == 200


def test_a_role_is_given_for_some_days_and_taken(site: Site) -> None:
    school = site.perform(add_school)
    user, browser = site.user("auditor"), site.as_role("operator")
    fields = {"role": "school", "school_id": str(school), "last_day": site.day(30).isoformat()}
    assert browser.post(f"/pengguna/{user.id}/peran", fields).status_code == 303
    assert ("school", "school", str(school)) in grants(site, user.login)
    taps = [browser.post(f"/pengguna/{user.id}/peran/{user.grant_id}/cabut", once="tap") for _ in range(2)]
    assert [tap.status_code for tap in taps] == [303, 303]
    assert grants(site, user.login) == [("school", "school", str(school))]


def test_the_list_is_filtered_by_name_role_and_state(site: Site) -> None:
    browser = site.as_role("operator", name="Operator Satu")
    site.user("division", name="Bidang Dua")
    site.user("auditor", name="Auditor Tiga")
    page = browser.get("/pengguna", role="auditor").text
    assert "Auditor Tiga" in page
    assert "Bidang Dua" not in page
    assert "Bidang Dua" in browser.get("/pengguna", q="bidang d").text
    assert "Tidak ada akun yang cocok." in browser.get("/pengguna", state="disabled").text
    assert "3 akun" in browser.get("/pengguna", role="raja", state="apa").text


def test_an_auditor_reads_accounts_and_changes_none(site: Site) -> None:
    user, browser = site.user("division"), site.as_role("auditor")
    assert browser.get(f"/pengguna/{user.id}").status_code == 200
    assert "Terbitkan kode" not in browser.get(f"/pengguna/{user.id}").text
    assert browser.post(f"/pengguna/{user.id}/kode").status_code == 403


def test_an_auditor_of_one_lsp_sees_no_accounts(site: Site) -> None:
    lsp = site.perform(add_lsp)
    user = site.user("division", name="Bidang Rahasia")
    browser = site.as_role("auditor", Scope("lsp", str(lsp)))
    assert "Bidang Rahasia" not in browser.get("/pengguna").text
    assert browser.get(f"/pengguna/{user.id}").status_code == 404


# --- Signing keys that wait --------------------------------------------------------------------------------------


def waiting(site: Site, school: UUID) -> UUID:
    def act(tx: Connection) -> UUID:
        who = add_person(tx)
        employ(tx, [who], school)
        tx.execute(
            text(
                "INSERT INTO signing_key (id, assessor_id, public_der, wrapped, created_at) "
                "VALUES (gen_random_uuid(), :who, '', '{}', :now)"
            ),
            {"who": who, "now": clock.now()},
        )
        return who

    found: UUID = site.perform(act)
    return found


def confirmed(site: Site, who: UUID) -> bool:
    with site.database.read() as conn:
        found = conn.execute(text("SELECT confirmed_at FROM signing_key WHERE assessor_id = :who"), {"who": who})
        return found.scalar_one() is not None


def test_an_lsp_confirms_a_second_key_of_its_own_assessors_only(site: Site) -> None:
    school = site.perform(add_school)
    lsp = site.perform(lambda tx: add_lsp(tx, school))
    ours, theirs = waiting(site, school), waiting(site, site.perform(add_school))
    browser = site.as_role("lsp_admin", Scope("lsp", str(lsp)))
    page = browser.get("/kunci").text
    assert str(ours) in page
    assert str(theirs) not in page
    assert browser.post(f"/kunci/{theirs}").status_code == 404
    taps = [browser.post(f"/kunci/{ours}", once="tap") for _ in range(2)]
    assert [tap.status_code for tap in taps] == [303, 303]
    assert (confirmed(site, ours), confirmed(site, theirs)) == (True, False)


def test_nobody_confirms_their_own_key(site: Site) -> None:
    school = site.perform(add_school)
    lsp = site.perform(lambda tx: add_lsp(tx, school))
    who = waiting(site, school)
    browser = site.as_role("lsp_admin", Scope("lsp", str(lsp)), assessor_id=who)
    assert browser.post(f"/kunci/{who}").status_code == 403
    assert not confirmed(site, who)


def test_who_issued_the_last_activation_code_does_not_confirm_the_key(site: Site) -> None:
    who = waiting(site, site.perform(add_school))
    account = site.user("assessor", assessor_id=who)
    issuer, other = site.user("division"), site.user("division")
    assert site.browse(issuer).post(f"/pengguna/{account.id}/kode").status_code == 200
    refused = site.browse(issuer).post(f"/kunci/{who}")
    assert refused.status_code == 403
    assert "disahkan orang lain" in refused.text
    assert not confirmed(site, who)
    assert site.browse(other).post(f"/kunci/{who}").status_code == 303
    assert confirmed(site, who)
