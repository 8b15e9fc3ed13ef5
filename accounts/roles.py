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


# What a person with the role will be able to do, as the end of a sentence that begins with their name.
ABILITIES = {
    Role.ADMINISTRATOR: _("manages people, areas of responsibility, programs and reference data; touches no project"),
    Role.OFFICER: _("enters, checks and submits projects, confirms progress, asks for reports"),
    Role.LEADER: _("records decisions, returns and stops projects, publishes reports"),
    Role.ACCOUNTANT: _("records the year's money, payments and returns"),
    Role.CENTRE: _("enters establishments and projects, and runs the projects that their centre implements"),
    Role.COLLABORATOR: _("sees the projects of the area and reports their progress with photos"),
    Role.MINISTRY: _("reads published reports, national projects once submitted and local ones once approved"),
    Role.AUDITOR: _("reads everything and changes nothing"),
}

PROVINCE_ROLES = frozenset({Role.OFFICER, Role.LEADER, Role.ACCOUNTANT, Role.AUDITOR})
