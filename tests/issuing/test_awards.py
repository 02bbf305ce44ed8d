"""An award: one per learner and achievement, whatever happens; signed, verified and stored in one transaction (B65)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.credentials import sign
from app.errors import KeyUnavailable, NoSigningKey, NotPublished, SelfVerificationFailed
from app.issuing import achievements, award_status, awards, learners, outbox, status_lists, verification
from app.issuing.awards import Award, Credential, Earned
from app.issuing.outbox import OutboxMessage
from app.issuing.status_lists import StatusEntry


def document(desk, award) -> dict:
    with desk.read() as session:
        return json.loads(awards.credential_of(session, award).json)


def rows(desk, model) -> int:
    with desk.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def give(desk, achievement, email="mira.holm@hospital.test", **facts):
    learner = desk.learner(email)
    earned = Earned(achievement=achievement, learner=learner, **{"awarded_at": clock.now(), **facts})
    with desk.write() as session:
        return awards.award(session, desk.office, earned, actor="cli")


def test_an_award_has_its_documents_its_indexes_its_audit_entry_and_its_mail(desk):
    award = desk.award()

    assert award.state == "issued"
    assert rows(desk, Credential) == 1
    assert rows(desk, StatusEntry) == 2
    assert rows(desk, OutboxMessage) == 1
    assert [entry.action for entry in desk.audit_log()].count("award.issued") == 1


def test_a_second_award_of_the_same_achievement_is_the_first_one(desk):
    achievement = desk.achievement()

    first, second = give(desk, achievement), give(desk, achievement)

    assert (first.created, second.created) == (True, False)
    assert second.award.id == first.award.id
    assert rows(desk, Credential) == 1


def test_addresses_that_differ_in_case_and_blanks_are_one_person(desk):
    achievement = desk.achievement()

    first = give(desk, achievement, "Ana.ORTIZ@Hosp.Example")
    second = give(desk, achievement, "  ana.ortiz@hosp.example\u00a0")

    assert second.award.id == first.award.id


def test_two_awards_of_one_version_carry_byte_equal_achievements(desk):
    achievement = desk.achievement()

    first = document(desk, give(desk, achievement, "a@x.example").award)
    second = document(desk, give(desk, achievement, "b@x.example", narrative="Well done").award)

    ours, theirs = (json.dumps(item["credentialSubject"]["achievement"]) for item in (first, second))
    assert ours == theirs
    assert first["credentialSubject"]["achievement"]["achievementType"] == "MicroCredential"


def test_badges_of_one_person_share_no_identifier_salt_or_hash(desk):
    badges = [document(desk, desk.award("mira@x.example")) for _ in range(2)]

    subjects = [badge["credentialSubject"] for badge in badges]
    assert subjects[0]["id"] != subjects[1]["id"]
    assert subjects[0]["identifier"][0]["salt"] != subjects[1]["identifier"][0]["salt"]
    assert subjects[0]["identifier"][0]["identityHash"] != subjects[1]["identifier"][0]["identityHash"]


def test_ids_and_salts_cannot_be_guessed_and_are_never_used_twice(desk):
    achievement = desk.achievement()

    badges = [document(desk, desk.award(f"{number}@x.example", achievement=achievement)) for number in range(8)]

    ids = {badge["id"] for badge in badges}
    salts = {badge["credentialSubject"]["identifier"][0]["salt"] for badge in badges}
    assert len(ids) == len(salts) == 8
    assert all(re.fullmatch(r"http://badges\.test/b/[\w-]{22}", each) for each in ids)  # 128 bits in base64url
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in salts)


def test_a_badge_says_what_wallets_show(desk):
    achievement = desk.achievement(tags=["resuscitation"], language="en")

    badge = document(desk, desk.award(achievement=achievement, awarded_at=datetime(2026, 3, 1, 9, tzinfo=UTC)))

    shown = badge["credentialSubject"]["achievement"]
    assert (badge["name"], badge["awardedDate"]) == ("Basic Life Support", "2026-03-01T09:00:00Z")
    assert (shown["tag"], shown["inLanguage"], shown["version"]) == (["resuscitation"], "en", "1")
    assert shown["image"]["type"] == "Image"
    assert re.fullmatch(r"http://badges\.test/images/[0-9a-f]{64}\.png", shown["image"]["id"])


def test_no_badge_holds_the_address_or_an_unconsented_name(desk):
    award = desk.award("mira.holm@hospital.test")

    text = json.dumps(document(desk, award)).lower()
    assert "mira" not in text
    assert "holm" not in text


def test_consent_to_the_name_reissues_under_the_same_id_with_the_same_award_date(desk):
    earned_at = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    with time_machine.travel(datetime(2026, 3, 2, 9, 0, tzinfo=UTC), tick=False):
        award = desk.award("mira@x.example", awarded_at=earned_at)
    before = document(desk, award)

    with time_machine.travel(datetime(2026, 3, 3, 9, 0, tzinfo=UTC), tick=False), desk.write() as session:
        found = awards.by_id(session, award.id)
        session.get_one(learners.Learner, found.learner_id).name_shown = True
        award_status.reissue(session, desk.office, found, actor="cli")
    with desk.read() as session:
        after = json.loads(awards.credential_of(session, awards.by_id(session, award.id)).json)

    assert after["id"] == before["id"]
    assert after["awardedDate"] == before["awardedDate"] == "2026-03-01T09:00:00Z"
    assert after["validFrom"] > before["validFrom"]
    assert after["credentialStatus"] == before["credentialStatus"]
    assert "Mira Holm" in json.dumps(after)


def test_the_day_it_was_earned_and_the_day_it_was_signed_are_different_things(desk):
    with time_machine.travel(datetime(2026, 6, 1, 12, 0, tzinfo=UTC), tick=False):
        badge = document(desk, desk.award(awarded_at=datetime(2026, 5, 20, 8, 30, tzinfo=UTC)))

    assert (badge["awardedDate"], badge["validFrom"]) == ("2026-05-20T08:30:00Z", "2026-06-01T12:00:00Z")


def test_validity_counts_from_the_day_it_was_earned_and_the_last_day_counts(desk):
    achievement = desk.achievement(validity={"kind": "months", "amount": 1})

    outcome = give(desk, achievement, awarded_at=datetime(2024, 1, 31, 10, 0, tzinfo=UTC))

    assert outcome.award.valid_until == datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)


def test_a_lapsed_holder_can_earn_it_again_and_keeps_the_old_badge(desk):
    achievement = desk.achievement(validity={"kind": "months", "amount": 12})
    first = give(desk, achievement, awarded_at=clock.now() - timedelta(days=500)).award

    second = give(desk, achievement)

    assert second.created
    assert second.award.id != first.id
    assert second.award.valid_until > clock.now()


def test_a_holder_whose_badge_is_still_good_gets_no_second_one(desk):
    achievement = desk.achievement(validity={"kind": "months", "amount": 12})
    give(desk, achievement, awarded_at=clock.now() - timedelta(days=300))

    assert not give(desk, achievement).created


def test_a_draft_cannot_be_awarded(desk):
    draft = desk.draft()

    with pytest.raises(NotPublished):
        give(desk, draft)


def test_an_archived_achievement_cannot_be_awarded(desk):
    achievement = desk.achievement()
    with desk.write() as session:
        archived = achievements.by_id(session, achievement.id)
        achievements.archive(session, archived, actor="cli")

    with pytest.raises(NotPublished):
        give(desk, archived)


def test_without_a_key_nothing_is_stored(desk):
    achievement = desk.achievement()
    with desk.write() as session:
        for key in desk_keys(session, desk):
            key.state = "retired"

    with pytest.raises(NoSigningKey):
        give(desk, achievement)
    assert rows(desk, Award) == rows(desk, StatusEntry) == rows(desk, OutboxMessage) == 0


def test_without_the_private_key_nothing_is_stored(desk, settings, office):
    achievement = desk.achievement()
    for file in settings.keys_dir.iterdir():
        file.unlink()
    office.keystore.__init__(settings.keys_dir, settings.secret_bytes(), demo=False)  # a process that starts anew

    with pytest.raises(KeyUnavailable):
        give(desk, achievement)
    assert rows(desk, Award) == 0


def test_a_signature_that_does_not_verify_is_never_stored(desk, monkeypatch):
    achievement = desk.achievement()
    with desk.write() as session:
        status_lists.open_lists(session, desk.office, desk.issuer)
    monkeypatch.setattr(type(desk.office.keystore), "sign", lambda _self, _kid, data: bytes(64) if data else b"")

    with pytest.raises(SelfVerificationFailed):
        give(desk, achievement)
    assert rows(desk, Award) == 0


def test_what_is_stored_verifies_and_its_tampered_twin_does_not(desk):
    award = desk.award()
    with desk.read() as session:
        stored = awards.credential_of(session, award)
        twin = stored.json.replace(b"Basic Life Support", b"Basic Life Supporx")

        for document in (stored.json, stored.jwt):
            assert verification.judge(session, desk.office, document).is_good
        assert not verification.judge(session, desk.office, twin).is_good
        assert not verification.judge(session, desk.office, stored.jwt[:-4] + b"AAAA").is_good


def test_only_what_prepare_made_can_be_signed():
    with pytest.raises(TypeError):
        sign.Prepared(b"{}", b"", "JWT", made_by=object())


def test_a_mail_is_written_once_however_often_it_is_asked_for(desk):
    award = desk.award()
    with desk.write() as session:
        found = awards.by_id(session, award.id)
        outbox.put(session, channel="email", subject_id=found.id, event="award.issued", payload={})

    assert rows(desk, OutboxMessage) == 1


def test_hostile_and_foreign_names_travel_unchanged_through_award_and_mail(desk):
    achievement = desk.achievement(name="BLS® Provider – “Refresher” A ]]> B", abbreviation="BLS®")

    award = give(desk, achievement, "šárka@x.example").award

    badge = document(desk, award)
    assert badge["name"] == "BLS® Provider – “Refresher” A ]]> B"
    with desk.read() as session:
        assert awards.credential_of(session, award).json.isascii()
        assert verification.judge(session, desk.office, awards.credential_of(session, award).json).is_good


def desk_keys(session, desk):
    return session.scalars(
        select(verification.signing_keys.SigningKey).where(
            verification.signing_keys.SigningKey.issuer_id == desk.issuer.id
        )
    ).all()
