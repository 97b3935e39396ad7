"""Calls the API as a program does: with a token, JSON in and out, through the whole stack of middleware."""

import json
from dataclasses import dataclass

import pytest
from django.test import Client

from responsibilities.services.tokens import token_create


@dataclass
class Program:
    """Another department's system, holding the token of a person."""

    token: str
    client: Client

    def get(self, path: str, **query):
        return self.client.get(f"/api/v1/{path}", query, headers=self._headers())

    def post(self, path: str, body, key: str = "", **more):
        """`body` as JSON; `files` in it make it multipart."""
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        if more.get("multipart"):
            return self.client.post(f"/api/v1/{path}", body, headers=headers)
        text = body if isinstance(body, str | bytes) else json.dumps(body, default=str)
        return self.client.post(
            f"/api/v1/{path}", text, content_type=more.get("content_type", "application/json"), headers=headers
        )

    def call(self, method: str, path: str):
        return self.client.generic(method, f"/api/v1/{path}", headers=self._headers())

    def _headers(self) -> dict:
        return {"Authorization": f"Token {self.token}"} if self.token else {}


@pytest.fixture
def program():
    """`program(user)` is a client with that person's token; `program(None)` has none."""

    def make(user) -> Program:
        return Program(token_create(user) if user else "", Client(raise_request_exception=True))

    return make


def assert_refusal(response, status: int, code: str | None = None) -> dict:
    """Every refusal has one shape, in Chinese."""
    assert response.status_code == status, response.content.decode()
    body = response.json()
    assert set(body) == {"code", "message", "fields"}, body
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["message"]), body
    for text in body["fields"].values():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text), body
    if code:
        assert body["code"] == code, body
    return body
