"""What holds for every scheme of the menu: its settings, its secrets, its one refusal."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import TooLarge, UnsupportedMediaType
from app.lms import auth
from app.lms.auth import SecretForm
from app.lms.base import PEER, Secret

TOKEN = "tk_4f9b2c7d8e1a6053"
OPTIONS = {
    "hmac": {"header": "x-signature"},
    "header_static": {"headers": ["x-key"]},
    "none": {"networks": ["192.0.2.0/28"], "accept_unauthenticated": True},
}
NAMES = sorted(auth.SCHEMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_scheme_accepts_its_own_options_and_names_a_stranger_among_them(gate, name):
    good = gate(name, **OPTIONS.get(name, {}))
    odd = gate(name, **OPTIONS.get(name, {}), colour="blue")

    assert good.problems() == []
    assert any("colour" in problem for problem in odd.problems())


@pytest.mark.parametrize("name", NAMES)
def test_options_that_are_no_object_are_a_problem_and_no_error(gate, name):
    for value in ([], "x", 7):
        odd = gate(name)
        odd.options = value
        assert odd.problems()


def test_a_scheme_that_an_adapter_does_not_have_is_named_with_those_it_has():
    assert auth.settings_problems({"auth": "stripe"}, ("bearer", "basic")) == ["`auth` must be one of bearer, basic."]
    for odd in (None, 7, [], {"a": 1}):
        assert auth.settings_problems({"auth": odd}, ("bearer",))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("standard_webhooks", SecretForm.WEBHOOK_KEY),
        ("hmac", SecretForm.TEXT),
        ("basic", SecretForm.PAIR),
        ("form_fields", SecretForm.PAIR),
        ("body_token", SecretForm.TEXT),
        ("jwt_body", SecretForm.NOTHING),
        ("none", SecretForm.NOTHING),
    ],
)
def test_every_scheme_says_what_its_secret_looks_like(name, form):
    assert auth.secret_form(name, {}) is form


def test_the_options_of_hmac_say_whether_its_secret_is_base64():
    assert auth.secret_form("hmac", {"auth_options": {"secret_encoding": "base64"}}) is SecretForm.WEBHOOK_KEY


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"jwt_body", "none"}))
@pytest.mark.parametrize(
    "value", ["", "short", "a blank in it, and more", "ümlaut-ümlaut-ümlaut", ":", "user:", "u:short"]
)
def test_a_weak_or_unsendable_secret_is_named_when_the_source_is_made(name, value):
    assert auth.secret_problems(name, Secret("s1", value), {})


@pytest.mark.parametrize("name", ["jwt_body", "none"])
def test_a_scheme_without_a_secret_takes_none(name):
    assert auth.secret_problems(name, Secret("s1", TOKEN), {})


@pytest.mark.parametrize("name", NAMES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(header=st.text(max_size=60), body=st.binary(max_size=60))
def test_nothing_raises_anything_but_the_one_refusal(gate, name, header, body):
    box = gate(name, TOKEN, f"lanyard:{TOKEN}", **OPTIONS.get(name, {}))
    headers = dict.fromkeys(
        ("authorization", "x-signature", "x-key", "x-hub-signature-256", "stripe-signature", "webhook-signature", PEER),
        header,
    )

    box.refuse(headers, body)


@pytest.mark.parametrize("name", NAMES)
def test_a_huge_header_and_a_huge_body_are_refused_as_everything_else(gate, name):
    box = gate(name, TOKEN, f"lanyard:{TOKEN}", **OPTIONS.get(name, {}))
    huge = "a" * 100_000

    box.refuse({"authorization": f"Bearer {huge}", "x-signature": huge, "x-key": huge, PEER: huge}, b"x" * 1_000_000)
    box.refuse({"authorization": f"Basic {huge}", "stripe-signature": "t=1," * 20_000, "x-hub-signature-256": huge})


@pytest.mark.parametrize("name", ["bearer", "header_static"])
def test_two_secrets_hold_at_once_and_one_that_has_ended_does_not(gate, name):
    box = gate(name, TOKEN, "tk_the_next_secret_1", **OPTIONS.get(name, {}))
    sent = [{"authorization": f"Bearer {secret.value}", "x-key": secret.value} for secret in box.secrets]

    assert [box.prove(headers).key_id for headers in sent] == ["s1", "s2"]
    box.secrets = (replace(box.secrets[0], not_after=box.now), box.secrets[1])
    box.refuse(sent[0])
    box.secrets = (replace(box.secrets[0], not_after=None, not_before=box.now + timedelta(seconds=1)),)
    box.refuse(sent[0])


def test_a_compressed_body_is_opened_after_its_proof(gate):
    box = gate("bearer", TOKEN)
    headers = {"authorization": f"Bearer {TOKEN}", "content-encoding": "gzip"}

    assert box.prove(headers, gzip.compress(b'{"id": 7}')).payload == b'{"id": 7}'
    with pytest.raises(TooLarge):
        box.prove(headers, gzip.compress(b"0" * 20_000_000))
    with pytest.raises(UnsupportedMediaType):
        box.prove({**headers, "content-encoding": "br"}, b"{}")
    box.refuse({"content-encoding": "br"}, b"{}")


def test_no_secret_shows_in_a_printed_proof(gate):
    proof = gate("body_token", TOKEN).prove({}, f'{{"token": "{TOKEN}", "a": "secret"}}'.encode())

    assert "secret" not in repr(proof).replace("body_holds_secret", "")
