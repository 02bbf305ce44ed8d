"""Signing keys: the next pair in two steps, and what follows a theft, said before it is done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app import clock
from app.issuing import signing_keys
from app.issuing.issuers import Issuer
from app.issuing.signing_keys import KeyState
from app.service import Service
from app.worker.reissuing import Reissuing

pytestmark = pytest.mark.usefixtures("with_keys")

KEYS = "/staff/northfield/settings/keys"


def states(service: Service, issuer: Issuer) -> dict[str, str]:
    """The state of each key."""
    with service.database.read() as session:
        return {key.kid: key.state for key in signing_keys.of_issuer(session, issuer)}


def test_a_pair_is_prepared_and_put_to_work_and_the_old_one_retires(owner: Any, service: Service, issuer: Issuer):
    old = set(states(service, issuer))

    owner.post(f"{KEYS}/prepare")
    prepared = states(service, issuer)
    owner.post(f"{KEYS}/activate")
    after = states(service, issuer)

    assert {prepared[kid] for kid in prepared.keys() - old} == {KeyState.PENDING}
    assert {after[kid] for kid in after.keys() - old} == {KeyState.ACTIVE}
    assert {after[kid] for kid in old} == {KeyState.RETIRED}
    assert "Retired, still verifies" in owner.get(KEYS).text


def test_without_a_prepared_pair_none_can_be_put_to_work(owner: Any):
    answer = owner.post(f"{KEYS}/activate")

    assert answer.status_code == 409
    assert "There is no pending pair" in answer.text


def test_rotating_asks_once_more_who_it_is(owner: Any, service: Service, issuer: Issuer):
    before = states(service, issuer)
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        answers = [owner.post(f"{KEYS}/{act}") for act in ("prepare", "activate", "rotate")]
        answers.append(owner.get(f"{KEYS}/revoke?kid={next(iter(before))}"))
        answers.append(owner.post(f"{KEYS}/revoke", kid=[next(iter(before))], reason="stolen"))

    assert {answer.headers["location"].partition("?")[0] for answer in answers} == {"/staff/confirm"}
    assert states(service, issuer) == before


def test_a_theft_is_said_with_its_consequences_and_badges_are_signed_anew_in_sight(
    owner: Any, service: Service, issuer: Issuer, award: Any
):
    del award
    stolen = next(kid for kid in states(service, issuer) if kid.startswith("z6Mk"))

    asked = owner.get(f"{KEYS}/revoke?kid={stolen}").text
    refused = owner.post(f"{KEYS}/revoke", kid=[stolen], reason="")
    done = owner.post(f"{KEYS}/revoke", kid=[stolen], reason="A laptop was stolen")
    waiting = owner.get(KEYS).text
    Reissuing(service, between=lambda: None).of_issuer(issuer.id, threading.Event())
    after = owner.get(KEYS).text

    assert "One living badge rests on them" in asked
    assert "Revoke 1 key" in asked
    assert refused.status_code == 422
    assert done.headers["location"] == KEYS
    assert "0 of 1 badges" in waiting
    assert "badges that rested on a revoked key" not in after
    assert "A laptop was stolen" in after
    assert states(service, issuer)[stolen] == KeyState.REVOKED


def test_keys_of_another_issuer_cannot_be_revoked(
    service: Service, issuer: Issuer, enter: Callable[..., Any], make_issuer: Any
):
    other = enter("nora@example.org", role="owner", at=make_issuer("riverside", "Riverside Hospital"))
    kid = next(iter(states(service, issuer)))

    asked = other.get(f"/staff/riverside/settings/keys/revoke?kid={kid}")
    sent = other.post("/staff/riverside/settings/keys/revoke", kid=[kid], reason="mine now")

    assert (asked.status_code, sent.status_code) == (404, 404)
    assert set(states(service, issuer).values()) == {KeyState.ACTIVE}


def test_everybody_at_work_sees_what_each_key_signed_and_nobody_else_changes_keys(
    as_role: Callable[[str], Any], award: Any
):
    del award
    reviewer = as_role("reviewer")

    assert '<td class="number">1</td>' in reviewer.get(KEYS).text
    assert reviewer.post(f"{KEYS}/rotate").status_code == 403
