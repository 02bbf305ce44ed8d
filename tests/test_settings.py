"""Settings: read once, safe unless somebody says otherwise, and refused with a sentence that says what to set."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.errors import UnsafeConfiguration
from app.settings import Mode, Settings

SAFE: dict[str, Any] = {
    "mode": "production",
    "public_base_url": "https://badges.example.org",
    "secret": "0123456789abcdef0123456789abcdef",
}


def make(**changes: Any) -> Settings:
    return Settings(_env_file=None, **{**SAFE, **changes})


# -- production ----------------------------------------------------------------------------------------------


def test_production_is_the_mode_of_who_says_nothing():
    assert Settings(_env_file=None).mode is Mode.PRODUCTION


def test_production_takes_safe_settings():
    make().refuse_if_unsafe()


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"public_base_url": "http://badges.example.org"}, "LANYARD_PUBLIC_BASE_URL"),
        ({"secret": None}, "LANYARD_SECRET"),
        ({"secret": ""}, "LANYARD_SECRET"),
        ({"secret": "x" * 31}, "LANYARD_SECRET"),
        ({"smtp_host": "mail.example.org", "smtp_security": "none"}, "LANYARD_SMTP_SECURITY"),
    ],
)
def test_production_refuses_what_is_unsafe_and_says_what_to_set(changes, variable):
    settings = make(**changes)

    with pytest.raises(UnsafeConfiguration, match=variable) as caught:
        settings.refuse_if_unsafe()
    assert len(caught.value.facts["problems"]) == 1
    assert caught.value.detail.endswith(".")


def test_production_names_everything_that_is_unsafe_at_once():
    with pytest.raises(UnsafeConfiguration) as caught:
        Settings(_env_file=None, smtp_host="mail.example.org", smtp_security="none").refuse_if_unsafe()

    assert len(caught.value.facts["problems"]) == 3


@pytest.mark.parametrize("mode", ["development", "demo"])
def test_other_modes_may_be_unsafe_and_still_say_so(mode):
    settings = Settings(_env_file=None, mode=mode)

    settings.refuse_if_unsafe()
    assert settings.unsafe()


def test_mail_without_encryption_matters_only_where_mail_is_sent():
    assert make(smtp_security="none").unsafe() == []


def test_without_a_secret_nothing_that_needs_it_can_be_made():
    with pytest.raises(UnsafeConfiguration, match="LANYARD_SECRET"):
        make(secret=None).secret_bytes()


# -- the public address --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("https://badges.example.org", "https://badges.example.org"),
        ("https://badges.example.org/", "https://badges.example.org"),
        ("https://Badges.Example.ORG", "https://badges.example.org"),
        ("HTTPS://badges.example.org", "https://badges.example.org"),
        ("https://badges.example.org:8443/", "https://badges.example.org:8443"),
        ("http://localhost:8321", "http://localhost:8321"),
        ("https://badges.example.org:443", "https://badges.example.org"),
        ("http://badges.example.org:80/", "http://badges.example.org"),
        ("http://[::1]:8321", "http://[::1]:8321"),
    ],
)
def test_the_public_address_has_one_form(stated, kept):
    assert make(public_base_url=stated).public_base_url == kept


@pytest.mark.parametrize(
    "stated",
    ["", "badges.example.org", "//badges.example.org", "ftp://badges.example.org", "https://", "https:///x",
     "https://badges.example.org/lanyard", "https://badges.example.org?x=y", "https://badges.example.org#x",
     "https://user:password@badges.example.org", "https://[::1", "javascript:alert(1)",
     "https://badges.example.org:port", "https://badges.example.org:99999", "https://badges.example.org:0", "https://büro.example",
     "https://badges example.org"],
)  # fmt: skip
def test_what_is_no_public_address_is_refused_by_name(stated):
    with pytest.raises(ValidationError, match="public_base_url"):
        make(public_base_url=stated)


def test_mail_comes_from_the_public_host_unless_said_otherwise():
    assert make().mail_sender == "Lanyard <badges@badges.example.org>"
    assert make(public_base_url="http://localhost:8321").mail_sender.endswith("@localhost.localdomain>")
    assert make(mail_from="Badges <badges@hospital.example>").mail_sender == "Badges <badges@hospital.example>"


# -- values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["", "mysql://localhost/x", "postgresql://localhost/x", "postgres://localhost/x", "sqlite://", "lanyard.db"]
)
def test_a_database_that_is_not_known_is_refused_with_those_that_are(url):
    with pytest.raises(ValidationError, match=re.escape("sqlite:/// or postgresql+psycopg://")):
        make(database_url=url)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "produktion"), ("port", 0), ("port", 65_536), ("port", "http"), ("thread_limit", 0),
        ("database_timeout_seconds", 0), ("max_body_bytes", 10), ("new_awards", "secret"), ("smtp_security", "ssl"),
        ("status_list_size_bits", 1_024), ("status_list_size_bits", 131_073),
        ("status_list_size_bits", 8_388_608), ("webhook_tolerance_seconds", 0),
        ("worker_poll_seconds", 0), ("lease_seconds", 1), ("log_level", "loud"), ("run_worker", "perhaps"),
    ],
)  # fmt: skip
def test_a_value_out_of_bounds_stops_the_start_and_names_the_setting(name, value):
    with pytest.raises(ValidationError) as caught:
        make(**{name: value})
    assert [error["loc"] for error in caught.value.errors()] == [(name,)]


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(ValidationError):
        make().port = 80


@pytest.mark.parametrize("name", ["secret", "smtp_password"])
def test_a_secret_is_never_shown(name):
    settings = make(**{name: "correct horse battery staple, and more"})

    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert "correct horse" not in text


# -- where they come from ------------------------------------------------------------------------------------


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANYARD_PUBLIC_BASE_URL", "https://badges.example.org")
    monkeypatch.setenv("LANYARD_RUN_WORKER", "false")

    settings = Settings(_env_file=None)

    assert settings.public_base_url == "https://badges.example.org"
    assert settings.run_worker is False


def test_settings_come_from_a_file_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / ".env").write_text('LANYARD_MODE=development\nLANYARD_PORT=9000\nPOSTGRES_PASSWORD="not ours"\n')
    monkeypatch.chdir(tmp_path)

    assert (Settings().mode, Settings().port) == (Mode.DEVELOPMENT, 9000)


def test_the_environment_is_stronger_than_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / ".env").write_text("LANYARD_PORT=9000\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANYARD_PORT", "9001")

    assert Settings().port == 9001


def test_a_name_that_is_nearly_right_stops_the_start_and_gets_the_right_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANYARD_SMTP_HSOT", "mail.example.org")

    with pytest.raises(UnsafeConfiguration, match=r"LANYARD_SMTP_HSOT is not a setting.*LANYARD_SMTP_HOST"):
        Settings()


def test_a_misspelt_name_in_the_file_stops_the_start_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("LANYARD_COLOUR=red\nOTHER_COLOUR=red\n")

    with pytest.raises(UnsafeConfiguration, match=r"LANYARD_COLOUR is not a setting.*operating guide"):
        Settings()


def test_a_variable_of_another_program_is_none_of_ours(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", "9002")
    monkeypatch.setenv("SECRET", "x" * 40)

    assert Settings(_env_file=None).port == 8321
    assert Settings(_env_file=None).secret is None
