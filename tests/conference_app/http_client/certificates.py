"""Certificates that live as long as a test: an authority, and servers that it vouches for."""

import datetime
import ssl
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)


class Authority:
    """A certificate authority whose root stands in `root_file`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Authority")])
        root = self._builder(self._name, self._key.public_key(), valid=True).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.root_file = folder / "root.pem"
        self.root_file.write_bytes(_pem(root.sign(self._key, hashes.SHA256())))

    def server(self, host: str, *, valid: bool = True) -> ssl.SSLContext:
        """Give the TLS context of a server for a name or an address; expired when not valid."""
        key = ec.generate_private_key(ec.SECP256R1())
        san = x509.DNSName(host) if host[0].isalpha() else x509.IPAddress(ip_address(host))
        builder = self._builder(x509.Name([]), key.public_key(), valid=valid).add_extension(
            x509.SubjectAlternativeName([san]), critical=True
        )
        file = self._folder / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + _pem(builder.sign(self._key, hashes.SHA256()))
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, valid: bool
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * _DAY)
            .not_valid_after(now + _DAY if valid else now - _DAY)
        )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
