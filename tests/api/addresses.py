"""Every operation of the API as its own schema declares it."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson

from core.api.docs import schema_bytes


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    query: tuple[dict[str, Any], ...] = field(hash=False)
    body: dict[str, Any] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def is_list(self) -> bool:
        return any(parameter["name"] == "page_size" for parameter in self.query)


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(schema_bytes("en"))
    return found


def operations(method: str = "") -> list[Operation]:
    found = []
    for path, methods in document()["paths"].items():
        for verb, operation in methods.items():
            if method and verb != method:
                continue
            query = tuple(p for p in operation.get("parameters", []) if p["in"] == "query")
            content = operation.get("requestBody", {}).get("content", {})
            found.append(Operation(verb, path.removeprefix("/api/v1"), query, content))
    return found


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed."""
    while "$ref" in schema or "allOf" in schema:
        name = schema["$ref"] if "$ref" in schema else schema["allOf"][0]["$ref"]
        schema = document()["components"]["schemas"][name.rsplit("/", 1)[1]]
    return schema


def filled(path: str, **values: Any) -> str:
    """The path with an id in every place: those given, and otherwise one that does not exist."""
    import re

    def value(match: "re.Match[str]") -> str:
        name = match[1]
        default = {"step": "submit", "format_name": "json", "code": "42"}
        default |= {"year": "2025"}
        numbered = ("photo_id", "requirement_id", "receipt_id", "part_id", "pair_id", "item_id")
        default |= dict.fromkeys(numbered, "999999")
        default |= {"part": "links", "kind": "enterprises"}
        return str(values.get(name, default.get(name, "00000000-0000-4000-8000-000000000000")))

    return re.sub(r"\{(\w+)\}", value, path)
