"""What is stored about a person tells of runs that put many people on a pathway, until the person is erased."""

from __future__ import annotations

from app.issuing import erasure, pathways, stored_about
from app.issuing.accounts import people
from app.issuing.learners import Learner
from app.issuing.stacks import MassEnrolmentPerson, mass_enrolling
from tests.issuing.stacks.conftest import ACTOR, Academy

WHY = "P0 has not begun what comes before"


def test_why_somebody_was_left_out_is_told_to_them_and_goes_with_them(academy: Academy):
    academy.pathway()
    desk = academy.desk
    learner = desk.learner("p0@hospital.test")
    with desk.write() as session:
        row = pathways.by_slug(session, desk.issuer, "ladder")
        run = mass_enrolling.start(session, row, [learner.id], actor=ACTOR)
        person = session.get_one(MassEnrolmentPerson, (run.id, learner.id))
        person.outcome, person.detail = "refused", WHY
        account = people.of_confirmed_address(session, "p0@hospital.test")

    with desk.read() as session:
        told = stored_about.of_account(session, desk.office, account)
    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, learner.id), actor=ACTOR)

    assert WHY in str(told)
    with desk.read() as session:
        assert session.get(MassEnrolmentPerson, (run.id, learner.id)) is None
