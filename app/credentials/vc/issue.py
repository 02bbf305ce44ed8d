"""A credential of any kind, signed with an embedded proof, as the VC-API's "issue credential" answers it.

What was signed is checked with the key's public half before anybody sees it, as with badges.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.credentials import data_integrity, jsonld
from app.credentials.jsonld.general import GENERAL
from app.credentials.keys import SigningKey
from app.credentials.multibase import base58btc
from app.credentials.proofs import eddsa_rdfc
from app.credentials.timestamps import rfc3339
from app.credentials.vc import rules
from app.credentials.vc.refusal import refused, refusing
from app.credentials.verify.shape import is_uri
from app.errors import SelfVerificationFailed

DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"

Document = dict[str, Any]


def prepare(credential: Document, *, issuer_id: str) -> Document:
    """The credential as it will be signed, without a status: a conforming one, and in this issuer's name.

    Whoever calls may name any issuer; only our own name is ever signed, and other members of an issuer object stay.
    Raises CredentialRefused.
    """
    if "proof" in credential:
        raise refused("proof.present", "/proof", "The credential is signed already")
    rules.check_credential(credential)
    issuer = credential["issuer"]
    prepared = {**credential, "issuer": {**issuer, "id": issuer_id} if isinstance(issuer, dict) else issuer_id}
    if rules.is_of_first_model(credential) and DATA_INTEGRITY not in credential["@context"]:
        # The first data model has no words for a proof of today.
        prepared["@context"] = [*credential["@context"], DATA_INTEGRITY]
    with refusing():
        jsonld.canonicalise(prepared, contexts=GENERAL)
    return prepared


def with_status(prepared: Document, *, list_url: str, index: int, purpose: str) -> Document:
    """The prepared credential with an entry in a status list, behind those that it has already."""
    entry = {
        "id": f"{list_url}#{index}",
        "type": rules.STATUS_ENTRY,
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }
    before = [part for _, part in rules.objects_of(prepared, "credentialStatus")]
    return {**prepared, "credentialStatus": [*before, entry] if before else entry}


def proof_options(options: Document, *, now: datetime, verification_method: str) -> Document:
    """The options of the proof, with what the caller asks for in `created`, `expires`, `domain` and `challenge`.

    Other options are for other services, and left alone. Raises CredentialRefused.
    """
    made = data_integrity.options(eddsa_rdfc.CRYPTOSUITE, created=now, verification_method=verification_method)
    for member in ("created", "expires"):
        if rules.moment_of(options, member, "/options") is not None:
            made[member] = options[member]
    domain, challenge = options.get("domain"), options.get("challenge")
    if domain is not None:
        domains = domain if isinstance(domain, list) else [domain]
        if not domains or not all(isinstance(each, str) and each for each in domains):
            raise refused("options", "/options/domain", "domain is one text or several")
        made["domain"] = domain
    if challenge is not None:
        if not isinstance(challenge, str) or not challenge or domain is None:
            raise refused("options", "/options/challenge", "challenge is a text, and goes with a domain")
        made["challenge"] = challenge
    return made


def sign(prepared: Document, options: Document, *, key: SigningKey) -> Document:
    """The credential with its proof, an object and not a list as in badges.

    Raises CredentialRefused, KeyUnavailable; SelfVerificationFailed when what was signed does not verify.
    """
    with refusing():
        canonical = jsonld.canonicalise(prepared, contexts=GENERAL)
        signature = key.sign(eddsa_rdfc.hash_data(prepared, options, canonical=canonical, contexts=GENERAL))
    proof = {**options, "proofValue": base58btc(signature)}
    verdict = eddsa_rdfc.verify(prepared, proof, key.public_jwk, canonical=canonical, contexts=GENERAL)
    if not verdict or not is_uri(proof["verificationMethod"]):
        raise SelfVerificationFailed(f"The proof does not hold: {verdict.sentence}", form="embedded")
    return {**prepared, "proof": proof}


def status_list(
    *, list_url: str, encoded_list: str, purpose: str, published_at: datetime, key: SigningKey, issuer_id: str
) -> Document:
    """A signed BitstringStatusListCredential in this issuer's name; the same arguments give the same document."""
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": list_url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id,
        "validFrom": rfc3339(published_at),
        "credentialSubject": {
            "id": f"{list_url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded_list,
        },
    }
    options = data_integrity.options(
        eddsa_rdfc.CRYPTOSUITE, created=published_at, verification_method=key.verification_method
    )
    return sign(document, options, key=key)
