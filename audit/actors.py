"""Who acts. A person, a program's service account, or the portal itself."""

from typing import Protocol


class Actor(Protocol):
    """What the lower floors need to know of someone. accounts.User is one."""

    @property
    def audit_kind(self) -> str:
        """person, client or system"""

    @property
    def audit_id(self) -> int | None: ...

    @property
    def audit_label(self) -> str: ...


class _System:
    audit_kind = "system"
    audit_id: int | None = None
    audit_label = "khuyencong"


SYSTEM: Actor = _System()
