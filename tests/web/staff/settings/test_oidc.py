"""An identity provider: learners come by a confirmed address, staff only when linked; attacks get nobody in (T33)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app import service as services
from app.errors import UnsafeConfiguration
from app.issuing.accounts import AccountIdentity, Role, WebSession, identities, invitations, members, people
from app.issuing.issuers import Issuer
from app.outbound.network import Network
from app.service import Service
from app.settings import Settings
from app.web.signed_in import csrf_of
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, Provider, serve

ANA = "ana.ortiz@example.org"
HEADERS = {"Origin": "http://badges.test", "Accept": "text/html"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The hospital's own."""
    made, server = serve()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(settings: Settings, provider: Provider) -> Settings:
    """A service that knows the provider, which is in its own network."""
    return settings.model_copy(
        update={
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": Settings(_env_file=None, oidc_client_secret=CLIENT_SECRET).oidc_client_secret,
            "oidc_name": "Northfield login",
            "own_platforms": (provider.issuer,),
        }
    )


@pytest.fixture
def network() -> Network:
    """This machine."""
    return Network()


def begin(client: TestClient, purpose: str, **fields: str) -> str:
    """Press a button of ours; where the browser is led."""
    csrf = csrf_of(client.cookies.get("lanyard") or "")
    answer = client.post("/oidc/start", data={"purpose": purpose, "csrf": csrf, **fields}, headers=HEADERS)
    assert answer.status_code == 200, answer.text
    return unescape(re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.text)[1])


def come(client: TestClient, provider: Provider, purpose: str, **fields: str) -> Any:
    """Go to the provider and come back."""
    return back(client, provider.visit(begin(client, purpose, **fields)))


def back(client: TestClient, path: str) -> Any:
    """Come back from the provider."""
    return client.get(path, headers=HEADERS, follow_redirects=False)


def signed_in(service: Service) -> int:
    """How many browsers are signed in."""
    with service.database.read() as session:
        return session.scalar(select(func.count()).select_from(WebSession)) or 0


def refused(service: Service, answer: Any) -> bool:
    """Whether somebody was turned away, with a page and without a session."""
    return answer.status_code in {403, 404} and signed_in(service) == 0


# -- learners ---------------------------------------------------------------------------------------------


def test_a_learner_whose_address_the_provider_confirms_sees_her_badges(
    client: TestClient, provider: Provider, service: Service
):
    answer = come(client, provider, "learner", next="/me")

    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    with service.database.read() as session:
        account = people.by_address(session, ANA)
        assert account is not None
        identity = session.get_one(AccountIdentity, (provider.issuer, "ana-7"))
    assert (identity.account_id, identity.is_for_staff) == (account.id, False)


def test_what_is_asked_carries_state_nonce_and_pkce_and_the_code_is_exchanged_with_the_verifier(
    client: TestClient, provider: Provider
):
    come(client, provider, "learner")

    asked = provider.asked[0]
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert asked["redirect_uri"] == "http://badges.test/oidc/answer"
    assert "/token" in provider.fetched


def test_she_is_known_again_by_issuer_and_subject_when_her_address_changes(
    client: TestClient, provider: Provider, service: Service
):
    come(client, provider, "learner")
    provider.says = {"email": "ana.garcia@example.org", "email_verified": False}

    assert come(client, provider, "learner").status_code == 303
    with service.database.read() as session:
        assert people.by_address(session, "ana.garcia@example.org") is None


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_nobody_confirmed_lets_nobody_in(
    client: TestClient, provider: Provider, service: Service, verified: Any
):
    provider.says = {"email_verified": verified}

    answer = come(client, provider, "learner")

    assert refused(service, answer)
    assert "does not say that your e-mail address is confirmed" in unescape(answer.text)


# -- staff ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("issuer")
def test_a_member_whom_nobody_linked_does_not_get_in_by_address(
    client: TestClient, provider: Provider, service: Service, enter: Callable[..., Any], issuer: Issuer
):
    enter(ANA, role="owner", at=issuer)
    before = signed_in(service)

    answer = come(client, provider, "staff")
    come(client, provider, "learner")
    still = come(client, provider, "staff")

    assert (answer.status_code, still.status_code) == (403, 403)
    assert "belongs to no member of staff here" in answer.text
    assert signed_in(service) == before + 1, "the learner's pages alone"
    assert client.get("/staff/northfield", headers=HEADERS, follow_redirects=False).status_code == 303


def test_a_member_links_the_provider_and_signs_in_with_it_from_then_on(
    provider: Provider, client: TestClient, enter: Callable[..., Any], issuer: Issuer, service: Service
):
    owner = enter("olga@example.org", role="owner", at=issuer)
    provider.people["sub"] = "olga-1"
    led = owner.post("/staff/account/provider/link")
    url = unescape(re.search(r'content="0;url=([^"]+)"', led.text)[1])
    linked = owner.get(provider.visit(url))

    answer = come(client, provider, "staff", next="/staff/northfield")

    assert linked.headers["location"] == "/staff/account"
    assert answer.headers["location"] == "/staff/northfield"
    with service.database.read() as session:
        assert session.get_one(AccountIdentity, (provider.issuer, "olga-1")).account_id == owner.account_id
    led_on = client.get("/staff/northfield", headers=HEADERS, follow_redirects=False)
    assert led_on.headers["location"].startswith("/staff/second-factor"), "a second factor of ours is still asked for"


def test_a_provider_that_used_several_factors_is_believed_only_where_the_operator_says_so(
    provider: Provider, client: TestClient, enter: Callable[..., Any], issuer: Issuer, service: Service
):
    owner = enter("olga@example.org", role="owner", at=issuer)
    with service.database.write() as session:
        said = identities.IdToken(provider.issuer, "ana-7")
        identities.link(session, people.by_id(session, owner.account_id), said)
    provider.says = {"amr": ["pwd", "mfa"]}

    come(client, provider, "staff")
    weak = client.get("/staff/northfield", headers=HEADERS, follow_redirects=False).status_code
    object.__setattr__(service, "settings", service.settings.model_copy(update={"oidc_trust_mfa": True}))
    client.cookies.clear()
    come(client, provider, "staff")

    assert weak == 303
    assert client.get("/staff/northfield", headers=HEADERS, follow_redirects=False).status_code == 200


def test_an_invitation_that_was_mailed_is_taken_up_without_a_password(
    client: TestClient, provider: Provider, service: Service, issuer: Issuer
):
    with service.database.write() as session:
        made = invitations.invite(
            session, service.office, issuer, "amir@example.org", Role.AWARDER, invited_by="Olga", actor="test"
        )
    token = made.url.rpartition("/")[2]
    assert "Join with Northfield login" in client.get(f"/staff/welcome/{token}", headers=HEADERS).text

    answer = come(client, provider, "join", invitation=token)

    assert answer.headers["location"] == "/staff/northfield"
    with service.database.read() as session:
        account = people.by_address(session, "amir@example.org")
        assert account is not None
        assert members.role_of(session, issuer.id, account.id) is Role.AWARDER
        assert session.get_one(AccountIdentity, (provider.issuer, "ana-7")).is_for_staff
    client.cookies.clear()
    assert come(client, provider, "join", invitation=token).status_code == 410


def test_an_invitation_never_takes_over_an_account_that_can_do_something(
    client: TestClient, provider: Provider, service: Service, enter: Callable[..., Any], issuer: Issuer
):
    owner = enter("olga@example.org", role="owner", at=issuer)
    come(client, provider, "learner")
    with service.database.write() as session:  # the attacker's subject came to the owner by an address
        session.get_one(AccountIdentity, (provider.issuer, "ana-7")).account_id = owner.account_id
        made = invitations.invite(
            session, service.office, issuer, "mallory@example.org", Role.REVIEWER, invited_by="Olga", actor="test"
        )
    client.cookies.clear()

    answer = come(client, provider, "join", invitation=made.url.rpartition("/")[2])

    assert answer.status_code == 403
    with service.database.read() as session:
        assert not session.get_one(AccountIdentity, (provider.issuer, "ana-7")).is_for_staff


def test_a_provider_that_just_asked_confirms_who_it_is_and_one_that_did_not_does_not(
    provider: Provider, enter: Callable[..., Any], issuer: Issuer, service: Service
):
    owner = enter("olga@example.org", role="owner", at=issuer)
    with service.database.write() as session:
        said = identities.IdToken(provider.issuer, "ana-7")
        identities.link(session, people.by_id(session, owner.account_id), said)

    def confirm() -> Any:
        page = owner.post("/staff/account/provider/confirm", next="/staff/northfield/settings/keys").text
        return owner.get(provider.visit(unescape(re.search(r'content="0;url=([^"]+)"', page)[1])))

    good = confirm()
    provider.says = {"auth_time": int(time.time()) - 3600}
    stale = confirm()
    provider.says = {"sub": "somebody-else"}
    other = confirm()

    assert provider.asked[0]["prompt"] == "login"
    assert provider.asked[0]["max_age"] == "0"
    assert good.headers["location"] == "/staff/northfield/settings/keys"
    assert (stale.status_code, other.status_code) == (403, 403)


def test_somebody_else_s_sign_in_cannot_be_linked_and_the_only_way_in_not_taken_away(
    provider: Provider, client: TestClient, enter: Callable[..., Any], issuer: Issuer
):
    come(client, provider, "learner")
    owner = enter("olga@example.org", role="owner", at=issuer)
    page = owner.post("/staff/account/provider/link").text
    answer = owner.get(provider.visit(unescape(re.search(r'content="0;url=([^"]+)"', page)[1])))

    assert answer.status_code == 409
    assert "belongs to another account" in answer.text


# -- attacks ----------------------------------------------------------------------------------------------


def test_an_answer_that_names_another_provider_is_refused_before_the_code_is_sent_anywhere(
    client: TestClient, provider: Provider, service: Service
):
    path = provider.visit(begin(client, "learner"))

    answer = back(client, path.replace("iss=http%3A%2F%2F127.0.0.1", "iss=http%3A%2F%2F127.0.0.2"))

    assert refused(service, answer)
    assert "/token" not in provider.fetched


def test_an_answer_that_ought_to_name_its_provider_and_does_not_is_refused(
    client: TestClient, provider: Provider, service: Service
):
    path = provider.visit(begin(client, "learner"))

    assert refused(service, back(client, path.partition("&iss=")[0]))


def test_an_answer_counts_once(client: TestClient, provider: Provider, service: Service):
    path = provider.visit(begin(client, "learner"))
    cookies = dict(client.cookies)
    first = back(client, path)
    client.cookies.clear()
    client.cookies.update(cookies)

    again = back(client, path)

    assert (first.status_code, again.status_code) == (303, 404)
    assert signed_in(service) == 1


def test_a_code_that_was_used_at_the_provider_lets_nobody_in(client: TestClient, provider: Provider, service: Service):
    path = provider.visit(begin(client, "learner"))
    provider.codes.clear()

    assert refused(service, back(client, path))


def test_an_answer_counts_only_in_the_browser_that_asked(client: TestClient, provider: Provider, service: Service):
    path = provider.visit(begin(client, "learner"))
    client.cookies.clear()  # the victim's browser, led to the attacker's answer

    assert refused(service, back(client, path))
    assert "/token" not in provider.fetched


def test_a_code_of_another_sign_in_does_not_fit_the_verifier(client: TestClient, provider: Provider, service: Service):
    stolen = dict(parse_qsl(urlsplit(provider.visit(begin(client, "learner"))).query))["code"]
    mine = provider.visit(begin(client, "learner"))

    assert refused(service, back(client, re.sub(r"code=[\w-]+", f"code={stolen}", mine)))


def test_a_provider_that_says_no_is_told_calmly(client: TestClient, provider: Provider, service: Service):
    path = provider.visit(begin(client, "learner"))

    answer = back(client, re.sub(r"code=[\w-]+", "error=access_denied", path))

    assert refused(service, answer)
    assert "Your provider signed nobody in" in answer.text


BENT: dict[str, dict[str, Any]] = {
    "of another issuer": {"iss": "https://evil.example"},
    "of an issuer whose name begins alike": {"iss": "http://127.0.0.1"},
    "for another client": {"aud": "somebody"},
    "for several, without saying for whom": {"aud": [CLIENT_ID, "somebody"]},
    "meant for another party": {"azp": "somebody"},
    "with another nonce": {"nonce": "another"},
    "without a nonce": {"nonce": None},
    "that has ended": {"exp": 1_700_000_000, "iat": 1_699_999_000},
    "of the future": {"iat": 4_000_000_000, "exp": 4_000_000_300},
    "that never ends": {"exp": None},
    "good for years": {"exp": 4_000_000_000},
    "of nobody": {"sub": None},
    "of an empty subject": {"sub": ""},
}


@pytest.mark.parametrize("says", BENT.values(), ids=BENT.keys())
def test_a_token_is_refused(client: TestClient, provider: Provider, service: Service, says: dict[str, Any]):
    provider.says = says

    assert refused(service, come(client, provider, "learner"))


@pytest.mark.parametrize(
    "header",
    [{"jwk": {"kty": "EC"}}, {"jku": "https://evil.example/keys"}, {"crit": ["x"]}, {"kid": "unknown"}],
    ids=lambda header: next(iter(header)),
)
def test_a_header_that_brings_its_own_key_or_rule_is_refused(
    client: TestClient, provider: Provider, service: Service, header: dict[str, Any]
):
    provider.header = header

    assert refused(service, come(client, provider, "learner"))


def test_a_token_of_another_key_is_refused(client: TestClient, provider: Provider, service: Service):
    provider.key = ec.generate_private_key(ec.SECP256R1())

    assert refused(service, come(client, provider, "learner"))


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_signature_or_with_a_shared_secret_is_refused(
    client: TestClient, provider: Provider, service: Service, algorithm: str
):
    real = provider.token
    secret = None if algorithm == "none" else CLIENT_SECRET.ljust(32, "x")

    def bent(asked: dict[str, str]) -> str:
        claims = jwt.decode(real(asked), options={"verify_signature": False})
        return jwt.encode(claims, secret, algorithm=algorithm, headers={"kid": provider.kid})

    provider.token = bent

    assert refused(service, come(client, provider, "learner"))


def test_a_key_that_was_exchanged_is_asked_for_once(client: TestClient, provider: Provider):
    come(client, provider, "learner")
    provider.key = ec.generate_private_key(ec.SECP256R1())
    provider.public, provider.kid, provider.public_kid = provider.key.public_key(), "k2", "k2"
    client.cookies.clear()
    application: Any = client.app
    application.state.provider._keys = (time.monotonic() - 90, application.state.provider._keys[1])

    assert come(client, provider, "learner").status_code == 303
    assert provider.fetched.count("/keys") == 2


def test_another_site_cannot_begin_a_sign_in(client: TestClient):
    answer = client.post("/oidc/start", data={"purpose": "learner"}, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403


def test_where_the_provider_cannot_be_reached_other_ways_are_named(client: TestClient, provider: Provider):
    object.__setattr__(client.app.state.provider, "issuer", "http://127.0.0.1:1")

    answer = client.post("/oidc/start", data={"purpose": "staff"}, headers=HEADERS)

    assert answer.status_code == 502
    assert "cannot be reached at present" in answer.text
    assert provider.fetched == []


# -- set up or not ----------------------------------------------------------------------------------------


def test_buttons_appear_where_a_provider_is_set_up(client: TestClient):
    assert "Sign in with Northfield login" in client.get("/sign-in", headers=HEADERS).text
    assert "Sign in with Northfield login" in client.get("/staff/sign-in", headers=HEADERS).text


def test_half_a_provider_and_a_strange_address_stop_the_start(settings: Settings):
    with pytest.raises(UnsafeConfiguration, match="LANYARD_OIDC_CLIENT_ID"):
        services.build(settings.model_copy(update={"oidc_client_id": None}))
    with pytest.raises(ValueError, match="LANYARD_OIDC_ISSUER"):
        Settings(_env_file=None, oidc_issuer="login.hospital.example")
