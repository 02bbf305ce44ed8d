"""API keys are shown once, kept hashed, scoped and ending; a request with an Idempotency-Key happens once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app.errors import IdempotencyConflict, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from app.issuing import access
from app.issuing.access import ApiKey, IdempotentRequest, Scope

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def new_key(desk, *scopes: Scope, days: int = 30):
    with desk.write() as session:
        facts = {"name": "HR system", "scopes": scopes or (Scope.READ,), "days": days, "actor": "cli"}
        return access.create(session, desk.issuer, **facts)


def authenticate(desk, text: str) -> ApiKey:
    with desk.read() as session:
        return access.authenticate(session, text)


# -- keys ----------------------------------------------------------------------------------------------------


def test_a_key_lets_in_who_holds_its_text(desk):
    made = new_key(desk)

    assert authenticate(desk, made.text).id == made.key.id


def test_a_key_has_a_form_that_scanners_can_find_and_256_random_bits(desk):
    texts = {new_key(desk).text for _ in range(3)}

    assert len(texts) == 3
    assert all(re.fullmatch(r"lyd_[0-9A-Za-z]{12}_[0-9A-Za-z_-]{43}", text) for text in texts)


def test_no_key_can_be_read_from_the_database(desk):
    made = new_key(desk)

    with desk.read() as session:
        row = str(session.execute(select(ApiKey.__table__)).one())
    assert made.text.rpartition(made.key.id)[2].removeprefix("_") not in row


def wrong_texts(text: str) -> list[str]:
    head, key_id, secret = text.split("_", 2)
    other = "A" if secret[0] != "A" else "B"
    return [
        "", "lyd_", key_id, secret, f"{head}_{key_id}_", f"{head}_{key_id}_{other}{secret[1:]}",
        f"{head}_{'0' * 12}_{secret}", f"obk_{key_id}_{secret}", text + "x", text[:-1], text + "\n", text.upper(),
        f" {text}",
    ]  # fmt: skip


def test_every_wrong_text_is_refused_in_the_same_words(desk):
    made = new_key(desk)
    said = set()

    for text in wrong_texts(made.text):
        with pytest.raises(NotAuthenticated) as caught:
            authenticate(desk, text)
        said.add((caught.value.detail, str(caught.value.facts)))

    assert len(said) == 1


def test_a_key_ends_on_its_day(desk):
    with time_machine.travel(NOON, tick=False):
        made = new_key(desk, days=30)
    with time_machine.travel(NOON + timedelta(days=30, seconds=-1), tick=False):
        assert authenticate(desk, made.text)

    with time_machine.travel(NOON + timedelta(days=30), tick=False), pytest.raises(NotAuthenticated):
        authenticate(desk, made.text)


@pytest.mark.parametrize("days", [0, -1, 731])
def test_a_key_without_an_end_in_sight_is_not_made(desk, days):
    with pytest.raises(InvalidInput, match="1 to 730 days"):
        new_key(desk, days=days)


def test_a_revoked_key_is_refused_at_once_and_revoking_twice_is_one_change(desk):
    made = new_key(desk)
    for _ in range(2):
        with desk.write() as session:
            access.revoke(session, desk.issuer, made.key.id, actor="cli")

    with pytest.raises(NotAuthenticated):
        authenticate(desk, made.text)
    actions = [entry.action for entry in desk.audit_log() if entry.object_id == made.key.id]
    assert actions == ["api-key.created", "api-key.revoked"]


def test_a_key_of_another_issuer_is_not_there(desk):
    other = desk.another_issuer()
    foreign = new_key(other)

    with pytest.raises(NotFound), desk.write() as session:
        access.revoke(session, desk.issuer, foreign.key.id, actor="cli")
    with desk.read() as session:
        assert access.of_issuer(session, desk.issuer) == []


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_may_do_what_its_scopes_say_and_nothing_else(desk, scope):
    key = new_key(desk, scope).key

    access.demand(key, scope)
    for other in set(Scope) - {scope}:
        with pytest.raises(NotAllowed) as caught:
            access.demand(key, other)
        assert caught.value.facts["scope"] == other


def test_the_last_use_is_remembered_to_the_minute(desk):
    made = new_key(desk)
    for seconds in (0, 30, 59, 61):
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False), desk.write() as session:
            access.note_use(session, made.key.id)
            used = session.get(ApiKey, made.key.id).last_used_at
        assert used == NOON + timedelta(seconds=61 if seconds == 61 else 0)


def test_the_use_of_a_key_that_is_gone_is_no_error(desk):
    with desk.write() as session:
        access.note_use(session, "nowhere")


# -- idempotent requests -------------------------------------------------------------------------------------


def begin(desk, key: ApiKey, name: str = "k-1", fingerprint: str = "f" * 64) -> IdempotentRequest | None:
    with desk.write() as session:
        first = access.begin(session, key.id, name, fingerprint)
        if first is None:
            access.finish(session, key.id, name, status=201, body=b"answer")
        return first


def test_the_same_request_again_gets_the_first_answer(desk):
    key = new_key(desk).key

    assert begin(desk, key) is None
    again = begin(desk, key)

    assert (again.status, again.body) == (201, b"answer")


def test_the_same_idempotency_key_for_another_request_is_a_conflict(desk):
    key = new_key(desk).key
    begin(desk, key)

    with pytest.raises(IdempotencyConflict):
        begin(desk, key, fingerprint="e" * 64)


def test_two_callers_may_choose_the_same_idempotency_key(desk):
    begin(desk, new_key(desk).key)

    assert begin(desk, new_key(desk).key) is None


def test_answers_are_forgotten_when_no_sender_may_ask_any_more(desk):
    key = new_key(desk, days=365).key
    with time_machine.travel(NOON, tick=False):
        begin(desk, key, "old")
    with time_machine.travel(NOON + timedelta(hours=48), tick=False):
        begin(desk, key, "new")
    with time_machine.travel(NOON + timedelta(hours=48, seconds=1), tick=False), desk.write() as session:
        assert access.forget_old_requests(session) == 1
        assert access.forget_old_requests(session) == 0

    with desk.read() as session:
        assert session.scalar(select(func.count()).select_from(IdempotentRequest)) == 1
