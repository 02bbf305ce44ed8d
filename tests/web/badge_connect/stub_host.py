"""A host of Open Badges 3.0 (sections 6 and 7), written from the standard: registration, tokens, badges.

It runs behind a real https socket (`tests.strangers`), and fails in whatever way a test wants.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from tests.strangers import Answer, Asked

HOST = "host.example"
BASE = f"https://{HOST}"
API = f"{BASE}/ims/ob/v3p0"
UPSERT = "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.upsert"


def said(value: Any, status: int = 200, **headers: str) -> Answer:
    """A JSON answer."""
    return Answer(json.dumps(value).encode(), status=status, headers=headers)


def refusal(status: int, sentence: str, **headers: str) -> Answer:
    """An `Imsx_StatusInfo`."""
    return said(
        {"imsx_codeMajor": "failure", "imsx_severity": "error", "imsx_description": sentence}, status, **headers
    )


@dataclass
class StubHost:
    """The host. `fails` answers a badge in place of the host, once for each entry; None = as usual."""

    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    good_tokens: set[str] = field(default_factory=set)
    refresh_tokens: set[str] = field(default_factory=set)
    taken: dict[str, bytes] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    fails: list[Answer] = field(default_factory=list)
    description: Callable[[dict[str, Any]], Any] = lambda told: told
    seconds: int = 3_600

    def answer(self, asked: Asked) -> Answer:
        """Whatever is asked."""
        path = urlsplit(asked.path).path
        match asked.method, path:
            case "GET", "/ims/ob/v3p0/discovery":
                return said(self.description(self._description()))
            case "POST", "/register":
                return self._register(json.loads(asked.body))
            case "POST", "/token":
                return self._token(asked)
            case "POST", "/ims/ob/v3p0/credentials":
                return self._take(asked)
        return Answer(status=404)

    def agree(self, url: str) -> str:
        """The holder agrees in a browser: the address to which it is sent back."""
        parts, fields = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{BASE}/authorize"
        assert fields["redirect_uri"] in self.clients[fields["client_id"]]["redirect_uris"]
        assert (fields["response_type"], fields["code_challenge_method"]) == ("code", "S256")
        assert UPSERT in fields["scope"].split()
        assert fields["state"]
        code = secrets.token_urlsafe(16)
        self.codes[code] = fields
        return f"{urlsplit(fields['redirect_uri']).path}?code={code}&state={fields['state']}"

    def _description(self) -> dict[str, Any]:
        flow = {
            "authorizationUrl": f"{BASE}/authorize",
            "tokenUrl": f"{BASE}/token",
            "refreshUrl": f"{BASE}/token",
            "scopes": {UPSERT: "Add badges"},
        }
        scheme = {"type": "oauth2", "x-imssf-registrationUrl": f"{BASE}/register", "flows": {"authorizationCode": flow}}
        return {
            "openapi": "3.0.1",
            "info": {"title": "A host", "version": "1"},
            "servers": [{"url": API}],
            "components": {"securitySchemes": {"OAuth2ACG": scheme}},
        }

    def _register(self, stated: dict[str, Any]) -> Answer:
        required = {"client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "software_id", "software_version"}
        assert required | {"redirect_uris", "scope"} <= set(stated)
        hosts = {urlsplit(stated[name]).netloc for name in stated if name.endswith("_uri")}
        assert hosts == {urlsplit(each).netloc for each in stated["redirect_uris"]}
        client_id = secrets.token_urlsafe(8)
        self.clients[client_id] = stated | {"secret": "a secret & more"}
        return said({**stated, "client_id": client_id, "client_secret": "a secret & more"}, 201)

    def _token(self, asked: Asked) -> Answer:
        client_id, secret = map(unquote_plus, b64decode(asked.headers["authorization"][6:]).decode().split(":"))
        if client_id not in self.clients:
            return said({"error": "invalid_client"}, 401)
        assert self.clients[client_id]["secret"] == secret
        form = dict(parse_qsl(asked.body.decode()))
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.refresh_tokens:
                return said({"error": "invalid_grant"}, 400)
            self.refresh_tokens.remove(form["refresh_token"])
            return self._tokens()
        question = self.codes.pop(form["code"], None)
        if question is None:
            return said({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert urlsafe_b64encode(digest).rstrip(b"=").decode() == question["code_challenge"]
        assert form["redirect_uri"] == question["redirect_uri"]
        return self._tokens()

    def _tokens(self) -> Answer:
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.good_tokens = {access}
        self.refresh_tokens.add(refresh)
        told = {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "scope": UPSERT}
        return said(told | {"expires_in": self.seconds})

    def _take(self, asked: Asked) -> Answer:
        if asked.headers["authorization"].removeprefix("Bearer ") not in self.good_tokens:
            return refusal(401, "The token is not good")
        if self.fails:
            return self.fails.pop(0)
        self.kinds.append(asked.headers["content-type"])
        credential_id = json.loads(asked.body)["id"]
        is_new = credential_id not in self.taken
        self.taken[credential_id] = asked.body
        return Answer(asked.body, status=201 if is_new else 200)
