"""What the tables of the desk hold of people."""

from carnet.kernel.personal import PersonalColumn

# Words typed by a person are screened for social-security and bank numbers; the screens ask for no name.
PERSONAL_DATA: dict[str, PersonalColumn] = {
    "DeskFile.sealed_answers": PersonalColumn(
        "to decide on an application and to invite its stock lead; sealed",
        "a draft 6 months after its last change, an answered one 1 year after the answer",
    ),
    "DeskFile.sealed_email": PersonalColumn("to send the applicant its link and the answer; sealed", "as the answers"),
    "DeskFile.email_mark": PersonalColumn("to find the files of an address that asks for its link again; a keyed hash", "as the answers"),
    "DeskImport.sealed_rows": PersonalColumn(
        "to invite the stock leads of a file of desks; sealed", "until the file is taken or given up, 90 days at most"
    ),
    "DeskAgreement.signer_name": PersonalColumn("to say who signed for the desk", "10 years after the agreement's end"),
    "DeskAgreement.countersigner_name": PersonalColumn("to say who signed for the operator", "10 years after the agreement's end"),
    "DeskAgreement.signer_title": PersonalColumn("to say in what capacity somebody signed", "10 years after the agreement's end"),
    "DeskAgreement.sent_back_because": PersonalColumn("to tell a desk what to mend; the screen asks for no name", "10 years"),
    "DeskDecision.reason": PersonalColumn("to tell a desk why; the screen asks for no name", "10 years after the decision"),
    "DeskPoint.note": PersonalColumn("to say how to come in; the screen asks for no name", "as long as the point"),
    "ReminderContact.sealed": PersonalColumn(
        "to remind a person who asked for it; a number or an address, sealed",
        "erased the day nothing is left to remind of, or at once when the person says stop",
    ),
    "ReminderContact.number_mark": PersonalColumn("to find the number of whoever writes STOP; a keyed hash", "erased with the number"),
}
