"""What complaints and the line forget with time."""

from datetime import datetime, timedelta

from carnet.helpline.models import Complaint, ComplaintLine, Question
from carnet.helpline.rules import CONTACT_KEPT, WORDS_KEPT

QUESTIONS_KEPT = timedelta(days=31)


def forget(*, at: datetime) -> dict[str, int]:
    """Erase words of complaints closed two years ago, contacts left a year ago, who asked what of the line. Call it seeing everything."""
    words = ComplaintLine.objects.filter(complaint__closed_at__lte=at - WORDS_KEPT).exclude(said="").update(said="")
    contacts = Complaint.objects.filter(filed_at__lte=at - CONTACT_KEPT, sealed_contact__isnull=False).update(sealed_contact=None)
    questions = Question.objects.filter(asked_at__lte=at - QUESTIONS_KEPT, person_id__isnull=False).update(person_id=None)
    return {"words": words, "contacts": contacts, "questions": questions}
