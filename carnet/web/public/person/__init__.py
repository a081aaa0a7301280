"""The pages of a person who has a booklet, wants one, or lost it: no account, the telephone first, short sentences, read aloud on demand."""

from django.urls import path

from carnet.web.doors import public
from carnet.web.public.person._left import left, scanned
from carnet.web.public.person._page import page
from carnet.web.public.person._post import PostForm, by_post, follow
from carnet.web.public.person._views import booklet, help_me, lost, obtain
from carnet.web.public.person._where import where

__all__ = ["PostForm", "page", "urlpatterns"]

urlpatterns = [
    path("carnet/", public(booklet), name="booklet"),
    path("V/<str:token>", public(scanned), name="scanned"),
    path("obtenir/", public(obtain), name="obtain"),
    path("obtenir/par-la-poste/", public(by_post), name="by-post"),
    path("obtenir/par-la-poste/suivre/", public(follow), name="by-post-follow"),
    path("ou-aller/", public(where), name="where"),
    path("reste/", public(left), name="left"),
    path("perdu/", public(lost), name="lost"),
    path("aide/", public(help_me), name="help"),
]
