"""Bulk checks by the API: handed in, worked through, read row by row and as files; once for one Idempotency-Key."""

from __future__ import annotations

import threading
from typing import Any

from app.outbound.network import Network
from app.service import Service
from app.worker.checking import Checking
from tests.web.conftest import nobody


def work(service: Service) -> None:
    Checking(service, Network(resolve=nobody)).work_through(threading.Event())


def test_badges_are_checked_and_told_row_by_row(api: Any, service: Service, make_award: Any):
    ana = f"http://badges.test/b/{make_award(email='ana@example.org').id}"
    rows = [
        {"recipient": "ana@example.org", "address": ana},
        {"recipient": "bea@example.org", "address": ana},
        {"credential": "no badge"},
        {"name": "Nobody"},
        {"address": "https://nobody.example/b/1"},
    ]

    made = api.post("/checks", name="Nurses", rows=rows)
    work(service)

    assert (made["state"], made["row_count"], made["done_count"]) == ("running", 5, 0)
    assert api.get(f"/checks/{made['id']}")["state"] == "done"
    found = api.get(f"/checks/{made['id']}/rows")["items"]
    told = [(each["verdict"], each["reason"]) for each in found]
    assert told == [
        ("good", None), ("wrong_person", None), ("unreadable", None),
        ("not_checked", "nothing-stated"), ("not_checked", "nothing-fetched"),
    ]  # fmt: skip
    assert [found[0]["found"][name] for name in ("holder", "issuer_is", "lists")] == ["same", "ours", []]
    assert len(api.get(f"/checks/{made['id']}/rows", limit=2, cursor="2")["items"]) == 2
    assert [each["row"] for each in api.get(f"/checks/{made['id']}/rows", verdict="good")["items"]] == [1]


def test_the_result_is_a_file(api: Any, service: Service, make_award: Any):
    made = api.post("/checks", rows=[{"address": f"http://badges.test/b/{make_award().id}"}])
    work(service)

    for form, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        answer = api.send("GET", f"/checks/{made['id']}/result", params={"format": form})
        assert (answer.status_code, answer.content.startswith(begins)) == (200, True)


def test_a_list_is_read_by_its_headings(api: Any):
    csv = {"Content-Type": "text/csv"}
    good = api.send(
        "POST", "/checks/list", content="Nombre;Correo;Enlace\nAna;a@x.example;https://x.example/1\n", headers=csv
    )
    bad = api.send("POST", "/checks/list", content="name,e-mail\nAna,a@x.example\n", headers=csv)

    assert (good.status_code, good.json()["row_count"]) == (201, 1)
    assert (bad.status_code, bad.json()["pointer"]) == (422, "/file")
