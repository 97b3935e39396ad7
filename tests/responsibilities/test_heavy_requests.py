"""A request that is too heavy is refused by the length that it announces, unread, in words."""

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db


class Unread:
    """A body that nobody may touch."""

    def read(self, *_size):
        raise AssertionError("a byte was read")

    readline = read


def post(path: str, length: str):
    said = {"CONTENT_LENGTH": length, "CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": Unread()}
    return Client().generic("POST", path, **said)


@pytest.mark.parametrize("path", ["/login/", "/payroll/upload/", "/public/", "/no/such/page/"])
def test_it_is_refused_before_a_byte_is_read(path):
    answer = post(path, str(settings.PORTAL_REQUEST_LIMIT + 1))
    assert answer.status_code == 413
    assert "合计超过 64 MB，没有读取" in answer.content.decode()


def test_what_is_allowed_is_read():
    """The control: below the limit the form is opened."""
    with pytest.raises(AssertionError, match="a byte was read"):
        post("/login/", str(settings.PORTAL_REQUEST_LIMIT))


def test_a_length_that_is_none_breaks_nothing():
    assert post("/login/", "many").status_code < 500
