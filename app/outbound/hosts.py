"""What this service asks hosts as a service consumer of Open Badges 3.0: who they are, tokens, and to take a badge.

Everything goes through the guarded way out; what comes back is a stranger's and read strictly.
Source: OB 3.0, sections 6 and 7; RFC 6749, 7591, 7636.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from app.credentials import strict_json
from app.credentials.multibase import base64url
from app.errors import FetchFailed, MalformedJson, TooLarge
from app.issuing.hosts import Asked, Described, Host, Tokens
from app.outbound.fetch import Answered, check_address, deliver
from app.outbound.network import Network

MAX_BYTES = 2 * 1_048_576  # a description of a whole API
SECONDS = 15.0
UPSERT = "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.upsert"
OFFLINE = "offline_access"
_DISCOVERY = "/ims/ob/v3p0/discovery"
LONGEST_ADDRESS = 1_000  # of a description, once it is complete
_LONGEST = 2_048
NOT_REGISTERED = "the host does not know this service (any more), or its secret there is over"
_MOST_SECONDS = 366 * 86_400


@dataclass(frozen=True, slots=True)
class Granted:
    """Tokens that a host gave; `seconds` None = it did not say how long the access token is good."""

    tokens: Tokens
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a host answered to a badge; `status` None = nothing, and `error` says why."""

    status: int | None
    error: str | None
    retry_after_seconds: int | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the host has the badge now."""
        return self.status in {200, 201}

    @property
    def is_unauthorized(self) -> bool:
        """Whether the token is good for nothing."""
        return self.status == 401  # noqa: PLR2004 - as RFC 6750 has it

    @property
    def is_final(self) -> bool:
        """Whether asking again would change nothing: the badge, or the permission, is refused."""
        return self.status is not None and 400 <= self.status < 500 and self.status not in {401, 408, 425, 429}  # noqa: PLR2004 - what 4xx means


def discover(address: str, *, network: Network | None) -> Described:
    """Read a host's description, at its own address or at the one below the host's. Raises FetchFailed."""
    url = _discovery_url(address)
    found = _document(_ask("GET", url, {"Accept": "application/json"}, network=network))
    components = found.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    scheme = schemes.get("OAuth2ACG") if isinstance(schemes, dict) else None
    flows = scheme.get("flows") if isinstance(scheme, dict) else None
    flow = flows.get("authorizationCode") if isinstance(flows, dict) else None
    if not isinstance(scheme, dict) or not isinstance(flow, dict):
        raise FetchFailed("this is no description of a host of Open Badges 3.0")
    scopes = flow.get("scopes")
    if not isinstance(scopes, dict) or UPSERT not in scopes:
        raise FetchFailed("the host does not take badges")
    servers = found.get("servers")
    server = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {}
    about = Described(
        discovery_url=url,
        name=urlsplit(url).hostname or "",  # the name that nobody makes up
        api_url=_https({"url": server.get("url", url.removesuffix("/discovery"))}, "url").rstrip("/"),
        registration_url=_https(scheme, "x-imssf-registrationUrl"),
        authorization_url=_https(flow, "authorizationUrl"),
        token_url=_https(flow, "tokenUrl"),
    )
    _refuse_others_addresses(about)
    for each in (about.api_url, about.registration_url, about.token_url):
        check_address(each, network=network or Network())
    return about


def _refuse_others_addresses(about: Described) -> None:
    """Raise FetchFailed for a description that names addresses of somebody else.

    A host could lead the browser to another one, where it registered in our name, and have the code of there brought to
    itself (RFC 9700, 4.4). Tokens and secrets go to the described host alone; badges to it or below it; the browser
    also to the domain that the host lies in, as of api.host.example to host.example.
    """
    own = _host_of(about.discovery_url)
    if {_host_of(about.registration_url), _host_of(about.token_url)} != {own}:
        raise FetchFailed("the host's registration and tokens are at another host")
    if not _is_below(_host_of(about.api_url), own):
        raise FetchFailed("the host takes badges at another host")
    asks = _host_of(about.authorization_url)
    if not _is_below(asks, own) and not ("." in asks and _is_below(own, asks)):
        raise FetchFailed("the host asks holders at another host")


def is_answer_of(host: Host, issuer: str) -> bool:
    """Whether an answer that says whose it is (`iss`, RFC 9207) is this host's: of where it was asked, or described."""
    return _host_of(issuer) in {_host_of(host.authorization_url), _host_of(host.discovery_url)}


def authorization_host(host: Host) -> str:
    """Where the holder is asked, as people are told."""
    return _host_of(host.authorization_url)


def _is_below(name: str, other: str) -> bool:
    return name == other or name.endswith(f".{other}")


def _host_of(url: str) -> str:
    """The host with its port, in one spelling; "" for what is no address."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return ""
    return (parts.hostname or "").rstrip(".") + ("" if port == 443 else f":{port}")  # noqa: PLR2004 - of https


def register(about: Described, ours: Mapping[str, Any], *, network: Network | None) -> tuple[str, str]:
    """Register this service; its id and secret there. Raises FetchFailed when the host does not take it."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = _ask("POST", about.registration_url, headers, content=strict_json.dumps(dict(ours)), network=network)
    found = _document(answer)
    return _text(found, "client_id", most=500), _text(found, "client_secret", most=1_000)


def registration(
    base_url: str, redirect_url: str, *, terms_url: str, privacy_url: str, image_url: str
) -> dict[str, Any]:
    """What this service says of itself to a host."""
    return {
        "client_name": f"Lanyard at {urlsplit(base_url).netloc}",
        "client_uri": f"{base_url}/",
        "logo_uri": image_url,
        "tos_uri": terms_url,
        "policy_uri": privacy_url,
        "software_id": "lanyard",
        "software_version": "3.0",
        "redirect_uris": [redirect_url],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": f"{UPSERT} {OFFLINE}",
    }


def question_url(host: Host, asked: Asked, redirect_url: str) -> str:
    """Where the holder's browser goes to agree."""
    fields = {
        "response_type": "code",
        "client_id": host.client_id,
        "redirect_uri": redirect_url,
        "scope": f"{UPSERT} {OFFLINE}",
        "state": asked.state,
        "code_challenge": base64url(hashlib.sha256(asked.verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    return f"{host.authorization_url}{'&' if '?' in host.authorization_url else '?'}{urlencode(fields)}"


def exchange(
    host: Host, secret: str, code: str, *, verifier: str, redirect_url: str, network: Network | None
) -> Granted:
    """Tokens for a code. Raises FetchFailed, for the reason NOT_REGISTERED where this service has to register anew."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_url,
        "scope": f"{UPSERT} {OFFLINE}",
        "code_verifier": verifier,
    }
    return _granted(_token(host, secret, form, network), None)


def refresh(host: Host, secret: str, old: Tokens, *, network: Network | None) -> Granted:
    """A fresh access token. Raises FetchFailed, with the status where the host refused."""
    if old.refresh is None:
        raise FetchFailed("the host gave no way to another token", status=400)
    form = {"grant_type": "refresh_token", "refresh_token": old.refresh}
    return _granted(_token(host, secret, form, network), old.refresh)


def push(host: Host, access: str, credential: bytes, *, network: Network | None) -> Pushed:
    """Hand a badge over, once. Whatever the host does, nothing is raised."""
    headers = {
        "Authorization": f"Bearer {access}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    try:
        answer = deliver(
            f"{host.api_url}/credentials",
            content=credential,
            headers=headers,
            max_bytes=MAX_BYTES,
            timeout_seconds=SECONDS,
            network=network or Network(),
        )
    except FetchFailed:
        return Pushed(None, "no answer")
    if answer.status in {200, 201}:
        return Pushed(answer.status, None)
    wait = answer.headers.get("retry-after", "")
    seconds = min(int(wait[:6]), 86_400) if wait.isascii() and wait.isdigit() else None
    return Pushed(answer.status, _why(answer), seconds)


def _why(answer: Answered) -> str:
    """What the host says of its refusal, in the words of the standard; at most 200 characters that can be printed."""
    said = ""
    try:
        found = strict_json.loads(answer.content, max_bytes=MAX_BYTES)
        said = str(found.get("imsx_description", "")) if isinstance(found, dict) else ""
    except (MalformedJson, TooLarge):
        pass
    words = "".join(each for each in " ".join(said.split()) if each.isprintable())[:200]
    return f"answered {answer.status}{f': {words}' if words else ''}"


def _token(host: Host, secret: str, form: Mapping[str, str], network: Network | None) -> dict[str, Any]:
    pair = f"{quote_plus(host.client_id)}:{quote_plus(secret)}"  # RFC 6749, 2.3.1
    headers = {
        "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    answer = _answer("POST", host.token_url, headers, content=urlencode(form).encode(), network=network)
    if answer.status in {400, 401} and _error_of(answer) == "invalid_client":  # RFC 6749, 5.2
        raise FetchFailed(NOT_REGISTERED, status=answer.status)
    return _document(_succeeded(answer))


def _error_of(answer: Answered) -> str:
    try:
        return str(_document(answer).get("error", ""))
    except FetchFailed:
        return ""


def _granted(found: Mapping[str, Any], refresh_before: str | None) -> Granted:
    if str(found.get("token_type", "")).lower() != "bearer":
        raise FetchFailed("the host's tokens are of a kind not known here")
    again = found.get("refresh_token")
    seconds = found.get("expires_in")
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds <= _MOST_SECONDS
    return Granted(
        Tokens(_text(found, "access_token", most=4_000), again if isinstance(again, str) and again else refresh_before),
        int(seconds) if is_number and seconds is not None else None,
    )


def _discovery_url(address: str) -> str:
    """The address of the description: as it is stated, or where the standard has it on a host. Raises FetchFailed."""
    text = address.strip()
    if "://" not in text:
        text = f"https://{text}"
    url = text if text.endswith("/discovery") else f"{text.rstrip('/')}{_DISCOVERY}"
    if len(url) > LONGEST_ADDRESS:
        raise FetchFailed("the address of the description is too long")
    return url


def _ask(
    method: str, url: str, headers: Mapping[str, str], *, content: bytes = b"", network: Network | None
) -> Answered:
    return _succeeded(_answer(method, url, headers, content=content, network=network))


def _answer(
    method: str, url: str, headers: Mapping[str, str], *, content: bytes = b"", network: Network | None
) -> Answered:
    return deliver(
        url,
        content=content,
        headers=headers,
        max_bytes=MAX_BYTES,
        timeout_seconds=SECONDS,
        method=method,
        network=network or Network(),
    )


def _succeeded(answer: Answered) -> Answered:
    if answer.status not in {200, 201}:
        raise FetchFailed(f"answered {answer.status}", status=answer.status)
    return answer


def _document(answer: Answered) -> dict[str, Any]:
    try:
        found = strict_json.loads(answer.content, max_bytes=MAX_BYTES)
    except (MalformedJson, TooLarge) as error:
        raise FetchFailed("the host's answer is not strict JSON") from error
    if not isinstance(found, dict):
        raise FetchFailed("the host's answer is no object")
    return found


def _text(found: Mapping[str, Any], name: str, *, most: int = _LONGEST) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most or not value.isascii() or not value.isprintable():
        raise FetchFailed(f"the host's answer has no usable {name}")
    return value


def _https(found: Mapping[str, Any], name: str) -> str:
    value = _text(found, name)
    if not value.startswith("https://") or "#" in value:
        raise FetchFailed(f"the host's {name} is not https")
    return value
