"""Endpoints: addresses of an issuer's other systems, to which news are sent as webhooks (Standard Webhooks 1.0)."""

from app.issuing.endpoints.records import (
    Endpoint,
    EndpointAttempt,
    EndpointFormat,
    EndpointState,
    EventType,
    attempts_of,
    by_id,
    message_of,
    messages_of,
    of_issuer,
)
from app.issuing.endpoints.replay import replay
from app.issuing.endpoints.secrets import SigningSecrets, secrets_at
from app.issuing.endpoints.setting_up import (
    NewEndpoint,
    change,
    create,
    delete,
    disable,
    pause,
    resume,
    rotate_secret,
)

__all__ = [
    "Endpoint",
    "EndpointAttempt",
    "EndpointFormat",
    "EndpointState",
    "EventType",
    "NewEndpoint",
    "SigningSecrets",
    "attempts_of",
    "by_id",
    "change",
    "create",
    "delete",
    "disable",
    "message_of",
    "messages_of",
    "of_issuer",
    "pause",
    "replay",
    "resume",
    "rotate_secret",
    "secrets_at",
]
