"""The employer's desk: badges of whatever issuers in heaps, and what an organisation knows of its people."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.staff.desk import checks, employments, overview, watches, workforce

router = APIRouter()
for _part in (overview.router, checks.router, watches.router, workforce.router, employments.router):
    router.include_router(_part)
