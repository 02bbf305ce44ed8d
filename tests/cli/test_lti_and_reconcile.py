"""`lanyard lti …` and `lanyard reconcile …`, as an administrator types them."""

from __future__ import annotations

import re
from typing import Any

import pytest

ADDRESSES = (
    "--iss", "https://campus.example", "--client-id", "10001",
    "--login-url", "https://campus.example/auth", "--token-url", "https://campus.example/token",
    "--jwks-url", "https://campus.example/jwks", "--deployment", "1:2",
)  # fmt: skip
MOODLE = '{"host": "lms.example"}'


@pytest.fixture
def source_id(academy: Any) -> str:
    made = academy.good("source", "create", "st-anna", "--name", "LMS", "--type", "moodle", "--settings", MOODLE)
    return str(re.search(r"/hooks/(\S+)", made)[1])  # type: ignore[index]


def test_a_platform_is_connected_and_listed(academy: Any):
    said = academy.good("lti", "connect", "st-anna", "--name", "Campus", *ADDRESSES)

    (platform_id,) = re.findall(r"platform  (\S+)", said)
    assert "http://badges.test/lti/jwks.json" in said
    assert academy.good("lti", "list", "st-anna").startswith(f"{platform_id}\tactive\tCampus\thttps://campus.example\t")


def test_a_platform_is_switched_off_and_on(academy: Any):
    said = academy.good("lti", "connect", "st-anna", "--name", "Campus", *ADDRESSES)
    (platform_id,) = re.findall(r"platform  (\S+)", said)

    states = []
    for command in ("disable", "enable"):
        academy.good("lti", command, platform_id)
        states.append(academy.good("lti", "list", "st-anna").split("\t")[1])

    assert states == ["disabled", "active"]


def test_a_platform_is_connected_once(academy: Any):
    academy.good("lti", "connect", "st-anna", "--name", "Campus", *ADDRESSES)

    assert "connected already" in academy.refused("lti", "connect", "st-anna", "--name", "Campus", *ADDRESSES)


def test_an_address_that_is_not_https_is_refused(academy: Any):
    words = [word.replace("https://campus.example/token", "http://campus.example/token") for word in ADDRESSES]

    assert "token_url" in academy.refused("lti", "connect", "st-anna", "--name", "Campus", *words)


def test_an_invitation_is_one_address(academy: Any):
    assert re.match(r"http://badges\.test/lti/register/[\w-]{43}\n", academy.good("lti", "invite", "st-anna"))


def test_a_platform_from_which_nobody_launched_is_asked_for_nothing(academy: Any):
    said = academy.good("lti", "connect", "st-anna", "--name", "Campus", *ADDRESSES)
    (platform_id,) = re.findall(r"platform  (\S+)", said)

    assert academy.good("lti", "ask", platform_id) == "0 courses, 0 results\n"


def test_a_source_is_asked_from_now_on_and_no_more(academy: Any, source_id: str):
    (academy.folder / "token").write_text("asked\n")

    academy.good("reconcile", "set", source_id, "--base-url", "https://lms.invalid", "--token-file", "token")
    shown = academy.good("reconcile", "show", source_id)
    academy.good("reconcile", "off", source_id)

    assert "asked" not in shown
    assert "not asked" in academy.refused("reconcile", "show", source_id)


def test_a_source_that_cannot_be_reached_says_so(academy: Any, source_id: str):
    rule = ("--base-url", "https://lms.invalid", "--token-file", "-", "--course", "7")
    academy.good("reconcile", "set", source_id, *rule, stdin=b"asked\n")

    academy.refused("reconcile", "now", source_id)

    assert "last failure" in academy.good("reconcile", "show", source_id)


def test_a_source_of_another_type_cannot_be_asked(academy: Any):
    made = academy.good(
        "source", "create", "st-anna", "--name", "LMS", "--type", "generic", "--settings", '{"namespace": "x"}'
    )
    source_id = re.search(r"/hooks/(\S+)", made)[1]  # type: ignore[index]

    said = academy.refused(
        "reconcile", "set", source_id, "--base-url", "https://lms.example", "--token-file", "-", stdin=b"asked\n"
    )

    assert "cannot be asked" in said
