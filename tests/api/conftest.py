"""Programs and people that call the API."""

import json
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import User
from tests import factories as f


class Caller:
    """JSON over Django's test client, as a person (session) or as a program (bearer token)."""

    def __init__(self, user: User | None = None, token: str = "") -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        if user is not None:
            self.client.force_login(user, backend="accounts.backends.PortalBackend")

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: Any, key: str | None = None, **headers: str) -> Any:
        return self._send("post", path, body, {"Idempotency-Key": key or str(uuid.uuid4()), **headers})

    def put(self, path: str, body: Any) -> Any:
        return self._send("put", path, body, {})

    def patch(self, path: str, body: Any) -> Any:
        return self._send("patch", path, body, {})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return getattr(self.client, method)(
            f"/api/v1{path}", data, content_type="application/json", headers={**self.headers, **headers}
        )


def ask_for_token(form: Any, address: str = "/api/v1/oauth/token", **headers: str) -> Any:
    return Client().post(address, urlencode(form), content_type="application/x-www-form-urlencoded", headers=headers)


@pytest.fixture
def place(db: None) -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)
