"""An identity provider (OpenID Connect): authorisation code with state, nonce and PKCE; its answers through the guard.

What the provider says of itself and its keys are kept in the memory of this process for a while: a sign-in should not
ask for them each time, and a key that is unknown asks for them no more than once a minute (T25).
"""

from __future__ import annotations

import hashlib
import threading
import time
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from app.credentials import id_tokens, strict_json
from app.credentials.id_tokens import IdToken
from app.credentials.multibase import base64url
from app.credentials.signed_tokens import BadToken, UnknownKey
from app.errors import FetchFailed, MalformedJson, SignInRefused, TooLarge
from app.outbound.fetch import deliver, fetch
from app.outbound.network import Network
from app.settings import Settings

MAX_BYTES = 262_144
SECONDS = 8.0
KEPT_SECONDS = 3_600
KEYS_KEPT_SECONDS = 600
ASK_AGAIN_SECONDS = 60
SCOPES = "openid email profile"
REFUSED = "Your provider's answer cannot be accepted, so nobody was signed in. Begin once more; if it stays, tell us"
_OK = 200


@dataclass(frozen=True, slots=True)
class Described:
    """What a provider says about itself. `names_itself`: its answers carry `iss` (RFC 9207)."""

    authorization_url: str
    token_url: str
    jwks_url: str
    names_itself: bool
    takes_basic: bool


class Provider:
    """The provider that an operator has set up. Safe to use from several threads."""

    def __init__(
        self,
        issuer: str,
        *,
        client_id: str,
        client_secret: str,
        redirect_url: str,
        name: str,
        own_platforms: tuple[str, ...] = (),
        network: Network | None = None,
    ) -> None:
        """`own_platforms` are origins in the own network that may be asked; `network` None = the internet."""
        self.issuer, self.name = issuer, name
        self._client_id, self._client_secret, self._redirect_url = client_id, client_secret, redirect_url
        self._own_platforms = own_platforms
        self._network = network or Network()
        self._lock = threading.Lock()
        self._described: tuple[float, Described] | None = None
        self._keys: tuple[float, dict[str, Any]] | None = None

    def address(self, *, state: str, nonce: str, verifier: str, is_anew: bool = False) -> str:
        """Where the browser goes. `is_anew`: the person shall show once more who they are. Raises FetchFailed."""
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_url,
            "scope": SCOPES,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        if is_anew:
            asked |= {"prompt": "login", "max_age": "0"}
        url = self._about().authorization_url
        return f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}"

    def refuse_another(self, iss: str | None) -> None:
        """Refuse an answer that another provider gave, or one that ought to say whose it is and does not (RFC 9207).

        Raises SignInRefused, FetchFailed.
        """
        if iss is None and not self._about().names_itself:
            return
        if iss != self.issuer:
            raise SignInRefused(REFUSED, reason="the answer is of another provider")

    def exchange(self, code: str, *, verifier: str, nonce: str, now: datetime) -> IdToken:
        """Who the code is about, as the provider signed it. Raises SignInRefused, FetchFailed."""
        token = self._token(code, verifier)
        try:
            try:
                return self._read(token, self._key_set(), nonce, now)
            except UnknownKey:
                return self._read(token, self._key_set(older_than=ASK_AGAIN_SECONDS), nonce, now)
        except BadToken as error:
            raise SignInRefused(REFUSED, reason=f"the ID token: {error}") from error

    def _read(self, token: str, keys: dict[str, Any], nonce: str, now: datetime) -> IdToken:
        return id_tokens.read(token, keys, issuer=self.issuer, client_id=self._client_id, nonce=nonce, now=now)

    def _token(self, code: str, verifier: str) -> str:
        about = self._about()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_url,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if about.takes_basic:
            pair = f"{quote_plus(self._client_id)}:{quote_plus(self._client_secret)}"  # RFC 6749, 2.3.1
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        answer = deliver(
            about.token_url,
            content=urlencode(form).encode(),
            headers=headers,
            max_bytes=MAX_BYTES,
            timeout_seconds=SECONDS,
            allow_origin=self._own(about.token_url),
            network=self._network,
        )
        if answer.status != _OK:
            raise SignInRefused(REFUSED, reason=f"the provider gave no token: {answer.status}")
        token = _document(answer.content).get("id_token")
        if not isinstance(token, str):
            raise SignInRefused(REFUSED, reason="the provider's answer holds no ID token")
        return token

    def _about(self) -> Described:
        with self._lock:
            if self._described is not None and time.monotonic() - self._described[0] < KEPT_SECONDS:
                return self._described[1]
        found = self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise FetchFailed("the provider's configuration names another issuer")
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        about = Described(
            authorization_url=self._checked(found, "authorization_endpoint"),
            token_url=self._checked(found, "token_endpoint"),
            jwks_url=self._checked(found, "jwks_uri"),
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
            takes_basic=not isinstance(methods, list) or "client_secret_basic" in methods,
        )
        with self._lock:
            self._described = time.monotonic(), about
        return about

    def _key_set(self, *, older_than: float = KEYS_KEPT_SECONDS) -> dict[str, Any]:
        """The provider's keys; those that are here, unless they came longer ago than so many seconds."""
        with self._lock:
            if self._keys is not None and time.monotonic() - self._keys[0] < older_than:
                return self._keys[1]
        found = self._get(self._about().jwks_url)
        with self._lock:
            self._keys = time.monotonic(), found
        return found

    def _get(self, url: str) -> dict[str, Any]:
        fetched = fetch(
            url,
            accept="application/json, application/jwk-set+json",
            max_bytes=MAX_BYTES,
            allow_origin=self._own(url),
            network=self._network,
        )
        return _document(fetched.content)

    def _own(self, url: str) -> str | None:
        origin = _origin(url)
        return origin if origin in self._own_platforms else None

    def _checked(self, found: dict[str, Any], name: str) -> str:
        """An address of the configuration: https, or one of the own network."""
        url = found.get(name)
        if not isinstance(url, str) or not (url.startswith("https://") or self._own(url)):
            raise FetchFailed(f"the provider's configuration has no usable {name}")
        return url


def provider_of(settings: Settings, *, redirect_url: str, network: Network | None) -> Provider | None:
    """The provider of the settings; None = none is set up."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None or settings.oidc_client_secret is None:
        return None
    return Provider(
        settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        redirect_url=redirect_url,
        name=settings.oidc_name,
        own_platforms=settings.own_platforms,
        network=network,
    )


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


def _document(content: bytes) -> dict[str, Any]:
    try:
        found = strict_json.loads(content, max_bytes=MAX_BYTES)
    except (MalformedJson, TooLarge) as error:
        raise FetchFailed("the provider's answer is not strict JSON") from error
    if not isinstance(found, dict):
        raise FetchFailed("the provider's answer is no object")
    return found
