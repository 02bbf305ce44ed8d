"""The switch of Open Badges 2.0: off at first, and what it published keeps answering when it is off again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from sqlalchemy.orm import Session

from app import clock
from app.credentials import strict_json
from app.errors import Gone, InvalidInput, NotFound
from app.issuing import (
    achievement_facts,
    achievements,
    award_status,
    awards,
    issuers,
    key_rotation,
    learners,
    open_badges_2,
    signed_assertions,
    signing_keys,
)
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned
from app.issuing.open_badges_2 import Counts


def give_address(desk: Any, email: str | None = "badges@st-anna.test") -> None:
    with desk.write() as session:
        found = issuers.by_id(session, desk.issuer.id)
        desk.issuer = issuers.update(session, found, actor="cli", email=email)


@pytest.fixture
def desk(desk):
    """The desk of an issuer with an e-mail address."""
    give_address(desk)
    return desk


def switch(desk: Any, achievement: Achievement, *, on: bool = True) -> bool:
    with desk.write() as session:
        return open_badges_2.switch(session, achievements.by_id(session, achievement.id), on=on, actor="cli")


def switched_on(desk: Any, **facts: Any) -> Achievement:
    """A draft that was switched on and published then."""
    made = desk.draft(**facts)
    switch(desk, made)
    with desk.write() as session:
        found = achievements.by_id(session, made.id)
        achievements.publish(session, desk.office, found, actor="cli")
    return found


def publish_again(desk: Any, achievement: Achievement, name: str) -> None:
    with desk.write() as session:
        found = achievements.by_id(session, achievement.id)
        facts = achievements.current_facts(session, found).to_json() | {"name": name}
        achievements.change(session, found, facts=achievement_facts.parse(facts), actor="cli")
        achievements.publish(session, desk.office, found, actor="cli")


def hosted(desk: Any, award: Award) -> open_badges_2.HostedAssertion:
    with desk.read() as session:
        return open_badges_2.hosted_assertion(session, desk.office, awards.by_id(session, award.id))


def signed(desk: Any, award: Award) -> dict[str, Any]:
    with desk.read() as session:
        token = open_badges_2.signed_assertion(session, awards.by_id(session, award.id))
    return dict(strict_json.loads(jwt.PyJWS().decode_complete(token, options={"verify_signature": False})["payload"]))


def listed(desk: Any) -> list[str]:
    with desk.read() as session:
        document = open_badges_2.revocation_list(session, desk.office, desk.issuer)
    return [each["id"] for each in document["revokedAssertions"] if "#" not in each["id"]]


def document_of(desk: Any, award: Award) -> dict[str, Any]:
    with desk.read() as session:
        return dict(json.loads(awards.credential_of(session, award).json))


def change(desk: Any, award: Award, what: Any, **facts: Any) -> None:
    with desk.write() as session:
        what(session, desk.office, awards.by_id(session, award.id), actor="cli", **facts)


# -- the switch -------------------------------------------------------------------------------------------


def test_nothing_is_published_in_2_0_unless_it_is_switched_on(desk):
    award = desk.award()

    with pytest.raises(NotFound):
        hosted(desk, award)
    with pytest.raises(NotFound):
        signed(desk, award)
    with pytest.raises(NotFound), desk.read() as session:
        open_badges_2.issuer_profile(session, desk.office, desk.issuer)
    assert "related" not in document_of(desk, award)["credentialSubject"]["achievement"]


def test_an_issuer_without_an_address_cannot_be_published_in_2_0(desk):
    give_address(desk, None)
    achievement = desk.achievement()

    with pytest.raises(InvalidInput, match="e-mail"):
        switch(desk, achievement)


def test_the_address_that_2_0_needs_stays(desk):
    switch(desk, desk.achievement())

    with pytest.raises(InvalidInput, match="e-mail"):
        give_address(desk, None)
    give_address(desk, "other@st-anna.test")


def test_a_switch_that_is_turned_has_one_entry_in_the_audit_log(desk):
    achievement = desk.achievement()

    turned = [switch(desk, achievement, on=on) for on in (True, True, False, False)]

    assert turned == [True, False, True, False]
    assert [entry.action for entry in desk.audit_log() if entry.object_id == achievement.id][-2:] == [
        "achievement.open-badges-2-on",
        "achievement.open-badges-2-off",
    ]


def test_switched_on_later_earlier_awards_are_hosted_and_their_signed_form_comes_with_the_next_signature(desk):
    award = desk.award()
    with desk.read() as session:
        switch(desk, achievements.by_id(session, award.achievement_id))

    assert hosted(desk, award).counts is Counts.YES
    with pytest.raises(NotFound):
        signed(desk, award)
    change(desk, award, award_status.reissue)
    assert signed(desk, award)["recipient"] == hosted(desk, award).document["recipient"]


def test_switched_off_old_addresses_answer_and_new_ones_do_not_begin(desk):
    achievement = switched_on(desk)
    before = desk.award("mira@hospital.test", achievement=achievement)
    switch(desk, achievement, on=False)
    publish_again(desk, achievement, "Second edition")
    after = desk.award("ana@hospital.test", achievement=achievement)

    assert hosted(desk, before).counts is Counts.YES
    assert signed(desk, before)["type"] == "Assertion"
    with pytest.raises(NotFound):
        hosted(desk, after)
    with desk.read() as session:
        found = achievements.by_id(session, achievement.id)
        first, second = (achievements.version_of(session, found, number) for number in (1, 2))
        assert open_badges_2.badge_class(session, desk.office, found, first)["name"] == "Basic Life Support"
        assert open_badges_2.issuer_profile(session, desk.office, desk.issuer)["type"] == "Issuer"
        with pytest.raises(NotFound):
            open_badges_2.badge_class(session, desk.office, found, second)


# -- 3.0 beside it ----------------------------------------------------------------------------------------


def test_a_version_published_while_it_is_on_names_its_badge_class_in_every_badge(desk):
    achievement = switched_on(desk)
    one, other = (desk.award(f"{name}@hospital.test", achievement=achievement) for name in ("mira", "ana"))
    switch(desk, achievement, on=False)
    third = desk.award("zoe@hospital.test", achievement=achievement)

    stated = [document_of(desk, award)["credentialSubject"]["achievement"] for award in (one, other, third)]

    assert stated[0] == stated[1] == stated[2]
    assert stated[0]["related"] == [
        {
            "id": f"http://badges.test/ob2/achievements/{achievement.id}/v1",
            "type": ["Related", "https://w3id.org/openbadges#BadgeClass"],
            "version": "Open Badges v2p0",
        }
    ]
    with desk.read() as session:
        version = achievements.version_of(session, achievements.by_id(session, achievement.id), 1)
        assert strict_json.loads(version.document) == stated[0]


def test_a_version_that_was_published_before_never_changes(desk):
    achievement = desk.achievement()
    before = document_of(desk, desk.award("mira@hospital.test", achievement=achievement))
    switch(desk, achievement)
    after = document_of(desk, desk.award("ana@hospital.test", achievement=achievement))

    first, second = (each["credentialSubject"]["achievement"] for each in (before, after))
    assert first == second
    assert "related" not in second


# -- signed badges ----------------------------------------------------------------------------------------


def test_the_signed_form_says_what_the_newer_form_says(desk):
    award = desk.award(achievement=switched_on(desk))

    assertion, newer = signed(desk, award), document_of(desk, award)

    identifier = newer["credentialSubject"]["identifier"][0]
    assert assertion["recipient"]["identity"] == identifier["identityHash"]
    assert assertion["recipient"]["salt"] == identifier["salt"]
    assert assertion["issuedOn"] == newer["awardedDate"]


def test_a_badge_signed_anew_keeps_its_id(desk):
    award = desk.award(achievement=switched_on(desk))
    before = signed(desk, award)
    change(desk, award, award_status.reissue)

    after = signed(desk, award)

    assert after["id"] == before["id"]
    assert after["recipient"]["salt"] != before["recipient"]["salt"]


def test_a_learner_without_an_address_gets_the_newer_form_alone(desk):
    achievement = switched_on(desk)
    learner = desk.learner()
    with desk.write() as session:
        session.delete(learners.email_of(session, learner))
    with desk.write() as session:
        earned = Earned(achievement=achievement, learner=learner, awarded_at=clock.now())
        award = awards.award(session, desk.office, earned, actor="cli").award

    with pytest.raises(NotFound):
        signed(desk, award)
    with pytest.raises(NotFound, match="e-mail"):
        hosted(desk, award)


def test_after_a_rotation_each_signed_badge_leads_to_the_key_that_signed_it(desk):
    achievement = switched_on(desk)
    early = desk.award("mira@hospital.test", achievement=achievement)
    with desk.write() as session:
        key_rotation.rotate(session, desk.office, desk.issuer, actor="cli")
    late = desk.award("ana@hospital.test", achievement=achievement)

    for award in (early, late):
        with desk.read() as session:
            kid = signed_assertions.newest(session, award.id).kid
            found = achievements.by_id(session, achievement.id)
            version = achievements.version_of(session, found, 1)
            badge = open_badges_2.badge_class(session, desk.office, found, version, kid=kid)
            profile = open_badges_2.issuer_profile(session, desk.office, desk.issuer, kid=kid)
            key = open_badges_2.cryptographic_key(session, desk.office, desk.issuer, kid=kid)
        assertion = signed(desk, award)
        assert assertion["badge"] == badge["id"]
        assert badge["issuer"] == profile["id"] == key["owner"]
        assert assertion["verification"]["creator"] == profile["publicKey"] == key["id"]
    assert signed(desk, early)["badge"] != signed(desk, late)["badge"]


def test_a_compromised_key_and_its_issuer_document_are_gone(desk):
    award = desk.award(achievement=switched_on(desk))
    with desk.write() as session:
        kid = signed_assertions.newest(session, award.id).kid
        key = signing_keys.by_kid(session, desk.issuer, kid)
        key.state, key.revoked_at = signing_keys.KeyState.REVOKED, key.created_at

    with desk.read() as session:
        for read in (open_badges_2.cryptographic_key, open_badges_2.issuer_profile):
            with pytest.raises(Gone):
                read(session, desk.office, desk.issuer, kid=kid)


def test_a_key_that_signs_no_2_0_badges_is_none_here(desk):
    switched_on(desk)
    with desk.read() as session:
        [ed25519] = [key for key in signing_keys.of_issuer(session, desk.issuer) if key.algorithm == "EdDSA"]
        with pytest.raises(NotFound):
            open_badges_2.cryptographic_key(session, desk.office, desk.issuer, kid=ed25519.kid)


def test_another_issuers_key_is_none_here(desk):
    switched_on(desk)
    neighbour = desk.another_issuer()
    with desk.read() as session:
        for key in signing_keys.of_issuer(session, neighbour.issuer):
            with pytest.raises(NotFound):
                open_badges_2.issuer_profile(session, desk.office, desk.issuer, kid=key.kid)


# -- badges that do not count -----------------------------------------------------------------------------


def test_a_revoked_badge_is_gone_where_it_was_hosted_and_listed_where_it_is_signed(desk):
    award = desk.award(achievement=switched_on(desk))
    before = signed(desk, award)

    change(desk, award, award_status.revoke, reason="issued in error")

    told = hosted(desk, award)
    assert told.counts is Counts.NEVER
    assert told.document["revoked"] is True
    assert told.document["revocationReason"] == "issued in error"
    assert listed(desk) == [before["id"]]
    assert signed(desk, award) == before


def test_the_public_list_leads_to_no_badge_and_repeats_no_words_of_staff(desk):
    award = desk.award(achievement=switched_on(desk))
    change(desk, award, award_status.revoke, reason="Mira did not attend")

    with desk.read() as session:
        text = strict_json.dumps(open_badges_2.revocation_list(session, desk.office, desk.issuer)).decode()

    assert award.id not in text
    assert "Mira" not in text


def test_a_replaced_badge_is_gone_as_a_revoked_one(desk):
    achievement = switched_on(desk)
    award, learner = desk.award(achievement=achievement), desk.learner()
    with desk.write() as session:
        old = awards.by_id(session, award.id)
        earned = Earned(achievement=achievement, learner=learner, awarded_at=old.awarded_at)
        award_status.supersede(session, desk.office, old, earned, actor="cli")

    assert hosted(desk, award).counts is Counts.NEVER
    assert hosted(desk, award).document["revocationReason"] == "Replaced by a newer badge."
    assert listed(desk) == [signed(desk, award)["id"]]


def test_a_paused_badge_does_not_count_and_counts_again_when_it_is_reinstated(desk):
    award = desk.award(achievement=switched_on(desk))
    change(desk, award, award_status.suspend, reason="under review")

    paused = hosted(desk, award)
    assert paused.counts is Counts.PAUSED
    assert paused.document["revoked"] is True
    assert "under review. It may count again" in paused.document["revocationReason"]
    assert listed(desk) == [signed(desk, award)["id"]]

    change(desk, award, award_status.reinstate)
    assert hosted(desk, award).counts is Counts.YES
    assert listed(desk) == []


def test_the_list_of_an_issuer_holds_no_badge_of_another(desk):
    neighbour = desk.another_issuer()
    give_address(neighbour)
    for each in (desk, neighbour):
        award = each.award(achievement=switched_on(each))
        change(each, award, award_status.revoke, reason="issued in error")

    assert len(listed(desk)) == len(listed(neighbour)) == 1
    assert listed(desk) != listed(neighbour)


# -- at the same moment -----------------------------------------------------------------------------------


def turned_while(desk: Any, achievement: Achievement, work: Callable[[Session], Any]) -> None:
    """Switch it on from elsewhere while a transaction that did this work is still open."""
    with desk.write() as session:
        work(session)
        elsewhere = threading.Thread(target=switch, args=(desk, achievement))
        elsewhere.start()
        elsewhere.join(timeout=0.5)  # it waits, for this transaction is first
        assert elsewhere.is_alive()
    elsewhere.join()


def test_an_award_that_is_being_made_is_not_overlooked(desk):
    achievement, learner = desk.achievement(), desk.learner()
    made: list[Award] = []

    def award(session: Session) -> None:
        issuers.take_turn(session, desk.issuer.id)
        earned = Earned(achievement=achievement, learner=learner, awarded_at=clock.now())
        made.append(awards.award(session, desk.office, earned, actor="cli").award)

    turned_while(desk, achievement, award)

    assert hosted(desk, made[0]).counts is Counts.YES


def test_a_version_that_is_being_published_is_not_overlooked(desk):
    achievement = desk.draft()

    def publish(session: Session) -> None:
        achievements.publish(session, desk.office, achievements.by_id(session, achievement.id), actor="cli")

    turned_while(desk, achievement, publish)

    with desk.read() as session:
        found = achievements.by_id(session, achievement.id)
        version = achievements.version_of(session, found, 1)
        assert open_badges_2.badge_class(session, desk.office, found, version)["version"] == "1"
