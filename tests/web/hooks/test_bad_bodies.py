"""Bodies that are signed and make no sense: kept, answered 200 with the reason, never an error of ours (T13, T14)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.service import Service

from .sending import Lms, completion, only_item, rows

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def with_member(member: str) -> bytes:
    """A completion with one more member, written as it is."""
    return json.dumps(completion()).removesuffix("}").encode() + b", " + member.encode() + b"}"


UNREADABLE: dict[str, bytes] = {
    "nested 20,000 deep": b"[" * 20_000 + b"]" * 20_000,
    "nested 20,000 deep in a member": with_member('"more": ' + '{"a":' * 20_000 + "1" + "}" * 20_000),
    "a number beyond every float": with_member('"more": 1e400'),
    "an exponent of 20 digits": with_member('"more": 1e99999999999999999999'),
    "an integer of 5,000 digits": with_member('"more": ' + "9" * 5_000),
    "not a number": with_member('"more": NaN'),
    "infinity": with_member('"more": -Infinity'),
    "half of a surrogate pair": with_member('"more": "\\ud800"'),
    "half of a surrogate pair in a name": with_member('"\\udfff": 1'),
    "the same member twice": with_member('"event": "failed"'),
    "the same member twice, deep inside": with_member('"more": {"a": 1, "a": 2}'),
    "100,001 parts": with_member('"more": [' + "0," * 100_000 + "0]"),
    "bytes that are not UTF-8": with_member('"more": "x"').replace(b'"x"', b'"\xff\xfe"'),
    "UTF-16": json.dumps(completion()).encode("utf-16"),
    "nothing": b"",
    "half a document": json.dumps(completion()).encode()[:-20],
    "two documents": json.dumps(completion()).encode() * 2,
    "a trailing comma": json.dumps(completion()).encode()[:-1] + b",}",
    "a number": b"42",
    "null": b"null",
    "HTML": b"<!doctype html><p>Service Unavailable",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_body_that_is_not_strict_json_is_kept_and_answered_unreadable(lms: Lms, service: Service, body: bytes):
    answer = lms.post(body)

    item = only_item(answer)
    assert item["outcome"] == "unreadable"
    assert item["detail"]
    assert (rows(service)["deliveries"], rows(service)["completions"]) == (1, 0)
    assert lms.post(body).content == answer.content


ODD: dict[str, dict[str, Any]] = {
    "NUL in a name": {"learner": {"id": "7", "email": "ana@hospital.test", "name": "Ana\x00Ortiz"}},
    "NUL in an identifier": {"id": "enrolment\x00-7"},
    "NUL in an activity": {"activity": {"id": "PHLB-101\x00"}},
    "NUL in an address": {"learner": {"id": "7", "email": "ana\x00@hospital.test"}},
    "a name of a megabyte": {"learner": {"id": "7", "email": "ana@hospital.test", "name": "A" * 900_000}},
    "an identifier of 10,000 characters": {"id": "x" * 10_000},
    "an activity of 10,000 characters": {"activity": {"id": "x" * 10_000}},
    "text that turns its direction": {"learner": {"id": "7", "email": "a@b.test", "name": "\u202eanA"}},
    "SQL": {"learner": {"id": "'; DROP TABLE awards; --", "email": "ana@hospital.test"}},
    "the year 9999": {"completed_at": "9999-12-31T23:59:59Z"},
    "the year 1": {"completed_at": "0001-01-01T00:00:00Z"},
    "a leap second": {"completed_at": "2016-12-31T23:59:60Z"},
    "an offset of 14 hours": {"completed_at": "2026-03-02T10:15:00+14:00"},
    "a moment before the calendar": {"completed_at": "0001-01-01T00:00:00+14:00"},
    "a score of a thousand digits": {"score": {"value": "9" * 1_000, "unit": "percent"}},
    "a score below zero": {"score": {"value": -5, "unit": "percent"}},
    "a score above everything": {"score": {"value": 1e11, "unit": "percent"}},
    "a list instead of a learner": {"learner": [1, 2, 3]},
    "an object instead of an event": {"event": {}},
    "emoji and combining marks": {"learner": {"id": "Z̸͓̈👩🏽‍⚕️", "email": "ana@hospital.test", "name": "Z̸͓̈👩🏽‍⚕️"}},
}


@pytest.mark.parametrize("changes", ODD.values(), ids=ODD.keys())
def test_an_odd_completion_is_answered_with_an_outcome_and_never_with_an_error_of_ours(
    lms: Lms, service: Service, changes: dict[str, Any]
):
    item = only_item(lms.post(completion(**changes)))

    assert item["outcome"] in {"awarded", "recorded", "parked", "unreadable", "ignored"}
    assert item["reason"] not in {"undecided", "internal-error"}
    assert rows(service)["deliveries"] == 1


def test_members_that_nobody_asked_for_change_nothing(lms: Lms, service: Service):
    extra = {
        "issuer_id": "evil",
        "state": "revoked",
        "is_admin": True,
        "award": {"id": "mine"},
        "awarded_at": "1999-01-01",
    }

    item = only_item(lms.post(completion(**extra)))

    assert item["outcome"] == "awarded"
    assert item["awards"][0]["award"] != "mine"
    assert rows(service)["awards"] == 1
