"""An HMAC in a header, in every dialect that the options can say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools

import pytest

SECRET = "an-api-key-of-a-vendor-1"
BODY = b'{"event": "course.completed", "name": "\xc3\x84da"}'
AT = "1772446800"
ENCODERS = {
    "hex": bytes.hex,
    "base64": lambda digest: base64.b64encode(digest).decode(),
    "base64url": lambda digest: base64.urlsafe_b64encode(digest).decode(),
}


def signature(signed: bytes, *, key: bytes = SECRET.encode(), algorithm: str = "sha256", encoding: str = "hex") -> str:
    return ENCODERS[encoding](hmac.new(key, signed, getattr(hashlib, algorithm)).digest())


@pytest.mark.parametrize(
    ("algorithm", "encoding"), list(itertools.product(["sha256", "sha1", "sha512"], ["hex", "base64", "base64url"]))
)
def test_every_algorithm_and_encoding_holds_and_a_flipped_byte_of_the_body_does_not(gate, algorithm, encoding):
    box = gate("hmac", SECRET, header="X-Signature", algorithm=algorithm, encoding=encoding)
    headers = {"x-signature": signature(BODY, algorithm=algorithm, encoding=encoding)}

    assert (box.prove(headers, BODY).method, box.prove(headers, BODY).payload) == ("hmac", BODY)
    box.refuse(headers, BODY.replace(b"c", b"d", 1))


def test_base64_holds_without_its_padding_and_hex_in_capitals(gate):
    sent = signature(BODY, encoding="base64").rstrip("=")

    gate("hmac", SECRET, header="x-s", encoding="base64").prove({"x-s": sent}, BODY)
    gate("hmac", SECRET, header="x-s").prove({"x-s": signature(BODY).upper()}, BODY)


def test_a_prefix_is_required_where_it_is_configured(gate):
    box = gate("hmac", SECRET, header="x-s", prefix="sha256=")

    box.prove({"x-s": "sha256=" + signature(BODY)}, BODY)
    box.refuse({"x-s": signature(BODY)}, BODY)
    box.refuse({"x-s": "SHA256=" + signature(BODY)}, BODY)


def test_a_time_is_covered_by_the_signature_and_has_a_window(gate):
    box = gate("hmac", SECRET, header="x-s", template="{ts}.{body}", timestamp_header="X-Time")
    sent = signature(f"{AT}.".encode() + BODY)

    box.prove({"x-s": sent, "x-time": AT}, BODY)
    assert "old" in box.refuse({"x-s": signature(b"1772446200." + BODY), "x-time": "1772446200"}, BODY)
    box.refuse({"x-s": sent, "x-time": str(int(AT) + 1)}, BODY)
    for odd in ("", "yesterday", "1" * 40, "１７７２４４６８００"):
        box.refuse({"x-s": sent, "x-time": odd}, BODY)


def test_the_window_can_be_made_wider_for_one_source(gate):
    old = "1772446200"  # ten minutes before
    options = {"header": "x-s", "template": "{ts}.{body}", "timestamp_header": "x-t"}
    sent = {"x-s": signature(f"{old}.".encode() + BODY), "x-t": old}

    gate("hmac", SECRET, **options).refuse(sent, BODY)
    gate("hmac", SECRET, **options, tolerance_seconds=600).prove(sent, BODY)


def test_an_id_that_the_signature_covers_is_the_deliverys_id(gate):
    box = gate("hmac", SECRET, header="x-s", template="{id}.{ts}.{body}", timestamp_header="x-t", id_header="x-id")
    sent = {"x-s": signature(f"m1.{AT}.".encode() + BODY), "x-t": AT, "x-id": "m1"}

    assert box.prove(sent, BODY).message_id == "m1"
    box.refuse({**sent, "x-id": "m2"}, BODY)
    box.refuse({**sent, "x-id": ""}, BODY)


def test_braces_in_an_id_are_letters_and_no_template(gate):
    box = gate("hmac", SECRET, header="x-s", template="{id}.{ts}.{body}", timestamp_header="x-t", id_header="x-id")

    box.refuse({"x-s": signature(f"{AT}.{AT}.".encode() + BODY), "x-t": AT, "x-id": "{ts}"}, BODY)


def test_a_secret_may_be_base64_of_the_key(gate):
    key = bytes(range(32))
    box = gate("hmac", base64.b64encode(key).decode(), header="x-s", secret_encoding="base64")

    box.prove({"x-s": signature(BODY, key=key)}, BODY)
    box.refuse({"x-s": signature(BODY, key=base64.b64encode(key))}, BODY)


@pytest.mark.parametrize(
    "value",
    ["", " ", "zz", "0" * 63, "é" * 64, "0x" + "0" * 62, f"{'0' * 64}, {'0' * 64}", "\ud800" * 64, "0" * 10_000],
    ids=["nothing", "blank", "no hex", "odd", "accents", "0x", "the header twice", "surrogates", "huge"],
)
def test_what_is_no_signature_is_refused(gate, value):
    gate("hmac", SECRET, header="x-s").refuse({"x-s": value}, BODY)
    gate("hmac", SECRET, header="x-s", encoding="base64").refuse({"x-s": value}, BODY)


def test_both_secrets_of_a_rotation_hold(gate):
    box = gate("hmac", SECRET, "the-next-key-of-the-vendor", header="x-s")

    assert box.prove({"x-s": signature(BODY)}, BODY).key_id == "s1"
    assert box.prove({"x-s": signature(BODY, key=b"the-next-key-of-the-vendor")}, BODY).key_id == "s2"
    box.refuse({"x-s": signature(BODY, key=b"some-other-key-of-a-vendor")}, BODY)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "header"),
        ({"header": ":peer"}, "header"),
        ({"header": 7}, "header"),
        ({"header": "x", "algorithm": "md5"}, "algorithm"),
        ({"header": "x", "algorithm": ["sha256"]}, "algorithm"),
        ({"header": "x", "encoding": "ascii85"}, "encoding"),
        ({"header": "x", "prefix": "with blank "}, "prefix"),
        ({"header": "x", "template": "{body}.{ts}"}, "template"),
        ({"header": "x", "template": "{ts}.{body}"}, "timestamp_header"),
        ({"header": "x", "timestamp_header": "x-t"}, "timestamp_header"),
        ({"header": "x", "template": "{id}.{ts}.{body}", "timestamp_header": "t"}, "id_header"),
        ({"header": "x", "tolerance_seconds": 0}, "tolerance_seconds"),
        ({"header": "x", "tolerance_seconds": True}, "tolerance_seconds"),
        ({"header": "x", "secret_encoding": "hex"}, "secret_encoding"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_options_that_cannot_work_are_named_and_open_nothing(gate, options, named):
    box = gate("hmac", SECRET)
    box.options = options

    assert any(f"auth_options.{named}" in problem for problem in box.problems())
    box.refuse({"x": signature(BODY)}, BODY)
