"""Errors of what is asked of us: input, callers, states. They are in field words, and know no HTTP."""

from __future__ import annotations

from app.errors.base import ServiceError


class UnsafeConfiguration(ServiceError):
    """The settings would make an unsafe service; `detail` says what to set."""

    slug, title = "unsafe-configuration", "The configuration is not safe for production"


# -- anybody's input --------------------------------------------------------------------------------------


class InvalidInput(ServiceError):
    """Something in a document or field is wrong; `pointer` (JSON Pointer) or `line` says where."""

    slug, title = "invalid-input", "The input is not valid"


class MalformedJson(InvalidInput):
    """Bytes that are not strict JSON, or that pass a size, depth or number limit."""

    slug, title = "malformed-json", "The body is not the JSON that is expected here"


class TooLarge(ServiceError):
    """A body, file or batch above its limit; `limit_bytes` or `limit_items` says the limit."""

    slug, title = "too-large", "The body is larger than is accepted here"


class UnsupportedMediaType(ServiceError):
    """The body is said to be of a type that is not taken here; `expected` names the one that is."""

    slug, title = "unsupported-media-type", "The body is of another type than is expected here"


class UnreadableImage(InvalidInput):
    """A file that is not a well-formed PNG within the limits."""

    slug, title = "unreadable-image", "The file is not a PNG that can be read"


class CredentialRefused(InvalidInput):
    """A credential or presentation that cannot be issued or relied on; `code` and `pointer` say why and where."""

    slug, title = "credential-refused", "The credential or presentation cannot be issued or relied on"


class UnreadableCredential(InvalidInput):
    """Input to a verification in which no single credential can be found."""

    slug, title = "unreadable-credential", "No credential was found in the input"


class NotKept(InvalidInput):
    """A badge from elsewhere that cannot be kept among somebody's own; `reason` is a code that says why."""

    slug, title = "badge-not-kept", "The badge cannot be kept here"


class NotFound(ServiceError):
    """No such thing, or none that the caller may see; both look the same."""

    slug, title = "not-found", "There is nothing at this address"


class Gone(ServiceError):
    """It was here and was taken away for good."""

    slug, title = "gone", "What was here was removed"


# -- who calls --------------------------------------------------------------------------------------------


class NotAuthenticated(ServiceError):
    """No key, or a wrong, expired or revoked one; never says which."""

    slug, title = "not-authenticated", "The request carries no valid credentials"


class KeyInAddress(ServiceError):
    """A key was sent in the address, where logs and histories keep it; it should be revoked."""

    slug, title = "key-in-address", "A key does not belong into an address"


class NotSignedIn(ServiceError):
    """A page for somebody who is signed in, and nobody is, or not surely enough; `sign_in` is where one does."""

    slug, title = "not-signed-in", "You are not signed in"


class SignInRefused(ServiceError):
    """What an identity provider answered lets nobody in; `reason` is for the log and is never shown."""

    slug, title = "sign-in-refused", "This sign-in cannot be accepted"

    def __init__(self, detail: str, *, reason: str) -> None:
        super().__init__(detail)
        self.reason = reason


class NotOurForm(ServiceError):
    """A form that no page of this service sent just now (cross-site request forgery)."""

    slug, title = "not-our-form", "The form does not come from here"


class NotAllowed(ServiceError):
    """The caller is known and may not do this; `scope` names what is missing."""

    slug, title = "not-allowed", "This key may not do that"


class InvalidSearch(ServiceError):
    """A parameter of a search in FHIR cannot be understood; `pointer` names it."""

    slug, title = "invalid-search", "The search cannot be understood"


class NotAcceptable(ServiceError):
    """Nothing that is here is of a type which the client takes; `offered` says what is."""

    slug, title = "not-acceptable", "No such form is offered"


class RateLimited(ServiceError):
    """Too many requests; `retry_after_seconds` says when to come back."""

    slug, title = "rate-limited", "Too many requests"


# -- deliveries -------------------------------------------------------------------------------------------


class DeliveryNotAuthentic(ServiceError):
    """The delivery's signature or secret does not hold; never says which part."""

    slug, title = "delivery-not-authentic", "The delivery could not be authenticated"


class DeliveryConflict(ServiceError):
    """The delivery id was used before with another body; the first one stands."""

    slug, title = "delivery-conflict", "This delivery id came earlier with another body"


class DeliveryUnreadable(ServiceError):
    """A delivery is authentic and kept, and says nothing that can be read; `items` says where, `delivery` which."""

    slug, title = "delivery-unreadable", "The delivery was kept, but cannot be read"


class ProtocolBroken(ServiceError):
    """A request leaves out or contradicts what the protocol of its address asks for; nothing was kept."""

    slug, title = "protocol-broken", "The request does not follow the protocol of this address"


class SourceDisabled(ServiceError):
    """The source was switched off by its issuer."""

    slug, title = "source-disabled", "This source is switched off"


class LaunchRefused(ServiceError):
    """A launch of a course platform (LTI) is not what it should be; the reason is in the log."""

    slug, title = "launch-refused", "This launch cannot be accepted"


class IdempotencyConflict(ServiceError):
    """The Idempotency-Key was used before for another request."""

    slug, title = "idempotency-conflict", "This Idempotency-Key belongs to another request"


# -- achievements, awards, keys ---------------------------------------------------------------------------


class NotPublishable(ServiceError):
    """The draft misses something that a published achievement must have; `problems` lists each."""

    slug, title = "not-publishable", "The achievement cannot be published yet"


class NotPublished(ServiceError):
    """Only a published achievement can be awarded."""

    slug, title = "not-published", "The achievement is not published"


class AwardedByPathway(ServiceError):
    """A stack is awarded by its pathway, never by hand and by no rule."""

    slug, title = "awarded-by-pathway", "A pathway awards this badge"


class EntryNotMet(ServiceError):
    """Somebody does not meet what a pathway asks of those who want to begin."""

    slug, title = "entry-not-met", "The entry condition of the pathway is not met"


class AlreadyExists(ServiceError):
    """A thing with this name or id is here already; `id` names it where that may be told."""

    slug, title = "already-exists", "This exists already"


class AlreadyAwarded(ServiceError):
    """The learner holds this achievement; `award_id` names the award."""

    slug, title = "already-awarded", "The learner already holds this achievement"


class AlreadyRevoked(ServiceError):
    """The award is revoked; `revoked_at` says since when."""

    slug, title = "already-revoked", "The award is already revoked"


class NotSuspended(ServiceError):
    """Only a suspended award can be reinstated."""

    slug, title = "not-suspended", "The award is not suspended"


class AlreadySuspended(ServiceError):
    """The award is suspended; `suspended_at` says since when."""

    slug, title = "already-suspended", "The award is already suspended"


class AlreadySuperseded(ServiceError):
    """Another award took this one's place; `superseded_by` names it."""

    slug, title = "already-superseded", "The award was superseded"


class AlreadyDecided(ServiceError):
    """A person decided this request before, or its facts changed; `state` says what came of it."""

    slug, title = "already-decided", "The request was decided already"


class LearnerUnclear(ServiceError):
    """The facts point at more than one person; a member of staff must decide."""

    slug, title = "learner-unclear", "It is not clear which person this is"


class LearnerErased(ServiceError):
    """The facts name a person who asked to be erased; nothing brings them back but they themselves."""

    slug, title = "erased", "This person was erased"


class NotAPerson(ServiceError):
    """The facts name a test user, a preview or a demonstration; those earn nothing."""

    slug, title = "test-user", "This is a test user, not a person"


class MergeNotUndoable(ServiceError):
    """The merge was undone already, or later ones have to be undone first."""

    slug, title = "merge-not-undoable", "This merge cannot be undone"


class WrongImportState(ServiceError):
    """What is asked of an import does not go with its state, which `state` names."""

    slug, title = "wrong-import-state", "The state of the import does not allow that"


class WrongState(ServiceError):
    """What is asked of something does not go with its state, which `state` names."""

    slug, title = "wrong-state", "Its state does not allow that"


class WouldAward(ServiceError):
    """Raised instead of signing while something is only looked at; it never leaves the office."""

    slug, title = "would-award", "This would be awarded"


class LintFailed(ServiceError):
    """A document breaks a rule of the standard; `findings` lists rule, clause, pointer and sentence."""

    slug, title = "lint-failed", "The document breaks a rule of the standard and was not signed"


class SelfVerificationFailed(ServiceError):
    """What was just signed does not verify; nothing was stored."""

    slug, title = "self-verification-failed", "The signed document did not verify and was not stored"


class NoSigningKey(ServiceError):
    """The issuer has no active key of the kind that is needed."""

    slug, title = "no-signing-key", "The issuer has no active signing key"


class KeyUnavailable(ServiceError):
    """The private key is not in the key store or cannot be opened with the configured secret."""

    slug, title = "key-unavailable", "The private key cannot be used"


class WrongKeyState(ServiceError):
    """What is asked of a signing key does not go with its state; `kid` names the key where there is one."""

    slug, title = "wrong-key-state", "The state of the key does not allow that"


class WrongEndpointState(ServiceError):
    """What is asked of an endpoint does not go with its state, which `state` names."""

    slug, title = "wrong-endpoint-state", "The state of the endpoint does not allow that"


class StatusListFull(ServiceError):
    """The list has no index left; the caller opens a new list."""

    slug, title = "status-list-full", "The status list is full"


class StatusListRegression(ServiceError):
    """A published revocation would disappear from the list; nothing was published."""

    slug, title = "status-list-regression", "A published revocation may never disappear"


# -- the house itself -------------------------------------------------------------------------------------


class StartedBeforeMove(ServiceError):
    """An address is needed that the service moved to after this process started; a restart mends it."""

    slug, title = "started-before-move", "This process started before the service moved to another address"


class Busy(ServiceError):
    """The database did not become free in time; nothing was stored, and the caller may try again."""

    slug, title = "busy", "The service is busy; try again shortly"


class SchemaUnknown(ServiceError):
    """The database was migrated by a newer version of Lanyard; `revision` names where it stands."""

    slug, title = "schema-unknown", "The database is newer than this version"


class ExportFailed(ServiceError):
    """An address that should answer does not, so the copy of it would be wrong; nothing was written."""

    slug, title = "export-failed", "The copy could not be written"
