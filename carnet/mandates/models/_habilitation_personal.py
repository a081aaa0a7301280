"""What habilitation knows of people, why, and for how long. Read by the data map."""

from carnet.kernel.personal import PersonalColumn

_REQUEST = "erased a year after the answer or the end, six months after a request was left unfinished"
_HELPER = "erased three years after the helper was deactivated"

HABILITATION_DATA: dict[str, PersonalColumn] = {
    "StructureFile.sealed_answers": PersonalColumn("to judge a structure's request: who answers for it, who would help", _REQUEST),
    "StructureFile.sealed_email": PersonalColumn("to write to whoever asks", _REQUEST),
    "StructureFile.email_mark": PersonalColumn("to find the requests of an address that asks for its link again; a keyed hash", _REQUEST),
    "StructurePaper.sealed_content": PersonalColumn("to judge a structure's request", _REQUEST),
    "StructureMessage.sealed_text": PersonalColumn("what a structure and the programme write to each other", _REQUEST),
    "StructureAppeal.sealed_text": PersonalColumn("to answer an appeal", _REQUEST),
    "HelperFile.sealed_identity": PersonalColumn("to train, test and invite a helper", _HELPER),
    "HelperFile.email_mark": PersonalColumn("one helper an address; a training counts in every structure; a keyed hash", _HELPER),
}
