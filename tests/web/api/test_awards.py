"""Awarding by hand: who is who, what is signed, and what happens to an award afterwards (B01, B05, B14, B65, B66)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from app.issuing.outbox import OutboxMessage
from app.service import Service

ANA = {"email": "ana.ortiz@hospital.example", "name": "Ana Ortiz"}


@pytest.fixture
def phlb(api: Any) -> dict[str, Any]:
    return dict(api.publish())


@pytest.fixture
def award(api: Any, phlb: dict[str, Any]) -> dict[str, Any]:
    """Ana's phlebotomy."""
    return dict(api.post("/awards", achievement=phlb["slug"], recipient=ANA))


def achievement_bytes(api: Any, award: dict[str, Any]) -> bytes:
    """The member `achievement` of the stored credential, as its bytes are."""
    stored: bytes = api.send("GET", f"/awards/{award['id']}/credential").content
    start = stored.index(b'"achievement":') + len(b'"achievement":')
    text = stored[start:].decode()
    _, end = json.JSONDecoder().raw_decode(text)
    return text[:end].encode()


def test_an_award_is_made_with_its_badge_page_and_its_mail(api: Any, award: dict[str, Any], service: Service):
    assert award["created"] is True
    assert award["url"] == f"http://badges.test/b/{award['id']}"
    assert api.credential(award["id"])["id"] == award["url"]
    with service.database.read() as session:
        assert [mail.subject_id for mail in session.scalars(select(OutboxMessage))] == [award["id"]]


def test_an_achievement_is_named_by_id_or_by_short_name(api: Any, phlb: dict[str, Any]):
    by_id = api.post("/awards", achievement=phlb["id"], recipient=ANA)
    by_slug = api.post("/awards", achievement=phlb["slug"], recipient={"email": "kim@x.example"})

    assert by_id["achievement"] == by_slug["achievement"] == phlb["id"]


def test_who_holds_it_already_gets_200_and_the_same_award(api: Any, phlb: dict[str, Any], award: dict[str, Any]):
    again = api.send("POST", "/awards", json={"achievement": phlb["slug"], "recipient": ANA})

    assert again.status_code == 200
    assert again.json() == award | {"created": False}


@pytest.mark.parametrize(
    "written",
    ["Ana.ORTIZ@Hospital.Example", "  ana.ortiz@hospital.example\u00a0", "ana.ortiz\u200b@hospital.example\ufeff"],
)
def test_one_person_however_the_address_is_written_b01_b05(api: Any, award: dict[str, Any], written: str):
    again = api.post("/awards", achievement="phlb", recipient={"email": written})

    assert again["created"] is False
    assert again["id"] == award["id"]
    assert [found["id"] for found in api.get("/learners", email=written)["items"]] == [award["learner"]]


def test_mail_goes_to_an_address_without_invisible_characters(api: Any, phlb: dict[str, Any]):
    made = api.post("/awards", achievement=phlb["id"], recipient={"email": "  kim\u200b@x.example\u00a0"})

    assert api.get(f"/learners/{made['learner']}")["emails"] == ["kim@x.example"]


@pytest.mark.parametrize("name", ["Šárka Nguyễn-O'Brien", "李 娜"])
def test_a_name_in_any_script_is_kept_and_shown_only_with_consent_b14(api: Any, phlb: dict[str, Any], name: str):
    shy = api.post("/awards", achievement=phlb["id"], recipient={"email": "a@x.example", "name": name})
    open_ = api.post(
        "/awards", achievement=phlb["id"], recipient={"email": "b@x.example", "name": name, "show_name": True}
    )

    assert api.get(f"/learners/{shy['learner']}")["display_name"] == name
    assert name not in json.dumps(api.credential(shy["id"]), ensure_ascii=False)
    assert name in json.dumps(api.credential(open_["id"]), ensure_ascii=False)


def test_every_award_of_a_version_carries_the_same_bytes_of_its_achievement_b65_b66(api: Any, award: dict[str, Any]):
    facts = {"narrative": "Ana's own story", "evidence": [{"id": "https://x.example/1"}]}
    kim = api.post("/awards", achievement="phlb", recipient={"email": "kim@x.example"}, **facts)
    api.post(f"/awards/{award['id']}/reissue")

    assert achievement_bytes(api, award) == achievement_bytes(api, kim)
    stated = json.loads(achievement_bytes(api, kim))
    assert stated["type"] == ["Achievement"]
    assert stated["achievementType"] == "MicroCredential"
    assert stated["id"] == api.get("/achievements/phlb/versions/1")["url"]
    assert "own story" not in json.dumps(stated)


def test_signing_anew_keeps_id_and_award_date_b66(api: Any, phlb: dict[str, Any]):
    made = api.post("/awards", achievement=phlb["id"], recipient=ANA, awarded_at="2026-03-01T10:00:00.5+01:00")
    before = api.credential(made["id"])

    after = api.post(f"/awards/{made['id']}/reissue")

    assert made["awarded_at"] == after["awarded_at"] == "2026-03-01T09:00:00Z"
    assert after["revision"] == 2
    assert api.credential(made["id"])["id"] == before["id"]
    assert api.credential(made["id"])["awardedDate"] == before["awardedDate"] == "2026-03-01T09:00:00Z"


def test_consent_and_its_withdrawal_sign_every_living_award_anew(api: Any, award: dict[str, Any]):
    learner = f"/learners/{award['learner']}"

    api.patch(learner, name_shown=True)
    shown = json.dumps(api.credential(award["id"]))
    api.patch(learner, name_shown=False)

    assert "Ana Ortiz" in shown
    assert "Ana Ortiz" not in json.dumps(api.credential(award["id"]))
    assert api.get(f"/awards/{award['id']}")["revision"] == 3


def test_a_changed_name_that_nobody_sees_signs_nothing(api: Any, award: dict[str, Any]):
    changed = api.patch(f"/learners/{award['learner']}", display_name="Ana Ortiz Vega")

    assert changed["display_name"] == "Ana Ortiz Vega"
    assert api.get(f"/awards/{award['id']}")["revision"] == 1


def test_a_revoked_award_is_not_signed_anew_when_consent_changes(api: Any, award: dict[str, Any]):
    api.post(f"/awards/{award['id']}/revoke", reason="issued in error")

    api.patch(f"/learners/{award['learner']}", name_shown=True)

    assert api.get(f"/awards/{award['id']}")["revision"] == 1


def test_revoking_is_final_and_says_since_when(api: Any, award: dict[str, Any]):
    revoked = api.post(f"/awards/{award['id']}/revoke", reason="issued in error")

    assert (revoked["state"], revoked["reason"]) == ("revoked", "issued in error")
    status, problem = api.refused("POST", f"/awards/{award['id']}/suspend", {"reason": "again"})
    assert (status, problem["type"]) == (409, "http://badges.test/problems/already-revoked")
    assert problem["revoked_at"]


def test_a_suspended_award_can_be_reinstated_and_only_that_one(api: Any, award: dict[str, Any]):
    path = f"/awards/{award['id']}"

    assert api.post(f"{path}/suspend", reason="under review")["state"] == "suspended"
    assert api.post(f"{path}/reinstate")["state"] == "issued"
    assert api.refused("POST", f"{path}/reinstate", {})[0] == 409


def test_a_successor_and_its_predecessor_name_each_other(api: Any, award: dict[str, Any]):
    new = api.post(f"/awards/{award['id']}/supersede", narrative="with the right date")

    old = api.get(f"/awards/{award['id']}")
    assert (old["state"], old["superseded_by"]) == ("superseded", new["id"])
    assert (new["state"], new["supersedes"], new["learner"]) == ("issued", award["id"], award["learner"])


def test_what_the_learner_holds_already_cannot_take_another_award_s_place(api: Any, award: dict[str, Any]):
    api.publish("ekg", name="EKG", abbreviation="EKG")
    held = api.post("/awards", achievement="ekg", recipient=ANA)

    status, problem = api.refused("POST", f"/awards/{award['id']}/supersede", {"achievement": "ekg"})

    assert (status, problem["award_id"]) == (409, held["id"])
    assert api.get(f"/awards/{award['id']}")["state"] == "issued"


def test_the_mail_is_sent_again_on_request_but_not_for_a_revoked_award(
    api: Any, award: dict[str, Any], service: Service
):
    api.post(f"/awards/{award['id']}/resend")
    api.post(f"/awards/{award['id']}/revoke", reason="issued in error")

    assert api.refused("POST", f"/awards/{award['id']}/resend", {})[0] == 409
    with service.database.read() as session:
        assert len(session.scalars(select(OutboxMessage)).all()) == 2


def test_the_credential_is_there_for_its_issuer_also_when_the_badge_is_private(api: Any, award: dict[str, Any]):
    assert api.put(f"/awards/{award['id']}/visibility", visibility="private")["visibility"] == "private"

    assert api.credential(award["id"])["id"] == award["url"]


def test_an_archived_achievement_cannot_be_awarded(api: Any, phlb: dict[str, Any]):
    api.post(f"/achievements/{phlb['id']}/archive")

    status, problem = api.refused("POST", "/awards", {"achievement": "phlb", "recipient": ANA})

    assert (status, problem["type"]) == (409, "http://badges.test/problems/not-published")


def test_a_person_is_known_by_the_id_that_another_system_gave(api: Any, phlb: dict[str, Any]):
    named = {"namespace": "hr.hospital.example", "id": "4711"}
    first = api.post("/awards", achievement=phlb["id"], recipient=ANA | named)

    again = api.post("/awards", achievement=phlb["id"], recipient=named)

    assert (again["created"], again["id"]) == (False, first["id"])
    assert api.get(f"/learners/{first['learner']}")["identities"] == [named]


@pytest.mark.parametrize(
    ("recipient", "pointer"),
    [
        ({"namespace": "hr.example", "id": "nobody"}, "/recipient/email"),
        ({"id": "4711", "email": "a@x.example"}, "/recipient"),
        ({"name": "Ana"}, "/recipient"),
        ({"email": "not an address"}, "/recipient/email"),
        ({"email": "a@x.example", "name": "A\r\nBcc: x@y.example"}, "/recipient/name"),
    ],
)
def test_nobody_in_particular_is_422_with_a_pointer(
    api: Any, phlb: dict[str, Any], recipient: dict[str, str], pointer: str
):
    status, problem = api.refused("POST", "/awards", {"achievement": phlb["id"], "recipient": recipient})

    assert status == 422
    assert pointer in json.dumps(problem)


def test_an_award_date_is_a_moment_of_the_past_with_its_zone(api: Any, phlb: dict[str, Any]):
    for moment in (
        "2999-01-01T00:00:00Z", "1492-10-12T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", 1_700_000_000, True,
        "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
    ):  # fmt: skip
        body = {"achievement": phlb["id"], "recipient": ANA, "awarded_at": moment}

        status, problem = api.refused("POST", "/awards", body)

        assert (status, problem["problems"][0]["pointer"]) == (422, "/awarded_at"), moment


def test_every_change_has_exactly_one_entry_in_the_audit_log(api: Any, award: dict[str, Any]):
    api.post(f"/awards/{award['id']}/suspend", reason="under review")
    api.post(f"/awards/{award['id']}/reinstate")
    api.put(f"/awards/{award['id']}/visibility", visibility="public")

    entries = api.get("/audit", object=award["id"])["items"]

    assert [entry["action"] for entry in entries] == [
        "award.visibility", "award.reinstated", "award.suspended", "award.issued",
    ]  # fmt: skip
    assert {entry["actor"].partition(":")[0] for entry in entries} == {"api-key"}


def test_consent_is_withdrawn_also_from_a_badge_that_has_expired(api: Any):
    api.publish(validity={"kind": "months", "amount": 12})
    recipient = ANA | {"show_name": True}
    old = api.post("/awards", achievement="phlb", recipient=recipient, awarded_at="2024-03-01T09:00:00Z")

    api.patch(f"/learners/{old['learner']}", name_shown=False)

    assert old["is_expired"] is True
    assert "Ana Ortiz" not in json.dumps(api.credential(old["id"]))


def test_a_name_with_consent_is_learnt_anew_on_every_living_badge(api: Any, award: dict[str, Any]):
    api.publish("ekg", abbreviation="EKG")
    named = {"email": ANA["email"], "name": "Ana Ortiz Vega", "show_name": True}

    new = api.post("/awards", achievement="ekg", recipient=named)

    assert "Ana Ortiz Vega" in json.dumps(api.credential(award["id"]))
    assert "Ana Ortiz Vega" in json.dumps(api.credential(new["id"]))


def test_evidence_is_an_address_or_a_story(api: Any, phlb: dict[str, Any]):
    for evidence in ({}, {"name": "a"}, {"id": "data:text/plain,x"}, {"id": "x"}, {"narrative": "\x01"}):
        body = {"achievement": phlb["id"], "recipient": ANA, "evidence": [evidence]}

        status, problem = api.refused("POST", "/awards", body)

        assert status == 422, evidence
        assert problem["problems"][0]["pointer"].startswith("/evidence/0")


# -- who paid (SEED-64) ----------------------------------------------------------------------------------------


def test_who_paid_is_said_with_the_award_listed_and_changed_without_signing_anew(api: Any, phlb: dict[str, Any]):
    made = api.post("/awards", achievement=phlb["id"], recipient=ANA, sponsor="Riverside", funding="State grant")
    changed = api.put(f"/awards/{made['id']}/sponsorship", sponsor="City hospital")
    emptied = api.put(f"/awards/{made['id']}/sponsorship")

    assert (made["sponsor"], made["funding"]) == ("Riverside", "State grant")
    assert (changed["sponsor"], changed["funding"]) == ("City hospital", None)
    assert (emptied["sponsor"], emptied["revision"]) == (None, 1)
    assert "Riverside" not in str(api.credential(made["id"]))
    assert api.refused("PUT", f"/awards/{made['id']}/sponsorship", {"sponsor": "x" * 201})[0] == 422
