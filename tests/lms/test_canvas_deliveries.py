"""Which deliveries are from our own Canvas, and what the settings of such a source must say (T15, T26, T28)."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import DeliveryNotAuthentic, ServiceError
from app.lms.base import Secret


def refused(box, headers, body):
    with pytest.raises(DeliveryNotAuthentic) as caught:
        box.authenticate(headers, body)
    return caught.value.__notes__[0]


def test_the_delivery_key_is_the_event_and_the_hash_of_its_json(canvas, event, signed):
    first = canvas.authenticate({}, signed(event()))
    signed_again = canvas.authenticate({}, signed(event(), typ="jwt"))
    other = canvas.authenticate({}, signed(event(**{"body.user.id": "124"})))

    assert first.delivery_key.startswith("course_completed:")
    assert first.delivery_key == signed_again.delivery_key != other.delivery_key


def test_an_event_of_another_canvas_account_is_refused_although_the_signature_holds(canvas, event, signed):
    """Instructure signs for all its customers with the same keys, so anybody there can have a good signature."""
    stranger = signed(event(**{"metadata.root_account_uuid": "SomebodyElse"}))

    assert "another Canvas account" in refused(canvas, {}, stranger)
    refused(canvas, {}, signed(event(metadata=...)))


def test_a_signed_source_that_names_no_account_accepts_nothing(canvas, event, signed):
    box = replace(canvas, settings={"jwks": canvas.jwks})

    refused(box, {}, signed(event()))
    refused(box, {}, signed({}))
    refused(replace(box, settings=box.settings | {"root_account_uuid": 5}), {}, signed({}))
    assert "root_account_uuid" in box.problems()[0]


def test_the_key_set_may_come_from_the_settings(canvas, event, signed):
    box = replace(canvas, jwks=None)

    assert box.authenticate({}, signed(event())).key_id == "2026-03"
    refused(replace(box, settings=box.settings | {"jwks": "keys"}), {}, signed(event()))


@pytest.fixture
def unsigned(canvas):
    return replace(canvas, settings={"auth": "bearer"}, secrets=(Secret("b1", "tk_4f9b2c7d8e1a6053"),), jwks=None)


HEADERS = {"authorization": "Bearer tk_4f9b2c7d8e1a6053"}


def test_plain_json_behind_a_bearer_secret_is_accepted(unsigned, event):
    body = json.dumps(event()).encode()
    proof = unsigned.authenticate(HEADERS, body)

    assert (proof.method, proof.payload) == ("bearer", body)
    assert unsigned.problems() == []


def test_plain_json_without_the_secret_is_refused(unsigned, event):
    refused(unsigned, {}, json.dumps(event()).encode())


def test_a_named_account_counts_for_plain_json_too(unsigned, event):
    box = replace(unsigned, settings=unsigned.settings | {"root_account_uuid": "SomebodyElse"})

    refused(box, HEADERS, json.dumps(event()).encode())


def test_plain_json_is_never_accepted_by_a_source_of_signed_events(canvas, event):
    refused(canvas, HEADERS, json.dumps(event()).encode())


def test_plain_json_that_cannot_be_read_is_authentic_and_fails_when_it_is_parsed(unsigned):
    for body in (b"", b"{", b"[]"):
        assert unsigned.authenticate(HEADERS, body).delivery_key.startswith("unnamed:")


# -- settings ---------------------------------------------------------------------------------------------


def test_good_settings_have_no_problems(canvas):
    assert canvas.problems() == []


def test_the_address_of_the_key_set_is_enough(canvas):
    by_address = {"root_account_uuid": "RootAccountOfStAnna", "jwks_url": "https://keys.test/main/jwks"}

    assert replace(canvas, settings=by_address, jwks=None).problems() == []


def test_keys_that_were_fetched_count_before_those_that_were_pasted(canvas, event, signed):
    pasted = {"keys": []}
    box = replace(canvas, settings=canvas.settings | {"jwks": pasted})

    assert box.authenticate({}, signed(event())).key_id == "2026-03"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"jwks": None}, "`jwks_url` must be the address"),
        ({"jwks_url": "http://keys.test/jwks"}, "an https address"),
        ({"jwks_url": "https://keys.test:8443/jwks"}, "without a port"),
        ({"jwks_url": "https://user@keys.test/jwks"}, "an https address"),
        ({"jwks_url": "https://keys.test/" + "k" * 500}, "at most 500"),
        ({"jwks_url": 5}, "an https address"),
        ({"jwks": {"keys": []}}, "Web Key Set"),
        ({"jwks": {"keys": [{"kty": "RSA"}]}}, "no `kid`"),
        ({"root_account_uuid": None}, "root_account_uuid"),
        ({"auth": "standard_webhooks"}, "`auth`"),
        ({"learning_kind": 5}, "learning_kind"),
        ({"time_zone": "Europe/Vienna"}, "no setting"),
    ],
)
def test_each_wrong_setting_gets_one_sentence(canvas, wrong, word):
    (problem,) = replace(canvas, settings=canvas.settings | wrong).problems()

    assert word in problem


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(document=anything)
def test_no_json_raises_anything_but_our_own_errors_when_it_is_authenticated_or_read(unsigned, document):
    body = json.dumps(document).encode()

    assert unsigned.authenticate(HEADERS, body).payload == body
    try:
        unsigned.parse(body)
    except ServiceError:
        return
