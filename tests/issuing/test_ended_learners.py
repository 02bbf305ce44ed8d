"""Who was merged or erased is nobody to whom something could be added."""

from __future__ import annotations

import pytest

from app.errors import InvalidInput, LearnerErased, ServiceError
from app.issuing import consent, erasure, identification, learners, merging
from app.issuing.identification import Via
from app.issuing.learners import Learner, LearnerEmail

from .arriving import NAMELESS, arrive, count, fact, learner_of

ENDED = [("merged", InvalidInput), ("erased", LearnerErased)]


def ended(desk, how: str, learner: Learner) -> Learner:
    """The learner, merged into somebody or erased."""
    kept = desk.learner("kept@hospital.test")
    with desk.write() as session:
        gone = session.get_one(Learner, learner.id)
        if how == "merged":
            merging.merge(session, desk.office, kept=session.get_one(Learner, kept.id), gone=gone, actor="cli")
        else:
            erasure.erase(session, desk.office, gone, actor="cli")
    return learner


def give(desk, learner: Learner, *, via: Via) -> None:
    """Somebody says an address of the learner."""
    with desk.write() as session:
        person = session.get_one(Learner, learner.id)
        identification.give_address(session, desk.office, person, "new@home.test", via=via, actor="cli")


def name(desk, learner: Learner) -> None:
    """Somebody says a name of the learner."""
    with desk.write() as session:
        consent.change(session, desk.office, session.get_one(Learner, learner.id), actor="cli", display_name="Bea")


@pytest.mark.parametrize(("how", "error"), ENDED, ids=["merged", "erased"])
def test_an_address_is_not_given_to_who_is_nobody_any_more(desk, how: str, error: type[ServiceError]):
    gone = ended(desk, how, desk.learner("gone@hospital.test"))
    before = count(desk, LearnerEmail)

    with pytest.raises(error):
        give(desk, gone, via=Via.STAFF)

    assert count(desk, LearnerEmail) == before


@pytest.mark.parametrize(("how", "error"), ENDED, ids=["merged", "erased"])
def test_a_claim_that_comes_a_moment_too_late_gives_nobody_an_address(desk, how: str, error: type[ServiceError]):
    arrive(desk, desk.source(), fact(learner=NAMELESS))
    gone = ended(desk, how, learner_of(desk))

    with pytest.raises(error):
        give(desk, gone, via=Via.CLAIM)

    with desk.read() as session:
        assert learners.find_by_email(session, desk.issuer, "new@home.test") is None


@pytest.mark.parametrize(("how", "error"), ENDED, ids=["merged", "erased"])
def test_no_name_is_given_to_who_is_nobody_any_more(desk, how: str, error: type[ServiceError]):
    gone = ended(desk, how, desk.learner("gone@hospital.test"))

    with pytest.raises(error):
        name(desk, gone)

    with desk.read() as session:
        assert session.get_one(Learner, gone.id).display_name != "Bea"
