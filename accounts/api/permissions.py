"""The first two gates of the API: signed in (401), and the scope of the program (403)."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from core.api.problems import Problem


class HasScope(BasePermission):
    """Programs need the scope the view names for reading or writing; people are judged by sight and right alone.

    A view that names none is closed to programs; one that names "" is open to every program that is signed in.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if request.auth is None:
            return True
        scope = getattr(view, "scope_read" if request.method in SAFE_METHODS else "scope_write", None)
        if scope is None:
            return False
        token: Any = request.auth
        if scope and scope not in token.scopes:
            raise Problem(
                403, "insufficient_scope", _("This needs the scope %(scope)s.") % {"scope": scope}, required_scope=scope
            )
        return True
