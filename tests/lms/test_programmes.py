"""Exports of other platforms: whatever their envelope, badge classes and awards in them are found and read."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from app.errors import InvalidInput
from app.issuing import achievement_facts
from app.lms import programmes

BADGR = {
    "result": [
        {
            "entityType": "BadgeClass",
            "entityId": "bc1",
            "openBadgeId": "https://api.badgr.io/public/badges/bc1",
            "name": "Wound Care",
            "description": "Dresses wounds.",
            "criteriaNarrative": "Pass the practical.",
            "tags": ["nursing"],
            "assertions": [
                {
                    "entityType": "Assertion",
                    "openBadgeId": "https://api.badgr.io/public/assertions/a1",
                    "badgeclass": "bc1",
                    "recipient": {
                        "identity": "sha256$00", "hashed": True, "type": "email", "plaintextIdentity": "mira@x.test",
                    },
                    "extensions": {"extensions:recipientProfile": {"name": "Mira Holm"}},
                    "issuedOn": "2024-03-01T09:00:00Z",
                    "expires": None,
                    "revoked": False,
                },
            ],
        }
    ]
}  # fmt: skip
OPEN_BADGES = [
    {
        "type": "Assertion",
        "id": "https://old.example/a/1",
        "recipient": {"type": "email", "hashed": False, "identity": "li@x.test"},
        "badge": {
            "type": ["BadgeClass"],
            "id": "https://old.example/b",
            "name": "BLS",
            "criteria": "https://old.example/c",
        },
        "issuedOn": "2024-03-01",
        "expires": "2026-03-01",
        "revoked": True,
    }
]
CREDLY = {
    "data": [
        {
            "id": "c1",
            "recipient_email": "bo@x.test",
            "issued_to_first_name": "Bo",
            "issued_to_last_name": "Berg",
            "issued_at": "2024-04-01T09:41:00.000-05:00",
            "expires_at": None,
            "state": "accepted",
            "badge_url": "https://www.credly.com/badges/c1",
            "badge_template": {"id": "t1", "name": "Phlebotomy", "description": "Draws blood."},
        }
    ]
}


def rows_of(value: Any) -> list[dict[str, str]]:
    found = programmes.read(json.dumps(value).encode())
    assert found.awards is not None
    return list(csv.DictReader(io.StringIO(found.awards.decode())))


def test_badgr_s_classes_are_read_with_what_they_take_and_awards_by_the_address_in_plain_words() -> None:
    found = programmes.read(b"\xef\xbb\xbf" + json.dumps(BADGR).encode())

    assert found.templates == (
        programmes.Template(
            "https://api.badgr.io/public/badges/bc1", "Wound Care", "Dresses wounds.", "Pass the practical.", None,
            ("nursing",),
        ),
    )  # fmt: skip
    (row,) = rows_of(BADGR)
    assert (row["email"], row["name"], row["course_id"], row["course_name"]) == (
        "mira@x.test", "Mira Holm", "https://api.badgr.io/public/badges/bc1", "Wound Care",
    )  # fmt: skip
    assert (row["completed_at"], row["valid_until"], row["status"]) == ("2024-03-01T09:00:00Z", "", "issued")


def test_assertions_of_open_badges_2_are_read_with_the_class_inside_them() -> None:
    (row,) = rows_of(OPEN_BADGES)

    assert (row["email"], row["course_id"], row["course_name"]) == ("li@x.test", "https://old.example/b", "BLS")
    assert (row["valid_until"], row["status"], row["evidence_url"]) == (
        "2026-03-01", "revoked", "https://old.example/a/1",
    )  # fmt: skip


def test_badges_of_credly_are_read_with_their_template() -> None:
    (row,) = rows_of(CREDLY)

    assert (row["email"], row["name"], row["course_id"]) == ("bo@x.test", "Bo Berg", "t1")
    assert row["evidence_url"] == "https://www.credly.com/badges/c1"


def test_an_address_that_is_only_a_hash_is_nobody_s() -> None:
    recipient = {"identity": "sha256$00", "hashed": True, "type": "email"}

    assert rows_of([{**OPEN_BADGES[0], "recipient": recipient}])[0]["email"] == ""


def test_classes_alone_name_nobody() -> None:
    assert programmes.read(json.dumps(OPEN_BADGES[0]["badge"]).encode()).awards is None


ODD = {
    "type": "BadgeClass",
    "id": "https://old.example/\0odd",
    "name": "Odd\x01 one",
    "description": "Before\x0b\0 and after",
    "criteriaNarrative": "\x0b",
    "criteria": "https://old.example/a b",
    "tags": [" ", "\0", "nur\x07sing", 5, "x" * 90],
}


def test_what_no_achievement_may_state_is_left_out_and_the_rest_becomes_one() -> None:
    (found,) = programmes.read(json.dumps(ODD).encode()).templates

    assert (found.origin_id, found.name, found.description) == (
        "https://old.example/odd", "Odd one", "Before and after",
    )  # fmt: skip
    assert (found.criteria_url, found.criteria_narrative) == (None, None)
    assert found.tags == ("nursing", "x" * 80)
    achievement_facts.parse(
        {"name": found.name, "abbreviation": "O", "description": found.description, "tags": list(found.tags)}
        | {"criteria_narrative": "x"}
    )


def test_awards_of_an_odd_class_still_find_it() -> None:
    award = {**OPEN_BADGES[0], "badge": ODD["id"]}

    (row,) = rows_of([ODD, award])

    assert (row["course_id"], row["course_name"]) == ("https://old.example/odd", "Odd one")


def test_more_classes_than_are_read_at_once_are_refused_with_their_number() -> None:
    many = [{"type": "BadgeClass", "id": f"urn:x:{number}", "name": "N"} for number in range(501)]

    assert len(programmes.read(json.dumps(many[:500]).encode()).templates) == 500
    with pytest.raises(InvalidInput, match="501 badge classes"):
        programmes.read(json.dumps(many).encode())


@pytest.mark.parametrize("value", [{}, [], {"type": 5}, {"badge_template": "x"}, {"entityType": {"a": 1}}], ids=str)
def test_a_file_of_something_else_says_so(value: Any) -> None:
    with pytest.raises(InvalidInput):
        programmes.read(json.dumps(value).encode())


@pytest.mark.parametrize(
    "value",
    [
        {"type": "Assertion", "badge": 5, "recipient": "x", "issuedOn": {}, "user": [], "extensions": 3},
        {"type": "Assertion", "badge_template": {"id": 5}},
        {"type": "Assertion", "badge": {"name": []}, "extensions:recipientProfile": 1},
    ],
    ids=str,
)
def test_what_is_of_an_unexpected_kind_is_left_empty(value: Any) -> None:
    assert rows_of(value)[0]["email"] == ""
