"""One event in every wrapping: nested, flattened, as a form, and as a CloudEvent in either mode."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote, urlencode

import fastavro
import pytest
from fastavro.utils import generate_many
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.lms import ADAPTERS
from app.lms.base import Completion, Ignored, Secret
from tests.beside import beside
from tests.lms.openedx.conftest import DATA, PAIR, flattened

BEARER = {"authorization": "Bearer tk_4f9b2c7d8e1a6053"}


@pytest.fixture
def bus(openedx):
    """A source behind a bearer secret, as a bridge from the bus sends it."""
    return replace(
        openedx, settings={**openedx.settings, "auth": "bearer"}, secrets=(Secret("b1", BEARER["authorization"][7:]),)
    )


@pytest.mark.parametrize("kind", DATA)
def test_nested_and_flattened_and_as_a_form_it_is_the_same_fact(openedx, event, kind):
    nested = openedx.completion(event(kind))
    flat = flattened(event(kind))

    assert openedx.completion(flat) == nested
    assert openedx.completion(urlencode(flat).encode()) == nested


@pytest.mark.parametrize("prefix", ["certificate_", ""])
def test_flattened_data_may_have_another_name_before_it_or_none(openedx, event, prefix):
    long = "openedx_events.learning.data.CertificateData_"
    flat = {name.replace(long, prefix): value for name, value in flattened(event("certificate")).items()}

    assert openedx.completion(flat) == openedx.completion(event("certificate"))


def test_the_words_none_true_and_false_of_a_form_are_what_python_meant(openedx, event):
    failed = flattened(event("passing", is_passing=False, **{"user.is_active": False}))
    fact = openedx.completion(failed)

    assert (fact.passed, fact.learner.email) == (False, None)
    assert openedx.completion(flattened(event("certificate", grade=None))).score is None


def test_the_class_path_may_be_any_because_the_type_decides(openedx, event):
    document = event("certificate")
    document["some.other.path.Data"] = document.pop("openedx_events.learning.data.CertificateData")

    assert openedx.completion(document) == openedx.completion(event("certificate"))


def test_two_members_of_data_are_refused_because_neither_is_known_to_be_meant(openedx, event):
    document = event("certificate") | {"more": {"user": {"id": 5}}}

    assert openedx.unreadable(document).code == "ill-typed"


# -- CloudEvents ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DATA)
def test_a_structured_cloud_event_is_the_same_fact_as_the_plug_in_s(openedx, event, cloud_event, kind):
    of_the_bus = openedx.completion(cloud_event(kind))

    assert of_the_bus.dedupe_key == "c8bee32c-a1a5-11ed-baf0-0242ac140007"
    assert replace(of_the_bus, dedupe_key="", event_id="") == replace(
        openedx.completion(event(kind)), dedupe_key="", event_id=""
    )


def test_data_without_its_own_name_around_it_is_read_too(openedx, cloud_event):
    document = cloud_event("certificate")
    bare = {**document, "data": document["data"]["certificate"]}

    assert openedx.completion(bare) == openedx.completion(document)


def binary(document, spelling):
    """The same event in binary mode: attributes as headers, percent-encoded, and the data as the body."""
    attributes = {
        name: quote(value, safe="") for name, value in document.items() if name not in {"data", "datacontenttype"}
    }
    headers = {f"{spelling}{name}": value for name, value in attributes.items()}
    return {**headers, "content-type": "application/json", **BEARER}, json.dumps(document["data"]).encode()


@pytest.mark.parametrize("spelling", ["ce-", "ce_"])
def test_a_binary_cloud_event_is_the_same_fact_and_keeps_its_headers_for_a_replay(bus, cloud_event, spelling):
    document = cloud_event("certificate")
    proof = bus.authenticate(*binary(document, spelling))

    assert proof.delivery_key == document["id"]
    assert bus.completion(proof.payload) == bus.completion(document)


def test_a_batch_of_cloud_events_is_many_events(openedx, cloud_event):
    assert len(openedx.parse([cloud_event("certificate"), cloud_event("grade")])) == 2


def test_headers_beside_a_structured_event_change_nothing(bus, cloud_event):
    document = cloud_event("certificate")
    headers = {**BEARER, "content-type": "application/cloudevents+json; charset=utf-8", "ce-id": "x", "ce-type": "y"}

    assert bus.authenticate(headers, json.dumps(document).encode()).delivery_key == document["id"]


def test_a_binary_event_that_is_no_json_is_kept_and_complained_about(bus, cloud_event):
    headers, _ = binary(cloud_event("certificate"), "ce-")

    assert bus.authenticate(headers, b"\x00\x00Avro").payload == b"\x00\x00Avro"


def test_an_attribute_cannot_break_out_of_its_header(bus, cloud_event):
    headers, body = binary(cloud_event("certificate"), "ce-")
    headers["ce-id"] = quote('x", "data": {"certificate": {}}, "y": "')
    proof = bus.authenticate(headers, body)

    assert bus.completion(proof.payload).learner.source_id == "4"


# -- delivery keys -------------------------------------------------------------------------------------------


def test_a_delivery_is_known_by_its_event_s_id_or_else_by_its_hash(bus, event):
    document = event("certificate")
    keys = [
        bus.authenticate(BEARER, json.dumps(each).encode()).delivery_key for each in (document, flattened(document))
    ]

    assert keys == ["457f0c26-a1a5-11ed-afe6-0242ac140007"] * 2
    for body in (b"[]", b"{", b"7", b'{"id": 7}', b'{"event_metadata": 7}'):
        assert bus.authenticate(BEARER, body).delivery_key.startswith("sha256:")


def test_user_and_password_of_the_address_prove_the_plug_in(openedx, event):
    headers = {"authorization": "Basic " + base64.b64encode(PAIR.encode()).decode()}

    assert openedx.authenticate(headers, json.dumps(event("passing")).encode()).method == "basic"


# -- what Open edX's own schemas allow -----------------------------------------------------------------------


def schema(name):
    path = beside("conformance", "lms", "openedx", f"org+openedx+learning+{name}_schema.avsc")
    return fastavro.parse_schema(json.loads(path.read_bytes()))


NAMES = {
    "certificate+created+v1": "certificate.created.v1",
    "certificate+changed+v1": "certificate.changed.v1",
    "certificate+revoked+v1": "certificate.revoked.v1",
    "course+passing+status+updated+v1": "course.passing.status.updated.v1",
    "ccx+course+passing+status+updated+v1": "ccx.course.passing.status.updated.v1",
    "course+persistent_grade_summary+changed+v1": "course.persistent_grade_summary.changed.v1",
    "program+certificate+awarded+v1": "program.certificate.awarded.v1",
    "program+certificate+revoked+v1": "program.certificate.revoked.v1",
    "badge+awarded+v1": "badge.awarded.v1",
    "badge+revoked+v1": "badge.revoked.v1",
}


@pytest.mark.parametrize("kind", DATA)
def test_the_examples_of_these_tests_conform_to_open_edx_s_schemas(cloud_event, kind):
    document = cloud_event(kind)
    name = next(file for file, event_type in NAMES.items() if document["type"] == f"org.openedx.learning.{event_type}")
    data = document["data"]
    if kind in {"passing", "ccx"}:
        data = {"course_passing_status": data[kind]}
    elif kind == "program":
        data = {"program_certificate": data[kind]}

    assert fastavro.validate(data, schema(name), raise_errors=True)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_schema_generates_is_read_or_says_why_not(openedx, name):
    parsed = schema(name)
    for place, data in enumerate(generate_many(parsed, 20)):
        assert fastavro.validate(data, parsed)
        (item,) = openedx.parse(_event_of(NAMES[name], tamed(data), place))
        if "badge" in name:
            assert (item.__class__, item.code) == (Ignored, "platform-badge")
        elif "certificate" in name and "revoked" not in name:
            assert isinstance(item, Ignored), "no status that was generated is a status that counts"
        else:
            assert isinstance(item, Completion) or item.code == "out-of-range", item


def tamed(value):
    """Numbers as they occur: JSON readers do not agree on 64 bits, and grades are fractions."""
    if isinstance(value, dict):
        return {name: tamed(member) for name, member in value.items()}
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return abs(value) % 2**31 if isinstance(value, int) else abs(value) % 1


def _event_of(event_type, data, place):
    document = {"id": f"e{place}", "type": f"org.openedx.learning.{event_type}", "time": "2026-03-02T10:15:26Z"}
    return json.dumps({**document, "source": "/openedx", "specversion": "1.0", "data": data}).encode()


words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(str.strip)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    values=st.fixed_dictionaries(
        {
            "user.id": st.integers(1, 2**53 - 1),
            "course.course_key": words,
            "user.pii.name": words,
            "grade": st.decimals(0, 1, places=4).map(str),
            "user.pii.email": st.emails(),
        }
    )
)
def test_a_conforming_certificate_with_any_values_gives_exactly_these_values(openedx, cloud_event, values):
    document = cloud_event("certificate", **values)
    assert fastavro.validate(document["data"], schema("certificate+created+v1"))

    (fact,) = ADAPTERS["openedx"].parse(json.dumps(document).encode(), openedx.config, received_at=openedx.now)

    if isinstance(fact, Completion):
        assert fact.learner.source_id == str(values["user.id"])
        assert fact.activity.source_id == values["course.course_key"].strip()
        assert fact.score.scaled == Decimal(values["grade"])
    else:
        assert fact.code == "ill-typed"
        assert not values["course.course_key"].strip().isprintable()
