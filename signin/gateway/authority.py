"""A certificate authority for the emulated names only, thrown away with its process.

Its key is in memory and nowhere else, and its certificate says to every client that it vouches for
nothing but the domains of the host table.
"""

import ssl
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signin.kernel import clock, entropy

LIFETIME = timedelta(days=30)
LEAF_LIFETIME = timedelta(days=7)
RENEWED_BEFORE = timedelta(days=1)
SKEW = timedelta(hours=1)  # between the machine's clock and that of a container on it
MOST_NAMES = 256
SERIAL_LENGTH = 16  # bytes

NO_ADDRESSES = [x509.IPAddress(ip_network(every)) for every in ("0.0.0.0/0", "::/0")]
ORGANIZATION = "Vestibule emulator, NOT FOR PRODUCTION"


@dataclass(frozen=True)
class _Issued:
    """What TLS with one name needs, until its certificate is renewed."""

    context: ssl.SSLContext
    renewed_at: datetime


class Authority:
    """Certificates for real names, all with one key, so that a browser can be told that key."""

    def __init__(self, path: Path, parents: Sequence[str]) -> None:
        """Make an authority for what is below some domains, and write its certificate to a file."""
        self.path = path
        self._parents = parents
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._begin()

    @property
    def pin(self) -> str:
        """The digest of the certificates' key, as browsers take it on their command line."""
        public = self._leaf_key.public_key()
        info = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b64encode(sha256(info).digest()).decode()

    def context(self, name: str) -> ssl.SSLContext:
        """Return what a server of this name speaks TLS with."""
        now = clock.machine_now()
        if now >= self._renewed_at:
            self._begin()
        issued = self._issued.get(name)
        if issued is None or now >= issued.renewed_at:
            context = self._context(name, self.issue(name))
            issued = _Issued(context, renewed_at=now + LEAF_LIFETIME - RENEWED_BEFORE)
            self._issued[name] = issued
        self._issued.move_to_end(name)
        if len(self._issued) > MOST_NAMES:
            self._issued.popitem(last=False)
        return issued.context

    def issue(self, name: str) -> x509.Certificate:
        """Return a new certificate of a name."""
        certificate = _begun(_named("Real names"), self.certificate.subject, LEAF_LIFETIME)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        public = self._leaf_key.public_key()
        return (
            certificate.public_key(public)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(usage, critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(_issuer_key(self._key), critical=False)
            .sign(self._key, SHA256())
        )

    def _begin(self) -> None:
        """Make the authority's own key and certificate; whatever it had issued is over."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._issued: OrderedDict[str, _Issued] = OrderedDict()
        self._renewed_at = clock.machine_now() + LIFETIME - LEAF_LIFETIME - RENEWED_BEFORE
        # A name of its own for each, or a client that has an older one looks no further.
        own = _named(f"Authority of real names {entropy.handle()[:8]}")
        constraints = x509.NameConstraints(
            permitted_subtrees=[x509.DNSName(parent) for parent in self._parents],
            excluded_subtrees=NO_ADDRESSES,
        )
        public = self._key.public_key()
        self.certificate = (
            _begun(own, own, LIFETIME)
            .public_key(public)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(constraints, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(_issuer_key(self._key), critical=False)
            .sign(self._key, SHA256())
        )
        draft = self.path.with_suffix(".new")
        draft.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        draft.replace(self.path)

    def _context(self, name: str, certificate: x509.Certificate) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        # The ssl module reads files only. This one is its owner's, and gone at once.
        with NamedTemporaryFile(dir=self.path.parent) as file:
            file.write(
                self._leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )
            file.write(certificate.public_bytes(Encoding.PEM))
            file.flush()
            context.load_cert_chain(file.name)

        def check(_: ssl.SSLObject, asked_for: str | None, __: ssl.SSLContext) -> int | None:
            same = asked_for is None or asked_for.lower() == name
            return None if same else ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

        context.sni_callback = check
        return context


def _begun(subject: x509.Name, issuer: x509.Name, lifetime: timedelta) -> x509.CertificateBuilder:
    now = clock.machine_now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(int.from_bytes(entropy.octets(SERIAL_LENGTH), "big") >> 1)
        .not_valid_before(now - SKEW)
        .not_valid_after(now + lifetime)
    )


def _named(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _issuer_key(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
