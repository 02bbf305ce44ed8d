"""What comes before a badge: no award waits for it, and what is missing on its day is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.issuing import by_hand
from app.issuing.awards import Award
from app.issuing.definitions import Kind
from app.issuing.learners import Learner
from app.issuing.stacks import prerequisites
from tests.issuing.stacks.conftest import EMAIL, Academy


@pytest.fixture
def stepped(academy: Academy) -> Academy:
    """Advanced life support, before which basic life support and one of two more come."""
    asked = {"all_of": [{"credential": "bls"}, {"any_of": [{"credential": "vit"}, {"credential": "ecg"}]}]}
    academy.achievements["als"] = academy.desk.achievement("als", name="ALS", abbreviation="ALS", prerequisites=asked)
    return academy


def phrases(academy: Academy, award: Award) -> tuple[str, ...]:
    with academy.desk.read() as session:
        learner = session.get_one(Learner, award.learner_id)
        found = prerequisites.lacking(session, learner, award.achievement_id, award.awarded_at)
    return () if found is None else found.phrases


def test_a_badge_is_awarded_without_what_comes_before_and_each_thing_is_named(stepped: Academy):
    award = stepped.award("als")

    assert award.state == "issued"
    assert phrases(stepped, award) == ("BLS is missing", "VIT is missing", "ECG is missing")


def test_nothing_is_told_where_it_was_there_on_the_day_and_where_nothing_is_asked(stepped: Academy):
    stepped.award("bls")
    stepped.award("ecg")

    assert phrases(stepped, stepped.award("als")) == ()
    assert phrases(stepped, stepped.award("vit")) == ()


def test_what_was_revoked_or_came_later_was_not_there(stepped: Academy):
    stepped.revoke(stepped.award("bls"))
    award = stepped.award("als", at=clock.now() - timedelta(days=3))
    stepped.award("ecg")

    assert phrases(stepped, award) == (
        "BLS was revoked",
        "VIT is missing",
        f"ECG begins on {clock.now():%-d %B %Y}",
    )


def test_an_equivalence_counts_if_it_holds_everywhere(stepped: Academy):
    stepped.award("vit")
    stepped.award("ipc")
    stepped.define(Kind.EQUIVALENCE, "eq-ipc", source="ipc", target="bls", approved_by="Board")

    assert phrases(stepped, stepped.award("als")) == ()


def test_who_awards_by_hand_is_told_before(stepped: Academy):
    stated = by_hand.Stated(achievement_id=stepped.achievements["als"].id, awarded_at=clock.now(), email=EMAIL)
    with stepped.desk.write() as session:
        foreseen = by_hand.foresee(session, stepped.desk.office, stepped.desk.issuer, stated)

    assert foreseen.lacking is not None
    assert foreseen.lacking.phrases[0] == "BLS is missing"
