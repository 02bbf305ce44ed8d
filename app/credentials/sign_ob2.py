"""The only way to a signed badge of Open Badges 2.0: `prepare` checks and freezes, `sign` takes nothing else (OB3-75).

As in `sign.py`: what was signed is checked with the public key before anybody sees it.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Any

from app.credentials import ob2_rules, strict_json
from app.credentials.keys import SigningKey
from app.credentials.multibase import from_base64url
from app.credentials.proofs import ob2_jws
from app.errors import LintFailed, SelfVerificationFailed

_TOKEN = object()  # known to `prepare` alone: nobody else can make a PreparedAssertion


@dataclass(frozen=True, slots=True)
class PreparedAssertion:
    """An assertion that keeps every rule, frozen as bytes. Made by `prepare` only."""

    json: bytes
    made_by: InitVar[object]

    def __post_init__(self, made_by: object) -> None:
        if made_by is not _TOKEN:
            raise TypeError("Only prepare() makes a PreparedAssertion: what was not checked cannot be signed")


def prepare(assertion: dict[str, Any]) -> PreparedAssertion:
    """The assertion, checked and frozen. Raises LintFailed (`findings`)."""
    findings = ob2_rules.examine(assertion)
    if findings:
        raise LintFailed(
            "The assertion breaks a rule of Open Badges 2.0",
            findings=[
                {"rule": each.rule, "clause": each.clause, "pointer": each.pointer, "sentence": each.sentence}
                for each in findings
            ],
        )
    return PreparedAssertion(strict_json.dumps(assertion), made_by=_TOKEN)


def sign(prepared: PreparedAssertion, *, key: SigningKey) -> bytes:
    """The compact token, checked with the key's public half. Raises SelfVerificationFailed, KeyUnavailable."""
    if type(prepared) is not PreparedAssertion:
        raise TypeError("sign() accepts what prepare() returned and nothing else")
    token = ob2_jws.sign(prepared.json, key=key)
    verdict = ob2_jws.verify(token, key.public_jwk)
    if not verdict or from_base64url(token.split(".")[1]) != prepared.json:
        raise SelfVerificationFailed(f"The signed assertion does not hold: {verdict.sentence}", form="ob2")
    return token.encode("ascii")
