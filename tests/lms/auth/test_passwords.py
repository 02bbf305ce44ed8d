"""A user and a password, in a header or in a form."""

from __future__ import annotations

import base64
from urllib.parse import urlencode

import pytest

PAIR = "lanyard:pw_4f9b2c7d8e1a6053"


def basic(pair: str, *, word: str = "Basic") -> dict[str, str]:
    return {"authorization": f"{word} {base64.b64encode(pair.encode()).decode()}"}


def form(**fields: str) -> bytes:
    user, _, password = PAIR.partition(":")
    return urlencode({"data": '{"id": "reg-1"}', "userName": user, "password": password, **fields}).encode()


@pytest.mark.parametrize("word", ["Basic", "basic", "BASIC "])
def test_user_and_password_are_accepted_whatever_the_case_of_basic(gate, word):
    proof = gate("basic", PAIR).prove(basic(PAIR, word=word), b"{}")

    assert (proof.method, proof.key_id, proof.payload, proof.body_holds_secret) == ("basic", "s1", b"{}", False)


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic ", "Basic é", "Basic !!!!", "Basic QQ", "Basic /////w==", f"Basic {PAIR}", f"Bearer {PAIR}"],
)
def test_what_is_no_user_and_password_is_refused(gate, header):
    gate("basic", PAIR).refuse({"authorization": header})


@pytest.mark.parametrize(
    "pair", ["lanyard:", "lanyard", ":pw_4f9b2c7d8e1a6053", PAIR.upper(), PAIR + "x", PAIR[:-1], "other" + PAIR[7:]]
)
def test_another_user_or_password_is_refused(gate, pair):
    gate("basic", PAIR).refuse(basic(pair))


def test_the_header_twice_is_refused(gate):
    header = basic(PAIR)["authorization"]

    gate("basic", PAIR).refuse({"authorization": f"{header}, {header}"})


def test_a_password_may_hold_colons_and_accents_are_compared_as_bytes(gate):
    gate("basic", "u:with:colons:in:the:word").prove(basic("u:with:colons:in:the:word"))
    gate("basic", PAIR).refuse(basic("lanyärd:pw_4f9b2c7d8e1a6053"))


# -- form_fields ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["userName", "username"])
def test_the_payload_of_a_form_is_its_data_without_the_password(gate, name):
    body = form().replace(b"userName", name.encode())
    proof = gate("form_fields", PAIR).prove({}, body)

    assert (proof.payload, proof.body_holds_secret) == (b'{"id": "reg-1"}', True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"data",
        b'{"data": 1}',
        b"data=%7B%7D",
        b"data=%7B%7D&userName=lanyard",
        b"data=%7B%7D&userName=lanyard&password=wrong_wrong_wrong_w",
        b"userName=lanyard&password=pw_4f9b2c7d8e1a6053",
        form() + b"&password=pw_4f9b2c7d8e1a6053",
        form() + b"&PASSWORD=pw_4f9b2c7d8e1a6053",
        form(data="\udc80".encode("utf-8", "surrogatepass").decode("latin-1")) + b"&x=%FF",
        b"&".join(b"f%d=1" % place for place in range(600)) + b"&" + form(),
    ],
    ids=[
        "nothing", "no value", "JSON", "no user", "no password", "another password", "no data", "the password twice",
        "the password twice in capitals", "bytes that are no text", "600 fields",
    ],
)  # fmt: skip
def test_another_form_is_refused(gate, body):
    gate("form_fields", PAIR).refuse({}, body)


def test_both_secrets_of_a_rotation_hold(gate):
    box = gate("form_fields", "lanyard:the_old_one_of_the_two", PAIR)

    assert box.prove({}, form()).key_id == "s2"
    assert box.prove({}, form(password="the_old_one_of_the_two")).key_id == "s1"
