"""The service as one object: what the settings say reaches every door, and several may live side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import service as services
from app.errors import UnsafeConfiguration
from app.settings import Mode, Settings


def with_changes(settings: Settings, **changes: object) -> Settings:
    return Settings(_env_file=None, **{**settings.model_dump(), **changes})


def test_the_office_has_what_the_settings_say(settings: Settings):
    changes = {"new_awards": "private", "status_list_size_bits": 262_144, "webhook_tolerance_seconds": 60}

    opened = services.build(with_changes(settings, max_items_in_request=7, **changes))

    office = opened.office
    assert office.addresses.base_url == "http://badges.test"
    assert (office.new_awards, office.status_list_size_bits) == ("private", 262_144)
    assert (office.webhook_tolerance_seconds, office.max_items_in_request) == (60, 7)
    assert not office.demo
    opened.close()


def test_an_unsafe_production_service_is_not_built_and_leaves_nothing_behind(settings: Settings, tmp_path: Path):
    with pytest.raises(UnsafeConfiguration):
        services.build(with_changes(settings, mode=Mode.PRODUCTION))

    assert list(tmp_path.iterdir()) == []


def test_an_unsafe_service_can_still_be_looked_at(settings: Settings):
    opened = services.assemble(with_changes(settings, mode=Mode.PRODUCTION))

    assert opened.settings.mode is Mode.PRODUCTION
    opened.close()


def test_without_a_secret_there_is_no_service_in_any_mode(settings: Settings):
    for mode in Mode:
        with pytest.raises(UnsafeConfiguration, match="LANYARD_SECRET"):
            services.assemble(with_changes(settings, mode=mode, secret=None))


def test_a_demonstration_marks_the_keys_it_makes(settings: Settings):
    opened = services.build(with_changes(settings, mode=Mode.DEMO))

    assert opened.office.demo
    opened.close()


def test_requests_the_worker_and_verifications_have_a_connection_each(settings: Settings):
    opened = services.build(with_changes(settings, thread_limit=3))

    wanted = 3 + services.WORKER_CONNECTIONS + services.VERIFY_CONNECTIONS
    assert opened.database.engine.pool.size() == wanted
    opened.close()


def test_two_services_in_one_process_share_nothing(settings: Settings, tmp_path: Path):
    other = with_changes(settings, database_url=f"sqlite:///{tmp_path}/other.sqlite3", public_base_url="http://b.test")
    first, second = services.build(settings), services.build(other)

    assert first.database.url != second.database.url
    assert first.office.addresses.badge("x") == "http://badges.test/b/x"
    assert second.office.addresses.badge("x") == "http://b.test/b/x"
    sealed = first.office.sealer.seal("hello", place="here")
    assert second.office.sealer.unseal(sealed, place="here") == "hello"
    first.close()
    second.close()
