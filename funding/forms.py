"""What is typed about money: types and formats. Ceilings and rights stand in services and in the database."""

from typing import Any

from django import forms
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from core import clock
from core.forms import DateField, KcForm, MoneyField, NfcField
from core.models import Source
from core.once import OnceForm
from enterprises.models import Enterprise
from funding.models import Budget, EntryKind, LedgerEntry
from funding.services import MOVES
from places.models import Area
from programmes.models import Programme
from projects.models import Project

SUPPORT = [(Source.NATIONAL, Source.NATIONAL.label), (Source.LOCAL, Source.LOCAL.label)]


class _VoucherForm(OnceForm, KcForm):
    """The paper behind an entry."""

    document_no = NfcField(label=_("Document number"), max_length=60, help_text=_("For example 12/QĐ-UBND or UNC 45."))
    document_on = DateField(
        label=_("Date of the document"),
        help_text=_("The voucher's own date, day/month/year. When it is recorded here is noted by the portal."),
    )
    reason = NfcField(label=_("Note"), max_length=300, required=False)


class BudgetForm(_VoucherForm):
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none())
    year = forms.TypedChoiceField(label=_("Budget year"), coerce=int)
    amount_vnd = MoneyField(
        label=_("Amount"),
        signed=True,
        help_text=_("In đồng, for example 1.000.000.000 or 1 tỷ. With a minus in front it takes money away."),
    )
    issuer = forms.ModelChoiceField(label=_("Decided by"), queryset=Agency.objects.none())
    field_order = ("programme", "year", "amount_vnd", "issuer", "document_no", "document_on", "reason")

    def __init__(self, *args: Any, province: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = Programme.objects.filter(  # type: ignore[attr-defined]
            Q(area=province) | Q(area__isnull=True)
        )
        this_year = clock.today().year
        self.fields["year"].choices = [(year, year) for year in range(this_year + 1, 2017, -1)]  # type: ignore[attr-defined]
        self.fields["issuer"].queryset = Agency.objects.deciding(province.pk)  # type: ignore[attr-defined]
        self.fields["document_no"].label = _("Number of the decision")
        self.fields["document_on"].label = _("Date of the decision")


class PaymentForm(_VoucherForm):
    kind = forms.ChoiceField(label=_("What is it?"), widget=forms.RadioSelect)
    budget = forms.ModelChoiceField(
        label=_("From which money"),
        queryset=Budget.objects.none(),
        help_text=_("The budget year of the money, whatever the date of the voucher."),
    )
    establishment = forms.ModelChoiceField(
        label=_("To which establishment"),
        queryset=Enterprise.objects.none(),
        required=False,
        help_text=_("Of a delivery alone."),
    )
    amount_vnd = MoneyField(label=_("Amount"), help_text=_("In đồng, for example 150.000.000 or 150 triệu."))
    field_order = ("kind", "budget", "establishment", "amount_vnd", "document_no", "document_on", "reason")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        budgets = Budget.objects.filter(project_balances__project=project).select_related("programme")
        field: Any = self.fields["budget"]
        field.queryset = budgets
        field.label_from_instance = lambda row: f"{row.get_source_display()} · {row.year}"
        found = list(budgets[:2])
        if len(found) == 1:
            field.initial = found[0]
        # Without a beneficiary there is no second hop; with one alone nobody has to be asked.
        beneficiaries = list(project.beneficiaries.all())
        kinds = [kind for kind in MOVES if kind != EntryKind.DELIVERY or beneficiaries]
        self.fields["kind"].choices = [(kind, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        if len(beneficiaries) > 1:
            self.fields["establishment"].queryset = project.beneficiaries.all()  # type: ignore[attr-defined]
        else:
            del self.fields["establishment"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("establishment") and data.get("kind") != EntryKind.DELIVERY:
            self.add_error("establishment", _("Choose an establishment for a delivery only."))
        return data


class YearEndForm(_VoucherForm):
    """What becomes of money that is left at the end of the year."""

    kind = forms.ChoiceField(
        label=_("What becomes of it?"),
        choices=[(kind, kind.label) for kind in (EntryKind.CARRY_OVER, EntryKind.CANCEL)],
        widget=forms.RadioSelect,
    )
    project = forms.ModelChoiceField(
        label=_("Of which project"),
        queryset=Project.objects.none(),
        required=False,
        empty_label=_("Of no project: money not yet approved"),
    )
    amount_vnd = MoneyField(label=_("Amount"), help_text=_("In đồng, for example 150.000.000 or 150 triệu."))
    issuer = forms.ModelChoiceField(label=_("Decided by"), queryset=Agency.objects.none())
    field_order = ("kind", "project", "amount_vnd", "issuer", "document_no", "document_on", "reason")

    def __init__(self, *args: Any, budget: Budget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # All of the budget: sent twice, the second time finds its project too, though nothing is left of it.
        projects = Project.objects.filter(balances__budget=budget).order_by("code")
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        self.fields["issuer"].queryset = Agency.objects.deciding(budget.province_id)  # type: ignore[attr-defined]
        self.fields["document_no"].label = _("Number of the decision")
        self.fields["document_on"].label = _("Date of the decision")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == EntryKind.CARRY_OVER and not data.get("project") and "project" not in self.errors:
            self.add_error("project", _("Only the money of a project is carried over: choose the project."))
        return data


class TreasuryForm(KcForm):
    """Which vouchers are laid beside the Treasury's list."""

    first = DateField(label=_("Vouchers from"))
    last = DateField(label=_("Vouchers to"))
    file = forms.FileField(
        label=_("List of the Treasury"),
        required=False,
        help_text=_(
            "XLSX, or CSV in UTF-8, with the columns «Số chứng từ», «Ngày», «Số tiền». It is compared and not kept."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            self.add_error("last", _("The end lies before the start."))
        return data


class AllocationForm(_VoucherForm):
    source = forms.ChoiceField(label=_("Source"), choices=SUPPORT, widget=forms.RadioSelect)
    amount_vnd = MoneyField(label=_("Amount"), help_text=_("What is added, in đồng, for example 300 triệu."))
    issuer = forms.ModelChoiceField(label=_("Decided by"), queryset=Agency.objects.none())
    field_order = ("source", "amount_vnd", "issuer", "document_no", "document_on", "reason")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issuer"].queryset = Agency.objects.deciding(project.province_id)  # type: ignore[attr-defined]
        self.fields["source"].initial = project.programme.source
        self.fields["document_no"].label = _("Number of the decision")
        self.fields["document_on"].label = _("Date of the decision")


class CorrectionForm(_VoucherForm):
    amount_vnd = MoneyField(
        label=_("Correction"),
        signed=True,
        help_text=_("What is added to the entry; with a minus in front what is taken away. The entry itself stays."),
    )
    field_order = ("amount_vnd", "document_no", "document_on", "reason")

    def __init__(self, *args: Any, entry: LedgerEntry, **kwargs: Any) -> None:
        # Offered is what takes back what is left of the entry after earlier corrections.
        corrected = entry.corrections.aggregate(total=Sum("amount_vnd", default=0))["total"]
        left = entry.amount_vnd + corrected
        kwargs.setdefault("initial", {"amount_vnd": -left} if left else {})
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
        self.fields["reason"].label = _("Reason")


class LockForm(KcForm):
    locked_through = DateField(
        label=_("Lock through the end of"), help_text=_("Today at the latest. The line is never moved back.")
    )
    reason = NfcField(label=_("Reason"), max_length=300, help_text=_("For example: figures of quarter III closed."))
