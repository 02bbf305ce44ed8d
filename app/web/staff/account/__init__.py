"""My account, of somebody who works here: password, second factors, recovery codes, passkeys, browsers."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.staff.account import browsers, factors, overview, passkeys, password, provider

router = APIRouter(tags=["staff"], include_in_schema=False)
for _part in (overview, password, factors, passkeys, provider, browsers):
    router.include_router(_part.router, prefix=overview.PATH)
