"""Selections: rounds with their council, entries, scores, results and certificates."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import params
from core.api.problems import bad_field, in_terms_of_the_body
from core.api.serializers import Choice, Day, DecimalText, Known, ReasonBody, Reference, StrictSerializer, Text, Whole
from core.api.views import PortalRequest, PortalView
from core.errors import DomainError
from enterprises.api.views import AreaField
from places.api.views import brief
from places.services import province_of
from products import selections
from products.models import (
    CouncilRole,
    Product,
    Result,
    RoundState,
    Score,
    SelectionEntry,
    SelectionLevel,
    SelectionRound,
)
from products.selections import CriterionData, MemberData, RoundData
from products.states import ROUND
from projects.models import Project

ANY = OpenApiTypes.OBJECT
NEWEST_PK = 2**31 - 1


def _figure(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


class SelectionRoundBody(StrictSerializer):
    """`area`: the province whose records these are. `project`: id of the one that paid for it."""

    level = Reference(lambda code: SelectionLevel.objects.filter(code=code).first(),
                      help_text="A code of /selection-levels/.")  # fmt: skip
    year = Whole(min_value=2010, max_value=2100)
    area = AreaField()
    name = Text(max_length=300)
    organiser = Text(max_length=300)
    region = Text(max_length=200, required=False, allow_blank=True)
    decision_no = Text(max_length=60, required=False, allow_blank=True)
    decision_on = Day(required=False, allow_null=True)
    entries_until = Day(required=False, allow_null=True)
    project = Known(Project.objects.visible_to, required=False, allow_null=True)


class SelectionRoundChange(SelectionRoundBody):
    version = Whole(min_value=1)


class MemberBody(StrictSerializer):
    """`account`: of a person of the province, who then enters their own scores."""

    name = Text(max_length=150)
    title = Text(max_length=200, required=False, allow_blank=True)
    role = Choice(CouncilRole.choices, required=False)
    account = Text(max_length=60, required=False, allow_null=True)


class CriterionBody(StrictSerializer):
    """null: not known; without all of them there is no total."""

    id = Whole(min_value=1, max_value=NEWEST_PK)
    weight = DecimalText(6, 2, allow_null=True)
    max_score = DecimalText(6, 2, allow_null=True)


class CouncilBody(StrictSerializer):
    """The whole council anew; criteria that are left out stay as they are."""

    members = serializers.ListField(child=MemberBody(), max_length=50)
    criteria = serializers.ListField(child=CriterionBody(), max_length=50, required=False)
    version = Whole(min_value=1)


class OneScore(StrictSerializer):
    """`value` null takes the score away: it is missing then, and no zero."""

    entry = Known(SelectionEntry.objects.visible_to)
    criterion = Whole(min_value=1, max_value=NEWEST_PK)
    value = DecimalText(6, 2, allow_null=True)


class ScoresBody(StrictSerializer):
    """Of one member; scores that are left out stay."""

    member = Whole(min_value=1, max_value=NEWEST_PK)
    scores = serializers.ListField(child=OneScore(), max_length=2000)


class DecidedBody(StrictSerializer):
    entry = Known(SelectionEntry.objects.visible_to)
    result = Choice(Result.choices)
    reason = Text(max_length=500, required=False, allow_blank=True)


class CertifiedBody(StrictSerializer):
    entry = Known(SelectionEntry.objects.visible_to)
    number = Text(max_length=60)
    issued_on = Day()
    valid_to = Day(required=False, allow_null=True)


class RoundStepBody(StrictSerializer):
    """reopen_entries: `note`; decide_results: `number`, `on` and `results` of every entry; certify: `certificates` of
    every recognised one."""

    note = Text(max_length=500, required=False, allow_blank=True)
    number = Text(max_length=60, required=False, allow_blank=True)
    on = Day(required=False)
    results = serializers.ListField(child=DecidedBody(), max_length=500, required=False)
    certificates = serializers.ListField(child=CertifiedBody(), max_length=500, required=False)


class EntryBody(StrictSerializer):
    """`from_entry`: id of the entry whose certificate, of a lower level, it enters with."""

    round = Known(SelectionRound.objects.visible_to)
    product = Known(Product.objects.visible_to)
    registered_on = Day()
    from_entry = Known(SelectionEntry.objects.visible_to, required=False, allow_null=True)


# --- rounds -----------------------------------------------------------------------------------------------------------


def show_rounds(rows: list[SelectionRound], user: Any) -> list[dict[str, Any]]:
    ids = [row.project_id for row in rows if row.project_id]
    seen = dict(Project.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "public_id"))
    return [
        {
            "id": str(row.public_id),
            "level": row.level.code,
            "year": row.year,
            "area": brief(row.province),
            "name": row.name,
            "organiser": row.organiser,
            "region": row.region or None,
            "decision_no": row.decision_no or None,
            "decision_on": row.decision_on,
            "entries_until": row.entries_until,
            "project": str(seen[row.project_id]) if row.project_id in seen else None,
            "state": row.state,
            "result_no": row.result_no or None,
            "result_on": row.result_on,
            "version": row.version,
        }
        for row in rows
    ]


def _show_round(row: SelectionRound, user: Any) -> dict[str, Any]:
    """One alone, with its criteria and what may be done."""
    return {**show_rounds([row], user)[0], "criteria": _criteria(row), "available_steps": ROUND.told(row, user)}


def _criteria(row: SelectionRound) -> list[dict[str, Any]]:
    return [
        {"id": one.pk, "name": one.name, "weight": _figure(one.weight), "max_score": _figure(one.max_score)}
        for one in row.criteria.all()
    ]


def _round(request: PortalRequest, round_id: UUID) -> SelectionRound:
    rows = SelectionRound.objects.visible_to(request.user).select_related("level", "province", "project")
    row: SelectionRound | None = rows.filter(public_id=round_id).first()
    if row is None:
        raise Http404
    return row


def _data(body: dict[str, Any]) -> RoundData:
    return RoundData(province=province_of(body.pop("area")), **body)


class RoundList(PortalView):
    paged = True
    params = (
        params.YEAR,
        params.code("level", "A code of /selection-levels/."),
        params.choice("state", list(RoundState.values)),
    )

    @extend_schema(operation_id="selection_rounds", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = SelectionRound.objects.visible_to(request.user).select_related("level", "province")
        for name, column in (("year", "year"), ("level", "level__code"), ("state", "state")):
            if name in values:
                rows = rows.filter(**{column: values[name]})
        return self.page(request, rows, lambda found: show_rounds(found, request.user), values)

    @extend_schema(operation_id="selection_round_create", request=SelectionRoundBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        """It takes the criteria in force on its day."""

        def act() -> Response:
            made = selections.create_round(_data(self.body(SelectionRoundBody, request)), actor=request.user)
            return Response(_show_round(made, request.user), status=201)

        return self.once(request, act)


class RoundOne(PortalView):
    @extend_schema(operation_id="selection_round", responses=ANY)
    def get(self, request: PortalRequest, round_id: UUID) -> Response:
        return Response(_show_round(_round(request, round_id), request.user))

    @extend_schema(operation_id="selection_round_change", request=SelectionRoundChange, responses=ANY)
    def put(self, request: PortalRequest, round_id: UUID) -> HttpResponse:
        row = _round(request, round_id)
        body = self.body(SelectionRoundChange, request)
        version = body.pop("version")
        row = selections.change_round(row, _data(body), actor=request.user, version=version)
        return Response(_show_round(row, request.user))


def _by_place(error: DomainError, fields: dict[str, tuple[str, str]], places: dict[int, int]) -> None:
    """A fault at «result-12» (the entry of that row) stands at the place in the body that speaks of it. `fields`:
    {result: (results, result)}; one that the body left out is a fault of the whole list."""
    named: dict[str, list[str]] = {}
    for name, texts in error.fields.items():
        what, _dash, pk = name.partition("-")
        if what in fields and pk.isdigit():
            group, field = fields[what]
            place = places.get(int(pk))
            name = group if place is None else f"{group}.{place}.{field}"
        named.setdefault(name, []).extend(text for text in texts if text not in named.get(name, []))
    error.fields = named


FAULTS = {
    "result": ("results", "result"),
    "reason": ("results", "reason"),
    "number": ("certificates", "number"),
    "issued_on": ("certificates", "issued_on"),
    "valid_to": ("certificates", "valid_to"),
}


class RoundStep(PortalView):
    @extend_schema(operation_id="selection_round_step", request=RoundStepBody, responses=ANY)
    def post(self, request: PortalRequest, round_id: UUID, step: str) -> HttpResponse:
        row = _round(request, round_id)

        def act() -> Response:
            body = self.body(RoundStepBody, request)
            note = body.pop("note", "")
            results, papers = body.pop("results", []), body.pop("certificates", [])
            for group, given in (("results", results), ("certificates", papers)):
                if len({one["entry"].pk for one in given}) < len(given):
                    raise bad_field(group, _("The same entry stands there twice."))
            data = {
                **body,
                "results": {one["entry"].pk: (one["result"], one.get("reason", "")) for one in results},
                "certificates": {
                    one["entry"].pk: (one["number"], one["issued_on"], one.get("valid_to")) for one in papers
                },
            }
            try:
                taken = selections.take_round_step(row, step, actor=request.user, note=note, data=data)
            except DomainError as error:
                _by_place(error, FAULTS, {one["entry"].pk: n for n, one in enumerate(results or papers)})
                raise
            return Response(_show_round(taken, request.user))

        return self.once(request, act)


# --- council and scores -----------------------------------------------------------------------------------------------


def _show_council(row: SelectionRound) -> dict[str, Any]:
    members = row.council.select_related("user").annotate(given=Count("scores"))
    return {
        "members": [
            {
                "id": one.pk,
                "name": one.name,
                "title": one.title or None,
                "role": one.role,
                "account": one.user.username if one.user else None,
                "scores_given": one.given,
            }
            for one in members
        ],
        "criteria": _criteria(row),
        "version": row.version,
    }


class RoundCouncil(PortalView):
    @extend_schema(operation_id="selection_council", responses=ANY)
    def get(self, request: PortalRequest, round_id: UUID) -> Response:
        row = _round(request, round_id)
        selections.require_may_see_scores(row, request.user)
        return Response(_show_council(row))

    @extend_schema(operation_id="selection_council_set", request=CouncilBody, responses=ANY)
    def put(self, request: PortalRequest, round_id: UUID) -> HttpResponse:
        row = _round(request, round_id)
        body = self.body(CouncilBody, request)
        accounts = {one["account"] for one in body["members"] if one.get("account")}
        people = {one.username: one for one in selections.people_for(row).filter(username__in=accounts)}
        members = []
        for place, one in enumerate(body["members"]):
            account = one.pop("account", None)
            if account is not None and account not in people:
                raise bad_field(f"members.{place}.account", _("There is no such person in the province."))
            members.append(MemberData(**one, user=people.get(account)))
        known = {one.pk: one for one in row.criteria.all()}
        criteria = []
        for place, one in enumerate(body.get("criteria", [])):
            if one["id"] not in known:
                raise bad_field(f"criteria.{place}.id", _("Choose one of the list."))
            criteria.append(CriterionData(known.pop(one["id"]), one["weight"], one["max_score"]))
        if criteria:  # the rest as they are, so that all of them are weighed together
            criteria += [CriterionData(one, one.weight, one.max_score) for one in known.values()]
        row = selections.set_council(row, members, criteria, actor=request.user, version=body["version"])
        return Response(_show_council(row))


class RoundScores(PortalView):
    """For the department, the centre and the council."""

    def _show(self, row: SelectionRound) -> dict[str, Any]:
        scores = Score.objects.filter(entry__round=row).select_related("entry")
        return {
            "scores": [
                {
                    "member": one.member_id,
                    "entry": str(one.entry.public_id),
                    "criterion": one.criterion_id,
                    "value": _figure(one.value),
                }
                for one in scores
            ],
            "standings": [
                {
                    "entry": str(one.entry.public_id),
                    "means": [{"criterion": pk, "mean": _figure(mean)} for pk, mean in one.means.items()],
                    "total": _figure(one.total),
                    "missing": one.missing,
                }
                for one in selections.standings(row)
            ],
        }

    @extend_schema(operation_id="selection_scores", responses=ANY)
    def get(self, request: PortalRequest, round_id: UUID) -> Response:
        row = _round(request, round_id)
        selections.require_may_see_scores(row, request.user)
        return Response(self._show(row))

    @extend_schema(operation_id="selection_scores_give", request=ScoresBody, responses=ANY)
    def put(self, request: PortalRequest, round_id: UUID) -> HttpResponse:
        row = _round(request, round_id)
        body = self.body(ScoresBody, request)
        selections.require_may_see_scores(row, request.user)
        member = row.council.filter(pk=body["member"]).first()
        if member is None:
            raise bad_field("member", _("There is no such thing here."))
        criteria = {one.pk: one for one in row.criteria.all()}
        scores: dict[Any, Any] = {}
        places: dict[str, int] = {}
        for place, one in enumerate(body["scores"]):
            entry, criterion = one["entry"], criteria.get(one["criterion"])
            if criterion is None:
                raise bad_field(f"scores.{place}.criterion", _("Choose one of the list."))
            if (entry, criterion) in scores:
                raise bad_field(f"scores.{place}", _("The same stands there twice."))
            scores[entry, criterion] = one["value"]
            places[f"score-{entry.pk}-{criterion.pk}"] = place
        with in_terms_of_the_body(**{name: f"scores.{place}.value" for name, place in places.items()}):
            selections.give_scores(member, scores, actor=request.user)
        return Response(self._show(row))


# --- entries ----------------------------------------------------------------------------------------------------------


def show_entry(row: SelectionEntry) -> dict[str, Any]:
    certificate = getattr(row, "certificate", None)
    lower = row.from_certificate
    return {
        "id": str(row.public_id),
        "round": str(row.round.public_id),
        "product": str(row.product.public_id),
        "registered_on": row.registered_on,
        "from_certificate": lower.number if lower else None,
        "result": row.result or None,
        "reason": row.reason or None,
        "score": _figure(row.score),
        "certificate": {
            "number": certificate.number,
            "issued_on": certificate.issued_on,
            "valid_to": certificate.valid_to,
        }
        if certificate
        else None,
    }


def _entries(user: Any) -> Any:
    rows = SelectionEntry.objects.visible_to(user)
    return rows.select_related("round", "product", "from_certificate", "certificate")


def _entry(request: PortalRequest, entry_id: UUID) -> SelectionEntry:
    row: SelectionEntry | None = _entries(request.user).filter(public_id=entry_id).first()
    if row is None:
        raise Http404
    return row


class EntryList(PortalView):
    paged = True
    params = (
        params.YEAR,
        params.code("level", "A code of /selection-levels/."),
        params.uuid_("round", "Only of this round."),
        params.choice("result", list(Result.values)),
    )

    @extend_schema(operation_id="selection_entries", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = _entries(request.user)
        columns = {
            "year": "round__year",
            "level": "round__level__code",
            "round": "round__public_id",
            "result": "result",
        }
        for name, column in columns.items():
            if name in values:
                rows = rows.filter(**{column: values[name]})
        return self.page(request, rows, lambda found: [show_entry(row) for row in found], values)

    @extend_schema(operation_id="selection_entry_create", request=EntryBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(EntryBody, request)
            lower = body.get("from_entry")
            certificate = getattr(lower, "certificate", None) if lower else None
            if lower is not None and certificate is None:
                raise bad_field("from_entry", _("This entry has no certificate."))
            with in_terms_of_the_body(certificate="from_entry"):
                made = selections.enter_product(
                    body["round"], body["product"], body["registered_on"], actor=request.user, certificate=certificate
                )
            return Response(show_entry(made), status=201)

        return self.once(request, act)


class EntryOne(PortalView):
    @extend_schema(operation_id="selection_entry", responses=ANY)
    def get(self, request: PortalRequest, entry_id: UUID) -> Response:
        return Response(show_entry(_entry(request, entry_id)))


class EntryRemove(PortalView):
    @extend_schema(operation_id="selection_entry_remove", request=ReasonBody, responses=ANY)
    def post(self, request: PortalRequest, entry_id: UUID) -> HttpResponse:
        """Take it back while entries are open; the history keeps it."""

        def act() -> Response:
            row = _entry(request, entry_id)
            selections.remove_entry(row, self.body(ReasonBody, request)["note"], actor=request.user)
            return Response({"removed": str(entry_id)})

        return self.once(request, act)
