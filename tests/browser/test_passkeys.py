"""A passkey in a real Chromium, by its virtual authenticator (CDP): set up, sign in, confirm; and a copy is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.issuing import accounts
from app.issuing.accounts import Role, Strength
from app.issuing.issuers import Issuer
from app.service import Service

PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def signed_in_owner(page: Any, service: Service, issuer: Issuer, base_url: str) -> None:
    """Let Olga sit at this browser."""
    with service.database.write() as session:
        account = accounts.people.of_confirmed_address(session, "olga@example.org")
        account.display_name = "Olga Owner"
        accounts.members.add(session, issuer, account, Role.OWNER, actor="test")
        token = accounts.sessions.begin(session, account, Strength.TWO_FACTORS)
    page.context.add_cookies([{"name": "lanyard", "value": token, "url": base_url}])


def test_a_passkey_is_set_up_signs_in_confirms_and_a_copy_of_it_is_refused(
    open_page: Callable[..., Any], service: Service, issuer: Issuer, base_url: str
):
    page = open_page("/")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    phone = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})["authenticatorId"]
    signed_in_owner(page, service, issuer, base_url)

    page.goto(f"{base_url}/staff/account")
    page.get_by_label("A name for the passkey").fill("Olga's phone")
    page.get_by_role("button", name="Set up a passkey on this device").click()
    page.get_by_text("The passkey is set up").wait_for()
    page.get_by_text("Olga's phone", exact=True).wait_for()
    copy = devtools.send("WebAuthn.getCredentials", {"authenticatorId": phone})["credentials"][0]

    page.context.clear_cookies()
    page.goto(f"{base_url}/staff/sign-in?next=/staff/northfield")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("heading", name="Overview").wait_for()

    page.goto(f"{base_url}/staff/confirm?next=/staff/account")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="My account").wait_for()

    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": phone})
    devtools.send("WebAuthn.addCredential", {"authenticatorId": phone, "credential": copy})
    page.context.clear_cookies()
    page.goto(f"{base_url}/staff/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The passkey could not be checked").wait_for()
    assert [each for each in page.complaints if "401" not in each] == []


def test_a_browser_that_gives_no_passkey_is_told_of_and_password_and_code_stay(
    open_page: Callable[..., Any], issuer: Issuer
):
    del issuer
    page = open_page("/staff/sign-in")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**PHONE, "isUserVerified": False}})

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.get_by_text("The browser gave us no passkey").wait_for()
    page.get_by_label("Password").wait_for()


def test_without_scripts_nothing_of_passkeys_is_in_the_way(open_page: Callable[..., Any], issuer: Issuer):
    del issuer
    page = open_page("/staff/sign-in", javascript=False, width=320)

    page.get_by_role("button", name="Sign in", exact=True).wait_for()
    assert page.get_by_role("button", name="Sign in with a passkey").is_hidden()
