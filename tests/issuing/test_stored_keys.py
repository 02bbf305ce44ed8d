"""The key store `database` on both databases: what one process made, another signs with, and nothing is half kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, text, update

from app.errors import KeyUnavailable
from app.issuing import awards, key_rotation, signing_keys, stored_keys, verification
from app.issuing.stored_keys import StoredKey, StoredKeys
from app.keystores.database import DatabaseKeyStore


@pytest.fixture
def in_database(desk, settings):
    """The desk, with its keys in the database from now on; `anew()` is the desk of another process."""
    secret = settings.secret_bytes()

    def anew():
        store = DatabaseKeyStore(StoredKeys(desk.database.read), secret, demo=False)
        return replace(desk, office=replace(desk.office, keystore=store))

    first = anew()
    first.anew = anew
    with first.write() as session:
        key_rotation.rotate(session, first.office, first.issuer, actor="cli")
    return first


def rows(desk) -> list[StoredKey]:
    with desk.read() as session:
        return list(session.scalars(select(StoredKey)))


def test_another_process_signs_with_the_keys_and_its_badges_verify(in_database):
    other = in_database.anew()

    award = other.award()

    with other.read() as session:
        credential = awards.credential_of(session, awards.by_id(session, award.id))
    assert {credential.embedded_kid, credential.token_kid} == {row.kid for row in rows(other)}
    assert in_database.office.keystore.problems() == []


def test_keys_of_a_rotation_that_was_rolled_back_are_not_kept(in_database):
    before = {row.kid for row in rows(in_database)}

    def rotate_and_fail() -> None:
        with in_database.write() as session:
            key_rotation.rotate(session, in_database.office, in_database.issuer, actor="cli")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        rotate_and_fail()

    assert {row.kid for row in rows(in_database)} == before


def test_the_rows_of_two_issuers_cannot_be_swapped(in_database):
    other = replace(in_database.another_issuer(), office=in_database.office)
    with in_database.write() as session:
        ours = signing_keys.active(session, in_database.office, in_database.issuer).embedded.kid
        theirs = signing_keys.active(session, other.office, other.issuer).embedded.kid
        sealed = session.get_one(StoredKey, theirs).sealed
        session.execute(update(StoredKey).where(StoredKey.kid == ours).values(sealed=sealed))

    with pytest.raises(KeyUnavailable):
        in_database.anew().office.keystore.sign(ours, b"message")
    assert len(in_database.anew().office.keystore.problems()) == 1


def test_a_row_that_was_given_to_another_issuer_does_not_open(in_database):
    other = in_database.another_issuer()
    with in_database.write() as session:
        kid = signing_keys.active(session, in_database.office, in_database.issuer).token.kid
        session.execute(update(StoredKey).where(StoredKey.kid == kid).values(issuer_id=other.issuer.id))

    with pytest.raises(KeyUnavailable):
        in_database.anew().office.keystore.sign(kid, b"message")


def test_a_key_is_kept_once(in_database):
    with in_database.write() as session:
        kid = signing_keys.active(session, in_database.office, in_database.issuer).token.kid
        sealed = in_database.office.keystore.sealed(kid, owner=in_database.issuer.id)

        assert not stored_keys.keep(session, sealed)


def test_before_the_database_was_migrated_the_store_says_what_to_run(in_database):
    with in_database.write() as session:
        session.execute(text("ALTER TABLE stored_keys RENAME TO elsewhere"))
    try:
        (problem,) = in_database.anew().office.keystore.problems()
        assert "lanyard migrate" in problem
    finally:
        with in_database.write() as session:
            session.execute(text("ALTER TABLE elsewhere RENAME TO stored_keys"))


def test_what_is_signed_with_a_stored_key_verifies(in_database):
    award = in_database.anew().award()

    with in_database.read() as session:
        credential = awards.credential_of(session, awards.by_id(session, award.id))
        for document in (credential.json, credential.jwt):
            assert verification.judge(session, in_database.office, document).is_good
