"""A stranger's badge at our desk: judged by its issuer's documents, and never by what it says of itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app.credentials.report import Verdict
from app.credentials.trust_lists import TrustLists, read
from app.errors import InvalidInput
from app.issuing.office import Addresses
from app.judging.desk import Desk, own_hosts
from app.service import Service
from tests.neighbour import Neighbour
from tests.strangers import Answer, Strangers


def changed(document: bytes) -> bytes:
    found = document.replace(b"Wound Care", b"Brain Care")
    assert found != document
    return found


@pytest.mark.parametrize("form", ["json", "jwt", "png"])
def test_a_strangers_badge_is_good_when_its_issuer_says_so(desk: Desk, neighbour: Neighbour, form: str):
    report = desk.judge(neighbour.file(form))

    assert (report.verdict, report.sentence) == (Verdict.GOOD, report.sentence)
    assert report.credential is not None
    assert report.credential.issuer_id == neighbour.did


@pytest.mark.parametrize("form", ["json", "png"])
def test_a_strangers_badge_that_was_changed_is_broken(desk: Desk, neighbour: Neighbour, form: str):
    assert desk.judge(changed(neighbour.file(form))).verdict in (Verdict.BROKEN, Verdict.UNREADABLE)


@pytest.mark.parametrize("tail", ["", ".json", ".jwt", ".png", "#top"])
def test_a_badge_is_found_by_any_of_its_addresses(desk: Desk, neighbour: Neighbour, tail: str):
    assert desk.judge_address(neighbour.address + tail).verdict is Verdict.GOOD


def test_the_badge_behind_an_address_is_not_believed_for_being_there(
    desk: Desk, neighbour: Neighbour, world: Strangers
):
    world.publish("evil.example/b", changed(neighbour.file("json")), "application/vc")

    assert desk.judge_address("https://evil.example/b").verdict is Verdict.BROKEN


def test_a_revocation_at_the_issuers_counts(desk: Desk, neighbour: Neighbour):
    neighbour.revoke()

    assert desk.judge(neighbour.file("json")).verdict is Verdict.REVOKED


def test_an_issuer_out_of_reach_means_cannot_tell(desk: Desk, neighbour: Neighbour, world: Strangers):
    world.unreachable.add("neighbour.example")

    report = desk.judge(neighbour.file("json"))

    assert report.verdict is Verdict.CANNOT_TELL
    assert report["issuer"].code == "issuer_unreachable"


def test_an_issuer_whose_document_is_gone_is_unknown(desk: Desk, neighbour: Neighbour, world: Strangers):
    world.publish("neighbour.example/issuers/dales/did.json", b"", status=404)

    assert desk.judge(neighbour.file("json")).verdict is Verdict.UNKNOWN_ISSUER


def test_a_badge_whose_key_its_issuer_took_away_is_not_good_any_more(
    desk: Desk, neighbour: Neighbour, world: Strangers
):
    """T24: the document answers as before, only without the old keys."""
    stated = neighbour.client.get("/issuers/dales/did.json").json()
    stated |= {"verificationMethod": [], "assertionMethod": []}
    world.publish("neighbour.example/issuers/dales/did.json", stated, "application/did+json")

    report = desk.judge(neighbour.file("json"))

    assert (report.verdict, report["issuer"].code) == (Verdict.UNKNOWN_ISSUER, "key_not_published")


def test_a_domain_that_changed_hands_cannot_vouch_for_other_keys(desk: Desk, neighbour: Neighbour, world: Strangers):
    """T24: under the key's old name stands a key of somebody else."""
    stated = neighbour.client.get("/issuers/dales/did.json").json()
    strange = json.loads(json.dumps(stated))
    for method in strange["verificationMethod"]:
        method.pop("publicKeyMultibase", None)
        method["publicKeyJwk"] = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        method["type"] = "JsonWebKey"
    world.publish("neighbour.example/issuers/dales/did.json", strange, "application/did+json")

    assert desk.judge(neighbour.file("json")).verdict is Verdict.BROKEN


def test_where_look_ups_are_switched_off_no_packet_leaves(service: Service, neighbour: Neighbour, world: Strangers):
    off = replace(service, settings=service.settings.model_copy(update={"verify_foreign": False}))
    desk = Desk(off, world.network())

    assert desk.judge(neighbour.file("json")).verdict is Verdict.CANNOT_TELL
    with pytest.raises(InvalidInput, match="does not look up addresses of others"):
        desk.judge_address(neighbour.address)
    assert world.asked == []


@pytest.mark.parametrize(
    "place",
    ["evil.example/nothing", "evil.example/html", "evil.example/large", "evil.example/away", "evil.example/500"],
)
def test_every_address_without_a_badge_gets_the_same_words(desk: Desk, world: Strangers, place: str):
    world.publish("evil.example/html", b"<!doctype html><p>hello", "text/html")
    world.publish("evil.example/large", b"x" * 6_000_000, "text/plain")
    world.publish("evil.example/away", b"", status=302, headers={"Location": "http://169.254.169.254/"})
    world.publish("evil.example/500", b"", status=500)

    with pytest.raises(InvalidInput) as problem:
        desk.judge_address(f"https://{place}")

    assert problem.value.detail.startswith("No badge could be fetched from this address")
    assert problem.value.facts == {"pointer": "/address"}


def test_a_badge_on_an_issuers_list_says_so_and_one_on_none_says_that(
    service: Service, neighbour: Neighbour, world: Strangers
):
    listing = read(f"# hospitals\n{neighbour.did}\n".encode(), name="north")
    others = read(b"did:web:other.example\n", name="others")

    def known(*lists: Any) -> Any:
        desk = Desk(replace(service, trust_lists=TrustLists(lists)), world.network())
        return desk.judge(neighbour.file("json"))

    assert known().known_in is None
    assert known(listing, others).known_in == ("north",)
    assert known(others).known_in == ()
    assert known(others).verdict is Verdict.GOOD


def test_no_transaction_is_open_while_a_stranger_is_asked(
    desk: Desk, service: Service, neighbour: Neighbour, world: Strangers
):
    in_use: list[int] = []

    def answer(path: str, accept: str) -> Answer:
        in_use.append(service.database.engine.pool.checkedout())  # type: ignore[attr-defined]
        return neighbour.answer(path, accept)

    world.hosts["neighbour.example"] = answer

    assert desk.judge_address(neighbour.address).verdict is Verdict.GOOD
    assert len(in_use) > 2
    assert set(in_use) == {0}


def test_closing_ends_a_child_that_is_at_work(service: Service):
    desk = Desk(service)
    with desk._a_child() as busy:
        busy._started()
        process = busy._process
        assert process is not None
        assert process.poll() is None

        desk.close()

        assert process.poll() is not None


@pytest.mark.parametrize(
    ("base_urls", "hosts"),
    [
        (["https://badges.example"], {"badges.example"}),
        (["https://new.example", "https://old.example"], {"new.example", "old.example"}),
        (["https://badges.example:8443"], set()),  # what is at the ordinary port is another service
        (["http://localhost:8321"], set()),  # no local name is ever asked
    ],
)
def test_strangers_addresses_never_lead_to_the_service_itself(base_urls: list[str], hosts: set[str]):
    assert own_hosts(map(Addresses, base_urls)) == hosts
