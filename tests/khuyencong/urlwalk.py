"""Every address of the portal, with something plausible in place of its parameters."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

SAMPLES: tuple[Any, ...] = (uuid.UUID("00000000-0000-4000-8000-000000000000"), 999_999, "no-such-thing", "2022-Y")


@dataclass(frozen=True)
class Address:
    name: str
    path: str

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")


def _named(
    resolver: URLResolver, namespaces: tuple[str, ...] = (), parameters: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(name, its parameters) of everything below."""
    for pattern in resolver.url_patterns:
        inner = (*parameters, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} has no name"
            yield ":".join((*namespaces, pattern.name)), inner
        else:
            yield from _named(pattern, (*namespaces, *filter(None, [pattern.namespace])), inner)


def _path(name: str, parameters: tuple[str, ...]) -> str:
    for values in product(SAMPLES, repeat=len(parameters)):
        try:
            return reverse(name, kwargs=dict(zip(parameters, values, strict=True)))
        except NoReverseMatch:
            continue
    raise AssertionError(f"no sample fits {name} {parameters}: add one to SAMPLES")


def addresses() -> list[Address]:
    """All of them, each once."""
    found = {Address(name, _path(name, parameters)) for name, parameters in _named(get_resolver())}
    return sorted(found, key=lambda address: (address.name, address.path))
