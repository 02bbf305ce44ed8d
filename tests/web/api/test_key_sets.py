"""Whoever connects Canvas sees whether its keys are here, and not what a fetch found out about a network (T8)."""

from __future__ import annotations

from typing import Any

from app.issuing import key_sets
from app.service import Service

URL = "https://keys.canvas.example/main/jwks"
SETTINGS = {"root_account_uuid": "RootAccountOfStAnna", "jwks_url": URL}


def connect(api: Any, **settings: Any) -> str:
    return f"/sources/{api.post('/sources', name='Canvas', type='canvas', settings=settings)['id']}"


def fetched(service: Service, *, failing: bool = False) -> None:
    with service.database.write() as session:
        key_sets.take_turn(session, URL)
        key_sets.keep(session, URL, {"keys": [{"kid": "2026-03"}, {"kid": "2026-04"}]})
        if failing:
            key_sets.keep_failure(session, URL, "keys.canvas.example: ConnectError")


def test_before_the_first_fetch_nothing_is_known(api: Any):
    assert api.get(connect(api, **SETTINGS))["key_set"] is None


def test_the_keys_that_hold_are_named_with_the_time_they_came(api: Any, service: Service):
    path = connect(api, **SETTINGS)
    fetched(service)

    shown = api.get(path)["key_set"]

    assert (shown["kids"], shown["is_failing"]) == (["2026-03", "2026-04"], False)
    assert shown["fetched_at"]


def test_that_fetching_fails_is_shown_and_why_is_not(api: Any, service: Service):
    path = connect(api, **SETTINGS)
    fetched(service, failing=True)

    source = api.get(path)

    assert source["key_set"]["is_failing"] is True
    assert source["key_set"]["kids"] == ["2026-03", "2026-04"]
    assert "ConnectError" not in str(source)


def test_a_source_without_such_an_address_has_no_key_set(api: Any):
    assert api.get(connect(api, auth="bearer"))["key_set"] is None
