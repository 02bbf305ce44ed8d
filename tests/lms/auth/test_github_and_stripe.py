"""Two dialects of HMAC that many senders imitate."""

from __future__ import annotations

import hashlib
import hmac

import pytest

SECRET = "whsec_5f9c1b7d2e8a4630"
BODY = b'{"zen": "Design for failure."}'
AT = 1_772_446_800


def hexed(signed: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


# -- github --------------------------------------------------------------------------------------------------


def test_githubs_own_example_holds(gate):
    """GitHub documents this secret, payload and signature for trying one's own code."""
    box = gate("github", "It's a Secret to Everybody".replace(" ", "-"))
    expected = hexed(b"Hello, World!", "It's-a-Secret-to-Everybody")

    assert box.prove({"x-hub-signature-256": f"sha256={expected}"}, b"Hello, World!").method == "github"


def test_the_delivery_id_of_github_is_not_trusted_because_nothing_covers_it(gate):
    headers = {"x-hub-signature-256": f"sha256={hexed(BODY)}", "x-github-delivery": "1234"}

    assert gate("github", SECRET).prove(headers, BODY).message_id is None


@pytest.mark.parametrize("header", ["", "sha256=", "sha1=" + "0" * 40, "sha256=" + "0" * 64, "0" * 64, "sha256=é"])
def test_another_signature_for_github_is_refused(gate, header):
    gate("github", SECRET).refuse({"x-hub-signature-256": header}, BODY)


def test_a_flipped_byte_under_githubs_signature_is_refused(gate):
    gate("github", SECRET).refuse({"x-hub-signature-256": f"sha256={hexed(BODY)}"}, BODY + b" ")


# -- stripe --------------------------------------------------------------------------------------------------


def stripe_header(body: bytes = BODY, *, at: int = AT, secret: str = SECRET) -> str:
    return f"t={at},v1={hexed(f'{at}.'.encode() + body, secret)}"


def test_the_secret_of_stripe_is_the_literal_text_with_its_prefix(gate):
    assert gate("stripe", SECRET).prove({"stripe-signature": stripe_header()}, BODY).method == "stripe"
    gate("stripe", SECRET.removeprefix("whsec_") + "00000000").refuse({"stripe-signature": stripe_header()}, BODY)


def test_one_good_signature_of_several_is_enough(gate):
    good = stripe_header().split(",")[1]
    header = f"t={AT},v1={'0' * 64},{good},v0={'1' * 64}"

    gate("stripe", SECRET).prove({"stripe-signature": header}, BODY)


def test_stripe_s_older_scheme_alone_opens_nothing(gate):
    gate("stripe", SECRET).refuse({"stripe-signature": stripe_header().replace("v1", "v0")}, BODY)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_time_out_of_the_window_is_refused_although_it_is_signed(gate, seconds):
    assert "old" in gate("stripe", SECRET).refuse({"stripe-signature": stripe_header(at=AT + seconds)}, BODY)
    gate("stripe", SECRET).prove({"stripe-signature": stripe_header(at=AT + seconds - seconds // abs(seconds))}, BODY)


def test_the_header_twice_is_refused(gate):
    header = stripe_header()

    assert "more than one" in gate("stripe", SECRET).refuse({"stripe-signature": f"{header}, {header}"}, BODY)


@pytest.mark.parametrize(
    "header",
    ["", "t=", f"t={AT}", "v1=" + "0" * 64, f"t=x,v1={'0' * 64}", f"t={AT},v1=zz", f"t={AT};v1=00", "é=1", "t=1," * 99],
)
def test_another_signature_for_stripe_is_refused(gate, header):
    gate("stripe", SECRET).refuse({"stripe-signature": header}, BODY)


def test_both_secrets_of_a_rotation_hold(gate):
    box = gate("stripe", SECRET, "another-secret-of-ours")

    assert box.prove({"stripe-signature": stripe_header(secret="another-secret-of-ours")}, BODY).key_id == "s2"
    box.refuse({"stripe-signature": stripe_header(secret="no-secret-that-is-known")}, BODY)
