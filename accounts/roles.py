"""The roles of the programme's people."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    OFFICER = "officer", _("Officer of the department")
    LEADER = "leader", _("Leader of the department")
    ACCOUNTANT = "accountant", _("Accountant")
    CENTRE = "centre", _("Industrial-extension centre")
    COLLABORATOR = "collaborator", _("Collaborator")
    MINISTRY = "ministry", _("Ministry")
    AUDITOR = "auditor", _("Inspector or auditor")


PROVINCE_ROLES = frozenset({Role.OFFICER, Role.LEADER, Role.ACCOUNTANT, Role.AUDITOR})
