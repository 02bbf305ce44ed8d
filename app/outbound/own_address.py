"""Does a public address lead to this service? Asked over the network as a stranger would ask, for the operator."""

from __future__ import annotations

from collections.abc import Collection

from app.credentials import strict_json
from app.errors import FetchFailed, MalformedJson, TooLarge
from app.outbound.fetch import fetch
from app.outbound.network import Network

KEYS = "/.well-known/jwks.json"
MAX_BYTES = 16 * 1_048_576  # a key is about half a kilobyte, and all that an issuer ever had are published
MAX_NODES = 1_000_000


def problem_at(
    base_url: str, *, kids: Collection[str], did_begins: str | None = None, network: Network | None = None
) -> str | None:
    """What is wrong at an address, as a sentence; None when exactly these keys are published there.

    `did_begins`: how the DIDs must begin that the keys are said to belong to there; None = it does not matter.
    """
    try:
        fetched = fetch(
            base_url + KEYS,
            accept="application/json",
            max_bytes=MAX_BYTES,
            allow_origin=base_url,
            network=network or Network(),
        )
        published = strict_json.loads(fetched.content, max_bytes=MAX_BYTES, max_nodes=MAX_NODES)["keys"]
        found = {str(each["kid"]): str(each["iss"]) for each in published}
    except FetchFailed as failure:
        return f"{base_url} cannot be reached ({failure.reason})."
    except (MalformedJson, TooLarge, KeyError, TypeError):
        return f"{base_url} is reached, and what answers there is no Lanyard."
    if set(found) != set(kids):
        return f"{base_url} is reached, and another service answers there: it publishes other keys."
    if did_begins is not None and not all(each.startswith(did_begins) for each in found.values()):
        return (
            f"{base_url} is reached, and answers under the name of another address: "
            "whatever stands before this service must hand on the Host that was asked."
        )
    return None
