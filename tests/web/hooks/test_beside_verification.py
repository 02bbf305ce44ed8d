"""Whatever strangers hand in to be verified, learning systems are answered (trust.md, T12 and N15)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient

from tests.poison import poison

from .sending import Lms, completion


def test_four_poisoned_documents_at_once_leave_issuing_unharmed(client: TestClient, lms: Lms):
    bodies = [json.dumps(poison(size)).encode() for size in (9, 10, 11, 12)]
    headers = {"Content-Type": "application/vc"}
    with ThreadPoolExecutor(4) as pool:
        verifying = [pool.submit(client.post, "/verify", content=body, headers=headers) for body in bodies]
        delivered = [lms.post(completion(str(number)), f"msg-{number}") for number in range(20)]
        verified = [each.result(60) for each in verifying]

    assert [each.json()["items"][0]["outcome"] for each in delivered] == ["awarded"] * 20
    assert {each.status_code for each in verified} <= {200, 422, 503}
    assert any("too_complex" in each.text for each in verified)
