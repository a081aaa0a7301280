"""Carnet as an OpenID provider towards FranceConnect: a helper arrives signed in, for a person, under a live authorisation.

The protocol is django-oauth-toolkit's, by its documented hooks; the keys are the key ring's; whom, what and until when are `mandates`'.
A code serves once; a token dies the moment the authorisation does. See docs/decisions/0050.
"""
