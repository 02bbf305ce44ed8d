"""The door of wallets: OpenID4VCI with a pre-authorised code, and the exchange of wallets that are known by a DID."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.wallets import exchange, issuance, metadata, offers

router = APIRouter()
for _part in (metadata, offers, issuance, exchange):
    router.include_router(_part.router)
