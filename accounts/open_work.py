"""The open work of a person. Each app tells its own kind; who leaves hands all of it over at once."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from audit.actors import Actor


class OpenWork:
    """One kind of it. An app registers its own at its start (`AppConfig.ready`)."""

    code: str
    label: Any  # in words, of many: «tasks», «requests for advice»

    def counts(self, users: Collection[int]) -> dict[int, int]:
        """{id of the person: how many wait for them}, in one question; who has none is left out."""
        raise NotImplementedError

    def rows(self, user: "User", areas: "Collection[int] | None" = None) -> QuerySet[Any]:
        """What waits for the person; of some units alone where they are given, with all that lies in them."""
        raise NotImplementedError

    def move(self, row: Any, taker: "User", *, actor: "Actor", reason: str) -> None:
        """Gives one of `rows` to another person, with its entry in the trail. The caller holds the transaction.

        Raises:
            DomainError: The taker may not have it; the whole hand-over is refused then.
        """
        raise NotImplementedError

    def words(self, row: Any) -> str:
        """What a row is called in a list."""
        return str(row)

    def url(self, row: Any) -> str:
        """The page of a row, for those who see it; empty: it has none."""
        return ""

    def seen_by(self, rows: QuerySet[Any], viewer: "User") -> QuerySet[Any]:
        """Those of the rows whose page the viewer sees."""
        seen: QuerySet[Any] = rows.filter(pk__in=rows.model._default_manager.visible_to(viewer).values("pk"))
        return seen


KINDS: dict[str, OpenWork] = {}


def register(kind: type[OpenWork]) -> type[OpenWork]:
    KINDS[kind.code] = kind()
    return kind
