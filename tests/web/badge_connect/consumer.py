"""A service consumer, written from Open Badges 3.0 (sections 6 and 7) and RFC 6749, 7591, 7636: not from our code.

It knows nothing but the address of a discovery document, and whatever that says.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote_plus, urlencode, urlsplit

import httpx

SCOPE = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"
READ, UPSERT = f"{SCOPE}credential.readonly", f"{SCOPE}credential.upsert"
PROFILE, PROFILE_UPDATE = f"{SCOPE}profile.readonly", f"{SCOPE}profile.update"
ALL = f"{READ} {UPSERT} {PROFILE} {PROFILE_UPDATE}"
HOME = "https://portfolio.example"
REGISTRATION: dict[str, Any] = {
    "client_name": "Portfolio",
    "client_uri": f"{HOME}/",
    "logo_uri": f"{HOME}/logo.png",
    "tos_uri": f"{HOME}/terms",
    "policy_uri": f"{HOME}/privacy",
    "software_id": "4d2b7a56-6f6b-4b2c-9a9a-portfolio",
    "software_version": "1.4",
    "redirect_uris": [f"{HOME}/callback"],
    "scope": ALL,
}


@dataclass
class Consumer:
    """The consumer. `http` sends requests; a path in a URL is all that it is given of the provider."""

    http: Any
    discovery: str
    description: dict[str, Any] = field(default_factory=dict)
    credentials: tuple[str, str] = ("", "")
    tokens: dict[str, Any] = field(default_factory=dict)
    state: str = ""
    verifier: str = ""

    def discover(self) -> dict[str, Any]:
        """Read the service description."""
        answer = self.http.get(self.discovery)
        assert answer.status_code == 200
        self.description = answer.json()
        return self.description

    @property
    def scheme(self) -> dict[str, Any]:
        """What the description says about letting in."""
        found: dict[str, Any] = self.description["components"]["securitySchemes"]["OAuth2ACG"]
        return found

    @property
    def flow(self) -> dict[str, Any]:
        """Its addresses."""
        found: dict[str, Any] = self.scheme["flows"]["authorizationCode"]
        return found

    @property
    def base(self) -> str:
        """Where the operations are."""
        return str(self.description["servers"][0]["url"])

    def register(self, **changes: Any) -> httpx.Response:
        """Register; a member that is None is left out."""
        stated = {name: value for name, value in (REGISTRATION | changes).items() if value is not None}
        answer: httpx.Response = self.http.post(self.scheme["x-imssf-registrationUrl"], json=stated)
        if answer.status_code == 201:
            self.credentials = (answer.json()["client_id"], answer.json()["client_secret"])
        return answer

    def question(self, **changes: Any) -> str:
        """The address at which the holder's browser asks; a field that is None is left out."""
        self.state, self.verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.credentials[0],
            "redirect_uri": f"{HOME}/callback",
            "scope": ALL,
            "state": self.state,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        fields = {name: value for name, value in (asked | changes).items() if value is not None}
        return f"{self.flow['authorizationUrl']}?{urlencode(fields)}"

    def come_back(self, location: str) -> str:
        """The code in the address to which the browser was sent, once the state is the one that was asked with."""
        parts = urlsplit(location)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{HOME}/callback"
        told = parse_qs(parts.query)
        assert told["state"] == [self.state]
        return told["code"][0]

    def exchange(self, with_code: str, /, **changes: Any) -> httpx.Response:
        """Ask for tokens with the code."""
        form = {
            "grant_type": "authorization_code",
            "code": with_code,
            "redirect_uri": f"{HOME}/callback",
            "scope": ALL,
            "code_verifier": self.verifier,
        }
        return self._token(form | changes)

    def refresh(self, **changes: Any) -> httpx.Response:
        """Ask for a fresh access token."""
        return self._token({"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]} | changes)

    def revoke(self, token: str) -> httpx.Response:
        """Give a token back (RFC 7009); its address is beside the others."""
        url = self.flow["tokenUrl"].replace("/token", "/revoke")
        answer: httpx.Response = self.http.post(url, data={"token": token}, headers=self._basic())
        return answer

    def call(self, method: str, operation: str, **more: Any) -> httpx.Response:
        """Call an operation with the access token."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}", **more.pop("headers", {})}
        answer: httpx.Response = self.http.request(method, f"{self.base}{operation}", headers=headers, **more)
        return answer

    def _token(self, form: dict[str, Any]) -> httpx.Response:
        fields = {name: value for name, value in form.items() if value is not None}
        answer: httpx.Response = self.http.post(self.flow["tokenUrl"], data=fields, headers=self._basic())
        if answer.status_code == 200:
            self.tokens = answer.json()
        return answer

    def _basic(self) -> dict[str, str]:
        pair = ":".join(quote_plus(each) for each in self.credentials)
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def query_of(location: str) -> dict[str, str]:
    """The fields of an address."""
    return dict(parse_qsl(urlsplit(location).query))
