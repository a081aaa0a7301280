"""What an operator says to everybody of a role, on their home page. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from carnet.kernel.identifiers import check_free_text
from carnet.notices.rules._webhooks import NoticesRefused

TITLE_MAX, BODY_MAX = 120, 1_500
SHOWN_AT_MOST = timedelta(days=366)
# More than these at once on a home page would be read by nobody.
SHOWN_AT_ONCE = 3


class AnnouncementUnknown(NoticesRefused):
    """No such announcement, or another operator's."""

    code = "announcement-unknown"


class AnnouncementEmpty(NoticesRefused):
    """A title and a text are needed, in French at least; English whole or not at all."""

    code = "announcement-empty"


class AnnouncementForNobody(NoticesRefused):
    """No role and no programme was chosen."""

    code = "announcement-for-nobody"


class AnnouncementDays(NoticesRefused):
    """It would end before it begins, before today, or after a year. Facts: days_max."""

    code = "announcement-days"


def check_words(title_fr: str, text_fr: str, title_en: str, text_en: str) -> tuple[str, str, str, str]:
    """The words of an announcement, trimmed. Raises: AnnouncementEmpty, NirInText, IbanInText."""
    said = (title_fr.strip()[:TITLE_MAX], text_fr.strip()[:BODY_MAX], title_en.strip()[:TITLE_MAX], text_en.strip()[:BODY_MAX])
    if not said[0] or not said[1] or bool(said[2]) != bool(said[3]):
        raise AnnouncementEmpty
    for words in said:
        check_free_text(words)
    return said


def check_audience(roles: Iterable[str], programme_ids: Iterable[int], *, known_roles: Iterable[str]) -> tuple[list[str], list[int]]:
    """For whom, in order. Raises: AnnouncementForNobody."""
    asked, programmes = set(roles), sorted(set(programme_ids))
    if not asked or not programmes or not asked <= set(known_roles):
        raise AnnouncementForNobody
    return sorted(asked), programmes


def check_days(from_at: datetime, until_at: datetime, *, at: datetime) -> None:
    """Raises: AnnouncementDays."""
    if not from_at < until_at or until_at <= at or until_at - from_at > SHOWN_AT_MOST:
        raise AnnouncementDays(days_max=SHOWN_AT_MOST.days)
