"""Complaints filed, heard, answered, forgotten; questions asked of the line."""

from carnet.helpline.operations._answering import add_words, ask_place, close_complaint, set_delays, tell_news, tell_our_side
from carnet.helpline.operations._asking import ask
from carnet.helpline.operations._filing import Filed, file_complaint
from carnet.helpline.operations._forgetting import forget

__all__ = [
    "Filed",
    "add_words",
    "ask",
    "ask_place",
    "close_complaint",
    "file_complaint",
    "forget",
    "set_delays",
    "tell_news",
    "tell_our_side",
]
