"""People of one class from a workbook. What it says of them goes into the roster and nowhere else: no label of the
import names anybody, and its rows are gone once they are stored or dropped."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Role
from core.errors import Invalid
from core.verdicts import YES, Verdict, no
from core.workbooks import Cell
from imports.columns import YES_NO, Choice, Column, Day, Whole, Wrong, shown
from imports.importers import SAME, Importer, Row, Stored, register
from places.models import Area
from projects.models import Project
from training.models import Attendance, Trainee, TrainingClass
from training.permissions import may_keep_roster
from training.reading import Communes, read_birth_year, read_id_number, read_phone, read_sex
from training.roster_forms import communes_for
from training.rosters import TraineeData, add_trainees, find_trainee, remove_trainee, roster_of
from training.services import is_open

READERS = {"sex": read_sex, "birth_year": read_birth_year, "phone": read_phone, "id_number": read_id_number}


class Read(Column):
    """Read as the roster's own page reads it (training/reading.py)."""

    def value(self, cell: Cell, context: Any, notes: list[str]) -> Any:
        try:
            return READERS[self.code](shown(cell))
        except ValueError as error:
            raise Wrong(str(error)) from None


@register
class Trainees(Importer):
    kind = "trainees"
    title = gettext_lazy("People of a class")
    lead = gettext_lazy(
        "One row for each person of one class. Who stands on its roster already is left as they are. Enter the ID "
        "number only where the voucher of the class needs it."
    )
    model = Attendance
    sheet = gettext_lazy("People of a class")
    file = "mau-nhap-hoc-vien"
    asks_target = True
    personal = True
    max_rows = 1000
    parts = (Trainee,)
    columns = (
        Column("name", gettext_lazy("Full name"), required=True, also=("Họ và tên", "Họ tên"), most=200, width=30),
        Read("sex", gettext_lazy("Sex"), gettext_lazy("nam or nữ."), also=("Giới tính",), width=12),
        Read("birth_year", gettext_lazy("Year of birth"), also=("Năm sinh", "Ngày sinh"), example="1985", width=14),
        Column("commune", gettext_lazy("Commune"), also=("Xã, phường", "Địa chỉ", "Nơi ở"), width=26),
        Read("phone", gettext_lazy("Telephone"), also=("Điện thoại", "Số điện thoại", "SĐT"), most=20, width=18),
        Read(
            "id_number",
            gettext_lazy("ID number"),
            gettext_lazy("Only where the class needs it."),
            also=("Số định danh cá nhân", "CCCD", "Số CCCD"),
            width=18,
        ),
        Whole(
            "attended_percent",
            gettext_lazy("Attended, in percent"),
            also=("Tỷ lệ tham dự",),
            largest=100,
            example="100",
        ),
        Column("certificate_no", gettext_lazy("Number of the certificate"), also=("Số chứng chỉ",), most=60),
        Day("certificate_on", gettext_lazy("Day of the certificate"), also=("Ngày cấp chứng chỉ",)),
        Choice(
            "works_after",
            gettext_lazy("Has work after the training"),
            gettext_lazy("Empty: not known."),
            also=("Có việc làm sau đào tạo",),
            among=lambda context: [(value, str(words)) for value, words in YES_NO],
        ),
        Day("works_asked_on", gettext_lazy("Asked on"), also=("Ngày hỏi",)),
    )

    def may(self, user: User) -> Verdict:
        if user.has_role(Role.OFFICER, Role.CENTRE):
            return YES
        return no(_("Only an officer of the department or the implementing centre works with rosters."))

    def provinces(self, user: User) -> list[Area]:
        ids = [pk for role in (Role.OFFICER, Role.CENTRE) for pk in user.sight.province_roles.get(role, ())]
        return list(Area.objects.current().filter(level="province", pk__in=ids))

    def _classes(self, user: User) -> Any:
        projects = Project.objects.worked_on_by(user)
        rows = TrainingClass.objects.filter(project__in=projects).select_related("project__province", "area")
        return rows.order_by("-starts_on", "-id")

    def target(self, text: str, user: User) -> TrainingClass:
        try:
            found = self._classes(user).filter(public_id=UUID(text)).first()
        except ValueError:
            found = None
        if found is None or not may_keep_roster(found.project, user):
            raise Invalid(fields={"target": _("Choose one of the list.")})
        row: TrainingClass = found
        return row

    def targets(self, user: User) -> list[tuple[str, str]]:
        rows = [row for row in self._classes(user)[:300] if is_open(row.project) and may_keep_roster(row.project, user)]
        return [(str(row.public_id), f"{row.project.code} · {row.subject} · {row.starts_on:%d/%m/%Y}") for row in rows]

    def province_of(self, target: Any, user: User) -> Area:
        province: Area = target.project.province
        return province

    def judge(self, rows: list[Row], context: dict[Any, Any]) -> None:
        row_class: TrainingClass | None = context["target"]
        assert row_class is not None
        needs_id = roster_of(row_class).needs_id
        communes = _Communes(row_class)
        first: dict[Any, int] = {}
        for row in rows:
            values = row.values
            if values.get("commune"):
                try:
                    values["commune"] = communes.read(values["commune"])
                except ValueError as error:
                    row.blame("commune", str(error))
            if values.get("id_number") and not needs_id:
                row.blame("id_number", _("This class keeps no ID numbers. Empty the column, or say on its roster why."))
            if values.get("works_after") is not None and not values.get("works_asked_on"):
                row.blame("works_asked_on", _("Enter the day on which they were asked."))
            if row.errors:
                continue
            data = _data(row)
            key = (data.name, data.birth_year, data.sex, data.phone, data.id_number)
            earlier = first.setdefault(key, row.number)
            if earlier != row.number:
                row.blame("name", _("The same as in row %(number)s. Delete one of them.") % {"number": earlier})
            elif find_trainee(row_class, data) is not None:
                row.kind = SAME

    def store(self, rows: list[Row], context: dict[Any, Any], note: str) -> Stored:
        made = add_trainees(context["target"], [_data(row) for row in rows], actor=context["user"])
        return Stored([one.attendance for one in made])

    def take_back(self, created: list[Any], actor: User, note: str) -> None:
        for attendance in created:
            remove_trainee(attendance, _("A list was taken back"), actor=actor)

    def url_of(self, obj: Any) -> str:
        return reverse("training:roster", args=[obj.training_class.public_id])


class _Communes:
    """The communes of the days of the class, as its roster reads them."""

    def __init__(self, row: TrainingClass) -> None:
        self.groups = [Communes(rows) for rows in communes_for(row)]

    def read(self, text: str) -> Area | None:
        error: ValueError | None = None
        for group in self.groups:
            try:
                return group.read(text)
            except ValueError as refusal:
                error = error or refusal
        raise error or ValueError(_("There is no commune of this name in the province. Choose one of the list."))


def _data(row: Row) -> TraineeData:
    values = row.values
    return TraineeData(
        name=values["name"],
        sex=values.get("sex") or "",
        birth_year=values.get("birth_year"),
        commune=values.get("commune") or None,
        phone=values.get("phone") or "",
        id_number=values.get("id_number") or "",
        attended_percent=values.get("attended_percent"),
        certificate_no=values.get("certificate_no") or "",
        certificate_on=values.get("certificate_on"),
        works_after=values.get("works_after"),
        works_asked_on=values.get("works_asked_on"),
    )
