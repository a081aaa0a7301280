"""What the observatory knows of people. Read by the data map."""

from carnet.kernel.personal import PersonalColumn

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "LetterChoice.emails": PersonalColumn("send a funder's monthly statement to whom it names", "until the funder names others, or stops"),
}
