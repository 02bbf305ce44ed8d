"""`lanyard endorse | accept-endorsement | withdraw-endorsement | record`: the operator's way to each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ST_ANNA = "did:web:badges.test:issuers:st-anna"


@pytest.fixture
def board(academy: Any) -> Any:
    """A terminal with one more issuer, which has keys."""
    academy.good("issuer", "create", "board", "--name", "Board of Nursing", "--url", "https://board.example")
    academy.good("keys", "new", "board")
    return academy


def badge(terminal: Any, file: Path) -> dict[str, Any]:
    """The first badge of the learner, out of a record of one badge."""
    file.write_text(terminal.good("record", "st-anna", "ana@x.example"))
    found: dict[str, Any] = json.loads(file.read_text())["credentialSubject"]["verifiableCredential"][0]
    return found


def test_an_endorsement_is_carried_once_it_is_accepted_and_ends_once(board):
    address = board.good("endorse", "board", ST_ANNA, "In good standing.").strip()
    endorsement_id = address.rpartition("/")[2]
    board.good("accept-endorsement", "st-anna", endorsement_id)
    board.good("issue", "st-anna", "bls", "ana@x.example")

    carried = badge(board, board.folder / "record.json")["endorsement"]

    assert [each["id"] for each in carried] == [address]
    assert "Withdrawn" in board.good("withdraw-endorsement", endorsement_id, "--reason", "lapsed")
    assert "withdrawn earlier" in board.refused("withdraw-endorsement", endorsement_id, "--reason", "lapsed")


def test_nobody_but_the_endorsed_can_accept(board):
    endorsement_id = board.good("endorse", "board", ST_ANNA, "In good standing.").strip().rpartition("/")[2]

    assert "no such endorsement" in board.refused("accept-endorsement", "board", endorsement_id)


def test_what_is_not_there_is_said(board):
    assert "nothing to endorse" in board.refused("endorse", "board", f"{ST_ANNA}x", "Good.")


def test_a_record_verifies_from_a_file_and_a_changed_one_does_not(board):
    board.good("issue", "st-anna", "bls", "ana@x.example")
    file = board.folder / "record.json"
    badge(board, file)

    assert board("verify", file).code == 0
    file.write_text(file.read_text().replace("Learner record of", "Learner record by"))
    assert board("verify", file).code != 0


@pytest.mark.parametrize("email", ["nobody@x.example", "nobody"])
def test_who_is_not_known_has_no_record(academy, email):
    assert "no learner with this address" in academy.refused("record", "st-anna", email)


def test_a_record_of_one_award_holds_what_it_rests_on_and_nobody_else_s(board):
    board.good("issue", "st-anna", "bls", "ana@x.example")
    award = badge(board, board.folder / "record.json")["id"].rpartition("/")[2]

    one = json.loads(board.good("record", "st-anna", "ana@x.example", "--stack", award))

    assert [each["id"].rpartition("/")[2] for each in one["credentialSubject"]["verifiableCredential"]] == [award]
    assert "There is no such award" in board.refused("record", "st-anna", "ana@x.example", "--stack", "nothing")
