"""What waits for a person's word: the facts and the reason, decided one by one or many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.issuing.awards import Award

APPROVALS = "/staff/northfield/awards/approvals"


def test_a_request_says_whom_and_why_and_the_rule_clause_by_clause(rita: Any, asked: list[str]):
    listed, one = rita.get(APPROVALS).text, rita.get(f"{APPROVALS}/{asked[0]}").text

    for words in ("Petra", "Quentin", "Medication safety", "Every award of this rule is approved first"):
        assert words in listed
    assert "What the rule says" in one
    assert "cannot tell:" in one


def test_many_are_approved_at_once_and_badges_are_made(rita: Any, asked: list[str], awards: Callable[[], list[Award]]):
    answer = rita.post(APPROVALS, decision="approve", approval=asked)

    assert answer.headers["location"] == APPROVALS
    assert [award.state for award in awards()] == ["issued", "issued"]
    assert "Nothing waits for anybody" in rita.get(APPROVALS).text
    assert "2 requests were approved" in answer.headers["set-cookie"].replace("%20", " ")
    again = rita.post(APPROVALS, decision="approve", approval=asked)
    assert "could not be decided" in again.headers["set-cookie"].replace("%20", " ")


def test_a_refusal_says_why_and_is_final(rita: Any, asked: list[str], awards: Callable[[], list[Award]]):
    one = f"{APPROVALS}/{asked[0]}"
    silent = rita.post(one, decision="reject")
    assert (silent.status_code, "Say why you refuse" in silent.text) == (422, True)

    rita.post(one, decision="reject", reason="The exam was not supervised")

    assert awards() == []
    assert "The exam was not supervised" in rita.get(one).text
    assert rita.post(one, decision="approve").status_code == 409
    assert "Refused" in rita.get(f"{APPROVALS}?state=rejected").text


def test_whoever_only_reads_sees_requests_and_decides_none(enter: Any, issuer: Any, asked: list[str]):
    auditor = enter("ada@example.org", role="auditor", at=issuer)

    assert "Approve the chosen ones" not in auditor.get(APPROVALS).text
    assert auditor.post(APPROVALS, decision="approve", approval=asked).status_code == 403
    assert auditor.post(f"{APPROVALS}/{asked[0]}", decision="approve").status_code == 403
