"""Connecting a platform: every kind and every way, what to paste there once, and the first delivery."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.issuing import lti
from app.issuing.issuers import Issuer
from app.issuing.sources import Source
from app.lms import ADAPTERS
from app.service import Service
from app.web.staff.sources_fields import Field, Kind
from app.web.staff.sources_platforms import PLATFORMS, options_of, ways_of

from .arriving import connect, fact, send, signed

ROOT = "/staff/northfield/sources"
KINDS = sorted(set(ADAPTERS) - {"lti"})
FILLED = {
    "namespace": "lms.example.org",
    "host": "lms.example.org",
    "app_id": "APP",
    "time_zone": "Europe/Vienna",
    "root_account_uuid": "uuid",
    "jwks_url": "https://canvas.example/jwks.json",
    "option_header": "X-Signature",
    "option_headers": "X-Key",
    "option_networks": "192.0.2.0/28",
    "option_accept_unauthenticated": "yes",
}


@pytest.fixture
def olga(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """The owner."""
    return enter("olga@example.org", role="owner", at=issuer)


def named(service: Service, name: str) -> Source:
    with service.database.read() as session:
        return session.scalars(select(Source).where(Source.name == name)).one()


def asked_for(kind: str, scheme: str) -> set[str]:
    """The names of the fields of a form."""
    return {field.name for field in PLATFORMS[kind].fields} | {
        f"option_{each.name}" for each in options_of(kind, scheme)
    }


def test_every_kind_of_source_can_be_chosen_with_a_description(olga: Any):
    page = olga.get(f"{ROOT}/new").text

    assert set(PLATFORMS) == set(ADAPTERS)
    assert all(f'href="{ROOT}/new/{kind}"' in page for kind in ADAPTERS)


def test_every_way_that_an_adapter_knows_is_offered():
    offered = {kind: {way.scheme for way in ways_of(kind)} for kind in ADAPTERS}

    assert offered == {kind: set(adapter.auth_schemes) for kind, adapter in ADAPTERS.items()}


def test_no_form_asks_for_a_setting_that_its_adapter_does_not_know():
    def value(field: Field) -> Any:
        return {} if field.kind is Kind.DATA else [] if field.kind is Kind.LIST else "x"

    strangers = {
        (kind, problem)
        for kind, platform in PLATFORMS.items()
        for problem in ADAPTERS[kind].check_settings({each.name: value(each) for each in platform.fields})
        if problem.startswith("There is no setting")
    }

    assert strangers == set()


def test_each_way_of_each_kind_is_asked_for_made_and_explained_step_by_step(olga: Any, service: Service):
    for kind, way in [(each, way) for each in KINDS for way in ways_of(each)]:
        name, asked = f"{kind} {way.scheme}", asked_for(kind, way.scheme)
        form = olga.get(f"{ROOT}/new/{kind}?auth={way.scheme}").text
        filled = {field: value for field, value in FILLED.items() if field in asked}
        own = {"secret": "made-by-the-platform"} if way.scheme in PLATFORMS[kind].makes_secret else {}

        answer = olga.post(f"{ROOT}/new/{kind}", auth=way.scheme, name=name, **filled, **own)
        page = unescape(olga.get(answer.headers["location"]).text)

        source = named(service, name)
        assert all(f'name="{field}"' in form for field in asked), name
        assert (source.type, source.settings["auth"]) == (kind, way.scheme)
        assert f"/{PLATFORMS[kind].sent_to}/{source.id}" in page, name


def test_the_secret_is_shown_once_and_never_again(olga: Any, service: Service, client: TestClient):
    answer = olga.post(f"{ROOT}/new/generic", auth="standard_webhooks", name="LMS", namespace="lms.test")
    path = answer.headers["location"]

    first, second = olga.get(path), olga.get(path)

    (secret,) = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", unescape(first.text)))
    assert first.headers["cache-control"] == "no-store"
    assert secret not in unescape(second.text)
    assert "cannot be shown again" in second.text
    source = named(service, "LMS")
    body = b'{"event": "ping"}'
    assert client.post(f"/hooks/{source.id}", content=body, headers=signed(secret, body, "m1")).status_code == 200


def test_what_one_page_is_to_show_no_other_session_opens(olga: Any, enter: Callable[..., Any], issuer: Issuer):
    answer = olga.post(f"{ROOT}/new/generic", auth="bearer", name="LMS", namespace="lms.test")
    ben = enter("ben@example.org", role="owner", at=issuer)
    ben.client.cookies.set("shown-once", olga.client.cookies.get("shown-once"))

    page = ben.get(answer.headers["location"])

    assert page.status_code == 200
    assert "cannot be shown again" in page.text


def test_a_mistake_is_told_beside_its_field_and_what_was_typed_stays(olga: Any, service: Service):
    answer = olga.post(
        f"{ROOT}/new/moodle", auth="bearer", name="Our Moodle", host="https://lms.example.org/", max_items="7"
    )

    assert answer.status_code == 422
    assert "“Host name of your Moodle” must be" in answer.text
    assert 'value="Our Moodle"' in answer.text
    assert re.search(r'id="host"[^>]+aria-invalid="true"', answer.text)
    with service.database.read() as session:
        assert session.scalars(select(Source)).all() == []


def test_each_kind_of_field_says_what_it_takes(olga: Any):
    whole = {"auth": "bearer", "name": "LMS", "namespace": "lms.test"}
    wrong = {
        "Give the connection a name": {"name": ""},
        "This is a whole number": {"max_items": "many"},
        "This is no JSON": {"event_names": "{broken"},
        "between { and }": {"event_names": "[1]"},
        "secret has": {"secret": "short"},
    }

    for sentence, fields in wrong.items():
        answer = olga.post(f"{ROOT}/new/generic", **whole | fields)
        assert (answer.status_code, sentence in unescape(answer.text)) == (422, True), sentence


def test_a_platform_that_nobody_knows_is_not_there(olga: Any):
    assert olga.get(f"{ROOT}/new/unknown").status_code == 404
    assert olga.post(f"{ROOT}/new/unknown", name="x").status_code == 404


def test_while_nothing_came_the_page_says_why_deliveries_were_refused(
    olga: Any, service: Service, issuer: Issuer, client: TestClient
):
    source, _ = connect(service, issuer)
    nothing = olga.get(f"{ROOT}/{source.id}/waiting").text
    send(client, source.id, "another secret altogether", fact())

    refused = olga.get(f"{ROOT}/{source.id}/waiting?every=10").text

    assert "Nothing has arrived yet" in nothing
    assert "http-equiv" not in nothing
    assert "1 delivery came and was refused" in refused
    assert '<meta http-equiv="refresh" content="10">' in refused


def test_the_first_delivery_is_shown_with_what_came_of_it(
    olga: Any, service: Service, issuer: Issuer, client: TestClient
):
    source, secret = connect(service, issuer)
    send(client, source.id, secret, fact())

    page = olga.get(f"{ROOT}/{source.id}/waiting?every=10").text

    assert "The first delivery has arrived" in page
    assert "No rule says what PHLB-101 earns" in page
    assert f'href="{ROOT}/{source.id}/activities"' in page
    assert "http-equiv" not in page


def test_an_lti_platform_is_invited_by_an_address_that_is_shown_once(olga: Any):
    assert olga.get(f"{ROOT}/new/lti").headers["location"] == "/staff/northfield/lti/new"

    answer = olga.post("/staff/northfield/lti/invitation")
    first, second = olga.get(answer.headers["location"]).text, olga.get(answer.headers["location"]).text

    assert re.search(r"http://badges\.test/lti/register/[\w-]{40,}", first)
    assert "/lti/register/" not in second


def test_an_lti_platform_is_connected_by_hand_switched_and_given_a_deployment(olga: Any, service: Service):
    stated = {"name": "Campus", "iss": "https://campus.example", "client_id": "1"}
    addresses = {f"{name}_url": f"https://campus.example/{name}" for name in ("login", "token", "jwks")}
    refused = olga.post("/staff/northfield/lti/new", **stated, **addresses | {"token_url": "nowhere"})

    path = olga.post("/staff/northfield/lti/new", **stated, **addresses).headers["location"]
    olga.post(f"{path}/deployments", deployment_id="1:2")
    olga.post(f"{path}/state", state="disabled")
    olga.post(f"{path}/ask")

    assert refused.status_code == 422
    assert 'value="Campus"' in refused.text
    with service.database.read() as session:
        platform = lti.platforms.by_id(session, path.rpartition("/")[2])
    assert (platform.deployments, platform.state) == (["1:2"], "disabled")
    assert "Campus" in olga.get("/staff/northfield/lti").text
    assert "1:2" in olga.get(path).text
