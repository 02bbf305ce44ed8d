"""The door for LTI 1.3 platforms: begin a launch, take it, choose badges for a course, register, and our keys."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.lti import launching, linking, registering

router = APIRouter(prefix="/lti", tags=["source"], include_in_schema=False)
router.include_router(launching.router)
router.include_router(linking.router)
router.include_router(registering.router)
