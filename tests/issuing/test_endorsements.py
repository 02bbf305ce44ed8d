"""Endorsements: one issuer's word for another's things, signed, carried by badges with consent, and taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.credentials.report import Outcome, Report, Verdict
from app.errors import AlreadyExists, AlreadyRevoked, Gone, InvalidInput, NotFound
from app.issuing import achievements, award_status, awards, endorsements, erasure, signing_keys, verification
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.endorsements import Endorsement, Statement
from app.issuing.learners import Learner
from app.issuing.signing_keys import KeyState, SigningKey

BY = "test"
COMMENT = "Meets the **2026** guideline."


@pytest.fixture
def board(desk: Any) -> Any:
    """The desk of an issuer that endorses what the other makes."""
    return desk.another_issuer("board-of-nursing")


def endorse(board: Any, about: str, comment: str = COMMENT, **facts: Any) -> Endorsement:
    with board.write() as session:
        return endorsements.endorse(session, board.office, board.issuer, Statement(about, comment, **facts), actor=BY)


def accept(desk: Any, endorsement: Endorsement, *, accepted: bool = True) -> None:
    with desk.write() as session:
        found = endorsements.received_by_id(session, endorsement.id, issuer=desk.issuer)
        endorsements.accept(session, desk.issuer, found, accepted=accepted, actor=BY)


def withdraw(board: Any, endorsement: Endorsement) -> None:
    with board.write() as session:
        found = endorsements.by_id(session, endorsement.id)
        endorsements.withdraw(session, board.office, found, reason="The guideline changed.", actor=BY)


def version_of(desk: Any, achievement: Achievement) -> str:
    return str(desk.office.addresses.achievement_version(achievement.id, 1))


def judge(desk: Any, document: bytes) -> Report:
    with desk.read() as session:
        return verification.judge(session, desk.office, document)


def signed_json(desk: Any, award: Award) -> bytes:
    with desk.read() as session:
        return awards.credential_of(session, awards.by_id(session, award.id)).json


def test_an_endorsement_is_signed_in_both_forms_by_who_endorses(desk, board):
    about = version_of(desk, desk.achievement())

    made = endorse(board, about)

    for form in (made.json, made.jwt):
        report = judge(desk, form)
        assert report.verdict is Verdict.GOOD
        assert report.document["credentialSubject"]["id"] == about
        assert report.document["issuer"]["id"] == desk.office.addresses.did("board-of-nursing")
    assert json.loads(made.json)["id"] == desk.office.addresses.endorsement(made.id)


def test_what_was_said_before_it_is_signed_here_is_good_as_of_its_day_and_nothing_is_said_of_a_day_to_come(desk, board):
    about, earlier = version_of(desk, desk.achievement()), clock.now() - timedelta(days=400)

    made = endorse(board, about, valid_from=earlier)

    assert judge(desk, made.json).verdict is judge(desk, made.jwt).verdict is Verdict.GOOD
    assert json.loads(made.json)["validFrom"] == earlier.isoformat().replace("+00:00", "Z")
    with pytest.raises(InvalidInput, match="begin later than now"):
        endorse(board, "https://elsewhere.example/", valid_from=clock.now() + timedelta(days=1))


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_changed_endorsement_is_broken(desk, board, form):
    made = endorse(board, version_of(desk, desk.achievement()))
    content = made.json if form == "json" else made.jwt
    before, after = (b"2026", b"2027") if form == "json" else (content[-60:-40], content[-60:-40].swapcase())

    assert judge(desk, content.replace(before, after)).verdict is Verdict.BROKEN


def test_a_badge_an_issuer_and_something_elsewhere_can_be_endorsed(desk, board):
    award = desk.award()
    ours = desk.office.addresses

    of_badge = endorse(board, ours.badge(award.id))
    of_issuer = endorse(board, ours.did(desk.issuer.slug))
    elsewhere = endorse(board, "https://elsewhere.example/achievements/1")

    assert [each.about_issuer_id for each in (of_badge, of_issuer, elsewhere)] == [desk.issuer.id] * 2 + [None]


@pytest.mark.parametrize(
    "path", ["/b/AAAAAAAAAAAAAAAAAAAAAA", "/achievements/AAAAAAAAAAAAAAAAAAAAAA/v1", "/issuers/st-anna", "/"]
)
def test_what_is_not_there_cannot_be_endorsed(board, path):
    with pytest.raises(NotFound, match="nothing to endorse"):
        endorse(board, board.office.addresses.base_url + path)


def test_a_private_badge_is_not_there(desk, board):
    award = desk.award()
    with desk.write() as session:
        award_status.set_visibility(session, awards.by_id(session, award.id), awards.Visibility.PRIVATE, actor=BY)

    with pytest.raises(NotFound, match="nothing to endorse"):
        endorse(board, desk.office.addresses.badge(award.id))


@pytest.mark.parametrize("about", ["", "BLS", "mailto:mira.holm@hospital.test", "https://x.example/a b", "did:web:é"])
def test_what_is_no_id_cannot_be_endorsed(board, about):
    with pytest.raises(InvalidInput):
        endorse(board, about)


def test_nobody_endorses_what_is_its_own(desk):
    for about in (version_of(desk, desk.achievement()), desk.office.addresses.did(desk.issuer.slug)):
        with pytest.raises(InvalidInput, match="its own"):
            endorse(desk, about)


def test_an_endorsement_must_not_end_before_it_begins(board):
    with pytest.raises(InvalidInput, match="end before"):
        endorse(board, "https://elsewhere.example/", valid_until=clock.now() - timedelta(seconds=1))


def test_an_issuer_endorses_a_thing_once_and_again_after_taking_it_back(desk, board):
    about = version_of(desk, desk.achievement())
    first = endorse(board, about)

    with pytest.raises(AlreadyExists):
        endorse(board, about)
    withdraw(board, first)

    assert endorse(board, about).id != first.id


def test_a_withdrawn_endorsement_is_revoked_and_its_signature_still_holds(desk, board):
    made = endorse(board, version_of(desk, desk.achievement()))

    withdraw(board, made)

    report = judge(desk, made.json)
    assert report["status"].outcome is Outcome.FAILED
    assert report["proof"].outcome is Outcome.PASSED
    with pytest.raises(AlreadyRevoked):
        withdraw(board, made)


def test_taking_one_back_revokes_no_other_and_nothing_that_was_revoked_counts_again(desk, board):
    abouts = [version_of(desk, desk.achievement()) for _ in range(3)]
    first, second, third = (endorse(board, about) for about in abouts)
    award = board.award()
    with board.write() as session:
        award_status.revoke(session, board.office, awards.by_id(session, award.id), reason="error", actor=BY)

    withdraw(board, first)
    withdraw(board, second)

    verdicts = [judge(desk, each.json)["status"].outcome for each in (first, second, third)]
    assert verdicts == [Outcome.FAILED, Outcome.FAILED, Outcome.PASSED]
    assert judge(desk, signed_json(board, award))["status"].outcome is Outcome.FAILED


def test_a_badge_carries_no_endorsement_unasked(desk, board):
    achievement = desk.achievement()
    endorse(board, version_of(desk, achievement))

    assert "endorsement" not in json.loads(signed_json(desk, desk.award(achievement=achievement)))


def test_a_new_badge_carries_the_endorsements_that_its_issuer_accepted(desk, board):
    achievement = desk.achievement()
    made = [endorse(board, version_of(desk, achievement)), endorse(board, desk.office.addresses.did(desk.issuer.slug))]
    for each in made:
        accept(desk, each)

    badge = signed_json(desk, desk.award(achievement=achievement))

    carried = json.loads(badge)["endorsement"]
    assert sorted(each["id"] for each in carried) == sorted(json.loads(each.json)["id"] for each in made)
    report = judge(desk, badge)
    assert [each.report.verdict for each in report.endorsements] == [Verdict.GOOD] * 2
    assert report.verdict is Verdict.GOOD


def test_the_token_of_a_badge_carries_them_too(desk, board):
    achievement = desk.achievement()
    accept(desk, endorse(board, version_of(desk, achievement)))
    award = desk.award(achievement=achievement)

    with desk.read() as session:
        report = judge(desk, awards.credential_of(session, awards.by_id(session, award.id)).jwt)

    assert report.verdict is Verdict.GOOD
    assert [each.report.verdict for each in report.endorsements] == [Verdict.GOOD]


@pytest.mark.parametrize("suffix", ["", ".json", ".jwt"])
def test_an_endorsement_is_found_at_its_own_address_without_asking_the_network(desk, board, suffix):
    made = endorse(board, version_of(desk, desk.achievement()))
    address = desk.office.addresses.endorsement(made.id)

    with desk.read() as session:
        assert verification.badge_document(session, desk.office, address + suffix) == made.json
        assert verification.badge_document(session, desk.office, f"{address}x{suffix}") is None


def test_what_was_signed_here_of_a_badge_is_emptied_with_its_holder_and_nothing_else_is(desk, board):
    award, other = desk.award(), desk.achievement("other")
    address = desk.office.addresses.badge(award.id)
    of_it, of_another = endorse(board, address, "Mira Holm is excellent."), endorse(board, version_of(desk, other))
    accept(desk, of_it)
    withdraw(board, of_it)

    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, award.learner_id), actor=BY)

    with desk.read() as session:
        left = endorsements.by_id(session, of_it.id)
        assert (left.json, left.jwt, left.comment, left.reason) == (b"", b"", "", None)
        assert endorsements.shown(session, [address]) == []
        with pytest.raises(Gone):
            endorsements.signed_by_id(session, of_it.id)
        for form in ("", ".json", ".jwt"):
            its_address = desk.office.addresses.endorsement(of_it.id)
            assert verification.badge_document(session, desk.office, its_address + form) is None
        assert endorsements.signed_by_id(session, of_another.id).comment == COMMENT


def test_a_badge_whose_endorsement_was_changed_is_broken(desk, board):
    achievement = desk.achievement()
    accept(desk, endorse(board, version_of(desk, achievement)))
    badge = signed_json(desk, desk.award(achievement=achievement))

    assert judge(desk, badge.replace(b"2026** guideline", b"2027** guideline")).verdict is Verdict.BROKEN


def test_a_badge_keeps_its_worth_when_an_endorsement_that_it_carries_is_withdrawn(desk, board):
    achievement = desk.achievement()
    made = endorse(board, version_of(desk, achievement))
    accept(desk, made)
    badge = signed_json(desk, desk.award(achievement=achievement))

    withdraw(board, made)

    report = judge(desk, badge)
    assert report.verdict is Verdict.GOOD
    assert [each.report["status"].outcome for each in report.endorsements] == [Outcome.FAILED]


def test_the_achievement_in_a_badge_is_the_same_with_and_without_an_endorsement(desk, board):
    achievement = desk.achievement()
    before = desk.award("ana@hospital.test", achievement=achievement)
    accept(desk, endorse(board, version_of(desk, achievement)))
    after = desk.award("ben@hospital.test", achievement=achievement)

    with desk.read() as session:
        stored = achievements.version_of(session, achievement, 1).document
    for award in (before, after):
        assert stored in signed_json(desk, award)


def test_an_endorsed_badge_carries_it_once_it_is_signed_anew(desk, board):
    award = desk.award()
    accept(desk, endorse(board, desk.office.addresses.badge(award.id)))

    with desk.write() as session:
        award_status.reissue(session, desk.office, awards.by_id(session, award.id), actor=BY)

    assert len(judge(desk, signed_json(desk, award)).endorsements) == 1


def declined(desk: Any, board: Any, made: Endorsement) -> None:
    del board
    accept(desk, made, accepted=False)


def withdrawn(desk: Any, board: Any, made: Endorsement) -> None:
    del desk
    withdraw(board, made)


def compromised(desk: Any, board: Any, made: Endorsement) -> None:
    del desk
    with board.write() as session:
        key = session.get_one(SigningKey, made.embedded_kid)
        key.state, key.revoked_at = KeyState.REVOKED, clock.now()


def expired(desk: Any, board: Any, made: Endorsement) -> None:
    del desk
    with board.write() as session:
        endorsements.by_id(session, made.id).valid_until = clock.now() - timedelta(seconds=1)


@pytest.mark.parametrize("ended", [declined, withdrawn, compromised, expired])
def test_an_endorsement_that_counts_no_longer_is_in_no_new_badge(desk, board, ended):
    achievement = desk.achievement()
    made = endorse(board, version_of(desk, achievement))
    accept(desk, made)

    ended(desk, board, made)

    assert "endorsement" not in json.loads(signed_json(desk, desk.award(achievement=achievement)))


def test_only_who_is_endorsed_can_accept(desk, board):
    made = endorse(board, version_of(desk, desk.achievement()))

    with pytest.raises(NotFound):
        accept(board, made)


def test_every_change_is_in_the_audit_log_of_whose_it_is(desk, board):
    made = endorse(board, version_of(desk, desk.achievement()))
    accept(desk, made)
    accept(desk, made)
    accept(desk, made, accepted=False)
    withdraw(board, made)

    told = {
        name: [entry.action for entry in each.audit_log() if entry.object_id == made.id]
        for name, each in (("desk", desk), ("board", board))
    }
    assert told == {
        "board": ["endorsement.made", "endorsement.withdrawn"],
        "desk": ["endorsement.accepted", "endorsement.declined"],
    }


def test_without_a_key_nothing_is_endorsed_and_nothing_stored(desk, board):
    with board.write() as session:
        for key in signing_keys.of_issuer(session, board.issuer):
            key.state = KeyState.RETIRED

    with pytest.raises(signing_keys.NoSigningKey):
        endorse(board, "https://elsewhere.example/")

    with desk.read() as session:
        assert session.scalars(select(Endorsement)).all() == []
