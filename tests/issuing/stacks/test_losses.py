"""A stack that loses a part is kept, suspended or revoked as its pathway says, unless something takes its place."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.issuing import award_status, awards
from app.issuing.awards import Award, Earned
from tests.issuing.stacks.conftest import LADDER, Academy

ANY = {"any_of": [{"credential": "bls"}, {"credential": "ipc"}]}


def full(academy: Academy, **changes: object) -> dict[str, Award]:
    """Somebody with the whole ladder."""
    academy.pathway(**changes)
    academy.enrol()
    return {each: academy.award(each) for each in ("bls", "ipc", "ecg")}


@pytest.mark.parametrize(
    ("policy", "states"),
    [("keep", ["issued", "issued"]), ("suspend", ["suspended", "suspended"]), ("revoke", ["revoked", "revoked"])],
)
def test_a_revoked_part_does_to_stacks_above_it_what_the_pathway_says(academy: Academy, policy: str, states: list[str]):
    held = full(academy, on_component_loss=policy)

    academy.revoke(held["bls"])

    assert [state for _slug, state in academy.stacks()] == states
    assert not academy.settle().changed


def test_only_what_rests_on_the_lost_part_is_touched(academy: Academy):
    held = full(academy)

    academy.revoke(held["ecg"])

    assert academy.stacks() == [("st-base", "issued"), ("st-top", "suspended")]


def test_another_badge_takes_the_place_and_nothing_changes_for_the_stack(academy: Academy):
    held = full(academy)
    other = academy.award("vit")

    academy.revoke(held["ecg"])

    top = academy.stack("st-top")
    assert (top.state, top.revision) == ("issued", 1)
    assert academy.components(top) == {academy.stack("st-base").id, other.id}
    assert [each.action for each in academy.desk.audit_log()].count("stack.rebound") == 1


def test_what_was_suspended_is_reinstated_on_the_same_credential(academy: Academy):
    held = full(academy)
    before = {slug: academy.stack(slug).id for slug in ("st-base", "st-top")}
    academy.revoke(held["bls"])
    assert academy.stack("st-base").state == "suspended"

    academy.award("bls")

    assert academy.stacks() == [("st-base", "issued"), ("st-top", "issued")]
    assert {slug: academy.stack(slug).id for slug in before} == before


def test_what_was_revoked_is_awarded_anew_when_the_part_is_earned_again(academy: Academy):
    held = full(academy, on_component_loss="revoke")
    academy.revoke(held["bls"])

    academy.award("bls")

    states = academy.stacks()
    assert states == [("st-base", "issued"), ("st-base", "revoked"), ("st-top", "issued"), ("st-top", "revoked")]


def test_an_expired_part_takes_nothing_away_and_its_later_loss_counts(academy: Academy):
    academy.achievements["short"] = academy.desk.achievement("short", validity={"kind": "months", "amount": 1})
    nodes = [{**LADDER["nodes"][0], "condition": {"all_of": [{"credential": "short"}, {"credential": "ipc"}]}}]
    academy.pathway(nodes=nodes, completion="base")
    academy.enrol()
    short, other = academy.award("short"), academy.award("ipc")
    with time_machine.travel(clock.now() + timedelta(days=100), tick=False):
        assert not academy.settle().changed
        again = academy.award("ipc")
        assert again.id == other.id
        academy.revoke(other)
        assert academy.stacks() == [("st-base", "suspended")]

        academy.award("ipc")  # the other part has expired meanwhile: that is no loss
        assert academy.stacks() == [("st-base", "issued")]
        academy.revoke(short)

    assert academy.stacks() == [("st-base", "suspended")]


def test_a_part_that_is_only_suspended_suspends_even_where_a_loss_revokes(academy: Academy):
    held = full(academy, on_component_loss="revoke")
    with academy.desk.write() as session:
        part = awards.by_id(session, held["bls"].id)
        award_status.suspend(session, academy.desk.office, part, reason="Under review", actor="cli")
    assert academy.stacks() == [("st-base", "suspended"), ("st-top", "suspended")]

    with academy.desk.write() as session:
        award_status.reinstate(session, academy.desk.office, awards.by_id(session, held["bls"].id), actor="cli")

    assert academy.stacks() == [("st-base", "issued"), ("st-top", "issued")]


def test_a_stack_that_staff_suspended_stays_so_whatever_is_earned(academy: Academy):
    full(academy)
    stack = academy.stack("st-base")
    with academy.desk.write() as session:
        base = awards.by_id(session, stack.id)
        award_status.suspend(session, academy.desk.office, base, reason="Under review", actor="cli")

    academy.award("vit")
    academy.settle()

    assert academy.stack("st-base").state == "suspended"


def test_a_stack_that_staff_revoked_comes_again_by_something_new_and_not_by_itself(academy: Academy):
    academy.pathway(nodes=[{**LADDER["nodes"][0], "condition": ANY}], completion="base")
    academy.enrol()
    academy.award("bls")
    with time_machine.travel(clock.now() + timedelta(seconds=5), tick=False):
        academy.revoke(academy.stack("st-base"))
        assert not academy.settle().changed
        assert academy.stacks() == [("st-base", "revoked")]

    with time_machine.travel(clock.now() + timedelta(seconds=10), tick=False):
        academy.revoke(academy.award("bls"))
        academy.award("bls")

    assert academy.stacks() == [("st-base", "issued"), ("st-base", "revoked")]


def test_a_replaced_part_and_a_replaced_stack_go_on_together(academy: Academy):
    held = full(academy)
    for slug, old in (("bls", held["bls"]), ("st-base", academy.stack("st-base"))):
        earned = Earned(academy.achievements[slug], academy.desk.learner(), clock.now())
        with academy.desk.write() as session:
            award_status.supersede(session, academy.desk.office, awards.by_id(session, old.id), earned, actor="cli")

    assert academy.stacks() == [("st-base", "issued"), ("st-base", "superseded"), ("st-top", "issued")]
    assert academy.stack("st-base").id in academy.components(academy.stack("st-top"))

    academy.revoke(held["ipc"])
    assert academy.stacks() == [("st-base", "superseded"), ("st-base", "suspended"), ("st-top", "suspended")]


def test_each_change_of_a_stack_has_one_audit_entry_with_its_cause(academy: Academy):
    held = full(academy)
    academy.revoke(held["bls"])
    academy.award("bls")

    by_pathway = [each.action for each in academy.desk.audit_log() if each.actor == "pathway:ladder"]

    assert by_pathway == [
        "award.issued",
        "award.issued",
        "award.suspended",
        "award.suspended",
        "award.reinstated",
        "award.reinstated",
    ]
