"""LTI 1.3 in the office: who is connected, who launched from where, and the keys that prove us to platforms."""

from app.issuing.lti import keys, launches, platforms
from app.issuing.lti.tables import LtiCourse, LtiInvitation, LtiKey, LtiLineItem, LtiLogin, LtiPlatform, PlatformState

__all__ = [
    "LtiCourse",
    "LtiInvitation",
    "LtiKey",
    "LtiLineItem",
    "LtiLogin",
    "LtiPlatform",
    "PlatformState",
    "keys",
    "launches",
    "platforms",
]
