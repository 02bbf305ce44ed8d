"""Verifiers of Open Badges 2.0 judge what a running server gave out, hosted and signed: 1EdTech's own, and another."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.issuing import award_status, awards

from . import tampering
from .conftest import VERDICT
from .foreign_verifiers import JUDGES_OF_2_0, Judge, Opinion, Panel
from .running_lanyard import RunningLanyard

GOOD = ("good", "named", "early")  # the last was signed with a key that was retired twice over
ENDED = re.compile(r"revoked|Required property|not match|Gone|410|404|could not be interpreted", re.IGNORECASE)
EXPIRED = re.compile(r"expired", re.IGNORECASE)
WRONG_SIGNATURE = re.compile(r"signature", re.IGNORECASE)
NOT_THE_ISSUERS_KEY = re.compile(r"other than those authorized|does not list", re.IGNORECASE)
NOT_THE_ISSUERS_HOST = re.compile(r"not hosted in|does not start with|outside the issuer", re.IGNORECASE)
NOT_THE_PERSONS = re.compile(r"did not match|mismatch", re.IGNORECASE)

every_judge = pytest.mark.parametrize("judge", JUDGES_OF_2_0, ids=str)


@pytest.fixture
def ask(panel_of_2_0: Panel, record_property: Callable[[str, object], None]) -> Callable[..., dict[str, Opinion]]:
    """`ask(judge, hosted={"good": address}, signed={"good": token})`: opinions by name, noted for the table."""

    def ask(
        judge: Judge, *options: str, hosted: dict[str, str] | None = None, signed: dict[str, bytes] | None = None
    ) -> dict[str, Opinion]:
        hosted, signed = hosted or {}, signed or {}
        said = panel_of_2_0.ask_about(judge, list(hosted.values()), *options)
        opinions = dict(zip((f"{name}.hosted" for name in hosted), said, strict=True))
        opinions |= panel_of_2_0.ask(judge, {f"{name}.signed": token for name, token in signed.items()}, *options)
        for file, opinion in opinions.items():
            name, _, form = file.rpartition(".")
            facts = (f"{judge.label} (2.0)", panel_of_2_0.version_of(judge), name, form, opinion.accepted)
            record_property(VERDICT, facts)
        return opinions

    return ask


@dataclass
class Elsewhere:
    """Another host, under somebody else's control."""

    base_url: str
    documents: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, document: dict[str, Any]) -> str:
        """Publish a document; its address."""
        self.documents[f"/{name}"] = json.dumps(document).encode()
        return f"{self.base_url}/{name}"


@contextmanager
def another_host() -> Iterator[Elsewhere]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = place.documents.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/ld+json")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        place = Elsewhere(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield place
        server.shutdown()
        thread.join()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with another_host() as place:
        yield place


def hosted(lanyard: RunningLanyard, *badges: str) -> dict[str, str]:
    return {badge: lanyard.hosted(badge) for badge in badges}


def signed(lanyard: RunningLanyard, *badges: str) -> dict[str, bytes]:
    return {badge: lanyard.get(f"{lanyard.hosted(badge)}.jws") for badge in badges}


def both(lanyard: RunningLanyard, *badges: str) -> dict[str, Any]:
    return {"hosted": hosted(lanyard, *badges), "signed": signed(lanyard, *badges)}


def not_refused_for(reason: re.Pattern[str], opinions: dict[str, Opinion]) -> dict[str, str]:
    """Those that were accepted, or refused for some other reason than they should be."""
    assert opinions
    return {
        name: opinion.sentence
        for name, opinion in opinions.items()
        if opinion.accepted or not reason.search(opinion.sentence)
    }


@every_judge
def test_a_good_badge_is_accepted_hosted_and_signed(ask: Any, lanyard: RunningLanyard, judge: Judge):
    opinions = ask(judge, **both(lanyard, *GOOD))

    assert {name: each.sentence for name, each in opinions.items() if not each.accepted} == {}
    assert len(opinions) == 6


@every_judge
@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_picture_with_the_signed_form_in_it_is_accepted(
    panel_of_2_0: Panel, lanyard: RunningLanyard, judge: Judge, form: str
):
    files = {f"{badge}.{form}": lanyard.get(f"{lanyard.hosted(badge)}.{form}") for badge in ("good", "revoked")}

    opinions = panel_of_2_0.ask(judge, files)

    assert opinions[f"good.{form}"].accepted, opinions
    assert not_refused_for(re.compile("has been revoked"), {"revoked": opinions[f"revoked.{form}"]}) == {}


@every_judge
def test_the_recipient_is_found_by_the_address_and_nobody_else_is(ask: Any, lanyard: RunningLanyard, judge: Judge):
    own = ask(judge, "--recipient", "good@st-anna.example", **both(lanyard, "good"))
    good = both(lanyard, "good")
    others = ask(
        judge,
        "--recipient",
        "named@st-anna.example",
        hosted={"another's badge": good["hosted"]["good"]},
        signed={"another's badge": good["signed"]["good"]},
    )

    assert all(opinion.accepted for opinion in own.values()), own
    assert not_refused_for(NOT_THE_PERSONS, others) == {}


@every_judge
def test_a_badge_that_does_not_count_is_refused(ask: Any, lanyard: RunningLanyard, judge: Judge):
    opinions = ask(judge, **both(lanyard, "revoked", "suspended"))

    assert not_refused_for(ENDED, opinions) == {}


@every_judge
def test_an_expired_badge_is_refused_as_expired(ask: Any, lanyard: RunningLanyard, judge: Judge):
    assert not_refused_for(EXPIRED, ask(judge, **both(lanyard, "expired"))) == {}


@every_judge
def test_a_changed_assertion_and_a_signature_of_another_are_refused(ask: Any, lanyard: RunningLanyard, judge: Judge):
    good, named, expired = (signed(lanyard, badge)[badge] for badge in ("good", "named", "expired"))
    forgeries = {
        "later end": tampering.changed("jwt", expired, lambda said: said.update(expires="2046-03-01T00:00:00Z")),
        "another's proof": b".".join((*good.split(b".")[:2], named.split(b".")[2])),
    }

    assert not_refused_for(WRONG_SIGNATURE, ask(judge, signed=forgeries)) == {}


@every_judge
def test_a_key_that_the_issuer_does_not_name_signs_nothing(
    ask: Any, lanyard: RunningLanyard, elsewhere: Elsewhere, judge: Judge
):
    said = tampering.said("jwt", signed(lanyard, "good")["good"])
    real = json.loads(lanyard.get(said["verification"]["creator"]))
    stolen = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = stolen.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    address = f"{elsewhere.base_url}/key"
    elsewhere.put("key", {**real, "id": address, "publicKeyPem": pem.decode()})
    forged = {**said, "verification": {**said["verification"], "creator": address}}
    token = jwt.PyJWS().encode(json.dumps(forged).encode(), stolen, algorithm="RS256")

    assert not_refused_for(NOT_THE_ISSUERS_KEY, ask(judge, signed={"another's proof": token.encode()})) == {}


@every_judge
def test_an_assertion_on_another_host_is_refused(ask: Any, lanyard: RunningLanyard, elsewhere: Elsewhere, judge: Judge):
    document = json.loads(lanyard.get(lanyard.hosted("good"), "application/ld+json"))
    moved = elsewhere.put("good", {**document, "id": f"{elsewhere.base_url}/good"})

    assert not_refused_for(NOT_THE_ISSUERS_HOST, ask(judge, hosted={"another's place": moved})) == {}


@contextmanager
def reinstated(lanyard: RunningLanyard, badge: str) -> Iterator[None]:
    """Lift the suspension of a badge for a while."""
    office, database = lanyard.service.office, lanyard.service.database
    award_id = lanyard.badges[badge].rpartition("/")[2]
    with database.write() as session:
        award_status.reinstate(session, office, awards.by_id(session, award_id), actor="test")
    try:
        yield
    finally:
        with database.write() as session:
            found = awards.by_id(session, award_id)
            award_status.suspend(session, office, found, reason="under review", actor="test")


@every_judge
def test_one_revoked_badge_is_found_also_when_no_other_is_revoked(ask: Any, lanyard: RunningLanyard, judge: Judge):
    """1EdTech's own overlooks the entry of a list that has one only; ours has never fewer than two."""
    revoked = signed(lanyard, "revoked")
    with reinstated(lanyard, "suspended"):
        entries = json.loads(lanyard.get(f"{lanyard.base_url}/ob2/issuers/st-anna/revocations"))["revokedAssertions"]
        opinions = ask(judge, signed=revoked)
        addresses, tokens = hosted(lanyard, "suspended"), signed(lanyard, "suspended")
        back = ask(judge, hosted={"reinstated": addresses["suspended"]}, signed={"reinstated": tokens["suspended"]})

    said = tampering.said("jwt", revoked["revoked"])
    assert [each["id"] for each in entries if "#" not in each["id"]] == [said["id"]]
    assert not_refused_for(re.compile("has been revoked"), opinions) == {}
    assert all(opinion.accepted for opinion in back.values()), back
