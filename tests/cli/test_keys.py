"""An operator looks after keys: prepares, activates, rotates, revokes, signs anew, and moves them to the database."""

from __future__ import annotations

from collections import Counter

import pytest


def listed(academy) -> list[list[str]]:
    """Rows of `keys list`: kid, algorithm, state, day."""
    return [line.split("\t") for line in academy.good("keys", "list", "st-anna").splitlines()]


def states(academy) -> Counter[str]:
    return Counter(state for _, _, state, _ in listed(academy))


def kids(academy, state: str) -> list[str]:
    return [kid for kid, _, each, _ in listed(academy) if each == state]


def issue(academy, email: str = "ana@x.example") -> str:
    return academy.good("issue", "st-anna", "bls", email).strip()


def test_a_pair_is_prepared_and_activated_later(academy):
    made = [line.split()[1] for line in academy.good("keys", "prepare", "st-anna").splitlines()]
    assert states(academy) == {"active": 2, "pending": 2}

    academy.good("keys", "activate", "st-anna")

    assert states(academy) == {"active": 2, "retired": 2}
    assert sorted(kids(academy, "active")) == sorted(made)


def test_what_does_not_go_with_the_state_of_the_keys_is_said(academy):
    assert "no pending pair" in academy.refused("keys", "activate", "st-anna")
    academy.good("keys", "prepare", "st-anna")
    assert "pending pair already" in academy.refused("keys", "prepare", "st-anna")
    assert "no such key" in academy.refused("keys", "revoke", "st-anna", "nothing", "--reason", "stolen")


def test_a_stolen_key_is_revoked_and_what_it_signed_is_signed_anew(academy):
    first, second = issue(academy), issue(academy, "ben@x.example")
    said = academy("keys", "revoke", "st-anna", *kids(academy, "active"), "--reason", "a laptop was stolen")

    assert said.code == 0
    assert "2 badges wait for the worker" in said.err
    assert states(academy) == {"active": 2, "revoked": 2}
    assert academy("verify", first).code == 1

    assert academy.good("keys", "reissue", "st-anna") == "2 badges signed anew, 0 left.\n"

    for address in (first, second):
        academy.good("verify", address)
    assert academy.good("keys", "reissue", "st-anna") == "0 badges signed anew, 0 left.\n"


def test_the_list_says_how_many_badges_wait(academy):
    issue(academy)
    academy.good("keys", "revoke", "st-anna", *kids(academy, "active"), "--reason", "stolen")

    assert "1 badges rest on a revoked key" in academy("keys", "list", "st-anna").err


def test_the_doctor_says_how_many_badges_wait_and_what_to_run(academy):
    issue(academy)
    academy.good("keys", "revoke", "st-anna", *kids(academy, "active"), "--reason", "stolen")

    said = academy("doctor")
    assert "1 badges of st-anna rest on a revoked key" in said.out + said.err
    academy.good("keys", "reissue", "st-anna")
    said = academy("doctor")
    assert "rest on a revoked key" not in said.out + said.err


@pytest.mark.parametrize("words", [("prepare",), ("activate",), ("reissue",), ("revoke", "x", "--reason", "y")])
def test_an_issuer_that_is_not_there_is_said_in_a_sentence(academy, words):
    verb, *more = words

    assert academy.refused("keys", verb, "nowhere", *more) == "There is no such issuer\n"


def test_keys_move_from_files_to_the_database(academy, monkeypatch):
    before = issue(academy)
    academy.good("keys", "rotate", "st-anna")

    assert "4 keys copied" in academy.good("keys", "move")
    assert "0 keys copied" in academy.good("keys", "move")
    monkeypatch.setenv("LANYARD_KEYSTORE", "database")
    for file in (academy.folder / "keys").iterdir():
        file.unlink()

    after = issue(academy, "ben@x.example")
    for address in (before, after):
        academy.good("verify", address)
    assert states(academy) == {"active": 2, "retired": 2}
    academy.good("keys", "rotate", "st-anna")
    assert list((academy.folder / "keys").iterdir()) == []


def test_a_key_store_that_there_is_not_stops_the_start(academy, monkeypatch):
    monkeypatch.setenv("LANYARD_KEYSTORE", "cupboard")

    assert "LANYARD_KEYSTORE" in academy.refused("keys", "list", "st-anna")


def test_a_token_that_is_half_set_up_stops_the_start(academy, monkeypatch):
    monkeypatch.setenv("LANYARD_KEYSTORE", "pkcs11")
    monkeypatch.setenv("LANYARD_PKCS11_TOKEN", "lanyard")

    assert "LANYARD_PKCS11_MODULE" in academy.refused("keys", "list", "st-anna")
