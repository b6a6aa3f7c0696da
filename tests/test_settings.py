"""Settings: what is misspelt, missing or unreadable refuses to start, and says which."""

import subprocess
import sys
from pathlib import Path

import pytest

from assessor_registry import founding, secrecy, settings, words
from assessor_registry.errors import ConfigurationError

P = settings.PREFIX
SMTP = {f"{P}SMTP_HOST": "mail.contoh.id", f"{P}SMTP_SENDER": "register@contoh.id"}


def refusal(environ: dict[str, str]) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        settings.load(environ)
    return caught.value


def test_without_any_setting_it_is_the_private_server_on_loopback_and_no_mail() -> None:
    found = settings.load({})
    assert (found.database_url, found.smtp, found.secure_cookies) == (None, None, False)
    assert found.data_dir.is_absolute()


def test_an_unknown_setting_refuses_to_start_and_is_named() -> None:
    refused = refusal({f"{P}DATA_DIRR": "/x", f"{P}POOL": "3", f"{P}ZONE": "Asia/Makassar"})
    assert f"{P}DATA_DIRR, {P}POOL" in words.sentence(refused.reason)


def test_variables_of_other_programs_are_none_of_ours() -> None:
    assert settings.load({"ASSESSOR": "x", "PATH": "/bin"}).smtp is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POOL_SIZE", "0"), ("POOL_SIZE", "65"), ("POOL_SIZE", "²"), ("POOL_SIZE", "six"), ("POOL_SIZE", "-1"),
        ("UPLOAD_LIMIT_MIB", "501"), ("DEMO", "perhaps"), ("JOBS", "2"), ("ZONE", "Asia/Samarinda"),
        ("ZONE", "../etc/passwd"), ("PUBLIC_URL", "asesor.contoh.id"), ("PUBLIC_URL", "ftp://asesor.contoh.id"),
        ("PUBLIC_URL", "https://"), ("PUBLIC_URL", "https://asesor.contoh.id/register"), ("PUBLIC_URL", "http://[::1"),
        ("PUBLIC_URL", "http://asesor.contoh.id"), ("PUBLIC_URL", "http://127.0.0.1.contoh.id"),
    ],
)  # fmt: skip
def test_a_value_that_can_not_be_read_refuses_to_start_and_is_named(name: str, value: str) -> None:
    assert P + name in words.sentence(refusal({P + name: value}).reason)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:9/", "http://[::1]:8000"])
def test_plain_http_is_for_loopback(url: str) -> None:
    assert settings.load({f"{P}PUBLIC_URL": url}).secure_cookies is False


def test_elsewhere_cookies_are_secure() -> None:
    found = settings.load({f"{P}PUBLIC_URL": "https://asesor.contoh.id/"})
    assert (found.secure_cookies, found.public_url) == (True, "https://asesor.contoh.id")


@pytest.mark.parametrize("missing", ["SMTP_HOST", "SMTP_SENDER"])
def test_half_a_mail_server_refuses_to_start_and_names_the_other_half(missing: str) -> None:
    given = {name: value for name, value in SMTP.items() if name != P + missing}
    assert P + missing in words.sentence(refusal(given).reason)


def test_a_missing_password_file_refuses_to_start_and_is_named(tmp_path: Path) -> None:
    refused = refusal({**SMTP, f"{P}SMTP_PASSWORD_FILE": str(tmp_path / "gone")})
    said = words.sentence(refused.reason)
    assert f"{P}SMTP_PASSWORD_FILE" in said
    assert str(tmp_path / "gone") in said


def test_a_password_is_read_from_its_file_and_is_in_no_setting(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("made-up-secret\n")
    found = settings.load({**SMTP, f"{P}SMTP_PASSWORD_FILE": str(tmp_path / "mail")})
    assert found.smtp is not None
    assert found.smtp.password == "made-up-secret"
    assert "made-up-secret" not in repr(found)
    assert f"{P}SMTP_PASSWORD" in words.sentence(refusal({**SMTP, f"{P}SMTP_PASSWORD": "x"}).reason)


def test_the_database_is_also_taken_from_the_common_name_and_its_password_is_not_shown() -> None:
    common = {"DATABASE_URL": "postgresql://a:made-up-secret@b/c"}
    assert settings.load(common).database_url == common["DATABASE_URL"]
    own = settings.load({**common, f"{P}DATABASE_URL": "postgresql://d/e"})
    assert own.database_url == "postgresql://d/e"
    assert "made-up-secret" not in repr(settings.load(common))


@pytest.mark.parametrize("name", founding.KEY_FILES)
def test_a_missing_key_file_refuses_to_start_and_is_named(tmp_path: Path, name: str) -> None:
    chosen = settings.Settings(data_dir=tmp_path)
    for each in founding.KEY_FILES:
        secrecy.make_key(chosen.secrets_dir, each)
    founding.require_keys(chosen)
    (chosen.secrets_dir / name).unlink()
    with pytest.raises(ConfigurationError) as caught:
        founding.require_keys(chosen)
    assert name in words.sentence(caught.value.reason)


@pytest.mark.parametrize("spoil", ["readable", "short"])
def test_a_key_file_that_others_may_read_or_that_is_cut_short_refuses_to_start(tmp_path: Path, spoil: str) -> None:
    chosen = settings.Settings(data_dir=tmp_path)
    for each in founding.KEY_FILES:
        secrecy.make_key(chosen.secrets_dir, each)
    path = chosen.secrets_dir / founding.KEY_FILES[1]
    if spoil == "readable":
        path.chmod(0o640)
    else:
        path.write_bytes(b"x" * 31)
    with pytest.raises(ConfigurationError) as caught:
        founding.require_keys(chosen)
    assert str(path) in words.sentence(caught.value.reason)


def test_the_program_ends_with_2_and_the_sentence_before_anything_is_made(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from assessor_registry.cli import main; main()", "migrate"],
        env={"PATH": "/usr/bin:/bin", f"{P}DATA_DIR": str(tmp_path / "data"), f"{P}SMPT_HOST": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{P}SMPT_HOST" in done.stderr
    assert not (tmp_path / "data").exists()
