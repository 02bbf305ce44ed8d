"""Endorsements from elsewhere: taken when they are good and mean exactly this, kept as they came, judged again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import update

from app import clock
from app.credentials import model
from app.credentials.report import Report, Verdict
from app.errors import AlreadyExists, Gone, InvalidInput
from app.issuing import attached_endorsements, awards, endorsements, erasure, pins, received_endorsements, verification
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


def evidence(count: int, *, alike: int = 0) -> dict[str, Any]:
    """Items without an id; those that are `alike` can be told apart by nothing."""
    items = [f"item {number}" for number in range(count - alike)] + ["the same"] * alike
    return {"evidence": [{"type": ["Evidence"], "name": name} for name in items]}


def many_skills(desk: Any) -> Any:
    """An achievement with twelve alignments, and the id of its version."""
    skills = [{"name": f"Skill {n}", "url": f"https://skills.example.org/{n}", "level": 1} for n in range(12)]
    achievement = desk.achievement("bls", skills=skills)
    return achievement, str(desk.office.addresses.achievement_version(achievement.id, 1))


def endorsed(desk: Any, achievement: Any, **facts: Any) -> list[dict[str, Any]]:
    """The endorsements in a new badge, which verifies."""
    award = desk.award(achievement=achievement, **facts)
    with desk.read() as session:
        signed = awards.credential_of(session, award).json
        assert verification.judge(session, desk.office, signed).is_good
    return list(json.loads(signed).get("endorsement", []))


@pytest.mark.parametrize(
    ("more", "why_not"),
    [
        (evidence(186, alike=2), "at most 40 objects without an id"),
        (evidence(10, alike=2), "look alike"),
        ({"description": "x" * 16_384}, "at most 16384 bytes"),
    ],
    ids=["many", "alike", "large"],
)
def test_one_that_would_make_badges_large_or_slow_is_shown_and_not_carried(desk, board, more, why_not):
    achievement, about = many_skills(desk)
    taken = take(desk, about, board.json_with(about, more, pin=pin_of(desk, about)))
    accept(desk, taken)

    assert (taken.verdict, taken.is_carried) == (Verdict.GOOD, False)
    assert why_not in (taken.why_not or "")
    assert endorsed(desk, achievement) == []


def keep_as_if_tried(desk: Any) -> None:
    """As rows of before are: said to be carried, whatever is in them."""
    with desk.write() as session:
        session.execute(update(ReceivedEndorsement).values(is_carried=True, why_not=None))


def test_one_of_before_the_bounds_is_left_out_before_it_costs_time(desk, board):
    achievement, about = many_skills(desk)
    accept(desk, take(desk, about, board.json_with(about, evidence(186, alike=2), pin=pin_of(desk, about))))
    keep_as_if_tried(desk)

    assert carried(desk, about).documents == ()
    assert endorsed(desk, achievement) == []


def test_one_of_before_that_no_badge_can_have_in_it_costs_nobody_a_badge(desk, board):
    achievement, about = many_skills(desk)
    taken = take(desk, about, board.json(about, pin=pin_of(desk, about)))
    accept(desk, taken)
    keep_as_if_tried(desk)
    with desk.write() as session:
        session.execute(update(ReceivedEndorsement).values(document=taken.document.replace(b'"name"', b'"nome"')))

    with structlog.testing.capture_logs() as logged:
        assert endorsed(desk, achievement) == []

    assert [(each["event"], each["left_out"]) for each in logged] == [("badge without endorsements from elsewhere", 1)]


@pytest.mark.parametrize(("own_items", "carries"), [(0, 4), (60, 0)])
def test_four_small_ones_are_carried_together_until_the_badge_would_be_too_much_to_sign(
    desk, board, own_items, carries
):
    achievement, about = many_skills(desk)
    for number in range(4):
        more = evidence(34) | {"name": f"Endorsement {number}", "id": f"https://board.example/{number}"}
        accept(desk, take(desk, about, board.json_with(about, more, pin=pin_of(desk, about))))

    items = tuple(model.Evidence(name=f"Own item {number}") for number in range(own_items))

    assert len(carried(desk, about).documents) == 4
    assert len(endorsed(desk, achievement, evidence=items)) == carries


def test_what_was_signed_here_stays_where_one_from_elsewhere_is_left_out(desk, board):
    achievement, about = many_skills(desk)
    other = desk.another_issuer("board")
    with desk.write() as session:
        said = endorsements.Statement(about, "Ours.")
        made = endorsements.endorse(session, desk.office, other.issuer, said, actor=BY)
        endorsements.accept(session, desk.issuer, made, accepted=True, actor=BY)
    taken = take(desk, about, board.json(about, pin=pin_of(desk, about)))
    accept(desk, taken)
    with desk.write() as session:
        session.execute(update(ReceivedEndorsement).values(document=taken.document.replace(b'"name"', b'"nome"')))

    (left,) = endorsed(desk, achievement)

    assert left["credentialSubject"]["endorsementComment"] == "Ours."


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
