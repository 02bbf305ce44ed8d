"""Requests for endorsements: to whom, of what, by which link, and how each can end. Once, and then it is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from app import clock
from app.errors import AlreadyDecided, AlreadyExists, Gone, InvalidInput, NotFound
from app.issuing import achievements, endorsement_requests, erasure, pins, verification
from app.issuing.endorsement_requests import Asked, EndorsementRequest, NewRequest, RequestState
from app.issuing.endorsements import Statement
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.issuing.received_endorsements import Judged
from tests.endorsers import endorser

BY = "test"
EMAIL = "registrar@board.test"


@pytest.fixture
def board(desk: Any) -> Any:
    return desk.another_issuer("board")


@pytest.fixture
def about(desk: Any) -> str:
    return str(desk.office.addresses.achievement_version(desk.achievement("bls").id, 1))


def ask(desk: Any, about: str, **facts: Any) -> NewRequest:
    to = {} if "endorser" in facts else {"name": "Board of Nursing", "email": EMAIL}
    with desk.write() as session:
        asked = Asked(about, "Please look at our course.", **{**to, **facts})
        return endorsement_requests.ask(session, desk.office, desk.issuer, asked, actor=BY)


def token_of(made: NewRequest) -> str:
    assert made.url is not None
    return made.url.rpartition("/")[2]


def answer(desk: Any, made: NewRequest, document: bytes) -> None:
    with desk.write() as session:
        judged = Judged(document, verification.judge(session, desk.office, document))
        request = endorsement_requests.by_token(session, token_of(made))
        endorsement_requests.hand_in(session, desk.office, request, judged)


def state_of(desk: Any, made: NewRequest) -> RequestState:
    with desk.read() as session:
        found = session.get_one(EndorsementRequest, made.request.id)
        return endorsement_requests.state_of(found, now=clock.now())


def mails(desk: Any) -> list[OutboxMessage]:
    with desk.read() as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.event.startswith("endorsement."))))


def pass_time(desk: Any) -> None:
    """As if every request had been made long ago."""
    with desk.write() as session:
        session.execute(update(EndorsementRequest).values(expires_at=clock.now() - timedelta(seconds=1)))


def test_an_organisation_elsewhere_gets_a_link_of_which_only_the_digest_is_kept(desk, about):
    made = ask(desk, about)

    (mail,) = mails(desk)
    assert mail.payload["to"] == EMAIL
    assert token_of(made) in mail.payload["text"]
    assert token_of(made) not in repr(vars(made.request))
    assert made.request.label == "Basic Life Support (BLS), version 1"
    assert [entry.action for entry in desk.audit_log()][-1] == "endorsement-request.made"


def test_a_request_for_a_version_names_its_digest_and_a_new_version_has_another(desk, about):
    first = ask(desk, about).request
    achievement_id = about.rpartition("/")[0].rpartition("/")[2]
    with desk.write() as session:
        achievement = achievements.by_id(session, achievement_id)
        facts = achievements.current_facts(session, achievement).model_copy(update={"description": "Something else."})
        achievements.change(session, achievement, facts=facts, actor=BY)
        achievements.publish(session, desk.office, achievement, actor=BY)

    second = ask(desk, about.replace("/v1", "/v2")).request

    assert first.sha256 != second.sha256
    assert second.label.endswith("version 2")


@pytest.mark.parametrize("thing", ["issuer", "award"])
def test_the_issuer_and_an_award_can_be_asked_for_as_well(desk, thing):
    ours = desk.office.addresses
    about = ours.did(desk.issuer.slug) if thing == "issuer" else ours.badge(desk.award().id)

    assert ask(desk, about).request.about == about


def test_nobody_asks_for_what_is_anothers(desk, board):
    for strange in (desk.office.addresses.did(board.issuer.slug), "https://elsewhere.example/achievements/1"):
        with pytest.raises(InvalidInput, match="your own"):
            ask(desk, strange)


@pytest.mark.parametrize(
    ("to", "match"),
    [
        ({"name": "Board", "email": "nobody"}, "e-mail address"),
        ({"name": " ", "email": EMAIL}, "which organisation"),
        ({"days": 0}, "days"),
        ({"days": 181}, "days"),
    ],
)
def test_a_request_to_nobody_or_for_ever_is_refused(desk, about, to, match):
    with pytest.raises(InvalidInput, match=match):
        ask(desk, about, **to)


def test_the_same_is_asked_of_the_same_once_until_that_is_over(desk, about):
    first = ask(desk, about)
    with pytest.raises(AlreadyExists):
        ask(desk, about, email=EMAIL.upper())

    pass_time(desk)
    second = ask(desk, about)

    assert (state_of(desk, first), state_of(desk, second)) == (RequestState.EXPIRED, RequestState.REQUESTED)


def test_one_address_is_not_filled_with_requests(desk):
    abouts = [str(desk.office.addresses.achievement_version(desk.achievement().id, 1)) for _ in range(4)]
    for about in abouts[:3]:
        ask(desk, about)

    with pytest.raises(InvalidInput, match="one address"):
        ask(desk, abouts[3])


def test_asking_and_withdrawing_again_and_again_sends_no_flood_of_mails(desk, about):
    for _ in range(3):
        made = ask(desk, about)
        with desk.write() as session:
            request = endorsement_requests.by_id(session, made.request.id, issuer=desk.issuer)
            endorsement_requests.withdraw(session, request, actor=BY)

    with pytest.raises(InvalidInput, match="one address"):
        ask(desk, about)

    assert len(mails(desk)) == 3


def test_an_answer_is_kept_and_the_link_works_once(desk, about):
    made, signs = ask(desk, about), endorser()
    with desk.read() as session:
        document = signs.json(about, pin=pins.pin_of(session, desk.office, about))

    answer(desk, made, document)

    assert state_of(desk, made) is RequestState.SIGNED
    with desk.read() as session, pytest.raises(Gone, match="works once"):
        endorsement_requests.by_token(session, token_of(made))


def test_a_forged_answer_leaves_the_request_open(desk, about):
    made, signs = ask(desk, about), endorser()
    with desk.read() as session:
        document = signs.json(about, pin=pins.pin_of(session, desk.office, about))

    with pytest.raises(InvalidInput):
        answer(desk, made, document.replace(b"2026**", b"2027**"))

    assert state_of(desk, made) is RequestState.REQUESTED


@pytest.mark.parametrize("token", ["", "x" * 43, "../../etc/passwd", "\udcff"])
def test_a_link_that_is_none_opens_nothing(desk, about, token):
    ask(desk, about)

    with desk.read() as session, pytest.raises(NotFound):
        endorsement_requests.by_token(session, token)


def test_a_link_ends_with_its_request(desk, about):
    made = ask(desk, about)
    pass_time(desk)

    with desk.read() as session, pytest.raises(Gone, match="has ended"):
        endorsement_requests.by_token(session, token_of(made))


def test_an_issuer_here_signs_with_its_own_key_and_says_which_content_it_means(desk, board, about):
    made = ask(desk, about, endorser=board.issuer)
    with board.write() as session:
        request = endorsement_requests.asked_by_id(session, made.request.id, endorser=board.issuer)
        said = Statement(request.about, "Good.")
        signed = endorsement_requests.sign(session, board.office, board.issuer, request, said, actor=BY)

    with desk.read() as session:
        report = verification.judge(session, desk.office, signed.json)
        pin = pins.pin_of(session, desk.office, about)
    assert made.url is None
    assert report.is_good
    assert report.document["relatedResource"][0]["digestSRI"] == pin.digest_sri
    assert state_of(desk, made) is RequestState.SIGNED


def test_only_who_is_asked_sees_the_request(desk, board, about):
    made = ask(desk, about, endorser=board.issuer)

    with desk.read() as session, pytest.raises(NotFound):
        endorsement_requests.asked_by_id(session, made.request.id, endorser=desk.issuer)
    with desk.read() as session, pytest.raises(NotFound):
        endorsement_requests.by_id(session, made.request.id, issuer=board.issuer)


@pytest.mark.parametrize("way", ["decline", "withdraw"])
def test_a_request_ends_once(desk, about, way):
    made = ask(desk, about)

    def end() -> None:
        with desk.write() as session:
            request = endorsement_requests.by_id(session, made.request.id, issuer=desk.issuer)
            if way == "decline":
                endorsement_requests.decline(session, request, reason="Not our field.", actor=BY)
            else:
                endorsement_requests.withdraw(session, request, actor=BY)

    end()
    with pytest.raises(AlreadyDecided):
        end()

    assert state_of(desk, made) == {"decline": "declined", "withdraw": "withdrawn"}[way]
    assert [entry.action for entry in desk.audit_log()].count(f"endorsement-request.{state_of(desk, made)}") == 1


# -- forgotten ------------------------------------------------------------------------------------------------


def forget(desk: Any, *, days: int) -> None:
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False), desk.write() as session:
        endorsement_requests.forget_old(session)


def words_of(desk: Any, made: NewRequest) -> tuple[str | None, ...]:
    with desk.read() as session:
        found = session.get_one(EndorsementRequest, made.request.id)
        return found.recipient, found.recipient_name, found.recipient_email, found.message, found.reason


def test_whom_outside_a_request_went_to_is_forgotten_ninety_days_after_it_was_over(desk, about):
    other = str(desk.office.addresses.did(desk.issuer.slug))
    made, unanswered = ask(desk, about), ask(desk, other)
    with desk.write() as session:
        request = endorsement_requests.by_token(session, token_of(made))
        endorsement_requests.decline(session, request, reason="Call me: 555", actor="request")

    forget(desk, days=89)
    assert words_of(desk, made)[2:] == (EMAIL, "Please look at our course.", "Call me: 555")
    forget(desk, days=91)
    assert words_of(desk, made) == ("", "", None, "", None)
    assert words_of(desk, unanswered)[2] == EMAIL
    forget(desk, days=151)
    forget(desk, days=152)
    assert words_of(desk, unanswered) == ("", "", None, "", None)
    assert state_of(desk, made) is RequestState.DECLINED


def test_an_issuer_here_stays_named_in_a_request_whose_words_are_forgotten(desk, board, about):
    made = ask(desk, about, endorser=board.issuer)

    forget(desk, days=200)

    recipient, name, _, message, _ = words_of(desk, made)
    assert (recipient, name, message) == (board.issuer.id, board.issuer.name, "")


def test_who_declines_has_an_entry_of_their_own_and_the_asker_reads_no_account_of_theirs(desk, board, about):
    made = ask(desk, about, endorser=board.issuer)
    with desk.write() as session:
        request = endorsement_requests.asked_by_id(session, made.request.id, endorser=board.issuer)
        endorsement_requests.decline(session, request, reason="No time", actor="account:ofboard")

    asker, endorser_ = desk.audit_log()[-1], board.audit_log()[-1]
    assert (asker.action, asker.actor) == ("endorsement-request.declined", f"request:{made.request.id}")
    assert (endorser_.action, endorser_.actor) == ("endorsement-request.declined", "account:ofboard")
    assert (asker.object_id, endorser_.object_id) == (made.request.id, made.request.id)


def test_nothing_is_asked_or_said_of_a_badge_whose_holder_is_erased(desk):
    award = desk.award()
    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, award.learner_id), actor=BY)

    with pytest.raises(NotFound):
        ask(desk, desk.office.addresses.badge(award.id))
