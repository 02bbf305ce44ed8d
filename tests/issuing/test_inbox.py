"""How deliveries stand for people, how they are found, and how they are gone through once more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.errors import DeliveryConflict
from app.issuing import inbox, sources
from app.issuing.inbox import Received, Standing, Wanted
from app.lms.base import Authenticated

from .arriving import ACTIVITY, ANA, NAMELESS, actions, arrive, awards, delivery, fact, only, standing


@pytest.fixture
def source(desk):
    """A source whose activity earns a badge."""
    return desk.source(earns={ACTIVITY: desk.achievement()})


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([fact()], Standing.PROCESSED),
        ([fact(learner=NAMELESS)], Standing.UNKNOWN_PERSON),
        ([fact(activity={"id": "other"})], Standing.UNMAPPED),
        ([{"event": "completed"}], Standing.UNPARSEABLE),
        ([fact(learner={**ANA, "email": "[TEST] ana@x.example"})], Standing.TEST),
        ([], Standing.IGNORED),
        ([fact(), fact("evt-2", activity={"id": "other"}), {"event": "completed"}], Standing.UNPARSEABLE),
    ],
    ids=["earned", "nameless", "unmapped", "unreadable", "test user", "nothing", "of all kinds"],
)
def test_a_delivery_stands_as_the_most_urgent_of_its_items(desk, source, items, expected):
    arrive(desk, source, *items)

    assert standing(desk) == expected


def test_a_body_that_cannot_be_read_at_all_is_kept_and_unparseable(desk, source):
    arrive(desk, source, payload=b"{broken")

    assert standing(desk) == Standing.UNPARSEABLE


def test_a_shared_mailbox_waits_for_review(desk, source):
    arrive(desk, source, fact())
    arrive(desk, source, fact("evt-2", learner={**ANA, "id": "8"}), key="msg-2")

    assert standing(desk, "msg-2") == Standing.NEEDS_REVIEW


def test_an_achievement_that_is_not_published_waits_for_review(desk):
    arrive(desk, desk.source(earns={ACTIVITY: desk.draft()}), fact())

    assert standing(desk) == Standing.NEEDS_REVIEW


def test_a_fact_that_came_with_an_earlier_delivery_makes_a_duplicate(desk, source):
    first = only(arrive(desk, source, fact()))
    second = only(arrive(desk, source, fact(), key="msg-2"))

    assert (second["completion"], second["repeated"]) == (first["completion"], True)
    assert (standing(desk), standing(desk, "msg-2")) == (Standing.PROCESSED, Standing.DUPLICATE)


def test_the_same_delivery_again_is_counted_and_answered_as_the_first(desk, source):
    first = arrive(desk, source, fact())

    assert arrive(desk, source, fact()) == first
    assert delivery(desk).repeat_count == 1


def test_the_same_id_with_another_body_is_a_conflict_and_the_first_stands(desk, source):
    first = arrive(desk, source, fact())

    with pytest.raises(DeliveryConflict) as conflict:
        arrive(desk, source, fact("evt-2"))
    with desk.write() as session:
        inbox.count_conflict(session, conflict.value.facts["delivery"])

    assert delivery(desk).conflict_count == 1
    assert delivery(desk).answer == first
    with desk.read() as session:
        assert inbox.counts(session, desk.issuer.id, Wanted(conflicting=True)) == {"processed": 1}


def test_a_delivery_that_failed_on_the_way_is_failed_until_the_worker_has_it(desk, source):
    received = Received(Authenticated("msg-1", b"{}", "bearer", "0"), {}, b"{}")
    with desk.write() as session:
        inbox.store(session, desk.office, sources.by_id(session, source.id), received)
        (leased,) = inbox.lease(session, limit=1, lease_seconds=60)
    with desk.write() as session:
        inbox.mark_failed(session, leased, error="Fault")

    assert standing(desk) == Standing.FAILED


def test_what_was_worked_through_meanwhile_has_not_failed(desk, source):
    arrive(desk, source, fact())
    with desk.write() as session:
        inbox.mark_failed(session, delivery(desk), error="Fault")

    assert standing(desk) == Standing.PROCESSED


def found(desk, **wanted) -> set[str]:
    with desk.read() as session:
        rows = session.scalars(inbox.query_of(desk.issuer.id, Wanted(**wanted)))
        return {row.delivery_key for row in rows}


def test_deliveries_are_found_by_each_of_their_traits(desk, source):
    arrive(desk, source, fact(), key="good")
    arrive(desk, source, fact("evt-2", activity={"id": "other"}), key="unmapped")
    learner = awards(desk)[0].learner_id
    later = clock.now() + timedelta(hours=1)

    assert found(desk) == found(desk, source_id=source.id) == found(desk, until=later) == {"good", "unmapped"}
    assert found(desk, standings=(Standing.UNMAPPED,)) == found(desk, activity_id="other") == {"unmapped"}
    assert found(desk, reason="unmapped-activity") == found(desk, key="unmapped") == {"unmapped"}
    assert found(desk, since=later) == found(desk, source_id="another") == found(desk, conflicting=True) == set()
    assert found(desk, learner_id=learner, activity_id=ACTIVITY) == {"good"}


def test_another_issuer_s_deliveries_are_not_found(desk, source):
    arrive(desk, source, fact())

    assert found(desk.another_issuer()) == set()


def test_a_replay_of_many_is_counted_first_and_left_to_the_worker(desk, source):
    for number in range(3):
        item = fact(
            f"evt-{number}",
            activity={"id": "other"},
            learner={**ANA, "id": str(number), "email": f"p{number}@x.example"},
        )
        arrive(desk, source, item, key=f"msg-{number}")
    arrive(desk, source, fact("evt-9"), key="good")
    with desk.write() as session:
        counted = inbox.would_replay(session, desk.issuer.id, Wanted(standings=(Standing.UNMAPPED,)))
        queued = inbox.replay_all(session, desk.issuer.id, Wanted(standings=(Standing.UNMAPPED,)), actor="cli")

    assert counted == queued == {"unmapped": 3}
    with desk.read() as session:
        assert inbox.still_replaying(session, desk.issuer.id) == 3
    assert actions(desk).count("deliveries.replayed") == 1


def test_what_is_gone_through_once_more_waits_behind_what_came_first(desk, source):
    arrive(desk, source, fact(activity={"id": "other"}), key="old")
    with desk.write() as session:
        inbox.replay_all(session, desk.issuer.id, Wanted(), actor="cli")
    received = inbox.Received(Authenticated("new", b"{}", "bearer", "0"), {}, b"{}")
    with desk.write() as session:
        inbox.store(session, desk.office, source, received)

    with desk.write() as session:
        taken = inbox.lease(session, limit=5, lease_seconds=60)

    assert [each.delivery_key for each in taken] == ["new", "old"]


def test_an_item_tells_how_it_stands_now_and_the_answer_how_it_stood_then(desk):
    source, achievement = desk.source(), desk.achievement()
    arrive(desk, source, fact())
    with desk.write() as session:
        inbox.map_and_decide(session, desk.office, source, activity_id=ACTIVITY, achievement=achievement, actor="cli")

    with desk.read() as session:
        now = inbox.items_of(session, delivery(desk))
    assert [item["outcome"] for item in now] == ["awarded"]
    assert [item["outcome"] for item in delivery(desk).answer["items"]] == ["parked"]


# -- what lists show ---------------------------------------------------------------------------------------------


def test_a_delivery_is_found_by_one_text_whatever_that_names(desk, source):
    arrive(desk, source, fact(), key="good")
    arrive(
        desk, source, fact("evt-2", learner={"id": "8"}, activity={"id": "wound-2", "name": "Wound care 50%"}), key="b"
    )
    learner, own = awards(desk)[0].learner_id, delivery(desk, "good").id

    for text in ("ANA@hospital.test", "ana or", "7", "bls", "life SUPPORT", learner, "good", own):
        assert found(desk, text=text) == {"good"}, text
    assert found(desk, text="50%") == found(desk, text="8") == {"b"}
    assert found(desk, text="%") == {"b"}  # a sign like any other
    assert found(desk, text="a%r") == found(desk, text="nobody@hospital.test") == set()


def test_what_a_delivery_brought_is_summed_up_by_its_first_fact(desk, source):
    arrive(desk, source, {"event": "ping"}, fact(), fact("evt-2", activity={"id": "other"}))
    arrive(desk, source, payload=b"{broken", key="msg-2")
    ids = [delivery(desk).id, delivery(desk, "msg-2").id]

    with desk.read() as session:
        told = inbox.summaries(session, ids)

    assert set(told) == {ids[0]}
    assert (told[ids[0]].facts, told[ids[0]].activity_id, told[ids[0]].learner_name) == (2, ACTIVITY, "Ana Ortiz")


def test_traffic_counts_what_came_lately_by_source(desk, source):
    other = desk.source()
    arrive(desk, source, fact(), fact("evt-2", activity={"id": "x"}), fact("evt-3", activity={"id": "x"}))
    arrive(desk, source, payload=b"{broken", key="msg-2")
    now = clock.now()

    with desk.read() as session:
        lately = inbox.traffic(session, desk.issuer.id, since=now - timedelta(days=7))
        later = inbox.traffic(session, desk.issuer.id, since=now + timedelta(hours=1))
        elsewhere = inbox.traffic(session, "another", since=now)

    mine = lately[source.id]
    assert (mine.deliveries, mine.failures, mine.unmapped, mine.last_at is None) == (2, 1, 1, False)
    assert (later[source.id].deliveries, later[source.id].unmapped, later[source.id].last_at) == (0, 1, None)
    assert other.id not in lately
    assert elsewhere == {}
