"""API keys: made by an owner who is sure, shown once and never in an address, revoked at once (T34)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app import clock

KEYS = "/staff/northfield/settings/api-keys"
NEW = {"name": "LMS connector", "scope": ["read", "awards:write"], "days": "90"}


def make(owner: Any) -> str:
    """A key, as the page that answers shows it."""
    answer = owner.post(f"{KEYS}/new", **NEW)
    assert answer.status_code == 200
    return re.search(r"lyd_\w{12}_[\w-]{43}", answer.text)[0]


def test_the_text_of_a_key_is_shown_once_and_works(owner: Any, client: Any):
    text = make(owner)

    assert client.get("/api/v1/issuer", headers={"Authorization": f"Bearer {text}"}).status_code == 200
    page = owner.get(KEYS).text
    assert text not in page
    assert "LMS connector" in page
    assert "award, revoke, suspend and correct badges" in page


def test_the_page_with_the_text_is_kept_nowhere(owner: Any):
    answer = owner.post(f"{KEYS}/new", **NEW)

    assert answer.headers["cache-control"] == "no-store"
    assert "lyd_" not in answer.headers.get("location", "") + answer.headers.get("set-cookie", "")


def test_a_revoked_key_is_refused_at_once(owner: Any, client: Any, actions: Any):
    text = make(owner)

    owner.post(f"{KEYS}/{text[4:16]}/revoke")

    assert client.get("/api/v1/issuer", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert "Revoked" in owner.get(KEYS).text
    assert actions()[-2:] == ["api-key.created", "api-key.revoked"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Give the key a name"),
        ({"scope": []}, "Tick at least one"),
        ({"scope": ["everything"]}, "Tick at least one"),
        ({"days": "731"}, "1 to 730 days"),
        ({"days": "0"}, "1 to 730 days"),
        ({"days": "soon"}, "1 to 730 days"),
    ],
)
def test_a_mistake_makes_no_key(owner: Any, actions: Any, changes: dict[str, Any], sentence: str):
    answer = owner.post(f"{KEYS}/new", **{**NEW, **changes})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "api-key.created" not in actions()


def test_after_a_quarter_of_an_hour_one_shows_again_who_one_is(owner: Any, actions: Any):
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        asked = owner.get(f"{KEYS}/new")
        sent = owner.post(f"{KEYS}/new", **NEW)

    assert asked.headers["location"].startswith("/staff/confirm?next=")
    assert sent.headers["location"].startswith("/staff/confirm?next=")
    assert "api-key.created" not in actions()


def test_an_auditor_sees_keys_and_makes_none(as_role: Callable[[str], Any]):
    auditor = as_role("auditor")

    assert auditor.get(KEYS).status_code == 200
    assert "Make a key" not in auditor.get(KEYS).text
    assert auditor.post(f"{KEYS}/new", **NEW).status_code == 403
    assert as_role("awarder").get(KEYS).status_code == 403
