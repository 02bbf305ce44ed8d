"""What wallets are told before they take a badge: offers, and who offers them what in which forms. Pure.

Source: OpenID4VCI 1.0, "Credential Offer" and "Metadata"; RFC 8414; Verifiable Presentation Request,
"DIDAuthentication"; the request links of the Learner Credential Wallet.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from app.credentials import ob3, wallet_proofs
from app.credentials.model import Algorithm
from app.credentials.proofs import ed25519_2020, eddsa_rdfc

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
TYPES = ["VerifiableCredential", "OpenBadgeCredential"]
BINDINGS = ["did:key", "did:jwk", "jwk"]  # a bare key is named as did:key
NAME = "Open Badge"


def configuration_id(form: str) -> str:
    """What a form is called in offers and requests."""
    return f"OpenBadgeCredential_{form}"


def issuer_metadata(identifier: str, *, name: str) -> dict[str, Any]:
    """The Credential Issuer Metadata of an issuer with this name."""
    context = {"@context": list(ob3.CONTEXTS)}
    return {
        "credential_issuer": identifier,
        "credential_endpoint": f"{identifier}/credential",
        "nonce_endpoint": f"{identifier}/nonce",
        "notification_endpoint": f"{identifier}/notification",
        "display": [{"name": name}],
        "credential_configurations_supported": {
            configuration_id("ldp_vc"): _configuration("ldp_vc", eddsa_rdfc.CRYPTOSUITE, context),
            configuration_id("jwt_vc_json"): _configuration("jwt_vc_json", Algorithm.RS256, {}),
        },
    }


def server_metadata(identifier: str) -> dict[str, Any]:
    """The metadata of the authorisation server that the issuer is for itself: codes for tokens, and nothing else."""
    return {
        "issuer": identifier,
        "token_endpoint": f"{identifier}/token",
        "token_endpoint_auth_methods_supported": ["none"],
        "grant_types_supported": [GRANT],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def offer(identifier: str, code: str, *, tx_code_digits: int | None, description: str) -> dict[str, Any]:
    """The Credential Offer of a badge in both forms. `tx_code_digits` None = the code alone is enough."""
    grant: dict[str, Any] = {"pre-authorized_code": code}
    if tx_code_digits is not None:
        grant["tx_code"] = {"input_mode": "numeric", "length": tx_code_digits, "description": description}
    forms = [configuration_id("ldp_vc"), configuration_id("jwt_vc_json")]
    return {"credential_issuer": identifier, "credential_configuration_ids": forms, "grants": {GRANT: grant}}


def offer_link(offer_url: str) -> str:
    """What opens any wallet of OpenID4VCI with the offer at this address."""
    return f"openid-credential-offer://?{urlencode({'credential_offer_uri': offer_url})}"


def request_link(exchange_url: str, *, issuer_url: str, challenge: str) -> str:
    """What opens the Learner Credential Wallet.

    In its own scheme and not below `https://lcw.app`: without the wallet, that host would be told of the offer.
    """
    asked = {"issuer": issuer_url, "auth_type": "bearer", "challenge": challenge, "vc_request_url": exchange_url}
    return f"dccrequest://request?{urlencode(asked)}"


def presentation_request(exchange_url: str, *, challenge: str, domain: str) -> dict[str, Any]:
    """What a wallet is asked that comes without an answer: to say who it is."""
    suites = [{"cryptosuite": each} for each in (eddsa_rdfc.CRYPTOSUITE, ed25519_2020.TYPE)]
    methods = [{"method": "key"}, {"method": "jwk"}]
    service = {"type": "VerifiableCredentialApiExchangeService", "serviceEndpoint": exchange_url}
    return {
        "verifiablePresentationRequest": {
            "query": [
                {"type": "DIDAuthentication", "acceptedMethods": methods, "acceptedCryptosuites": suites},
            ],
            "challenge": challenge,
            "domain": domain,
            "interact": {"service": [service]},
        }
    }


def _configuration(form: str, algorithm: str, definition: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": form,
        "credential_signing_alg_values_supported": [algorithm],
        "cryptographic_binding_methods_supported": BINDINGS,
        "proof_types_supported": {
            "jwt": {"proof_signing_alg_values_supported": list(wallet_proofs.ALGORITHMS)},
            "di_vp": {"proof_signing_alg_values_supported": list(wallet_proofs.CRYPTOSUITES)},
        },
        "credential_definition": {**definition, "type": TYPES},
        "credential_metadata": {"display": [{"name": NAME}]},
    }
