"""From pending to known: by staff, by a directory, by a source, by a claim link; and what waited is decided at once."""

from __future__ import annotations

import pytest

from app.errors import InvalidInput, LearnerUnclear
from app.issuing import identification, learners, sources
from app.issuing.completions import Completion
from app.issuing.identification import Via
from app.issuing.learners import Learner, LearnerState

from .arriving import (
    ACTIVITY,
    ANA,
    NAMELESS,
    actions,
    arrive,
    awards,
    count,
    delivery,
    fact,
    learner_of,
    mails,
    standing,
)


@pytest.fixture
def source(desk):
    """A source whose activity earns a badge."""
    return desk.source(earns={ACTIVITY: desk.achievement()})


def give(desk, learner: Learner, email: str = "ana@hospital.test", **more) -> Learner:
    with desk.write() as session:
        held = session.get_one(Learner, learner.id)
        return identification.give_address(session, desk.office, held, email, via=Via.STAFF, actor="cli", **more)


def test_no_email_means_that_the_completion_waits_for_a_person_who_has_a_name_in_the_source(desk, source):
    arrive(desk, source, fact(learner=NAMELESS))

    learner = learner_of(desk)
    assert (learner.state, awards(desk), mails(desk)) == ("pending", [], [])
    with desk.read() as session:
        assert identification.waiting_for(session, [learner.id]) == {learner.id: 1}
        assert session.query(Completion).one().learner_id == learner.id


def test_an_address_makes_somebody_known_and_everything_that_waited_is_decided_at_once(desk, source):
    arrive(desk, source, fact(learner=NAMELESS))
    arrive(desk, source, fact("evt-2", learner=NAMELESS, activity={"id": "other"}), key="msg-2")

    known = give(desk, learner_of(desk), display_name="Ana Ortiz")

    assert (known.state, known.display_name) == ("known", "Ana Ortiz")
    assert [(award.learner_id) for award in awards(desk)] == [known.id]
    assert (standing(desk), standing(desk, "msg-2")) == ("processed", "unmapped")
    assert [message.payload["to"] for message in mails(desk)] == ["ana@hospital.test"]
    assert actions(desk).count("learner.address-given") == 1


def test_an_address_that_the_source_sends_later_does_the_same(desk, source):
    arrive(desk, source, fact(learner=NAMELESS))

    arrive(desk, source, fact("evt-2", activity={"id": "other"}), key="msg-2")

    assert len(awards(desk)) == 1
    assert standing(desk) == "processed"


def test_within_one_delivery_a_later_item_says_who_an_earlier_one_named(desk, source):
    answer = arrive(desk, source, fact(learner=NAMELESS), fact("evt-2", activity={"id": "other"}))

    assert [item["outcome"] for item in answer["items"]] == ["awarded", "parked"]
    assert [item["index"] for item in answer["items"]] == [0, 1]
    assert standing(desk) == "unmapped"


def test_the_address_of_a_learner_makes_somebody_pending_one_with_that_learner(desk, source):
    ana = desk.learner("ana@hospital.test")
    arrive(desk, source, fact(learner=NAMELESS))

    assert give(desk, learner_of(desk)).id == ana.id
    assert learner_of(desk).id == ana.id
    assert [award.learner_id for award in awards(desk)] == [ana.id]


def test_a_shared_mailbox_is_not_given_to_a_second_person_of_one_system(desk, source):
    arrive(desk, source, fact())
    arrive(desk, source, fact("evt-2", learner={"id": "8"}), key="msg-2")

    with pytest.raises(LearnerUnclear):
        give(desk, learner_of(desk, "8"))
    assert standing(desk, "msg-2") == "unknown-person"


@pytest.mark.parametrize("email", ["noemail@hospital.test", "ana@localhost", "[TEST] ana@x.example", "ana"])
def test_a_placeholder_is_no_address_that_staff_could_give(desk, source, email):
    arrive(desk, source, fact(learner=NAMELESS))

    with pytest.raises(InvalidInput):
        give(desk, learner_of(desk), email)


def test_an_email_change_awards_nothing_again_mails_nothing_and_breaks_no_link(desk, source):
    arrive(desk, source, fact())
    (award,), (mail,) = awards(desk), mails(desk)

    arrive(desk, source, fact("evt-2", learner={**ANA, "email": "ana.ortiz@hospital.test", "name": "Ana O."}), key="2")
    give(desk, learner_of(desk), "ana@home.test")

    assert [(each.id, each.revision, each.state) for each in awards(desk)] == [(award.id, 1, "issued")]
    assert [each.id for each in mails(desk)] == [mail.id]


def test_aliases_are_one_person_and_each_of_them_finds_the_person(desk, source):
    arrive(desk, source, fact())
    give(desk, learner_of(desk), "ana@home.test")

    assert desk.learner("ANA@home.test").id == desk.learner("ana@hospital.test").id == learner_of(desk).id


def test_an_address_of_another_learner_is_refused_to_somebody_known(desk):
    ana, bo = desk.learner("ana@hospital.test"), desk.learner("bo@hospital.test")

    with pytest.raises(LearnerUnclear) as unclear:
        give(desk, ana, "bo@hospital.test")
    assert unclear.value.facts["learner_id"] == bo.id


def test_somebody_pending_is_assigned_to_a_learner_who_is_known(desk, source):
    ana = desk.learner("ana@hospital.test")
    arrive(desk, source, fact(learner=NAMELESS))

    with desk.write() as session:
        pending = session.get_one(Learner, learner_of(desk).id)
        identification.assign(session, desk.office, pending, to=session.get_one(Learner, ana.id), actor="cli")

    assert [award.learner_id for award in awards(desk)] == [ana.id]
    assert actions(desk).count("learner.assigned") == 1
    with desk.read() as session:
        gone = session.get_one(Learner, pending.id)
        assert (gone.state, gone.merged_into_id) == (LearnerState.MERGED, ana.id)


def test_nobody_is_assigned_to_somebody_pending(desk, source):
    arrive(desk, source, fact(learner=NAMELESS))
    arrive(desk, source, fact("evt-2", learner={"id": "8"}), key="msg-2")

    with desk.write() as session, pytest.raises(InvalidInput):
        identification.assign(
            session,
            desk.office,
            session.get_one(Learner, learner_of(desk).id),
            to=session.get_one(Learner, learner_of(desk, "8").id),
            actor="cli",
        )


def test_test_users_and_previews_leave_no_learner_and_no_award(desk, source):
    for number, learner in enumerate(({**ANA, "email": "[TEST] ana@x.example"}, {**ANA, "name": "[TEST] Ana"})):
        arrive(desk, source, fact(f"evt-{number}", learner=learner), key=f"msg-{number}")

    assert (awards(desk), count(desk, Learner)) == ([], 0)
    assert standing(desk, "msg-0") == standing(desk, "msg-1") == "test"


def test_a_placeholder_address_of_a_source_makes_somebody_pending_and_no_award(desk, source):
    arrive(desk, source, fact(learner={**ANA, "email": "noemail@hospital.test"}))

    assert (learner_of(desk).state, awards(desk), standing(desk)) == ("pending", [], "unknown-person")


def test_more_than_a_request_may_decide_is_left_to_the_worker(desk, source):
    for number in range(3):
        item = fact(f"evt-{number}", learner=NAMELESS, activity={"id": f"other-{number}"})
        arrive(desk, source, item, key=f"msg-{number}")
    object.__setattr__(desk.office, "max_items_in_request", 1)

    give(desk, learner_of(desk))

    states = [delivery(desk, f"msg-{number}").state for number in range(3)]
    assert (states.count("replaying"), states.count("processed")) == (2, 1)


def test_a_source_is_asked_for_who_is_pending_and_not_again_for_a_day(desk, source):
    arrive(desk, source, fact(learner=NAMELESS))
    with desk.write() as session:
        (question,) = identification.questions(session, ["generic"], limit=9)
        identification.note_asked(session, question, at=identification.clock.now())

    assert (question.learner_id, question.identity) == (learner_of(desk).id, "7")
    with desk.read() as session:
        assert identification.questions(session, ["generic"], limit=9) == []
        assert identification.questions(session, ["canvas"], limit=9) == []
        assert sources.by_id(session, question.source_id).type == question.source_type
        assert learners.is_pending(session.get_one(Learner, question.learner_id))
