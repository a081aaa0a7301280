"""Signing in under row-level walls: while an e-mail is being tried, only the row that has it can be seen."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from carnet.parties import access


class SignInBackend(AuthenticationBackend):
    """allauth's backend (one answer and one duration for a wrong password and for an unknown address), behind our walls."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:  # type: ignore[override]
        email = str(credentials.get("email") or "").strip().lower()
        with access.signing_in(email):
            person = super().authenticate(request, **{**credentials, "email": email})
        if person is not None:
            access.recognise(int(person.pk))
        return person
