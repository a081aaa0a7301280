"""The line of home pages when a programme's money is in danger: for whoever runs, funds or audits it, and for the State."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.web.commitment_words import ALERTS, alert_sentence
from carnet.web.design.components import Task
from carnet.web.public import figures


def tasks(programme_ids: Collection[int], at: datetime) -> Iterator[Task]:
    """What is red, of these programmes: one line each."""
    for programme_id in sorted(programme_ids):
        told = figures.commitment_now(programme_id, at)
        if told is not None and told.alerts:
            alert = told.alerts[0]
            yield Task(
                alert_sentence(alert, told), _("Voir"), reverse("public:commitments-of", args=[told.slug]), None, told.name, "danger",
                str(ALERTS[alert]),
            )  # fmt: skip
