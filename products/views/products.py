"""Products: list, one product with its brands and selections, entering; what follows from certificates."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.form_pages import form_page
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock, sheets
from enterprises.models import Enterprise
from products import permissions, photos, services
from products.forms import BrandForm, BrandStepForm, PhotoForm, ProductFilter, ProductForm, stored_product
from products.models import Brand, Product, ProductPhoto, SelectionEntry
from products.states import BRAND
from products.views.shared import PAGE_SIZE, brand_of, product_of
from projects.models import Project
from projects.views.steps import stored_file

COLUMNS = (
    sheets.Column(_lazy("Product"), lambda row: row.name, width=46),
    sheets.Column(_lazy("Group of products"), lambda row: row.group.name, width=30),
    sheets.Column(_lazy("Set"), lambda row: _("yes") if row.is_set else _("no"), width=8),
    sheets.Column(_lazy("Establishment"), lambda row: row.enterprise.name, width=46),
    sheets.Column(_lazy("Place"), lambda row: row.enterprise.area.full_name),
    sheets.Column(_lazy("Brands filed or granted"), lambda row: row.marks, "number"),
    sheets.Column(_lazy("Certificates"), lambda row: row.honours, "number"),
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = Product.objects.visible_to(user)
    form = ProductFilter(request.GET, rows=visible)
    rows = form.narrow().select_related("enterprise__area", "group")
    rows = rows.annotate(
        marks=Count("brands", filter=~Q(brands__state="prepared"), distinct=True),
        honours=Count("entries__certificate", distinct=True),
        photo=Subquery(ProductPhoto.objects.filter(product=OuterRef("pk")).order_by("pk").values("pk")[:1]),
        photo_text=Subquery(ProductPhoto.objects.filter(product=OuterRef("pk")).order_by("pk").values("text")[:1]),
    ).order_by("folded", "id")
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "san-pham", _("Products"), COLUMNS, rows.iterator(), about=form.in_words)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "any": bool(page.object_list) or visible.exists(), "tab": "products"}
    return render(request, "products/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One product; who enters products adds its photos here, or takes one off."""
    user = user_of(request)
    row = product_of(user, public_id)
    here = reverse("products:detail", args=[public_id])
    form = PhotoForm(request.POST, request.FILES) if "add" in request.POST else PhotoForm()
    error = None
    if request.method == "POST":
        permissions.may_enter(row.enterprise.province_id, user).require()
        if (key := request.POST.get("remove", "")).isascii() and key.isdigit() and len(key) < 19:
            photos.remove_photo(row, int(key), actor=user)
            messages.success(request, _("The photo is taken off."))
            return redirect(here)

        def act() -> str:
            photos.add_photo(row, form.cleaned_data["photo"], form.cleaned_data["text"], actor=user)
            return here

        answer, error = sent_once(request, form, act, _("The photo is added."))
        if answer:
            return answer
    inside = permissions.sees_history(row.enterprise.province_id, user)
    context = {
        "row": row,
        "photos": row.photos.all(),
        "photo_form": form,
        "form": form,
        "brands": row.brands.select_related("project"),
        "seen_projects": _seen_projects(user, row),
        "entries": SelectionEntry.objects.visible_to(user)
        .filter(product=row)
        .select_related("round__level", "certificate")
        .order_by("-round__year", "-id"),
        "priorities": services.certificates_on(clock.today(), products=[row.pk]),
        "may_edit": permissions.may_enter(row.enterprise.province_id, user),
        "inside": inside,
        "history": Entry.objects.about(row)[:50] if inside else [],
    }
    return render_form(request, "products/detail.html", form, context, error)


@require_safe
def photo(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """One photo, or its small copy, for whoever sees the product."""
    row = product_of(user_of(request), public_id)
    found = row.photos.select_related("file", "small").filter(pk=pk).first()
    if found is None:
        raise Http404
    return stored_file(found.small if request.GET.get("small") else found.file, f"{row.public_id}-{found.pk}.jpg")


def _seen_projects(user: "object", row: Product) -> set[int]:
    """Projects of its brands that the person may open."""
    return set(
        Project.objects.visible_to(user).filter(brands__product=row).values_list("pk", flat=True)  # type: ignore[arg-type]
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A product of an establishment."""
    user = user_of(request)
    enterprise: Enterprise = get_object_or_404(Enterprise.objects.visible_to(user), public_id=public_id)
    permissions.may_enter(enterprise.province_id, user).require()
    form = ProductForm(request.POST or None, enterprise=enterprise)

    def act() -> str:
        made = services.create_product(form.data_of(), actor=user)
        return reverse("products:detail", args=[made.public_id])

    back = reverse("enterprises:detail", args=[public_id])
    return form_page(
        request, form, act, title=_("Enter a product"), back=back, done=_("The product is entered."),
        over=enterprise.name, crumbs=((_("Products"), reverse("products:list")), (enterprise.name, back)),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = product_of(user, public_id)
    permissions.may_enter(row.enterprise.province_id, user).require()
    form = ProductForm(request.POST or None, enterprise=row.enterprise, row=row)
    back = reverse("products:detail", args=[public_id])

    def act() -> str:
        services.change_product(row, form.data_of(), actor=user, version=form.cleaned_data["version"] or 0)
        return back

    def now() -> "tuple[int, dict[str, object]]":
        found = product_of(user, public_id)
        return found.version, stored_product(found)

    return form_page(
        request, form, act, title=_("Change the product"), back=back, done=_("Saved."), over=row.enterprise.name,
        crumbs=((_("Products"), reverse("products:list")), (row.name, back)), now=now,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def brand_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    product = product_of(user, public_id)
    permissions.may_enter(product.enterprise.province_id, user).require()
    form = BrandForm(request.POST or None, product=product, user=user)

    def act() -> str:
        made = services.create_brand(product, form.data_of(), actor=user)
        return reverse("products:brand", args=[made.public_id])

    back = reverse("products:detail", args=[public_id])
    return form_page(
        request, form, act, title=_("Enter a brand"), back=back, done=_("The brand is entered. Next: its filing."),
        over=product.name, crumbs=((_("Products"), reverse("products:list")), (product.name, back)),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def brand(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One brand: its registration so far, its next steps as forms in place, and what can be put right."""
    user = user_of(request)
    row = brand_of(user, public_id)
    here = reverse("products:brand", args=[public_id])
    may = permissions.may_change_brand(row, user)
    steps = [step for step, verdict in BRAND.available(row, user) if verdict]
    sent = request.POST.get("step", "") if request.method == "POST" else ""
    if request.method == "POST":
        may.require()
    forms = {step.code: BrandStepForm(code=step.code, prefix=step.code) for step in steps}
    change = BrandForm(product=row.product, user=user, row=row)
    if sent == "change":
        change = BrandForm(request.POST, product=row.product, user=user, row=row)

        def act() -> str:
            services.change_brand(row, change.data_of(), actor=user, version=change.cleaned_data["version"] or 0)
            return here

        answer, _error = sent_once(request, change, act, _("Saved."))
        if answer:
            return answer
    elif sent:
        form = BrandStepForm(request.POST, code=sent, prefix=sent)
        forms[sent] = form

        def take() -> str:
            data = form.cleaned_data
            services.take_brand_step(row, sent, actor=user, note=data.get("note", ""), data=data)
            return here

        answer, _error = sent_once(request, form, take, _("Saved."))
        if answer:
            return answer
    sees_project = row.project and Project.objects.visible_to(user).filter(pk=row.project_id or 0).exists()
    inside = permissions.sees_history(row.product.enterprise.province_id, user)
    wrong = any(form.errors for form in (*forms.values(), change) if form.is_bound)
    context = {
        "row": row,
        "wrong": wrong,
        "steps": [(step, forms[step.code]) for step in steps],
        "forms": [*forms.values(), change],
        "change": change if may else None,
        "changing": sent == "change",
        "sees_project": sees_project,
        "inside": inside,
        "history": Entry.objects.about(row)[:50] if inside else [],
    }
    return render(request, "products/brand.html", context, status=422 if wrong else 200)


@require_safe
def of_enterprise(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The products of an establishment and the priority its certificates give: a part of its page, or a page."""
    user = user_of(request)
    enterprise: Enterprise = get_object_or_404(Enterprise.objects.visible_to(user), public_id=public_id)
    rows = Product.objects.filter(enterprise=enterprise).select_related("group")
    rows = rows.prefetch_related(Prefetch("brands", queryset=Brand.objects.exclude(state="prepared")))
    context = {
        "enterprise": enterprise,
        "rows": rows,
        "priorities": services.certificates_on(clock.today(), products=rows.values("pk")),
        "may_enter": permissions.may_enter(enterprise.province_id, user),
    }
    part = getattr(request, "htmx", False)
    return render(request, "products/_enterprise.html" if part else "products/enterprise.html", context)


@require_safe
def of_project(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Brands a project supported, rounds it paid for, and the priority its beneficiaries' certificates give."""
    user = user_of(request)
    project: Project = get_object_or_404(Project.objects.visible_to(user), public_id=public_id)
    products = Product.objects.visible_to(user).filter(enterprise__projects=project)
    context = {
        "project": project,
        "brands": Brand.objects.visible_to(user).filter(project=project).select_related("product__enterprise"),
        "rounds": project.rounds.visible_to(user).select_related("level"),
        "spearheads": project.spearheads.visible_to(user).select_related("programme"),
        "priorities": services.certificates_on(clock.today(), products=products.values("pk")),
    }
    part = getattr(request, "htmx", False)
    return render(request, "products/_project.html" if part else "products/project.html", context)
