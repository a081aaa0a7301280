"""What everybody at a desk should know before the first hand-over: six items, each read or done in a few minutes, on the page of the guide."""

from dataclasses import dataclass


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


@dataclass(frozen=True, slots=True)
class TrainingItem:
    """One item: its stable code, its name, what it says in one sentence, and minutes it takes."""

    code: str
    label: str
    text: str
    minutes: int


TRAINING: tuple[TrainingItem, ...] = (
    TrainingItem("guide", _("Lire le guide d’une page"), _("Ce qu’est un chèque, pour qui, et ce qu’il paie."), 5),
    TrainingItem("rehearsal", _("S’entraîner une fois"), _("Une remise du début à la fin, avec des chèques pour rire."), 5),
    TrainingItem("questions", _("Poser trois questions simples"), _("Ce que la personne veut faire, pas l’appareil qu’elle a."), 3),
    TrainingItem("lesson", _("Réserver la première leçon"), _("Personne ne part avec seulement du papier."), 3),
    TrainingItem("privacy", _("Ne rien écrire de la personne"), _("Ni nom, ni situation de famille, ni difficulté sociale."), 2),
    TrainingItem("stock", _("Garder et compter les carnets"), _("Ce sont des valeurs : sous clé, comptés, jamais donnés sans remise."), 4),
)
TRAINING_BY_CODE = {item.code: item for item in TRAINING}
