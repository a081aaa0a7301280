"""Cards of one-time codes: the published codes of RFC 6238, and what makers' files look like."""

import base64

import pytest

from carnet.gateways.code_cards import CardFileFault, CardSecret, matching_step, read_cards

TWENTY = b"12345678901234567890"
SEED = TWENTY.hex()
PSKC = """<?xml version="1.0"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">
<KeyPackage><DeviceInfo><Manufacturer>M</Manufacturer><SerialNo>987654321</SerialNo></DeviceInfo>
<Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp"><AlgorithmParameters><Suite>HMAC-SHA256</Suite>
<ResponseFormat Length="8" Encoding="DECIMAL"/></AlgorithmParameters>
<Data><Secret><PlainValue>{seed}</PlainValue></Secret><TimeInterval><PlainValue>30</PlainValue></TimeInterval></Data></Key></KeyPackage>
</KeyContainer>"""


@pytest.mark.parametrize(
    ("second", "code", "algorithm", "length"),
    [
        (59, "94287082", "SHA1", 20), (1111111109, "07081804", "SHA1", 20), (20000000000, "65353130", "SHA1", 20),
        (59, "46119246", "SHA256", 32), (1111111111, "67062674", "SHA256", 32),
        (59, "90693936", "SHA512", 64), (2000000000, "38618901", "SHA512", 64),
    ],
)  # fmt: skip
def test_the_codes_of_rfc_6238(second: int, code: str, algorithm: str, length: int) -> None:
    seed = (TWENTY * 4)[:length]
    secret = CardSecret(seed, 30, 8, algorithm)
    assert matching_step(secret, code, [second // 30 - 1, second // 30]) == second // 30
    assert matching_step(secret, code, [second // 30 + 1]) is None
    assert matching_step(secret, "é", [second // 30]) is None
    assert "1234" not in repr(secret)


def test_a_csv_file_is_read_whatever_its_separator_its_columns_and_its_seeds() -> None:
    base32 = base64.b32encode(TWENTY).decode()
    text = f"Serial_Number;Seed;Step;Digits\nGADT1;{SEED};60;6\nGADT2;{base32};;\n;{SEED};60;six\nGADT4;not a seed!;;\n"
    lines = read_cards(text.encode("utf-8-sig"))
    assert [(line.number, line.serial, line.seed, line.step_seconds, line.digits) for line in lines] == [
        (2, "GADT1", TWENTY, 60, 6), (3, "GADT2", TWENTY, None, None), (4, "", TWENTY, 60, -1), (5, "GADT4", None, None, None),
    ]  # fmt: skip
    assert SEED not in repr(lines)
    assert read_cards(f"numéro,graine\nA1,{SEED}\n".encode("cp1252"))[0].seed == TWENTY


def test_a_pskc_file_in_clear_is_read() -> None:
    [line] = read_cards(PSKC.format(seed=base64.b64encode(TWENTY * 2).decode()).encode())
    assert (line.serial, line.seed, line.step_seconds, line.digits, line.algorithm) == ("987654321", TWENTY * 2, 30, 8, "SHA256")


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        (b"", "serial, seed"), (b"serial;nothing\nA;b\n", "seed"), (b"serial;seed\x00", "csv"), (b"<html/>", "xml"), (b"<KeyContainer", "xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><KeyContainer xmlns="urn:ietf:params:xml:ns:keyprov:pskc">&b;</KeyContainer>', "xml"),
        (b'<KeyContainer xmlns="urn:ietf:params:xml:ns:keyprov:pskc"><EncryptionKey/></KeyContainer>', "sealed"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_what_is_missing(content: bytes, missing: str) -> None:
    with pytest.raises(CardFileFault) as refused:
        read_cards(content)
    assert refused.value.missing == missing
