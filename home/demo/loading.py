"""Filling an empty database with the demonstration province, all of it or nothing."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.agencies import ensure_agencies
from audit.actors import SYSTEM
from audit.services import record
from core.errors import WrongState
from home.demo.coordination import tell_coordination
from home.demo.establishments import tell_establishments
from home.demo.figures import tell_figures
from home.demo.history import tell_history
from home.demo.outreach import tell_outreach
from home.demo.people import chosen_password, chosen_secret, chosen_totp, make_people, make_programs, note_accounts
from home.demo.resources import tell_resources
from home.demo.selections import tell_selections
from home.demo.staff import tell_staff
from home.demo.stage import Stage
from home.demo.this_year import tell_this_year
from home.demo.timeline import Timeline
from home.models import Portal
from home.services import province_of_today, require_empty
from reports.services import first_schedule

PROVINCE = "42"


def load_demonstration() -> Path:
    """Make the demonstration province; the reference data must be there. Gives the file with its accounts.

    Raises WrongState where somebody began already, or where invented records have no business (production).
    """
    if not settings.DEMONSTRATION_ALLOWED:
        raise WrongState(_("The demonstration is not loaded with these settings: here only real records belong."))
    with transaction.atomic():
        require_empty()
        province = province_of_today(PROVINCE)
        ensure_agencies(province)
        portal = Portal.objects.create(province=province, demonstration=True)
        record(portal, "set_up", actor=SYSTEM, changes={"province": (None, province)})
        password, secret, totp = chosen_password(), chosen_secret(), chosen_totp()
        people = make_people(province, password, totp)
        make_programs(province, secret)
        stage, timeline = Stage(province, people, totp), Timeline()
        tell_history(stage, timeline)
        tell_this_year(stage, timeline)
        tell_outreach(stage, timeline)
        tell_staff(stage, timeline)
        tell_coordination(stage, timeline)
        tell_selections(stage, timeline)
        tell_establishments(stage, timeline)
        tell_resources(stage, timeline)
        tell_figures(stage, timeline)
        timeline.run()
        first_schedule(province)
        return note_accounts(password, secret, totp)
