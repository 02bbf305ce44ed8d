"""The few fields that our template for tool_trigger sends, as a form or as JSON of texts."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from app.lms.base import CompletionKind, LearnerFacts, Secret
from tests.lms.moodle.conftest import TOKEN


def test_the_template_brings_the_person_with_address_and_the_course_with_its_name(moodle, template):
    fact = moodle.completion(template())

    assert fact.learner == LearnerFacts(
        "lms.hospital.test", "57", "mira.holm@hospital.test", "mholm", "S-9", "Mira Holm"
    )
    assert (fact.activity.source_id, fact.activity.name, fact.activity.code) == ("12", "Basic Life Support", "BLS.2026")
    assert fact.notes == ()


def test_a_form_and_flat_json_and_the_whole_event_are_the_same_fact(moodle, template, completed):
    as_form = moodle.completion(urlencode(template()).encode())
    as_json = moodle.completion(template())

    assert as_form == as_json
    assert as_json.dedupe_key == moodle.completion(completed()).dedupe_key


def test_the_event_may_have_its_long_name(moodle, template):
    assert moodle.completion(template(event="\\core\\event\\course_completed"))


def test_a_placeholder_that_was_left_is_told_and_not_taken_for_a_value(moodle, template):
    fact = moodle.completion(template(user_email="{user_email}", course_name="{course_fullname}"))

    assert (fact.learner.email, fact.activity.name) == (None, None)
    assert any("user_email" in note and "placeholder" in note for note in fact.notes)


def test_a_placeholder_for_what_must_be_there_is_missing(moodle, template):
    item = moodle.unreadable(template(user_id="{relateduserid}"))

    assert (item.code, item.pointer) == ("missing", "/user_id")


@pytest.mark.parametrize(
    "address",
    ["noemail@hospital.test", "root@localhost", "9f86d081884c7d659a2feaa0c55ad015", "[TEST] a@b.test", "a@b@c", ""],
)
def test_a_placeholder_instead_of_an_address_is_left_out_and_the_learner_stays(moodle, template, address):
    fact = moodle.completion(template(user_email=address))

    assert (fact.learner.email, fact.learner.source_id) == (None, "57")


def test_a_deleted_account_and_the_guest_earn_nothing(moodle, template):
    assert moodle.ignored(template(user_deleted="1")).code == "deleted-user"
    assert moodle.completion(template(user_username="guest", user_id="9")).learner.is_test_user


def test_an_address_is_kept_with_its_plus_and_its_letters(moodle, template):
    assert moodle.completion(template(user_email=" Mira.Holm+lms@Hospital.test ")).learner.email == (
        "Mira.Holm+lms@Hospital.test"
    )


def test_a_grade_may_bring_its_own_maximum(moodle, template):
    graded = template(event="user_graded") | {"item_id": "41", "grade": "44", "grade_max": "50"}
    fact = moodle.completion(urlencode(graded).encode())

    assert (fact.kind, fact.score.scaled) == (CompletionKind.PROGRESS, Decimal("0.88"))
    assert replace(moodle, settings={**moodle.settings, "grade_maximums": {"41": 88}}).completion(
        {**graded, "grade_max": ""}
    ).score.scaled == Decimal("0.5")


def test_a_module_may_be_sent_by_the_template(moodle, template):
    fact = moodle.completion(template(event="course_module_completion_updated") | {"module_id": "77", "state": "3"})

    assert (fact.kind, fact.activity.source_id) == (CompletionKind.FAILED, "module:77")


def test_the_members_of_an_event_may_be_flat_as_tool_trigger_names_them(moodle, graded):
    event = graded(other=...)
    flat = {**event, "other_itemid": "41", "other_finalgrade": "44.00000"}

    assert moodle.completion(urlencode(flat).encode()) == moodle.completion(graded())


def test_a_byte_order_mark_before_either_form_changes_nothing(moodle, template):
    as_form, as_json = urlencode(template()).encode(), json.dumps(template()).encode()

    for body in (as_form, as_json):
        assert moodle.completion(b"\xef\xbb\xbf" + body) == moodle.completion(body)


def test_a_field_that_comes_twice_is_named(moodle, template):
    assert moodle.unreadable(urlencode(template()).encode() + b"&user_id=58").pointer == "/user_id"


# -- proof ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "application/xml", ""]
)
def test_the_token_in_the_body_is_found_whatever_the_content_type_says(moodle, completed, content_type):
    body = json.dumps({**completed(), "token": TOKEN}).encode()
    proof = moodle.authenticate({"content-type": content_type}, body)

    assert (proof.method, proof.key_id, proof.body_holds_secret) == ("body_token", "t1", True)
    assert TOKEN.encode() not in proof.payload
    assert moodle.completion(proof.payload) == moodle.completion(completed())


def test_a_redelivery_is_known_again_also_with_the_next_token(moodle, completed):
    box = replace(moodle, secrets=(*moodle.secrets, Secret("t2", "tk_the_next_token_01")))
    keys = {
        box.authenticate({}, json.dumps({**completed(), "token": secret.value}).encode()).delivery_key
        for secret in box.secrets
    }

    assert len(keys) == 1


def test_a_template_behind_a_bearer_secret_is_a_form_that_is_kept_as_it_is(moodle, template):
    box = replace(moodle, settings={**moodle.settings, "auth": "bearer"})
    body = urlencode(template()).encode()
    proof = box.authenticate({"authorization": f"Bearer {TOKEN}"}, body)

    assert (proof.payload, proof.body_holds_secret) == (body, False)
