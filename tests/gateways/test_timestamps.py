"""Timestamps of an authority made with openssl: believed when they are, refused when one thing is off."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from carnet.gateways import timestamps
from carnet.gateways.timestamps import TimestampFalse, TimestampNotGiven

DIGEST = hashlib.sha256(b"what the chains say today").digest()
CONFIG = """
[tsa]
default_tsa = here
[here]
dir = {dir}
serial = {dir}/serial
crypto_device = builtin
signer_cert = {dir}/tsa.pem
certs = {dir}/ca.pem
signer_key = {dir}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[stamping]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ordinary]
basicConstraints = critical, CA:false
extendedKeyUsage = serverAuth
"""


def openssl(*words: str, cwd: Path) -> str:
    done = subprocess.run(["openssl", *words], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, and under it who stamps; another root nobody trusts."""
    if (
        shutil.which("openssl") is None
        or "-reply" not in subprocess.run(["openssl", "ts", "-help"], capture_output=True, text=True, check=False).stderr
    ):
        pytest.skip("this machine's openssl cannot stamp")
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(CONFIG.format(dir=folder), encoding="ascii")
    (folder / "serial").write_text("01\n", encoding="ascii")
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
    for name in ("ca", "other"):
        openssl(*new, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem", cwd=folder)
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=stamps", "-keyout", "tsa.key", "-out", "tsa.csr", cwd=folder)
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "20", "-set_serial", "7",
            "-extfile", "tsa.cnf", "-extensions", "stamping", "-out", "tsa.pem", cwd=folder)  # fmt: skip
    return folder


def root(folder: Path, name: str = "ca") -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((folder / f"{name}.pem").read_bytes())


def post(folder: Path, *, instead: bytes | None = None) -> Callable[[bytes], bytes]:
    """What the service answers. `instead`: it answers another request than the one it was sent."""

    def answer(body: bytes) -> bytes:
        (folder / "request.tsq").write_bytes(instead or body)
        openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request.tsq", "-out", "answer.tsr", cwd=folder)
        return (folder / "answer.tsr").read_bytes()

    return answer


def test_a_stamp_is_believed_here_and_by_openssl(authority: Path) -> None:
    at = datetime.now(UTC)
    found = timestamps.ask(DIGEST, post=post(authority), roots=root(authority), at=at)
    assert abs(found.at - at) < timedelta(seconds=30)
    assert found.authority == "CN=stamps"
    assert timestamps.check(found.response, digest=DIGEST, roots=root(authority)) == found
    (authority / "kept.tsr").write_bytes(found.response)
    said = openssl("ts", "-verify", "-digest", DIGEST.hex(), "-in", "kept.tsr", "-CAfile", "ca.pem", cwd=authority)
    assert "OK" in said


def test_a_stamp_of_something_else_or_of_another_request_is_not(authority: Path) -> None:
    other = hashlib.sha256(b"something else").digest()
    with pytest.raises(TimestampFalse) as refused:
        timestamps.ask(DIGEST, post=post(authority, instead=timestamps.request(other, 5)), roots=root(authority), at=datetime.now(UTC))
    assert refused.value.facts["reason"] == "digest"
    with pytest.raises(TimestampFalse) as refused:
        timestamps.ask(DIGEST, post=post(authority, instead=timestamps.request(DIGEST, 5)), roots=root(authority), at=datetime.now(UTC))
    assert refused.value.facts["reason"] == "nonce"


def test_a_stamp_by_nobody_we_trust_or_of_another_day_is_not(authority: Path) -> None:
    with pytest.raises(TimestampFalse) as refused:
        timestamps.ask(DIGEST, post=post(authority), roots=root(authority, "other"), at=datetime.now(UTC))
    assert refused.value.facts["reason"] == "authority"
    with pytest.raises(TimestampFalse) as refused:
        timestamps.ask(DIGEST, post=post(authority), roots=root(authority), at=datetime.now(UTC) - timedelta(hours=1))
    assert refused.value.facts["reason"] == "moment"


def test_a_certificate_for_anything_else_does_not_stamp(authority: Path, tmp_path: Path) -> None:
    # openssl refuses to stamp with it, so the certificate is put in place of the right one, under the same key.
    found = timestamps.ask(DIGEST, post=post(authority), roots=root(authority), at=datetime.now(UTC))
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "20", "-set_serial", "7",
            "-extfile", "tsa.cnf", "-extensions", "ordinary", "-out", "ordinary.pem", cwd=authority)  # fmt: skip
    signer = x509.load_pem_x509_certificate((authority / "ordinary.pem").read_bytes())
    with pytest.raises(TimestampFalse) as refused:
        timestamps._trusted(signer, [], root(authority), found.at)
    assert refused.value.facts["reason"] == "purpose"


def test_every_byte_of_a_stamp_counts_or_changes_nothing_of_what_it_says(authority: Path) -> None:
    found = timestamps.ask(DIGEST, post=post(authority), roots=root(authority), at=datetime.now(UTC))
    believed = 0
    for place in range(0, len(found.response), 7):
        spoiled = bytearray(found.response)
        spoiled[place] ^= 1
        try:
            told = timestamps.check(bytes(spoiled), digest=DIGEST, roots=root(authority))
        except timestamps.TimestampRefused:
            continue
        believed += 1
        assert (told.at, told.serial) == (found.at, found.serial)
    assert believed < len(found.response) / 7 / 4


@pytest.mark.parametrize("answer", [b"", b"\x30", b"<html>", b"\x30\x80\x00\x00", b"\x30\x05\x30\x03\x02\x01\x02", b"\x30" * 200])
def test_what_is_no_stamp_is_refused(answer: bytes) -> None:
    with pytest.raises((TimestampFalse, TimestampNotGiven)):
        timestamps.ask(DIGEST, post=lambda _body: answer, roots=[], at=datetime.now(UTC))
