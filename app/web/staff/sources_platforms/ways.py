"""The ways in which deliveries prove themselves, in words, and what each asks for besides the secret."""

from __future__ import annotations

from app.web.languages import marked as _
from app.web.staff.sources_fields import Field, Kind

WAYS: dict[str, tuple[str, str]] = {
    "standard_webhooks": (
        _("Signed, as Standard Webhooks say"),
        _("Each delivery carries a signature: a copied or changed one is refused. Best where the sender can do it."),
    ),
    "hmac": (
        _("Signed, in the sender's own manner"),
        _("One signature in a header. You say which header, and how it is written."),
    ),
    "github": (_("Signed, as GitHub does"), _("X-Hub-Signature-256 over the body.")),
    "stripe": (_("Signed, as Stripe does"), _("Stripe-Signature with a time.")),
    "bearer": (
        _("A secret in the Authorization header"),
        _("Authorization: Bearer, for senders that can set a header and cannot sign."),
    ),
    "basic": (_("User and password"), _("As a browser sends them; some senders take them within the address.")),
    "header_static": (_("A secret in a header of its own"), _("For senders that can set some header, and no other.")),
    "body_token": (_("A secret within the body"), _("It is taken out before anything is stored.")),
    "form_fields": (
        _("A form with user and password"),
        _("The fields data, userName and password; what counts is the JSON in data."),
    ),
    "jwt_body": (
        _("Signed with the platform's published keys"),
        _("Nothing secret is shared. The keys are fetched, and fetched again when they change."),
    ),
    "none": (
        _("Nothing: by network address only"),
        _("Whoever can send from these networks can claim anything about anybody. Take any other way that you can."),
    ),
}

OPTIONS: dict[str, tuple[Field, ...]] = {
    "hmac": (
        Field("header", _("Header with the signature"), is_required=True, placeholder="X-Signature"),
        Field(
            "algorithm",
            _("Algorithm"),
            "",
            Kind.CHOICE,
            (("", "HMAC-SHA-256"), ("sha1", "HMAC-SHA-1"), ("sha512", "HMAC-SHA-512")),
        ),
        Field(
            "encoding",
            _("How the signature is written"),
            "",
            Kind.CHOICE,
            (("", _("In hexadecimal")), ("base64", "Base64"), ("base64url", "Base64url")),
        ),
        Field("prefix", _("What stands before it"), _("Such as sha256=; nothing if empty."), is_rare=True),
        Field(
            "template",
            _("What is signed"),
            "",
            Kind.CHOICE,
            (
                ("", _("The body")),
                ("{ts}.{body}", _("The time, a point and the body")),
                ("{id}.{ts}.{body}", _("The id, the time and the body, with points between")),
            ),
            is_rare=True,
        ),
        Field("timestamp_header", _("Header with the time"), _("In seconds since 1970."), is_rare=True),
        Field("id_header", _("Header with the delivery's id"), is_rare=True),
        Field("tolerance_seconds", _("How old the time may be, in seconds"), "", Kind.NUMBER, is_rare=True),
        Field(
            "secret_encoding",
            _("The secret is"),
            "",
            Kind.CHOICE,
            (("", _("The text itself")), ("base64", _("Base64, decoded first"))),
            is_rare=True,
        ),
    ),
    "header_static": (
        Field(
            "headers",
            _("Name of the header"),
            _("One a line; with several, each must carry the secret."),
            Kind.LIST,
            is_required=True,
            otherwise="X-Lanyard-Key",
        ),
    ),
    "body_token": (
        Field("path", _("Where in the body"), _("Names joined by points, such as meta.token; token if empty.")),
    ),
    "none": (
        Field(
            "networks",
            _("Networks to listen to"),
            _("Addresses or networks, one a line, such as 192.0.2.0/28."),
            Kind.LIST,
            is_required=True,
        ),
        Field(
            "accept_unauthenticated",
            _("I know that nothing proves who sent such a delivery"),
            _("Rules award nothing because of it, unless they say that they trust such sources."),
            Kind.YES,
            is_required=True,
        ),
    ),
}
