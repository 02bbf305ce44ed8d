"""No authentication at all but a list of networks: chosen openly, and marked on every delivery."""

from __future__ import annotations

import pytest

from app.lms.base import PEER


@pytest.fixture
def box(gate):
    return gate("none", networks=["192.0.2.0/28", "2001:db8::/32", "198.51.100.7"], accept_unauthenticated=True)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.15", "192.0.2.0/28"),
        ("::ffff:192.0.2.1", "192.0.2.0/28"),
        ("2001:db8::1", "2001:db8::/32"),
        ("2001:db8::1%eth0", "2001:db8::/32"),
        ("198.51.100.7", "198.51.100.7/32"),
    ],
)
def test_a_caller_of_a_listed_network_is_let_in_and_marked_as_unauthenticated(box, address, network):
    proof = box.prove({PEER: address}, b"{}")

    assert (proof.method, proof.key_id, proof.payload) == ("none", network, b"{}")


@pytest.mark.parametrize(
    "address", ["192.0.2.16", "203.0.113.1", "::1", "", "testclient", "192.0.2.1, 203.0.113.1", "é"]
)
def test_any_other_caller_is_refused(box, address):
    box.refuse({PEER: address})


def test_no_header_that_a_client_can_write_says_where_it_comes_from(box):
    claims = dict.fromkeys(("x-forwarded-for", "x-real-ip", "forwarded", "peer", "client-ip"), "192.0.2.1")

    box.refuse(claims)
    box.refuse({**claims, PEER: "203.0.113.1"})


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"networks": ["192.0.2.0/28"]}, "accept_unauthenticated"),
        ({"networks": ["192.0.2.0/28"], "accept_unauthenticated": "true"}, "accept_unauthenticated"),
        ({"accept_unauthenticated": True}, "networks"),
        ({"accept_unauthenticated": True, "networks": []}, "networks"),
        ({"accept_unauthenticated": True, "networks": ["0.0.0.0/0"]}, "wider"),
        ({"accept_unauthenticated": True, "networks": ["::/0"]}, "wider"),
        ({"accept_unauthenticated": True, "networks": ["192.0.2.1/28"]}, "Network 0"),
        ({"accept_unauthenticated": True, "networks": ["everywhere"]}, "Network 0"),
        ({"accept_unauthenticated": True, "networks": [7]}, "Network 0"),
    ],
    ids=["no opt-in", "an opt-in as text", "no list", "an empty list", "all of IPv4", "all of IPv6", "host bits",
         "a word", "a number"],
)  # fmt: skip
def test_it_is_not_to_be_had_without_an_open_word_and_a_narrow_list(gate, options, named):
    box = gate("none", **options)

    assert any(named in problem for problem in box.problems())
    box.refuse({PEER: "192.0.2.1"})
