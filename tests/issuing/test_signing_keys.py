"""Keys: two sign, all verify for as long as the badges live, and a rotation strands nothing (B61)."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.credentials import keys
from app.credentials.model import Algorithm
from app.errors import KeyUnavailable, NoSigningKey, NotFound
from app.issuing import award_status, awards, issuers, key_rotation, signing_keys, status_lists, verification
from app.issuing.signing_keys import KeyState, SigningKey
from app.issuing.status_lists import StatusList
from app.keystores.files import FileKeyStore


def rotate(desk) -> list[SigningKey]:
    with desk.write() as session:
        return key_rotation.rotate(session, desk.office, desk.issuer, actor="cli")


def badge(desk, award) -> awards.Credential:
    with desk.read() as session:
        return awards.credential_of(session, awards.by_id(session, award.id))


def is_good(desk, document: bytes) -> bool:
    with desk.read() as session:
        return verification.judge(session, desk.office, document).is_good


def stranger(desk) -> Any:
    """What a verifier far away can download: the DID document and the status lists, as they are at this moment."""

    def download(url: str) -> bytes:
        with desk.read() as session:
            if url.endswith("/did.json"):
                found = signing_keys.published(session, desk.issuer)
                issuer_id = desk.office.addresses.did(desk.issuer.slug)
                return json.dumps(keys.did_document(issuer_id=issuer_id, keys=found)).encode()
            return status_lists.by_id(session, url.rpartition("/")[2]).jwt or b""

    return download


def openbadgeslib_accepts(desk, credential: awards.Credential) -> bool:
    """What a program of others says of both forms of a badge, status and all."""
    download, issuer_id = stranger(desk), desk.office.addresses.did(desk.issuer.slug)
    for verifier, text in ((OB3LdpVerifier, credential.json), (OB3Verifier, credential.jwt)):
        checks = {"check_status": True, "verify_status_list": verifier is OB3Verifier, "download": download}
        try:
            verifier.for_issuer_did(issuer_id, download=download).verify(text.decode(), **checks)
        except OB3VerificationError:
            return False
    return True


# -- rotation ------------------------------------------------------------------------------------------------


def test_a_badge_of_each_era_verifies_after_two_rotations(desk):
    eras = [badge(desk, desk.award("era-0@x.example"))]
    for number in (1, 2):
        rotate(desk)
        eras.append(badge(desk, desk.award(f"era-{number}@x.example")))

    assert len({credential.embedded_kid for credential in eras}) == 3
    assert len({credential.token_kid for credential in eras}) == 3
    for credential in eras:
        assert is_good(desk, credential.json)
        assert is_good(desk, credential.jwt)
        assert openbadgeslib_accepts(desk, credential)


def test_a_badge_of_an_earlier_era_that_was_changed_is_refused_after_a_rotation(desk):
    credential = badge(desk, desk.award())
    rotate(desk)

    credential.json = credential.json.replace(b"Basic Life Support", b"Basic Life Supporx")
    credential.jwt = credential.jwt[:-8] + b"AAAAAAAA"

    assert not is_good(desk, credential.json)
    assert not is_good(desk, credential.jwt)
    assert not openbadgeslib_accepts(desk, credential)


def test_a_badge_of_an_earlier_era_can_still_be_revoked(desk):
    award = desk.award()
    rotate(desk)
    with desk.write() as session:
        found = awards.by_id(session, award.id)
        award_status.revoke(session, desk.office, found, reason="issued in error", actor="cli")

    assert not is_good(desk, badge(desk, award).json)
    assert not openbadgeslib_accepts(desk, badge(desk, award))


def test_status_lists_are_signed_anew_with_the_new_pair(desk):
    desk.award()

    made = {key.algorithm: key.kid for key in rotate(desk)}

    with desk.read() as session:
        for status_list in session.scalars(select(StatusList)):
            proof = json.loads(status_list.json)["proof"]
            proof = proof[0] if isinstance(proof, list) else proof
            assert proof["verificationMethod"].endswith(made[Algorithm.ED25519])
            assert status_list.published_at is not None


def test_a_rotation_moves_no_bit_of_a_status_list(desk):
    award = desk.award()
    with desk.write() as session:
        found = awards.by_id(session, award.id)
        award_status.revoke(session, desk.office, found, reason="issued in error", actor="cli")
    before = encoded_lists(desk)

    rotate(desk)

    assert encoded_lists(desk) == before


def encoded_lists(desk) -> dict[str, str]:
    with desk.read() as session:
        lists = session.scalars(select(StatusList)).all()
        return {item.id: json.loads(item.json)["credentialSubject"]["encodedList"] for item in lists}


def test_a_rotation_changes_no_stored_badge(desk):
    award = desk.award()
    before = badge(desk, award)

    rotate(desk)

    after = badge(desk, award)
    assert (after.json, after.jwt, after.revision) == (before.json, before.jwt, before.revision)


def test_a_retired_key_never_signs_again(desk):
    with desk.read() as session:
        old = {key.kid for key in signing_keys.of_issuer(session, desk.issuer)}

    rotate(desk)
    credential = badge(desk, desk.award())

    with desk.read() as session:
        pair = signing_keys.active(session, desk.office, desk.issuer)
        retired = {key.kid for key in signing_keys.of_issuer(session, desk.issuer) if key.retired_at is not None}
    assert retired == old
    assert not {pair.embedded.kid, pair.token.kid, credential.embedded_kid, credential.token_kid} & old


def test_a_rotation_retires_two_keys_and_makes_two_with_one_audit_entry_each(desk):
    rotate(desk)

    actions = [entry.action for entry in desk.audit_log() if entry.action.startswith("key.")]
    assert sorted(actions) == ["key.created"] * 4 + ["key.retired"] * 2


def test_a_rotation_of_one_issuer_leaves_another_alone(desk):
    other = desk.another_issuer()
    with desk.read() as session:
        before = [key.kid for key in signing_keys.of_issuer(session, other.issuer) if key.state == KeyState.ACTIVE]

    rotate(desk)

    with desk.read() as session:
        after = [key.kid for key in signing_keys.of_issuer(session, other.issuer) if key.state == KeyState.ACTIVE]
    assert after == before


def test_rotations_at_once_follow_each_other(desk):
    failures: list[BaseException] = []
    start = threading.Barrier(3)

    def work() -> None:
        try:
            start.wait(10)
            rotate(desk)
        except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with desk.read() as session:
        states = [key.state for key in signing_keys.of_issuer(session, desk.issuer)]
    assert sorted(states) == ["active"] * 2 + ["retired"] * 6


# -- what is kept and published ------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", signing_keys.KINDS)
def test_the_database_takes_one_active_key_of_each_kind_only(desk, algorithm):
    second = SigningKey(
        kid="second", issuer_id=desk.issuer.id, algorithm=algorithm, state=KeyState.ACTIVE, public_jwk={}, demo=False,
        created_at=clock.now(),
    )  # fmt: skip

    with pytest.raises(IntegrityError), desk.write() as session:
        session.add(second)


def test_every_key_the_issuer_ever_had_is_published_and_those_that_sign_come_first(desk):
    for _ in range(3):
        rotate(desk)

    with desk.read() as session:
        published = signing_keys.published(session, desk.issuer)
        pair = signing_keys.active(session, desk.office, desk.issuer)
    assert len(published) == len({key.kid for key in published}) == 8
    assert {key.kid for key in published[:2]} == {pair.embedded.kid, pair.token.kid}


def test_no_private_number_is_in_the_database(desk):
    with desk.read() as session:
        for key in signing_keys.of_issuer(session, desk.issuer):
            assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key.public_jwk)


def test_a_revoked_key_verifies_nothing_any_more(desk):
    credential = badge(desk, desk.award())
    rotate(desk)
    with desk.write() as session:
        session.execute(
            update(SigningKey)
            .where(SigningKey.kid == credential.embedded_kid)
            .values(state=KeyState.REVOKED, revoked_at=clock.now()),
        )

    assert not is_good(desk, credential.json)
    assert is_good(desk, credential.jwt)


def test_a_key_of_another_issuer_is_not_there(desk):
    other = desk.another_issuer()
    with desk.read() as session:
        kid = signing_keys.of_issuer(session, other.issuer)[0].kid

        assert signing_keys.by_kid(session, other.issuer, kid).kid == kid
        with pytest.raises(NotFound):
            signing_keys.by_kid(session, desk.issuer, kid)


@pytest.mark.parametrize("kid", ["", "../../etc/passwd", "%2e%2e/", "nowhere"])
def test_a_name_that_is_no_key_is_not_found(desk, kid):
    with desk.read() as session, pytest.raises(NotFound):
        signing_keys.by_kid(session, desk.issuer, kid)


def test_an_issuer_without_keys_is_told_which_command_makes_them(desk):
    with desk.write() as session:
        bare = issuers.create(session, slug="bare", name="Bare", url="https://bare.example", actor="cli")

        with pytest.raises(NoSigningKey, match="lanyard keys new bare"):
            signing_keys.active(session, desk.office, bare)


def test_a_missing_private_key_is_said_only_when_it_should_sign(desk, settings):
    for file in settings.keys_dir.iterdir():
        file.unlink()
    store = FileKeyStore(settings.keys_dir, settings.secret_bytes(), demo=False)
    desk.office = replace(desk.office, keystore=store)

    with desk.read() as session:
        pair = signing_keys.active(session, desk.office, desk.issuer)
        with pytest.raises(KeyUnavailable):
            pair.embedded.sign(b"anything")


# -- keys of a demonstration ---------------------------------------------------------------------------------


def test_keys_that_a_demonstration_made_are_flagged_until_they_are_retired(desk, settings):
    demo = FileKeyStore(settings.keys_dir, settings.secret_bytes(), demo=True)
    of_everyday = desk.office
    desk.office = replace(of_everyday, keystore=demo, demo=True)
    made = {key.kid for key in rotate(desk)}
    with desk.read() as session:
        assert set(signing_keys.demo_keys(session)) == made

    desk.office = of_everyday
    rotate(desk)

    with desk.read() as session:
        assert signing_keys.demo_keys(session) == []
