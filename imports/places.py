"""Places as people write them in a sheet: «xã Cẩm Bình», «Cẩm Bình», «Cẩm Bình, huyện Cẩm Xuyên», or the code."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core import clock
from core.text import fold
from core.workbooks import Cell
from imports.columns import Column, Wrong, shown
from places.models import Area, AreaParent, AreaSuccession, Level


def _key(text: str) -> str:
    return " ".join(fold(text).replace(",", " ").replace("-", " ").replace(".", " ").split())


@dataclass(frozen=True)
class Gazetteer:
    """The communes of a province through time, by what they are called."""

    names: dict[str, list[Area]]
    onward: dict[int, list[tuple[Area, bool]]]  # {unit: [(what it became, whether all of it)]}

    @classmethod
    def of(cls, province: Area, *, wider: bool = False) -> "Gazetteer":
        """Read once for a whole file: three statements. `wider`: districts of before and the province too, by their
        full names."""
        everything = list(Area.objects.within(province))
        areas = {row.pk: row for row in everything if row.level == Level.COMMUNE}
        names: dict[str, list[Area]] = defaultdict(list)

        def add(text: str, area: Area) -> None:
            key = _key(text)
            if key and area not in names[key]:
                names[key].append(area)

        for area in areas.values():
            for text in (area.full_name, area.name, area.code, area.uid, *area.name_variants.split(";")):
                add(text, area)
        for area in everything if wider else ():
            if area.level != Level.COMMUNE:
                add(area.full_name, area)
        links = AreaParent.objects.filter(area__in=areas, parent__level=Level.DISTRICT).select_related("parent")
        for link in links:
            commune = areas[link.area_id]
            for below in (commune.full_name, commune.name):
                for above in (link.parent.full_name, link.parent.name):
                    add(f"{below} {above}", commune)
        onward: dict[int, list[tuple[Area, bool]]] = defaultdict(list)
        for step in AreaSuccession.objects.filter(old__in=areas, new__in=areas):
            onward[step.old_id].append((areas[step.new_id], step.whole))
        return cls(dict(names), dict(onward))

    def find(self, text: str, day: dt.date, notes: list[str], label: Any = "") -> Area:
        """The commune of that day. One of before that became a single one of that day is understood and told. Raises
        Wrong."""
        found = self.names.get(_key(text), [])
        now = [area for area in found if _valid(area, day)]
        if len(now) == 1:
            return now[0]
        if now:
            names = ", ".join(f"«{area.full_name}» ({area.code})" for area in now[:5])
            raise Wrong(
                _("«%(cell)s» can mean %(names)s. Write which, or its code.") % {"cell": text[:60], "names": names}
            )
        later = {area.pk: area for one in found for area in self._became(one, day)}
        if len(later) == 1:
            area = next(iter(later.values()))
            notes.append(
                _("%(label)s: «%(cell)s» is «%(name)s» now.")
                % {"label": label, "cell": text[:60], "name": area.full_name}
            )
            return area
        if later:
            names = ", ".join(f"«{area.full_name}»" for area in later.values())
            raise Wrong(_("«%(cell)s» has become %(names)s. Write which.") % {"cell": text[:60], "names": names})
        if found:
            raise Wrong(_("There was no «%(cell)s» on %(day)s.") % {"cell": text[:60], "day": f"{day:%d/%m/%Y}"})
        raise Wrong(_("There is no commune «%(cell)s» in the province. Choose one of the list.") % {"cell": text[:60]})

    def _became(self, area: Area, day: dt.date) -> list[Area]:
        """What it had become by a day, where all of it went one way."""
        here = [area]
        seen: list[Area] = []
        while here:
            step = [new for one in here for new, _whole in self.onward.get(one.pk, [])]
            seen.extend(new for new in step if _valid(new, day))
            here = [new for new in step if not _valid(new, day)]
        return seen


def _valid(area: Area, day: dt.date) -> bool:
    return (area.valid_from is None or area.valid_from <= day) and (area.valid_to is None or area.valid_to >= day)


@dataclass(frozen=True)
class Commune(Column):
    """A commune of today. The context needs a `gazetteer` and the `province`."""

    def words(self, context: Any) -> str:
        return f"{self.help} " + _("A commune or ward of today, as in the list, or its code.")

    def options(self, context: Any) -> list[str]:
        rows = Area.objects.within(context["province"]).current().filter(level=Level.COMMUNE).order_by("folded")
        return [area.full_name for area in rows]

    def value(self, cell: Cell, context: Any, notes: list[str]) -> Area:
        known = context.setdefault("places", {})
        text = shown(cell)
        if text not in known:
            said: list[str] = []
            try:
                known[text] = (context["gazetteer"].find(text, clock.today(), said, self.label), said)
            except Wrong as wrong:
                known[text] = (wrong, [])
        found, said = known[text]
        if isinstance(found, Wrong):
            raise found
        notes.extend(said)
        area: Area = found
        return area
