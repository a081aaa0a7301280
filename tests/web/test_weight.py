"""Two hundred megabytes are refused before they are read, and change nothing."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from carnet.web.weight import FORM_BYTES, WeighingUploadHandler, bad_request

pytestmark = pytest.mark.django_db
HEAVY = 200 * 10**6


class NeverRead(BytesIO):
    """A body nobody may touch."""

    def read(self, *_size: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def post(path: str, **environ: Any) -> Any:
    return Client().generic("POST", path, b"", **{"CONTENT_LENGTH": str(HEAVY), "wsgi.input": NeverRead(), **environ})


@pytest.mark.parametrize(("language", "words"), [("fr", "Ce fichier est trop lourd"), ("en", "too heavy")])
def test_the_site_refuses_by_the_declared_length(language: str, words: str) -> None:
    answer = post("/operator/places/import/", HTTP_ACCEPT_LANGUAGE=language, CONTENT_TYPE="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert words in answer.content.decode()


def test_the_api_answers_a_problem() -> None:
    answer = post("/api/v1/redemptions", CONTENT_TYPE="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(answer.content)["code"] == "body-too-large"


def test_a_length_that_is_no_number_is_not_believed() -> None:
    assert Client().generic("POST", "/sign-in/", b"", CONTENT_LENGTH="-5").status_code < 500
    assert Client().generic("POST", "/sign-in/", b"", CONTENT_LENGTH="lots").status_code < 500
    assert post("/api/v1/redemptions", CONTENT_LENGTH="²").status_code < 500


def test_what_a_form_needs_is_let_through(settings: Any) -> None:
    settings.UPLOAD_MOST_BYTES = 1000
    file = SimpleUploadedFile("f.csv", b"x" * 1000)
    assert Client().post("/sign-in/", {"login": "a@example.org", "password": "x", "file": file}).status_code == 200


def test_files_are_weighed_together_while_they_arrive(settings: Any) -> None:
    settings.UPLOAD_MOST_BYTES = 1000
    files = {name: SimpleUploadedFile(name, b"x" * 600) for name in ("a.csv", "b.csv")}
    assert FORM_BYTES > 1200  # the declared length alone would have let them through
    answer = Client().post("/sign-in/", {"login": "a@example.org", "password": "x", **files})
    assert answer.status_code == 413
    assert "Ce fichier est trop lourd" in answer.content.decode()


def test_the_weighing_stops_at_the_limit_and_not_before(settings: Any) -> None:
    settings.UPLOAD_MOST_BYTES = 10
    handler = WeighingUploadHandler()
    assert handler.receive_data_chunk(b"x" * 10, 0) == b"x" * 10
    with pytest.raises(RequestDataTooBig):
        handler.receive_data_chunk(b"x", 10)


def test_another_bad_request_stays_a_bad_request() -> None:
    assert bad_request(RequestFactory().get("/"), ValueError("x")).status_code == 400
