"""Whether a hosted badge is kept where its issuer keeps badges.

Source: Open Badges 2.0, "VerificationObject (Issuer)": `startsWith`, `allowedOrigins`; else the issuer's own host.
"""

from __future__ import annotations

from typing import Any

from app.credentials.verify.ob2.addresses import authority_of, host_of, is_address, to_ask
from app.credentials.verify.ob2.shape import texts_of


def is_within(assertion: str, *, issuer: str, policy: Any) -> bool:
    """Whether an issuer at this address, with this `verification` member, publishes badges at such an address.

    When both rules are given, both have to hold. `startsWith` is read as an address: `https://a.example` does not let
    `https://a.example.evil.example` in. An allowed origin is a host; one with a port or a scheme is none.
    """
    rules = policy if isinstance(policy, dict) else {}
    beginnings, origins = rules.get("startsWith"), rules.get("allowedOrigins")
    if not beginnings and not origins:
        return authority_of(to_ask(assertion)) == authority_of(to_ask(issuer))
    begins = not beginnings or any(_begins_with(assertion, beginning) for beginning in texts_of(beginnings))
    hosts = {origin.lower() for origin in texts_of(origins)}
    return begins and (not origins or host_of(assertion) in hosts)


def _begins_with(assertion: str, beginning: str) -> bool:
    if not is_address(beginning) or authority_of(to_ask(assertion)) != authority_of(to_ask(beginning)):
        return False
    return to_ask(assertion).startswith(to_ask(beginning))
