"""Every Open Badges 2.0 fixture of the reference validator gets the verdict it should have, and a reason.

The objects name addresses under `example.org`; an in-memory web answers there out of the fixtures themselves. For an
object whose file calls itself by another address than the one it is asked at (the families with `allowedOrigins` and
`startsWith`, `altbadgeurl.json`), the web answers at both, so that the object there can agree.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.credentials import baking
from app.credentials.model import StatusEntry
from app.credentials.multibase import base64url, from_base64url
from app.credentials.report import Outcome, Report, Verdict
from app.credentials.verify import DocumentFound, Missing, Unreachable, ob2, verify
from app.credentials.verify.finding import Stop
from app.credentials.verify.ob2 import shape
from app.credentials.verify.ob2.generations import Generation
from app.credentials.verify.ob2.graph import Graph, Node
from app.credentials.verify.ob2.parts import issuer_of
from app.credentials.verify.ob2.words import refuse_other_meanings
from tests.beside import beside

FAILED = Outcome.FAILED
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
FIXTURES = Path(__file__).resolve().parents[2] / "../shared/conformance/ob20"
HOSTS = ("https://example.org/", "https://example.com/")
HOME = "https://example.org/beths-robotics-badge.json"


@dataclass
class Web:
    """The web of example.org and example.com, out of the folder `assets`; `pages` go before it."""

    pages: dict[str, DocumentFound | Missing | Unreachable] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        self.asked.append(url)
        if url in self.pages:
            return self.pages[url]
        name = next((url.removeprefix(host) for host in HOSTS if url.startswith(host)), "")
        files = [FIXTURES / "assets" / each for each in (name, f"{name}.json") if name]
        return next((DocumentFound(file.read_bytes()) for file in files if file.is_file()), Missing())

    def key(self, verification_method: str, *, issuer_id: str) -> Missing:
        raise AssertionError((verification_method, issuer_id))

    def status_list(self, url: str) -> Unreachable:
        raise AssertionError(url)

    def superseded_by(self, credential_id: str) -> str | None:
        del credential_id

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        raise AssertionError(credential_id)

    def publish(self, url: str, content: bytes | dict[str, Any], **more: Any) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.pages[url] = DocumentFound(data, **more)


def fixture(name: str) -> bytes:
    return (beside("conformance", "ob20") / name).read_bytes()


def parsed(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(fixture(name))
    return document


def hosted(name: str) -> tuple[bytes, Web]:
    """A hosted fixture, published at its own address, with every object it leads to also where it says it is."""
    data, web = fixture(name), Web()
    document = parsed(name)
    web.publish(document["id"].replace("http:", "https:"), data)
    stated = document["badge"]
    for _ in range(2):
        address = stated if isinstance(stated, str) else stated["id"]
        file = FIXTURES / "assets" / address.rpartition("/")[2]
        part = json.loads(file.read_bytes())
        web.publish(part["id"].replace("http:", "https:"), file.read_bytes())
        stated = part.get("issuer", address)
    return data, web


def judge(document: bytes | str, web: Web, **asked: Any) -> Report:
    return verify(document, now=NOW, resolve=web, **asked)


# -- hosted ---------------------------------------------------------------------------------------------------

VALID = {
    "basic-assertion.json": "organization.json",
    "basic-assertion-no-public-key.json": "organization-no-public-key.json",
    "basic-assertion-with-language.json": "organization.json",
    "assertion-with-endorsements.json": "organization.json",
    "assertion-with-extension-node-basic.json": "organization.json",
    "assertion-with-multiple-extensions.json": "organization.json",
}
WITH_A_WARNING = {
    "warning-with-redirection.json": "kept_elsewhere",
    "warning-issuer-non-http.json": "issuer_not_address",
    # Valid without a warning to the validator, which takes an object under any identifier once it has it.
    "basic-assertion-with-allowed-origins.json": "kept_elsewhere",
    "basic-assertion-with-allowed-origins-valid-starts-with.json": "kept_elsewhere",
    "basic-assertion-with-allowed-origins-valid-multiple-starts-with.json": "kept_elsewhere",
}
INVALID = {
    "basic-assertion-with-allowed-origins-invalid-starts-with.json": (Verdict.BROKEN, "issuer", "outside_scope"),
    "basic-assertion-with-allowed-origins-invalid-multiple-starts-with.json": (
        Verdict.BROKEN, "issuer", "outside_scope"
    ),
    "basic-assertion-invalid-context.json": (Verdict.BROKEN, "context", "context_missing"),
    "basic-assertion-invalid-type.json": (Verdict.UNREADABLE, "schema", "type"),
    "assertion-with-data-image.json": (Verdict.UNREADABLE, "schema", "image"),
    # The validator fetches the extension's schema. Here its kind, `obi:extensions/#…`, is already none that exists.
    "assertion-with-extension-node-invalid.json": (Verdict.UNREADABLE, "schema", "type_unknown"),
    "basic-assertion-expired.json": (Verdict.EXPIRED, "dates", "expired"),
    "basic-assertion-expired-before-issued.json": (Verdict.UNREADABLE, "schema", "dates_order"),
    "basic-assertion-in-future.json": (Verdict.NOT_YET_VALID, "dates", "not_yet_valid"),
}  # fmt: skip


@pytest.mark.parametrize("name", VALID)
def test_a_valid_hosted_badge_is_good(name: str):
    data, web = hosted(name)

    report = judge(data, web)

    assert (report.verdict, report.warnings) == (Verdict.GOOD, ()), report.to_dict()
    assert report.credential.issuer_id == f"https://example.org/{VALID[name]}"
    assert report.credential.standard == "Open Badges 2.0"


@pytest.mark.parametrize("name", WITH_A_WARNING)
def test_a_badge_that_is_valid_with_a_warning_is_good_with_one(name: str):
    data, web = hosted(name)

    report = judge(data, web)

    assert report.verdict is Verdict.GOOD, report.to_dict()
    assert [caution.code for caution in report.warnings] == [WITH_A_WARNING[name]]


@pytest.mark.parametrize("name", [*VALID, *WITH_A_WARNING])
def test_its_tampered_twin_is_judged_by_what_is_published(name: str):
    data, web = hosted(name)
    tampered = {**json.loads(data), "expires": "2099-01-01", "badge": "https://evil.example/class"}

    report = judge(json.dumps(tampered), web)

    assert report["proof"].code == "copy_differs"
    assert report.credential == judge(data, web).credential
    assert not any("evil.example" in url for url in web.asked)


@pytest.mark.parametrize("name", [*VALID, *WITH_A_WARNING])
def test_the_same_badge_moved_to_a_stranger_is_not_good(name: str):
    _, web = hosted(name)
    stolen = {**parsed(name), "id": "https://evil.example/badge"}
    web.publish(stolen["id"], stolen)

    report = judge(json.dumps(stolen), web)

    assert (report.verdict, report["issuer"].code) == (Verdict.BROKEN, "outside_scope")


@pytest.mark.parametrize("name", [*VALID, *WITH_A_WARNING])
def test_without_anybody_to_ask_it_cannot_be_told(name: str):
    data, web = hosted(name)
    web.pages[json.loads(data)["id"].replace("http:", "https:")] = Unreachable()

    assert judge(data, web).verdict is Verdict.CANNOT_TELL


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_hosted_badge_fails_where_the_validator_says(name: str):
    data, web = hosted(name)

    report = judge(data, web)

    verdict, check, code = INVALID[name]
    assert (report.verdict, report[check].outcome, report[check].code) == (verdict, FAILED, code), report.to_dict()


def test_a_badge_of_the_future_has_begun_when_its_day_has_come():
    data, web = hosted("basic-assertion-in-future.json")

    assert verify(data, now=datetime(2101, 1, 1, tzinfo=UTC), resolve=web).verdict is Verdict.GOOD


def test_its_holder_is_whom_the_hash_and_the_salt_name():
    data, web = hosted("basic-assertion.json")

    assert judge(data, web, recipient="nobody@example.org").is_good
    assert judge(data, web, recipient="beth@example.org").verdict is Verdict.WRONG_PERSON


def test_the_baked_picture_is_good_and_says_what_is_published():
    """The picture's own copy has no evidence; what is published at its address is `basic-assertion.json`."""
    web = Web()
    web.publish(HOME, fixture("basic-assertion.json"))

    report = judge(fixture("simple-badge.png"), web)

    assert (report.verdict, report["proof"].code) == (Verdict.GOOD, "copy_differs")
    web.publish(HOME, baking.extract(fixture("simple-badge.png")))
    assert judge(fixture("simple-badge.png"), web)["proof"].code == "hosted"


def test_the_picture_of_a_badge_that_is_not_published_cannot_be_told():
    assert judge(fixture("simple-badge.png"), Web())["proof"].code == "not_found"


# -- signed ---------------------------------------------------------------------------------------------------

SIGNED = {
    "simple.jwt": (Verdict.GOOD, "no_status"),
    "simple-not-revoked.jwt": (Verdict.GOOD, "in_force"),
    "simple-revoked.jwt": (Verdict.REVOKED, "revoked"),
}


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_badge_has_a_good_signature_and_its_status(name: str):
    report = judge(fixture(name), Web())

    assert (report.verdict, report["status"].code) == SIGNED[name], report.to_dict()
    assert (report["proof"].code, report["issuer"].code) == ("holds", "key_is_the_issuers")


def test_the_reason_for_withdrawing_is_said():
    sentence = judge(fixture("simple-revoked.jwt"), Web())["status"].sentence

    assert sentence.endswith("The reason that it gives: A good reason, for sure.")


@pytest.mark.parametrize("name", SIGNED)
def test_the_tampered_twin_of_a_signed_badge_is_broken(name: str):
    header, payload, signature = fixture(name).decode().strip().split(".")
    claims = {**json.loads(from_base64url(payload)), "issuedOn": "2017-12-31T23:59:59Z"}
    tampered = base64url(json.dumps(claims).encode())

    report = judge(f"{header}.{tampered}.{signature}", Web())

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "signature_invalid")


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_badge_under_another_issuers_key_is_not_good(name: str):
    web = Web()
    for number in (1, 2, 3):
        web.publish(f"https://example.org/key{number}.json", fixture(f"assets/key{number % 3 + 1}.json"))

    assert not judge(fixture(name), web).is_good


@pytest.mark.parametrize("address", ["key3.json", "revocation-list.json"])
def test_a_withdrawn_badge_is_unknown_while_what_says_so_is_out_of_reach(address: str):
    web = Web()
    web.pages[f"https://example.org/{address}"] = Unreachable()

    assert judge(fixture("simple-revoked.jwt"), web).verdict is Verdict.CANNOT_TELL


# -- parts of badges ------------------------------------------------------------------------------------------
# The validator also takes badge classes and issuers alone. Nobody was awarded one, so to `verify` they are no badge;
# the rules for such a part are asked directly.

PARTS = [
    "assets/badgeclass1.json", "assets/badge-with-data-image.json", "assets/badgeclass-with-complex-image.json",
    "badge-class-with-language.json", "rdf-validation/valid-badge-class.json",
    "rdf-validation/valid-badge-class-empty-criteria-type.json",
]  # fmt: skip


def node(document: dict[str, Any]) -> Node:
    return Node(document, document, Generation.OB_2_0, address="https://example.org/part")


@pytest.mark.parametrize("name", PARTS)
def test_a_valid_badge_class_is_complete_and_so_is_its_issuer(name: str):
    part = node(parsed(name))

    shape.check_badge_class(part)
    refuse_other_meanings(part.document, of=Generation.OB_2_0)
    assert issuer_of(part, Graph(Web())).said["type"] == "Issuer"


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("member", ["type", "name", "description", "criteria", "issuer"])
def test_its_twin_without_a_part_is_not(name: str, member: str):
    document = parsed(name)
    del document[member]

    with pytest.raises(Stop):
        shape.check_badge_class(node(document))


@pytest.mark.parametrize("name", ["issuer-compact-iri-validation.json", "rdf-validation/valid-issuer-extension.json"])
def test_a_valid_issuer_is_complete(name: str):
    part = node(parsed(name))

    shape.check_issuer(part)
    refuse_other_meanings(part.document, of=Generation.OB_2_0)


@pytest.mark.parametrize(
    "name",
    [*PARTS, "issuer-compact-iri-validation.json", "assets/key1.json", "assets/revocation-list.json",
     "assets/endorsement-1.json"],
)  # fmt: skip
def test_a_part_alone_is_nobodys_badge(name: str):
    report = judge(fixture(name), Web())

    assert (report.verdict, report["schema"].code) == (Verdict.UNREADABLE, "not_awarded")


def test_a_badge_class_whose_issuer_is_none_is_refused():
    web = Web()
    data = parsed("rdf-validation/badge-class-invalid-issuer-type.json")
    shape.check_badge_class(node(data))

    with pytest.raises(Stop) as stop:
        issuer_of(node(data), Graph(web))

    assert stop.value.check.code == "type"


RDF_VALID = ["alignment-object", "badge-class", "badge-class-empty-criteria-type", "cool-class", "issuer-extension"]


@pytest.mark.parametrize("name", RDF_VALID)
def test_an_object_of_kinds_that_exist_is_valid(name: str):
    document = parsed(f"rdf-validation/valid-{name}.json")

    shape.check_types(document)
    refuse_other_meanings(document, of=Generation.OB_2_0)


@pytest.mark.parametrize("name", ["class", "empty-type", "one-invalid-class"])
def test_an_object_of_a_kind_that_does_not_exist_is_invalid(name: str):
    with pytest.raises(Stop) as stop:
        shape.check_types(parsed(f"rdf-validation/invalid-{name}.json"))

    assert stop.value.check.code == "type_unknown"


@pytest.mark.parametrize("name", ["class", "empty-type", "one-invalid-class"])
def test_and_is_no_badge(name: str):
    assert not judge(fixture(f"rdf-validation/invalid-{name}.json"), Web()).is_good


def test_a_file_with_comments_is_no_json():
    """It is how the validator's authors describe a redirection to themselves; no verdict of theirs names it."""
    report = judge(fixture("redirected-validation-subject.json"), Web())

    assert report["format"].code == "malformed_json"


def test_what_it_describes_is_judged_at_the_address_that_it_names():
    """Two addresses answer with one assertion, which calls itself by the second."""
    web = Web()
    assertion = {**parsed("basic-assertion.json"), "id": "http://example.org/altbadgeurl"}
    web.publish("https://example.org/altbadgeurl", assertion)
    web.publish(HOME, assertion)

    report = ob2.judge(HOME, now=NOW, resolve=web)

    assert (report.verdict, report.credential.credential_id) == (Verdict.GOOD, "http://example.org/altbadgeurl")
    assert [caution.code for caution in report.warnings] == ["kept_elsewhere"]


def test_every_fixture_is_judged_here():
    fixture("basic-assertion.json")
    names = {path.name for path in FIXTURES.iterdir() if path.is_file()} - {"EXPECTED.md"}
    names |= {path.name.partition("valid-")[2].removesuffix(".json") for path in FIXTURES.glob("rdf-validation/*")}
    text = Path(__file__).read_text(encoding="utf-8")

    assert [name for name in sorted(names) if name not in text] == []
