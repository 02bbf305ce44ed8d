"""`lanyard fhir …`, as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm


def test_a_system_is_connected_listed_and_ended(academy: Any, tmp_path: Path):
    key = ec.generate_private_key(ec.SECP384R1()).public_key()
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [{**ECAlgorithm.to_jwk(key, as_dict=True), "kid": "1"}]}))

    said = academy.good("fhir", "connect", "st-anna", "--name", "EHR", "--keys-file", file, "--type", "Practitioner")
    client_id = said.split()[2]

    assert "/fhir/st-anna/token" in said
    listed = academy.good("fhir", "list", "st-anna")
    assert listed.startswith(f"{client_id}\treads\tnever used\tfull\tPractitioner\tEHR")
    assert academy.good("fhir", "end", "st-anna", client_id).strip() == "Ended."
    assert academy.good("fhir", "list", "st-anna").split("\t")[1] == "ended"


def test_a_file_that_holds_no_keys_is_refused_in_a_sentence(academy: Any, tmp_path: Path):
    file = tmp_path / "keys.json"
    file.write_text("no keys")

    assert "is not JSON" in academy.refused("fhir", "connect", "st-anna", "--name", "EHR", "--keys-file", file)
    assert "not both" in academy.refused("fhir", "connect", "st-anna", "--name", "EHR")


def test_files_are_written_for_each_type_and_hold_nobody_who_was_not_asked(academy: Any, tmp_path: Path):
    academy.good("issue", "st-anna", "bls", "ana@x.example", "--name", "Ana Ortiz")

    academy.good("fhir", "export", tmp_path / "out", "--issuer", "st-anna")
    academy.good("fhir", "export", tmp_path / "patients", "--issuer", "st-anna", "--view", "patient")

    files = {each.name: each.read_text() for each in (tmp_path / "out").iterdir()}
    assert sorted(files) == [
        "Organization.ndjson", "Practitioner.ndjson", "PractitionerRole.ndjson", "VerificationResult.ndjson",
    ]  # fmt: skip
    assert json.loads(files["Organization.ndjson"])["name"] == "St. Anna"
    assert "ortiz" not in "".join(files.values()).lower()
    assert sorted(each.name for each in (tmp_path / "patients").iterdir()) == [
        "Organization.ndjson", "Practitioner.ndjson",
    ]  # fmt: skip
