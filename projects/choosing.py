"""Choosing projects in forms of higher floors: one from a list or by its code, several by their codes."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.forms import NfcField
from projects.models import Project


class ProjectChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One approved project out of those the person sees, by its public id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Project.objects.none(), to_field_name="public_id", required=False, **kwargs)

    def offer(self, user: User, province_id: int | None = None) -> None:
        rows = Project.objects.visible_to(user).approved()
        self.queryset = rows.filter(province_id=province_id) if province_id else rows


class ProjectByCode(NfcField):
    """One project by its code, of those `user` sees."""

    default_error_messages = {"unknown": _("There is no such project here: %(codes)s.")}
    user: User

    def clean(self, value: Any) -> Any:
        code = super().clean(value).strip()
        if not code:
            return None
        found = Project.objects.visible_to(self.user).filter(code=code).select_related("province", "area").first()
        if found is None:
            raise ValidationError(self.error_messages["unknown"] % {"codes": code}, code="unknown")
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Project) else value


class ProjectCodes(NfcField):
    """Codes of projects with blanks, commas or line ends between them; gives the projects."""

    default_error_messages = {"unknown": _("There is no such project here: %(codes)s.")}
    user: User
    province_id: int | None = None

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(required=False, max_length=2000, **kwargs)

    def clean(self, value: Any) -> Any:
        codes = list(dict.fromkeys(re.findall(r"[^\s,;]+", super().clean(value))))
        rows = Project.objects.visible_to(self.user).filter(code__in=codes)
        found = {row.code: row for row in (rows.filter(province_id=self.province_id) if self.province_id else rows)}
        unknown = [code for code in codes if code not in found]
        if unknown:
            raise ValidationError(self.error_messages["unknown"] % {"codes": ", ".join(unknown)}, code="unknown")
        return [found[code] for code in codes]

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(row.code for row in value)
