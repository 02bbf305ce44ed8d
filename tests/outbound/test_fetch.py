"""One guard before every packet: what is asked, where it leads, what comes back (T1, T3, T4, T5, T6)."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import FetchFailed
from app.outbound.fetch import fetch, post

PUBLIC = "93.184.215.14"

UNPLAIN_URLS = [
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fd00:ec2::254]/",
    "https://169.254.169.254/latest",
    "https://8.8.8.8/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.0.0x1/",
    "https://1.1.1.1./",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://１２７.0.0.1/",
    "https://ⓔxample.com/",
    "https://localhost/",
    "https://localhost./",
    "https://a.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router.home.arpa/",
    "https://wiki.corp/",
    "https://intranet/",
    "https://x.onion/",
    "https://issuer.example./",
    "https://-a.example/",
    "https://a-.example/",
    "https://a..example/",
    "https://.example/",
    "https://a_b.example/",
    "https://a.example1/",
    "https://user@issuer.example/",
    "https://user:pw@issuer.example/",
    "https://a@b@c.example/",
    "https://x%2f@127.0.0.1/",
    "https://good.example\\@127.0.0.1/",
    "https://good.example\\.evil.example/",
    "https://good.example#@127.0.0.1/",
    "https://issuer.example:8443/",
    "https://issuer.example:22/",
    "https://issuer.example:/",
    "https://issuer.example:443443/",
    "http://issuer.example/",
    "http://issuer.example:443/",
    "ftp://issuer.example/",
    "file:///etc/passwd",
    "gopher://issuer.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "//issuer.example/",
    "issuer.example/",
    "https:/issuer.example/",
    "https:issuer.example",
    "https:///issuer.example/",
    "https://issuer.example/#frag",
    "https://issuer.example/%zz",
    "https://issuer.example/%2",
    "https://issuer.example/<a>",
    'https://issuer.example/"x',
    "https://issuer.example/a\\b",
    "https://issuer.example/ü",
]
UNPLAIN_URLS += [
    "", " ", " https://issuer.example/", "https://issuer.example/ ", "https://issuer.example/\n", "https://issuer\t.example/",
    "https://issuer.example/a b", "https://issuer.example/\x00", "https://issuer.example\r\nHost: evil/",
    "https://" + "a." * 130 + "example/", "https://" + "a" * 64 + ".example/", "https://issuer.example/" + "a" * 2048,
]  # fmt: skip


UNPLAIN_URLS += [
    "https://0/", "https://0.0.0.0/", "https://127.0.0.1:443/", "https://127.000.000.001/", "https://0x7f.1/",
    "https://0177.1/", "https://017700000001/", "https://3232235777/", "https://192.168.257/", "https://10.1/",
    "https://[::]/", "https://[::127.0.0.1]/", "https://[0:0:0:0:0:0:0:1]/", "https://[fe80::1%25eth0]/",
    "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[::1]:443/", "https://[::1/", "https://::1/",
    "https://127.0.0.1.nip.io./", "https://localhost.localdomain/", "https://LOCALHOST/", "https://loc%61lhost/",
    "https://127%2e0%2e0%2e1/", "https://%31%32%37.0.0.1/", "https://issuer%2eexample/", "https://issuer.example%00.evil/",
    "https://issuer.example%0d%0a/", "https://evil.example%23@issuer.example/", "https://issuer.example;evil.example/",
    "https://issuer.example,evil.example/", "https://issuer.example|evil.example/", "https://issuer.example^/",
    "https://issuer.example`/", "https://issuer.example'/", "https://(issuer.example)/", "https://*.example/",
    "https://issuer.example\u3002evil.example/", "https://issuer.example\uff0fevil.example/", "https://issuer\u00ad.example/",
    "https://issuer\u200b.example/", "https://\u202eelpmaxe.reussi/", "https://\u0456ssuer.example/", "https://issuer.ex\u00e4mple/",
    "https://\uff49ssuer.example/", "https://issuer.example:0443/x y", "https://issuer.example:443@127.0.0.1/",
    "https://issuer.example:+443/", "https://issuer.example:443.0/", "https://issuer.example:\u0664\u0664\u0663/",
    "https://issuer.example:80/", "https://issuer.example:0/", "https://issuer.example:65536/", "https://issuer.example:-1/",
    "https:\\\\issuer.example\\", "https:/\\issuer.example/", "\thttps://issuer.example/", "https ://issuer.example/",
    "https\n://issuer.example/", "hTTp://issuer.example/", "httpss://issuer.example/", "https+x://issuer.example/",
    "view-source:https://issuer.example/", "jar:https://issuer.example/!/", "url:https://issuer.example/", "dict://issuer.example/",
    "ldap://issuer.example/", "sftp://issuer.example/", "unix:///var/run/docker.sock", "https://unix/", "blob:https://issuer.example/",
    "https://@issuer.example/", "https://:@issuer.example/", "https://:443/", "https://issuer.example?x#y", "https://issuer.example#x",
    "https://issuer.example/\ud800", "https://issuer.example/\u2028", "https://issuer.example/%", "https://issuer.example/?q=%G0",
    "https://kubernetes.default.svc.cluster.local/", "https://db.internal/", "https://host.lan/", "https://nas.home/", "https://com/",
]  # fmt: skip


def test_the_corpus_of_spellings_is_as_large_as_it_should_be():
    assert len(set(UNPLAIN_URLS)) >= 120


@pytest.mark.parametrize("url", UNPLAIN_URLS)
def test_a_url_that_parsers_could_disagree_on_is_never_looked_up(world: Any, url: str):
    with pytest.raises(FetchFailed):
        fetch(url, accept="*/*", max_bytes=1000, network=world.network())

    assert world.asked == []
    assert world.dialled == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.100.100.200", "::1", "fd00:ec2::254", "2002:7f00:1::",
     "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "::7f00:1", "fec0::1", "ff02::1", "224.0.0.1", "fe80::1%eth0"],
)  # fmt: skip
def test_a_name_with_a_forbidden_address_is_never_dialled(world: Any, address: str):
    world.names = {"sly.example": [[address]]}

    with pytest.raises(FetchFailed, match="Nothing usable"):
        fetch("https://sly.example/", accept="*/*", max_bytes=1000, network=world.network())

    assert world.dialled == []


def test_one_forbidden_address_among_public_ones_is_enough_to_refuse(world: Any):
    world.names = {"sly.example": [[PUBLIC, "10.0.0.1"]]}

    with pytest.raises(FetchFailed):
        fetch("https://sly.example/", accept="*/*", max_bytes=1000, network=world.network())

    assert world.dialled == []


def test_a_name_is_resolved_once_and_the_checked_address_is_dialled(world: Any):
    world.names = {"rebind.example": [[PUBLIC], ["127.0.0.1"]]}

    fetch("https://rebind.example/", accept="*/*", max_bytes=1000, network=world.network())

    assert world.asked == ["rebind.example"]
    assert world.dialled == [(PUBLIC, 443)]


def test_a_name_that_turns_inside_later_is_refused_then(world: Any):
    world.names = {"rebind.example": [[PUBLIC], ["127.0.0.1"]]}
    fetch("https://rebind.example/", accept="*/*", max_bytes=1000, network=world.network())

    with pytest.raises(FetchFailed):
        fetch("https://rebind.example/", accept="*/*", max_bytes=1000, network=world.network())

    assert world.dialled == [(PUBLIC, 443)]


def test_a_second_address_is_tried_when_the_first_is_down_and_no_third(world: Any):
    world.names = {"two.example": [["2606:4700::1111", PUBLIC, "1.1.1.1"]]}
    world.unreachable = ("2606:4700::1111", PUBLIC)

    with pytest.raises(FetchFailed):
        fetch("https://two.example/", accept="*/*", max_bytes=1000, network=world.network())

    assert world.dialled == [("2606:4700::1111", 443), (PUBLIC, 443)]


def test_a_document_comes_with_its_media_type_and_the_url_that_was_asked(world: Any):
    found = fetch(
        "HTTPS://Issuer.example:443/a?b=c%20d", accept="application/json", max_bytes=2, network=world.network()
    )

    assert (found.content, found.content_type) == (b"{}", "application/json")
    assert found.url == "https://issuer.example/a?b=c%20d"


@pytest.mark.parametrize(
    "location", ["http://169.254.169.254/", "file:///etc/passwd", "gopher://127.0.0.1/", "https://other.example/"]
)
def test_a_redirect_is_not_followed(world: Any, location: str):
    world.answer = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()

    with pytest.raises(FetchFailed) as failure:
        fetch("https://issuer.example/", accept="*/*", max_bytes=1000, network=world.network())

    assert failure.value.reason == "answered 302"
    assert world.dialled == [(PUBLIC, 443)]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 206 Partial Content\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncut off",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
def test_every_unusable_answer_gets_the_same_public_words(world: Any, answer: bytes):
    world.answer = answer

    with pytest.raises(FetchFailed) as failure:
        fetch("https://issuer.example/", accept="*/*", max_bytes=1000, network=world.network())

    assert failure.value.detail == FetchFailed("closed port").detail
    assert failure.value.facts == {}
    assert failure.value.reason


def test_a_body_of_exactly_the_limit_is_taken(world: Any):
    world.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000

    assert len(fetch("https://issuer.example/", accept="*/*", max_bytes=1000, network=world.network()).content) == 1000


def test_the_environment_cannot_put_a_proxy_in_between(world: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")

    fetch("https://issuer.example/", accept="*/*", max_bytes=1000, network=world.network())

    assert world.dialled == [(PUBLIC, 443)]


def test_a_name_without_an_address_is_a_failed_fetch(world: Any):
    world.names = {"gone.example": [[]]}

    with pytest.raises(FetchFailed):
        fetch("https://gone.example/", accept="*/*", max_bytes=1000, network=world.network())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8322/", "http://127.0.0.1/", "https://127.0.0.1:8321/", "http://127.0.0.1.evil.example:8321/",
            "http://localhost:8321/", "http://127.0.0.1:8321@evil.example/"],
)  # fmt: skip
def test_only_exactly_the_own_origin_may_be_local(world: Any, url: str):
    with pytest.raises(FetchFailed):
        fetch(url, accept="*/*", max_bytes=1000, allow_origin="http://127.0.0.1:8321", network=world.network())

    assert world.dialled == []


def test_the_own_origin_may_be_local_when_it_is_allowed(world: Any):
    world.names = {"127.0.0.1": [["127.0.0.1"]]}

    fetch("http://127.0.0.1:8321/b/1", accept="*/*", max_bytes=99, allow_origin="http://127.0.0.1:8321",
          network=world.network())  # fmt: skip

    assert world.dialled == [("127.0.0.1", 8321)]


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://issuer.example/", "https://sly.example/"])
def test_a_post_is_guarded_like_a_fetch(world: Any, url: str):
    world.names = {"sly.example": [["169.254.169.254"]]}

    with pytest.raises(FetchFailed):
        post(url, content=b"{}", headers={}, max_bytes=1000, network=world.network())

    assert world.dialled == []


# -- redirects, where they are allowed ----------------------------------------------------------------------


def redirect(location: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/", "http://issuer.example/", "file:///etc/passwd", "gopher://127.0.0.1/", "https://127.0.0.1/",
     "//127.0.0.1/", "https://issuer.example:8443/", "https://user@issuer.example/", "https://[::1]/", "https://[",
     "https://sly.example/", "javascript:alert(1)", "https://localhost/", "\\\\127.0.0.1\\x", "https://2130706433/"],
)  # fmt: skip
def test_a_redirect_that_may_be_followed_is_still_a_new_address_under_the_same_rules(world: Any, location: str):
    world.names = {"sly.example": [["169.254.169.254"]]}
    world.answer = redirect(location)

    with pytest.raises(FetchFailed):
        fetch("https://issuer.example/", accept="*/*", max_bytes=1000, max_redirects=3, network=world.network())

    assert world.dialled == [(PUBLIC, 443)]


def test_redirects_end_after_so_many(world: Any):
    world.answer = redirect("/again")

    with pytest.raises(FetchFailed) as failure:
        fetch("https://issuer.example/", accept="*/*", max_bytes=1000, max_redirects=3, network=world.network())

    assert (failure.value.reason, failure.value.status) == ("answered 302", 302)
    assert world.dialled == [(PUBLIC, 443)] * 4


def test_a_post_is_never_redirected(world: Any):
    world.answer = redirect("https://other.example/", 307)

    with pytest.raises(FetchFailed):
        post("https://issuer.example/", content=b"{}", headers={}, max_bytes=1000, network=world.network())

    assert world.asked == ["issuer.example"]
