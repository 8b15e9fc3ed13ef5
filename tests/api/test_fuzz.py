"""Requests made up from the API's own schema, good, odd and bad, by every caller: never a fault of ours."""

import json
import os
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from tests import factories as f
from tests.api.addresses import Operation, filled, operations, resolve
from tests.api.conftest import Caller
from tests.api.more import More
from tests.api.scene import Scene, as_program

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1500"))  # about half a minute


class World:
    """What was made once: callers, and values that lead somewhere."""

    def __init__(self, scene: Scene) -> None:
        people = scene.people.all()
        self.callers = [Caller(person) for person in people.values()]
        self.callers += [as_program(client) for client in scene.programs().values()]
        self.callers += [Caller(f.stranger()), Caller()]
        self.known: dict[str, list[Any]] = {
            "project_id": [str(row.public_id) for row in scene.names().values()],
            "enterprise_id": [str(scene.enterprise.public_id)],
            "class_id": [str(scene.training.public_id)],
            "report_id": [str(scene.published.public_id), str(scene.draft.public_id)],
            "uuid": [str(scene.confirmed.uuid), str(scene.unconfirmed.uuid), str(uuid.uuid4())],
            "survey_id": [str(scene.survey.public_id)],
            "advice_id": [str(scene.advice.public_id)],
            "person_id": [str(people["officer"].public_id), str(people["collaborator"].public_id)],
            "giver": [str(people["collaborator"].public_id)],
            "taker": [str(scene.newcomer.public_id)],
            "units": [scene.place.commune.uid],
            "task_id": [str(scene.task.public_id)],
            "thread_id": [str(scene.thread.public_id)],
            "photo_id": [scene.photo.pk, scene.hidden_photo.pk],
            "step": ["submit", "return", "approve", "start", "accept", "close", "stop"],
            "format_name": ["json", "pdf", "xlsx", "docx"],
            "code": ["42", "MACHINE", "HT25_MACHINE", scene.place.commune.code],
            "area": ["42", scene.place.commune.uid, scene.place.before.uid, scene.place.district.uid, "40"],
            "programme": ["KCDP-2021-2030", "KCQG-2021-2030"],
            "indicator": ["HT25_MACHINE"],
            "activities": ["MACHINE"],
            "period": [f"{clock.today().year}-Y"],
            "issuer": ["provincial_committee", "ministry", str(scene.place.committee.public_id)],
            "plan_line": [scene.plan_line.pk, scene.hidden_line.pk],
            "implementing_unit": [str(scene.place.centre.public_id)],
            "corrects": [str(scene.payment.public_id)],
            "section": ["projects", "money"],
            "row": ["all"],
            "column": ["total"],
            "version": [1, 2],
            "year": [2026],
        }
        more = More(scene)
        self.known |= {name: [str(value)] for name, value in more.ids().items()}
        self.known["product_id"] = [str(scene.product.public_id)]
        self.known["round_id"] = [str(scene.round.public_id), str(more.scoring.public_id)]
        self.known["cluster_id"] = [str(scene.cluster.public_id)]
        self.known["class_id"] += [str(scene.training.public_id)]
        self.known["part_id"] = [*more.parts.values(), *more.cluster_parts.values()]
        self.known["part"] = [*more.parts, *more.cluster_parts]
        self.known["step"] += ["close_entries", "decide_results", "file", "mend", "drop", "apart", "assign"]
        for name in ("product", "round", "entry", "enterprise"):
            self.known[name] = self.known[f"{name}_id"]
        self.known["project"] = self.known["project_id"]
        self.known["beneficiaries"] = self.known["enterprise_id"]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        from django.conf import settings as portal

        patch.setattr(portal, "SNAPSHOT_DATABASE", "default")
        with transaction.atomic():
            yield World(Scene())
            transaction.set_rollback(True)


# --- values -----------------------------------------------------------------------------------------------------------

LETTERS = st.text(max_size=20) | st.sampled_from(
    ["\x00", "\x1f", "\ufffe", "\u202e", "e\u0302\u0323", "😀", "' OR 1=1 --", "%", "_", "../..", "a" * 5000, "{{7*7}}",
     "<script>", "=1+1", "٣", "９", "NaN", "1e400000", "null"]
)  # fmt: skip
ODD = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([0, -1, 10**15, 10**15 + 1, 2**31, 2**63 - 1, 2**63, 1.0, 0.5, -0.0, 1e300])
    | LETTERS
)
JSON = st.recursive(
    ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LETTERS, inner, max_size=3), max_leaves=6
)
DAYS = st.dates().map(str) | st.sampled_from(
    [str(clock.today()), "2026-01-31", "2026-02-30", "0001-01-01", "9999-12-31"]
)


def values(schema: dict[str, Any], name: str, known: dict[str, list[Any]]) -> st.SearchStrategy[Any]:
    """What the schema allows, with what leads somewhere more often than chance would."""
    schema = resolve(schema)
    if "oneOf" in schema:
        return st.one_of(*[values(part, name, known) for part in schema["oneOf"]])
    found: st.SearchStrategy[Any]
    kind = schema.get("type")
    if name in known and kind != "array":
        found = st.sampled_from(known[name])
    elif "enum" in schema:
        found = st.sampled_from(schema["enum"])
    elif kind == "integer":
        found = st.integers(schema.get("minimum", -(10**16)), schema.get("maximum", 10**16)) | st.integers(0, 100)
    elif kind == "number":
        found = st.floats(allow_nan=False, allow_infinity=False)
    elif kind == "boolean":
        found = st.booleans()
    elif kind == "array":
        found = st.lists(values(schema["items"], name, known), max_size=3)
    elif kind == "object" and "properties" in schema:
        parts = {key: values(part, key, known) for key, part in schema["properties"].items()}
        required = {key: parts[key] for key in schema.get("required", ()) if key in parts}
        found = st.fixed_dictionaries(required, optional={key: parts[key] for key in parts if key not in required})
    elif schema.get("format") == "date":
        found = DAYS
    elif schema.get("format") == "uuid":
        found = st.uuids().map(str)
    elif schema.get("format") == "date-time":
        found = st.datetimes().map(lambda value: value.isoformat() + "+07:00")
    else:
        found = LETTERS
    return found


@st.composite
def bodies(draw: st.DrawFn, schema: dict[str, Any], known: dict[str, list[Any]]) -> Any:
    """A body of the schema; in half of them one place holds something else."""
    body = draw(values(schema, "", known))
    if draw(st.booleans()) and isinstance(body, dict) and body:
        inner, name = body, draw(st.sampled_from(sorted(body)))
        while isinstance(inner[name], dict) and inner[name] and draw(st.booleans()):
            inner, name = inner[name], draw(st.sampled_from(sorted(inner[name])))
        inner[name] = draw(JSON)
    if draw(st.integers(0, 19)) == 0 and isinstance(body, dict):
        body[draw(LETTERS)] = draw(JSON)
    return body


@st.composite
def requests(draw: st.DrawFn, operation: Operation, known: dict[str, list[Any]]) -> tuple[str, bytes | None]:
    places = {name: draw(st.sampled_from(values)) for name, values in known.items() if f"{{{name}}}" in operation.path}
    if draw(st.integers(0, 9)) == 0:
        places = {name: quote(draw(LETTERS), safe="", errors="replace") or "x" for name in places}
    address = f"/api/v1{filled(operation.path, **places)}"
    if operation.method == "get":
        query = []
        for parameter in operation.query:
            if draw(st.integers(0, 2)) == 0:
                value = draw(values(parameter["schema"], parameter["name"], known) | ODD)
                value = str(value).lower() if isinstance(value, bool) else str(value)
                query.append((parameter["name"], value))
        if draw(st.integers(0, 9)) == 0:
            query.append((draw(LETTERS), draw(LETTERS)))
        return f"{address}?{urlencode(query, errors='replace')}", None
    schema = operation.body.get("application/json", {}).get("schema")
    if schema is None:
        return address, draw(st.binary(max_size=200))
    if draw(st.integers(0, 29)) == 0:
        return address, draw(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
    return address, json.dumps(draw(bodies(schema, known))).encode()


ALL = [operation for operation in operations() if operation.path != "/oauth/token"]


def test_whatever_is_sent_is_answered_and_never_with_a_fault(world: World) -> None:
    answered: dict[int, int] = {}
    taken = set()

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=False
    )
    @given(data=st.data())
    def send(data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from(ALL))
        caller = data.draw(st.sampled_from(world.callers))
        address, raw = data.draw(requests(operation, world.known))
        headers = dict(caller.headers)
        if operation.method != "get" and data.draw(st.integers(0, 9)):
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if data.draw(st.integers(0, 19)) == 0:
            headers["Accept-Language"] = data.draw(st.sampled_from(["en", "vi", "x" * 600, "*", "fr;q=a"]))
        multipart = "multipart/form-data" in operation.body
        kind = "multipart/form-data; boundary=x" if multipart else "application/json"
        savepoint = transaction.savepoint()
        try:
            answer = caller.client.generic(
                operation.method.upper(), address, raw or b"", content_type=kind, headers=headers
            )
        finally:
            transaction.savepoint_rollback(savepoint)
        assert answer.status_code < 500, (str(operation), address, raw, answer.content)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            problem = answer.json()
            assert problem["status"] == answer.status_code
            assert {"type", "title", "detail", "code", "errors", "trace_id"} <= set(problem)
        else:
            taken.add(str(operation))
        answered[answer.status_code] = answered.get(answer.status_code, 0) + 1

    send()
    # Control: the requests were good enough to come through, and bad enough to be refused in every way.
    assert {200, 400, 401, 403, 404} <= set(answered), answered
    assert len(taken) > len(ALL) / 8, sorted({str(operation) for operation in ALL} - taken)
