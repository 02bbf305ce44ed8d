"""Rule documents over the API: put with errors at their place, tried out, switched off, explained, backfilled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

RULE = {"match": {"activities": ["course-1"]}, "require": {"score_gte": "0.84"}}


class Course:
    """A source whose `course-1` has a rule document, and what it sends."""

    def __init__(self, api: Any, **document: Any) -> None:
        self.api = api
        self.achievement = api.publish()["id"]
        settings = {"auth": "bearer", "namespace": "lms.example.org"}
        self.source = api.post("/sources", name="LMS", type="generic", settings=settings)
        api.post(f"/sources/{self.source['id']}/allowances", achievement=self.achievement)
        self.put = api.post(f"/achievements/{self.achievement}/rules", document={**RULE, **document})

    def passes(self, person: str, score: float = 0.9) -> dict[str, Any]:
        """Somebody passes; what came of it."""
        item = {
            "id": f"evt-{person}",
            "event": "passed",
            "learner": {"id": person, "email": f"{person}@hospital.test"},
            "activity": {"id": "course-1"},
            "score": {"value": score, "unit": "fraction"},
            "completed_at": "2026-03-02T10:15:00Z",
        }
        headers = {"Authorization": f"Bearer {self.source['secret']}"}
        answer = self.api.send(
            "POST", f"http://badges.test/hooks/{self.source['id']}", json=item, headers=headers
        ).json()
        return dict(answer["items"][0])


@pytest.fixture
def course(api: Any) -> Callable[..., Course]:
    return lambda **document: Course(api, **document)


def test_a_version_that_is_put_decides_and_is_read_back_as_it_is(api: Any, course: Callable[..., Course]):
    made = course()

    outcome = made.passes("ana")

    assert (made.put["number"], made.put["mappings_replaced"], made.put["not_allowed"]) == (1, 0, [])
    assert outcome["outcome"] == "awarded", outcome
    read = api.get(f"/achievements/{made.achievement}/rules/1")
    assert read == {name: made.put[name] for name in read}
    assert [each["number"] for each in api.get(f"/achievements/{made.achievement}/rules")["items"]] == [1]


def test_a_document_may_be_text_of_a_yaml_file_and_its_errors_name_line_and_place(api: Any):
    achievement = api.publish()["id"]
    text = "match:\n  activities: [course-1]\nrequire:\n  score_gte: 84\n"

    status, problem = api.refused("POST", f"/achievements/{achievement}/rules", {"document": text})

    assert status == 422
    assert [(each["pointer"], each["line"]) for each in problem["problems"]] == [("/require/score_gte", 4)]


def test_a_document_says_which_of_its_sources_may_not_cause_the_achievement(api: Any, course: Callable[..., Course]):
    made = course()
    stranger = api.post("/sources", name="Stranger", type="generic", settings={"namespace": "x.example"})["id"]

    put = api.post(f"/achievements/{made.achievement}/rules", document={"match": {"connections": ["Stranger"]}})

    assert put["not_allowed"] == [stranger]


def test_a_rule_is_tried_out_on_the_past_and_then_backfilled(api: Any, course: Callable[..., Course]):
    made = course(require={"score_gte": "0.99"})
    for person in ("ana", "bo"):
        made.passes(person)

    tried = api.post(f"/achievements/{made.achievement}/rules/simulate", document=RULE, show="gain")
    api.post(f"/achievements/{made.achievement}/rules", document=RULE)
    started = api.post("/backfills", achievement=made.achievement)

    assert (tried["counts"], tried["after"], len(tried["people"])) == ({"gain": 2}, None, 2)
    assert (started["state"], started["total"]) == ("running", 2)
    assert api.get(f"/backfills/{started['id']}")["id"] == started["id"]
    assert api.post(f"/backfills/{started['id']}/stop")["state"] == "stopped"


def test_a_completion_and_a_learner_are_explained_clause_by_clause(api: Any, course: Callable[..., Course]):
    made = course()
    outcome = made.passes("ana", score=0.5)
    completion = next(each for each in api.get("/completions")["items"] if each["id"] == outcome["completion"])

    (why_not,) = api.get(f"/completions/{completion['id']}/explanation")["items"]
    of_learner = api.get(f"/achievements/{made.achievement}/rules/explanation/{completion['learner']}")["items"]

    assert (why_not["decision"], why_not["code"]) == ("not_earned", "score-too-low")
    assert why_not["rule_version"] == made.put["id"]
    assert [clause["path"] for clause in why_not["clauses"] if clause["met"] is False]
    assert of_learner == [why_not]


def test_a_rule_is_switched_off_and_on(api: Any, course: Callable[..., Course]):
    made = course()
    path = f"/achievements/{made.achievement}/rule-switch"

    off = api.put(path, on=False, awards_per_hour=5)
    outcome = made.passes("ana")

    assert (off["on"], off["awards_per_hour"]) == (False, 5)
    assert (outcome["outcome"], outcome["reason"]) == ("parked", "rule-switched-off")
    assert api.put(path, on=True) == {"on": True, "off_since": None, "awards_per_hour": None} == api.get(path)


def test_many_requests_are_decided_at_once_and_one_that_cannot_be_says_why(api: Any, course: Callable[..., Course]):
    made = course(approval="always")
    for person in ("ana", "bo"):
        assert made.passes(person)["reason"] == "needs-approval"
    ids = [each["id"] for each in api.get("/approvals")["items"]]

    answer = api.post("/approvals/decide", ids=[*ids, "unknown"], decision="approve", reason="seen")

    assert [(each["state"], each["award"] is not None) for each in answer["items"]] == [
        ("approved", True),
        ("approved", True),
        (None, False),
    ]
    assert answer["items"][2]["problem"] == "There is no such request for approval"
    assert api.get("/approvals")["items"] == []
    assert {each["decided_by"][:7] for each in api.get("/approvals", state="approved")["items"]} == {"api-key"}
    assert api.refused("POST", f"/approvals/{ids[0]}/reject", {"reason": "late"})[0] == 409


def test_the_brake_of_an_issuer_is_read_and_set(api: Any, course: Callable[..., Course]):
    made = course()

    api.put("/issuer/brake", awards_per_hour=1)
    outcomes = [made.passes(person)["reason"] for person in ("ana", "bo")]

    assert outcomes == ["earned", "braked"]
    assert api.get("/issuer/brake") == {"awards_per_hour": 1, "this_hour": 1}
