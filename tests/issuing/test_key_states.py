"""A key is pending, active, retired, revoked, in this order and never back; each step has one audit entry."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from app import clock
from app.credentials.model import Algorithm
from app.errors import NotFound, WrongKeyState
from app.issuing import awards, key_rotation, signing_keys
from app.issuing.signing_keys import KeyState, SigningKey


def do(desk, step: str, *arguments, **facts) -> list[SigningKey]:
    """One step of the life of keys, in a transaction of its own."""
    steps = {
        "prepare": signing_keys.prepare,
        "rotate": key_rotation.rotate,
        "activate": key_rotation.activate,
        "revoke": key_rotation.revoke,
    }
    with desk.write() as session:
        return steps[step](session, desk.office, desk.issuer, *arguments, actor="cli", **facts)


def kids(desk, *states: KeyState) -> set[str]:
    with desk.read() as session:
        return {
            key.kid for key in signing_keys.of_issuer(session, desk.issuer) if key.state in (states or list(KeyState))
        }


def signed_with(desk) -> set[str]:
    """The keys that a badge made now is signed with."""
    award = desk.award(f"p-{next(desk.numbers)}@x.example")
    with desk.read() as session:
        credential = awards.credential_of(session, awards.by_id(session, award.id))
        return {credential.embedded_kid, credential.token_kid}


def entries(desk) -> Counter[str]:
    return Counter(entry.action for entry in desk.audit_log() if entry.action.startswith("key."))


def test_a_prepared_pair_is_published_and_does_not_sign(desk):
    before = kids(desk, KeyState.ACTIVE)

    made = {key.kid for key in do(desk, "prepare")}

    with desk.read() as session:
        published = [key.kid for key in signing_keys.published(session, desk.issuer)]
    assert kids(desk, KeyState.PENDING) == made
    assert set(published[:2]) == before, "readers who take the first key must get one that signs"
    assert set(published[2:]) == made
    assert signed_with(desk) == before


def test_a_pair_that_was_activated_signs_and_the_one_before_is_retired(desk):
    before = kids(desk, KeyState.ACTIVE)
    made = {key.kid for key in do(desk, "prepare")}

    assert {key.kid for key in do(desk, "activate")} == made

    assert kids(desk, KeyState.ACTIVE) == made == signed_with(desk)
    assert kids(desk, KeyState.RETIRED) == before
    assert kids(desk, KeyState.PENDING) == set()


def test_a_rotation_uses_the_pending_pair(desk):
    made = {key.kid for key in do(desk, "prepare")}

    assert {key.kid for key in do(desk, "rotate")} == made
    assert len(kids(desk)) == 4


def test_without_a_pending_pair_there_is_nothing_to_activate(desk):
    with pytest.raises(WrongKeyState, match="no pending pair"):
        do(desk, "activate")


def test_there_is_one_pending_pair_at_a_time(desk):
    do(desk, "prepare")

    with pytest.raises(WrongKeyState, match="pending pair already"):
        do(desk, "prepare")


@pytest.mark.parametrize("algorithm", list(signing_keys.KINDS))
def test_the_database_takes_one_pending_key_of_each_kind_only(desk, algorithm):
    do(desk, "prepare")
    facts = {"issuer_id": desk.issuer.id, "algorithm": algorithm, "public_jwk": {}, "demo": False}

    with pytest.raises(IntegrityError), desk.write() as session:
        session.add(SigningKey(kid="second", state=KeyState.PENDING, created_at=clock.now(), **facts))


def test_a_key_that_signed_and_is_revoked_is_replaced_and_its_partner_retired(desk):
    before = {key.algorithm: key.kid for key in do(desk, "rotate")}

    made = do(desk, "revoke", [before[Algorithm.ED25519]], reason="a laptop was stolen")

    assert kids(desk, KeyState.ACTIVE) == {key.kid for key in made} == signed_with(desk)
    assert kids(desk, KeyState.REVOKED) == {before[Algorithm.ED25519]}
    assert before[Algorithm.RS256] in kids(desk, KeyState.RETIRED)


def test_a_revoked_key_remembers_when_and_why(desk):
    (kid, *_) = kids(desk)

    do(desk, "revoke", [kid], reason="a laptop was stolen")

    with desk.read() as session:
        key = signing_keys.by_kid(session, desk.issuer, kid)
        assert key.revocation_reason == "a laptop was stolen"
        assert key.revoked_at is not None
        assert key.reissued_at is None


def test_a_pending_pair_does_not_begin_to_sign_because_another_key_was_stolen(desk):
    pending = {key.kid for key in do(desk, "prepare")}

    do(desk, "revoke", sorted(kids(desk, KeyState.ACTIVE)), reason="stolen")

    assert kids(desk, KeyState.PENDING) == pending
    assert not signed_with(desk) & pending


def test_a_pending_key_that_is_revoked_is_made_anew(desk):
    pending = [key.kid for key in do(desk, "prepare")]
    active = kids(desk, KeyState.ACTIVE)

    assert do(desk, "revoke", pending[:1], reason="stolen") == []
    with pytest.raises(WrongKeyState):
        do(desk, "activate")
    do(desk, "prepare")

    assert kids(desk, KeyState.ACTIVE) == active
    assert {key.kid for key in do(desk, "activate")} & set(pending) == {pending[1]}


def test_a_retired_key_that_is_revoked_changes_nothing_about_who_signs(desk):
    old = sorted(kids(desk))
    do(desk, "rotate")
    active = kids(desk, KeyState.ACTIVE)

    assert do(desk, "revoke", old, reason="stolen") == []
    assert kids(desk, KeyState.ACTIVE) == active == signed_with(desk)
    assert kids(desk, KeyState.REVOKED) == set(old)


def test_a_key_is_revoked_once(desk):
    (kid, *_) = kids(desk)
    do(desk, "revoke", [kid], reason="stolen")

    with pytest.raises(WrongKeyState, match="revoked earlier"):
        do(desk, "revoke", [kid], reason="stolen again")


def test_a_key_of_another_issuer_cannot_be_revoked(desk):
    (theirs, *_) = kids(desk.another_issuer())

    with pytest.raises(NotFound):
        do(desk, "revoke", [theirs], reason="mischief")


def test_each_step_has_one_audit_entry_for_each_key(desk):
    do(desk, "prepare")
    do(desk, "activate")
    do(desk, "revoke", sorted(kids(desk, KeyState.ACTIVE)), reason="stolen")

    assert entries(desk) == {"key.created": 6, "key.activated": 2, "key.retired": 2, "key.revoked": 2}
    assert "stolen" not in str([entry.facts for entry in desk.audit_log()]), "words of people are not for the log"


def test_a_key_knows_from_when_to_when_it_signed(desk):
    do(desk, "prepare")
    do(desk, "activate")

    with desk.read() as session:
        for key in signing_keys.of_issuer(session, desk.issuer):
            assert key.activated_at is not None
            assert (key.retired_at is None) == (key.state == KeyState.ACTIVE)


def test_a_pair_that_was_prepared_in_a_demo_never_signs_anywhere_else(desk):
    with desk.write() as session:
        signing_keys.prepare(session, replace(desk.office, demo=True), desk.issuer, actor="cli")

    for step in ("activate", "rotate"):
        with pytest.raises(WrongKeyState, match="demo"):
            do(desk, step)
    with desk.read() as session:
        assert set(signing_keys.demo_keys(session)) == kids(desk, KeyState.PENDING)
