"""Which addresses may be dialled: none that leads inside, however it is wrapped (T1, T2)."""

from __future__ import annotations

import pytest

from app.outbound.addresses import refusal

FORBIDDEN = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",  # noqa: S104 - nothing listens there
    "127.0.0.1", "127.1.2.3", "127.255.255.255", "168.63.129.16", "169.254.0.1", "169.254.169.254",
    "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.9", "192.0.0.170",
    "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.168.255.255",
    "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::2", "::7f00:1", "::10.0.0.1", "::93.184.215.14",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::7f00:1", "64:ff9b:1::5db8:d70e", "100::1",
    "100:0:0:1::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:1::1", "2001:2::1", "2001:3::1",
    "2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1",
    "2002:a9fe:a9fe::1", "2002:c0a8:101::1", "2002:5db8:d70e::1", "2620:4f:8000::1", "3fff::1", "3fff:fff::1",
    "4000::1", "5f00::1", "8000::1", "fc00::1", "fd00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "fe80::1%eth0",
    "febf::1", "fec0::1", "feff::1", "ff00::1", "ff02::1", "ff0e::1", "2606:4700::5efe:10.0.0.1",
    "2606:4700::200:5efe:192.168.1.1", "2606:4700::1111%eth0", "::ffff:1.1.1.1%1",
]  # fmt: skip

NO_ADDRESS = ["", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "１２７.0.0.1", "1.1.1.1 ", "[::1]"]

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "93.184.215.14", "100.63.255.255", "100.128.0.1",
    "126.255.255.255", "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.1", "192.0.1.1",
    "192.167.255.255", "192.169.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "2001:200::1",
    "2001:4860:4860::8888", "2400:cb00::1", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_special_address_may_be_fetched_from(address: str):
    assert refusal(address)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_plain_address_is_refused(text: str):
    assert refusal(text)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_ordinary_public_address_may_be_fetched_from(address: str):
    assert refusal(address) is None


def test_the_log_learns_which_address_hides_inside_another():
    assert refusal("2002:7f00:1::") == "6to4 around 127.0.0.1"
    assert refusal("64:ff9b::a9fe:a9fe") == "link-local and metadata, inside IPv6"
    assert refusal("2001:0:4136:e378:8000:63bf:80ff:fffe") == "Teredo around 127.0.0.1"
