"""The test site itself: people get in, and a form without its token does not."""

from tests.support.site import PASSWORD, Site


def test_a_signed_in_browser_sees_its_own_account(site: Site) -> None:
    answer = site.as_role("division").get("/akun")
    assert answer.status_code == 200
    assert "Bidang Pembinaan SMK" in answer.text


def test_the_password_of_a_test_account_signs_in(site: Site) -> None:
    user = site.user("operator")
    answer = site.browse().post("/masuk", login=user.login, password=PASSWORD)
    assert answer.status_code == 303


def test_a_form_without_its_token_is_refused(site: Site) -> None:
    browser = site.as_role("division")
    assert browser.client.post("/keluar", data={}, follow_redirects=False).status_code == 403


def test_a_path_with_a_form_answers_both_its_methods(site: Site) -> None:
    browser = site.browse()
    assert browser.get("/masuk").status_code == 200
    assert browser.post("/masuk", login="tidak-ada", password="salah sekali").status_code == 401
