"""Pathways by API: drafted, foreseen, published, joined; definitions put and archived; problems told at their place."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from app.service import Service
from app.worker.stacking import Stacking
from tests.web.api.asked_of_stacks import pathway

ANA = {"email": "ana.ortiz@hospital.example", "name": "Ana Ortiz"}
STACK = {"is_stack": True, "skills": [], "achievement_type": "Certificate", "assessment_method": "rule"}
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the oracle of the catalogue tries both


@pytest.fixture
def academy(api: Any) -> Any:
    """Two badges and a stack."""
    for slug in ("bls", "ipc"):
        api.publish(slug, name=slug.upper(), abbreviation=slug.upper())
    api.publish("st-base", name="Base", abbreviation="BASE", **STACK)
    return api


def base(*badges: str, **changes: Any) -> dict[str, Any]:
    """A pathway whose one step needs these badges and awards the stack."""
    condition = {"all_of": [{"credential": each} for each in badges]}
    step = {"id": "base", "name": "Base", "condition": condition, "awards": "st-base"}
    return pathway("bls", completion="base", nodes=[step], **changes)


def learner(academy: Any, *badges: str) -> str:
    """Ana, with these badges."""
    made = [academy.post("/awards", achievement=each, recipient=ANA) for each in badges]
    return str(made[0]["learner"])


def published(academy: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """A pathway of which there is a version."""
    made = academy.post("/pathways", slug="pw-base", facts=facts)
    academy.post(f"/pathways/{made['id']}/publish")
    return dict(made)


def test_a_pathway_is_drafted_published_and_read(academy: Any):
    made = academy.post("/pathways", slug="pw-base", facts=base("bls"))
    assert (made["state"], made["current_version"], made["has_draft"]) == ("draft", None, True)

    version = academy.post("/pathways/pw-base/publish")

    assert (version["number"], version["facts"]["nodes"][0]["awards"]) == (1, "st-base")
    assert academy.get("/pathways/pw-base")["state"] == "published"
    assert academy.get(f"/pathways/{made['id']}/versions/1") == version


def test_a_short_name_is_there_once(academy: Any):
    academy.post("/pathways", slug="pw-base", facts=base("bls"))

    status, _problem = academy.refused("POST", "/pathways", {"slug": "pw-base", "facts": base("bls")})

    assert status == 409


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({**base("bls"), "stack_type": "diagonal"}, "/stack_type"),
        ({**base("bls"), "nodes": [{**base("bls")["nodes"][0], "condition": {"not": {}}}]}, "/nodes/0/condition"),
        ({**base("bls"), "nodes": base("bls")["nodes"] * 2}, ""),
        ({**base("bls"), "colour": "red"}, "/colour"),
    ],
    ids=["type", "condition", "twice", "unknown"],
)
def test_facts_that_cannot_be_are_refused_at_their_place(academy: Any, facts: dict[str, Any], pointer: str):
    status, problem = academy.refused("POST", "/pathways", {"slug": "pw-x", "facts": facts})

    assert status == 422
    assert problem["problems"][0]["pointer"].removeprefix("/facts") in {pointer, pointer or "/"}


def test_what_cannot_be_published_says_where_and_stays_a_draft(academy: Any):
    academy.post("/pathways", slug="pw-base", facts=base("bls", "nothing"))

    status, problem = academy.refused("POST", "/pathways/pw-base/publish", {})

    assert (status, [(each["code"], each["node"]) for each in problem["problems"]]) == (
        409,
        [("unknown_credential", "base")],
    )
    assert academy.get("/pathways/pw-base")["state"] == "draft"


def test_publishing_is_foreseen_and_then_done_by_the_worker(academy: Any, service: Service):
    published(academy, base("bls", "ipc"))
    ana = learner(academy, "bls")
    academy.post("/pathways/pw-base/enrolments", learner=ana)
    academy.put("/pathways/pw-base", **base("bls", on_new_version="migrate"))

    seen = academy.get("/pathways/pw-base/foresight")
    assert (seen["gaining"], seen["at_once"], seen["gains"][0]["stacks"]) == (1, True, ["st-base"])
    assert academy.get("/awards", achievement="st-base")["items"] == []
    academy.post("/pathways/pw-base/publish")
    Stacking(service, between=lambda: None).work_through(threading.Event())

    assert [each["learner"] for each in academy.get("/awards", achievement="st-base")["items"]] == [ana]
    job = academy.get("/stack-jobs")["items"][0]
    assert (job["cause"], job["judged"], job["changed"], job["failed"]) == ("change", 1, 1, 0)
    Stacking(service, between=lambda: None).work_through(threading.Event())
    assert len(academy.get("/stack-jobs")["items"]) == 1


def test_whoever_is_on_a_pathway_gets_the_stack_with_the_last_badge(academy: Any):
    published(academy, base("bls", "ipc"))
    ana = learner(academy, "bls")
    enrolment = academy.post("/pathways/pw-base/enrolments", learner=ana, sponsor="The ward")
    assert (enrolment["progress"], enrolment["sponsor"]) == (0.5, "The ward")

    learner(academy, "ipc")

    on = academy.get(f"/learners/{ana}/pathways")["items"][0]
    assert (on["complete"], on["progress"], on["nodes"][0]["finding"]["missing"]) == (True, 1.0, [])
    assert len(academy.get("/awards", achievement="st-base")["items"]) == 1


def test_what_is_missing_is_said_in_words(academy: Any):
    published(academy, base("bls", "ipc"))
    ana = learner(academy, "bls")
    academy.post("/pathways/pw-base/enrolments", learner=ana)

    finding = academy.get(f"/learners/{ana}/pathways")["items"][0]["nodes"][0]["finding"]

    assert (finding["sentence"], finding["missing"]) == ("1 of 2: IPC is missing.", ["IPC is missing"])


def test_an_entry_that_is_not_met_is_refused_with_what_is_missing(academy: Any):
    published(academy, base("bls", entry={"credential": "ipc", "validity": "ever"}))
    ana = learner(academy, "bls")

    status, problem = academy.refused("POST", "/pathways/pw-base/enrolments", {"learner": ana})

    assert (status, "IPC is missing" in problem["detail"]) == (409, True)
    assert academy.post("/pathways/pw-base/enrolments", learner=ana, despite_entry=True)["version"] == 1


def test_a_stack_is_not_awarded_by_hand(academy: Any):
    status, problem = academy.refused("POST", "/awards", {"achievement": "st-base", "recipient": ANA})

    assert (status, problem["type"].rsplit("/", 1)[1]) == (409, "awarded-by-pathway")


def test_definitions_are_put_changed_archived_and_put_again(academy: Any):
    first = academy.send("PUT", "/definitions/skill/sk-ecg", json={"name": "ECG"})
    second = academy.send("PUT", "/definitions/skill/sk-ecg", json={"name": "ECG", "decay_months": 36})
    assert (first.status_code, second.status_code) == (201, 200)

    assert academy.send("DELETE", "/definitions/skill/sk-ecg").status_code == 204
    assert academy.get("/definitions/skill")["items"] == []
    assert academy.get("/definitions/skill", archived=True)["items"][0]["facts"]["decay_months"] == 36
    academy.put("/definitions/skill/sk-ecg", name="ECG")

    assert academy.get("/definitions/skill/sk-ecg")["archived_at"] is None


@pytest.mark.parametrize(
    ("kind", "facts", "pointer"),
    [
        ("skill", {"name": "ECG", "decay_months": 0}, "/decay_months"),
        ("skill", {"name": "ECG", "priority": 6}, "/priority"),
        ("ce-unit", {"name": "Hour", "contact_hours": 0}, "/contact_hours"),
        ("equivalence", {"source": "bls", "target": "bls", "approved_by": "Board"}, "/"),
        ("credit-transfer", {"source": {"nothing": 1}, "programme": "prog-x", "credits": 3}, "/source"),
        ("role", {"name": "Aide", "requires": [{"skill": "sk-ecg", "level": 9}]}, "/requires/0/level"),
    ],
    ids=str,
)
def test_a_definition_that_cannot_be_is_refused_at_its_place(
    academy: Any, kind: str, facts: dict[str, Any], pointer: str
):
    status, problem = academy.refused("PUT", f"/definitions/{kind}/thing", facts)

    assert (status, problem["problems"][0]["pointer"]) == (422, pointer)


def test_there_is_no_kind_of_definition_that_nobody_knows(academy: Any):
    assert academy.send("GET", "/definitions/tea").status_code == 422


def base_award(academy: Any) -> dict[str, Any]:
    """Ana's stack, which came by itself."""
    published(academy, base("bls", "ipc"))
    ana = learner(academy, "bls", "ipc")
    academy.post("/pathways/pw-base/enrolments", learner=ana)
    found = academy.get(f"/awards?learner={ana}&achievement=st-base")
    return dict(found["items"][0])


def test_a_stack_tells_what_it_rests_on_and_a_badge_which_stacks_rest_on_it(academy: Any):
    stack = base_award(academy)

    told = academy.get(f"/awards/{stack['id']}/components")

    assert (told["version"], told["node"], told["lost_at"]) == (1, "base", None)
    assert [(each["kind"], each["state"], each["unbound_at"]) for each in told["components"]] == [
        ("award", "issued", None)
    ] * 2
    below = academy.get(f"/awards/{told['components'][0]['id']}/components")
    assert (below["pathway"], below["components"], below["rests_under"]) == (None, [], [stack["id"]])


def test_the_record_of_a_stack_holds_it_and_its_parts_and_nothing_else(academy: Any):
    stack = base_award(academy)
    academy.publish("other", name="Other", abbreviation="OTHER")
    academy.post("/awards", achievement="other", recipient=ANA)

    record = json.loads(academy.post(f"/awards/{stack['id']}/record")["record"])

    subject = record["credentialSubject"]
    first = subject["verifiableCredential"][0]["credentialSubject"]["achievement"]
    assert first["humanCode"] == "BASE"
    assert len(subject["verifiableCredential"]) == 3
    assert {each["associationType"] for each in subject["association"]} == {"isParentOf"}


def test_a_stack_that_does_not_count_has_no_record(academy: Any):
    stack = base_award(academy)
    academy.post(f"/awards/{stack['id']}/revoke", reason="Issued in error")

    assert academy.refused("POST", f"/awards/{stack['id']}/record", {})[0] == 404


def test_a_pathway_is_told_as_ctdl_in_any_of_its_versions(academy: Any):
    made = published(academy, base("bls"))
    academy.put("/pathways/pw-base", **base("bls", "ipc"))
    academy.post("/pathways/pw-base/publish")

    newest, first = academy.get("/pathways/pw-base/ctdl"), academy.get("/pathways/pw-base/ctdl?version=1")

    assert [each["@graph"][0]["@id"].rpartition("/")[2] for each in (newest, first)] == ["v2", "v1"]
    assert len(newest["@graph"]) == len(first["@graph"]) + 1
    assert made["id"] in newest["@graph"][0]["@id"]
