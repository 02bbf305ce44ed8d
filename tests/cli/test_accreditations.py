"""`lanyard accreditation …`, `lanyard ask-endorsement`, `lanyard endorsement-requests`: the operator's way to each."""

from __future__ import annotations

from typing import Any

ST_ANNA = "did:web:badges.test:issuers:st-anna"
CONTACT = ("--contact", "Write to registry@qualboard.example")


def test_an_accreditation_is_kept_listed_and_removed(academy: Any):
    made = academy.good(
        "accreditation",
        "add",
        "st-anna",
        "Quality Board",
        "https://qualboard.example",
        *CONTACT,
        "--until",
        "2999-12-31",
    ).strip()

    assert "holds until 2999-12-31" in academy.good("accreditation", "list", "st-anna")
    assert "Removed" in academy.good("accreditation", "remove", "st-anna", made)
    assert "Quality Board" not in academy.good("accreditation", "list", "st-anna")
    assert "no such accreditation" in academy.refused("accreditation", "remove", "st-anna", made)


def test_what_could_not_be_signed_is_refused(academy: Any):
    assert "absolute address" in academy.refused("accreditation", "add", "st-anna", "Board", "qualboard", *CONTACT)


def test_somebody_is_asked_and_the_request_is_listed(academy: Any):
    asked = ("ask-endorsement", "st-anna", ST_ANNA, "Please look.", "--name", "Board", "--email", "a@board.test")
    academy.good(*asked)

    assert "requested" in academy.good("endorsement-requests", "st-anna")
    assert "asked of them already" in academy.refused(*asked)
