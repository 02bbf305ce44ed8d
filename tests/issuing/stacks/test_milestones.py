"""Stacks are awarded by themselves: with the award that completed them, once, in any order, signed with their parts."""

from __future__ import annotations

import itertools
import json
import threading
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.errors import AwardedByPathway, EntryNotMet, NotPublished
from app.issuing import achievements, awards, definitions, erasure, merging, pathways, rules, signing_keys
from app.issuing.awards import Earned
from app.issuing.definitions import Kind
from app.issuing.learners import Learner
from app.issuing.rules import versions
from app.issuing.stacks import Enrolment, StackAward, recognitions
from tests.issuing.stacks.conftest import EMAIL, LADDER, Academy

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_the_last_badge_brings_the_stack_in_its_own_transaction(academy: Academy):
    academy.pathway()
    academy.enrol()
    academy.award("bls")
    assert academy.stacks() == []

    academy.award("ipc")
    assert academy.stacks() == [("st-base", "issued")]
    academy.award("ecg")

    assert academy.stacks() == [("st-base", "issued"), ("st-top", "issued")]


@SQLITE
@pytest.mark.parametrize("order", list(itertools.permutations(["bls", "ipc", "vit", "enrol"])), ids="-".join)
def test_the_order_of_arrival_is_nothing(academy: Academy, order: tuple[str, ...]):
    academy.pathway()
    for each in order:
        academy.enrol() if each == "enrol" else academy.award(each)

    assert academy.stacks() == [("st-base", "issued"), ("st-top", "issued")]


def test_settling_again_changes_nothing(academy: Academy):
    academy.pathway()
    academy.enrol()
    for each in ("bls", "ipc", "ecg"):
        academy.award(each)
    entries = len(academy.desk.audit_log())

    assert not academy.settle().changed
    academy.enrol()

    assert academy.stacks() == [("st-base", "issued"), ("st-top", "issued")]
    assert len(academy.desk.audit_log()) == entries


def test_a_stack_is_signed_with_what_it_rests_on(academy: Academy):
    academy.pathway()
    academy.enrol()
    parts = [academy.award("bls"), academy.award("ipc")]
    stack = academy.stack("st-base")

    with academy.desk.read() as session:
        signed = json.loads(awards.credential_of(session, stack).json)

    addresses = [academy.desk.office.addresses.badge(each.id) for each in parts]
    assert [each["id"] for each in signed["evidence"]] == addresses
    assert academy.components(stack) == {each.id for each in parts}
    assert signed["credentialSubject"]["narrative"] == "Base: completed on the pathway Ladder, version 1."


def test_a_stack_inherits_the_skills_of_its_parts_with_their_days(academy: Academy):
    academy.pathway()
    academy.enrol()
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False):
        academy.award("bls")
    academy.award("ipc")

    with academy.desk.read() as session:
        proofs = session.get_one(StackAward, academy.stack("st-base").id).proofs

    assert [each[:2] for each in proofs] == [["sk-bls", 3], ["sk-ipc", 3]]
    assert proofs[0][2] == "2026-03-01"


def test_nobody_awards_a_stack_by_hand(academy: Academy):
    earned = Earned(academy.achievements["st-base"], academy.desk.learner(), clock.now())

    with pytest.raises(AwardedByPathway), academy.desk.write() as session:
        awards.award(session, academy.desk.office, earned, actor="cli")


def test_whoever_is_on_no_pathway_gets_no_stack(academy: Academy):
    academy.pathway()
    for each in ("bls", "ipc"):
        academy.award(each)

    assert academy.stacks() == []


def test_an_expired_part_counts_no_more_for_a_new_stack(academy: Academy):
    academy.achievements["short"] = academy.desk.achievement("short", validity={"kind": "months", "amount": 1})
    nodes = [{**LADDER["nodes"][0], "condition": {"all_of": [{"credential": "short"}, {"credential": "ipc"}]}}]
    academy.pathway(nodes=nodes, completion="base")
    academy.enrol()
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False):
        academy.award("short")
    academy.award("ipc")
    assert academy.stacks() == []

    academy.award("short")
    assert academy.stacks() == [("st-base", "issued")]


def test_what_cannot_be_signed_leaves_neither_the_stack_nor_the_badge(
    academy: Academy, monkeypatch: pytest.MonkeyPatch
):
    academy.pathway()
    academy.enrol()
    academy.award("bls")
    calls: list[int] = []
    real = signing_keys.active

    def once(*given: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("the key store is gone")
        return real(*given, **named)

    monkeypatch.setattr(signing_keys, "active", once)
    with pytest.raises(RuntimeError, match="key store is gone"):
        academy.award("ipc")
    monkeypatch.undo()

    assert academy.stacks() == []
    academy.award("ipc")
    assert academy.stacks() == [("st-base", "issued")]


def test_two_last_badges_at_once_bring_one_stack(academy: Academy):
    academy.pathway()
    academy.enrol()
    start = threading.Barrier(2)

    def award(slug: str) -> None:
        start.wait()
        academy.award(slug)

    threads = [threading.Thread(target=award, args=(slug,)) for slug in ("bls", "ipc")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert academy.stacks() == [("st-base", "issued")]


def test_the_entry_is_asked_once_and_says_what_is_missing(academy: Academy):
    academy.pathway(entry={"any_of": [{"credential": "vit", "validity": "ever"}]})

    with pytest.raises(EntryNotMet, match="VIT is missing"):
        academy.enrol()
    assert academy.enrol(despite_entry=True).version == 1
    academy.award("vit", email="jo@hospital.test")

    assert academy.enrol("jo@hospital.test").version == 1


def test_nobody_comes_onto_a_draft(academy: Academy):
    with academy.desk.write() as session:
        pathways.create(session, academy.desk.issuer, slug="ladder", facts=pathways.parse(LADDER), actor="cli")

    with pytest.raises(NotPublished):
        academy.enrol()


def test_how_far_somebody_is_stands_beside_the_enrolment(academy: Academy):
    academy.pathway()
    academy.enrol()
    academy.award("bls")

    with academy.desk.read() as session:
        enrolment = session.scalars(select(Enrolment)).one()

    assert (enrolment.progress, enrolment.complete_nodes, enrolment.completed_at) == (2500, [], None)


def test_a_recognised_credential_counts_through_an_equivalence_and_never_makes_a_badge(academy: Academy):
    academy.pathway()
    academy.enrol()
    academy.award("bls")
    recognised = academy.define(Kind.RECOGNISED, "ext-ipc", name="Outside", abbreviation="OUT", issued_by="A college")
    academy.define(Kind.EQUIVALENCE, "eq-1", source="ext-ipc", target="ipc", approved_by="The board")
    learner = academy.desk.learner()

    with academy.desk.write() as session:
        stated = recognitions.Stated(issued_on=clock.now().date(), verified_how="Seen at the registry")
        found = session.get_one(Learner, learner.id)
        recognitions.record(session, academy.desk.office, found, recognised, stated, actor="cli")

    assert academy.stacks() == [("st-base", "issued")]
    with academy.desk.read() as session:
        signed = json.loads(awards.credential_of(session, academy.stack("st-base")).json)
    assert [each["name"] for each in signed["evidence"]] == ["BLS (BLS)", "Outside (OUT)"]
    assert EMAIL not in json.dumps(signed)


def test_a_recognised_credential_that_is_out_of_use_takes_nothing_from_who_holds_it(academy: Academy):
    recognised = academy.define(Kind.RECOGNISED, "ext-ipc", name="Out", abbreviation="OUT", issued_by="A college")
    academy.pathway(nodes=[{**LADDER["nodes"][0], "condition": {"credential": "ext-ipc"}}], completion="base")
    academy.enrol()
    learner = academy.desk.learner()
    with academy.desk.write() as session:
        stated = recognitions.Stated(issued_on=clock.now().date(), verified_how="Seen at the registry")
        found = session.get_one(Learner, learner.id)
        recognitions.record(session, academy.desk.office, found, recognised, stated, actor="cli")
    assert academy.stacks() == [("st-base", "issued")]

    with academy.desk.write() as session:
        definitions.archive(session, session.merge(recognised), actor="cli")

    assert not academy.settle().changed
    assert academy.stacks() == [("st-base", "issued")]


def test_no_rule_and_no_mapping_is_written_for_a_stack(academy: Academy):
    stack = academy.achievements["st-base"]
    source = academy.desk.source()

    with pytest.raises(AwardedByPathway), academy.desk.write() as session:
        versions.put(session, session.merge(stack), {"match": {"activities": ["BLS"]}}, actor="cli")
    with pytest.raises(AwardedByPathway), academy.desk.write() as session:
        rules.create(session, session.merge(source), activity_id="BLS", achievement=stack, actor="cli")


def test_an_archived_stack_is_not_awarded_and_keeps_nobody_from_a_badge(academy: Academy):
    academy.pathway()
    academy.enrol()
    with academy.desk.write() as session:
        achievements.archive(session, session.merge(academy.achievements["st-base"]), actor="cli")

    for each in ("bls", "ipc", "ecg"):
        assert academy.award(each).state == "issued"

    assert academy.stacks() == []


def test_two_learners_who_are_one_have_the_stacks_of_both(academy: Academy):
    academy.pathway()
    academy.enrol()
    academy.award("bls")
    academy.award("ipc", email="mira@home.test")
    kept, gone = academy.desk.learner(), academy.desk.learner("mira@home.test")

    with academy.desk.write() as session:
        both = [session.get_one(Learner, each.id) for each in (kept, gone)]
        merging.merge(session, academy.desk.office, kept=both[0], gone=both[1], actor="cli")

    assert academy.stacks() == [("st-base", "issued")]


def test_of_an_erased_person_nothing_is_left_that_somebody_wrote(academy: Academy):
    academy.pathway()
    academy.enrol(sponsor="The ward")
    for each in ("bls", "ipc"):
        academy.award(each)
    learner = academy.desk.learner()
    with academy.desk.write() as session:
        found = session.get_one(Learner, learner.id)
        erasure.erase(session, academy.desk.office, found, actor="cli")

    with academy.desk.read() as session:
        enrolment = session.scalars(select(Enrolment)).one()
        states = set(session.scalars(select(awards.Award.state)))

    assert (enrolment.sponsor, enrolment.ended_at is None, states) == (None, False, {"revoked"})


def test_whoever_is_erased_is_awarded_nothing_on_the_way_out(academy: Academy):
    academy.pathway(nodes=[{**LADDER["nodes"][0], "condition": {"credential": "ipc"}}], completion="base")
    academy.enrol()
    for each in ("bls", "vit"):
        academy.award(each)
    for each in ("bls", "vit"):  # of which nobody's stacks know yet
        academy.define(Kind.EQUIVALENCE, f"eq-{each}", source=each, target="ipc", approved_by="The board")
    learner = academy.desk.learner()
    with academy.desk.write() as session:
        found = session.get_one(Learner, learner.id)
        erasure.erase(session, academy.desk.office, found, actor="cli")

    with academy.desk.read() as session:
        assert set(session.scalars(select(awards.Award.state))) == {"revoked"}
