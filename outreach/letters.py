"""Letters that remind establishments of a policy: by e-mail to a contact that consents, once for each policy and
establishment, and never to one that was told of it already. Who has no such contact is called instead."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.services import record
from core import clock
from core.errors import Invalid, WrongState
from core.locks import lock
from enterprises.models import Contact
from jobs.services import Run, enqueue, handler
from outreach.models import ListItem, ListKind, Policy, PolicyLetter, Reached
from outreach.permissions import may_keep
from outreach.spreading import concerned

if TYPE_CHECKING:
    from accounts.models import User

SEND = "outreach.policy_letter"
MOST = 500  # letters asked for at once


def writable() -> Any:
    """Contacts that may be written to."""
    return Contact.objects.filter(consents=True).exclude(email="").order_by("pk")


def without_address(rows: Any) -> Any:
    """Of these establishments those nobody can be written to at: they are called."""
    return rows.exclude(Exists(writable().filter(enterprise=OuterRef("pk"))))


def waiting(policy: Policy) -> Any:
    """Establishments that would get a letter now: the policy is for them, they were not told of it in any way, none
    was written, and a contact consents."""
    rows = concerned(policy).filter(Exists(writable().filter(enterprise=OuterRef("pk"))))
    told = Reached.objects.filter(policy=policy).values("enterprise")
    written = PolicyLetter.objects.filter(policy=policy).values("enterprise")
    return rows.exclude(pk__in=told).exclude(pk__in=written).order_by("pk")


@transaction.atomic
def write(policy: Policy, channel: ListItem | None, page: str, *, actor: "User") -> int:
    """Ask for the letters of a policy, at most MOST; workers send them. `channel`: as what they are noted; `page`: the
    address of its public page. Gives how many. Raises WrongState where nothing can or may be sent."""
    policy = lock(policy)
    may_keep(policy.province_id, actor).require()
    if not policy.published:
        raise WrongState(_("Letters lead to the public page: show the policy to everybody first."))
    if policy.validity == "past":
        raise WrongState(_("The policy is no longer in force."))
    if not settings.EMAIL_HOST:
        raise WrongState(_("The portal has no mail server. Call the establishments instead."))
    if channel is None or channel.kind != ListKind.CHANNEL:
        raise Invalid(fields={"channel": _("Choose a channel of the list.")})
    rows = list(waiting(policy)[:MOST])
    letters = [PolicyLetter(policy=policy, enterprise=row, channel=channel, asked_by=actor) for row in rows]
    for letter in PolicyLetter.objects.bulk_create(letters):
        enqueue(SEND, {"letter": letter.pk, "page": page}, actor=actor)
    if rows:
        changes = {"told": (None, [row.name for row in rows]), "channel": (None, channel)}
        record(policy, "write_letters", actor=actor, changes=changes)
    return len(rows)


@handler(SEND)
def send_letter(run: Run) -> str:
    """One letter. Done twice, it is the same letter: its id is that of the job. Nothing is sent where the contact's
    consent or the policy was withdrawn meanwhile, or the establishment was told: then it is as if none was
    asked for."""
    row = PolicyLetter.objects.select_related("policy__document", "enterprise", "channel", "asked_by").filter(
        pk=run.params["letter"], sent_at__isnull=True
    ).first()  # fmt: skip
    if row is None:
        return ""
    contact = writable().filter(enterprise=row.enterprise).first()
    known = Reached.objects.filter(policy=row.policy, enterprise=row.enterprise).exists()
    if contact is None or known or not row.policy.published or row.policy.validity == "past":
        with run.publish():
            row.delete()
            run.finish("")
        return ""
    letter_to(row, contact, run.params["page"], str(run.job.public_id)).send()
    with run.publish():
        row.sent_at = clock.now()
        row.save()
        Reached.objects.get_or_create(
            policy=row.policy, enterprise=row.enterprise, campaign=None,
            defaults={"channel": row.channel, "on": clock.today(), "told_by": row.asked_by},
        )  # fmt: skip
        run.finish("")
    return ""


def letter_to(row: PolicyLetter, contact: Contact, page: str, key: str) -> EmailMessage:
    policy = row.policy
    with override("vi"):
        text = _(
            "Dear %(person)s,\n\n%(title)s (%(document)s)\n\n%(summary)s\n\nMore of it, and what you may ask for: "
            "%(url)s\n\nYou get this letter because %(enterprise)s agreed to be told of policies by e-mail. If it is "
            "to stop, tell the office."
        ) % {
            "person": contact.person,
            "title": policy.title,
            "document": policy.document,
            "summary": policy.summary,
            "url": page,
            "enterprise": row.enterprise.name,
        }
        subject = _("Support for rural industry: %(title)s") % {"title": policy.title}
    return EmailMessage(
        " ".join(subject.split()), text, to=[contact.email], headers={"Message-ID": f"<{key}@{settings.EMAIL_DOMAIN}>"}
    )
