"""What the tables of places hold of people."""

from carnet.kernel.personal import PersonalColumn

# Words typed by a person are screened for social-security and bank numbers; the screen asks for no name.
PERSONAL_DATA: dict[str, PersonalColumn] = {
    "PlaceReport.contact": PersonalColumn("to answer whoever reported an error, who asked for it", "until the answer, 90 days at most"),
    "PlaceReport.said": PersonalColumn("to correct what is said of a place", "as long as the place"),
    # Joining a network: what a file says is sealed, and erased once it has served.
    "JoiningFile.sealed_answers": PersonalColumn(
        "to decide on an application and to pay the place: head, contact, bank account; sealed",
        "a draft 6 months after its last change, a refused or withdrawn file 1 year, an admitted one until 5 years after its end",
    ),
    "JoiningFile.sealed_email": PersonalColumn("to send the applicant its link and the decisions; sealed", "as the answers"),
    "JoiningFile.email_mark": PersonalColumn(
        "to find the files of an address that asks for its link again; a keyed hash", "as the answers"
    ),
    "JoiningDocument.sealed_content": PersonalColumn(
        "to check what an applicant declares; sealed, downloaded only", "as the answers of its file"
    ),
    "JoiningAppeal.text": PersonalColumn("to answer an appeal; the screen asks for no name", "10 years after the decision"),
    "JoiningDecision.reason": PersonalColumn("to tell the applicant why; the screen asks for no name", "10 years after the decision"),
}
