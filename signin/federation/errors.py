"""How this package says no."""

from collections.abc import Sequence

from django.utils.functional import Promise

from accounts.models import SamlProvider
from signin.federation import messages
from signin.kernel.errors import Refusal


class CredentialsRefused(Refusal):
    """The one answer to everything that keeps a broker from a sign-in token (S-104)."""

    message = messages.CREDENTIALS_REFUSED


class SignInInvalid(Refusal):
    """The address by which somebody comes from a broker is not as it has to be."""

    message = messages.SIGN_IN_INVALID


class LeadsElsewhere(SignInInvalid):
    """Somebody is to go to what is no page of the console (S-050)."""

    message = messages.LEADS_ELSEWHERE


class SigninTokenOver(Refusal):
    """A sign-in token is used, too old or unknown, or the credentials behind it are over."""

    message = messages.TOKEN_OVER


class MetadataRefused(Refusal):
    """A document is not the metadata of one identity provider, or names no key that signs."""

    message = messages.METADATA_REFUSED


class AssertionRefused(Refusal):
    """A SAML response signs nobody in; people are told no more than that (S-089).

    ``reason`` is the word for it that events have. Each subclass is one reason. ``providers`` are
    those whose word it was said to be, as far as that is known, and ``subject`` is whom they
    vouched for, if they did.
    """

    message: str | Promise = messages.ASSERTION_REFUSED
    reason = "refused"
    providers: Sequence[SamlProvider] = ()
    subject = ""


class DocumentRefused(AssertionRefused):
    """A SAML document is not written as it has to be, whatever it says."""

    reason = "document"


class TooLong(DocumentRefused):
    """It is longer than IAM takes (S-086)."""

    reason = "too-long"


class NotBase64(DocumentRefused):
    """It is not the base64 of anything."""

    reason = "not-base64"


class EncodingRefused(DocumentRefused):
    """It is not UTF-8 without a byte order mark, or says that it is something else (S-087)."""

    reason = "encoding"


class DoctypeRefused(DocumentRefused):
    """It has a document type, with which it could declare entities and fetch things (S-086)."""

    reason = "doctype"


class NotXml(DocumentRefused):
    """No parser takes it for a document."""

    reason = "not-xml"


class MarkupRefused(DocumentRefused):
    """A comment or a processing instruction stands in it, between parts of a text (S-085)."""

    reason = "markup"


class IdTwice(DocumentRefused):
    """Two of its elements have one ID, so that nobody knows which of them is signed (S-087)."""

    reason = "duplicate-id"


class NoResponse(AssertionRefused):
    """Its root is no response of SAML 2.0."""

    reason = "not-a-response"


class StructureWrong(AssertionRefused):
    """Something in it stands where it can't, is missing, or is there twice (S-081)."""

    reason = "structure"


class EncryptionRefused(AssertionRefused):
    """Something in it is encrypted, which nobody here can read, or is asked to (S-091)."""

    reason = "encrypted"


class EncryptionMissing(AssertionRefused):
    """It is not encrypted, though all assertions of its provider have to be."""

    reason = "not-encrypted"


class EncryptionUnclear(AssertionRefused):
    """What is encrypted is not written as it has to be, or has not exactly one key."""

    reason = "encryption-form"


class EncryptionAlgorithmRefused(AssertionRefused):
    """It is encrypted in a way that nobody should use any more, or that nobody here knows."""

    reason = "encryption-algorithm"


class DecryptionFailed(AssertionRefused):
    """No key of the provider opens it, or what is in it is not right; which of both is not told.

    Whoever could tell one from the other could find out what is in it, bit by bit.
    """

    reason = "decryption"


class AssertionsCounted(AssertionRefused):
    """It has not exactly one assertion, right below the response (S-081, S-091)."""

    reason = "not-one-assertion"


class StatusNotSuccess(AssertionRefused):
    """The provider says that it signed nobody in."""

    reason = "status"


class Unsigned(AssertionRefused):
    """The assertion has no signature of its own; that of the response is not enough (S-082)."""

    reason = "unsigned"


class SignatureUnclear(AssertionRefused):
    """A signature is not of exactly what it stands in, or has more in it than it needs (S-081)."""

    reason = "signature-form"


class AlgorithmRefused(AssertionRefused):
    """A signature is made as nobody should make one any more, or by a shared secret (S-083)."""

    reason = "algorithm"


class TransformRefused(AssertionRefused):
    """What is signed is something that was made of the assertion, not the assertion (S-083)."""

    reason = "transform"


class IssuerUnknown(AssertionRefused):
    """Nobody here believes whoever issued it."""

    reason = "issuer"


class SignatureWrong(AssertionRefused):
    """None of the keys that are the issuer's made the signature (S-082, S-084)."""

    reason = "signature"


class SubjectMissing(AssertionRefused):
    """It doesn't name anybody."""

    reason = "subject"


class ConfirmationWrong(AssertionRefused):
    """It is not said once, and in full, that whoever bears it is the one whom it names (S-089)."""

    reason = "confirmation"


class RecipientWrong(AssertionRefused):
    """It was made for another address (S-089)."""

    reason = "recipient"


class DestinationWrong(AssertionRefused):
    """It was sent to another address (S-089)."""

    reason = "destination"


class AudienceWrong(AssertionRefused):
    """It is meant for others, or doesn't say for whom (S-089)."""

    reason = "audience"


class AssertionEarly(AssertionRefused):
    """Its time has not come (S-089)."""

    reason = "early"


class AssertionOver(AssertionRefused):
    """Its time is over, or that of its confirmation or of the session behind it (S-089)."""

    reason = "expired"


class AssertionStale(AssertionOver):
    """It was issued more than five minutes ago (S-089)."""

    reason = "stale"


class AssertionReplayed(AssertionRefused):
    """It was used for the same purpose before (S-088)."""

    reason = "replayed"


class RolesMissing(AssertionRefused):
    """It names no role of AWS with its provider, or not as it has to."""

    reason = "roles"


class SessionNameWrong(AssertionRefused):
    """It has no name for the session, or one that no session can have (S-093)."""

    reason = "role-session-name"


class SourceIdentityWrong(AssertionRefused):
    """The source identity is one that no session can have (S-093)."""

    reason = "source-identity"


class SessionDurationWrong(AssertionRefused):
    """The session is to be shorter or longer than any can be (S-093)."""

    reason = "session-duration"


class SessionTagsWrong(AssertionRefused):
    """The tags of the session contradict each other, or are none."""

    reason = "session-tags"


class RoleNotSaid(AssertionRefused):
    """A role is wanted that the assertion does not name, or that is not for whom it names (S-093).

    It is the same answer to both, and to a role that is not there.
    """

    reason = "role"


class QuestionInvalid(Refusal):
    """A question of SAML is not as it has to be, or of somebody whom nobody here knows (S-094)."""

    message = messages.QUESTION_INVALID


class NameFormatWrong(AssertionRefused):
    """It names somebody in another form than Identity Center's, that of an e-mail address."""

    reason = "name-id-format"


class UserUnknown(AssertionRefused):
    """No user of the directory has exactly the name; nobody is made for it (behaviour 7.8)."""

    reason = "user-unknown"


class UserDisabled(AssertionRefused):
    """The user whom it names is disabled."""

    reason = "user-disabled"


class QuestionUnknown(AssertionRefused):
    """It answers a question that was not asked here, is over, or was answered already (S-090)."""

    reason = "in-response-to"


class AnotherUser(AssertionRefused):
    """Whoever was to prove who they are again came back as somebody else."""

    reason = "another-user"


class ArrivalOver(Refusal):
    """Whoever an identity provider sent came too late, a second time, or in another browser."""

    message = messages.ARRIVAL_OVER
