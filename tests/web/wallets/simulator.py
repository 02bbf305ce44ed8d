"""A wallet, written from OpenID4VCI 1.0, VC-API and the code of the Learner Credential Wallet, not from ours.

It goes by what it is told: a link, the documents behind it, the endpoints that those name. What a standard makes it
check, it checks. Signatures are made by PyJWT, PyLD and cryptography.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from pyld import jsonld

from app.credentials.jsonld.contexts import context_file
from app.credentials.multibase import base58btc, base64url

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
SUITE_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"


@dataclass
class Key:
    """A key of a wallet, of the kind that it likes: `ES256` or `EdDSA`."""

    algorithm: str = "ES256"
    private: Any = None

    def __post_init__(self) -> None:
        is_curve = self.algorithm == "ES256"
        self.private = ec.generate_private_key(ec.SECP256R1()) if is_curve else ed25519.Ed25519PrivateKey.generate()

    @property
    def jwk(self) -> dict[str, Any]:
        kind = jwt.algorithms.ECAlgorithm if self.algorithm == "ES256" else jwt.algorithms.OKPAlgorithm
        return kind.to_jwk(self.private.public_key(), as_dict=True)

    @property
    def multikey(self) -> str:
        jwk = self.jwk
        raw = [jwt.utils.base64url_decode(jwk[name]) for name in ("x", "y") if name in jwk]
        if self.algorithm == "EdDSA":
            return base58btc(b"\xed\x01" + raw[0])
        return base58btc(b"\x80\x24" + bytes([2 + raw[1][-1] % 2]) + raw[0])

    @property
    def did_key(self) -> str:
        return f"did:key:{self.multikey}"

    @property
    def did_jwk(self) -> str:
        return f"did:jwk:{base64url(json.dumps(self.jwk).encode())}"


@dataclass
class Offer:
    """What an offer's link led to: the offer, its issuer and the issuer's authorisation server."""

    offer: dict[str, Any]
    issuer: dict[str, Any]
    server: dict[str, Any]

    @property
    def grant(self) -> dict[str, Any]:
        return self.offer["grants"][GRANT]

    def configuration(self, form: str) -> str:
        """The offered configuration of this format."""
        known = self.issuer["credential_configurations_supported"]
        [found] = [each for each in self.offer["credential_configuration_ids"] if known[each]["format"] == form]
        return found


@dataclass
class Wallet:
    """A wallet with one key, which talks to the world by `http`."""

    http: httpx.Client
    key: Key = field(default_factory=Key)

    def get(self, url: str) -> dict[str, Any]:
        """A JSON document, as the standard has it served."""
        answer = self.http.get(url, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return answer.json()

    # -- OpenID4VCI ----------------------------------------------------------------------------------------

    def open(self, link: str) -> Offer:
        """Follow an offer's link."""
        parts = urlsplit(link)
        assert parts.scheme == "openid-credential-offer"
        [url] = parse_qs(parts.query)["credential_offer_uri"]
        offer = self.get(url)
        identifier = offer["credential_issuer"]
        issuer = self.get(well_known(identifier, "openid-credential-issuer"))
        assert issuer["credential_issuer"] == identifier  # compared as text, else it must not be used
        servers = issuer.get("authorization_servers", [identifier])
        server = self.get(well_known(servers[0], "oauth-authorization-server"))
        assert server["issuer"] == servers[0]
        assert GRANT in server["grant_types_supported"]
        return Offer(offer, issuer, server)

    def ask_for_token(self, found: Offer, *, tx_code: str | None = None, **changed: str) -> httpx.Response:
        """The token request, without a client id."""
        stated = {"grant_type": GRANT, "pre-authorized_code": found.grant["pre-authorized_code"]}
        return self.http.post(
            found.server["token_endpoint"], data={**stated, **({"tx_code": tx_code} if tx_code else {}), **changed}
        )

    def token(self, found: Offer, **how: Any) -> str:
        answer = self.ask_for_token(found, **how)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["token_type"] == "Bearer"
        assert answer.json()["expires_in"] > 0
        return str(answer.json()["access_token"])

    def nonce(self, found: Offer) -> str:
        answer = self.http.post(found.issuer["nonce_endpoint"])
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        return str(answer.json()["c_nonce"])

    def proof(self, found: Offer, nonce: Any, *, named: str = "jwk", header: Any = None, **claims: Any) -> str:
        """A key proof of type `jwt`, its key named as `jwk`, `did:key` or `did:jwk`; `header` and claims as changed."""
        names = {
            "jwk": {"jwk": self.key.jwk},
            "did:key": {"kid": f"{self.key.did_key}#{self.key.multikey}"},
            "did:jwk": {"kid": f"{self.key.did_jwk}#0"},
        }
        stated = {"aud": found.offer["credential_issuer"], "iat": int(time.time()), "nonce": nonce, **claims}
        said = {name: value for name, value in stated.items() if value is not None}
        headers = {"typ": "openid4vci-proof+jwt", **names[named], **(header or {})}
        return jwt.encode(said, self.key.private, algorithm=self.key.algorithm, headers=headers)

    def ask(self, found: Offer, token: str | None, **body: Any) -> httpx.Response:
        """The credential request."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.post(found.issuer["credential_endpoint"], json=body, headers=headers)

    def ask_for(self, found: Offer, token: str | None, form: str = "ldp_vc", proof: Any = None) -> httpx.Response:
        """The credential request for a form, with a good proof unless another is given."""
        proofs = proof if proof is not None else {"jwt": [self.proof(found, self.nonce(found))]}
        return self.ask(found, token, credential_configuration_id=found.configuration(form), proofs=proofs)

    def take(self, link: str, form: str = "ldp_vc", *, tx_code: str | None = None) -> Any:
        """The whole way, from the link to the credential."""
        found = self.open(link)
        answer = self.ask_for(found, self.token(found, tx_code=tx_code), form)
        assert answer.status_code == 200, answer.text
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/json", "no-store")
        [given] = answer.json()["credentials"]
        return given["credential"]

    def notify(self, found: Offer, token: str, notification_id: str, event: str) -> httpx.Response:
        said = {"notification_id": notification_id, "event": event}
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.post(found.issuer["notification_endpoint"], json=said, headers=headers)

    # -- DIDAuth -------------------------------------------------------------------------------------------

    def presentation(self, *, challenge: str, domain: str | None = None, old: bool = True, v1: bool = True) -> Any:
        """A presentation of nothing but the wallet. `old` = as Ed25519Signature2020, which stands in a context."""
        contexts = [V1 if v1 else V2, *([SUITE_2020] if old else [])]
        if v1 and not old:
            contexts.append("https://w3id.org/security/data-integrity/v2")
        document = {"@context": contexts, "type": ["VerifiablePresentation"], "holder": self.key.did_key}
        kind = (
            {"type": "Ed25519Signature2020"}
            if old
            else {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}
        )
        proof = {
            **kind,
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "verificationMethod": f"{self.key.did_key}#{self.key.multikey}",
            "proofPurpose": "authentication",
            "challenge": challenge,
            **({"domain": domain} if domain else {}),
        }
        hashes = canonical_hash({**proof, "@context": contexts}) + canonical_hash(document)
        signed = {**proof, "proofValue": base58btc(self.key.private.sign(hashes))}
        return {**document, "proof": signed}


def request_of(link: str) -> dict[str, str]:
    """The parameters of a request link of the Learner Credential Wallet."""
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc) == ("dccrequest", "request")
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def well_known(identifier: str, name: str) -> str:
    """Where a document about an identifier is: between its host and its path (RFC 8414, section 3.1)."""
    parts = urlsplit(identifier)
    return f"{parts.scheme}://{parts.netloc}/.well-known/{name}{parts.path}"


def canonical_hash(document: dict[str, Any]) -> bytes:
    quads = jsonld.normalize(
        document, {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
    )
    return hashlib.sha256(quads.encode()).digest()


def _load(url: str, _options: Any) -> dict[str, Any]:
    return {"contextUrl": None, "documentUrl": url, "document": json.loads(context_file(url))}
