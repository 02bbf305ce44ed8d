"""The one guarded way out to foreign addresses (T1 to T8): a name, https, port 443, once, small and soon."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from app.errors import FetchFailed
from app.outbound.network import Deadline, GuardedBackend, Network, checked_addresses

LONGEST_URL = 2048
MOST_SECONDS = 8.0

# The whole of a URL, so that no two parsers can see two hosts in it (T6): no user, no fragment, no backslash, no
# space or control, nothing but ASCII; a name of another script is given in its xn-- form, as in any URI (RFC 3986).
_URL = re.compile(
    r"(?P<origin>(?P<scheme>(?i:https?))://(?P<host>[A-Za-z0-9.-]+)(?P<port>:[0-9]{1,5})?)"
    r"(?P<path>/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
    r"(?P<query>\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOP_LABEL = re.compile(
    r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}"
)  # never a number: decimal, octal and hex hosts end here (T3)
_LONGEST_HOST = 253
_LOCAL_NAMES = frozenset({"localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "onion"})

_OUR_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Lanyard", "Connection": "close"}
_INTERNET = Network()
_NETWORK_ERRORS = (
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as it came: its bytes, its media type in lower case without parameters ("" = not stated).

    `url` is where it came from, after any redirect; `links` are the values of its Link headers, as sent.
    """

    content: bytes
    content_type: str
    url: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Target:
    """A URL taken apart once; everything later is built from these parts."""

    scheme: str
    host: str
    port: int
    path: str
    is_own: bool

    @property
    def url(self) -> str:
        ordinary = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{self.host}{'' if ordinary else f':{self.port}'}{self.path}"


def fetch(
    url: str,
    *,
    accept: str,
    max_bytes: int,
    allow_origin: str | None = None,
    timeout_seconds: float = MOST_SECONDS,
    max_redirects: int = 0,
    never_hosts: Collection[str] = (),
    network: Network = _INTERNET,
) -> Fetched:
    """GET one foreign document, within `max_bytes` and `timeout_seconds` (8 at most) of wall-clock time.

    Only https on port 443 of a DNS name all of whose addresses are public; no cookies, proxies or compression.
    `allow_origin` is the service's own public origin (scheme, host, port), the only one that may be http, local or on
    another port; None allows none. `never_hosts` are refused, also behind a redirect. Redirects are failures unless
    `max_redirects` lets some be followed; each is a new address under the same rules, and the time is that of all
    together (T5). Raises FetchFailed, whose words are the same for every cause: `reason` is for the log and must not
    reach whoever asked (T8).
    """
    deadline = Deadline.after(min(timeout_seconds, MOST_SECONDS))
    for left in reversed(range(max_redirects + 1)):
        target = _target(url, allow_origin=allow_origin)
        if target.host in never_hosts:
            raise FetchFailed("the host is this service itself")
        request = httpx.Request("GET", target.url, headers={"Accept": accept, **_OUR_HEADERS})
        try:
            return _exchange(request, target, max_bytes=max_bytes, deadline=deadline, network=network)
        except _Redirect as redirect:
            if not left:
                raise redirect.as_failure() from None
            url = _joined(target.url, redirect.location)
    raise AssertionError  # pragma: no cover - the last turn returns or raises


def post(
    url: str,
    *,
    content: bytes,
    headers: Mapping[str, str],
    max_bytes: int,
    allow_origin: str | None = None,
    timeout_seconds: float = MOST_SECONDS,
    network: Network = _INTERNET,
) -> Fetched:
    """POST `content` with these headers and return the answer, under the rules of `fetch`. Raises FetchFailed.

    It is sent once: what an answer other than 200, or none, means for the sending is for the caller to say.
    """
    target = _target(url, allow_origin=allow_origin)
    request = httpx.Request("POST", target.url, headers={**headers, **_OUR_HEADERS}, content=content)
    deadline = Deadline.after(min(timeout_seconds, MOST_SECONDS))
    try:
        return _exchange(request, target, max_bytes=max_bytes, deadline=deadline, network=network)
    except _Redirect as redirect:
        raise redirect.as_failure() from None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: the status, the headers (names in lower case), and the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def deliver(
    url: str,
    *,
    content: bytes = b"",
    headers: Mapping[str, str],
    max_bytes: int,
    timeout_seconds: float,
    method: str = "POST",
    allow_origin: str | None = None,
    network: Network = _INTERNET,
) -> Answered:
    """Send `content` once, under the rules of `fetch`, and return the answer whatever its status is.

    No redirect is followed. Of the body at most `max_bytes` are read, and no longer than `timeout_seconds` for all
    together: once the status is there, a body that is too long or too slow is cut and no failure. Raises FetchFailed.
    """
    target = _target(url, allow_origin=allow_origin)
    request = httpx.Request(method, target.url, headers={**headers, **_OUR_HEADERS}, content=content or None)
    deadline = Deadline.after(timeout_seconds)
    guard = GuardedBackend(
        host=target.host, port=target.port, any_address=target.is_own, network=network, deadline=deadline
    )
    try:
        with (
            httpx.Client(transport=_Transport(guard, network), trust_env=False, timeout=timeout_seconds) as client,
            closing(client.send(request, stream=True, follow_redirects=False)) as response,
        ):
            return Answered(response.status_code, dict(response.headers), _beginning(response, max_bytes))
    except _NETWORK_ERRORS as error:
        raise FetchFailed(f"{target.host}: {type(error).__name__}") from error


def check_address(url: str, *, allow_origin: str | None = None, network: Network = _INTERNET) -> None:
    """Resolve and look, without a connection: may anything be sent to this URL? Raises FetchFailed."""
    target = _target(url, allow_origin=allow_origin)
    if not target.is_own:
        checked_addresses(network, target.host, target.port, Deadline.after(MOST_SECONDS))


def _beginning(response: httpx.Response, max_bytes: int) -> bytes:
    """The first bytes of the body, as many as come in time."""
    body = bytearray()
    with suppress(FetchFailed, *_NETWORK_ERRORS):
        for piece in response.iter_raw():
            body += piece
            if len(body) >= max_bytes:
                break
    return bytes(body[:max_bytes])


class _Redirect(Exception):
    """The answer was a redirect. Never seen outside this file, where it is a failure like any other."""

    def __init__(self, status: int, location: str) -> None:
        super().__init__(status)
        self.status = status
        self.location = location

    def as_failure(self) -> FetchFailed:
        return FetchFailed(f"answered {self.status}", status=self.status)


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError as error:  # half of an IPv6 address
        raise FetchFailed("redirects to what is no URL") from error


def _exchange(
    request: httpx.Request, target: _Target, *, max_bytes: int, deadline: Deadline, network: Network
) -> Fetched:
    guard = GuardedBackend(
        host=target.host, port=target.port, any_address=target.is_own, network=network, deadline=deadline
    )
    try:
        with (
            httpx.Client(transport=_Transport(guard, network), trust_env=False, timeout=MOST_SECONDS) as client,
            closing(client.send(request, stream=True, follow_redirects=False)) as response,
        ):
            _require_plain_success(response)
            links = tuple(response.headers.get_list("link"))
            return Fetched(_at_most(response, max_bytes), _media_type(response), target.url, links)
    except _NETWORK_ERRORS as error:
        raise FetchFailed(f"{target.host}: {type(error).__name__}") from error


def _target(url: str, *, allow_origin: str | None) -> _Target:
    found = _URL.fullmatch(url) if len(url) <= LONGEST_URL else None
    if found is None:
        raise FetchFailed("not a plain URL", blocked=True)
    scheme, host = found["scheme"].lower(), found["host"].lower()
    port = int(found["port"][1:]) if found["port"] else (443 if scheme == "https" else 80)
    path = (found["path"] or "/") + (found["query"] or "")
    is_own = allow_origin is not None and (scheme, host, port) == _origin(allow_origin)
    if not is_own:
        if scheme != "https" or port != 443:  # noqa: PLR2004 - the port of https
            raise FetchFailed("not https on port 443", blocked=True)
        _require_public_name(host)
    return _Target(scheme=scheme, host=host, port=port, path=path, is_own=is_own)


def _origin(allowed: str) -> tuple[str, str, int]:
    parts = urlsplit(allowed)  # our own setting, not input
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _require_public_name(host: str) -> None:
    labels = host.split(".")
    if (
        len(host) > _LONGEST_HOST
        or len(labels) == 1
        or not all(_LABEL.fullmatch(label) for label in labels)
        or not _TOP_LABEL.fullmatch(labels[-1])
    ):
        raise FetchFailed("the host is not a public DNS name", blocked=True)
    if labels[-1] in _LOCAL_NAMES or host.endswith(".home.arpa"):
        raise FetchFailed("the host is a name of a local network", blocked=True)


def _require_plain_success(response: httpx.Response) -> None:
    status, location = response.status_code, response.headers.get("location", "")
    if response.is_redirect and location:
        raise _Redirect(status, location)
    if status != httpx.codes.OK:
        raise FetchFailed(f"answered {status}", status=status)
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise FetchFailed("answered compressed, though asked not to")


def _at_most(response: httpx.Response, max_bytes: int) -> bytes:
    """The body, counted while it comes; a stated length above the limit is not even begun (T7)."""
    stated = response.headers.get("content-length", "")
    if stated.isascii() and stated.isdigit() and int(stated[:20]) > max_bytes:
        raise FetchFailed("states a larger body than is accepted")
    body = bytearray()
    for piece in response.iter_raw():
        if len(body) + len(piece) > max_bytes:
            raise FetchFailed("sends a larger body than is accepted")
        body += piece
    return bytes(body)


def _media_type(response: httpx.Response) -> str:
    stated: str = response.headers.get("content-type", "")
    return stated.partition(";")[0].strip().lower()


class _Transport(httpx.BaseTransport):
    """httpx on one httpcore connection of ours, over the guarded backend."""

    def __init__(self, guard: GuardedBackend, network: Network) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=network.trust(), max_connections=1, http2=False, retries=0, network_backend=guard
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
