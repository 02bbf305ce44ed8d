"""A webhook is signed as the standard says, sent once to a checked address, and its answer taken as it comes (T53)."""

from __future__ import annotations

import base64
import json
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from app.errors import InvalidInput
from app.issuing.endpoints import SigningSecrets
from app.outbound import webhooks
from app.outbound.network import Network
from app.outbound.webhooks import Webhook

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OLD_SECRET = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
SEED = bytes(range(100, 132))
BODY = json.dumps({"type": "badge.issued", "timestamp": "2026-03-02T09:00:00Z", "data": {"é": 1}}).encode()
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def webhook(url="https://hooks.example/in", **changes):
    facts = {"id": "msg_abc", "content_type": "application/json", "body": BODY, "secrets": SigningSecrets((SECRET,))}
    return Webhook(url=url, **{**facts, **changes})


def send(message, **rest):
    return webhooks.send(message, at=NOW, **{"timeout_seconds": 5, "is_local_allowed": True, **rest})


def answering(*lines: str, body: bytes = b""):
    """A receiver that reads the request and answers these lines."""

    def handle(connection):
        read_request(connection)
        connection.sendall("\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body)

    return handle


def read_request(connection) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


# -- signatures ---------------------------------------------------------------------------------------------


def test_the_library_of_the_standard_verifies_what_is_sent(serve):
    seen = []

    def keep(connection):
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    server = serve(keep)
    answer = send(webhook(f"{server.origin}/in?x=1"))

    assert (answer.status, answer.error, answer.is_success) == (204, None, True)
    head, _, body = seen[0].partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:] if "webhook-" not in line)
    signed = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert head.startswith(b"POST /in?x=1 HTTP/1.1\r\n")
    assert headers["content-type"] == "application/json"
    with time_machine.travel(NOW, tick=False):
        assert Verifier(SECRET).verify(body, signed) == json.loads(BODY)


def test_a_changed_byte_does_not_verify():
    with time_machine.travel(NOW, tick=False), pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(BODY.replace(b"1}", b"2}"), webhooks.headers(webhook(), NOW))


def test_while_a_secret_is_rotated_both_verify_and_a_third_does_not():
    headers = webhooks.headers(webhook(secrets=SigningSecrets((SECRET, OLD_SECRET))), NOW)

    assert len(headers["webhook-signature"].split(" ")) == 2
    with time_machine.travel(NOW, tick=False):
        assert Verifier(SECRET).verify(BODY, headers)
        assert Verifier(OLD_SECRET).verify(BODY, headers)
        with pytest.raises(WebhookVerificationError):
            Verifier("whsec_" + base64.b64encode(b"x" * 32).decode()).verify(BODY, headers)


def test_an_ed25519_signature_stands_beside_the_other_and_verifies_with_the_public_key_alone():
    headers = webhooks.headers(webhook(secrets=SigningSecrets((SECRET,), SEED)), NOW)
    signature = base64.b64decode(headers["webhook-signature"].split(" ")[1].removeprefix("v1a,"))
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    signed = f"msg_abc.{int(NOW.timestamp())}.".encode() + BODY

    Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed + b" ")
    with time_machine.travel(NOW, tick=False):
        assert Verifier(SECRET).verify(BODY, headers)


def test_each_try_has_its_own_timestamp_and_signature_and_the_same_id():
    first = webhooks.headers(webhook(), NOW)
    second = webhooks.headers(webhook(), NOW + timedelta(minutes=5))

    assert first["webhook-id"] == second["webhook-id"] == "msg_abc"
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    assert first["webhook-signature"] != second["webhook-signature"]


# -- answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_only_2xx_is_a_success(serve, status):
    server = serve(answering(f"HTTP/1.1 {status} Fine"))

    assert send(webhook(server.origin)).is_success


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 500, 503])
def test_every_other_answer_is_a_failure_and_no_redirect_is_followed(serve, status):
    elsewhere = serve(answering("HTTP/1.1 200 OK"))
    server = serve(answering(f"HTTP/1.1 {status} X", f"Location: {elsewhere.origin}/", body=b"why"))

    answer = send(webhook(server.origin))

    assert (answer.status, answer.error, answer.response) == (status, f"answered {status}", "why")
    assert not answer.is_success
    assert answer.is_gone == (status == 410)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("120", 120),
        ("Mon, 02 Mar 2026 09:10:00 GMT", 600),
        ("Sun, 01 Mar 2026 09:10:00 GMT", 0),
        ("99999999999", 86_400),
        ("soon", None),
        ("Mon, 99999999999999999999 Jan 2026 00:00:00 GMT", None),
        ("Mon, 02 Mar 99999999999999999999 00:00:00 GMT", None),
    ],
    ids=["seconds", "date", "past", "far", "nonsense", "a huge day", "a huge year"],
)
def test_a_receiver_that_is_throttled_may_say_when_to_come_back(serve, status, stated, seconds):
    server = serve(answering(f"HTTP/1.1 {status} X", f"Retry-After: {stated}"))

    assert send(webhook(server.origin)).retry_after_seconds == seconds


def test_at_most_a_kibibyte_of_a_huge_answer_is_kept_and_64_are_read(serve):
    sent = [0]

    def flood(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 500 Oops\r\n\r\n")
        with suppress(OSError):
            while sent[0] < 100 * 1024 * 1024:
                connection.sendall(b"x" * 65536)
                sent[0] += 65536

    server = serve(flood)
    answer = send(webhook(server.origin))

    assert (answer.status, answer.response) == (500, "x" * 1024)
    assert sent[0] < 32 * 1024 * 1024  # what lay in the sockets' buffers


def test_control_characters_of_an_answer_are_not_kept(serve):
    server = serve(answering("HTTP/1.1 500 X", body=b"a\x00b\x1b[31mc\xff"))

    assert send(webhook(server.origin)).response == "a b [31mc\ufffd"


def test_an_answer_that_drips_in_ends_with_the_time_limit(serve):
    def drip(connection):
        read_request(connection)
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    server = serve(drip)
    began = time.monotonic()
    answer = send(webhook(server.origin), timeout_seconds=0.5)

    assert (answer.status, answer.error) == (None, "no answer")
    assert time.monotonic() - began < 3


def test_a_success_whose_body_drips_in_is_a_success_and_ends_too(serve):
    def drip(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.05)

    server = serve(drip)
    began = time.monotonic()
    answer = send(webhook(server.origin), timeout_seconds=0.5)

    assert answer.is_success
    assert set(answer.response or "") == {"x"}
    assert time.monotonic() - began < 3


def test_a_receiver_that_hangs_up_gave_no_answer(serve):
    server = serve(read_request)

    assert send(webhook(server.origin)).error == "no answer"


# -- addresses ----------------------------------------------------------------------------------------------


def test_a_name_that_flips_to_a_private_address_after_it_was_saved_is_blocked_and_gets_no_packet(world):
    world.names["hooks.example"] = [["93.184.215.14"], ["10.0.0.1"]]
    network = world.network()
    webhooks.check("https://hooks.example/in", is_local_allowed=False, network=network)

    answer = send(webhook(), network=network, is_local_allowed=False)

    assert (answer.status, answer.error) == (None, "blocked")
    assert world.dialled == []


def test_the_address_that_was_looked_at_is_the_one_that_is_dialled(world):
    world.names["hooks.example"] = [["93.184.215.14"], ["10.0.0.1"]]

    answer = send(webhook(), network=world.network(), is_local_allowed=False)

    assert answer.is_success
    assert world.dialled == [("93.184.215.14", 443)]
    assert world.asked == ["hooks.example"]


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"])
def test_a_name_with_one_forbidden_address_is_refused_when_it_is_saved(world, address):
    world.names["hooks.example"] = [["93.184.215.14", address]]

    with pytest.raises(InvalidInput) as caught:
        webhooks.check("https://hooks.example/in", is_local_allowed=True, network=world.network())
    assert caught.value.facts["pointer"] == "/url"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/in",
        "https://hooks.example:8443/in",
        "https://user:pw@hooks.example/in",
        "https://10.0.0.1/in",
        "https://2130706433/in",
        "https://hooks.local/in",
        "https://hooks/in",
        "https://127.0.0.1/in",
        "http://localhost/in",
        "https://hooks.example/in#x",
        "https://hooks.example/\r\nHost: x",
        "ftp://hooks.example/",
        "https://[::1",
        "",
    ],
)
def test_an_address_that_is_not_https_of_a_public_host_is_refused(world, url):
    with pytest.raises(InvalidInput):
        webhooks.check(url, is_local_allowed=False, network=world.network())
    assert send(webhook(url), network=world.network(), is_local_allowed=False).error == "blocked"
    assert world.dialled == []


def test_this_machine_is_allowed_in_development_only():
    webhooks.check("http://127.0.0.1:8080/in", is_local_allowed=True, network=Network())
    with pytest.raises(InvalidInput):
        webhooks.check("http://127.0.0.1:8080/in", is_local_allowed=False, network=Network())
