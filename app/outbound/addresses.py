"""Which IP addresses a foreign document may be fetched from: our own table, because `is_global` is wrong (T2).

Source: IANA IPv4 and IPv6 Special-Purpose Address Registries, multicast and 6to4 relay assignments. Every entry is
refused, also those that IANA calls globally reachable (anycast relays, AS112): no issuer publishes there.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_IPV4 = {
    IPv4Network("0.0.0.0/8"): "this network",
    IPv4Network("10.0.0.0/8"): "private",
    IPv4Network("100.64.0.0/10"): "carrier-grade NAT",
    IPv4Network("127.0.0.0/8"): "loopback",
    IPv4Network("168.63.129.16/32"): "platform service of a cloud",
    IPv4Network("169.254.0.0/16"): "link-local and metadata",
    IPv4Network("172.16.0.0/12"): "private",
    IPv4Network("192.0.0.0/24"): "protocol assignments",
    IPv4Network("192.0.2.0/24"): "documentation",
    IPv4Network("192.31.196.0/24"): "AS112",
    IPv4Network("192.52.193.0/24"): "AMT",
    IPv4Network("192.88.99.0/24"): "6to4 relay",
    IPv4Network("192.168.0.0/16"): "private",
    IPv4Network("192.175.48.0/24"): "AS112",
    IPv4Network("198.18.0.0/15"): "benchmarking",
    IPv4Network("198.51.100.0/24"): "documentation",
    IPv4Network("203.0.113.0/24"): "documentation",
    IPv4Network("224.0.0.0/4"): "multicast",
    IPv4Network("240.0.0.0/4"): "reserved and broadcast",
}

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_IPV6 = {  # inside global unicast; all else of IPv6 is refused as a whole
    IPv6Network("2001::/32"): "Teredo",
    IPv6Network("2001::/23"): "protocol assignments",
    IPv6Network("2001:db8::/32"): "documentation",
    IPv6Network("2002::/16"): "6to4",
    IPv6Network("2620:4f:8000::/48"): "AS112",
    IPv6Network("3fff::/20"): "documentation",
}

_MAPPED = IPv6Network("::ffff:0:0/96")
_COMPATIBLE = IPv6Network("::/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
_6TO4 = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_ISATAP_MARKS = frozenset({0x0000_5EFE, 0x0200_5EFE})  # upper half of the interface identifier (RFC 5214)
_LOW_32_BITS = 0xFFFF_FFFF


def refusal(address: str) -> str | None:
    """Why nothing may be fetched from this IP address (for the log), or None when it is an ordinary public one.

    Text that is no IP address, and any with a zone ("%eth0"), is refused. IPv4 inside IPv6 is judged as what it is:
    mapped addresses and the well-known NAT64 prefix by the IPv4 address alone; 6to4, Teredo, IPv4-compatible, local
    NAT64 and ISATAP are refused even around a public one, because nobody serves there and relays are not ours.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "not an IP address"
    if isinstance(parsed, IPv4Address):
        return _refusal_v4(parsed)
    if parsed.scope_id is not None:
        return "an address with a zone"
    return _refusal_v6(parsed)


def _refusal_v4(address: IPv4Address) -> str | None:
    return next((why for network, why in _IPV4.items() if address in network), None)


def _refusal_v6(address: IPv6Address) -> str | None:
    for network in (_MAPPED, _NAT64):
        if address in network:
            return _within(_refusal_v4(IPv4Address(int(address) & _LOW_32_BITS)))
    wrapper, inside = _wrapped(address)
    if wrapper is not None:
        return f"{wrapper} around {inside}"
    if address not in _GLOBAL_UNICAST:
        return "not global unicast"
    return next((why for network, why in _IPV6.items() if address in network), None)


def _within(why: str | None) -> str | None:
    return None if why is None else f"{why}, inside IPv6"


def _wrapped(address: IPv6Address) -> tuple[str | None, str]:
    """The tunnel or translator that the address belongs to, and what is inside, for the log."""
    number = int(address)
    low = number & _LOW_32_BITS
    if address in _6TO4:
        return "6to4", str(IPv4Address(number >> 80 & _LOW_32_BITS))
    if address in _TEREDO:
        return "Teredo", str(IPv4Address(low ^ _LOW_32_BITS))
    if address in _LOCAL_NAT64:
        return "local NAT64", str(IPv4Address(low))
    if address in _COMPATIBLE:
        return "IPv4-compatible", str(IPv4Address(low))
    if number >> 32 & _LOW_32_BITS in _ISATAP_MARKS:
        return "ISATAP", str(IPv4Address(low))
    return None, ""
