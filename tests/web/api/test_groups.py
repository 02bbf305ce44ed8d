"""Groups over the API: who is in them, and the badge that joining brings."""

from __future__ import annotations

from typing import Any

import pytest

from .test_inbox import Lms

NURSES = "cohort%3Anursing%2026"  # cohort:nursing 26
RULE = {"match": {"activities": ["BLS"]}, "require": {"learner_in": "cohort:nursing 26"}}


@pytest.fixture
def learner(api: Any) -> str:
    """The id of somebody who completed an activity whose badge is for a group."""
    lms = Lms(api)
    achievement = api.publish("bls")["id"]
    api.post(f"/sources/{lms.id}/allowances", achievement=achievement)
    api.post(f"/achievements/{achievement}/rules", document=RULE)
    lms.post(1)
    return str(api.get("/learners")["items"][0]["id"])


def test_joining_brings_the_badge_and_leaving_keeps_it(api: Any, learner: str):
    assert api.get("/awards")["items"] == []

    joined = [api.send("PUT", f"/groups/{NURSES}/learners/{learner}").status_code for _ in range(2)]
    assert joined == [204, 204]
    assert [award["learner"] for award in api.get("/awards")["items"]] == [learner]
    assert [each["learner"] for each in api.get(f"/groups/{NURSES}/learners")["items"]] == [learner]

    left = [api.send("DELETE", f"/groups/{NURSES}/learners/{learner}").status_code for _ in range(2)]
    assert left == [204, 204]
    assert [award["state"] for award in api.get("/awards")["items"]] == ["issued"]
    assert api.send("GET", f"/groups/{NURSES}/learners").status_code == 404


def test_groups_are_listed_by_name_in_pages(api: Any, learner: str):
    for name in ("c", "a", "é b"):
        api.send("PUT", f"/groups/{name}/learners/{learner}")

    first = api.get("/groups", limit=2)
    second = api.get(first["next"])

    assert [(each["name"], each["learners"]) for each in first["items"] + second["items"]] == [
        ("a", 1),
        ("c", 1),
        ("é b", 1),
    ]
    assert second["next"] is None


@pytest.mark.parametrize("cursor", ["_", "_w", "IA"], ids=["no base64", "no UTF-8", "no name"])
def test_a_cursor_that_was_not_made_here_is_refused(api: Any, cursor: str):
    assert api.send("GET", "/groups", params={"cursor": cursor}).status_code == 422


@pytest.mark.parametrize("name", ["x" * 101, "a%0Ab", "a%7Cb", "%20"], ids=["long", "two lines", "a bar", "blank"])
def test_what_is_no_name_of_a_group_is_refused(api: Any, learner: str, name: str):
    assert api.send("PUT", f"/groups/{name}/learners/{learner}").status_code in {400, 422}
    assert api.get("/groups")["items"] == []
