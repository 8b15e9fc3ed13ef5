"""What is typed about people, roles and programs: types and formats. Rules stand in services."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import second_factor
from accounts.hand_over import Order, Unit
from accounts.models import SCOPES, Agency, AgencyKind, Grant, StaffTraining, User
from accounts.roles import Role
from accounts.services import areas_for_grant
from accounts.staff import TrainingData, search
from core import clock
from core.errors import DomainError
from core.forms import DateField, FilterForm, KcForm, NfcField, WholeField
from core.once import OnceForm, was_sent
from places.models import Area, Level

# --- signing in -------------------------------------------------------------------------------------------------------


class SignInForm(KcForm, AuthenticationForm):
    """One message for every pair that does not open, whatever the cause."""

    error_messages = {
        "invalid_login": _("This account and this password do not go together. Look at both and try again."),
        "inactive": _("This account and this password do not go together. Look at both and try again."),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("Account")
        self.fields["username"].widget.attrs.update(autocomplete="username", spellcheck="false")
        self.fields["password"].label = _("Password")

    def clean_username(self) -> str:
        """A telephone begins every field with a capital; accounts have none."""
        return str(self.cleaned_data["username"]).strip().lower()


class OwnPasswordForm(KcForm, PasswordChangeForm):
    """The old password once, the new one twice. Whether the new one is good enough says the service too."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["old_password"].label = _("Password until now")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _("At least 12 characters; a sentence is easy to remember.")
        self.fields["new_password2"].label = _("New password once more")

    def blame(self, error: DomainError) -> None:
        for text in error.fields.pop("password", []):
            self.add_error("new_password1", text)
        if error.fields or not self.errors:
            super().blame(error)


class CodeField(forms.CharField):
    """The six digits a telephone shows, or a recovery code. Whether it is right says `second_factor.check`."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "class": "kc-input-code",
            "spellcheck": "false",
        }
        kwargs.setdefault("label", _("Code of your second factor"))
        kwargs.setdefault("help_text", _("The six digits your telephone shows now, or one of your recovery codes."))
        kwargs.setdefault("error_messages", {"required": _("Enter the six digits your telephone shows.")})
        super().__init__(max_length=20, widget=forms.TextInput(attrs), **kwargs)


class CodeForm(KcForm):
    """Mixin of forms whose service wants the second factor: `attempt` counts the try before the change begins."""

    code = CodeField()

    def attempt(self, user: User) -> second_factor.Attempt:
        return second_factor.attempt(user, str(self.cleaned_data.pop("code", "")))

    def attempt_once(self, user: User) -> second_factor.Attempt | None:
        """Of a OnceForm: None where it went through before, whose answer is given again."""
        key, text = self.cleaned_data["form_key"], str(self.cleaned_data.pop("code", ""))
        return second_factor.attempt_once(user, text, lambda: was_sent(user.pk, key))


class SetUpForm(CodeForm):
    """One's first device wants the password too: whoever finds an open screen does not make it theirs."""

    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )

    def __init__(self, *args: Any, replaces: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code your telephone shows")
        self.fields["code"].help_text = ""
        if replaces:  # the old device has just vouched
            del self.fields["password"]


class ReasonForm(KcForm):
    reason = NfcField(label=_("Reason"), max_length=300)


# --- people -----------------------------------------------------------------------------------------------------------


class _AgencyChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    pass


class PersonForm(KcForm):
    full_name = forms.CharField(label=_("Full name"), max_length=150)
    agency = _AgencyChoice(label=_("Agency"), queryset=Agency.objects.none())
    position = forms.CharField(label=_("Position"), max_length=150, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=20, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: User, person: User | None = None, **kwargs: Any) -> None:
        if person is not None:
            names = ("full_name", "agency", "position", "email", "phone", "version")
            kwargs["initial"] = {name: getattr(person, name) for name in names}
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.administered_by(actor)  # type: ignore[attr-defined]
        self.fields["email"].widget.attrs.update(inputmode="email", autocomplete="off")
        self.fields["phone"].widget.attrs.update(inputmode="tel", autocomplete="off")


class NewPersonForm(PersonForm):
    username = forms.CharField(
        label=_("Account"),
        max_length=60,
        help_text=_("What the person signs in with: letters without accents, digits, for example hoa.tran. It stays."),
    )
    version = None  # type: ignore[assignment]
    field_order = ("full_name", "username", "agency", "position", "email", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs.update(autocapitalize="none", autocomplete="off", spellcheck="false")


class DeactivateForm(KcForm):
    note = forms.CharField(label=_("Reason"), max_length=300, required=False)


class PeopleFilter(KcForm):
    """What the list of people is narrowed by. What cannot be taken is left out."""

    STATES = (("", _("Who may sign in")), ("closed", _("Closed accounts")), ("all", _("All")))

    q = forms.CharField(label=_("Name or account"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)
    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none(), required=False, to_field_name="uid")
    state = forms.ChoiceField(label=_("Accounts"), choices=STATES, required=False)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["role"]
        roles.choices = [("", _("All roles")), *Role.choices]
        areas: Any = self.fields["area"]
        today = clock.today()
        offered = areas_for_grant(actor, Role.COLLABORATOR, today) | areas_for_grant(actor, Role.OFFICER, today)
        areas.queryset = offered.order_by("folded")

    def narrow(self, rows: "QuerySet[User]") -> "QuerySet[User]":
        """The people who fit, by the roles they have today."""
        self.is_valid()
        data = self.cleaned_data
        if data.get("q"):
            rows = rows.search(data["q"])  # type: ignore[attr-defined]
        state = data.get("state")
        if state != "all":
            rows = rows.filter(is_active=state != "closed")
        now: QuerySet[Grant] = Grant.objects.valid_on(clock.today())
        if data.get("role"):
            now = now.filter(role=data["role"])
        area: Area | None = data.get("area")
        if area is not None:  # whoever answers for the area, or for a larger one that holds it
            now = now.filter(Q(area__isnull=True) | Q(area__closure_down__area=area))
        if data.get("role") or area is not None:
            rows = rows.filter(pk__in=now.values("user_id"))
        return rows


# --- roles ------------------------------------------------------------------------------------------------------------


def _area_choices(actor: User, day: dt.date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Areas of one kind after the other, as they were on the day."""
    rows = list(areas_for_grant(actor, Role.OFFICER, day).order_by("folded"))
    rows += areas_for_grant(actor, Role.COLLABORATOR, day).order_by("folded")
    groups = ((Level.PROVINCE, _("Provinces")), (Level.COMMUNE, _("Communes")), (Level.DISTRICT, _("Districts")))
    found = [(str(title), [(row.uid, row.full_name) for row in rows if row.level == level]) for level, title in groups]
    return [group for group in found if group[1]]


class AreaOfDayMixin(KcForm):
    """Offers the areas that existed on a day, and gives the Area for the uid chosen."""

    def offer_areas(self, actor: User, day: dt.date) -> None:
        field: Any = self.fields["area"]
        field.choices = [("", _("Choose")), *_area_choices(actor, day)]
        field.error_messages["invalid_choice"] = _("This area does not exist on the first day. Choose another one.")

    def clean_area(self) -> Area | None:
        uid = self.cleaned_data.get("area")
        return Area.objects.filter(uid=uid).first() if uid else None


class GrantForm(AreaOfDayMixin):
    role = forms.ChoiceField(label=_("Role"))
    valid_from = DateField(label=_("First day"))
    valid_to = DateField(label=_("Last day"), required=False, help_text=_("Empty: until further notice."))
    area = forms.ChoiceField(label=_("Area"))
    field_order = ("role", "valid_from", "valid_to", "area")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"valid_from": clock.today(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["role"]
        roles.choices = [("", _("Choose")), *Role.choices]
        self.day = self._first_day()
        self.offer_areas(actor, self.day)

    def _first_day(self) -> dt.date:
        """The first day as typed, or today while there is none that can be read."""
        field = self.fields["valid_from"]
        typed = self["valid_from"].value()
        try:
            day = field.clean(typed)
        except forms.ValidationError:
            return clock.today()
        return day if isinstance(day, dt.date) else clock.today()


class EndGrantForm(KcForm):
    on = DateField(label=_("Last day"), help_text=_("Yesterday ends the role at once; today, at midnight."))


# --- programs ---------------------------------------------------------------------------------------------------------

SCOPE_LABELS = {
    "reports:read": _("read reports"),
    "reports:write": _("ask for reports and move them on"),
    "records:read": _("read records"),
    "records:write": _("enter and change records"),
}


class ClientForm(KcForm):
    name = forms.CharField(label=_("Name of the program"), max_length=150)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(scope, SCOPE_LABELS[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    may_publish = forms.BooleanField(label=_("It may publish reports"), required=False)


class NewClientForm(ClientForm, AreaOfDayMixin):
    agency = _AgencyChoice(label=_("Agency"), queryset=Agency.objects.none())
    role = forms.ChoiceField(label=_("Acts with the role"))
    area = forms.ChoiceField(label=_("Area"))
    field_order = ("name", "agency", "role", "area", "scopes", "may_publish")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.administered_by(actor)  # type: ignore[attr-defined]
        roles: Any = self.fields["role"]
        known = [(role.value, role.label) for role in Role if role != Role.ADMINISTRATOR]
        roles.choices = [("", _("Choose")), *known]
        self.offer_areas(actor, clock.today())


# --- staff and hand-overs ---------------------------------------------------------------------------------------------


class StaffFilter(FilterForm):
    """What the list of staff is narrowed by."""

    OF = {
        "department": (AgencyKind.DEPARTMENT,),
        "centre": (AgencyKind.CENTRE,),
        "commune": (AgencyKind.COMMUNE,),
    }

    q = forms.CharField(label=_("Name, position or agency"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices])
    at = forms.ChoiceField(
        label=_("Agency"),
        required=False,
        choices=[
            ("", _("All agencies")),
            ("department", _("Department")),
            ("centre", _("Centre")),
            ("commune", _("Communes")),
        ],
    )
    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none(), required=False, to_field_name="uid")

    def __init__(self, data: Any, *, provinces: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        areas: Any = self.fields["area"]
        below = Area.objects.valid_on(clock.today()).filter(closure_up__ancestor__in=provinces, level=Level.COMMUNE)
        areas.queryset = below.distinct().order_by("folded")

    def narrow(self, rows: "QuerySet[User]") -> "QuerySet[User]":
        """The people who fit, by the roles they have today."""
        chosen = self.usable()
        if "q" in chosen:
            rows = search(rows, chosen["q"])
        if "at" in chosen:
            rows = rows.filter(agency__kind__in=self.OF[chosen["at"]])
        now: QuerySet[Grant] = Grant.objects.valid_on(clock.today())
        if "role" in chosen:
            rows = rows.filter(pk__in=now.filter(role=chosen["role"]).values("user_id"))
        if "area" in chosen:
            here = now.filter(role=Role.COLLABORATOR, area__closure_down__area=chosen["area"])
            rows = rows.filter(pk__in=here.values("user_id"))
        return rows


class TrainingForm(OnceForm, KcForm):
    subject = NfcField(label=_("What was learned"), max_length=200)
    provider = NfcField(label=_("Who gave it"), max_length=200, required=False)
    year_from = WholeField(label=_("Year"), max_value=2100)
    year_to = WholeField(label=_("Last year, where it went on longer"), max_value=2100, required=False)
    days = WholeField(label=_("Number of days"), max_value=3000, required=False)
    certificate_no = NfcField(label=_("Number of the certificate"), max_length=60, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: StaffTraining | None = None, **kwargs: Any) -> None:
        if row is not None:
            names = ("subject", "provider", "year_from", "year_to", "days", "certificate_no", "version")
            kwargs["initial"] = {name: getattr(row, name) for name in names}
        super().__init__(*args, **kwargs)

    def training(self) -> TrainingData:
        names = ("subject", "provider", "year_from", "year_to", "days", "certificate_no")
        return TrainingData(**{name: self.cleaned_data[name] for name in names})


class _PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.full_name} ({obj.username}){f' · {obj.agency}' if obj.agency else ''}"


class GiverForm(KcForm):
    """Whose units and open work are handed over."""

    giver = _PersonChoice(label=_("Who hands over"), queryset=User.objects.none(), to_field_name="public_id")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["giver"]
        field.queryset = User.objects.people().visible_to(actor).select_related("agency")


class HandOverForm(OnceForm, KcForm):
    areas = forms.MultipleChoiceField(
        label=_("Areas of responsibility"), required=False, widget=forms.CheckboxSelectMultiple
    )
    everything = forms.BooleanField(
        label=_("All open work of the person"),
        required=False,
        help_text=_("Also what lies in none of these units. Otherwise the open work of the chosen units alone."),
    )
    taker = _PersonChoice(label=_("Who takes over"), queryset=User.objects.none(), to_field_name="public_id")
    starts_on = DateField(
        label=_("First day of the one who takes over"), help_text=_("The other one's last day is the day before.")
    )
    reason = NfcField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example the decision or notice, with number and date."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: User, giver: User, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.giver, self.of_giver = giver, {unit.grant.area.uid: unit for unit in units if unit.grant.area}
        areas: Any = self.fields["areas"]
        areas.choices = [(uid, self._words(unit)) for uid, unit in self.of_giver.items()]
        if not units:
            del self.fields["areas"]
            self.fields["everything"].initial = True
        taker: Any = self.fields["taker"]
        administrators = Grant.objects.valid_on(clock.today()).filter(role=Role.ADMINISTRATOR).values("user_id")
        people = User.objects.people().visible_to(actor).filter(is_active=True).exclude(pk=giver.pk)
        taker.queryset = people.exclude(pk__in=administrators).select_related("agency")

    @staticmethod
    def _words(unit: Unit) -> str:
        said = unit.grant.area.full_name if unit.grant.area else ""
        if unit.ended and unit.grant.valid_to:
            said = _("%(area)s (role ended on %(day)s)") % {"area": said, "day": f"{unit.grant.valid_to:%d/%m/%Y}"}
        if unit.covered_by:
            names = ", ".join(person.full_name for person in unit.covered_by)
            said = _("%(area)s, also covered by %(people)s") % {"area": said, "people": names}
        return str(said)

    def order(self) -> Order:
        data = self.cleaned_data
        chosen = [self.of_giver[uid].grant.area for uid in data.get("areas", [])]
        return Order(
            self.giver, data["taker"], data["starts_on"], data["reason"],
            [area for area in chosen if area is not None], data["everything"],
        )  # fmt: skip


class HandOverFilter(FilterForm):
    q = forms.CharField(label=_("Name"), max_length=100, required=False)
    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none(), required=False, to_field_name="uid")

    def __init__(self, data: Any, *, provinces: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        areas: Any = self.fields["area"]
        below = Area.objects.filter(closure_up__ancestor__in=provinces, level=Level.COMMUNE)
        areas.queryset = below.filter(valid_to__isnull=True).distinct().order_by("folded")

    def narrow(self, rows: Any) -> Any:
        chosen = self.usable()
        if "q" in chosen:
            named = User.objects.search(chosen["q"]).values("pk")
            rows = rows.filter(Q(giver__in=named) | Q(taker__in=named))
        if "area" in chosen:
            rows = rows.filter(units__area=chosen["area"])
        return rows
