"""A static secret in headers of the sender's choice, or within the body."""

from __future__ import annotations

import gzip
import json

import pytest

TOKEN = "tk_4f9b2c7d8e1a6053"

# -- header_static -------------------------------------------------------------------------------------------


def test_the_secret_is_the_whole_value_of_the_configured_header(gate):
    box = gate("header_static", TOKEN, headers=["X-Lanyard-Key"])

    assert box.prove({"x-lanyard-key": TOKEN}).method == "header_static"
    for odd in ("", TOKEN.upper(), TOKEN + " ", f"{TOKEN}, {TOKEN}", TOKEN[:-1], "é" * 20):
        box.refuse({"x-lanyard-key": odd})
    box.refuse({"authorization": TOKEN})


def test_of_several_headers_each_must_carry_the_same_secret(gate):
    box = gate("header_static", TOKEN, "tk_another_secret_00", headers=["x-a", "x-b"])

    box.prove({"x-a": TOKEN, "x-b": TOKEN})
    box.refuse({"x-a": TOKEN})
    box.refuse({"x-a": TOKEN, "x-b": "tk_another_secret_00"})


@pytest.mark.parametrize(
    "names", [None, [], "x-a", ["x-a", "X-A"], ["a", "b", "c", "d", "e"], [7], [":peer"], ["with blank"], [""]]
)
def test_headers_that_cannot_be_are_named_and_open_nothing(gate, names):
    box = gate("header_static", TOKEN, headers=names)

    assert "auth_options.headers" in box.problems()[0]
    box.refuse({"x-a": TOKEN, "": TOKEN, ":peer": TOKEN})


# -- body_token ----------------------------------------------------------------------------------------------


def test_the_token_is_taken_out_of_the_payload_and_every_digit_stays(gate):
    body = b'{"n": 1.10, "big": 9007199254740991, "token": "%s", "e": 1E+2, "s": "\xc3\x84"}' % TOKEN.encode()

    proof = gate("body_token", TOKEN).prove({}, body)

    assert proof.payload == rb'{"n":1.10,"big":9007199254740991,"e":1E+2,"s":"\u00c4"}'
    assert proof.body_holds_secret
    assert TOKEN.encode() not in proof.payload


def test_the_payload_is_the_same_with_either_secret_of_a_rotation(gate):
    box = gate("body_token", TOKEN, "tk_the_next_secret_1")
    proofs = [box.prove({}, json.dumps({"id": 1, "token": secret.value}).encode()) for secret in box.secrets]

    assert [proof.key_id for proof in proofs] == ["s1", "s2"]
    assert proofs[0].payload == proofs[1].payload


def test_the_token_may_be_deeper_in_the_body(gate):
    box = gate("body_token", TOKEN, path="meta.token")

    assert box.prove({}, json.dumps({"meta": {"token": TOKEN, "a": 1}}).encode()).payload == b'{"meta":{"a":1}}'
    box.refuse({}, json.dumps({"token": TOKEN, "meta": "token"}).encode())


def test_the_token_of_a_compressed_body_is_found(gate):
    body = gzip.compress(json.dumps({"token": TOKEN}).encode())

    assert gate("body_token", TOKEN).prove({"content-encoding": "gzip"}, body).payload == b"{}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"token": null}',
        b'{"token": 7}',
        b'{"token": ["tk_4f9b2c7d8e1a6053"]}',
        b'{"token": ""}',
        b'{"token": "tk_4f9b2c7d8e1a605"}',
        b'{"token": "tk_4f9b2c7d8e1a6053", "token": "tk_4f9b2c7d8e1a6053"}',
        b'{"Token": "tk_4f9b2c7d8e1a6053"}',
        b'{"token": "tk_4f9b2c7d8e1a6053", "x": NaN}',
        b"token=tk_4f9b2c7d8e1a6053",
        b"[" * 50_000,
        b'{"token": "\\ud800"}',
    ],
    ids=lambda body: body[:40].decode(),
)
def test_a_body_without_its_token_is_refused(gate, body):
    gate("body_token", TOKEN).refuse({}, body)


def test_a_bomb_is_refused_before_anybody_has_proved_anything(gate):
    bomb = gzip.compress(b"0" * 20_000_000)

    gate("body_token", TOKEN).refuse({"content-encoding": "gzip"}, bomb)


@pytest.mark.parametrize("path", ["", "a..b", "a b", "$.token", 7, "x" * 400])
def test_a_path_that_cannot_be_is_named_and_opens_nothing(gate, path):
    box = gate("body_token", TOKEN, path=path)

    assert "auth_options.path" in box.problems()[0]
    box.refuse({}, json.dumps({"token": TOKEN}).encode())
