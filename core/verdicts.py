"""The answer to «may they?»: yes, or no with the reason that the person is told."""

from dataclasses import dataclass

from core.errors import NotAllowed


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raise NotAllowed with the reason unless allowed."""
        if not self.allowed:
            raise NotAllowed(str(self.reason))


YES = Verdict(True)


def no(reason: str) -> Verdict:
    return Verdict(False, reason)
