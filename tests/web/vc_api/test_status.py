"""The status of what is issued: an entry in each credential, and a list that anybody may read."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.credentials import bitstring, strict_json
from app.credentials.model import StatusPurpose
from app.credentials.vc import issue
from app.issuing import issuers, key_rotation, status_lists
from app.issuing.audit import AuditEntry
from app.service import Service
from tests.web.vc_api.conftest import V2, Door, refusal

Document = dict[str, Any]


@pytest.fixture
def entry(door: Door) -> Document:
    return dict(door.issued(door.credential())["credentialStatus"])


def test_every_credential_gets_an_entry_of_its_own(door: Door, entry: Document):
    other = door.issued(door.credential())["credentialStatus"]

    assert (entry["type"], entry["statusPurpose"]) == ("BitstringStatusListEntry", "revocation")
    assert str(int(entry["statusListIndex"])) == entry["statusListIndex"]
    assert entry["id"] == f"{entry['statusListCredential']}#{entry['statusListIndex']}"
    assert entry["statusListIndex"] != other["statusListIndex"]


def test_a_status_that_was_there_already_stays_beside_it(door: Door):
    own = {"id": "did:example:status", "type": "https://example.org/#List"}

    first, second = door.issued(door.credential(credentialStatus=own))["credentialStatus"]

    assert first == own
    assert second["type"] == "BitstringStatusListEntry"


@pytest.mark.parametrize("accept", [None, "*/*", "application/ld+json, application/json", "text/html"])
def test_its_list_is_there_without_login_as_signed_json(door: Door, entry: Document, accept: str | None):
    headers = {} if accept is None else {"Accept": accept}

    answer = door.client.get(entry["statusListCredential"], headers=headers)

    listed = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (listed["@context"], listed["id"], listed["issuer"]) == ([V2], entry["statusListCredential"], door.did)
    assert "BitstringStatusListCredential" in listed["type"]
    assert listed["credentialSubject"]["type"] == "BitstringStatusList"
    bits = bitstring.decode(listed["credentialSubject"]["encodedList"])
    assert not bitstring.is_set(bits, int(entry["statusListIndex"]))
    assert door.verify(listed).status_code == 200


def test_a_list_that_was_changed_does_not_verify(door: Door, entry: Document):
    listed = door.client.get(entry["statusListCredential"]).json()
    listed["credentialSubject"]["encodedList"] = bitstring.encode({5}, 131_072)

    assert refusal(door.verify(listed))[0] == 400


def test_the_same_list_is_the_same_bytes(door: Door, entry: Document):
    first, second = (door.client.get(entry["statusListCredential"]) for _ in range(2))

    assert first.content == second.content
    assert (
        door.client.get(entry["statusListCredential"], headers={"If-None-Match": first.headers["etag"]}).status_code
        == 304
    )


def test_a_credential_whose_bit_is_set_is_refused(door: Door, open_service: Service):
    """As if the list held it: the bit is put into the stored list, and taken out again."""
    issued = door.issued(door.credential())
    index = int(issued["credentialStatus"]["statusListIndex"])
    list_id = issued["credentialStatus"]["statusListCredential"].rsplit("/", 2)[1]
    before = _replace_bits(open_service, list_id, bitstring.encode({index}, 131_072))

    refused = door.verify(issued)
    _replace_bits(open_service, list_id, before)

    assert refusal(refused) == (400, "revoked")
    assert door.verify(issued).status_code == 200


@pytest.mark.parametrize("list_id", ["x", "AAAAAAAAAAAAAAAAAAAAAA", "%00", "..%2fissuers"])
def test_a_list_that_is_not_there_is_not_found(door: Door, list_id: str):
    kid = door.did.removeprefix("did:key:")

    assert refusal(door.client.get(f"/credentials/status/{list_id}/{kid}"))[0] == 404


@pytest.mark.parametrize("kid", ["x", "%00", "z6MkqK6fRZP4uiMYWEUbHTza2Qzj5LkrL5LzAZNrkENTPZDL"])
def test_a_list_in_the_name_of_another_key_is_not_found(door: Door, entry: Document, kid: str):
    place = entry["statusListCredential"].rpartition("/")[0].removeprefix("https://badges.test")

    assert refusal(door.client.get(f"{place}/{kid}"))[0] == 404


def test_lists_of_another_purpose_are_for_badges_only(door: Door, open_service: Service):
    with open_service.database.read() as session:
        issuer = issuers.by_slug(session, "northfield")
        found = session.query(status_lists.StatusList).filter_by(issuer_id=issuer.id, purpose=StatusPurpose.SUSPENSION)
        list_id = found.one().id

    assert refusal(door.client.get(f"/credentials/status/{list_id}/{door.did.removeprefix('did:key:')}"))[0] == 404


def test_a_credential_that_was_signed_before_the_keys_were_changed_keeps_its_status(door: Door, open_service: Service):
    issued, before = door.issued(door.credential()), door.did
    _change_keys(open_service, key_rotation.rotate)

    found = door.verify(issued)

    assert (found.status_code, found.json().get("warnings", [])) == (200, [])
    assert door.did != before == issued["issuer"]


def test_what_a_stolen_key_signed_is_refused(door: Door, open_service: Service):
    issued = door.issued(door.credential())
    stolen = door.did.removeprefix("did:key:")
    _change_keys(open_service, key_rotation.revoke, [stolen], reason="stolen")

    assert refusal(door.verify(issued))[0] == 400
    assert refusal(door.client.get(issued["credentialStatus"]["statusListCredential"]))[0] == 404


def test_a_key_that_is_stolen_while_it_signs_signs_nothing(
    door: Door, open_service: Service, monkeypatch: pytest.MonkeyPatch
):
    stolen, sign, answers = door.did, issue.sign, []

    def sign_while_the_key_is_stolen(*arguments: Any, **facts: Any) -> Document:
        if not answers:
            kid = stolen.removeprefix("did:key:")
            _change_keys(open_service, key_rotation.revoke, [kid], reason="stolen")
        answers.append(sign(*arguments, **facts))
        return dict(answers[-1])

    monkeypatch.setattr(issue, "sign", sign_while_the_key_is_stolen)
    issued = door.issued(door.credential())

    assert [answer["issuer"] for answer in answers] == [stolen, door.did]
    assert issued["issuer"] == door.did
    assert door.verify(issued).status_code == 200


def withdraw(door: Door, entry: Document, **more: Any) -> Any:
    return door.client.post("/credentials/status", json={"credentialStatus": entry, **more})


def test_a_credential_that_is_withdrawn_is_refused_from_then_on_and_no_other_is(door: Door):
    issued, other = (door.issued(door.credential()) for _ in range(2))

    answers = [withdraw(door, issued["credentialStatus"], status=True) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert refusal(door.verify(issued)) == (400, "revoked")
    assert door.verify(other).status_code == 200


def test_withdrawing_is_on_record_once(door: Door, open_service: Service):
    entry = door.issued(door.credential())["credentialStatus"]
    for _ in range(2):
        withdraw(door, entry)

    with open_service.database.read() as session:
        found = session.query(AuditEntry).filter_by(action="credential.withdrawn").all()
    assert [each.facts for each in found if each.facts["status"] == entry["id"]] == [{"status": entry["id"]}]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"statusListIndex": "131071"}, 404),
        ({"statusListCredential": "https://badges.test/credentials/status/x/y"}, 404),
        ({"statusListCredential": "https://elsewhere.test/credentials/status/x/y"}, 404),
        ({"statusListIndex": "-1"}, 400),
        ({"statusListIndex": None}, 400),
        ({"statusListCredential": 5}, 400),
        ({"type": "SomethingElse"}, 400),
        ({"statusPurpose": "suspension"}, 400),
    ],
)
def test_an_entry_that_is_not_from_here_changes_nothing(door: Door, entry: Document, changed: Document, status: int):
    assert withdraw(door, {**entry, **changed}).status_code == status


def test_an_entry_under_another_key_changes_nothing(door: Door, make_party: Any, entry: Document):
    kid = make_party().did.removeprefix("did:key:")
    place = entry["statusListCredential"].rpartition("/")[0]

    assert withdraw(door, {**entry, "statusListCredential": f"{place}/{kid}"}).status_code == 404


@pytest.mark.parametrize("status", [False, "true", 1])
def test_a_withdrawal_cannot_be_taken_back(door: Door, entry: Document, status: Any):
    assert withdraw(door, entry, status=status).status_code == 400


def test_a_place_that_something_else_holds_cannot_be_withdrawn_by_this_door(
    door: Door, entry: Document, open_service: Service
):
    with open_service.database.write() as session:
        northfield = issuers.by_slug(session, "northfield")
        purpose = StatusPurpose.REVOCATION
        _, index = status_lists.reserve_without_award(session, open_service.office, northfield, purpose)

    assert withdraw(door, {**entry, "statusListIndex": str(index)}).status_code == 404


def test_every_signature_is_on_record(door: Door, open_service: Service):
    issued = door.issued(door.credential())

    with open_service.database.read() as session:
        query = select(AuditEntry).where(AuditEntry.action == "credential.signed")
        entry = session.scalars(query.order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.actor, f"did:key:{entry.object_id}") == ("vc-api", door.did)
    assert entry.facts == {"status": issued["credentialStatus"]["id"]}


def _change_keys(service: Service, change: Any, *arguments: Any, **facts: Any) -> None:
    with service.database.write() as session:
        northfield = issuers.by_slug(session, "northfield")
        change(session, service.office, northfield, *arguments, actor="cli", **facts)


def _replace_bits(service: Service, list_id: str, encoded: str) -> str:
    with service.database.write() as session:
        found = session.get_one(status_lists.StatusList, list_id)
        document = strict_json.loads(found.json or b"")
        before = str(document["credentialSubject"]["encodedList"])
        document["credentialSubject"]["encodedList"] = encoded
        found.json = strict_json.dumps(document)
    return before
