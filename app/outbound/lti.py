"""What this tool asks LTI platforms: to be registered, for an access token, for members and for results.

Source: Dynamic Registration 1.0; Security Framework 1.0, 4.1 (client credentials with a signed assertion); NRPS 2.0;
AGS 2.0. Everything goes through the guarded way out; what comes back is a stranger's and read strictly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from app.credentials import strict_json
from app.errors import FetchFailed, MalformedJson, TooLarge
from app.outbound.fetch import Answered, deliver
from app.outbound.network import Network

MAX_BYTES = 4 * 1_048_576
SECONDS = 15.0
MOST_PAGES = 200
MEMBERS_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
RESULTS_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
_MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
_PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
_NEXT = re.compile(r'<([^<>]{1,2000})>\s*;[^,<]*\brel="?next"?', re.IGNORECASE)

SignAssertion = Callable[[dict[str, Any]], str]
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a platform says about itself to whoever wants to register."""

    iss: str
    login_url: str
    token_url: str
    jwks_url: str
    registration_url: str
    family: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """What the platform answered: under which id we are known there."""

    client_id: str
    deployment_id: str | None


@dataclass(frozen=True, slots=True)
class Tool:
    """What we say about ourselves."""

    name: str
    description: str
    base_url: str
    login_url: str


def discover(url: str, *, network: Network | None) -> Discovered:
    """Read a platform's configuration. Raises FetchFailed, also when it speaks for another host than its own."""
    found = _document(_ask("GET", url, {"Accept": "application/json"}, network=network))
    iss = _text(found, "issuer")
    if urlsplit(iss).hostname != urlsplit(url).hostname or urlsplit(iss).scheme != "https":
        raise FetchFailed("the platform's configuration names an issuer on another host")
    platform = found.get(_PLATFORM)
    family = platform.get("product_family_code") if isinstance(platform, dict) else None
    return Discovered(
        iss=iss,
        login_url=_text(found, "authorization_endpoint"),
        token_url=_text(found, "token_endpoint"),
        jwks_url=_text(found, "jwks_uri"),
        registration_url=_text(found, "registration_endpoint"),
        family=family if isinstance(family, str) else None,
    )


def register(found: Discovered, tool: Tool, token: str | None, *, network: Network | None) -> Registered:
    """Register this tool. Raises FetchFailed when the platform does not take it."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = strict_json.dumps(configuration(tool))
    answer = _document(_ask("POST", found.registration_url, headers, content=body, network=network))
    ours = answer.get(_TOOL)
    deployment = ours.get("deployment_id") if isinstance(ours, dict) else None
    return Registered(_text(answer, "client_id"), deployment if isinstance(deployment, str) else None)


def configuration(tool: Tool) -> Document:
    """What is registered: one launch address, and a place from which badges are chosen."""
    base = tool.base_url
    launch = f"{base}/lti/launch"
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": tool.login_url,
        "redirect_uris": [launch],
        "client_name": tool.name,
        "jwks_uri": f"{base}/lti/jwks.json",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": f"{MEMBERS_SCOPE} {RESULTS_SCOPE}",
        _TOOL: {
            "domain": urlsplit(base).netloc,
            "description": tool.description,
            "target_link_uri": launch,
            "claims": ["iss", "sub", "name", "given_name", "family_name", "email"],
            "messages": [
                {"type": "LtiResourceLinkRequest"},
                {"type": "LtiDeepLinkingRequest", "target_link_uri": launch, "label": "Choose a badge"},
            ],
        },
    }


class Services:
    """A platform's services, asked with one access token."""

    def __init__(self, token: str, *, network: Network | None) -> None:
        self._token = token
        self._network = network

    @classmethod
    def enter(
        cls, token_url: str, client_id: str, scopes: tuple[str, ...], sign: SignAssertion, *, network: Network | None
    ) -> Services:
        """Get a token with an assertion that `sign` signs. Raises FetchFailed."""
        assertion = sign({"iss": client_id, "sub": client_id, "aud": token_url})
        asked = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
            "scope": " ".join(scopes),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        answer = _document(_ask("POST", token_url, headers, content=urlencode(asked).encode(), network=network))
        return cls(_text(answer, "access_token"), network=network)

    def members(self, url: str) -> Iterator[Document]:
        """The pages of a course's membership, each a membership container."""
        for answer in self._pages(url, _MEMBERS):
            yield _document(answer)

    def results(self, line_item_url: str) -> Iterator[list[Any]]:
        """The pages of the results of one of our columns, as the gradebook answers them."""
        place = urlsplit(line_item_url)
        url = place._replace(path=place.path.rstrip("/") + "/results").geturl()  # a query stays behind it (AGS, 3.3)
        for answer in self._pages(url, _RESULTS):
            page = _json(answer)
            if not isinstance(page, list):
                raise FetchFailed("the platform's results are no list")
            yield page

    def _pages(self, url: str, media_type: str) -> Iterator[Answered]:
        following: str | None = url
        for _ in range(MOST_PAGES):
            if following is None:
                return
            headers = {"Accept": media_type, "Authorization": f"Bearer {self._token}"}
            answer = _ask("GET", following, headers, network=self._network)
            yield answer
            following = _next(answer.headers, following)
        raise FetchFailed(f"the platform's answer has more than {MOST_PAGES} pages")


def _next(headers: Mapping[str, str], url: str) -> str | None:
    """The address of the next page, on the same host: the token is for nobody else."""
    found = _NEXT.search(headers.get("link", ""))
    if found is None:
        return None
    following = str(urljoin(url, found[1]))
    if urlsplit(following)[:2] != urlsplit(url)[:2]:
        raise FetchFailed("the platform's next page is on another host")
    return following


def _ask(
    method: str, url: str, headers: Mapping[str, str], *, network: Network | None, content: bytes = b""
) -> Answered:
    answer = deliver(
        url,
        method=method,
        content=content,
        headers=headers,
        max_bytes=MAX_BYTES,
        timeout_seconds=SECONDS,
        network=network or Network(),
    )
    if answer.status not in (200, 201):
        raise FetchFailed(f"{urlsplit(url).hostname} answered {answer.status}", status=answer.status)
    return answer


def _json(answer: Answered) -> Any:
    try:
        return strict_json.loads(answer.content, max_bytes=MAX_BYTES)
    except (MalformedJson, TooLarge) as error:
        raise FetchFailed("the platform's answer is not strict JSON") from error


def _document(answer: Answered) -> Document:
    found = _json(answer)
    if not isinstance(found, dict):
        raise FetchFailed("the platform's answer is no object")
    return found


def _text(document: Document, name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise FetchFailed(f"the platform's answer has no {name}")
    return value
