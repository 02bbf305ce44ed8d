"""Activities that no rule names: listed with counts, mapped and decided in one step."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.errors import AlreadyExists
from app.issuing import inbox, sources
from app.issuing.inbox import Decided

from .arriving import ACTIVITY, ANA, actions, arrive, awards, delivery, fact, standing


def person(number: int) -> dict[str, str]:
    return {**ANA, "id": str(number), "email": f"p{number}@hospital.test"}


def map_it(desk, source, achievement, **more):
    with desk.write() as session:
        facts = {"activity_id": ACTIVITY, "achievement": achievement, "actor": "cli", **more}
        return inbox.map_and_decide(session, desk.office, sources.by_id(session, source.id), **facts)


def unmapped(desk, **which):
    with desk.read() as session:
        return inbox.unmapped(session, desk.issuer.id, **which)


def test_unmapped_activities_are_listed_with_how_many_wait_the_most_first(desk):
    source = desk.source()
    for number in range(3):
        arrive(desk, source, fact(f"evt-{number}", learner=person(number)), key=f"msg-{number}")
    arrive(desk, source, fact("evt-9", activity={"id": "acls"}), key="msg-9")

    found = [(each.source_id, each.activity_id, each.name, each.waiting) for each in unmapped(desk)]

    assert found == [(source.id, ACTIVITY, "Life support", 3), (source.id, "acls", None, 1)]
    assert [each.activity_id for each in unmapped(desk, limit=1)] == [ACTIVITY]
    assert unmapped(desk, source_id="another") == unmapped(desk.another_issuer()) == []


def test_one_step_maps_an_activity_and_awards_everybody_who_waited_for_it(desk):
    source, achievement = desk.source(), desk.achievement()
    for number in range(3):
        arrive(desk, source, fact(f"evt-{number}", learner=person(number)), key=f"msg-{number}")

    _, decided = map_it(desk, source, achievement)

    assert decided == Decided(now=3, queued=0)
    assert len(awards(desk)) == 3
    assert unmapped(desk) == []
    assert {standing(desk, f"msg-{number}") for number in range(3)} == {"processed"}
    assert [action for action in actions(desk) if action in {"rule.created", "source.allowed"}] == [
        "rule.created",
        "source.allowed",
    ]


def test_an_activity_of_the_same_name_at_another_source_goes_on_waiting(desk):
    source, other = desk.source(), desk.source()
    arrive(desk, source, fact())
    arrive(desk, other, fact("evt-2", learner=person(2)), key="msg-2")

    map_it(desk, source, desk.achievement())

    assert (len(awards(desk)), standing(desk, "msg-2")) == (1, "unmapped")


def test_a_minimum_score_of_the_new_rule_decides_what_waited(desk):
    source = desk.source()
    arrive(desk, source, fact(score={"value": 70, "unit": "percent"}))
    arrive(desk, source, fact("evt-2", learner=person(2), score={"value": 90, "unit": "percent"}), key="msg-2")

    map_it(desk, source, desk.achievement(), minimum_score=Decimal("0.8"))

    assert len(awards(desk)) == 1
    assert standing(desk) == standing(desk, "msg-2") == "processed"


def test_more_than_a_request_may_decide_is_left_to_the_worker(desk):
    source, achievement = desk.source(), desk.achievement()
    for number in range(3):
        arrive(desk, source, fact(f"evt-{number}", learner=person(number)), key=f"msg-{number}")
    object.__setattr__(desk.office, "max_items_in_request", 1)

    _, decided = map_it(desk, source, achievement)

    assert decided == Decided(now=1, queued=2)
    assert len(awards(desk)) == 1
    assert [delivery(desk, f"msg-{number}").state for number in range(3)].count("replaying") == 2


def test_an_activity_that_earns_the_achievement_already_is_refused_and_nothing_changes(desk):
    achievement = desk.achievement()
    source = desk.source(earns={ACTIVITY: achievement})

    with pytest.raises(AlreadyExists):
        map_it(desk, source, achievement)
