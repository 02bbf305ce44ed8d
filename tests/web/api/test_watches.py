"""Watches by the API: asked once, told of only as far as the holder agreed, ended for good, and in the audit log."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.issuing import awards
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award
from app.issuing.outbox import OutboxMessage
from app.service import Service

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def asked(make_award: Any, make_achievement: Any) -> dict[str, Any]:
    """The body that asks about Ana's badge, which is good for 100 days."""
    validity = {"kind": "days", "amount": 100}
    badge: Award = make_award(make_achievement(validity=validity), email="ana@example.org", name="Ana Ortiz")
    return {
        "address": f"http://badges.test/b/{badge.id}",
        "purpose": "Our rota",
        "recipient": "hr@example.org",
    }


@pytest.fixture
def say(service: Service, client: Any) -> Callable[[str], None]:
    """What Ana answers by the link in her mail: `say("agree")`."""

    def answer(act: str) -> None:
        with service.database.read() as session:
            mails = session.scalars(select(OutboxMessage).where(OutboxMessage.event.startswith("watch.asked")))
            text = next(each.payload["text"] for each in mails if each.payload.get("to") == "ana@example.org")
        path = re.search(r"http://badges\.test(/watch/[\w-]+)", text)
        assert path is not None
        client.post(path[1], data={"act": act}, headers={"Origin": "http://badges.test"})

    return answer


def test_nothing_of_the_badge_is_told_before_its_holder_agrees(api: Any, asked: dict[str, Any], say: Any):
    made = api.post("/watches", **asked)
    say("agree")
    after = api.get(f"/watches/{made['id']}")

    assert [made[name] for name in ("state", "holder", "valid_until")] == ["asked", None, None]
    assert (made["credential_url"], made["achievement"]) == (asked["address"], "Phlebotomy Fundamentals")
    assert (after["state"], after["holder"], after["valid_until"] is None) == ("active", "Ana Ortiz", False)


def test_a_holder_is_asked_once_however_often_it_is_sent(api: Any, service: Service, asked: dict[str, Any]):
    key = {"Idempotency-Key": "rota-1"}
    first, again = (api.send("POST", "/watches", json=asked, headers=key) for _ in range(2))
    status, problem = api.refused("POST", "/watches", asked)

    assert (first.status_code, again.content) == (201, first.content)
    assert (status, problem["state"]) == (409, "asked")
    with service.database.read() as session:
        mails = session.scalars(select(OutboxMessage).where(OutboxMessage.event.startswith("watch.asked"))).all()
    assert len(mails) == 1


def test_a_holder_who_says_no_is_not_asked_again(api: Any, asked: dict[str, Any], say: Any):
    made = api.post("/watches", **asked)
    say("decline")

    assert api.get(f"/watches/{made['id']}")["state"] == "declined"
    assert api.refused("POST", "/watches", asked)[0] == 409


def test_an_ended_watch_is_read_and_not_told_of_any_more(api: Any, asked: dict[str, Any], say: Any):
    made = api.post("/watches", **asked)
    say("agree")
    for _ in range(2):
        assert api.send("DELETE", f"/watches/{made['id']}").status_code == 204

    (found,) = api.get("/watches", state="ended")["items"]
    assert (found["id"], found["holder"], found["valid_until"]) == (made["id"], None, None)
    assert api.get("/watches", state="active")["items"] == []


def test_they_are_listed_in_pages_newest_first(api: Any, make_award: Any, make_achievement: Any):
    achievement = make_achievement()
    made = []
    for name in ("a", "b", "c"):
        badge = make_award(achievement, email=f"{name}@example.org")
        made.append(api.post("/watches", address=f"http://badges.test/b/{badge.id}", purpose="Our rota")["id"])

    first = api.get("/watches", limit=2)
    rest = api.send("GET", first["next"]).json()

    assert {each["id"] for each in (*first["items"], *rest["items"])} == set(made)
    assert (len(first["items"]), rest["next"]) == (2, None)


@pytest.mark.parametrize("wrong", [{"purpose": ""}, {"purpose": "x" * 301}, {"recipient": "nobody"}, {"tell": "all"}])
def test_a_body_that_says_too_little_or_too_much_is_refused(api: Any, asked: dict[str, Any], wrong: dict[str, str]):
    assert api.refused("POST", "/watches", asked | wrong)[0] == 422


def test_a_private_badge_of_another_issuer_is_not_there(
    api: Any, neighbour: Any, service: Service, asked: dict[str, Any]
):
    with service.database.write() as session:
        awards.by_id(session, asked["address"].rpartition("/")[2]).visibility = "private"

    assert neighbour.refused("POST", "/watches", asked)[0] == 404
    assert api.post("/watches", **asked)["state"] == "asked"


def test_who_asked_and_who_ended_it_is_in_the_audit_log(api: Any, service: Service, asked: dict[str, Any]):
    made = api.post("/watches", **asked)
    api.send("DELETE", f"/watches/{made['id']}")

    with service.database.read() as session:
        logged = session.scalars(select(AuditEntry).where(AuditEntry.object_id == made["id"])).all()
    assert {each.action for each in logged} == {"watch.asked", "watch.ended"}
    assert all(each.actor.startswith("api-key:") for each in logged)
