"""What is typed of a legal document. Rules stand in programmes/documents.py."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.forms import DateField, KcForm, NfcField
from core.models import Verified
from core.once import OnceForm
from programmes.documents import OWN, reviewers
from programmes.forms import TextFilter
from programmes.models import LegalDocument
from programmes.rule_forms import area_field


def _long(label: Any, rows: int = 2, **kwargs: Any) -> NfcField:
    return NfcField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def _reason() -> NfcField:
    return _long(_("Reason"), help_text=_("Why this is entered or changed. It is kept in the history."))


class DocumentFilter(TextFilter):
    STATES = (
        ("", _("All")),
        ("now", _("in force")),
        ("ended", _("no longer in force")),
        ("unverified", _("Not or only partly verified")),
        ("review", _("With a day of review")),
    )
    state = forms.ChoiceField(label=_("Which"), choices=STATES, required=False)


class Versioned(OnceForm, KcForm):
    """`stored`: what the form would show of the document now."""

    names: tuple[str, ...] = ()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, actor: User, row: LegalDocument | None = None) -> None:
        initial = {**self.stored(row), "version": row.row_version} if row is not None else {}
        super().__init__(data, initial=initial)
        self.actor = actor

    def stored(self, row: LegalDocument) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.names}


class DocumentForm(Versioned):
    """A document: entered or corrected."""

    names = OWN
    number = NfcField(
        label=_("Number of the document"), max_length=60, required=False, help_text=_("For example 28/2018/TT-BTC.")
    )
    type = NfcField(
        label=_("Type of document"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "document-types", "autocomplete": "off"}),
        help_text=_("For example nghị định, thông tư, quyết định."),
    )
    issuer = NfcField(
        label=_("Issued by"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "document-issuers", "autocomplete": "off"}),
    )
    subject = _long(_("What it is about"))
    issued_on = DateField(label=_("Issued on"), required=False)
    in_force_from = DateField(label=_("In force from"), required=False)
    in_force_to = DateField(
        label=_("In force through"), required=False, help_text=_("Empty: in force until further notice.")
    )
    amends = NfcField(label=_("Amends"), max_length=200, required=False)
    replaced_by = NfcField(label=_("Replaced by"), max_length=200, required=False)
    verified = forms.ChoiceField(
        label=_("Compared with the document"),
        choices=[("", _("Choose")), *Verified.choices],
        help_text=_("«Verified» only if the published text itself was read."),
    )
    note = _long(_("Note"), required=False)
    reason = _reason()
    kept: tuple[str, ...] = OWN

    def __init__(self, data: Any = None, *, actor: User, row: LegalDocument | None = None) -> None:
        super().__init__(data, actor=actor, row=row)
        if row is None:
            self.fields = {"area": area_field(actor), **self.fields}
        self.fields["subject"].max_length = 500  # type: ignore[attr-defined]

    @property
    def types(self) -> list[str]:
        return list(LegalDocument.objects.order_by("type").values_list("type", flat=True).distinct())

    @property
    def issuers(self) -> list[str]:
        return list(LegalDocument.objects.order_by("issuer").values_list("issuer", flat=True).distinct())

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*self.kept, "area") if name in self.cleaned_data}


class ReplaceForm(DocumentForm):
    """The later document; what is replaced is not shown in it."""

    def stored(self, row: LegalDocument) -> dict[str, Any]:
        return {"type": row.type, "issuer": row.issuer, "subject": row.subject}

    def __init__(self, data: Any = None, *, actor: User, row: LegalDocument | None = None) -> None:
        super().__init__(data, actor=actor, row=row)
        for name in ("in_force_to", "replaced_by", "amends"):
            del self.fields[name]
        self.fields["number"].required = self.fields["in_force_from"].required = True
        self.fields["number"].label = _("Number of the later document")
        self.fields["in_force_from"].help_text = _("The document of before ends the day before.")


class EndDocumentForm(Versioned):
    in_force_to = DateField(label=_("In force through"))
    reason = _reason()


class PlanReviewForm(Versioned):
    names = ("review_on", "reviewer", "review_note")
    review_on = DateField(
        label=_("To be looked at again until"), required=False, help_text=_("Empty: no review is planned.")
    )
    reviewer = forms.ModelChoiceField(
        User.objects.none(), label=_("Who looks at it"), required=False, empty_label=_("Whoever administers the rules")
    )
    review_note = _long(_("What to look at"), 3, required=False)

    def __init__(self, data: Any = None, *, actor: User, row: LegalDocument | None = None) -> None:
        super().__init__(data, actor=actor, row=row)
        self.fields["reviewer"].queryset = reviewers(actor)  # type: ignore[attr-defined]


class RecordReviewForm(Versioned):
    review_note = _long(
        _("What was found"), 4, help_text=_("Still right, outdated, or what should be changed and by whom.")
    )
    review_on = DateField(
        label=_("To be looked at next until"), required=False, help_text=_("Empty: no review is planned.")
    )
