"""Hosts: services elsewhere to which holders send their badges (Open Badges 3.0, as a service consumer)."""

from app.issuing.hosts import connecting, pushing
from app.issuing.hosts.connecting import Asked, Connected, Described, Tokens
from app.issuing.hosts.pushing import CHANNEL, Line
from app.issuing.hosts.tables import Host, HostConnection, HostPush, HostQuestion, PushState

__all__ = [
    "CHANNEL",
    "Asked",
    "Connected",
    "Described",
    "Host",
    "HostConnection",
    "HostPush",
    "HostQuestion",
    "Line",
    "PushState",
    "Tokens",
    "connecting",
    "pushing",
]
