"""The exchange between province and collaborators: the list with reply times, a new question, one thread, and the
panels of a project and of a place."""

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import drafts
from accounts.models import Grant, User, areas_below
from accounts.roles import Role
from accounts.signed_in import render_form, sent_once, user_of
from accounts.views.drafts import key_in
from audit.models import Entry
from coordination import exchange as services
from coordination import permissions
from coordination.forms import CloseForm, MessageForm, NewThreadForm, NothingForm, ThreadFilter, kept, waiting_form
from coordination.models import GivenTask, Message, Thread, ThreadState, provinces_of
from coordination.states import THREAD_LIFE
from coordination.views.shared import page_of, sent
from core import clock, sheets
from core.errors import Invalid, WrongState
from places.models import Area, AreaClosure
from projects.models import Project
from projects.views.steps import stored_file


def waited_words(minutes: int) -> str:
    """«2 days 3 hours», «40 minutes»."""
    days, hours = divmod(minutes // 60, 24)
    if days:
        text = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
        more = ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
        return f"{text} {more}" if hours else text
    if hours:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


COLUMNS = (
    sheets.Column(_lazy("What it is about"), lambda row: row.subject, width=46),
    sheets.Column(_lazy("Place"), lambda row: row.area.full_name),
    sheets.Column(_lazy("Project"), lambda row: row.project.code if row.project else ""),
    sheets.Column(_lazy("Begun by"), lambda row: row.opened_by.full_name),
    sheets.Column(_lazy("Begun at"), lambda row: timezone.localtime(row.opened_at), "moment"),
    sheets.Column(_lazy("State"), lambda row: row.get_state_display()),
    sheets.Column(
        _lazy("Who has to answer"),
        lambda row: (
            (row.waits_for.full_name if row.waits_for else row.get_waits_side_display()) if row.state == "open" else ""
        ),
    ),
    sheets.Column(_lazy("Answer due on"), lambda row: row.due_on if row.state == "open" else None, "day"),
    sheets.Column(_lazy("Last message"), lambda row: timezone.localtime(row.last_at), "moment"),
)


def _thread(user: User, public_id: UUID) -> Thread:
    rows = Thread.objects.visible_to(user).select_related("area", "project", "opened_by", "waits_for", "province")
    found: Thread = get_object_or_404(rows, public_id=public_id)
    return found


def may_begin(user: User) -> bool:
    """Is there any place where the person may begin an exchange?"""
    return bool(user.has_role(*permissions.OFFICE, Role.COLLABORATOR))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = Thread.objects.visible_to(user)
    mine = services.waiting_for(user)
    form = ThreadFilter(request.GET, rows=visible, mine=mine)
    rows = form.narrow().select_related("area", "project", "opened_by", "waits_for").order_by("-last_at", "-id")
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "trao-doi", _("Exchange"), COLUMNS, rows.iterator(), about=form.in_words)
    figures = [
        (title, [(row, waited_words(row.minutes)) for row in services.reply_figures(form.narrow(), by)])
        for title, by in ((_("By unit"), "unit"), (_("By person"), "author"))
    ]
    context = {
        "tab": "exchange",
        "form": form,
        "page": page_of(request, rows),
        "any": visible.exists(),
        "may_begin": may_begin(user),
        "mine": mine.count(),
        "waiting": visible.filter(state=ThreadState.OPEN).count(),
        "late": visible.late().count(),
        "figures": figures if figures[0][1] else [],
    }
    return render(request, "coordination/exchange.html", context)


def _typed(request: HttpRequest, user: User) -> Any:
    """The draft that is to be used again: `?draft=` with its key."""
    key = key_in(request.GET, "draft") if request.method != "POST" else None
    return drafts.find(user, request.path, key) if key else None


def _kept_context(request: HttpRequest, user: User, again: Any) -> dict[str, Any]:
    key = key_in(request.POST) or (again.key if again else uuid4())
    return {"draft_key": key, "drafts": drafts.kept(user, request.path, without=key), "again": again}


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """On a project (`?project=`) or on a place (`?area=`)."""
    user = user_of(request)
    if not may_begin(user):
        permissions.may_exchange(0, 0, user).require()
    again = _typed(request, user)
    data = drafts.as_sent(again) if again else request.POST or None
    wanted = data.get("project", "") if data is not None else request.GET.get("project", "")
    project = _project(user, wanted)
    area = Area.objects.filter(uid=request.GET.get("area", "")[:30]).first()
    initial = {"project": project.public_id if project else None} | ({"area": area} if area else {})
    files = request.FILES if request.method == "POST" else None
    form = NewThreadForm(data, files, actor=user, project=project, initial=initial)
    if again:
        form.judge_nothing()

    def act() -> str:
        given = form.cleaned_data
        row = services.open_thread(
            given["subject"],
            services.Written(given["text"], **kept(given["file"])),
            actor=user,
            project=project,
            area=None if project else given["area"],
            waits_for=given["waits_for"],
        )
        drafts.stored(user, key_in(request.POST))
        return reverse("coordination:thread", args=[row.public_id])

    answer, error = sent_once(request, form, act, _("Sent."))
    if answer:
        return answer
    context = {"project": project, "choose_again": bool(files), **_kept_context(request, user, again)}
    return render_form(request, "coordination/thread_form.html", form, context, error)


def _project(user: User, text: str) -> Project | None:
    """The project of the address; 404 for one that is not there for this person."""
    if not text:
        return None
    try:
        key = UUID(text)
    except ValueError:
        raise Http404 from None
    found: Project = get_object_or_404(Project.objects.worked_on_by(user).select_related("area"), public_id=key)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was written, and below it one's own message; who answers, closing it and opening it again."""
    user = user_of(request)
    row = _thread(user, public_id)
    url = reverse("coordination:thread", args=[public_id])
    did = request.POST.get("do", "") if request.method == "POST" else ""
    again = _typed(request, user)
    forms = _forms(request, row, user, did, again)
    if request.method == "POST":
        if did not in forms:
            if did == "write":
                permissions.may_write(row, user).require()
                services.require_open(row)
            elif did == "assign":
                permissions.may_pass_on(row, user).require()
                raise WrongState(_("Nothing waits for an answer here."))
            services.take_thread_step(row, did, actor=user)
            raise Invalid(_("There is no such step."))
        answer = _do(request, row, did, forms[did], user, url)
        if answer:
            return answer
    messages = list(row.messages.select_related("author", "unit", "file", "answers"))
    for message in messages:
        if message.answers:
            minutes = round((message.at - message.answers.at).total_seconds() / 60)
            message.took = waited_words(minutes)  # type: ignore[attr-defined]
    context = {
        "row": row,
        "tab": "exchange",
        "forms": forms,
        "form": forms.get(did),
        "thread": messages,
        "mine": services.waiting_for(user).filter(pk=row.pk).exists(),
        "history": Entry.objects.about(row)[:50],
        **_kept_context(request, user, again),
    }
    wrong = did in forms and forms[did].errors
    return render(request, "coordination/thread.html", context, status=422 if wrong else 200)


def _forms(request: HttpRequest, row: Thread, user: User, did: str, again: Any) -> dict[str, Any]:
    def sent_to(code: str) -> Any:
        return request.POST if did == code else None

    found: dict[str, Any] = {}
    side = permissions.side_of(row.province_id, row.area_id, user)
    if row.state != ThreadState.CLOSED and side:
        files = request.FILES if did == "write" else None
        may_ask = row.state == ThreadState.ANSWERED or side == row.waits_side
        data = sent_to("write")
        if again is not None and did != "write":
            found["write"] = MessageForm(drafts.as_sent(again), prefix="write", may_ask=may_ask)
            found["write"].judge_nothing()
        else:
            found["write"] = MessageForm(data, files, prefix="write", may_ask=may_ask)
    if row.state == ThreadState.OPEN and permissions.may_pass_on(row, user):
        people = services.candidates(row).select_related("agency")
        found["assign"] = waiting_form(row, people, sent_to("assign"), "assign")
    possible = {step.code for step, verdict in THREAD_LIFE.available(row, user) if verdict}
    if "close" in possible:
        found["close"] = CloseForm(sent_to("close"), prefix="close")
    if "reopen" in possible:
        found["reopen"] = NothingForm(sent_to("reopen"), prefix="reopen")
    return found


def _do(request: HttpRequest, row: Thread, did: str, form: Any, user: User, url: str) -> HttpResponse | None:
    if did == "write":

        def write() -> str:
            data = form.cleaned_data
            written = services.Written(data["text"], **kept(data["file"]))
            message = services.write(row, written, actor=user, asks=data.get("asks", False))
            drafts.stored(user, key_in(request.POST))
            return f"{url}#m{message.pk}"

        return sent_once(request, form, write, _("Sent."))[0]
    if did == "assign":
        person: Any = lambda: services.pass_on(row, form.cleaned_data["assigned_to"], actor=user)  # noqa: E731
        return sent(request, form, person, url, _("Saved."))
    note: Any = lambda: services.take_thread_step(  # noqa: E731
        row, did, actor=user, note=form.cleaned_data.get("note", "")
    )
    return sent(request, form, note, url, _("Saved."))


@require_safe
def attached(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """The photo or paper of a message."""
    row = _thread(user_of(request), public_id)
    found: Message = get_object_or_404(row.messages.select_related("file"), pk=pk)
    if found.file is None:
        raise Http404
    return stored_file(found.file, found.file_name or str(found.pk))


# --- panels -----------------------------------------------------------------------------------------------------------


def _panel(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    part = getattr(request, "htmx", False)
    return render(request, "coordination/_panel.html" if part else "coordination/panel.html", context)


@require_safe
def of_project(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The exchange on a project, and the tasks it carries out. Who only reads it from outside sees its tasks alone."""
    user = user_of(request)
    project: Project = get_object_or_404(Project.objects.visible_to(user), public_id=public_id)
    works = Project.objects.worked_on_by(user).filter(pk=project.pk).exists()
    side = permissions.side_of(project.province_id, project.area_id, user)
    context = {
        "project": project,
        "threads": Thread.objects.visible_to(user).filter(project=project).select_related("waits_for", "area")[:20],
        "tasks": GivenTask.objects.visible_to(user).filter(project=project).select_related("document__legal"),
        "outside": not works,
        "may_begin": works and bool(side),
        "new_url": f"{reverse('coordination:thread_new')}?project={project.public_id}",
    }
    return _panel(request, context)


@require_safe
def of_area(request: HttpRequest, uid: str) -> HttpResponse:
    """A place: who covers it, the exchange on it and on its projects, the last contact, and the tasks for it."""
    user = user_of(request)
    area: Area = get_object_or_404(Area, uid=uid)
    below = areas_below([area.pk])
    seen = AreaClosure.objects.filter(area_id=area.pk, ancestor_id__in=provinces_of(user) | user.sight.granted_area_ids)
    if not seen.exists():
        raise Http404
    threads = Thread.objects.visible_to(user).filter(area_id__in=below).select_related("waits_for", "area", "project")
    of_place = GivenTask.areas.through.objects.filter(area_id__in=below).values("giventask_id")
    above = AreaClosure.objects.filter(area_id=area.pk).values("ancestor_id")
    grants = Grant.objects.valid_on(clock.today()).filter(
        role=Role.COLLABORATOR, area_id__in=above, user__is_active=True
    )
    context = {
        "area": area,
        "threads": threads[:20],
        "last_at": threads.values_list("last_at", flat=True).first(),
        "tasks": GivenTask.objects.visible_to(user).filter(pk__in=of_place).select_related("document__legal"),
        "people": User.objects.filter(pk__in=grants.values("user_id")),
        "may_begin": may_begin(user) and bool(area.level != "province"),
        "new_url": f"{reverse('coordination:thread_new')}?area={area.uid}",
    }
    return _panel(request, context)
