"""The authorisation server: authlib's, over one transaction of ours, for programs that know a secret.

authlib knows the protocol (RFC 6749, 7009, 7636); what is asked of it here is stricter than its defaults, as OB 3.0
wants it: PKCE with S256 always, `state` and `redirect_uri` always, redirects compared letter by letter.
Its errors carry a description of printable ASCII without quotes, or they are ValueErrors: nothing that a caller sends
is ever put into one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import (
    AccessDeniedError,
    ClientMixin,
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Payload,
    TokenMixin,
    UnsupportedResponseTypeError,
    grants,
)
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from app import clock
from app.issuing.accounts import Account, people
from app.issuing.badge_connect import ConnectClient, ConnectGrant, ConnectToken, TokenKind, clients, tokens
from app.issuing.badge_connect import grants as given
from app.issuing.badge_connect import scopes as words

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
# Moodle refreshes with its secret in the form, though it registers for Basic; RFC 6749, 2.3.1 knows both.
METHODS = ["client_secret_basic", "client_secret_post"]
Pairs = Sequence[tuple[str, str]]
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to this server: pairs of the query or of the form, and the headers."""

    method: str
    url: str
    pairs: Pairs
    authorization: str = ""


class _Payload(OAuth2Payload):  # type: ignore[misc]  # authlib has no types
    def __init__(self, pairs: Pairs) -> None:
        self._lists: dict[str, list[str]] = {}
        for name, value in pairs:
            self._lists.setdefault(name, []).append(value)

    @property
    def data(self) -> dict[str, str]:
        return {name: values[-1] for name, values in self._lists.items()}

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._lists


class _Request(OAuth2Request):  # type: ignore[misc]  # as above
    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.method, asked.url, headers={"Authorization": asked.authorization})
        self.payload = _Payload(asked.pairs)

    @property
    def args(self) -> dict[str, str]:
        return dict(self.payload.data)

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)


@dataclass(frozen=True, slots=True)
class _Client(ClientMixin):  # type: ignore[misc]  # as above
    """A registered program as authlib asks about it."""

    row: ConnectClient

    def get_client_id(self) -> str:
        return self.row.id

    def get_default_redirect_uri(self) -> None:
        return None  # `redirect_uri` is required (OB 3.0)

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What of the scopes may be granted; None refuses the request: unknown ones, and none at all."""
        mine, asked = self.row.scopes.split(), scope or ""
        if words.unknown(asked) or not set(words.known(asked)) <= set(mine):
            return None
        return " ".join(words.known(asked)) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.row.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return clients.has_secret(self.row, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        del endpoint
        return method in METHODS

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in {"authorization_code", "refresh_token"}


@dataclass(frozen=True, slots=True)
class _Code:
    """A code that is being exchanged."""

    row: ConnectGrant
    code_challenge_method = "S256"

    @property
    def code_challenge(self) -> str:
        return self.row.code_challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return self.row.scopes


@dataclass(frozen=True, slots=True)
class _Token(TokenMixin):  # type: ignore[misc]  # as above
    """A token that is shown."""

    row: ConnectToken
    grant: ConnectGrant

    def check_client(self, client: _Client) -> bool:
        return self.grant.client_id == client.row.id

    def get_scope(self) -> str:
        return self.row.scopes


class _S256Always(CodeChallenge):  # type: ignore[misc]  # as above
    """PKCE that is never left out and never `plain`, though the program has a secret."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - as authlib has it
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: Any, redirect_uri: Any) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send a code_challenge with code_challenge_method=S256")
        if not _CHALLENGE.fullmatch(data["code_challenge"]):  # authlib lets a line's end pass
            raise InvalidRequestError("Send a code_challenge of 43 to 128 characters (RFC 7636, 4.2)")
        super().validate_code_challenge(grant, redirect_uri)


class _CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]  # as above
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    server: Server

    def validate_authorization_request(self) -> str:
        payload = self.request.payload
        client = self.server.query_client(payload.client_id or "")
        if client is None:
            raise InvalidClientError(description="The client is not registered here")
        redirect_uri: str = payload.redirect_uri or ""
        if not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("The redirect_uri is not one that the client registered")
        if payload.response_type != "code":
            sentence = "Only response_type=code is known here"
            raise UnsupportedResponseTypeError("code", sentence, redirect_uri=redirect_uri)
        if not payload.state:
            raise InvalidRequestError("Send a state", redirect_uri=redirect_uri)
        found: str = super().validate_authorization_request()
        return found

    def create_authorization_response(
        self, redirect_uri: str, grant_user: Account | None
    ) -> tuple[int, str, list[Any]]:
        if grant_user is None:
            raise AccessDeniedError("The holder did not agree", redirect_uri=redirect_uri)
        request, code = self.request, self.generate_authorization_code()
        given.let_in(
            self.server.session,
            grant_user.id,
            request.client.row,
            scopes=request.scope,
            redirect_uri=redirect_uri,
            code=code,
            challenge=request.payload.data["code_challenge"],
        )
        told = [("code", code), ("scope", request.scope), ("state", request.payload.state)]
        return 302, "", [("Location", add_params_to_uri(redirect_uri, told))]

    def query_authorization_code(self, code: str, client: _Client) -> _Code | None:
        found = given.of_code(self.server.session, code, client.row.id)
        return None if found is None else _Code(found)

    def authenticate_user(self, authorization_code: _Code) -> Account:
        self.request.grant = authorization_code.row
        return people.by_id(self.server.session, authorization_code.row.account_id)

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        authorization_code.row.code_used_at = authorization_code.row.code_used_at or clock.now()


class _RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]  # as above
    """The same refresh token goes on: it is worth nothing without the secret, and a lost answer ends nothing."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    server: Server

    def authenticate_refresh_token(self, refresh_token: str) -> _Token | None:
        found = tokens.find(self.server.session, refresh_token, TokenKind.REFRESH, is_locked=True)
        return None if found is None else _Token(*found)

    def authenticate_user(self, refresh_token: _Token) -> Account:
        self.request.grant = refresh_token.grant
        return people.by_id(self.server.session, refresh_token.grant.account_id)

    def issue_token(self, user: Account, refresh_token: _Token) -> dict[str, Any]:
        # Scopes that were checked already, but for `offline_access`, which names nothing.
        scope = " ".join(words.known(self.request.payload.scope or "")) or refresh_token.get_scope()
        made: dict[str, Any] = self.generate_token(user=user, scope=scope, include_refresh_token=False)
        return {**made, "refresh_token": self.request.form["refresh_token"]}

    def _validate_token_scope(self, token: _Token) -> None:
        asked = self.request.payload.scope or ""
        if words.unknown(asked) or not set(words.known(asked)) <= set(token.get_scope().split()):
            raise InvalidScopeError("A refresh widens nothing: ask for scopes that were granted")

    def revoke_old_credential(self, refresh_token: _Token) -> None:
        tokens.prolong(refresh_token.row)


class _Revocation(RevocationEndpoint):  # type: ignore[misc]  # as above
    CLIENT_AUTH_METHODS = METHODS
    server: Server

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Token | None:
        del token_type_hint  # there is one table
        found = tokens.find(self.server.session, token_string, is_locked=True)
        return None if found is None else _Token(*found)

    def revoke_token(self, token: _Token, request: Any) -> None:
        """A refresh token takes everything with it, an access token itself alone (RFC 7009, 2.1)."""
        del request
        if token.row.kind == TokenKind.REFRESH:
            given.end_one(self.server.session, token.grant, why="the program gave its token back")
        else:
            self.server.session.delete(token.row)


class Server(AuthorizationServer):  # type: ignore[misc]  # as above
    """One use of the server, inside the transaction of whoever made it: an error is an answer, and is committed."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.register_grant(_CodeGrant, [_S256Always(required=True)])
        self.register_grant(_RefreshGrant)
        self.register_endpoint(_Revocation)
        self.register_token_generator("default", _generate)

    def query_client(self, client_id: str) -> _Client | None:
        """The program; None = there is none."""
        found = clients.find(self.session, client_id)
        return None if found is None else _Client(found)

    def save_token(self, token: Mapping[str, Any], request: Any) -> None:
        """Let what was generated be good."""
        scope = token["scope"]
        tokens.keep(self.session, request.grant, token["access_token"], TokenKind.ACCESS, scope)
        if request.refresh_token is None:  # the first exchange
            tokens.keep(self.session, request.grant, token["refresh_token"], TokenKind.REFRESH, scope)

    def authenticate_client(self, request: Any, methods: Any, endpoint: str = "token") -> Any:
        """The program that showed its secret. Raises InvalidClientError, also for a header that is no text."""
        try:
            return super().authenticate_client(request, methods, endpoint)
        except ValueError:  # not base64 of text, or not even ASCII, which authlib expects
            raise InvalidClientError(status_code=401, description="The client cannot be read") from None

    def get_authorization_grant(self, request: Any) -> _CodeGrant:
        """Always the code's, which refuses every other response type in words that are safe."""
        grant = _CodeGrant(request, self)
        _S256Always(required=True)(grant)
        return grant

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Asked | _Request) -> _Request:
        """A request in authlib's form. Raises OAuth2Error for an address of ours that is not secure."""
        return request if isinstance(request, _Request) else _Request(request)

    def handle_response(self, status: int, body: Any, headers: Sequence[tuple[str, str]]) -> Response:
        """An answer as the framework has it; never stored."""
        told = {name: value for name, value in headers if name.lower() != "content-type"} | NO_STORE
        if "Location" in told:
            return Response(status_code=303, headers=told)  # so that a form is not sent on
        return JSONResponse(body, status_code=status, headers=told)

    def answer(self, asked: Asked, holder: Account | None) -> Response:
        """Where the browser goes with the holder's answer; None = the holder does not agree. Raises OAuth2Error."""
        request = _Request(asked)
        grant = self.get_consent_grant(request)
        response: Response = self.create_authorization_response(request, holder, grant)
        return response


def _generate(
    grant_type: str,
    client: _Client,
    user: Account | None = None,
    scope: str | None = None,
    expires_in: int | None = None,
    *,
    include_refresh_token: bool = True,
) -> dict[str, Any]:
    del grant_type, client, user, expires_in
    made = {"access_token": tokens.new(), "token_type": "Bearer", "expires_in": tokens.ACCESS_SECONDS, "scope": scope}
    return {**made, "refresh_token": tokens.new()} if include_refresh_token else made


__all__ = ["NO_STORE", "Asked", "OAuth2Error", "Server"]
