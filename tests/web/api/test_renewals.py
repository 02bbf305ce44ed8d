"""Renewals over the API: what is missing, renewing, ledgers, activities that count, the work list, samples."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

VALIDITY = {"kind": "months", "amount": 24}
CE = {"unit": "contact-hour", "amount": "20", "in_domain_min_ratio": "0.8", "domains": ["records"]}
ENTRY = {"title": "Coding course", "unit": "contact-hour", "amount": "16", "domain": "records"}


@pytest.fixture
def held(api: Any) -> dict[str, Any]:
    """A badge that ends with 30 May 2026, and is renewed by education."""
    renewal = {"grace_days": 30, "reminder_days": [60], "method": "ce", "ce": CE}
    made = api.publish("coding", validity=VALIDITY, renewal=renewal)
    with time_machine.travel("2024-05-30T09:00:00Z", tick=False):
        return dict(api.post("/awards", achievement=made["id"], recipient={"email": "ana@hospital.example"}))


def on(day: str) -> Any:
    """The noon of this day."""
    return time_machine.travel(f"{day}T12:00:00Z", tick=False)


def test_it_says_how_a_badge_stands_and_what_is_missing_and_then_renews_it(api: Any, held: dict[str, Any]):
    with on("2026-04-10"):
        before = api.get(f"/awards/{held['id']}/renewal")
        assert (before["state"], before["method"], before["can_be_renewed"]) == ("expiring", "ce", False)
        assert (before["cycle_start"], before["opens_at"]) == ("2024-05-30", "2026-03-31T00:00:00Z")
        assert (before["grace_until"], before["next_valid_until"]) == ("2026-06-29T23:59:59Z", "2028-05-30T23:59:59Z")
        missing = before["continuing_education"]
        assert (missing["required"], missing["missing"], missing["missing_in_domain"]) == ("20.00", "20.00", "16.00")

        refused = api.send("POST", f"/awards/{held['id']}/renew", json={})
        assert (refused.status_code, refused.json()["reason"], refused.json()["missing"]) == (
            409,
            "ce-missing",
            "20.00",
        )

        ledger = f"/learners/{held['learner']}/ce-entries"
        api.post(ledger, **ENTRY, activity_date="2025-01-01")
        api.post(ledger, **{**ENTRY, "amount": "4", "domain": "leadership"}, activity_date="2025-01-02")
        assert api.get(f"/awards/{held['id']}/renewal")["can_be_renewed"]
        new = api.post(f"/awards/{held['id']}/renew")

        after = api.get(f"/awards/{held['id']}/renewal")
        assert (after["state"], after["renewed_by"], after["can_be_renewed"]) == ("renewed", new["id"], False)
        assert (new["valid_until"], new["learner"]) == ("2028-05-30T23:59:59Z", held["learner"])
        assert {each["counted_for"] for each in api.get(ledger)["items"]} == {held["id"]}


def test_the_same_request_once_more_renews_once(api: Any, held: dict[str, Any]):
    with on("2026-04-10"):
        api.post(f"/learners/{held['learner']}/ce-entries", **{**ENTRY, "amount": "20"}, activity_date="2025-01-01")
        headers = {"Idempotency-Key": "once"}
        first, second = (api.send("POST", f"/awards/{held['id']}/renew", json={}, headers=headers) for _ in range(2))

    assert (first.status_code, first.content) == (201, second.content)


def test_an_entry_that_was_struck_out_counts_no_more(api: Any, held: dict[str, Any]):
    ledger = f"/learners/{held['learner']}/ce-entries"
    with on("2026-04-10"):
        made = api.post(ledger, **ENTRY, activity_date="2025-01-01")
        gone = api.post(f"{ledger}/{made['id']}/void", reason="no certificate")

        assert gone["void_reason"] == "no certificate"
        assert api.get(f"/awards/{held['id']}/renewal")["continuing_education"]["counted"] == "0.00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "-1"},
        {"amount": "NaN"},
        {"amount": True},
        {"activity_date": "2999-01-01"},
        {"activity_date": "soon"},
        {"unit": ""},
        {"evidence_url": "javascript:alert(1)"},
        {"more": 1},
    ],
)
def test_what_is_no_entry_is_refused(api: Any, held: dict[str, Any], wrong: dict[str, Any]):
    stated = {**ENTRY, "activity_date": "2025-01-01", **wrong}
    answer = api.send("POST", f"/learners/{held['learner']}/ce-entries", json=stated)

    assert answer.status_code == 422


def test_the_work_list_is_of_a_state_and_of_an_achievement(api: Any, held: dict[str, Any]):
    api.post("/awards", achievement=api.publish("other")["id"], recipient={"email": "bea@hospital.example"})
    found = {}
    for day in ("2026-03-30", "2026-03-31", "2026-06-01", "2026-07-01"):
        with on(day):
            found[day] = [each["renewal_state"] for each in api.get("/renewals")["items"]]
    with on("2026-07-01"):
        expired = api.get("/renewals", state="expired", achievement="coding")["items"]

    assert found == {
        "2026-03-30": [],
        "2026-03-31": ["expiring"],
        "2026-06-01": ["lapsed_in_grace"],
        "2026-07-01": [],
    }
    assert [each["id"] for each in expired] == [held["id"]]


def test_an_activity_counts_from_then_on_and_for_those_who_passed_it_before(api: Any):
    settings = {"auth": "bearer", "namespace": "lms.x"}
    source = api.post("/sources", name="LMS", type="generic", settings=settings)

    def passed(number: int, day: str) -> None:
        stated = {
            "id": f"evt-{number}",
            "event": "completed",
            "learner": {"id": "57", "email": "mira.holm@hospital.test"},
            "activity": {"id": "quiz"},
            "completed_at": f"{day}T10:15:00Z",
        }
        address, headers = f"http://badges.test/hooks/{source['id']}", {"Authorization": f"Bearer {source['secret']}"}
        assert api.send("POST", address, json=stated, headers=headers).status_code == 200

    passed(1, "2025-03-02")
    worth = {"title": "Quiz", "unit": "contact-hour", "amount": "2"}
    made = api.post("/ce-activities", **worth, source=source["id"], activity_id="quiz")
    passed(2, "2026-03-02")
    assert made["posted"] == 1
    assert api.get("/unmapped-activities")["items"] == []
    learner = api.get("/learners", email="mira.holm@hospital.test")["items"][0]["id"]
    days = [each["activity_date"] for each in api.get(f"/learners/{learner}/ce-entries")["items"]]
    assert sorted(days) == ["2025-03-02", "2026-03-02"]

    changed = api.put(f"/ce-activities/{made['id']}", **{**worth, "amount": "3"})
    assert changed["amount"] == "3"
    assert api.send("DELETE", f"/ce-activities/{made['id']}").status_code == 204
    assert api.get("/ce-activities")["items"] == []


def test_a_sample_is_drawn_again_by_its_seed(api: Any, held: dict[str, Any]):
    with on("2026-04-10"):
        made = api.post(
            f"/learners/{held['learner']}/ce-entries", **{**ENTRY, "amount": "20"}, activity_date="2025-01-01"
        )
        api.post(f"/awards/{held['id']}/renew")
        drawn = api.post("/renewals/sample", count=5)

    assert (drawn["population"], drawn["awards"]) == (
        1,
        [{"award": held["id"], "learner": held["learner"], "entries": [made["id"]]}],
    )
    assert api.post("/renewals/sample", count=5, seed=drawn["seed"])["awards"] == drawn["awards"]
    assert api.send("POST", "/renewals/sample", json={"count": 501}).status_code == 422

    verdict = {"award": held["id"], "result": "passed", "note": "Certificates were sent"}
    judged = api.post(f"/renewals/samples/{drawn['number']}/verdicts", **verdict)
    assert (judged["result"], judged["consequence"]) == ("passed", "keep")
    assert api.get(f"/renewals/samples/{drawn['number']}")["verdicts"] == [judged]
    assert api.refused("POST", f"/renewals/samples/{drawn['number']}/verdicts", verdict)[0] == 409
