"""The words of StatusList2021, which no installed package brings: what each means, in our own arrangement.

A canonical form is made of meanings, never of a context's letters, so this signs and checks what the published
document does. Source: Status List 2021 (W3C Community Group report), "Data Model".
"""

from __future__ import annotations

from typing import Any

STATUS_LIST_2021 = "https://w3id.org/vc/status-list/2021/v1"
_VOCABULARY = "https://w3id.org/vc/status-list#"


def _type(name: str, /, **members: Any) -> dict[str, Any]:
    return {
        "@id": _VOCABULARY + name,
        "@context": {"@protected": True, "id": "@id", "type": "@type", **members},
    }


_PURPOSE = {"statusPurpose": f"{_VOCABULARY}statusPurpose"}
_LINK = {"@id": f"{_VOCABULARY}statusListCredential", "@type": "@id"}

CONTEXT: dict[str, Any] = {
    "@context": {
        "@protected": True,
        "StatusList2021Credential": _type(
            "StatusList2021Credential", description="http://schema.org/description", name="http://schema.org/name"
        ),
        "StatusList2021": _type("StatusList2021", encodedList=f"{_VOCABULARY}encodedList", **_PURPOSE),
        "StatusList2021Entry": _type(
            "StatusList2021Entry",
            statusListIndex=f"{_VOCABULARY}statusListIndex",
            statusListCredential=_LINK,
            **_PURPOSE,
        ),
    }
}
