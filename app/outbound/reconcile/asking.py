"""Asking a platform's own interface politely: one request after the other, paced, and never further than it allows.

An operator may name platforms in the own network (`LANYARD_OWN_PLATFORMS`); every other address goes through the
guard like a stranger's. The token is sent to the platform's own origin and nowhere else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from app.credentials import strict_json
from app.errors import FetchFailed, MalformedJson, PlatformRefused, Throttled, TooLarge
from app.outbound.fetch import Answered, deliver
from app.outbound.network import Network

MAX_BYTES = 16 * 1_048_576
SECONDS = 30.0
PAUSE_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 3_600
_TOO_MANY = 429
_FORBIDDEN = 403
_OK = 200


@dataclass
class Asker:
    """Asks one platform. `headers` carry the proof of who asks; `sleep` is replaced in tests."""

    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    network: Network | None = None
    own_platforms: tuple[str, ...] = ()
    sleep: Callable[[float], None] = time.sleep

    def get(self, address: str, **query: Any) -> tuple[Any, Mapping[str, str]]:
        """The JSON at a path or an address of the platform, and the headers. Raises FetchFailed, Throttled.

        A value that is a list is sent as `name[]` for each of its elements.
        """
        return self._ask("GET", address, b"", query)

    def post(self, address: str, form: Mapping[str, str]) -> tuple[Any, Mapping[str, str]]:
        """The JSON that a form is answered with. Raises FetchFailed, Throttled."""
        return self._ask("POST", address, urlencode(form).encode(), {})

    def _ask(
        self, method: str, address: str, content: bytes, query: Mapping[str, Any]
    ) -> tuple[Any, Mapping[str, str]]:
        url = urljoin(self.base_url.rstrip("/") + "/", address)
        if origin_of(url) != origin_of(self.base_url):
            raise FetchFailed("the platform names an address of another host")
        if query:
            url += ("&" if "?" in url else "?") + urlencode(_flat(query))
        self.sleep(PAUSE_SECONDS)
        headers = {"Accept": "application/json", **self.headers}
        if content:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        own = origin_of(self.base_url)
        answer = deliver(
            url,
            method=method,
            content=content,
            headers=headers,
            max_bytes=MAX_BYTES,
            timeout_seconds=SECONDS,
            allow_origin=own if own in self.own_platforms else None,
            network=self.network or Network(),
        )
        _refuse_failure(answer)
        try:
            return strict_json.loads(answer.content, max_bytes=MAX_BYTES), answer.headers
        except (MalformedJson, TooLarge) as error:
            raise FetchFailed("the platform's answer is not strict JSON") from error


def origin_of(url: str) -> str:
    """Scheme, host and port as they stand in an address, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _refuse_failure(answer: Answered) -> None:
    remaining = answer.headers.get("x-rate-limit-remaining", "1")
    is_throttled = answer.status == _TOO_MANY or (
        answer.status == _FORBIDDEN and (b"Rate Limit" in answer.content or remaining.startswith("0"))
    )
    if is_throttled:
        stated = answer.headers.get("retry-after", "")
        raise Throttled(min(int(stated), LONGEST_WAIT_SECONDS) if stated.isascii() and stated.isdigit() else 60)
    if answer.status != _OK:
        raise PlatformRefused(f"the platform answered {answer.status}", status=answer.status)


def _flat(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if isinstance(value, list | tuple):
            pairs.extend((f"{name}[]", str(each)) for each in value)
        else:
            pairs.append((name, str(value)))
    return pairs
