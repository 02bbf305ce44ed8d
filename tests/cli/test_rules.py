"""`lanyard rules` and `lanyard approvals`: a document is put, tried, explained and switched; requests are decided."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.test_sources import ITEM, create, deliver

DOCUMENT = "match:\n  activities: [BLS-2026]\nrequire:\n  score_gte: 84%\n"


def item(person: str, score: float) -> dict[str, Any]:
    """Somebody passes with a score."""
    learner = {"id": person, "email": f"{person}@x.example"}
    return {**ITEM, "event": "passed", "learner": learner, "score": {"value": score, "unit": "fraction"}}


@pytest.fixture
def office(academy):
    """A terminal, a source, and a file with a document."""
    source_id, _ = create(academy)
    (academy.folder / "rule.yaml").write_text(DOCUMENT)
    return academy, source_id


def test_a_document_is_put_listed_and_shown(office):
    academy, source_id = office
    academy.good("source", "map", source_id, "BLS-2026", "bls")

    said = academy.good("rules", "put", "st-anna", "bls", "rule.yaml", "--allow", source_id)

    assert said == "Version 1 decides from now on.\n1 mappings of this achievement rest: a document decides alone.\n"
    assert academy.good("rules", "list", "st-anna", "bls").startswith("1\t")
    assert json.loads(academy.good("rules", "show", "st-anna", "bls"))["require"] == {"score_gte": "0.84"}


def test_a_document_that_is_wrong_is_refused_with_line_and_sentence(office):
    academy, _ = office
    (academy.folder / "wrong.yaml").write_text(DOCUMENT.replace("84%", "84"))

    assert "line 4: This is a score between 0 and 1" in academy.refused("rules", "put", "st-anna", "bls", "wrong.yaml")


def test_a_rule_is_tried_on_the_past_and_explained(office):
    academy, source_id = office
    deliver(source_id, item("ana", 0.9), key="a")
    deliver(source_id, item("bo", 0.5), key="b")
    (academy.folder / "other.yaml").write_text("match: {activities: [other]}")
    academy.good("rules", "put", "st-anna", "bls", "other.yaml", "--allow", source_id)

    tried = academy.good("rules", "simulate", "st-anna", "bls", "rule.yaml", "--show", "gain")
    academy.good("rules", "put", "st-anna", "bls", "rule.yaml")
    explained = academy.good("rules", "explain", "st-anna", "bls", "bo@x.example")

    assert tried.splitlines()[-1] == "gain\t1"
    assert explained.startswith("not_earned: ")
    assert "no   /require" in explained
    assert "of 2 learners" in academy.good("rules", "backfill", "st-anna", "bls")


def test_rules_are_switched_and_limited(office):
    academy, source_id = office
    academy.good("rules", "put", "st-anna", "bls", "rule.yaml", "--allow", source_id)

    academy.good("rules", "off", "st-anna", "bls")
    assert "Switched off since" in academy("rules", "list", "st-anna", "bls").err
    academy.good("rules", "on", "st-anna", "bls")
    academy.good("rules", "limit", "st-anna", "10", "--achievement", "bls")
    academy.good("rules", "limit", "st-anna", "0")

    assert "Switched off" not in academy("rules", "list", "st-anna", "bls").err


def test_requests_for_approval_are_listed_approved_and_rejected(office):
    academy, source_id = office
    (academy.folder / "asks.yaml").write_text(DOCUMENT + "approval: always\n")
    academy.good("rules", "put", "st-anna", "bls", "asks.yaml", "--allow", source_id)
    for person in ("ana", "bo"):
        deliver(source_id, item(person, 0.9), key=person)
    first, second = (line.split("\t")[0] for line in academy.good("approvals", "list", "st-anna").splitlines())

    assert "/b/" in academy.good("approvals", "approve", "st-anna", first)
    assert academy.good("approvals", "reject", "st-anna", second, "--reason", "not seen") == f"{second}  rejected\n"

    assert academy.good("approvals", "list", "st-anna") == ""
    assert "does not wait" in academy.refused("approvals", "approve", "st-anna", second)
