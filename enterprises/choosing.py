"""Choosing one establishment in forms of higher floors."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.forms import NfcField
from core.text import fold
from enterprises.models import Enterprise


class EnterpriseByName(NfcField):
    """An establishment by its tax code, or by its name where only one has it. `user`: whose sight counts."""

    default_error_messages = {
        "unknown": _("There is no such establishment here. Enter it first."),
        "several": _("Several establishments have this name. Enter the tax code."),
    }
    user: User

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip()
        if not text:
            return None
        rows = Enterprise.objects.visible_to(self.user)
        found = list(rows.filter(Q(tax_code=text) | Q(folded=fold(text)))[:2])
        if len(found) != 1:
            code = "several" if found else "unknown"
            raise ValidationError(self.error_messages[code], code=code)
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        return (value.tax_code or value.name) if isinstance(value, Enterprise) else value
