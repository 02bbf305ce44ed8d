"""Moving to another public address: what was signed keeps its names and verifies, what is new has the new names."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app import clock
from app.credentials.report import Report, Verdict
from app.db import Database
from app.errors import AlreadyExists, InvalidInput, NotFound, StartedBeforeMove, UnsafeConfiguration
from app.issuing import (
    achievements,
    award_status,
    awards,
    endorsement_requests,
    endorsements,
    eras,
    erasure,
    issuers,
    key_compromise,
    learners,
    open_badges_2,
    records,
    signing_keys,
    status_lists,
    verification,
)
from app.issuing.awards import Award, Earned
from app.issuing.endorsement_requests import Asked
from app.issuing.endorsements import Statement
from app.issuing.office import Addresses

OLD, NEW = "http://badges.test", "https://new.example"
ADDRESS = "mira.holm@hospital.test"
BY = "test"


def move(desk: Any, base_url: str = NEW) -> None:
    """Move the service, and start it again at its new address."""
    with desk.write() as session:
        eras.move(session, desk.office, base_url, actor=BY)
    restart(desk, base_url)


def restart(desk: Any, base_url: str) -> None:
    with desk.read() as session:
        found = eras.addresses(eras.every(session), base_url=base_url)
    desk.office = replace(desk.office, addresses=found[0], former=found[1:])


def signed(desk: Any, award: Award) -> dict[str, Any]:
    """The newest document of an award."""
    with desk.read() as session:
        read: dict[str, Any] = json.loads(awards.credential_of(session, awards.by_id(session, award.id)).json)
    return read


def judge(desk: Any, document: dict[str, Any] | bytes) -> Report:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    with desk.read() as session:
        return verification.judge(session, desk.office, content)


def change(desk: Any, award: Award, what: Any, **facts: Any) -> None:
    with desk.write() as session:
        what(session, desk.office, awards.by_id(session, award.id), actor=BY, **facts)


def names_in(document: Any) -> set[str]:
    """The addresses of this service that stand anywhere in a document, without what follows the host."""
    text = json.dumps(document)
    hosts = {"old": ("badges.test",), "new": ("new.example",)}
    return {name for name, written in hosts.items() if any(each in text for each in written)}


# -- what was signed, and what is new -----------------------------------------------------------------------


def test_a_badge_of_before_is_good_in_both_forms_and_a_changed_one_is_not(desk):
    award = desk.award()
    move(desk)

    with desk.read() as session:
        credential = awards.credential_of(session, awards.by_id(session, award.id))
    assert judge(desk, credential.json).verdict is Verdict.GOOD
    assert judge(desk, credential.jwt).verdict is Verdict.GOOD
    assert judge(desk, signed(desk, award) | {"name": "Another"}).verdict is Verdict.BROKEN


def test_a_badge_of_after_has_the_new_names_and_a_list_of_the_new_address(desk):
    desk.award()
    move(desk)
    document = signed(desk, desk.award("new@hospital.test"))

    assert document["id"].startswith(f"{NEW}/b/")
    assert document["issuer"]["id"] == "did:web:new.example:issuers:st-anna"
    assert document["credentialStatus"]["statusListCredential"].startswith(f"{NEW}/status/")
    assert all(each["verificationMethod"].startswith("did:web:new.example:") for each in document["proof"])
    assert names_in(document) == {"new"}
    assert judge(desk, document).verdict is Verdict.GOOD


def test_an_achievement_of_before_keeps_its_id_in_badges_of_after(desk):
    achievement = desk.achievement()
    before = signed(desk, desk.award(achievement=achievement))["credentialSubject"]["achievement"]
    move(desk)
    document = signed(desk, desk.award("new@hospital.test", achievement=achievement))

    assert document["credentialSubject"]["achievement"] == before
    assert document["id"].startswith(NEW)
    assert judge(desk, document).verdict is Verdict.GOOD


def test_a_new_version_of_it_has_the_new_address(desk):
    made = desk.achievement("bls")
    move(desk)
    with desk.write() as session:
        achievement = achievements.by_id(session, made.id)
        facts = achievements.current_facts(session, achievement)
        achievements.change(session, achievement, facts=facts.model_copy(update={"description": "Better."}), actor=BY)
        version = achievements.publish(session, desk.office, achievement, actor=BY)
        ids = [achievements.id_of(desk.office, achievements.version_of(session, achievement, each)) for each in (1, 2)]

    assert json.loads(version.document)["id"] == ids[1] == f"{NEW}/achievements/{made.id}/v2"
    assert ids[0] == f"{OLD}/achievements/{made.id}/v1"


@pytest.mark.parametrize(
    ("act", "verdict"),
    [(award_status.revoke, Verdict.REVOKED), (award_status.suspend, Verdict.SUSPENDED)],
    ids=["revoked", "suspended"],
)
def test_what_becomes_of_an_old_badge_shows_in_its_old_list_which_the_old_did_signs(desk, act, verdict):
    award = desk.award()
    move(desk)
    change(desk, award, act, reason="issued in error")

    document = signed(desk, award)
    list_url = document["credentialStatus"]["statusListCredential"]
    with desk.read() as session:
        published = json.loads(status_lists.by_id(session, list_url.rpartition("/")[2]).json or b"")
    assert judge(desk, document).verdict is verdict
    assert published["id"] == list_url
    assert list_url.startswith(f"{OLD}/status/")
    assert published["issuer"] == document["issuer"]["id"] == "did:web:badges.test:issuers:st-anna"
    assert names_in(published) == {"old"}


def test_an_old_badge_that_is_signed_anew_keeps_every_name_also_under_a_new_key(desk):
    award = desk.award()
    before = signed(desk, award)
    move(desk)
    with desk.write() as session:
        signing_keys.rotate(session, desk.office, issuers.by_id(session, desk.issuer.id), actor=BY)
    change(desk, award, award_status.reissue)
    after = signed(desk, award)

    assert names_in(after) == {"old"}
    for member in ("id", "issuer", "credentialStatus"):
        assert after[member] == before[member]
    assert after["proof"][0]["verificationMethod"] != before["proof"][0]["verificationMethod"]
    assert judge(desk, after).verdict is Verdict.GOOD


def test_a_stolen_key_is_cleared_away_in_both_eras(desk):
    old = desk.award()
    move(desk)
    new = desk.award("new@hospital.test")
    with desk.write() as session:
        issuer = issuers.by_id(session, desk.issuer.id)
        stolen = [key.kid for key in signing_keys.of_issuer(session, issuer)]
        signing_keys.revoke(session, desk.office, issuer, stolen, reason="stolen", actor=BY)
        key_compromise.reissue(session, desk.office, issuer.id, [old.id, new.id], actor=BY)
        for listed in session.query(status_lists.StatusList).all():
            status_lists.publish(session, desk.office, issuer, listed.id)

    assert [judge(desk, signed(desk, each)).verdict for each in (old, new)] == [Verdict.GOOD] * 2
    assert [names_in(signed(desk, each)) for each in (old, new)] == [{"old"}, {"new"}]


def test_what_takes_the_place_of_an_old_badge_is_of_today_and_both_say_so(desk):
    achievement = desk.achievement()
    award = desk.award(achievement=achievement)
    move(desk)
    with desk.write() as session:
        earned = Earned(
            achievements.by_id(session, achievement.id),
            session.get_one(learners.Learner, award.learner_id),
            clock.now(),
        )
        newer = award_status.supersede(session, desk.office, awards.by_id(session, award.id), earned, actor=BY)

    assert judge(desk, signed(desk, award)).verdict is Verdict.SUPERSEDED
    assert signed(desk, newer)["id"] == f"{NEW}/b/{newer.id}"
    assert judge(desk, signed(desk, newer)).verdict is Verdict.GOOD


# -- Open Badges 2.0 -----------------------------------------------------------------------------------------


def test_hosted_and_signed_badges_of_2_0_are_good_in_both_eras_each_at_one_host(desk):
    made = desk.draft()
    with desk.write() as session:
        issuers.update(session, issuers.by_id(session, desk.issuer.id), actor=BY, email="badges@st-anna.test")
        open_badges_2.switch(session, achievements.by_id(session, made.id), on=True, actor=BY)
        achievements.publish(session, desk.office, achievements.by_id(session, made.id), actor=BY)
        achievement = achievements.by_id(session, made.id)
    old = desk.award(achievement=achievement)
    move(desk)
    new = desk.award("new@hospital.test", achievement=achievement)

    for award, base in ((old, OLD), (new, NEW)):
        with desk.read() as session:
            stored = awards.by_id(session, award.id)
            hosted = open_badges_2.hosted_assertion(session, desk.office, stored).document
            token = open_badges_2.signed_assertion(session, stored)
        assert hosted["id"] == f"{base}/ob2/assertions/{award.id}"
        assert hosted["badge"].startswith(f"{base}/ob2/achievements/")
        assert judge(desk, hosted).verdict is Verdict.GOOD, judge(desk, hosted).to_dict()
        assert judge(desk, token).verdict is Verdict.GOOD
        assert judge(desk, token[:-8] + b"AAAAAAAA").verdict is not Verdict.GOOD
    change(desk, old, award_status.revoke, reason="issued in error")
    assert judge(desk, hosted | {"id": f"{OLD}/ob2/assertions/{old.id}"}).verdict is not Verdict.GOOD


# -- endorsements, records -----------------------------------------------------------------------------------


def endorse(board: Any, office: Any, about: str) -> str:
    with board.write() as session:
        return endorsements.endorse(session, office, board.issuer, Statement(about, "Meets it."), actor=BY).id


def test_what_was_said_of_an_achievement_before_is_carried_by_badges_of_after(desk):
    board, achievement = desk.another_issuer("board"), desk.achievement()
    said = endorse(board, desk.office, f"{OLD}/achievements/{achievement.id}/v1")
    with desk.write() as session:
        found = endorsements.received_by_id(session, said, issuer=desk.issuer)
        endorsements.accept(session, desk.issuer, found, accepted=True, actor=BY)
    move(desk)
    document = signed(desk, desk.award(achievement=achievement))

    assert [each["id"] for each in document["endorsement"]] == [f"{OLD}/endorsements/{said}"]
    assert judge(desk, document).verdict is Verdict.GOOD
    with desk.write() as session:
        found = endorsements.by_id(session, said)
        endorsements.withdraw(session, desk.office, found, reason="Changed.", actor=BY)
        stored = found.json
    assert judge(desk, stored).verdict is Verdict.REVOKED


def test_a_thing_of_before_is_endorsed_by_the_name_that_documents_have_for_it(desk):
    board, achievement, award = desk.another_issuer("board"), desk.achievement(), desk.award()
    move(desk)

    for path in (f"achievements/{achievement.id}/v1", f"b/{award.id}"):
        with pytest.raises(InvalidInput, match=f"{OLD}/{path}"):
            endorse(board, desk.office, f"{NEW}/{path}")
        assert endorse(board, desk.office, f"{OLD}/{path}")
    for did in ("did:web:badges.test:issuers:st-anna", "did:web:new.example:issuers:st-anna"):
        assert endorse(board, desk.office, did)
    with pytest.raises(NotFound):
        endorse(board, desk.office, f"{OLD}/b/nothing")


def test_a_learner_record_holds_badges_of_both_eras(desk):
    desk.award(ADDRESS)
    move(desk)
    desk.award(ADDRESS)
    learner_id = desk.learner(ADDRESS).id
    with desk.write() as session:
        record = records.make(session, desk.office, learners.by_id(session, desk.issuer, learner_id), actor=BY)

    held = json.loads(record)["credentialSubject"]["verifiableCredential"]
    assert {each["issuer"]["id"] for each in held} == {
        "did:web:badges.test:issuers:st-anna",
        "did:web:new.example:issuers:st-anna",
    }
    report = judge(desk, record)
    assert report.verdict is Verdict.GOOD, report.to_dict()
    assert judge(desk, record.replace(b"Learner record of", b"Learner record by")).verdict is Verdict.BROKEN


def test_erasing_somebody_forgets_what_was_asked_about_their_badge_under_its_name_of_before(desk):
    award = desk.award(ADDRESS)
    with desk.write() as session:
        asked = Asked(about=f"{OLD}/b/{award.id}", message="For Mira Holm.", name="Board", email="board@example.org")
        request = endorsement_requests.ask(session, desk.office, desk.issuer, asked, actor=BY).request
    move(desk)
    with desk.write() as session:
        erasure.erase(session, desk.office, learners.by_id(session, desk.issuer, award.learner_id), actor=BY)

    with desk.read() as session:
        left = session.get_one(endorsement_requests.EndorsementRequest, request.id)
        assert "Mira" not in left.message


# -- several moves -------------------------------------------------------------------------------------------


def test_a_service_moves_on_and_back_and_every_badge_stays_good(desk):
    made = [desk.award()]
    for number, base_url in enumerate((NEW, "https://third.example", OLD)):
        move(desk, base_url)
        made.append(desk.award(f"{number}@hospital.test"))

    documents = [signed(desk, each) for each in made]
    assert [each["id"].partition("/b/")[0] for each in documents] == [OLD, NEW, "https://third.example", OLD]
    assert [judge(desk, each).verdict for each in documents] == [Verdict.GOOD] * 4
    assert desk.office.era == 4
    assert desk.office.names_of(f"{NEW}/b/x") == (f"{OLD}/b/x", "https://third.example/b/x", f"{NEW}/b/x")
    for each in made:
        change(desk, each, award_status.revoke, reason="issued in error")
    assert [judge(desk, each).verdict for each in documents] == [Verdict.REVOKED] * 4


def test_a_process_that_started_before_the_move_goes_on_as_it_was_and_asks_for_a_restart(desk):
    running = desk.office
    move(desk)
    moved = desk.office
    new = desk.award()
    desk.office = running
    late = desk.award("late@hospital.test")

    assert signed(desk, late)["id"].startswith(OLD)
    with pytest.raises(StartedBeforeMove):
        change(desk, new, award_status.reissue)
    desk.office = moved
    change(desk, late, award_status.revoke, reason="issued in error")
    assert judge(desk, signed(desk, late)).verdict is Verdict.REVOKED
    assert names_in(signed(desk, late)) == {"old"}


def test_a_host_that_only_looks_like_a_former_one_is_a_strangers(desk):
    award = desk.award()
    move(desk)
    document = signed(desk, award)
    document["issuer"]["id"] = "did:web:badges.test.evil.example:issuers:st-anna"

    assert judge(desk, document).verdict is not Verdict.GOOD
    assert desk.office.names_of("http://badges.test.evil.example/b/x") == ("http://badges.test.evil.example/b/x",)
    assert not verification.is_own_address(desk.office, "http://badges.test.evil.example/b/x")
    assert verification.is_own_address(desk.office, f"{OLD}/b/x")


def test_the_key_of_one_era_does_not_sign_for_the_did_of_another(desk):
    award = desk.award()
    move(desk)
    document = signed(desk, award)
    for proof in document["proof"]:
        proof["verificationMethod"] = proof["verificationMethod"].replace("badges.test", "new.example")

    assert judge(desk, document).verdict is not Verdict.GOOD


# -- what may move -------------------------------------------------------------------------------------------


def test_a_move_has_an_entry_in_the_audit_log_of_every_issuer(desk):
    other = desk.another_issuer()
    move(desk)

    for each in (desk, other):
        [entry] = [entry for entry in each.audit_log() if entry.action == "service.moved"]
        assert (entry.actor, entry.facts) == (BY, {"from": OLD, "to": NEW})


def test_a_service_that_is_set_up_for_another_address_than_its_newest_does_not_start(desk):
    move(desk)

    for wrong in (OLD, "https://third.example"):
        with pytest.raises(UnsafeConfiguration, match=f"Set it to {NEW}"):
            restart(desk, wrong)


def test_a_move_starts_from_where_badges_were_signed_and_goes_somewhere_else(desk):
    desk.award()

    with pytest.raises(InvalidInput, match="already"):
        move(desk, OLD)
    desk.office = replace(desk.office, addresses=Addresses("https://mistaken.example"))
    with pytest.raises(InvalidInput, match=f"so far is at {OLD}"):
        move(desk)


def test_of_two_moves_at_once_one_is_told_that_it_came_too_late(desk):
    running = desk.office
    move(desk)
    desk.office = running

    with pytest.raises(AlreadyExists):
        move(desk, "https://third.example")


def test_before_the_table_is_there_no_move_was_made(tmp_path):
    empty = Database(f"sqlite:///{tmp_path}/empty.sqlite3")
    with empty.read() as session:
        assert eras.every(session) == []
    empty.dispose()
