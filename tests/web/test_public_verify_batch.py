"""Heaps of badges at the public door: a line in, a line out, and one bad line spoils no other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.issuing.awards import Award
from app.web import public_verify_batch

NDJSON = {"Content-Type": "application/x-ndjson"}


def send(client: TestClient, *lines: bytes) -> list[dict[str, Any]]:
    answer = client.post("/verify/batch", content=b"\n".join(lines), headers=NDJSON)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture
def badge(client: TestClient, award: Award) -> bytes:
    return client.get(f"/b/{award.id}.json").content


def test_each_line_gets_its_report_in_order(client: TestClient, award: Award, badge: bytes):
    token = client.get(f"/b/{award.id}.jwt").content
    changed = badge.replace(b"Phlebotomy Fundamentals", b"Phlebotomy Perfected")
    asked = json.dumps({"id": "row 4", "credential": token.decode(), "recipient": "bo@example.org"}).encode()

    found = send(client, badge, changed, token, asked, b"{", b"", b'{"address": "https://x.example/"}', badge)

    assert [(each["line"], each.get("verdict")) for each in found] == [
        (1, "good"), (2, "broken"), (3, "good"), (4, "wrong_person"), (5, None), (7, None), (8, "good"),
    ]  # fmt: skip
    assert found[3]["id"] == "row 4"
    assert found[0]["checks"][0]["name"] == "format"
    assert found[4]["problem"]["status"] == 400
    assert found[4]["problem"]["type"] == "http://badges.test/problems/malformed-json"
    assert found[5]["problem"]["detail"] == "Addresses are not looked up here: hand in the badge itself"


def test_many_badges_come_back_one_by_one(client: TestClient, badge: bytes):
    found = send(client, *[badge] * 60)

    assert [each["line"] for each in found] == list(range(1, 61))
    assert {each["verdict"] for each in found} == {"good"}


def test_a_heap_above_its_number_of_lines_is_judged_to_the_limit(
    client: TestClient, badge: bytes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(public_verify_batch, "MAX_LINES", 3)

    found = send(client, *[badge] * 5)

    assert [each.get("verdict", each.get("problem", {}).get("status")) for each in found] == ["good"] * 3 + [413]


def test_a_heap_above_its_bytes_is_refused(client: TestClient):
    size = {"Content-Length": str(public_verify_batch.MAX_BYTES + 1), **NDJSON}

    assert client.post("/verify/batch", content=b"x", headers=size).status_code == 413


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"", "application/x-ndjson", 422),
        (b"{}", "application/json", 415),
        (b"{}", "", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_heap_is_refused(client: TestClient, content: bytes, media_type: str, status: int):
    answer = client.post("/verify/batch", content=content, headers={"Content-Type": media_type})

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_heap_of_nothing_but_noise_is_answered_line_by_line(client: TestClient):
    found = send(client, b"\xff", b"[" * 1_000, b"null", b"x" * 700_000, b'{"credential": "hello"}')

    assert [each.get("verdict", "problem") for each in found] == ["problem"] * 4 + ["unreadable"]


def test_one_heap_after_another_can_be_sent(client: TestClient, badge: bytes):
    for _ in range(2):
        assert send(client, badge)[0]["verdict"] == "good"
