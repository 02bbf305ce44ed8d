"""People over the API: who is pending, who they are, two who are one, and one who is erased."""

from __future__ import annotations

from typing import Any

import pytest

from .test_inbox import Lms


@pytest.fixture
def lms(api: Any) -> Lms:
    """A platform whose activity earns a badge."""
    made = Lms(api)
    achievement = api.publish("bls")["id"]
    api.post(f"/sources/{made.id}/allowances", achievement=achievement)
    api.post(f"/sources/{made.id}/rules", activity_id="BLS", achievement=achievement)
    return made


@pytest.fixture
def pending(api: Any, lms: Lms) -> Any:
    """Somebody whom the platform only named."""
    lms.post(1, id="p-1", name="Ana Ortiz")
    return api.get("/pending-learners")["items"][0]


def test_people_whom_nobody_knows_are_listed_with_what_waits(api: Any, pending: Any):
    assert pending["identities"] == [{"namespace": "lms.x", "id": "p-1"}]
    assert (pending["display_name"], pending["waiting"]) == ("Ana Ortiz", 1)
    assert api.get("/pending-learners/count") == {"pending": 1}
    assert api.get("/pending-learners", namespace="elsewhere")["items"] == []
    assert api.get("/learners", state="pending")["items"][0]["id"] == pending["id"]


def test_an_address_brings_the_badge(api: Any, pending: Any):
    told = api.post(f"/learners/{pending['id']}/addresses", email="ana@hospital.test")

    assert (told["state"], told["emails"]) == ("known", ["ana@hospital.test"])
    assert [award["learner"] for award in api.get("/awards")["items"]] == [pending["id"]]
    assert api.get("/pending-learners")["items"] == []


def test_somebody_pending_is_assigned_to_a_learner_who_is_known(api: Any, pending: Any):
    api.publish("acls")
    ana = api.post("/awards", achievement="acls", recipient={"email": "ana@hospital.test"})["learner"]

    told = api.post(f"/learners/{pending['id']}/assign", learner=ana)

    assert told["identities"] == [{"namespace": "lms.x", "id": "p-1"}]
    assert {award["learner"] for award in api.get("/awards")["items"]} == {ana}
    assert api.get(f"/learners/{pending['id']}")["merged_into"] == ana


@pytest.mark.usefixtures("pending")
def test_a_directory_says_who_people_are_line_by_line(api: Any):
    lines = [
        {"namespace": "lms.x", "id": "p-1", "email": "ana@hospital.test"},
        {"namespace": "lms.x", "id": "p-2", "email": "nobody"},
    ]

    told = api.post("/learners/directory", people=lines)

    assert told["counts"] == {"identified": 1, "refused": 1}
    assert [(each["line"], each["verdict"]) for each in told["results"]] == [(1, "identified"), (2, "refused")]
    assert len(api.get("/awards")["items"]) == 1


def test_two_learners_are_merged_and_are_two_again(api: Any):
    api.publish("bls")
    awards = [api.post("/awards", achievement="bls", recipient={"email": f"{name}@x.example"}) for name in "ab"]
    kept, gone = (award["learner"] for award in awards)

    merged = api.post(f"/learners/{kept}/merge", learner=gone)
    together = {award["learner"] for award in api.get("/awards")["items"]}
    undone = api.post(f"/merges/{merged['id']}/undo")

    assert (merged["kept"], merged["gone"], merged["moved"]) == (kept, gone, {"awards": 1, "learner_emails": 1})
    assert together == {kept}
    assert undone["undone_at"] is not None
    assert {award["id"]: award["learner"] for award in api.get("/awards")["items"]} == {
        awards[0]["id"]: kept,
        awards[1]["id"]: gone,
    }
    assert api.refused("POST", f"/merges/{merged['id']}/undo", None)[0] == 409


def test_an_erased_person_s_badge_answers_that_it_was_erased_in_every_form(api: Any, lms: Lms):
    lms.post(1)
    (award,) = api.get("/awards")["items"]

    erased = api.post(f"/learners/{award['learner']}/erase")
    answers = [
        api.send("GET", f"http://badges.test/{path}")
        for path in (
            *(f"b/{award['id']}{suffix}" for suffix in ("", ".json", ".jwt", ".png", ".svg", "/refresh")),
            f"api/v1/awards/{award['id']}/credential",
        )
    ]
    page = api.send("GET", f"http://badges.test/b/{award['id']}", headers={"Accept": "text/html"})

    assert erased == {"awards": 1, "completions": 1, "deliveries": 1, "messages": 1}
    assert [answer.status_code for answer in answers] == [410] * 7
    assert (page.status_code, "was erased together with everything that said who held it" in page.text) == (410, True)
    assert api.send("GET", f"http://badges.test/verify?badge=http://badges.test/b/{award['id']}").status_code == 410
    assert api.get(f"/learners/{award['learner']}")["emails"] == []


def test_an_erased_person_is_awarded_by_hand_only_once_they_are_readmitted(api: Any):
    api.publish("bls")
    stated = {"achievement": "bls", "recipient": {"email": "ana@x.example"}}
    api.post(f"/learners/{api.post('/awards', **stated)['learner']}/erase")

    status, problem = api.refused("POST", "/awards", stated)
    readmitted = api.post("/learners/readmit", email="ANA@x.example")

    assert (status, problem["type"]) == (409, "http://badges.test/problems/erased")
    assert readmitted == {"readmitted": 1}
    assert api.post("/awards", **stated)["state"] == "issued"


def test_a_learner_is_found_by_an_id_of_a_system(api: Any, pending: Any):
    assert [each["id"] for each in api.get("/learners", namespace="lms.x", id="p-1")["items"]] == [pending["id"]]
    assert api.get("/learners", id="p-2")["items"] == []
