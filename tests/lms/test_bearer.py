"""A delivery behind a static bearer secret: for senders that cannot sign."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import DeliveryNotAuthentic
from app.lms import auth
from app.lms.base import Secret

TOKEN = "tk_4f9b2c7d8e1a6053"


@pytest.fixture
def source(source):
    return replace(source, settings={"namespace": "lms.example.org", "auth": "bearer"}, secrets=(Secret("b1", TOKEN),))


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN}"])
def test_the_right_secret_is_accepted_whatever_the_case_of_bearer(source, header):
    proof = source.authenticate({"authorization": header}, b"{}")

    assert (proof.method, proof.key_id, proof.payload) == ("bearer", "b1", b"{}")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN}, Bearer {TOKEN}",
        f"Bearer {TOKEN} ",
        f"Bearer {TOKEN}\n",
        "Bearer \ud800",
        "Bearer é",
    ],
)
def test_anything_else_is_refused_with_the_same_words(source, header):
    with pytest.raises(DeliveryNotAuthentic) as caught:
        source.authenticate({} if header is None else {"authorization": header}, b"{}")

    assert (str(caught.value), caught.value.facts) == ("The delivery could not be authenticated", {})


def test_another_sources_secret_and_one_that_has_ended_are_refused(source):
    headers = {"authorization": f"Bearer {TOKEN}"}
    for secret in (Secret("b1", "tk_another_source_00"), Secret("b1", TOKEN, not_after=source.now)):
        with pytest.raises(DeliveryNotAuthentic):
            replace(source, secrets=(secret,)).authenticate(headers, b"{}")


def test_two_secrets_hold_at_once(source):
    box = replace(source, secrets=(*source.secrets, Secret("b2", "tk_the_next_secret_1")))

    assert box.authenticate({"authorization": "Bearer tk_the_next_secret_1"}, b"{}").key_id == "b2"


@pytest.mark.parametrize("value", ["", "short", "has a blank in it....", "ümlaut-ümlaut-ümlaut"])
def test_a_weak_or_unsendable_secret_is_named_when_the_source_is_made(value):
    assert auth.secret_problems("bearer", Secret("b1", value))


def test_an_empty_secret_lets_nobody_in(source):
    with pytest.raises(DeliveryNotAuthentic):
        replace(source, secrets=(Secret("b1", ""),)).authenticate({"authorization": "Bearer "}, b"{}")


@pytest.mark.parametrize(
    ("headers", "body", "key"),
    [
        ({"idempotency-key": "k-1"}, b'{"id": "e-1"}', "k-1"),
        ({"idempotency-key": '"k-1"'}, b"{}", "k-1"),
        ({}, b'{"id": " e-1 "}', "e-1"),
    ],
)
def test_the_delivery_key_is_the_idempotency_key_or_else_the_bodys_id(source, headers, body, key):
    assert source.authenticate({"authorization": f"Bearer {TOKEN}", **headers}, body).delivery_key == key


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'{"id": 7}', b'{"id": ""}', b'{"a":1,"a":2}', b"1e-99999999999999999"]
)
def test_a_delivery_without_a_key_of_its_own_is_known_by_its_hash(source, body):
    headers = {"authorization": f"Bearer {TOKEN}"}
    first, again = source.authenticate(headers, body), source.authenticate(headers, body)

    assert first.delivery_key == again.delivery_key
    assert first.delivery_key.startswith("sha256:")


def test_a_long_or_unprintable_key_is_hashed_to_fit_any_column(source):
    for key in ("k" * 5000, "k\x00"):
        proof = source.authenticate({"authorization": f"Bearer {TOKEN}", "idempotency-key": key}, b"{}")

        assert proof.delivery_key.startswith("sha256:")


def test_secrets_never_show_in_a_printed_configuration(source):
    assert TOKEN not in repr(source.config)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(header=st.text())
def test_no_header_raises_anything_but_the_one_refusal(source, header):
    with pytest.raises(DeliveryNotAuthentic):
        source.authenticate({"authorization": header}, b"{}")
