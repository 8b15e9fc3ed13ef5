"""What is typed about products and selections: types and formats. Rules stand in services."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from core import clock
from core.forms import DateField, FilterForm, KcForm, NfcField
from core.models import SUPPORT_SOURCES, Source, Verified
from core.once import OnceForm
from places.forms import PlaceFilter
from places.models import Area, AreaClosure, Level
from products.models import (
    Brand,
    Certificate,
    CouncilMember,
    CouncilRole,
    Criterion,
    Product,
    ProductGroup,
    Result,
    RoundState,
    SelectionEntry,
    SelectionLevel,
    SelectionRound,
    Spearhead,
)
from products.selections import CriterionData, MemberData, RoundData, Standing, lower_certificates
from products.services import BrandData, ProductData, SpearheadData
from programmes.listed import ListedForm
from programmes.models import Programme
from programmes.rule_forms import FractionField
from projects.choosing import ProjectChoice, ProjectCodes

SEATS = 3  # empty rows for more members


def provinces_of(user: User) -> "QuerySet[Area]":
    """Provinces of today in which the person enters products."""
    ids = [pk for role in (Role.OFFICER, Role.CENTRE) for pk in user.sight.province_roles.get(role, ())]
    found: QuerySet[Area] = Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids)
    return found


class Versioned(OnceForm, KcForm):
    """A form of something new, or of a row with its version."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PhotoForm(OnceForm, KcForm):
    """A photo and what is to be seen on it."""

    photo = forms.FileField(
        label=_("Photo"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp", "data-kc-photos": ""}),
        help_text=_("JPEG or PNG. It is made small before sending; where and when it was taken is not kept."),
    )
    text = NfcField(
        label=_("What is to be seen"),
        max_length=200,
        help_text=_("In a few words, for who cannot see it, for example: gói bún khô 500 g, mặt trước."),
    )


class ProductForm(Versioned):
    name = NfcField(label=_("Name of the product"), max_length=300)
    group = forms.ModelChoiceField(ProductGroup.objects.none(), label=_("Group of products"))
    is_set = forms.BooleanField(label=_("It is a set of products"), required=False)
    consists_of = NfcField(
        label=_("What the set consists of"), max_length=1000, required=False, help_text=_("Only for a set.")
    )
    spearhead = forms.ModelChoiceField(Spearhead.objects.none(), label=_("Spearhead product"), required=False)
    description = NfcField(label=_("Description"), required=False, max_length=4000, widget=forms.Textarea)

    def __init__(self, *args: Any, enterprise: Any, row: Product | None = None, **kwargs: Any) -> None:
        self.enterprise = enterprise
        if row is not None:
            kwargs["initial"] = {**stored_product(row), "version": row.version}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["group"].queryset = ProductGroup.objects.valid_on(clock.today()) | ProductGroup.objects.filter(
            pk=row.group_id if row else 0
        )
        fields["spearhead"].queryset = Spearhead.objects.filter(province=enterprise.province_id)

    def data_of(self) -> ProductData:
        data = self.cleaned_data
        return ProductData(
            self.enterprise,
            data["name"],
            data["group"],
            data["is_set"],
            data["consists_of"],
            data["description"],
            data["spearhead"],
        )


def stored_product(row: Product) -> dict[str, Any]:
    names = ("name", "group", "is_set", "consists_of", "spearhead", "description")
    return {name: getattr(row, name) for name in names}


class BrandForm(Versioned):
    name = NfcField(label=_("Brand or trade mark"), max_length=300)
    project = ProjectChoice(
        label=_("Supported by the project"), help_text=_("Without a project it does not count towards the target.")
    )

    def __init__(self, *args: Any, product: Product, user: User, row: Brand | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {
                "name": row.name,
                "project": row.project.public_id if row.project else None,
                "version": row.version,
            }
        super().__init__(*args, **kwargs)
        field: Any = self.fields["project"]
        field.offer(user, product.enterprise.province_id)

    def data_of(self) -> BrandData:
        return BrandData(self.cleaned_data["name"], self.cleaned_data["project"])


class BrandStepForm(OnceForm, KcForm):
    """One step of a registration, with the fields it has."""

    number = NfcField(label=_("Number"), max_length=60)
    on = DateField(label=_("Date"))
    valid_to = DateField(label=_("Valid through"), required=False, help_text=_("Empty: not reported."))
    note = NfcField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has = {"file": ("number", "on"), "grant": ("number", "on", "valid_to"), "refuse_brand": ("on", "note")}
        for name in {"number", "on", "valid_to", "note"} - set(has.get(code, ("on",))):
            del self.fields[name]


class ProductFilter(PlaceFilter):
    q = NfcField(label=_("Product or establishment"), max_length=100, required=False)
    group = forms.ModelChoiceField(ProductGroup.objects.all(), label=_("Group of products"), required=False)
    brand = forms.ChoiceField(
        label=_("Brand"),
        choices=[
            ("", _("All")),
            ("any", _("with a brand")),
            ("supported", _("with a brand supported by a project")),
            ("none", _("without a brand")),
        ],
        required=False,
    )
    field_order = ("q", "group", "brand", "area")

    def __init__(self, data: Any, *, rows: "QuerySet[Product]") -> None:
        super().__init__(data, area_ids=rows.order_by().values("enterprise__area_id"))
        self.rows = rows

    def narrow(self) -> "QuerySet[Product]":
        data, rows = self.usable(), self.rows
        if "q" in data:
            rows = rows.search(data["q"])  # type: ignore[attr-defined]
        if "group" in data:
            rows = rows.filter(group=data["group"])
        if "brand" in data:
            marks = Brand.objects.exclude(state="prepared")
            if data["brand"] == "supported":
                marks = marks.filter(project__isnull=False)
            known = marks.values("product_id")
            rows = rows.exclude(pk__in=known) if data["brand"] == "none" else rows.filter(pk__in=known)
        if "area" in data:
            below = AreaClosure.objects.filter(ancestor=data["area"]).values("area_id")
            rows = rows.filter(enterprise__area_id__in=below)
        return rows


# --- selections -------------------------------------------------------------------------------------------------------


class RoundForm(Versioned):
    level = forms.ModelChoiceField(SelectionLevel.objects.all(), label=_("Level"))
    province = forms.ModelChoiceField(Area.objects.none(), label=_("Province"))
    year = forms.IntegerField(label=_("Year"), min_value=2010, max_value=2100)
    name = NfcField(label=_("Name of the selection"), max_length=300)
    organiser = NfcField(label=_("Organised by"), max_length=300)
    region = NfcField(label=_("Region"), max_length=200, required=False, help_text=_("Only of a regional selection."))
    decision_no = NfcField(label=_("Number of the decision"), max_length=60, required=False)
    decision_on = DateField(label=_("Date of the decision"), required=False)
    entries_until = DateField(label=_("Deadline for entries"), required=False)
    project = ProjectChoice(label=_("Paid for by the project"))

    def __init__(self, *args: Any, user: User, row: SelectionRound | None = None, **kwargs: Any) -> None:
        provinces = provinces_of(user)
        if row is not None:
            kwargs["initial"] = {**stored_round(row), "version": row.version}
        else:
            kwargs["initial"] = {"year": clock.today().year, "province": provinces.first()}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["province"].queryset = provinces
        fields["project"].offer(user)
        if provinces.count() == 1:
            fields["province"].widget = forms.HiddenInput()

    def data_of(self) -> RoundData:
        return RoundData(**{name: self.cleaned_data[name] for name in RoundData.__dataclass_fields__})


def stored_round(row: SelectionRound) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in RoundData.__dataclass_fields__}
    return {**values, "project": row.project.public_id if row.project else None}


class RoundFilter(FilterForm):
    level = forms.ModelChoiceField(SelectionLevel.objects.all(), label=_("Level"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *RoundState.choices], required=False)
    year = forms.IntegerField(label=_("Year"), min_value=2010, max_value=2100, required=False)

    def narrow(self, rows: "QuerySet[SelectionRound]") -> "QuerySet[SelectionRound]":
        return rows.filter(**self.usable())


class EntryForm(OnceForm, KcForm):
    product = forms.ModelChoiceField(Product.objects.none(), label=_("Product"), to_field_name="public_id")
    registered_on = DateField(label=_("Entered on"))
    certificate = forms.ModelChoiceField(
        Certificate.objects.none(),
        label=_("With the certificate"),
        required=False,
        help_text=_("Of a lower level, where it has one."),
    )

    def __init__(self, *args: Any, row: SelectionRound, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"registered_on": clock.today(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        rows = Product.objects.visible_to(user).filter(enterprise__province=row.province_id)
        fields: Any = self.fields
        fields["product"].queryset = rows.exclude(entries__round=row).select_related("enterprise")
        fields["product"].label_from_instance = lambda one: f"{one.name} · {one.enterprise.name}"
        fields["certificate"].queryset = lower_certificates(row, rows.values("pk"))
        fields["certificate"].label_from_instance = lambda one: (
            f"{one.number} · {one.entry.product.name} · {one.entry.round.level.name}"
        )


class ReasonForm(OnceForm, KcForm):
    note = NfcField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class CouncilForm(OnceForm, KcForm):
    """Rows of members and the weights of the criteria, in one form."""

    def __init__(self, *args: Any, row: SelectionRound, people: Iterable[User], **kwargs: Any) -> None:
        self.criteria = list(row.criteria.all())
        members: list[CouncilMember | None] = list(row.council.all())
        self.count = len(members) + SEATS
        initial: dict[str, Any] = {}
        super().__init__(*args, **kwargs)
        accounts: list[tuple[str, Any]] = [("", _("no account: sheets are entered"))]
        accounts += [(str(person.pk), f"{person.full_name} ({person.username})") for person in people]
        self.people = {str(person.pk): person for person in people}
        for number, member in enumerate([*members, *[None] * SEATS]):
            known = member is not None
            initial |= {
                f"name-{number}": member.name if member else "",
                f"title-{number}": member.title if member else "",
                f"role-{number}": member.role if member else (CouncilRole.MEMBER if number else CouncilRole.CHAIR),
                f"user-{number}": str(member.user_id or "") if member else "",
            }
            fields = {
                "name": NfcField(label=_("Name of the member"), max_length=150, required=False),
                "title": NfcField(label=_("Position"), max_length=200, required=False),
                "role": forms.ChoiceField(label=_("In the council"), choices=CouncilRole.choices, required=known),
                "user": forms.ChoiceField(label=_("Account"), choices=accounts, required=False),
            }
            self.fields |= {f"{name}-{number}": field for name, field in fields.items()}
        for one in self.criteria:
            initial |= {f"weight-{one.pk}": one.weight, f"max-{one.pk}": one.max_score}
            self.fields[f"weight-{one.pk}"] = FractionField(label=_("Weight (%)"), required=False)
            self.fields[f"max-{one.pk}"] = FractionField(label=_("Highest score"), required=False)
        self.initial = {**initial, **self.initial}

    @property
    def seats(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}-{n}"] for name in ("name", "title", "role", "user")] for n in range(self.count)]

    @property
    def weights(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        return [(one, self[f"weight-{one.pk}"], self[f"max-{one.pk}"]) for one in self.criteria]

    def members(self) -> list[MemberData]:
        data = self.cleaned_data
        return [
            MemberData(
                data[f"name-{n}"],
                data[f"title-{n}"],
                data[f"role-{n}"] or CouncilRole.MEMBER,
                self.people.get(data[f"user-{n}"]),
            )
            for n in range(self.count)
            if data[f"name-{n}"].strip()
        ]

    def criteria_data(self) -> list[CriterionData]:
        data = self.cleaned_data
        return [CriterionData(one, data[f"weight-{one.pk}"], data[f"max-{one.pk}"]) for one in self.criteria]


class ScoreForm(OnceForm, KcForm):
    """The sheet of one member: a row an entry, a column a criterion. Empty: not given."""

    def __init__(self, *args: Any, member: CouncilMember, entries: Iterable[SelectionEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries, self.criteria = list(entries), list(member.round.criteria.all())
        known = {(one.entry_id, one.criterion_id): one.value for one in member.scores.all()}
        for entry in self.entries:
            for one in self.criteria:
                name = f"score-{entry.pk}-{one.pk}"
                self.fields[name] = FractionField(label=one.name, required=False)
                self.initial[name] = known.get((entry.pk, one.pk))

    @property
    def sheet(self) -> list[tuple[SelectionEntry, list[forms.BoundField]]]:
        return [(e, [self[f"score-{e.pk}-{one.pk}"] for one in self.criteria]) for e in self.entries]

    def scores(self) -> dict[Any, Any]:
        return {
            (entry, one): self.cleaned_data[f"score-{entry.pk}-{one.pk}"]
            for entry in self.entries
            for one in self.criteria
        }


class RoundStepForm(OnceForm, KcForm):
    """What a step of a round wants: a reason, or the results, or the certificates."""

    def __init__(self, *args: Any, code: str, standings: list[Standing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code, self.standings = code, standings
        if code == "reopen_entries":
            self.fields["note"] = NfcField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
        if code == "decide_results":
            self.fields["number"] = NfcField(label=_("Number of the decision"), max_length=60)
            self.fields["on"] = DateField(label=_("Date of the decision"))
        for standing in standings:
            pk = standing.entry.pk
            if code == "decide_results":
                self.fields[f"result-{pk}"] = forms.ChoiceField(
                    label=_("Result"), choices=[("", _("Choose")), *Result.choices]
                )
                self.fields[f"reason-{pk}"] = NfcField(
                    label=_("Reason, if not recognised"), max_length=500, required=False
                )
            elif code == "certify" and standing.entry.result == Result.RECOGNISED:
                self.fields[f"number-{pk}"] = NfcField(label=_("Number of the certificate"), max_length=60)
                self.fields[f"issued_on-{pk}"] = DateField(label=_("Given on"))
                self.fields[f"valid_to-{pk}"] = DateField(label=_("Valid through"), required=False)

    @property
    def rows(self) -> list[tuple[Standing, list[forms.BoundField]]]:
        names = {
            "decide_results": ("result", "reason"),
            "certify": ("number", "issued_on", "valid_to"),
        }.get(self.code, ())
        found = [
            (s, [self[f"{name}-{s.entry.pk}"] for name in names if f"{name}-{s.entry.pk}" in self.fields])
            for s in self.standings
        ]
        return [(standing, fields) for standing, fields in found if fields]

    def data_of(self) -> dict[str, Any]:
        data = self.cleaned_data
        found: dict[int, tuple[Any, ...]] = {}
        if self.code == "decide_results":
            found = {s.entry.pk: (data[f"result-{s.entry.pk}"], data[f"reason-{s.entry.pk}"]) for s in self.standings}
            return {"number": data["number"], "on": data["on"], "results": found}
        if self.code == "certify":
            for standing, _fields in self.rows:
                pk = standing.entry.pk
                found[pk] = (data[f"number-{pk}"], data[f"issued_on-{pk}"], data[f"valid_to-{pk}"])
            return {"certificates": found}
        return {}


WHAT = (
    ("entered", _("Products entered")),
    ("recognised", _("Recognised")),
    ("not_recognised", _("Not recognised")),
    ("certified", _("With a certificate")),
    ("with_certificate", _("Entered with a certificate of a lower level")),
)


class EntryFilter(FilterForm):
    """The records behind each number of the results."""

    level = forms.ModelChoiceField(SelectionLevel.objects.all(), label=_("Level"), required=False, to_field_name="code")
    first = forms.IntegerField(label=_("From the year"), min_value=2010, max_value=2100, required=False)
    last = forms.IntegerField(label=_("To the year"), min_value=2010, max_value=2100, required=False)
    what = forms.ChoiceField(label=_("What"), choices=[("", _("All")), *WHAT], required=False)

    def narrow(self, rows: "QuerySet[SelectionEntry]") -> "QuerySet[SelectionEntry]":
        data = self.usable()
        if "level" in data:
            rows = rows.filter(round__level=data["level"])
        if "first" in data:
            rows = rows.filter(round__year__gte=data["first"])
        if "last" in data:
            rows = rows.filter(round__year__lte=data["last"])
        return counted(rows, data.get("what", ""))


def counted(rows: "QuerySet[SelectionEntry]", what: str) -> "QuerySet[SelectionEntry]":
    """The entries a number of the results counts, by its word."""
    if what in (Result.RECOGNISED, Result.NOT_RECOGNISED):
        return rows.filter(result=what)
    if what == "certified":
        return rows.filter(certificate__isnull=False)
    if what == "with_certificate":
        return rows.filter(from_certificate__isnull=False)
    return rows


# --- spearheads and lists ---------------------------------------------------------------------------------------------


class SpearheadForm(Versioned):
    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("Programme"))
    province = forms.ModelChoiceField(Area.objects.none(), label=_("Province"))
    name = NfcField(label=_("Product or kind of product"), max_length=300)
    document_no = NfcField(label=_("Named by the document"), max_length=100, required=False)
    document_on = DateField(label=_("Date of the document"), required=False)
    verified = forms.ChoiceField(label=_("Verified"), choices=Verified.choices, initial=Verified.NO)
    projects = ProjectCodes(label=_("Codes of the projects that supported it"), help_text=_("One code a line."))
    note = NfcField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, user: User, row: Spearhead | None = None, **kwargs: Any) -> None:
        provinces = provinces_of(user)
        if row is not None:
            kwargs["initial"] = {**stored_spearhead(row), "version": row.version}
        else:
            kwargs["initial"] = {"province": provinces.first()}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["province"].queryset = provinces
        fields["programme"].queryset = Programme.objects.order_by("-year_from", "code")
        fields["projects"].user = user
        if provinces.count() == 1:
            fields["province"].widget = forms.HiddenInput()

    def data_of(self) -> SpearheadData:
        return SpearheadData(**{name: self.cleaned_data[name] for name in SpearheadData.__dataclass_fields__})


def stored_spearhead(row: Spearhead) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in SpearheadData.__dataclass_fields__}
    return {**values, "projects": list(row.projects.order_by("code"))}


class LevelForm(ListedForm):
    own_council = forms.BooleanField(label=_("Scored by a council of ours"), required=False)
    priority = forms.ChoiceField(
        label=_("Its certificate gives priority for"),
        choices=[("", _("not known"))] + [(s.value, s.label) for s in Source if s in SUPPORT_SOURCES],
        required=False,
    )
    priority_verified = forms.ChoiceField(
        label=_("This priority is verified"), choices=Verified.choices, initial=Verified.NO
    )


class CriterionForm(ListedForm):
    level = forms.ModelChoiceField(
        SelectionLevel.objects.all(), label=_("Level"), required=False, empty_label=_("All levels")
    )
    weight = FractionField(label=_("Weight (%)"), required=False, help_text=_("Empty: not known."))
    max_score = FractionField(label=_("Highest score"), required=False, help_text=_("Empty: not known."))


LISTS: dict[str, tuple[Any, Any, type[ListedForm]]] = {
    "groups": (_("Groups of products"), ProductGroup, ListedForm),
    "levels": (_("Levels of selections"), SelectionLevel, LevelForm),
    "criteria": (_("Criteria of selections"), Criterion, CriterionForm),
}
