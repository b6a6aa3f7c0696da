"""What a browser may keep of a page, and under which name a form's token is kept."""

from dataclasses import replace

from litestar.testing import TestClient
from tests.support.site import Site

from assessor_registry.app import create_app


def test_a_page_for_somebody_is_asked_for_again_and_a_secret_is_kept_by_nobody(site: Site) -> None:
    division = site.as_role("division")
    assert division.get("/asesor").headers["cache-control"] == "private, no-cache"
    made = division.post("/akun/token", label="Contoh", days="30")
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    refused = division.post("/akun/token", label="", days="30")
    assert refused.status_code == 422
    assert refused.headers["cache-control"] == "private, no-cache"


def test_with_tls_the_token_of_forms_can_not_be_planted_by_a_neighbouring_site(site: Site) -> None:
    with TestClient(create_app(replace(site.settings, public_url="https://contoh.invalid"), site.database)) as client:
        answer = client.get("/masuk")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-formulir=")
    assert "Secure" in cookie
    assert "Path=/;" in cookie or cookie.endswith("Path=/")
    assert "Domain" not in cookie
