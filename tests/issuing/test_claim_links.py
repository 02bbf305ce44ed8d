"""Claim links: used once, for some days, by whoever confirms an address; looking changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.errors import Gone, InvalidInput, LearnerUnclear, NotFound, RateLimited
from app.issuing import claim_links, mail, outbox
from app.issuing.learners import ClaimLink, Learner
from app.issuing.mail import MailLimits

from .arriving import ACTIVITY, NAMELESS, actions, arrive, awards, fact, learner_of, mails


@pytest.fixture
def pending(desk) -> Learner:
    """Somebody whom a source named, with a completion that waits."""
    arrive(desk, desk.source(earns={ACTIVITY: desk.achievement()}), fact(learner=NAMELESS))
    return learner_of(desk)


def make(desk, learner: Learner, **more) -> str:
    """The token of a new link."""
    with desk.write() as session:
        held = session.get_one(Learner, learner.id)
        made = claim_links.create(session, desk.office, held, actor="cli", **more)
    return made.url.rpartition("/")[2]


def state(desk, token: str, email: str = "ana@hospital.test") -> str:
    """The confirmation's token, out of the mail that went to the address."""
    with desk.write() as session:
        claim_links.state_address(session, desk.office, token, email)
    text = max(mails(desk), key=lambda mail: mail.event).payload["text"]
    return str(text.partition("/claim/confirm/")[2].split()[0])


def confirm(desk, confirmation: str) -> Learner:
    with desk.write() as session:
        return claim_links.confirm(session, desk.office, confirmation)


def look(desk, token: str) -> None:
    with desk.read() as session:
        claim_links.by_token(session, token)


def test_a_confirmed_address_makes_the_person_known_and_brings_the_badge(desk, pending):
    known = confirm(desk, state(desk, make(desk, pending)))

    assert (known.id, known.state) == (pending.id, "known")
    assert [award.learner_id for award in awards(desk)] == [pending.id]
    assert {message.event for message in mails(desk)} == {"claim.confirm:1", "award.issued"}
    assert [action for action in actions(desk) if action.startswith("learner.")] == [
        "learner.claim-link-made",
        "learner.address-given",
    ]


def test_looking_at_a_link_and_its_confirmation_changes_nothing(desk, pending):
    token = make(desk, pending)
    confirmation = state(desk, token)
    for _ in range(3):
        look(desk, token)
        with desk.read() as session:
            claim_links.by_confirmation(session, confirmation)

    assert confirm(desk, confirmation).state == "known"


def test_stating_an_address_alone_makes_nobody_known(desk, pending):
    state(desk, make(desk, pending))

    assert (learner_of(desk).state, awards(desk)) == ("pending", [])


def test_a_link_works_once(desk, pending):
    token = make(desk, pending)
    confirmation = state(desk, token)
    confirm(desk, confirmation)

    with pytest.raises(Gone):
        look(desk, token)
    with pytest.raises(Gone):
        confirm(desk, confirmation)


def test_a_link_ends_after_its_days(desk, pending):
    token = make(desk, pending, days=3)
    confirmation = state(desk, token)
    with desk.write() as session:
        link = session.scalars(select(ClaimLink)).one()
        assert link.expires_at - link.created_at == timedelta(days=3)
        session.execute(update(ClaimLink).values(expires_at=clock.now()))

    for use in (lambda: look(desk, token), lambda: state(desk, token), lambda: confirm(desk, confirmation)):
        with pytest.raises(Gone):
            use()


def test_a_new_link_ends_the_one_before(desk, pending):
    first = make(desk, pending)
    make(desk, pending)

    with pytest.raises(NotFound):
        look(desk, first)


def test_another_address_ends_the_confirmation_before(desk, pending):
    token = make(desk, pending)
    first = state(desk, token, "ana@hospital.test")
    second = state(desk, token, "ana@home.test")

    with pytest.raises(NotFound):
        confirm(desk, first)
    assert confirm(desk, second).state == "known"


def test_neither_token_is_stored_and_the_address_is_sealed(desk, pending):
    token = make(desk, pending)
    confirmation = state(desk, token)
    with desk.read() as session:
        link = session.scalars(select(ClaimLink)).one()
        kept = " ".join(str(getattr(link, column.name)) for column in ClaimLink.__table__.columns)

    assert [told for told in (token, confirmation, "ana@hospital.test") if told in kept] == []


def test_a_link_sends_no_more_than_five_mails(desk, pending):
    token = make(desk, pending)
    for _ in range(5):
        state(desk, token)

    with pytest.raises(RateLimited):
        state(desk, token)
    assert len(mails(desk)) == 5


@pytest.mark.parametrize("email", ["", "ana", "noemail@hospital.test", "[TEST] ana@x.example", "a\r\nBcc: b@x.example"])
def test_what_is_no_address_gets_no_mail(desk, pending, email):
    token = make(desk, pending)

    with pytest.raises(InvalidInput):
        state(desk, token, email)
    assert mails(desk) == []


def test_the_address_of_a_learner_makes_the_two_one(desk, pending):
    ana = desk.learner("ana@hospital.test")

    assert confirm(desk, state(desk, make(desk, pending))).id == ana.id


def test_a_mailbox_that_another_person_of_the_system_has_leaves_the_link_for_staff_to_look_at(desk, pending):
    arrive(desk, desk.source(), fact("evt-2", learner={"id": "8", "email": "ward3@hospital.test"}), key="msg-2")
    confirmation = state(desk, make(desk, pending), "ward3@hospital.test")

    with pytest.raises(LearnerUnclear):
        confirm(desk, confirmation)
    assert learner_of(desk).state == "pending"
    with desk.read() as session:
        claim_links.by_confirmation(session, confirmation)


def test_a_link_is_for_somebody_pending_and_not_for_ever(desk, pending):
    with pytest.raises(InvalidInput):
        make(desk, desk.learner("bo@hospital.test"))
    for days in (0, 91):
        with pytest.raises(InvalidInput):
            make(desk, pending, days=days)


@pytest.mark.parametrize("token", ["", "nonsense", "\x00", "é" * 300])
def test_no_other_token_opens_anything(desk, token):
    with pytest.raises(NotFound):
        look(desk, token)


def test_a_mail_to_confirm_an_address_goes_although_its_issuer_sent_as_many_mails_as_it_may(desk, pending):
    for _ in range(2):
        desk.award()
    state(desk, make(desk, pending))
    limits = MailLimits(per_person_day=100, per_issuer_hour=0)
    with desk.write() as session:  # the notices wait, and hold their queue
        taken = outbox.lease(session, limit=10, lease_seconds=60)
        gone = [one.event for one in mail.going_out(session, desk.office, taken, limits=limits)]
    state(desk, make(desk, pending))
    with desk.write() as session:
        taken = outbox.lease(session, limit=10, lease_seconds=60)
        gone += [one.event for one in mail.going_out(session, desk.office, taken, limits=limits)]

    assert gone == ["claim.confirm:1", "claim.confirm:1"]


def test_mails_to_confirm_addresses_wait_in_a_queue_of_their_issuer(desk, pending):
    other = desk.another_issuer()
    arrive(other, other.source(), fact(learner=NAMELESS))
    state(desk, make(desk, pending))
    state(other, make(other, learner_of(other)))

    queues = {message.queue: message.issuer_id for message in mails(desk)}
    assert sorted(queues.values()) == sorted([desk.issuer.id, other.issuer.id])
