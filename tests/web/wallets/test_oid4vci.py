"""OpenID4VCI: a wallet goes the whole way, and every false step ends where the standard says, with its error."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from typing import Any

import jwt
import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import clock
from app.credentials.identity import hash_identity
from app.issuing import award_status, awards, erasure
from app.issuing.achievements import Achievement
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, Earned
from app.issuing.learners import Learner
from app.issuing.wallets import WalletCredential, WalletOffer, offers
from app.service import Service
from tests.web.wallets.conftest import ANA, Told, new_link
from tests.web.wallets.simulator import GRANT, Key, Wallet

BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
IDENTIFIER = "http://badges.test/wallets/northfield"


def refused(answer: Any, status: int = 400) -> str:
    """The error of a refusal, whose form the standard fixes."""
    assert answer.status_code == status, answer.text
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/json", "no-store")
    told = answer.json()["error_description"]
    assert told.isascii()
    assert '"' not in told
    return str(answer.json()["error"])


def verdict(client: TestClient, badge: str) -> str:
    """What our own verification says in a word."""
    answer = client.post("/verify", data={"badge": badge}, headers={"Accept": "application/json"})
    return str(answer.json()["verdict"])


def audited(service: Service, award: Award) -> list[str]:
    with service.database.read() as session:
        query = select(AuditEntry).where(AuditEntry.object_id == award.id).order_by(AuditEntry.id)
        return [each.action for each in session.scalars(query)]


class TestWhatWalletsRead:
    def test_an_offer_names_its_issuer_both_forms_and_a_code(self, wallet: Wallet, link: str):
        found = wallet.open(link)

        forms = ["OpenBadgeCredential_ldp_vc", "OpenBadgeCredential_jwt_vc_json"]
        assert found.offer.keys() == {"credential_issuer", "credential_configuration_ids", "grants"}
        assert (found.offer["credential_issuer"], found.offer["credential_configuration_ids"]) == (IDENTIFIER, forms)
        assert found.grant.keys() == {"pre-authorized_code"}

    def test_an_offer_with_a_code_says_what_the_code_looks_like(self, wallet: Wallet, service: Service, award: Award):
        asked = wallet.open(new_link(service, award, with_tx_code=True)).grant["tx_code"]

        assert (asked["input_mode"], asked["length"]) == ("numeric", 6)
        assert len(asked["description"]) <= 300

    def test_the_issuer_says_everything_that_the_standard_requires(self, wallet: Wallet, link: str):
        found = wallet.open(link)

        assert found.issuer["display"] == [{"name": "Northfield Health Academy"}]
        assert {name: url for name, url in found.issuer.items() if name.endswith("_endpoint")} == {
            f"{name}_endpoint": f"{IDENTIFIER}/{name}" for name in ("credential", "nonce", "notification")
        }
        for form, algorithm in (("ldp_vc", "eddsa-rdfc-2022"), ("jwt_vc_json", "RS256")):
            stated = found.issuer["credential_configurations_supported"][found.configuration(form)]
            assert stated["format"] == form
            assert stated["credential_signing_alg_values_supported"] == [algorithm]
            assert stated["cryptographic_binding_methods_supported"] == ["did:key", "did:jwk", "jwk"]
            assert stated["proof_types_supported"]["jwt"] == {"proof_signing_alg_values_supported": ["ES256", "EdDSA"]}
            assert stated["credential_definition"]["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
            assert ("@context" in stated["credential_definition"]) == (form == "ldp_vc")
            assert stated["credential_metadata"]["display"][0]["name"]

    def test_the_server_takes_codes_without_a_client_and_states_no_empty_list(self, wallet: Wallet, link: str):
        server = wallet.open(link).server

        assert server["pre-authorized_grant_anonymous_access_supported"] is True
        assert server["token_endpoint"] == f"{IDENTIFIER}/token"
        assert all(value != [] for value in server.values())

    def test_an_unknown_issuer_has_no_metadata(self, client: TestClient):
        for name in ("openid-credential-issuer", "oauth-authorization-server"):
            assert client.get(f"/.well-known/{name}/wallets/nobody").status_code == 404

    def test_wallets_in_a_browser_may_ask_from_any_origin(self, client: TestClient, wallet: Wallet, link: str):
        found = wallet.open(link)
        asked = {"Origin": "https://wallet.example", "Access-Control-Request-Method": "POST"}

        allowed = client.options(found.issuer["credential_endpoint"], headers=asked).headers

        assert allowed["access-control-allow-origin"] == "*"
        assert "POST" in allowed["access-control-allow-methods"]
        assert "Authorization" in allowed["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in allowed


class TestTheWholeWay:
    @BOTH_DATABASES
    def test_a_holder_adds_a_private_badge_to_a_wallet_and_it_is_theirs(
        self, make_award: Any, offered: Callable[..., Told], wallet: Wallet, service: Service
    ):
        award = make_award(visibility="private", name_shown=True)

        badge = wallet.take(offered(award).link)

        subject = badge["credentialSubject"]
        assert subject["id"] == wallet.key.did_key
        assert badge["id"] == f"http://badges.test/b/{award.id}"
        [address, name] = subject["identifier"]
        assert address["identityHash"] == hash_identity(ANA, address["salt"])
        assert name["identityHash"] == "Ana Ortiz"
        assert audited(service, award)[-2:] == ["award.wallet-offered", "award.wallet-claimed"]

    def test_the_badge_at_its_address_stays_as_it_was_signed(
        self, client: TestClient, award: Award, wallet: Wallet, link: str
    ):
        before = client.get(f"/b/{award.id}.json")

        badge = wallet.take(link)

        after = client.get(f"/b/{award.id}.json")
        assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
        of_its_own = ("credentialSubject", "validFrom", "proof")
        same = [{name: each[name] for name in each if name not in of_its_own} for each in (badge, before.json())]
        assert same[0] == same[1]
        assert badge["validFrom"] >= before.json()["validFrom"]
        assert before.json()["credentialSubject"]["id"].startswith("urn:uuid:")

    def test_a_key_may_be_of_either_kind_and_be_named_in_each_way(
        self, client: TestClient, service: Service, award: Award
    ):
        for algorithm, named in product(("ES256", "EdDSA"), ("jwk", "did:key", "did:jwk")):
            wallet = Wallet(client, Key(algorithm))
            found = wallet.open(new_link(service, award))
            proof = {"jwt": [wallet.proof(found, wallet.nonce(found), named=named)]}

            answer = wallet.ask_for(found, wallet.token(found), proof=proof).json()

            did = wallet.key.did_jwk if named == "did:jwk" else wallet.key.did_key
            assert answer["credentials"][0]["credential"]["credentialSubject"]["id"] == did

    def test_one_offer_gives_both_forms_to_one_wallet_and_the_token_names_it_as_its_subject(
        self, client: TestClient, wallet: Wallet, link: str
    ):
        found = wallet.open(link)
        token = wallet.token(found)

        document, signed = (
            wallet.ask_for(found, token, form).json()["credentials"][0]["credential"]
            for form in ("ldp_vc", "jwt_vc_json")
        )

        kid = jwt.get_unverified_header(signed)["kid"].rpartition("#")[2]
        key = jwt.PyJWK(client.get(f"/issuers/northfield/keys/{kid}").json(), algorithm="RS256")
        claims = jwt.decode(signed, key, algorithms=["RS256"])
        assert claims["sub"] == claims["credentialSubject"]["id"] == document["credentialSubject"]["id"]
        assert claims["jti"] == document["id"]

    def test_a_presentation_is_a_proof_of_the_key_too(self, other: Wallet, link: str):
        found = other.open(link)
        shown = other.presentation(challenge=other.nonce(found), domain=IDENTIFIER, old=False, v1=False)

        answer = other.ask_for(found, other.token(found), proof={"di_vp": [shown]})

        [given] = answer.json()["credentials"]
        assert given["credential"]["credentialSubject"]["id"] == other.key.did_key

    def test_what_a_wallet_was_given_passes_every_check_until_a_letter_is_changed_or_the_badge_is_revoked(
        self, client: TestClient, service: Service, award: Award, wallet: Wallet, link: str
    ):
        whole = json.dumps(wallet.take(link))
        token = wallet.take(new_link(service, award), "jwt_vc_json")

        assert (verdict(client, whole), verdict(client, token)) == ("good", "good")
        assert verdict(client, whole.replace("Phlebotomy", "Phlebotony")) == "broken"
        assert verdict(client, token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:]) == "broken"
        with service.database.write() as session:
            award_status.revoke(session, service.office, awards.by_id(session, award.id), reason="x", actor="test")
        assert (verdict(client, whole), verdict(client, token)) == ("revoked", "revoked")

    def test_a_second_wallet_takes_a_document_of_its_own_and_the_first_keeps_its(
        self, service: Service, award: Award, wallet: Wallet, other: Wallet
    ):
        first, second = (each.take(new_link(service, award)) for each in (wallet, other))

        assert first["credentialSubject"]["id"] == wallet.key.did_key
        assert second["credentialSubject"]["id"] == other.key.did_key
        assert first["credentialStatus"] == second["credentialStatus"]

    def test_what_was_signed_is_kept_byte_for_byte_and_asked_for_again_is_the_same(
        self, service: Service, wallet: Wallet, other: Wallet, link: str
    ):
        found = wallet.open(link)
        token = wallet.token(found)

        first, again = (wallet.ask_for(found, token) for _ in range(2))

        with service.database.read() as session:
            kept = session.scalars(select(WalletCredential)).one()
        assert first.content == again.content
        assert kept.document in first.content
        assert kept.holder == wallet.key.did_key
        assert refused(other.ask_for(found, token)) == "credential_request_denied"

    def test_the_wallet_tells_what_became_of_it_and_the_holder_sees_it(
        self, enter: Callable[..., Any], award: Award, service: Service, wallet: Wallet, link: str
    ):
        found = wallet.open(link)
        token = wallet.token(found)
        known = wallet.ask_for(found, token).json()["notification_id"]

        answers = [wallet.notify(found, token, known, "credential_accepted").status_code for _ in range(2)]

        assert answers == [204, 204]
        assert "and kept there" in enter(ANA).get(f"/me/badges/{award.id}").text
        assert audited(service, award).count("award.wallet-told") == 1
        for unknown in ("another", "\x00"):
            assert refused(wallet.notify(found, token, unknown, "credential_accepted")) == "invalid_notification_id"
        assert refused(wallet.notify(found, token, known, "lost")) == "invalid_notification_request"
        assert refused(wallet.notify(found, "lwt_none", known, "credential_failure"), 401) == "invalid_token"


class TestTheCode:
    def test_a_code_is_exchanged_once(self, wallet: Wallet, link: str):
        found = wallet.open(link)
        wallet.token(found)

        assert refused(wallet.ask_for_token(found)) == "invalid_grant"

    def test_an_offer_ends_after_its_minutes_and_says_so(self, wallet: Wallet, client: TestClient, link: str):
        found = wallet.open(link)
        page = f"{IDENTIFIER}/offers/{found.grant['pre-authorized_code']}"

        with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1), tick=False):
            assert refused(wallet.ask_for_token(found)) == "invalid_grant"
            assert client.get(page).status_code == 410
            shown = client.get(page, headers={"Accept": "text/html"})
        assert shown.status_code == 410
        assert "It ended on" in shown.text

    def test_a_newer_offer_ends_the_one_that_waits(self, service: Service, award: Award, wallet: Wallet, link: str):
        found = wallet.open(link)
        new_link(service, award)

        assert refused(wallet.ask_for_token(found)) == "invalid_grant"

    def test_the_transaction_code_is_asked_for_and_a_few_tries_are_allowed(
        self, award: Award, offered: Callable[..., Told], wallet: Wallet
    ):
        told = offered(award, tx_code="yes")
        found = wallet.open(told.link)
        wrong = f"{(int(told.tx_code) + 1) % 1_000_000:06}"

        assert told.request is None
        assert refused(wallet.ask_for_token(found)) == "invalid_request"
        assert [refused(wallet.ask_for_token(found, tx_code=wrong)) for _ in range(4)] == ["invalid_grant"] * 4
        assert wallet.token(found, tx_code=told.tx_code)

    def test_after_five_wrong_ones_the_right_one_is_too_late(
        self, award: Award, offered: Callable[..., Told], wallet: Wallet
    ):
        told = offered(award, tx_code="yes")
        found = wallet.open(told.link)
        for wrong in range(offers.MOST_TRIES):
            wallet.ask_for_token(found, tx_code=f"no-{wrong}")

        assert refused(wallet.ask_for_token(found, tx_code=told.tx_code)) == "invalid_grant"

    def test_another_request_is_refused_in_words_of_oauth(
        self, make_issuer: Any, client: TestClient, wallet: Wallet, link: str
    ):
        make_issuer("riverside", "Riverside Hospital")
        found = wallet.open(link)
        stated = {"grant_type": GRANT, "pre-authorized_code": found.grant["pre-authorized_code"]}

        assert refused(wallet.ask_for_token(found, grant_type="authorization_code")) == "unsupported_grant_type"
        assert refused(wallet.ask_for_token(found, **{"pre-authorized_code": ""})) == "invalid_request"
        assert refused(wallet.ask_for_token(found, **{"pre-authorized_code": "x" * 5_000})) == "invalid_grant"
        assert refused(wallet.ask_for_token(found, tx_code="123456")) == "invalid_request"
        assert refused(client.post(found.server["token_endpoint"], json=stated)) == "invalid_request"
        assert refused(client.post("/wallets/riverside/token", data=stated)) == "invalid_grant"
        assert wallet.token(found)

    def test_nothing_that_opens_an_offer_is_kept(self, service: Service, award: Award, offered: Any, wallet: Wallet):
        told = offered(award, tx_code="yes")
        found = wallet.open(told.link)
        token = wallet.token(found, tx_code=told.tx_code)

        with service.database.read() as session:
            row = session.scalars(select(WalletOffer)).one()
            kept = " ".join(str(getattr(row, each.name)) for each in WalletOffer.__table__.columns)
        for secret in (found.grant["pre-authorized_code"], told.tx_code, token):
            assert secret not in kept

    def test_somebody_else_cannot_offer_the_badge(self, enter: Callable[..., Any], award: Award):
        assert enter("somebody.else@example.org").post(f"/me/badges/{award.id}/wallet").status_code == 404


def without_a_signature(wallet: Wallet, good: str, algorithm: str) -> str:
    """A proof with the claims of a good one, unsigned or signed with what everybody knows."""
    claims = jwt.decode(good, options={"verify_signature": False})
    headers = {"typ": "openid4vci-proof+jwt", "jwk": wallet.key.jwk}
    return jwt.encode(claims, None if algorithm == "none" else "known" * 10, algorithm=algorithm, headers=headers)


def with_another_algorithm(wallet: Wallet, good: str) -> str:
    header = json.dumps({"typ": "openid4vci-proof+jwt", "jwk": wallet.key.jwk, "alg": "ES384"}).encode()
    return ".".join([jwt.utils.base64url_encode(header).decode(), *good.split(".")[1:]])


def test_a_token_that_proves_nothing_is_an_invalid_proof(wallet: Wallet, link: str):
    found = wallet.open(link)
    token, nonce = wallet.token(found), wallet.nonce(found)
    leaked = jwt.algorithms.ECAlgorithm.to_jwk(wallet.key.private, as_dict=True)
    good = wallet.proof(found, nonce)
    claims: list[dict[str, Any]] = [
        {"aud": "http://badges.test"}, {"aud": [IDENTIFIER, "https://other.example"]}, {"aud": None},
        {"iat": 1_000_000_000}, {"iat": 4_000_000_000}, {"iat": "now"}, {"iat": None},
    ]  # fmt: skip
    headers: list[dict[str, Any]] = [
        {"typ": "JWT"}, {"kid": "did:key:z6Mk"}, {"crit": ["exp"], "exp": 1}, {"x5c": ["AAAA"]}, {"jwk": leaked},
        {"jwk": Key().jwk}, {"jwk": "x"}, {"jwk": None, "kid": "https://wallet.example/key"},
        {"jwk": None, "kid": "did:web:wallet.example#1"},
    ]  # fmt: skip
    bad = [
        *(wallet.proof(found, nonce, **each) for each in claims),
        *(wallet.proof(found, nonce, header=each) for each in headers),
        wallet.proof(found, None),
        wallet.proof(found, 7),
        *(without_a_signature(wallet, good, algorithm) for algorithm in ("none", "HS256")),
        with_another_algorithm(wallet, good),
        good[:-6] + ("A" if good[-6] != "A" else "B") + good[-5:],
        good.rpartition(".")[0] + ".",
    ]

    errors = [refused(wallet.ask_for(found, token, proof={"jwt": [each]})) for each in bad]

    assert errors == ["invalid_proof"] * len(bad)
    assert wallet.ask_for(found, token, proof={"jwt": [good]}).status_code == 200  # nothing was used up


def test_a_presentation_that_proves_nothing_and_another_shape_are_invalid_proofs(other: Wallet, link: str):
    found = other.open(link)
    token, nonce = other.token(found), other.nonce(found)
    today: dict[str, Any] = {"old": False, "v1": False}
    good = other.presentation(challenge=nonce, domain=IDENTIFIER, **today)
    bad: list[Any] = [
        {"di_vp": [other.presentation(challenge=nonce, domain="http://badges.test", **today)]},
        {"di_vp": [other.presentation(challenge=nonce, **today)]},
        {"di_vp": [other.presentation(challenge=nonce, domain=IDENTIFIER)]},
        {"di_vp": [{**good, "holder": Key("EdDSA").did_key}]},
        {"di_vp": [{**good, "verifiableCredential": []}]},
        {"di_vp": [{**good, "proof": {**good["proof"], "proofPurpose": "assertionMethod"}}]},
        {"di_vp": [{**good, "proof": {**good["proof"], "challenge": other.nonce(found)}}]},
        {"di_vp": ["x"]}, {"di_vp": [{}]}, {"di_vp": [good], "jwt": ["x"]}, {"cwt": ["x"]}, {}, "x",
        {"jwt": []}, {"jwt": ["a.b.c"]}, {"jwt": {}}, {"jwt": [7]}, {"di_vp": [good, good]},
    ]  # fmt: skip

    errors = [refused(other.ask_for(found, token, proof=each)) for each in bad]

    assert errors == ["invalid_proof"] * len(bad)
    assert other.ask_for(found, token, proof={"di_vp": [good]}).status_code == 200


def test_a_nonce_is_one_of_ours_fresh_and_good_for_one_proof(
    make_issuer: Any, client: TestClient, wallet: Wallet, link: str
):
    make_issuer("riverside", "Riverside Hospital")
    found = wallet.open(link)
    theirs = client.post("/wallets/riverside/nonce").json()["c_nonce"]
    with time_machine.travel(clock.now() - timedelta(minutes=6), tick=False):
        old = wallet.nonce(found)
    token = wallet.token(found)
    used = wallet.nonce(found)
    assert wallet.ask_for(found, token, proof={"jwt": [wallet.proof(found, used)]}).status_code == 200

    bad = [theirs, old, used, used.rstrip("="), f"{used[:9]}.{used[9:]}", "", "x", "AAAA", "é", "x" * 500]
    errors = [refused(wallet.ask_for(found, token, proof={"jwt": [wallet.proof(found, each)]})) for each in bad]

    assert errors == ["invalid_nonce"] * len(bad)


class TestTheRequest:
    def test_a_token_is_good_for_its_minutes_at_its_issuer_and_the_header_says_when_it_is_not(
        self, make_issuer: Any, wallet: Wallet, link: str
    ):
        make_issuer("riverside", "Riverside Hospital")
        found = wallet.open(link)
        token = wallet.token(found)

        nothing, wrong = wallet.ask_for(found, None), wallet.ask_for(found, "lwt_wrong")

        assert (refused(nothing, 401), nothing.headers["www-authenticate"]) == ("invalid_request", "Bearer")
        assert refused(wrong, 401) == "invalid_token"
        assert wrong.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        with time_machine.travel(clock.now() + timedelta(seconds=offers.TOKEN_SECONDS + 1), tick=False):
            assert refused(wallet.ask_for(found, token), 401) == "invalid_token"
        found.issuer["credential_endpoint"] = found.issuer["credential_endpoint"].replace("northfield", "riverside")
        assert refused(wallet.ask_for(found, token), 401) == "invalid_token"

    def test_what_is_asked_for_wrongly_has_the_error_of_the_standard(
        self, client: TestClient, wallet: Wallet, link: str
    ):
        found = wallet.open(link)
        token = wallet.token(found)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked: list[tuple[dict[str, Any], str]] = [
            ({}, "invalid_credential_request"),
            ({"credential_configuration_id": 7}, "invalid_credential_request"),
            ({"credential_configuration_id": "UniversityDegree"}, "unknown_credential_configuration"),
            ({"credential_identifier": "x"}, "unknown_credential_identifier"),
            ({"credential_response_encryption": {}}, "invalid_encryption_parameters"),
            ({"credential_configuration_id": "OpenBadgeCredential_ldp_vc"}, "invalid_proof"),
        ]

        assert [refused(wallet.ask(found, token, **body)) for body, _ in asked] == [error for _, error in asked]
        for content in (b"", b"[]", b"{", b'{"a":1,"a":2}', b"x" * 40_000):
            answer = client.post(found.issuer["credential_endpoint"], content=content, headers=headers)
            assert refused(answer) == "invalid_credential_request"

    @BOTH_DATABASES
    def test_two_wallets_at_once_with_one_offer_are_one_claim(
        self, service: Service, award: Award, wallet: Wallet, other: Wallet
    ):
        found = wallet.open(new_link(service, award))
        with ThreadPoolExecutor(2) as at_once:
            answers = list(at_once.map(lambda each: each.ask_for_token(found), (wallet, other)))
        [token] = [each.json()["access_token"] for each in answers if each.status_code == 200]
        proofs = [{"jwt": [each.proof(found, each.nonce(found))]} for each in (wallet, other)]

        with ThreadPoolExecutor(2) as at_once:
            given = list(at_once.map(lambda proof: wallet.ask_for(found, token, proof=proof), proofs))

        assert sorted(each.status_code for each in answers) == [200, 400]
        assert sorted(each.status_code for each in given) == [200, 400]
        assert audited(service, award).count("award.wallet-claimed") == 1


def end(service: Service, award: Award, how: str) -> None:
    """End the badge, or pause it."""
    with service.database.write() as session:
        found = awards.by_id(session, award.id)
        learner = session.get_one(Learner, found.learner_id)
        match how:
            case "revoked":
                award_status.revoke(session, service.office, found, reason="x", actor="test")
            case "suspended":
                award_status.suspend(session, service.office, found, reason="x", actor="test")
            case "superseded":
                earned = Earned(session.get_one(Achievement, found.achievement_id), learner, clock.now())
                award_status.supersede(session, service.office, found, earned, actor="test")
            case "declined":
                found.declined_at = clock.now()
            case _:
                erasure.erase(session, service.office, learner, actor="test")


class TestTheBadge:
    """A badge that does not count now is offered to nobody, and given to nobody who has the offer already."""

    def test_that_ended_is_denied_to_a_wallet_on_its_way_and_to_one_with_a_code(
        self, service: Service, wallet: Wallet, make_award: Any, make_achievement: Any
    ):
        achievement = make_achievement()
        said = {
            "revoked": "was revoked",
            "suspended": "is suspended",
            "superseded": "took this one",
            "declined": "was declined",
            "erased": "was erased",
        }
        for how, sentence in said.items():
            award = make_award(achievement, email=f"{how}@example.org")
            found = wallet.open(new_link(service, award))
            token = wallet.token(found)
            later = wallet.open(new_link(service, award))
            end(service, award, how)

            answer = wallet.ask_for(found, token)

            assert refused(answer) == "credential_request_denied"
            assert sentence in answer.json()["error_description"]
            assert refused(wallet.ask_for_token(later)) == "invalid_grant"

    def test_whose_time_is_over_is_offered_no_more(self, award: Award, enter: Callable[..., Any]):
        before = enter(ANA).get(f"/me/badges/{award.id}").text
        with time_machine.travel("2029-01-01T00:00:00Z", tick=False):
            browser = enter(ANA)
            after, answer = browser.get(f"/me/badges/{award.id}").text, browser.post(f"/me/badges/{award.id}/wallet")

        assert "Add to a wallet" in before
        assert "Add to a wallet" not in after
        assert answer.status_code == 409
        assert "This badge has ended" in answer.text

    def test_erasing_its_holder_empties_what_wallets_were_given(
        self, service: Service, award: Award, wallet: Wallet, link: str
    ):
        wallet.take(link)

        end(service, award, "erased")

        with service.database.read() as session:
            kept = session.scalars(select(WalletCredential)).one()
            assert (kept.document, kept.holder) == (b"", "")
