"""`none`: nothing proves who sent a delivery, only the network it came from. To be chosen openly, and last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from app.lms.auth.options import Options
from app.lms.auth.proof import Headers, Proof, refusal
from app.lms.base import PEER, SourceConfig

ACCEPT = "accept_unauthenticated"
MAX_NETWORKS = 50
_WIDEST = {4: 8, 6: 16}  # bits that must be fixed: a wider list is no list

Network = IPv4Network | IPv6Network


def none(headers: Headers, body: bytes, config: SourceConfig, _now: datetime) -> Proof:
    """Whatever comes from a network of `auth_options.networks`. `key_id` is the network; the method says "none".

    The address is the caller's as the door knows it, and that only: no header that a client could write.
    """
    networks, problems = _read(config.settings)
    if problems:
        raise refusal(f"auth_options: {problems[0]}")
    try:
        address = ip_address(headers.get(PEER, "").partition("%")[0])
    except ValueError as error:
        raise refusal("the caller's network address is not known") from error
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    for network in networks:
        if address in network:
            return Proof(body, "none", str(network))
    raise refusal("the caller's network address is not on the list")


def none_problems(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the options of `none`, one sentence each."""
    return _read(settings)[1]


def _read(settings: Mapping[str, Any]) -> tuple[list[Network], list[str]]:
    options = Options.of(settings, ACCEPT, "networks")
    if options.members.get(ACCEPT) is not True:
        options.problems.append(
            f"`auth_options.{ACCEPT}` must be true: anybody in these networks can then claim any completion."
        )
    value = options.members.get("networks")
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_NETWORKS:
        options.problems.append(f"`auth_options.networks` must be a list of 1 to {MAX_NETWORKS} networks.")
        return [], options.problems
    networks: list[Network] = []
    for place, text in enumerate(value):
        try:
            network = ip_network(text) if isinstance(text, str) else None
        except ValueError:
            network = None
        if network is None:
            options.problems.append(f"Network {place} must be an address or a network such as 192.0.2.0/28.")
        elif network.prefixlen < _WIDEST[network.version]:
            options.problems.append(f"Network {place} is wider than /{_WIDEST[network.version]}; name smaller ones.")
        else:
            networks.append(network)
    return networks, options.problems
