"""Trying a sample by the API: every stage is shown, nothing is stored, and nobody has to sign."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

MAPPING = {
    "items": "records[].value",
    "event_id": "id",
    "kind": {"expression": "state", "values": {"done": "completed", "ping": "test"}},
    "learner": {"id": "user.id", "email": "user.mail"},
    "activity": {"id": "course"},
    "score": {"expression": "result", "unit": "percent"},
    "occurred_at": {"expression": "at", "format": "epoch_milliseconds"},
}
RECORD = {
    "id": "e-1",
    "state": "done",
    "user": {"id": 7, "mail": "ana@x.example"},
    "course": "BLS",
    "result": 93.5,
    "at": 1772446501000,
}
SETTINGS = {"namespace": "lms.x", "mapping": MAPPING}


def body(*records: dict[str, Any]) -> str:
    return json.dumps({"records": [{"value": each} for each in records]})


@pytest.fixture
def source_id(api: Any) -> str:
    """A source with the mapping, whose course BLS earns a badge."""
    made = api.post("/sources", name="LMS", type="generic", settings=SETTINGS)["id"]
    achievement = api.publish("bls")["id"]
    api.post(f"/sources/{made}/allowances", achievement=achievement)
    api.post(f"/sources/{made}/rules", activity_id="BLS", achievement=achievement)
    return str(made)


def test_each_field_shows_its_expression_what_it_found_and_what_was_understood(api: Any):
    told = api.post("/sources/try", type="generic", settings=SETTINGS, body=body(RECORD))
    fields = {each["field"]: each for each in told["items"][0]["fields"]}

    assert told["document"]["records"][0]["value"]["result"] == 93.5
    assert told["items"][0]["pointer"] == "/records/0/value"
    assert fields["score"]["expression"] == "result"
    assert (fields["score"]["value"], fields["score"]["understood"]) == (93.5, "0.935 of 1")
    assert fields["occurred_at"]["understood"] == "2026-03-02T10:15:01+00:00"
    assert fields["kind"]["understood"] == "completed"


def test_with_a_source_its_rules_are_asked_and_nothing_is_stored(api: Any, source_id: str):
    told = api.post("/sources/try", source=source_id, body=body(RECORD))

    assert told["items"][0]["outcome"]["outcome"] == "awarded"
    assert api.get("/awards")["items"] == []
    assert api.get("/completions")["items"] == []
    assert api.get("/learners", email="ana@x.example")["items"] == []
    assert api.get(f"/sources/{source_id}")["accepted_count"] == 0


def test_other_settings_are_tried_without_being_saved(api: Any, source_id: str):
    other = SETTINGS | {"mapping": MAPPING | {"activity": {"id": "'another'"}}}
    told = api.post("/sources/try", source=source_id, settings=other, body=body(RECORD))

    assert told["items"][0]["outcome"]["reason"] == "unmapped-activity"
    assert api.get(f"/sources/{source_id}")["settings"] == SETTINGS


def test_without_a_source_no_rules_are_asked_and_it_is_said(api: Any):
    told = api.post("/sources/try", type="generic", settings=SETTINGS, body=body(RECORD))

    assert told["items"][0]["outcome"] is None
    assert any("no rules were asked" in note for note in told["notes"])
    assert any("not authenticated" in note for note in told["notes"])


def test_what_cannot_be_read_names_the_setting_and_the_place(api: Any, source_id: str):
    bad = RECORD | {"at": "yesterday"}
    item = api.post("/sources/try", source=source_id, body=body(RECORD, bad))["items"][1]

    assert item["understood"] == "unreadable"
    assert item["at"] == "/records/1/value/at"
    assert item["detail"].startswith("`/mapping/occurred_at`")
    assert [each["problem"] for each in item["fields"] if each["problem"]] == [item["detail"]]


def test_a_setting_that_cannot_be_used_is_named_by_its_pointer(api: Any):
    wrong = SETTINGS | {"mapping": MAPPING | {"score": {"expression": "result"}}}
    status, problem = api.refused("POST", "/sources/try", {"type": "generic", "settings": wrong, "body": "{}"})

    assert status == 422
    assert "`/mapping/score/unit` must be one of fraction, percent, points." in problem["problems"]


@pytest.mark.parametrize(
    ("sample", "form"),
    [
        ({"body": '{"event": "ping"}'}, "as sent"),
        ({"body": "event=ping", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, "form"),
        (
            {
                "body_base64": base64.b64encode(gzip.compress(b'{"event": "ping"}')).decode(),
                "headers": {"Content-Encoding": "gzip"},
            },
            "unwrapped",
        ),
    ],
    ids=["json", "form", "gzip"],
)
def test_a_sample_is_unwrapped_as_a_delivery_would_be(api: Any, sample: dict[str, Any], form: str):
    told = api.post("/sources/try", type="generic", settings={"namespace": "x"}, **sample)

    assert (told["form"], told["document"], told["items"][0]["understood"]) == (form, {"event": "ping"}, "test")


def test_a_token_is_opened_without_its_signature_being_looked_at(api: Any):
    event = {
        "metadata": {"event_name": "course_completed", "event_time": "2026-03-02T10:15:26Z", "root_account_uuid": "R"},
        "body": {
            "course": {"id": "565", "name": "BLS"},
            "progress": {"completed_at": "2026-03-02T10:15:00Z"},
            "user": {"id": "123", "email": "ana@x.example", "name": "Ana"},
        },
    }
    part = base64.urlsafe_b64encode(json.dumps(event).encode()).decode().rstrip("=")
    settings = {"auth": "bearer", "root_account_uuid": "R"}
    told = api.post("/sources/try", type="canvas", settings=settings, body=f"eyJhbGciOiJub25lIn0.{part}.AAAA")

    assert told["form"] == "token"
    assert told["items"][0]["completion"]["activity"]["source_id"] == "565"


def test_a_file_can_be_tried_too(api: Any):
    settings = {"namespace": "x", "time_zone": "Europe/Vienna"}
    told = api.post("/sources/try", type="csv", settings=settings, body="email,course_id\nana@x.example,BLS\nx,BLS\n")

    assert [each["understood"] for each in told["items"]] == ["completion", "unreadable"]
    assert [each["pointer"] for each in told["items"]] == ["/2", "/3"]


def test_many_items_are_counted_and_only_some_are_shown(api: Any, source_id: str):
    records = [RECORD | {"id": f"e-{n}", "user": {"id": n, "mail": f"p{n}@x.example"}} for n in range(230)]
    told = api.post("/sources/try", source=source_id, body=body(*records))

    assert (told["item_count"], len(told["items"])) == (230, 200)
    assert [each["outcome"] is None for each in told["items"]] == [False] * 20 + [True] * 180


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"type": "generic", "source": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"type": "tea"},
        {"type": "generic", "settings": {"namespace": "x"}, "body": "{", "headers": {}},
        {"type": "generic", "settings": {"namespace": "x"}, "body_base64": "?"},
        {"type": "generic", "settings": {"namespace": "x"}, "body": "{}", "body_base64": "e30="},
    ],
    ids=["nothing", "both", "unknown type", "no JSON", "no base64", "two bodies"],
)
def test_a_sample_that_says_too_little_or_too_much_is_refused(api: Any, stated: dict[str, Any]):
    status, _ = api.refused("POST", "/sources/try", stated)

    assert status in {400, 422}


def test_another_issuer_s_source_is_not_there(source_id: str, neighbour: Any):
    assert neighbour.refused("POST", "/sources/try", {"source": source_id, "body": "{}"})[0] == 404
