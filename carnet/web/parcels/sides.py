"""From where boxes are looked at."""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Side:
    """An office: `base` is its page, `routes` its names of routes; `acts`: whether something is done from it."""

    base: str
    routes: str
    acts: bool = False

    def url(self, name: str, *args: object) -> str:
        """The address of one of its screens."""
        return reverse(f"{self.routes}:{name}", args=args)


OPERATOR = Side("operator/office.html", "operator", acts=True)
FUNDER = Side("funder/office.html", "funder")
AUDITOR = Side("auditor/office.html", "auditor")
