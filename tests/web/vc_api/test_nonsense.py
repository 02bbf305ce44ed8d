"""Whatever is sent, the door answers with what it thinks of it and never with a fault of its own."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.vc_api.conftest import EXAMPLES, V2, Door, Party

KEYWORDS = [
    "@id",
    "@type",
    "@value",
    "@vocab",
    "@base",
    "@container",
    "@reverse",
    "@graph",
    "@list",
    "@language",
    "@nest",
]
WORDS = [
    *KEYWORDS,
    *("id", "type", "issuer", "proof", "name", "credentialSubject", "credentialStatus", "validFrom", "holder"),
    *("verifiableCredential", "relatedResource", "digestSRI", "statusListIndex", "proofValue", "previousProof"),
    *("VerifiableCredential", "BitstringStatusListEntry", "EnvelopedVerifiableCredential", "_:b0", ""),
    *(V2, EXAMPLES, "did:example:a", "did:key:z6Mk", "data:application/vc+jwt,a.b.c", "2026-01-01T00:00:00Z", "@json"),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
UNHURRIED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every member and item of a document, as its holder and its name there."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    return [(value, name) for name, _ in items] + [place for _, item in items for place in places(item)]


@pytest.fixture(scope="session")
def sample(door: Door, party: Party) -> dict[str, Any]:
    status = {"id": "did:example:s", "type": "https://example.org/#List"}
    members = {
        "name": "Example",
        "credentialStatus": status,
        "relatedResource": {"id": "did:example:r", "digestSRI": ""},
    }
    del members["relatedResource"]
    credential = party.sign(door.credential(EXAMPLES, {"a": "https://example.org/a"}, issuer=party.did, **members))
    presentation = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [credential]}
    return party.sign(presentation, proofPurpose="authentication", domain="d", challenge="c")


@UNHURRIED
@given(data=st.data())
def test_a_document_with_anything_anywhere_is_judged(door: Door, sample: dict[str, Any], data: st.DataObject):
    presentation = copy.deepcopy(sample)
    for _ in range(data.draw(st.integers(1, 2))):
        holder, name = data.draw(st.sampled_from(places(presentation)))
        holder[name] = data.draw(VALUES)
    held = presentation.get("verifiableCredential")
    credential = held[0] if isinstance(held, list) and held else held
    unsigned = {k: v for k, v in credential.items() if k != "proof"} if isinstance(credential, dict) else credential

    answers = {
        "present": send(door, "/presentations/verify", {"verifiablePresentation": presentation}),
        "verify": send(door, "/credentials/verify", {"verifiableCredential": credential}),
        "issue": send(door, "/credentials/issue", {"credential": unsigned, "options": data.draw(VALUES)}),
    }

    assert set(answers.values()) <= {200, 201, 400}, answers


def send(door: Door, path: str, body: Any) -> int:
    import json  # noqa: PLC0415 - the client's own encoder refuses NaN, which a stranger may well send

    content = json.dumps(body).encode("utf-8", "surrogatepass")
    return door.client.post(path, content=content, headers={"Content-Type": "application/json"}).status_code
