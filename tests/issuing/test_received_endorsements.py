"""Endorsements from elsewhere: taken when they are good and mean exactly this, kept as they came, judged again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app import clock
from app.credentials.report import Report, Verdict
from app.errors import AlreadyExists, Gone, InvalidInput
from app.issuing import attached_endorsements, awards, erasure, pins, received_endorsements, verification
from app.issuing.learners import Learner
from app.issuing.received_endorsements import Judged, ReceivedEndorsement
from tests.endorsers import Endorser, endorser

BY = "test"
FORMS = ("json", "jwt")


@pytest.fixture(scope="module")
def board() -> Endorser:
    return endorser()


@pytest.fixture
def about(desk: Any) -> str:
    """The id of a published version."""
    return str(desk.office.addresses.achievement_version(desk.achievement("bls").id, 1))


def pin_of(desk: Any, about: str) -> Any:
    with desk.read() as session:
        return pins.pin_of(session, desk.office, about)


def judged(desk: Any, document: bytes) -> Judged:
    with desk.read() as session:
        return Judged(document, verification.judge(session, desk.office, document))


def take(desk: Any, about: str, document: bytes) -> ReceivedEndorsement:
    with desk.write() as session:
        return received_endorsements.take(session, desk.office, desk.issuer, about, judged(desk, document), actor=BY)


def accept(desk: Any, taken: ReceivedEndorsement, *, accepted: bool = True) -> None:
    with desk.write() as session:
        found = received_endorsements.by_id(session, taken.id, issuer=desk.issuer)
        received_endorsements.accept(session, found, accepted=accepted, actor=BY)


def carried(desk: Any, about: str) -> attached_endorsements.Attached:
    with desk.read() as session:
        return attached_endorsements.attached(session, desk.office, [about])


def note(desk: Any, taken: ReceivedEndorsement, verdict: Verdict) -> None:
    with desk.write() as session:
        received_endorsements.note(session, taken.id, Report((), verdict, "Judged again."), actor="worker")


@pytest.mark.parametrize("form", FORMS)
def test_a_good_one_is_kept_byte_for_byte_with_who_and_until_when(desk, board, about, form):
    until = clock.now() + timedelta(days=30)
    document = getattr(board, form)(about, pin=pin_of(desk, about), valid_until=until)

    taken = take(desk, about, document)

    assert (taken.document, taken.form, taken.endorser_name) == (document, form, board.name)
    assert (taken.comment, taken.valid_until) == ("Meets the **2026** guideline.", until)
    assert taken.accepted_at is None
    assert [entry.action for entry in desk.audit_log()][-1] == "endorsement.received"


@pytest.mark.parametrize("form", FORMS)
def test_a_changed_one_is_not_taken(desk, board, about, form):
    document = getattr(board, form)(about, pin=pin_of(desk, about))
    before, after = (b"2026", b"2027") if form == "json" else (document[-60:-40], document[-60:-40].swapcase())

    with pytest.raises(InvalidInput, match="cannot be taken"):
        take(desk, about, document.replace(before, after))


def test_one_about_something_else_is_not_taken(desk, board, about):
    with pytest.raises(InvalidInput, match="endorses something else"):
        take(desk, about, board.json(about.replace("/v1", "/v2")))


def test_one_that_has_ended_is_not_taken(desk, board, about):
    ended = board.json(about, pin=pin_of(desk, about), valid_until=clock.now() - timedelta(days=1))

    with pytest.raises(InvalidInput, match="cannot be taken"):
        take(desk, about, ended)


def test_a_badge_is_no_endorsement(desk, about):
    award = desk.award()
    with desk.read() as session:
        document = awards.credential_of(session, award).json

    with pytest.raises(InvalidInput, match="no EndorsementCredential"):
        take(desk, about, document)


def test_one_that_does_not_say_which_content_it_means_is_not_taken(desk, board, about):
    digest = pins.hex_of(pin_of(desk, about))

    with pytest.raises(InvalidInput, match=digest):
        take(desk, about, board.json(about))

    assert take(desk, about, board.json(about, comment=f"Good. SHA-256 {digest}")).verdict == Verdict.GOOD


def test_one_that_means_other_content_is_not_taken(desk, board, about):
    other = str(desk.office.addresses.achievement_version(desk.achievement("als").id, 1))

    with pytest.raises(InvalidInput, match="which content"):
        take(desk, about, board.json(about, pin=pin_of(desk, other)))


def test_the_same_bytes_are_kept_once(desk, board, about):
    document = board.json(about, pin=pin_of(desk, about))
    take(desk, about, document)

    with pytest.raises(AlreadyExists):
        take(desk, about, document)


@pytest.mark.parametrize("wrong", [b"", b"   ", b"<svg/>", b"x" * 70_000, b"\x89PNG"])
def test_what_is_no_document_is_refused_before_it_is_judged(wrong):
    with pytest.raises(InvalidInput):
        received_endorsements.read(wrong)


# -- in badges ------------------------------------------------------------------------------------------------


def test_new_badges_carry_an_accepted_one_and_verify_with_it(desk, board):
    achievement = desk.achievement("bls")
    about = str(desk.office.addresses.achievement_version(achievement.id, 1))
    document = board.json(about, pin=pin_of(desk, about))
    accept(desk, take(desk, about, document))

    award = desk.award(achievement=achievement)
    with desk.read() as session:
        signed = awards.credential_of(session, award).json
        report = verification.judge(session, desk.office, signed)
        forged = verification.judge(session, desk.office, signed.replace(b"2026**", b"2027**"))

    assert json.loads(signed)["endorsement"] == [json.loads(document)]
    assert report.is_good
    assert [each.report.verdict for each in report.endorsements] == [Verdict.GOOD]
    assert forged.verdict is Verdict.BROKEN


def test_one_that_nobody_accepted_is_in_no_badge(desk, board, about):
    taken = take(desk, about, board.json(about, pin=pin_of(desk, about)))

    assert carried(desk, about).documents == ()

    accept(desk, taken)
    assert len(carried(desk, about).documents) == 1
    accept(desk, taken, accepted=False)
    assert carried(desk, about).documents == ()


def test_a_token_is_carried_letter_by_letter_where_the_operator_wants_that(desk, board, about):
    document = board.jwt(about, pin=pin_of(desk, about))
    accept(desk, take(desk, about, document))

    assert carried(desk, about).tokens == ()
    object.__setattr__(desk.office, "endorsement_tokens", True)
    assert carried(desk, about).tokens == (document.decode(),)


def test_one_with_a_strange_context_would_be_shown_and_not_carried(desk):
    document = json.dumps({"@context": ["https://www.w3.org/2018/credentials/v1"], "proof": {}}).encode()

    why_not = received_endorsements.why_not_carried(desk.office, document, received_endorsements.Form.JSON)

    assert why_not is not None
    assert "https://www.w3.org/2018/credentials/v1" in why_not


# -- judged again ---------------------------------------------------------------------------------------------


def test_one_that_was_taken_back_is_carried_no_more_and_the_change_has_an_entry(desk, board, about):
    taken = take(desk, about, board.json(about, pin=pin_of(desk, about)))
    accept(desk, taken)

    note(desk, taken, Verdict.REVOKED)

    assert carried(desk, about).documents == ()
    entry = desk.audit_log()[-1]
    assert (entry.action, entry.facts) == ("endorsement.judged", {"was": "good", "is": "revoked"})


def test_what_cannot_be_told_is_not_carried_until_it_can(desk, board, about):
    taken = take(desk, about, board.json(about, pin=pin_of(desk, about)))
    accept(desk, taken)

    note(desk, taken, Verdict.CANNOT_TELL)
    assert carried(desk, about).documents == ()
    note(desk, taken, Verdict.GOOD)
    assert len(carried(desk, about).documents) == 1


@pytest.mark.parametrize(
    ("judged_before", "is_due"),
    [
        ((Verdict.GOOD, 23), False),
        ((Verdict.GOOD, 24), True),
        ((Verdict.CANNOT_TELL, 1), True),
        ((Verdict.REVOKED, 2), False),
    ],
    ids=str,
)
def test_each_is_judged_once_a_day_and_sooner_where_something_was_out_of_reach(
    desk, board, about, judged_before, is_due
):
    verdict, hours = judged_before
    taken = take(desk, about, board.json(about, pin=pin_of(desk, about)))
    note(desk, taken, verdict)
    with desk.write() as session:
        session.execute(update(ReceivedEndorsement).values(judged_at=clock.now() - timedelta(hours=hours)))

    with desk.read() as session:
        assert bool(received_endorsements.due(session, limit=10)) is is_due


def test_one_that_was_removed_is_neither_shown_nor_judged(desk, board, about):
    taken = take(desk, about, board.json(about, pin=pin_of(desk, about)))
    accept(desk, taken)
    with desk.write() as session:
        received_endorsements.remove(session, received_endorsements.by_id(session, taken.id), actor=BY)
        session.execute(update(ReceivedEndorsement).values(judged_at=clock.now() - timedelta(days=3)))

    with desk.read() as session:
        assert received_endorsements.accepted(session, [about], at_most=5) == []
        assert received_endorsements.due(session, limit=10) == []


def test_what_was_said_of_a_badge_goes_with_the_person_who_is_erased(desk, board):
    award = desk.award()
    about = desk.office.addresses.badge(award.id)
    taken = take(desk, about, board.json(about, comment="Mira Holm is excellent."))
    accept(desk, taken)

    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, award.learner_id), actor=BY)

    with desk.read() as session:
        left = session.get_one(ReceivedEndorsement, taken.id)
        assert (left.document, left.comment) == (b"", "")
        with pytest.raises(Gone):
            received_endorsements.shown_by_id(session, taken.id)
