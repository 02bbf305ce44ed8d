"""From a new source to its first badge, with nothing but the API."""

from __future__ import annotations

from typing import Any

import pytest

COMPLETION = {
    "id": "evt-1",
    "event": "completed",
    "learner": {"id": "57", "email": "mira.holm@hospital.test", "name": "Mira Holm"},
    "activity": {"id": "BLS-2026", "name": "Basic Life Support"},
    "completed_at": "2026-03-02T10:15:00Z",
}


@pytest.fixture
def source(api: Any) -> dict[str, Any]:
    """A connection with a bearer secret, and an achievement."""
    api.publish("bls", abbreviation="BLS")
    settings = {"auth": "bearer", "namespace": "lms.hospital.example"}
    return dict(api.post("/sources", name="Our LMS", type="generic", settings=settings))


def deliver(api: Any, source: dict[str, Any], secret: str | None = None) -> Any:
    """Post the completion as the learning platform would."""
    headers = {"Authorization": f"Bearer {secret or source['secret']}"}
    return api.send("POST", source["address"], json=COMPLETION, headers=headers)


def test_a_parked_completion_is_found_its_cause_removed_and_its_delivery_replayed(api: Any, source: dict[str, Any]):
    deliver(api, source)
    (parked,) = api.get("/completions", state="parked", source=source["id"])["items"]
    api.post(f"/sources/{source['id']}/allowances", achievement="bls")
    api.post(f"/sources/{source['id']}/rules", activity_id="BLS-2026", achievement="bls")

    replayed = api.post(f"/deliveries/{parked['delivery']}/replay")

    assert parked["reason"] == "unmapped-activity"
    assert replayed["answer"]["items"][0]["outcome"] == "awarded"
    (award,) = api.get("/awards")["items"]
    assert (award["completion"], award["awarded_at"]) == (parked["id"], COMPLETION["completed_at"])
    assert api.get(f"/deliveries/{parked['delivery']}") == replayed


def test_a_rule_alone_causes_nothing_that_the_source_is_not_allowed_t28(api: Any, source: dict[str, Any]):
    api.post(f"/sources/{source['id']}/rules", activity_id="BLS-2026", achievement="bls")

    deliver(api, source)

    assert api.get("/awards")["items"] == []
    assert api.get("/completions")["items"][0]["reason"] == "not-allowed"


def test_a_delivery_shows_nothing_of_the_person(api: Any, source: dict[str, Any]):
    delivery = deliver(api, source).json()["delivery"]

    for path in (f"/deliveries/{delivery}", "/completions", "/audit"):
        assert "mira" not in api.send("GET", path).text.lower()


def test_two_secrets_are_good_until_the_old_one_is_deleted(api: Any, source: dict[str, Any]):
    newer = api.post(f"/sources/{source['id']}/secrets")["secret"]
    both = [deliver(api, source, secret).status_code for secret in (source["secret"], newer)]

    api.send("DELETE", f"/sources/{source['id']}/secrets/old")

    assert both == [200, 200]
    assert [deliver(api, source, secret).status_code for secret in (source["secret"], newer)] == [401, 200]


@pytest.mark.usefixtures("source")
def test_a_secret_that_the_platform_made_is_given_at_the_start_and_at_a_change(api: Any):
    settings = {"auth": "bearer", "namespace": "lms.hospital.example"}
    theirs = dict(api.post("/sources", name="x", type="generic", settings=settings, secret="the-platforms-own-key"))
    api.post(f"/sources/{theirs['id']}/secrets", secret="the-platforms-next-key")

    assert theirs["secret"] == "the-platforms-own-key"
    for secret, status in {
        "the-platforms-own-key": 200,
        "the-platforms-next-key": 200,
        "another-key-of-theirs": 401,
    }.items():
        assert deliver(api, theirs, secret).status_code == status


def test_a_given_secret_that_does_not_fit_the_scheme_is_named(api: Any):
    settings = {"auth": "basic", "namespace": "lms.hospital.example"}
    refused = api.send(
        "POST", "/sources", json={"name": "x", "type": "generic", "settings": settings, "secret": "short"}
    )

    assert (refused.status_code, refused.json()["pointer"]) == (422, "/secret")


def test_a_secret_is_told_once(api: Any, source: dict[str, Any]):
    read = api.send("GET", f"/sources/{source['id']}").text + api.send("GET", "/sources").text

    assert source["secret"] not in read
    assert "secret" not in read


def test_a_source_is_switched_off_and_on(api: Any, source: dict[str, Any]):
    path = f"/sources/{source['id']}"

    assert api.patch(path, state="disabled")["state"] == "disabled"
    assert deliver(api, source).status_code == 410
    api.patch(path, state="active")
    assert deliver(api, source).status_code == 200


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"type": "telepathy"}, "canvas"), ({"settings": {}}, "namespace"), ({"settings": {"tea": 1}}, "tea")],
)
def test_settings_that_the_adapter_does_not_take_are_422_and_named(api: Any, changes: dict[str, Any], word: str):
    body = {"name": "LMS", "type": "generic", "settings": {"namespace": "x"}} | changes

    status, problem = api.refused("POST", "/sources", body)

    assert status == 422
    assert word in problem["detail"]


def test_a_minimum_score_is_an_exact_fraction(api: Any, source: dict[str, Any]):
    for score in (0.8, "0.85", 1, 0):
        made = api.post(
            f"/sources/{source['id']}/rules", activity_id=f"a{score}", achievement="bls", minimum_score=score
        )

        assert made["minimum_score"] == str(score)


def test_a_minimum_score_that_is_no_fraction_is_422(api: Any, source: dict[str, Any]):
    for score in (80, -0.1, 1.01, True, "NaN", "Infinity", "80 %", 1e-30, [], {}):
        body = {"activity_id": "a", "achievement": "bls", "minimum_score": score}

        status, problem = api.refused("POST", f"/sources/{source['id']}/rules", body)

        assert (status, problem["problems"][0]["pointer"]) == (422, "/minimum_score"), score


def test_rules_and_allowances_are_taken_away(api: Any, source: dict[str, Any]):
    path = f"/sources/{source['id']}"
    rule = api.post(f"{path}/rules", activity_id="BLS-2026", achievement="bls")
    api.post(f"{path}/allowances", achievement="bls")

    api.send("DELETE", f"{path}/rules/{rule['id']}")
    api.send("DELETE", f"{path}/allowances/bls")

    assert api.get(f"{path}/rules")["items"] == api.get(f"{path}/allowances")["items"] == []
    assert api.send("DELETE", f"{path}/rules/{rule['id']}").status_code == 404
