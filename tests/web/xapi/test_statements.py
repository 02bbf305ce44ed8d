"""Statements go in, badges come of them: once, whatever comes again, and of the good ones of a bad batch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.issuing import learners
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.inbox import Delivery
from app.issuing.issuers import Issuer
from app.service import Service
from tests.lms.xapi_statements import MOODLE, STATEMENT_ID, statement, verb

from .store import VERSION, Store, count, outcomes

on_both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


# -- from a statement to a badge ------------------------------------------------------------------------------


@on_both
def test_a_completed_course_is_answered_its_id_and_makes_a_badge(store: Store, service: Service):
    answer = store.post(statement())

    assert (answer.status_code, answer.json()) == (200, [STATEMENT_ID])
    (item,) = outcomes(service)
    assert item["outcome"] == "awarded"
    assert store.client.get(f"/b/{item['awards'][0]['award']}.json").status_code == 200


def test_a_batch_is_answered_its_ids_in_order(store: Store):
    batch = [statement(id=f"00000000-0000-4000-8000-{number:012}", **verb("attended")) for number in range(9, 0, -1)]

    assert store.post(batch).json() == [each["id"] for each in batch]


def test_moodles_statement_without_an_id_makes_a_badge_once_the_person_is_known(
    store: Store, service: Service, issuer: Issuer
):
    with service.database.write() as session:
        facts = {"namespace": "https://lms.hospital.test", "source_id": "57", "display_name": "Mira Holm"}
        learners.resolve(session, issuer, email="mira.holm@hospital.test", **facts)

    first, again = store.post([MOODLE]), store.post([MOODLE])

    assert first.json() == again.json()
    assert len(first.json()[0]) == len(STATEMENT_ID)
    assert count(service, Award) == 1


@on_both
def test_the_same_statement_by_post_by_put_and_in_a_batch_makes_one_badge(store: Store, service: Service):
    answers = [store.post(statement()), store.put(statement()), store.post([statement()])]

    assert [answer.status_code for answer in answers] == [200, 204, 200]
    assert (count(service, Award), count(service, Completion)) == (1, 1)


def test_a_put_gives_a_statement_its_id(store: Store, service: Service):
    answer = store.put(statement(id=...))

    assert (answer.status_code, answer.content) == (204, b"")
    assert outcomes(service)[0]["outcome"] == "awarded"
    assert store.post(statement()).json() == [STATEMENT_ID]
    assert count(service, Delivery) == 1


def test_a_store_that_forwards_to_the_plain_address_is_read_as_well(store: Store, service: Service):
    record = {"_id": "5", "organisation": "6", "statement": statement()}
    headers = {name: value for name, value in store.headers().items() if name != VERSION}

    answer = store.client.post(f"/hooks/{store.source_id}", json=record, headers=headers)

    assert answer.json()["items"][0]["outcome"] == "awarded"
    assert count(service, Award) == 1


def test_a_completed_video_of_nobodys_interest_waits_for_nobody(store: Store, service: Service):
    video = {"id": "uuid://video-1", "definition": {"type": "https://w3id.org/xapi/video/activity-type/video"}}
    account = {"account": {"homePage": "https://lms.hospital.test", "name": "999"}}

    store.post(statement(object=video, actor=account, result=...))

    assert outcomes(service)[0]["outcome"] in {"ignored", "recorded"}
    assert count(service, Award) == 0


@pytest.mark.parametrize("void_first", [True, False], ids=["before it came", "after it came"])
def test_a_statement_that_was_voided_is_recorded_as_such(store: Store, service: Service, *, void_first: bool):
    target = {"objectType": "StatementRef", "id": STATEMENT_ID.upper()}
    voiding = statement(id="0" * 8 + STATEMENT_ID[8:], object=target, result=..., **verb("voided"))

    answers = [store.post(each) for each in ([voiding, statement()] if void_first else [statement(), voiding])]

    assert {answer.status_code for answer in answers} == {200}
    assert count(service, Award) == (0 if void_first else 1)  # what becomes of it is for the rule to say
    with service.database.read() as session:
        (completion,) = session.scalars(select(Completion))
        assert completion.voided_by == voiding["id"]


# -- the same again, and not the same ---------------------------------------------------------------------------


@on_both
def test_the_same_id_with_another_content_is_a_conflict_and_the_first_one_stands(store: Store, service: Service):
    store.post(statement(result={"success": False}))

    refused = [store.post(statement()), store.put(statement())]

    assert [answer.status_code for answer in refused] == [409, 409]
    assert refused[0].headers["content-type"] == "application/problem+json"
    assert refused[0].headers[VERSION] == "1.0.3"
    assert count(service, Award) == 0


def test_a_score_of_many_digits_is_no_contradiction_of_itself(store: Store):
    exact = statement(result={"score": {"raw": 1, "min": 0, "max": 3}})

    assert [store.post([exact]).status_code, store.post(exact).status_code] == [200, 200]


def test_that_is_found_out_as_well_when_the_first_one_came_in_a_batch(store: Store, service: Service):
    store.post([statement(result={"success": False}), statement(id=..., **verb("attended"))])

    refused = [
        store.post(statement()),
        store.put(statement(timestamp="2026-03-02T10:16:00Z", result={"success": False})),
    ]

    assert [answer.status_code for answer in refused] == [409, 409]
    assert store.post(statement(result={"success": False})).status_code == 200
    assert count(service, Award) == 0


def test_what_a_store_adds_on_the_way_is_no_other_content(store: Store):
    added = {"stored": "2026-03-02T10:16:00Z", "authority": {"mbox": "mailto:lrs@x.test"}, "version": "1.0.0"}

    assert [store.post(statement()).status_code, store.post(statement(**added)).status_code] == [200, 200]


@on_both
def test_one_bad_statement_of_a_hundred_is_kept_and_the_others_count(store: Store, service: Service):
    batch = [
        statement(
            id=f"00000000-0000-4000-8000-{number:012}",
            actor={"mbox": f"mailto:person-{number}@hospital.test"},
            **verb("failed" if number % 25 else "completed"),
            result=...,
        )
        for number in range(100)
    ]
    batch[41]["actor"] = {}

    answer = store.post(batch)

    assert answer.status_code == 200
    assert len(answer.json()) == 100
    found = outcomes(service)
    assert [item["index"] for item in found if item["outcome"] == "unreadable"] == [41]
    assert [item["index"] for item in found if item["outcome"] == "awarded"] == [0, 25, 50, 75]
    assert count(service, Award) == 4


def test_a_source_that_asks_for_all_or_none_refuses_a_batch_with_a_bad_one(
    make_store: Callable[..., Store], service: Service
):
    store = make_store(batches="all_or_none")

    answer = store.post([statement(), statement(id=..., actor={})])

    assert answer.status_code == 400
    assert "Statement 1" in answer.json()["detail"]
    assert (count(service, Completion), count(service, Delivery)) == (0, 1)
