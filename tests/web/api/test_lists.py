"""Lists in pages: every row once, whatever is added meanwhile; cursors that are opaque and of no use to a stranger."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from sqlalchemy import update

from app import clock
from app.issuing.awards import Award
from app.service import Service

BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def awards(api: Any) -> list[str]:
    """The ids of seven awards."""
    achievement = api.publish()["id"]
    people = [{"email": f"p{number}@x.example"} for number in range(7)]
    return [api.post("/awards", achievement=achievement, recipient=person)["id"] for person in people]


def pages(api: Any, path: str) -> list[list[str]]:
    """The ids on each page, by following `next`."""
    found = []
    address: str | None = path
    while address:
        page = api.get(address)
        found.append([item["id"] for item in page["items"]])
        address = page["next"]
    return found


@BOTH_DATABASES
def test_every_row_is_on_one_page(api: Any, awards: list[str]):
    found = pages(api, "/awards?limit=3")

    assert [len(page) for page in found] == [3, 3, 1]
    assert sorted(chain.from_iterable(found)) == sorted(awards)


@BOTH_DATABASES
def test_newest_first(api: Any, awards: list[str], service: Service):
    with service.database.write() as session:
        for age, award_id in enumerate(awards):
            moment = clock.now() - timedelta(minutes=age)
            session.execute(update(Award).where(Award.id == award_id).values(created_at=moment))

    assert list(chain.from_iterable(pages(api, "/awards?limit=2"))) == awards


@BOTH_DATABASES
def test_what_is_added_while_somebody_reads_moves_no_later_page(api: Any, awards: list[str]):
    first = api.get("/awards", limit=4)
    api.post("/awards", achievement="phlb", recipient={"email": "new@x.example"})

    rest = api.get(first["next"])["items"]

    seen = [item["id"] for item in [*first["items"], *rest]]
    assert set(awards) <= set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.usefixtures("awards")
def test_the_next_page_is_named_in_the_body_and_in_a_link_with_the_same_filters(api: Any):
    answer = api.send("GET", "/awards?state=issued&limit=2", headers={"Host": "evil.example"})

    address = answer.json()["next"]
    assert answer.headers["link"] == f'<{address}>; rel="next"'
    assert address.startswith("http://badges.test/api/v1/awards?state=issued&limit=2&cursor=")


@pytest.mark.usefixtures("awards")
def test_the_last_page_names_no_next_one_and_no_list_counts(api: Any):
    answer = api.send("GET", "/awards?limit=200")

    assert answer.json()["next"] is None
    assert "link" not in answer.headers
    assert set(answer.json()) == {"items", "next"}


def forged(value: Any) -> str:
    """A cursor that somebody made."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@BOTH_DATABASES
@pytest.mark.parametrize("path", ["/awards", "/audit", "/sources", "/keys"])
def test_a_forged_cursor_is_422_and_never_a_fault(api: Any, path: str):
    cursors = [
        "!", "é", "x" * 500, forged(None), forged([]), forged({}), forged([None, None]), forged(["x", "y"]),
        forged([2**40]), forged([-1]), forged([True]), forged([1.5]), forged(["2026-01-01T00:00:00", "a"]),
        forged(["2026-01-01T00:00:00+00:00", "a\0"]), forged([[[]]]), base64.urlsafe_b64encode(b"[" * 300).decode(),
    ]  # fmt: skip

    assert {api.send("GET", path, params={"cursor": cursor}).status_code for cursor in cursors} == {422}


def test_a_cursor_of_another_issuer_shows_only_one_s_own(api: Any, awards: list[str], neighbour: Any):
    cursor = api.get("/awards", limit=1)["next"].rpartition("cursor=")[2]

    assert len(awards) == 7
    assert neighbour.get("/awards", cursor=cursor)["items"] == []


def test_awards_are_found_by_achievement_learner_and_state(api: Any, awards: list[str]):
    one = api.get(f"/awards/{awards[0]}")
    api.post(f"/awards/{awards[1]}/revoke", reason="issued in error")
    api.publish("ekg", abbreviation="EKG")

    assert [item["id"] for item in api.get("/awards", learner=one["learner"])["items"]] == [awards[0]]
    assert [item["id"] for item in api.get("/awards", state="revoked")["items"]] == [awards[1]]
    assert len(api.get("/awards", achievement="phlb")["items"]) == 7
    assert api.get("/awards", achievement="ekg")["items"] == []
