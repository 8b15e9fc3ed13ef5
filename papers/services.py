"""Putting templates in place, and making papers from them."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.services import record
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.locks import lock
from core.models import Verified
from core.text import nfc
from files import word as rendering
from files.packages import Refused
from files.services import read_bytes, store_bytes
from files.template_fields import faults_of_fields, refusal_words, sample
from papers.catalogue import FORMS, Form
from papers.models import PaperTemplate
from papers.pdf import render_pdf
from papers.permissions import may_change_templates
from places.models import Area

if TYPE_CHECKING:
    from accounts.models import User

SOURCES = ("", "national", "local")


# --- templates --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TemplateData:
    """What is typed of a template. `source` empty: for all money. `checked`: compared with the official form."""

    form: str
    title: str
    content: bytes
    file_name: str = ""
    source: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    checked: bool = False
    note: str = ""


@transaction.atomic
def load_papers() -> int:
    """The templates that come with the portal, from data/papers/. A file that changed becomes a new version; a
    province's own template keeps its place. Safe to run again. Gives the number of files."""
    for form in FORMS.values():
        content = (Path(settings.REFERENCE_DATA_DIR) / "papers" / f"{form.code}.docx").read_bytes()
        shipped = PaperTemplate.objects.filter(area__isnull=True, form=form.code)
        newest = shipped.select_related("file").order_by("-version").first()
        if newest is not None and newest.file.sha256 == hashlib.sha256(content).hexdigest():
            continue
        with override("vi"):
            title = str(form.title)
        PaperTemplate.objects.create(
            form=form.code,
            title=title,
            file=store_bytes(content, rendering.WORD),
            file_name=f"{form.file}.docx",
            version=newest.version + 1 if newest else 1,
            verified=Verified.NO,
            note="Bố cục do cổng thiết kế; chưa đối chiếu với phụ lục của thông tư.",
        )
    return len(FORMS)


def upload_template(province: Area, data: TemplateData, *, actor: "User") -> PaperTemplate:
    """Put an office's own template in place of the one there is. It is tried out first, with text alone and in a
    process of its own; what it lacks or may not hold is named. Raises Invalid."""
    may_change_templates(province.pk, actor).require()
    form = FORMS.get(data.form)
    errors: dict[str, Any] = {}
    if form is None:
        raise Invalid(fields={"form": _("Choose the paper.")})
    title = nfc(data.title).strip()
    if not title:
        errors["title"] = _("Enter a title.")
    if data.source not in SOURCES:
        errors["source"] = _("Choose national or local money.")
    if data.valid_from and data.valid_to and data.valid_to < data.valid_from:
        errors["valid_to"] = _("The end lies before the start.")
    faults = faults_of(form, data.content)
    if faults:
        errors["file"] = faults
    if errors:
        raise Invalid(fields=errors)
    with transaction.atomic():
        lock(province)  # two at once would both become the same version
        before = PaperTemplate.objects.filter(area=province, form=form.code, source=data.source)
        row: PaperTemplate = PaperTemplate.objects.create(
            area=province,
            form=form.code,
            source=data.source,
            title=title[:200],
            file=store_bytes(data.content, rendering.WORD),
            file_name=data.file_name[:200],
            version=(before.aggregate(last=Max("version"))["last"] or 0) + 1,
            valid_from=data.valid_from,
            valid_to=data.valid_to,
            verified=Verified.YES if data.checked else Verified.NO,
            note=nfc(data.note).strip(),
            uploaded_by=actor,
        )
        changes = {
            "form": (None, row.form),
            "title": (None, row.title),
            "version": (None, row.version),
            "sha256": (None, row.file.sha256),
        }
        if row.valid_from:
            changes["valid_from"] = (None, row.valid_from)
        if row.valid_to:
            changes["valid_to"] = (None, row.valid_to)
        record(row, "upload_template", actor=actor, note=row.note, changes=changes)
    return row


@transaction.atomic
def withdraw_template(template: PaperTemplate, reason: str, *, actor: "User") -> PaperTemplate:
    """Take a province's own template out of use; the one before it holds again. Raises WrongState, Invalid."""
    template = lock(template)
    may_change_templates(template.area_id, actor).require()
    require_own_in_use(template)
    reason = nfc(reason).strip()
    if not reason:
        raise Invalid(_("Give the reason."), fields={"note": _("Give the reason.")})
    template.withdrawn_at, template.withdraw_reason = clock.now(), reason[:300]
    template.save(update_fields=["withdrawn_at", "withdraw_reason"])
    record(template, "withdraw_template", actor=actor, note=reason, changes={"version": (template.version, None)})
    return template


def require_own_in_use(template: PaperTemplate) -> None:
    """Raises WrongState for one that came with the portal or was withdrawn before."""
    if template.area_id is None:
        raise WrongState(_("A template that comes with the portal stays. Upload your own; it goes before it."))
    if template.withdrawn_at is not None:
        raise WrongState(_("This template has been withdrawn already."))


def faults_of(form: Form, content: bytes) -> list[str]:
    """Why the content cannot be a template of this paper, in words; nothing when it can."""
    try:
        text = rendering.trial(content, sample(form.whole))
    except Refused as refusal:
        return [refusal_words(refusal)]
    return faults_of_fields(text, list(form.holds), form.whole)


# --- papers -----------------------------------------------------------------------------------------------------------


def template_for(form: Form, province_id: int, source: str) -> PaperTemplate:
    """The template that holds today. Raises NotFound."""
    found = PaperTemplate.objects.select_related("file").holding(form.code, province_id, source, clock.today())
    if found is None:
        raise NotFound(_("There is no template for this paper. Tell the administrator."))
    return found


def word_of(form: Form, context: dict[str, Any], province_id: int, source: str) -> bytes:
    """The paper as a Word document, from the template that holds today. Raises NotFound or Invalid."""
    template = template_for(form, province_id, source)
    try:
        return rendering.fill(read_bytes(template.file), context)
    except (OSError, ValueError) as error:
        text = _("The file of the template is missing on the server. Tell the administrator its hash: %(hash)s.")
        raise NotFound(text % {"hash": template.file.sha256}) from error
    except Refused as refusal:
        raise Invalid(refusal_words(refusal)) from refusal


def pdf_of(form: Form, context: dict[str, Any], made_at: dt.datetime | None = None) -> bytes:
    """The paper as a PDF, in the portal's own layout."""
    return render_pdf(form.layout, context, made_at or clock.now())
