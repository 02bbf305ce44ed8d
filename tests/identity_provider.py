"""A small OpenID Connect provider on a real socket of this machine, and the browser that visits it.

It checks what a provider checks: the client's secret, that a code is used once, and PKCE. What it says can be bent:
`says` replaces claims, `header` and `key` what the token is signed with.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

CLIENT_ID, CLIENT_SECRET = "lanyard", "s3cret/with:signs"


@dataclass
class Provider:
    """One provider; `says` goes over the claims of every token that it gives."""

    port: int
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    kid: str = "k1"
    names_itself: bool = True
    says: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "ES256"
    asked: list[dict[str, str]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=lambda: {"sub": "ana-7", "email": "ana.ortiz@example.org",
                                                           "email_verified": True, "name": "Ana Ortiz"})  # fmt: skip

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def visit(self, url: str) -> str:
        """What a browser does there: the person says yes; returns path and query of where it is sent back to."""
        asked = dict(parse_qsl(urlsplit(url).query))
        self.asked.append(asked)
        code = f"code-{len(self.asked)}"
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"]} | ({"iss": self.issuer} if self.names_itself else {})
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode(back)}"

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "nonce": asked["nonce"], "iat": now, "exp": now + 300,
            "auth_time": now, **self.people,
        } | self.says  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.key, algorithm=self.algorithm, headers={"kid": self.kid, **self.header})

    def answer(self, method: str, path: str, body: str, headers: Any) -> tuple[int, Any]:
        self.fetched.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "authorization_response_iss_parameter_supported": self.names_itself,
            }
        if path == "/keys":
            return 200, {"keys": [json.loads(ECAlgorithm.to_jwk(self.public)) | {"kid": self.public_kid}]}
        if path == "/token" and method == "POST":
            return self._exchange({name: values[0] for name, values in parse_qs(body).items()}, headers)
        return 404, {}

    def _exchange(self, form: dict[str, str], headers: Any) -> tuple[int, Any]:
        pair = b64decode(headers.get("Authorization", "").removeprefix("Basic ")).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        is_right = (
            pair == "lanyard:s3cret%2Fwith%3Asigns"
            and asked is not None
            and asked["redirect_uri"] == form.get("redirect_uri")
            and asked["code_challenge"] == urlsafe_b64encode(digest).rstrip(b"=").decode()
        )
        if not is_right or asked is None:
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.token(asked), "access_token": "x", "token_type": "Bearer"}

    def __post_init__(self) -> None:
        self.public, self.public_kid = self.key.public_key(), self.kid


def serve() -> tuple[Provider, ThreadingHTTPServer]:
    """A provider that answers on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def _answer(self, body: str) -> None:
            if self.path.startswith("/authorize?"):  # a browser: the person says yes at once
                base = urlsplit(dict(parse_qsl(urlsplit(self.path).query))["redirect_uri"])
                self.send_response(302)
                self.send_header("Location", f"{base.scheme}://{base.netloc}{provider.visit(self.path)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, document = provider.answer(self.command, self.path, body, self.headers)
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return provider, server
