"""What is typed to ask for a report, to write its texts, and to take the steps of its life."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import CodeForm
from accounts.models import User
from core import clock
from core.errors import DomainError
from core.forms import DateField, FilterForm, KcForm, NfcField, WholeField
from core.once import OnceForm
from files.services import check_paper
from places.models import Area, AreaClosure, Level
from programmes.models import PeriodKind, Regime, ReportingPeriod
from projects.choosing import ProjectByCode
from reports.checks import Finding
from reports.kinds.kind import KINDS, Kind
from reports.kinds.programme_results import PROGRAMME_RESULTS
from reports.kinds.table import line_name
from reports.measures.measure import MEASURES
from reports.models import CheckResult, Report, ReportSchedule, ReportState, ReportText
from reports.texts import MAX_TEXT

FIRST = PROGRAMME_RESULTS  # what is offered unless another is chosen
ASKS = ("period", "project", "dates")


def kind_choices() -> list[tuple[str, Any]]:
    """Reports that come round by themselves before those made on request."""
    kinds = sorted(KINDS.values(), key=lambda kind: (kind is not FIRST, ASKS.index(kind.asks)))
    return [(kind.code, kind.name) for kind in kinds]


class AskForm(KcForm):
    """Which report is to be asked for: what else is asked depends on it."""

    ask = forms.ChoiceField(label=_("Report"), choices=kind_choices)


class RequestForm(KcForm):
    """What a kind of report is asked for by; fields of other kinds are not there."""

    kind = forms.ChoiceField(choices=kind_choices, widget=forms.HiddenInput)
    project = ProjectByCode(
        label=_("Project"), max_length=40, help_text=_("Its code, as it stands on the project's page.")
    )
    period = forms.ModelChoiceField(
        label=_("Period"),
        queryset=ReportingPeriod.objects.none(),
        to_field_name="code",
        help_text=_("A period that has begun. One that is open shows what is recorded so far."),
    )
    data_from = DateField(label=_("First day"))
    data_to = DateField(label=_("Last day"))
    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none(), to_field_name="uid")
    measures = forms.MultipleChoiceField(
        label=_("Measures"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )
    asked: ClassVar[dict[str, tuple[str, ...]]] = {
        "period": ("period", "area"),
        "project": ("project", "period"),
        "dates": ("data_from", "data_to", "area", "measures"),
    }

    def __init__(self, *args: Any, user: User, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, initial={"kind": kind.code, **kwargs.pop("initial", {})}, **kwargs)
        for name in set(self.fields) - {"kind", *self.asked[kind.asks]}:
            del self.fields[name]
        fields: Any = self.fields
        if "project" in fields:
            fields["project"].user = user
        if "period" in fields:
            self._offer_periods(fields["period"], kind)
        if "area" in fields:
            self._offer_areas(fields["area"], user, kind)
        if "measures" in fields:
            fields["measures"].choices = [(code, one.title) for code, one in MEASURES.items()]

    def _offer_periods(self, field: Any, kind: Kind) -> None:
        periods = ReportingPeriod.objects.offered().filter(data_from__lte=clock.today(), kind__in=kind.periods)
        field.queryset = periods.order_by("-data_to", "-data_from")
        field.label_from_instance = self._words
        open_now = periods.filter(regime=Regime.ADMINISTRATIVE, data_to__gte=clock.today())
        current = open_now.filter(kind=PeriodKind.YEAR).first() or open_now.order_by("data_to").first()
        field.initial = current.code if current else None

    @staticmethod
    def _offer_areas(field: Any, user: User, kind: Kind) -> None:
        """The province and communes of today; over free dates also the districts there were."""
        roles = user.sight.province_roles
        provinces = roles.get("officer", frozenset()) | roles.get("leader", frozenset())
        below = AreaClosure.objects.filter(ancestor_id__in=provinces).values("area_id")
        areas = Area.objects.current().filter(pk__in=below).exclude(level=Level.DISTRICT)
        field.help_text = _("The whole province, or one commune.")
        if kind.whole_province:
            areas, field.help_text = areas.filter(level=Level.PROVINCE), ""
        elif kind.asks == "dates":
            areas = areas | Area.objects.filter(pk__in=below, level=Level.DISTRICT)
            field.help_text = _("The whole province, one commune, or one of the former districts.")
        field.queryset = areas.order_by("-level", "folded")
        field.label_from_instance = line_name
        field.empty_label = None

    @staticmethod
    def _words(period: ReportingPeriod) -> str:
        regime = "" if period.regime == Regime.ADMINISTRATIVE else f" ({period.get_regime_display().lower()})"
        return f"{period.label}{regime}: {period.data_from:%d/%m/%Y} – {period.data_to:%d/%m/%Y}"


class ScheduleForm(KcForm):
    """For each report and kind of period: does it come by itself, and from which day on."""

    def __init__(self, data: Any = None, *, rows: Iterable[ReportSchedule]) -> None:
        self.kinds = [kind for kind in KINDS.values() if kind.asks == "period"]  # the others come on request alone
        self.lines_of = [(kind, PeriodKind(period)) for kind in self.kinds for period in kind.periods]
        initial: dict[str, Any] = {}
        for row in rows:
            name = f"{row.kind}_{row.period_kind}"
            initial |= {f"on_{name}": row.is_active, f"from_{name}": row.reporting_starts_on}
            initial |= {f"before_{name}": row.remind_before, f"after_{name}": row.remind_after}
        super().__init__(data, initial=initial)
        for kind, period in self.lines_of:
            name = f"{kind.code}_{period}"
            self.fields[f"on_{name}"] = forms.BooleanField(label=_("Comes by itself"), required=False)
            self.fields[f"from_{name}"] = DateField(
                label=_("for periods that end on this day or later"), required=False
            )
            self.fields[f"before_{name}"] = WholeField(label=_("Remind so many days before"), required=False, initial=3)
            self.fields[f"after_{name}"] = WholeField(label=_("and so many days after"), required=False, initial=1)

    def tables(self) -> list[dict[str, Any]]:
        """A table a report, a line a kind of period."""
        return [
            {
                "title": kind.name,
                "lines": [
                    {
                        "title": period.label,
                        "on": self[f"on_{kind.code}_{period}"],
                        "day": self[f"from_{kind.code}_{period}"],
                        "before": self[f"before_{kind.code}_{period}"],
                        "after": self[f"after_{kind.code}_{period}"],
                    }
                    for one, period in self.lines_of
                    if one is kind
                ],
            }
            for kind in self.kinds
        ]


class ListFilter(FilterForm):
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False, empty_value=None)
    kind = forms.ChoiceField(label=_("Report"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, data: Any, *, years: list[int]) -> None:
        super().__init__(data)
        self.fields["year"].choices = [("", _("All years")), *((year, year) for year in years)]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("All reports")), *kind_choices()]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", _("All states")), *ReportState.choices]  # type: ignore[attr-defined]


class _SeenForm(OnceForm, KcForm):
    """A step on what the person looked at."""

    seen_sha256 = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": _("This page is incomplete. Load it again.")}
    )


class SubmitForm(_SeenForm):
    """The answers to the warnings, each under the code of its check, and why a version after the first is made."""

    def __init__(self, data: Any, *, report: Report, found: list[Finding], before: Iterable[CheckResult]) -> None:
        super().__init__(data, initial={"seen_sha256": report.sha256, "reason": report.reason})
        self.found = found
        known = {row.code: row.answer for row in before}
        if report.version > 1:
            self.fields["reason"] = NfcField(
                label=_("Why is there a new version?"),
                max_length=2000,
                help_text=_("It stands in the report and is read by whoever gets it."),
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        for finding in found:
            if finding.level == "warning":
                self.fields[finding.code] = NfcField(
                    label=_("Your explanation"),
                    max_length=2000,
                    initial=known.get(finding.code, ""),
                    widget=forms.Textarea(attrs={"rows": 2}),
                    error_messages={"required": _("Say in a sentence why this is so.")},
                )

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each finding with the field for its answer; an error has none."""
        return [{"finding": one, "field": self[one.code] if one.code in self.fields else None} for one in self.found]

    @property
    def blocked(self) -> bool:
        return any(one.level == "error" for one in self.found)

    @property
    def answers(self) -> dict[str, str]:
        return {one.code: self.cleaned_data[one.code] for one in self.found if one.code in self.fields}


class ReasonForm(OnceForm, KcForm):
    note = NfcField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class IssueForm(OnceForm, KcForm):
    issued_no = NfcField(label=_("Number"), max_length=60)
    issued_on = DateField(label=_("Date"))
    file = forms.FileField(
        label=_("Signed PDF"),
        required=False,
        help_text=_(
            "As the office's document system issued it, up to 20 MB. Its hash is kept beside that of the report."
        ),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> bytes | None:
        upload = self.cleaned_data["file"]
        if not upload:
            return None
        try:
            content, mime = check_paper(upload)
        except DomainError as error:
            raise forms.ValidationError(error.in_words()) from None
        if mime != "application/pdf":
            raise forms.ValidationError(_("Choose the signed PDF."))
        return content


class TextsForm(OnceForm, KcForm):
    """The texts of a draft, each with the version it was read at."""

    def __init__(self, data: Any = None, *, rows: Iterable[ReportText]) -> None:
        self.rows = list(rows)
        initial = {f"text_{row.code}": row.text for row in self.rows}
        initial |= {f"version_{row.code}": row.version for row in self.rows}  # type: ignore[misc]
        super().__init__(data, initial=initial)
        for row in self.rows:
            self.fields[f"text_{row.code}"] = NfcField(
                label=row.title,
                required=False,
                max_length=MAX_TEXT,
                widget=forms.Textarea(attrs={"rows": max(4, min(16, row.text.count("\n") * 2 + 3)), "lang": "vi"}),
            )
            self.fields[f"version_{row.code}"] = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def texts(self) -> dict[str, str]:
        return {row.code: self.cleaned_data[f"text_{row.code}"] for row in self.rows}

    @property
    def versions(self) -> dict[str, int]:
        return {row.code: self.cleaned_data[f"version_{row.code}"] or 0 for row in self.rows}

    def meet(self, rows: Iterable[ReportText]) -> None:
        """Others wrote meanwhile: what they stored is shown beside what was typed; saved again, what is typed holds."""
        meanwhile = []
        for row in rows:
            name = f"text_{row.code}"
            typed = str(self.data.get(name, "")).replace("\r\n", "\n").strip()
            if str(self.data.get(f"version_{row.code}")) != str(row.version) and typed != row.text:
                meanwhile.append({"label": row.title, "stored": row.text, "typed": typed})
            self.retype(f"version_{row.code}", str(row.version))
        self.meanwhile = meanwhile


class PublishForm(CodeForm, _SeenForm):
    field_order = ("issued_no", "issued_on", "note", "code")

    issued_no = NfcField(
        label=_("Number"),
        max_length=60,
        required=False,
        help_text=_("Number and date of the report in the office's document system, if it has them already."),
    )
    issued_on = DateField(label=_("Date"), required=False)
    note = NfcField(label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
