"""What the room knows of people, why, and for how long. Read by the data map."""

from carnet.kernel.personal import PersonalColumn

_KEPT = "three years after the latest mandate ended, three more in the archive; then the person's key is destroyed"

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "AssistedPerson.sealed_identity": PersonalColumn(
        "to know who authorises; the pivot identity, sealed under a key of this person alone", _KEPT
    ),
    "AssistedPerson.sealed_key": PersonalColumn(
        "opens that identity; sealed under a key in a file outside the database, which goes with the person", _KEPT
    ),
    "AssistedPerson.sealed_contact": PersonalColumn("to tell the person of a use and of an end, if they wish", "erased with the identity"),
    "AssistedPerson.subject_mark": PersonalColumn("to find the person again when they sign in; a keyed hash", "erased with the identity"),
    "AssistedPerson.identity_mark": PersonalColumn("to see that a paper was seen before; a keyed hash", "erased with the identity"),
    "AssistedPerson.search_marks": PersonalColumn(
        "to find somebody in a list; keyed hashes, of no use elsewhere", "erased with the identity"
    ),
    "Draft.sealed_identity": PersonalColumn("between proving who one is and signing", "erased with the signature, two hours at most"),
    "Draft.sealed_contact": PersonalColumn("to tell the person later, if they wish", "erased with the signature, two hours at most"),
}
