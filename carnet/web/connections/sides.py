"""From where somebody applies with a person: beside them at a desk, or on the telephone of the line."""

from dataclasses import dataclass

from django.urls import reverse

from carnet.connectivity.rules import Channel
from carnet.kernel.actors import Actor
from carnet.web.helpline.complaints import base_of


@dataclass(frozen=True, slots=True)
class Side:
    """`prefix`: of the names of its routes; `channel`: how somebody applies from here; `books`: the route that books a lesson in one tap."""

    prefix: str
    channel: Channel
    books: str

    def base(self, actor: Actor) -> str:
        """The page around."""
        return "prescriber/desk.html" if self.channel is Channel.DESK else base_of(actor)

    def url(self, name: str, *args: int) -> str:
        """The address of one of its screens."""
        return reverse(f"connections:{self.prefix}{name}", args=args)


DESK = Side("desk-", Channel.DESK, "prescriber:lesson-book")
LINE = Side("line-", Channel.PHONE, "helpline:book")
