"""What is sealed for a print shop: opened by the program everybody has, and by nobody else's key."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.gateways.sealed_files import (
    CERTIFICATE_BYTES_MAX,
    CertificateExpired,
    CertificateKeyUnfit,
    CertificateKeyWeak,
    CertificateUnreadable,
    PrivateKeySent,
    read_certificate,
    seal,
)
from tests.factories.print_shops import Press, certificate_of, openssl_opens, press

NOW = datetime(2025, 11, 3, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop() -> Press:
    return press()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on this machine")
class TestOpenssl:
    def test_it_opens_what_was_sealed_for_its_key(self, shop: Press, tmp_path: Path) -> None:
        content = b"%PDF-1.7\r\n\x00\xff codes\n" * 5_000
        assert openssl_opens(seal(content, shop.certificate), shop, tmp_path) == content

    def test_it_opens_nothing_sealed_for_another(self, shop: Press, tmp_path: Path) -> None:
        with pytest.raises(subprocess.CalledProcessError):
            openssl_opens(seal(b"codes", press(1).certificate), shop, tmp_path)

    def test_the_two_commands_of_the_guide_make_a_key_we_accept(self, tmp_path: Path) -> None:
        """Exactly as docs/operating/print-files.md tells a print shop to do."""
        guide = Path("docs/operating/print-files.md").read_text(encoding="utf-8")
        (made,) = [line for line in guide.splitlines() if line.startswith("openssl req")]
        subprocess.run(["sh", "-c", made], cwd=tmp_path, check=True, capture_output=True)
        certificate = read_certificate((tmp_path / "certificat.pem").read_bytes(), at=datetime.now(UTC))
        (tmp_path / "carnets.pdf.cms").write_bytes(seal(b"codes", certificate.pem))
        (opened,) = [line for line in guide.splitlines() if line.startswith("openssl cms -decrypt")]
        subprocess.run(["sh", "-c", opened], cwd=tmp_path, check=True, capture_output=True)
        assert (tmp_path / "carnets.pdf").read_bytes() == b"codes"
        assert (tmp_path / "cle.pem").stat().st_mode & 0o077 == 0, "the key of the guide is readable by others"


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=400))
def test_the_clear_bytes_are_not_in_what_is_sealed(content: bytes) -> None:
    shop = press()
    sealed = seal(content, shop.certificate)
    assert len(content) < 8 or content not in sealed
    assert sealed != seal(content, shop.certificate), "sealing twice must not give the same bytes"


class TestJudging:
    def test_a_good_one_says_its_fingerprint_and_dates(self, shop: Press) -> None:
        found = read_certificate(shop.certificate.encode(), at=NOW)
        assert (found.bits, len(found.fingerprint)) == (3_072, 32)
        assert found.valid_from <= NOW < found.valid_until
        assert "BEGIN" not in repr(found)

    def test_a_private_key_is_refused_whatever_its_clothes(self, shop: Press) -> None:
        key = shop.key
        clothes = [
            key.private_bytes(encoding, shape, hidden)
            for encoding, shape, hidden in (
                (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
                (Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
                (Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
                (Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
                (Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
            )
        ]
        for sent in [*clothes, shop.certificate.encode() + clothes[0]]:
            with pytest.raises(PrivateKeySent):
                read_certificate(sent, at=NOW)

    def test_a_short_key_is_refused(self) -> None:
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        with pytest.raises(CertificateKeyWeak) as refused:
            read_certificate(certificate_of(key).encode(), at=NOW)
        assert refused.value.facts == {"bits": 2_048, "least": 3_072}

    def test_a_key_that_files_cannot_be_sealed_for_is_refused(self) -> None:
        with pytest.raises(CertificateKeyUnfit):
            read_certificate(certificate_of(ec.generate_private_key(ec.SECP384R1())).encode(), at=NOW)

    def test_one_that_ended_is_refused_from_the_very_moment(self, shop: Press) -> None:
        until = read_certificate(shop.certificate.encode(), at=NOW).valid_until
        read_certificate(shop.certificate.encode(), at=until - timedelta(seconds=1))
        with pytest.raises(CertificateExpired):
            read_certificate(shop.certificate.encode(), at=until)

    @pytest.mark.parametrize("content", [b"", b"bonjour", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\x30\x82"])
    def test_what_is_no_certificate_is_refused(self, content: bytes) -> None:
        with pytest.raises(CertificateUnreadable):
            read_certificate(content, at=NOW)

    def test_neither_a_chain_nor_something_huge(self, shop: Press) -> None:
        for content in (shop.certificate.encode() * 2, b"\x00" * (CERTIFICATE_BYTES_MAX + 1)):
            with pytest.raises(CertificateUnreadable):
                read_certificate(content, at=NOW)
