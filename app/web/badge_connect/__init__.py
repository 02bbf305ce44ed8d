"""The door of programs that holders let in: the API of Open Badges 3.0, and Badge Connect of 2.1."""

from fastapi import APIRouter

from app.web.badge_connect import assertions, consent, credentials, description, oauth, profile

router = APIRouter()
for _part in (
    description.router,
    oauth.router,
    consent.router,
    credentials.router,
    profile.router,
    assertions.router,
):
    router.include_router(_part)

__all__ = ["router"]
