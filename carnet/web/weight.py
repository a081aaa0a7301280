"""What is too heavy is refused before it is read: by the length it declares, then byte by byte while a file arrives.

The site answers 413 with a page; the API does the same at its own door, with the problem `body-too-large`. Nothing is kept: a form is
read before any view runs, and refused whole. A file may weigh less still: each form says its own limit (`WeighedFileField`).
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.defaults import bad_request as plain_bad_request

API = "/api/"
# Around the file itself: the other fields of its form, and the lines between them.
FORM_BYTES = 64 * 1024


class WeightMiddleware:
    """Stands before whatever could read a body. Refuses a request by the length it declares, and an address with a zero, which no row can hold.

    Pages and the API read what is asked of them, and refuse it in their own words.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path_info:
            return plain_bad_request(request, SuspiciousOperation("a zero in an address"))
        declared = request.META.get("CONTENT_LENGTH") or "0"
        weight = int(declared[:19]) if declared.isascii() and declared.isdigit() else 0
        if weight > settings.UPLOAD_MOST_BYTES + FORM_BYTES and not request.path_info.startswith(API):
            return too_heavy(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """A zero further on, where a page did not look for one: PostgreSQL refuses it, and so do we."""
        if isinstance(exception, DataError | ValueError) and "NUL (0x00)" in str(exception):
            return plain_bad_request(request, SuspiciousOperation("a zero in what was asked"))
        return None


class WeighingUploadHandler(FileUploadHandler):
    """First of the upload handlers: counts the bytes of every file of one request, and stops reading at the limit."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.weight = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the piece on. Raises: RequestDataTooBig."""
        self.weight += len(raw_data)
        if self.weight > settings.UPLOAD_MOST_BYTES:
            raise RequestDataTooBig(f"more than {settings.UPLOAD_MOST_BYTES} bytes of files")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""


def too_heavy(request: HttpRequest) -> HttpResponse:
    """The page that says so."""
    return render(request, "413.html", status=413)


def bad_request(request: HttpRequest, exception: Exception, **_details: Any) -> HttpResponse:
    """Django's handler of requests it cannot take: too heavy has its own page and status."""
    return too_heavy(request) if isinstance(exception, RequestDataTooBig) else plain_bad_request(request, exception)
