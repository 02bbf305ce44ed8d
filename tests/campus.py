"""A course platform that speaks LTI 1.3, at https://campus.example: launches, keys, tokens, members and results."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from app.issuing.lti.platforms import Registration
from tests.strangers import Answer, Asked

HOST = "campus.example"
ISS = f"https://{HOST}"
CLIENT_ID = "badges-1"
DEPLOYMENT = "1:2"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
RETURN_URL = f"{ISS}/deep_links"
MEMBERS_URL = f"{ISS}/courses/7/members"
LINE_ITEM_URL = f"{ISS}/courses/7/line_items/3"
REGISTRATION = Registration(
    name="Campus",
    iss=ISS,
    client_id=CLIENT_ID,
    login_url=f"{ISS}/auth",
    token_url=f"{ISS}/token",
    jwks_url=f"{ISS}/jwks",
    deployments=(DEPLOYMENT,),
)


@cache
def _key() -> rsa.RSAPrivateKey:
    """One for all tests: making it takes longer than most of them."""
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Campus:
    """The platform. Change its members to change what it says; `asked` are the requests that it got."""

    key: rsa.RSAPrivateKey = field(default_factory=_key)
    kid: str = "campus-1"
    members: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    tool_jwks: dict[str, Any] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    registered: list[dict[str, Any]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    page_size: int = 2

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """A token of the platform."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid, **header})

    def claims(self, question: str, **changed: Any) -> dict[str, Any]:
        """The claims of a launch of an activity by a learner; None takes a claim away."""
        now = int(time.time())
        stated = {
            "iss": ISS,
            "aud": CLIENT_ID,
            "sub": "u-17",
            "iat": now,
            "exp": now + 300,
            "nonce": question,
            "name": "Ana Ortiz",
            "email": "ana@hospital.example",
            LTI + "message_type": "LtiResourceLinkRequest",
            LTI + "version": "1.3.0",
            LTI + "deployment_id": DEPLOYMENT,
            LTI + "target_link_uri": "https://badges.test/lti/launch",
            LTI + "resource_link": {"id": "link-5", "title": "Your badge"},
            LTI + "context": {"id": "course-7", "title": "Phlebotomy 101"},
            LTI + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": MEMBERS_URL,
                "service_versions": ["2.0"],
            },
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
                "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"],
                "lineitems": f"{ISS}/courses/7/line_items",
                "lineitem": LINE_ITEM_URL,
            },
        } | changed
        return {name: value for name, value in stated.items() if value is not None}

    def choosing(self, nonce: str, **settings: Any) -> dict[str, Any]:
        """The claims of a teacher who chooses content."""
        linking = {
            "deep_link_return_url": RETURN_URL,
            "accept_types": ["ltiResourceLink"],
            "data": "opaque",
            **settings,
        }
        return self.claims(
            nonce,
            **{
                LTI + "message_type": "LtiDeepLinkingRequest",
                LTI + "resource_link": None,
                LTI + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"],
                DL + "deep_linking_settings": linking,
            },
        )

    def answer(self, asked: Asked) -> Answer:
        """What its host says."""
        self.asked.append(asked)
        path = urlsplit(asked.path).path
        match path:
            case refused if refused in self.refuses:
                found = Answer(b"", status=500)
            case "/jwks":
                jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
                found = self._json({"keys": [jwk | {"kid": self.kid, "alg": "RS256", "use": "sig"}]})
            case "/openid":
                found = self._json(self._openid() | self.configuration)
            case "/register":
                found = self._register(asked)
            case "/token":
                found = self._token(asked)
            case "/courses/7/members" | "/courses/7/line_items/3/results":
                found = self._page(asked, self.members if path.endswith("members") else self.results)
            case _:
                found = Answer(b"", status=404)
        return found

    def _register(self, asked: Asked) -> Answer:
        self.registered.append(json.loads(asked.body) | {"token": asked.headers.get("authorization")})
        tool = {"https://purl.imsglobal.org/spec/lti-tool-configuration": {"deployment_id": DEPLOYMENT}}
        return self._json({"client_id": CLIENT_ID, **tool}, status=201)

    def _openid(self) -> dict[str, Any]:
        return {
            "issuer": ISS,
            "authorization_endpoint": f"{ISS}/auth",
            "token_endpoint": f"{ISS}/token",
            "jwks_uri": f"{ISS}/jwks",
            "registration_endpoint": f"{ISS}/register",
            "https://purl.imsglobal.org/spec/lti-platform-configuration": {"product_family_code": "campus"},
        }

    def _token(self, asked: Asked) -> Answer:
        """Give a token for an assertion that the tool's published key signed, as a platform checks it."""
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        kid = jwt.get_unverified_header(form["client_assertion"])["kid"]
        (jwk,) = (key for key in self.tool_jwks["keys"] if key["kid"] == kid)
        said = jwt.decode(
            form["client_assertion"],
            jwt.PyJWK(jwk).key,
            algorithms=["RS256"],
            audience=f"{ISS}/token",
            options={"require": ["exp", "iat", "jti", "sub"]},
        )
        assert (said["iss"], said["sub"], form["grant_type"]) == (CLIENT_ID, CLIENT_ID, "client_credentials")
        return self._json({"access_token": "let-me-in", "token_type": "Bearer", "expires_in": 3600})

    def _page(self, asked: Asked, listed: list[dict[str, Any]]) -> Answer:
        """Some entries a page, as long as there are more."""
        if asked.headers.get("authorization") != "Bearer let-me-in":
            return Answer(b"", status=401)
        parts = urlsplit(asked.path)
        begin = int(parse_qs(parts.query).get("from", ["0"])[0])
        page = listed[begin : begin + self.page_size]
        found = page if parts.path.endswith("results") else {"id": MEMBERS_URL, "members": page}
        following = begin + self.page_size
        link = f'<{ISS}{parts.path}?from={following}>; rel="next"'
        more = {"Link": link} if following < len(listed) else {}
        return Answer(json.dumps(found).encode(), "application/json", headers=more)

    def _json(self, value: Any, status: int = 200) -> Answer:
        return Answer(json.dumps(value).encode(), "application/json", status=status)
