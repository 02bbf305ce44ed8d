"""did:web identifiers and the https addresses of their documents. Pure: nobody is asked here.

Source: did:web method, "Read (Resolve)".
"""

from __future__ import annotations

import re

from app.errors import InvalidInput

PREFIX = "did:web:"
LONGEST = 1_024
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
_TOP_LABEL = r"(?=[A-Za-z0-9.-]*\.(?:[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]+)(?:%3[Aa]|:|$))"  # never a number: no IPs
# A percent sign may stand for a character of a path segment, never for one that makes two segments of it, or none.
_SEGMENT = r"(?:[A-Za-z0-9._-]|%(?!2[EeFf]|5[Cc]|[01]|7[Ff])[0-9A-Fa-f]{2})+"
_DID = re.compile(rf"did:web:{_TOP_LABEL}(?P<host>{_HOST})(?:%3[Aa](?P<port>[0-9]{{1,5}}))?(?P<path>(?::{_SEGMENT})*)")


def document_url(did: str) -> str:
    """Where the document of a did:web identifier is: `did:web:h%3A8443:a:b` -> `https://h:8443/a/b/did.json`.

    Raises InvalidInput for another method, an IP address or single name as host, and for segments that are empty, `.`
    or `..`, or hide a slash. Whether the port and the host may be called is for the network's guard to say.
    """
    found = _DID.fullmatch(did) if len(did) <= LONGEST else None
    if found is None:
        raise InvalidInput("This is not a did:web identifier that a document can be found for")
    segments = found["path"].split(":")[1:]
    if any(segment.strip(".") == "" for segment in segments):
        raise InvalidInput("This did:web identifier has a path segment that leads elsewhere")
    port = f":{found['port']}" if found["port"] else ""
    path = "/".join(segments) if segments else ".well-known"
    return f"https://{found['host'].lower()}{port}/{path}/did.json"
