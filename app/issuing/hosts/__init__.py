"""Hosts: services elsewhere to which holders send their badges (Open Badges 3.0, as a service consumer)."""

from app.issuing.hosting.queueing import CHANNEL
from app.issuing.hosting.tables import Host, HostConnection, HostPush, HostQuestion, PushState
from app.issuing.hosts import connecting, pushing
from app.issuing.hosts.connecting import Asked, Connected, Described, Tokens
from app.issuing.hosts.pushing import Line

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
