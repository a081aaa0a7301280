"""Identifiers: what is printed is read back, and what people mistype is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import registry

from carnet.kernel import identifiers
from carnet.kernel.identifiers import (
    Bic,
    BicInvalid,
    BookletSerial,
    CodeMistyped,
    CommuneCode,
    CommuneCodeInvalid,
    Iban,
    IbanInText,
    IbanInvalid,
    IssuerPrefix,
    IssuerPrefixInvalid,
    IssuerPrefixReserved,
    NirInText,
    PhoneNumber,
    PhoneNumberInvalid,
    Rna,
    RnaInvalid,
    SecretCode,
    SerialMistyped,
    Siren,
    SirenInvalid,
    Siret,
    SiretInvalid,
    VoucherSerial,
    check_free_text,
    holds_iban,
    holds_nir,
)
from carnet.kernel.identifiers._bank import SEPA_IBAN_LENGTHS

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
prefixes = st.from_regex(r"[A-Z][A-Z0-9]{1,3}", fullmatch=True)
voucher_serials = st.builds(VoucherSerial, prefix=prefixes, number=st.integers(1, VoucherSerial.NUMBER_MAX))
booklet_serials = st.builds(BookletSerial, prefix=prefixes, number=st.integers(1, BookletSerial.NUMBER_MAX))
secrets = st.builds(SecretCode.from_random, st.integers(0, SecretCode.RANDOM_MAX - 1))


def substitutions(text: str, alphabet: str) -> list[str]:
    return [
        text[:position] + symbol + text[position + 1 :] for position in range(len(text)) for symbol in alphabet if symbol != text[position]
    ]


def adjacent_swaps(text: str) -> list[str]:
    return [
        text[:position] + text[position + 1] + text[position] + text[position + 2 :]
        for position in range(len(text) - 1)
        if text[position] != text[position + 1]
    ]


class TestSecretCode:
    def test_the_worked_example_of_the_design_holds(self) -> None:
        code = SecretCode.from_random(4829150067312849)
        assert code.digits == "482915006731284906"
        assert code.printed() == "482 915 006 731 284 906"

    @pytest.mark.parametrize(
        "typed",
        [
            "482915006731284906",
            "482.915.006.731.284.906",
            " 482 915 006-731\u202f284\u00a0906\n",
            "４８２ 915 006 731 284 906",
            "٤٨٢٩١٥٠٠٦٧٣١٢٨٤٩٠٦",
        ],
    )
    def test_spaces_dots_dashes_and_other_digits_do_not_count(self, typed: str) -> None:
        assert SecretCode.parse(typed).digits == "482915006731284906"

    @given(secrets)
    def test_what_is_printed_is_read_back(self, code: SecretCode) -> None:
        assert SecretCode.parse(code.printed()) == code

    @given(secrets)
    def test_every_single_substitution_is_detected(self, code: SecretCode) -> None:
        for wrong in substitutions(code.digits, "0123456789"):
            with pytest.raises(CodeMistyped):
                SecretCode.parse(wrong)

    @given(secrets)
    def test_every_adjacent_swap_is_detected(self, code: SecretCode) -> None:
        for wrong in adjacent_swaps(code.digits):
            with pytest.raises(CodeMistyped):
                SecretCode.parse(wrong)

    @pytest.mark.parametrize("typed", ["", "abc", "4829150067312849", "482 915 006 731 284 9061", "4" * 500])
    def test_another_shape_is_refused(self, typed: str) -> None:
        with pytest.raises(CodeMistyped):
            SecretCode.parse(typed)

    def test_only_one_form_of_the_check_digits_is_accepted(self) -> None:
        # 00 leaves the remainder that 97 does: two codes must not stand for one.
        drawn = next(n for n in range(1000) if 98 - n * 100 % 97 == 97)
        with pytest.raises(CodeMistyped):
            SecretCode.parse(f"{drawn:016d}00")

    @given(secrets)
    def test_no_trace_shows_it(self, code: SecretCode) -> None:
        assert code.digits not in f"{code} {code!r} {[code]}"

    def test_a_refusal_does_not_repeat_the_code(self) -> None:
        with pytest.raises(CodeMistyped) as refused:
            SecretCode.parse("482915006731284907")
        assert "482915" not in f"{refused.value} {refused.value.facts}"


class TestSerials:
    def test_a_voucher_serial_is_printed_in_three_parts(self) -> None:
        assert VoucherSerial("NM", 12345).printed() == "NM-000012345-60"

    @given(voucher_serials)
    def test_a_voucher_serial_is_read_back_from_both_forms(self, serial: VoucherSerial) -> None:
        assert VoucherSerial.parse(str(serial)) == serial
        assert VoucherSerial.parse(serial.printed().lower()) == serial

    @given(booklet_serials)
    def test_a_booklet_serial_is_read_back_from_both_forms(self, serial: BookletSerial) -> None:
        assert BookletSerial.parse(str(serial)) == serial
        assert BookletSerial.parse(serial.printed()) == serial

    @given(voucher_serials)
    def test_every_single_substitution_is_detected(self, serial: VoucherSerial) -> None:
        for wrong in substitutions(str(serial), ALPHABET):
            with pytest.raises(SerialMistyped):
                VoucherSerial.parse(wrong)

    @given(voucher_serials)
    def test_every_adjacent_swap_is_detected(self, serial: VoucherSerial) -> None:
        for wrong in adjacent_swaps(str(serial)):
            with pytest.raises(SerialMistyped):
                VoucherSerial.parse(wrong)

    @given(booklet_serials)
    def test_the_same_holds_for_booklets(self, serial: BookletSerial) -> None:
        for wrong in substitutions(str(serial), ALPHABET) + adjacent_swaps(str(serial)):
            with pytest.raises(SerialMistyped):
                BookletSerial.parse(wrong)

    @given(voucher_serials, booklet_serials)
    def test_one_is_never_taken_for_the_other(self, voucher: VoucherSerial, booklet: BookletSerial) -> None:
        with pytest.raises(SerialMistyped):
            BookletSerial.parse(str(voucher))
        with pytest.raises(SerialMistyped):
            VoucherSerial.parse(str(booklet))

    def test_the_prefix_of_pretend_booklets_is_nobodys(self) -> None:
        with pytest.raises(IssuerPrefixReserved):
            IssuerPrefix.parse(" xx ")
        assert str(IssuerPrefix.parse("nm")) == "NM"

    @pytest.mark.parametrize("prefix", ["N", "1NM", "NMTRO", "N-", ""])
    def test_a_prefix_is_two_to_four_and_begins_with_a_letter(self, prefix: str) -> None:
        with pytest.raises(IssuerPrefixInvalid):
            VoucherSerial(prefix, 1)

    @pytest.mark.parametrize("number", [0, -1, 10**9])
    def test_numbers_have_limits(self, number: int) -> None:
        with pytest.raises(SerialMistyped):
            VoucherSerial("NM", number)


class TestOrganisations:
    @pytest.mark.parametrize("siret", ["73282932000074", "356 000 000 00048", "356 000 000 49837"])
    def test_true_sirets_are_read_la_poste_included(self, siret: str) -> None:
        assert Siret.parse(siret).printed().replace(" ", "") == siret.replace(" ", "")

    @pytest.mark.parametrize("siret", ["73282932000075", "35600000049838", "7328293200007", "7328293200007A", ""])
    def test_a_wrong_siret_is_refused(self, siret: str) -> None:
        with pytest.raises(SiretInvalid):
            Siret.parse(siret)

    def test_every_single_substitution_of_a_siret_is_detected(self) -> None:
        for wrong in substitutions("73282932000074", "0123456789"):
            with pytest.raises(SiretInvalid):
                Siret.parse(wrong)

    def test_a_siret_names_its_siren(self) -> None:
        assert Siret.parse("73282932000074").siren == Siren.parse("732 829 320")

    def test_a_wrong_siren_is_refused(self) -> None:
        with pytest.raises(SirenInvalid):
            Siren.parse("732829321")

    @pytest.mark.parametrize("rna", ["W442001234", "w2a1001234", "W9R1000001"])
    def test_associations_of_every_department_are_read(self, rna: str) -> None:
        assert str(Rna.parse(rna)) == rna.upper()

    @pytest.mark.parametrize("rna", ["W44200123", "442001234", "WA42001234", "W4420012345"])
    def test_a_wrong_rna_is_refused(self, rna: str) -> None:
        with pytest.raises(RnaInvalid):
            Rna.parse(rna)


class TestBank:
    def test_an_iban_is_read_and_names_its_bank(self) -> None:
        iban = Iban.parse("fr14 2004 1010 0505 0001 3M02 606")
        assert iban.printed() == "FR14 2004 1010 0505 0001 3M02 606"
        assert (iban.country, iban.bic) == ("FR", "PSSTFRPP")

    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ("FR15 2004 1010 0505 0001 3M02 606", "key"),
            ("FR14 2004 1010 0505 0001 3M02 60", "length"),
            ("XX14 2004 1010 0505 0001 3M02 606", "country"),
            ("BR15 0000 0000 0000 1093 2840 814P 2", "not-sepa"),
            ("", "shape"),
            ("FR", "shape"),
            ("482 915 006", "shape"),
        ],
    )
    def test_a_wrong_iban_says_why_and_is_not_repeated(self, typed: str, reason: str) -> None:
        with pytest.raises(IbanInvalid) as refused:
            Iban.parse(typed)
        assert refused.value.facts == {"reason": reason}

    def test_an_iban_is_masked_in_traces(self) -> None:
        iban = Iban.parse("FR1420041010050500013M02606")
        assert "20041010" not in f"{iban!r} {iban.masked()}"

    def test_the_lengths_agree_with_the_register(self) -> None:
        assert {country: registry.get_iban_spec(country).iban_length for country in SEPA_IBAN_LENGTHS} == SEPA_IBAN_LENGTHS

    def test_a_bic_is_read(self) -> None:
        assert str(Bic.parse("psst frpp par")) == "PSSTFRPPPAR"

    @pytest.mark.parametrize("bic", ["PSSTFRP", "PSSTXXPP!", ""])
    def test_a_wrong_bic_is_refused(self, bic: str) -> None:
        with pytest.raises(BicInvalid):
            Bic.parse(bic)


class TestPlaces:
    @pytest.mark.parametrize(
        ("code", "department"),
        [("44109", "44"), ("2a004", "2A"), ("97411", "974"), ("98818", "988"), ("1004", "01"), ("75111", "75")],
    )
    def test_communes_name_their_department(self, code: str, department: str) -> None:
        assert CommuneCode.parse(code).department == department

    @pytest.mark.parametrize("code", ["20004", "2C004", "96001", "979", "00123", "441090", ""])
    def test_a_wrong_commune_is_refused(self, code: str) -> None:
        with pytest.raises(CommuneCodeInvalid):
            CommuneCode.parse(code)

    @pytest.mark.parametrize(
        ("typed", "stored", "printed"),
        [
            ("02 40 12 34 56", "+33240123456", "02 40 12 34 56"),
            ("+33 (0)2.40.12.34.56", "+33240123456", "02 40 12 34 56"),
            ("0033 800 123 456", "+33800123456", "0 800 123 456"),
            ("39 49", "3949", "39 49"),
            ("+262 262 12 34 56", "+262262123456", "+262 262 12 34 56"),
            ("116 117", "116117", "116 117"),
        ],
    )
    def test_phones_are_read_as_typed_and_printed_as_spoken(self, typed: str, stored: str, printed: str) -> None:
        phone = PhoneNumber.parse(typed)
        assert (str(phone), phone.printed()) == (stored, printed)

    @pytest.mark.parametrize("typed", ["", "12345678", "02 40 12 34", "+33 0 40", "abc", "+3324012345678"])
    def test_a_wrong_phone_is_refused(self, typed: str) -> None:
        with pytest.raises(PhoneNumberInvalid):
            PhoneNumber.parse(typed)


class TestScreening:
    @pytest.mark.parametrize(
        "text",
        ["son numéro est 2 55 08 14 168 025 38, merci", "255081416802538", "1 84 12 2A 004 123 23", "n° 2550814168025"],
    )
    def test_social_security_numbers_are_seen(self, text: str) -> None:
        assert holds_nir(text)
        with pytest.raises(NirInText):
            check_free_text(text)

    @pytest.mark.parametrize(
        "text",
        [
            "FR14 2004 1010 0505 0001 3M02 606 au nom de",
            "iban:be68539007547034.",
            "mon RIB FR1420041010050500013M02606",
        ],
    )
    def test_bank_numbers_are_seen(self, text: str) -> None:
        assert holds_iban(text)
        with pytest.raises(IbanInText):
            check_free_text(text)

    @pytest.mark.parametrize(
        "text",
        [
            "Rendez-vous le 12/03/2027 à 14 h 30, salle B12, 02 40 12 34 56",
            "SIRET 732 829 320 00074",
            "Le code 482 915 006 731 284 906",
            "AU12 rue de la paix a nantes derriere la poste centrale",
            "",
        ],
    )
    def test_ordinary_notes_pass(self, text: str) -> None:
        assert check_free_text(text) == text


def test_every_refusal_has_a_code_of_its_own() -> None:
    refusals = [
        getattr(identifiers, name)
        for name in identifiers.__all__
        if isinstance(getattr(identifiers, name), type) and issubclass(getattr(identifiers, name), Exception)
    ]
    codes = [refusal.code for refusal in refusals]
    assert len(codes) == len(set(codes)) > 10
