"""An open VC-API door, and parties of whom nobody here knows more than their did:key."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from httpx import Response

from app import service as services
from app.credentials.jsonld.general import GENERAL
from app.credentials.keys import kid_of
from app.credentials.multibase import base58btc, base64url
from app.credentials.proofs import eddsa_rdfc
from app.issuing import any_credentials, issuers, signing_keys, status_lists
from app.main import application
from app.outbound.network import Network
from app.service import Service
from app.settings import Mode, Settings

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
SUBJECT = "did:example:subject"

Document = dict[str, Any]


@dataclass(frozen=True)
class Party:
    """Somebody with an Ed25519 key, who signs what he likes."""

    private: Ed25519PrivateKey
    did: str

    @property
    def method(self) -> str:
        return f"{self.did}#{self.did.removeprefix('did:key:')}"

    def sign(self, document: Document, *, previous: tuple[Document, ...] = (), **options: Any) -> Document:
        """The document with a proof; `options` replace members of the proof, None takes one away."""
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2026-11-01T09:00:00Z",
            "verificationMethod": self.method,
            "proofPurpose": "assertionMethod",
        } | options
        proof = {name: value for name, value in proof.items() if value is not None}
        signed = eddsa_rdfc.hash_data(document, proof, previous=previous, contexts=GENERAL)
        return {**document, "proof": {**proof, "proofValue": base58btc(self.private.sign(signed))}}


@pytest.fixture(scope="session")
def make_party() -> Callable[[], Party]:
    def make() -> Party:
        private = Ed25519PrivateKey.generate()
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(private.public_key().public_bytes_raw())}
        return Party(private, f"did:key:{kid_of(jwk)}")

    return make


@pytest.fixture(scope="session")
def party(make_party: Callable[[], Party]) -> Party:
    return make_party()


@pytest.fixture(scope="session")
def open_service(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose VC-API asks nobody, as conformance suites need it; one for all tests, which leave it as it is."""
    folder = tmp_path_factory.mktemp("vc-api")
    shutil.copyfile(_sqlite_template, folder / "lanyard.sqlite3")
    settings = Settings(
        _env_file=None,
        mode=Mode.DEVELOPMENT,
        public_base_url="https://badges.test",
        secret="a secret of the tests, and of nothing else",
        database_url=f"sqlite:///{folder}/lanyard.sqlite3",
        keys_dir=folder / "keys",
        var_dir=folder / "var",
        run_worker=False,
        vc_api="open",
        vc_api_issuer="northfield",
    )
    built = services.build(settings)
    with built.database.write() as session:
        made = issuers.create(session, slug="northfield", name="Northfield", url="https://n.example/", actor="test")
        signing_keys.rotate(session, built.office, made, actor="test")
        status_lists.open_lists(session, built.office, made)
    yield built
    built.close()


class Door:
    """The VC-API, as a suite calls it."""

    def __init__(self, client: TestClient, service: Service) -> None:
        self.client = client
        self._service = service

    @property
    def did(self) -> str:
        """Who signs at present."""
        with self._service.database.read() as session:
            northfield = issuers.by_slug(session, "northfield")
            return any_credentials.signer(session, self._service.office, northfield).did

    def post(self, path: str, body: Any) -> Response:
        return self.client.post(path, json=body)

    def issue(self, credential: Any, **options: Any) -> Response:
        return self.post("/credentials/issue", {"credential": credential, "options": options})

    def issued(self, credential: Document, **options: Any) -> Document:
        answer = self.issue(credential, **options)
        assert answer.status_code == 201, answer.text
        return dict(answer.json()["verifiableCredential"])

    def verify(self, credential: Any, **options: Any) -> Response:
        body = {"verifiableCredential": credential, "options": {"checks": ["proof"], **options}}
        return self.post("/credentials/verify", body)

    def present(self, presentation: Any, **options: Any) -> Response:
        return self.post("/presentations/verify", {"verifiablePresentation": presentation, "options": options})

    def credential(self, *contexts: Any, **changes: Any) -> Document:
        """An unsigned credential of the second data model in the name of the door; None takes a member away."""
        made = {
            "@context": [V2, *contexts],
            "type": ["VerifiableCredential"],
            "issuer": self.did,
            "credentialSubject": {"id": SUBJECT},
        } | changes
        return {name: value for name, value in made.items() if value is not None}


@pytest.fixture(scope="session")
def door(open_service: Service) -> Iterator[Door]:
    made = application(open_service, network=Network(resolve=_nobody))
    with TestClient(made, base_url="https://badges.test", raise_server_exceptions=False) as opened:
        yield Door(opened, open_service)


def refusal(answer: Response) -> tuple[int, str]:
    """Status and code of an answer that says no; it is a problem document in every case."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, str(answer.json().get("code"))


def _nobody(host: str, port: int) -> list[str]:
    raise OSError(f"{host}:{port} is not there")
