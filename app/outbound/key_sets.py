"""A platform's key set, fetched from the address that the source's settings name.

Sources and health-record systems may name one address, and what is fetched is stored once: all sound keys are in it,
and whoever checks a token takes those that fit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.credentials import client_assertions, strict_json
from app.errors import FetchFailed, MalformedJson, TooLarge
from app.lms.jwt_body import usable_keys
from app.outbound.fetch import fetch
from app.outbound.network import Network

MAX_BYTES = 262_144


def fetch_key_set(
    url: str, network: Network | None = None, *, usable: Callable[[Any], dict[str, Any] | None] = usable_keys
) -> dict[str, Any]:
    """The keys there with which anybody's tokens can be checked. `network` None = the internet.

    `usable` says which of them the caller can use; without any, the set is none.
    Redirects are not followed: the address is what an administrator has written down. Raises FetchFailed, also when
    what stands there holds no key that can be used; its `reason` is for the log and for staff, never for a sender.
    """
    accept = "application/jwk-set+json, application/json"
    fetched = fetch(url, accept=accept, max_bytes=MAX_BYTES, network=network or Network())
    try:
        document = strict_json.loads(fetched.content, max_bytes=MAX_BYTES)
    except (MalformedJson, TooLarge) as error:
        raise FetchFailed("what stands there is not strict JSON") from error
    if usable(document) is None:
        raise FetchFailed("what stands there is no key set with a key that can be used")
    alone = ({"keys": [each]} for each in document["keys"])
    sound = (client_assertions.usable_keys(each) or usable_keys(each) for each in alone)
    return {"keys": [each["keys"][0] for each in sound if each is not None]}
