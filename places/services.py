"""Questions about places: which unit a code means, what lies below it, and in which line of a report it stands."""

import datetime as dt
import re
from collections import defaultdict

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import Invalid
from places.models import Area, AreaClosure, AreaParent, AreaQuerySet, AreaSuccession, Level


def province_of(area: Area) -> Area:
    """The province that manages the unit: the last one it belonged to, and what that province became."""
    found = (
        Area.objects.filter(closure_down__area=area, level=Level.PROVINCE)
        .order_by("valid_to")
        .filter(valid_to__isnull=True)
        .first()
    )
    if found is not None:
        return found
    raise Invalid(_("This unit belongs to no province of today."), fields={"area": _("Choose another place.")})


def resolve_area(text: str, on: dt.date | None = None) -> Area:
    """The unit a `uid` or an official code means. Raises Invalid at `area`.

    A code without a day means today's unit, or the latest that bore it; with a day the one valid then. Codes are
    unique within a level only; the larger unit wins, as «42» is the province.
    """
    text = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", text):  # PostgreSQL takes no NUL, not even to look for it
        raise Invalid(fields={"area": _("There is no unit with this code.")})
    by_uid = Area.objects.filter(uid=text).first()
    if by_uid is not None:
        return by_uid
    rows = list(Area.objects.filter(code=text)) if len(text) <= 10 else []
    day = on or clock.today()
    order = [Level.PROVINCE, Level.DISTRICT, Level.COMMUNE]
    valid = [row for row in rows if _valid(row, day)]
    if not valid and on is None:
        valid = sorted(rows, key=lambda row: row.valid_to or dt.date.max, reverse=True)[:1]
    if not valid:
        raise Invalid(fields={"area": _("There is no unit with this code.")})
    return min(valid, key=lambda row: order.index(Level(row.level)))


def _valid(row: Area, day: dt.date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or row.valid_to >= day)


def choices_on(province: Area, day: dt.date) -> AreaQuerySet:
    """What a form dated `day` offers: communes of that day, and districts while there were any."""
    rows: AreaQuerySet = (
        Area.objects.within(province).valid_on(day).exclude(level=Level.PROVINCE).order_by("level", "name", "uid")
    )
    return rows


def district_on(area: Area, day: dt.date) -> Area | None:
    """The district the unit lay in on a day, or None when it was itself one or there were no districts."""
    if area.level != Level.COMMUNE:
        return None
    links = AreaParent.objects.filter(area=area, parent__level=Level.DISTRICT).select_related("parent")
    for link in links:
        if (link.valid_from is None or link.valid_from <= day) and (link.valid_to is None or link.valid_to >= day):
            return link.parent
    return None


def report_lines(on: dt.date, db: str = "default") -> dict[int, int]:
    """For every unit the one unit in whose line a report as of `on` shows it.

    The unit of that day into which all of it went, in one piece or in parts that came together again; a unit whose
    parts lie in several, or that ended without successor (the districts), stands as its own line. So every record is
    counted in exactly one line.
    """
    areas = {row.pk: row for row in Area.objects.using(db)}
    onward: dict[int, list[AreaSuccession]] = defaultdict(list)
    for link in AreaSuccession.objects.using(db).filter(on__lte=on):
        onward[link.old_id].append(link)

    def line(pk: int) -> int:
        links = onward.get(pk, [])
        if not links or _valid(areas[pk], on):
            return pk
        if len(links) == 1:
            return line(links[0].new_id) if links[0].whole else pk
        ends = {line(link.new_id) for link in links}
        return ends.pop() if len(ends) == 1 else pk

    return {pk: line(pk) for pk in areas}


def district_lines(on: dt.date, db: str = "default") -> dict[int, int]:
    """For every unit the district of `on` in whose line a trend by former district shows it.

    A commune of that day or before stands in the district it lay in (before: through what it became by that day); one
    formed later in the district of all the units it was formed from. One formed from several districts, or that lay in
    none, stands as its own line: nobody knows which part of its records belongs where.
    """
    areas = {row.pk: row for row in Area.objects.using(db)}
    lines = report_lines(on, db)
    parents: dict[int, list[AreaParent]] = defaultdict(list)
    for link in AreaParent.objects.using(db).filter(parent__level=Level.DISTRICT).order_by("valid_from", "pk"):
        parents[link.area_id].append(link)
    formed_from: dict[int, list[int]] = defaultdict(list)
    for succession in AreaSuccession.objects.using(db).filter(on__gt=on):
        formed_from[succession.new_id].append(succession.old_id)

    def district(pk: int, seen: frozenset[int] = frozenset()) -> int:
        here = lines[pk]
        if areas[here].level == Level.DISTRICT:
            return here
        links = parents[here]
        then = [link for link in links if link.valid_to is None or link.valid_to >= on]
        if links:
            return lines[(then or links)[-1].parent_id]
        old = {district(one, seen | {here}) for one in formed_from[here] if one not in seen}
        return old.pop() if len(old) == 1 else here

    return {pk: district(pk) for pk in areas}


@transaction.atomic
def rebuild_closure() -> int:
    """Work out again what every unit holds, from parents and successions. Gives the number of rows."""
    areas = {row.pk: row for row in Area.objects.all()}
    formed_from: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for link in AreaSuccession.objects.all():
        formed_from[link.new_id].append((link.old_id, not link.whole))
    children: dict[int, list[AreaParent]] = defaultdict(list)
    for parent in AreaParent.objects.all():
        children[parent.parent_id].append(parent)

    def held(root: int) -> dict[int, tuple[str, bool, dt.date | None, dt.date | None]]:
        """{unit: (how, divided, from, to)}: breadth first; a whole way in wins over a divided one."""
        found = {root: ("self", False, areas[root].valid_from, areas[root].valid_to)}
        queue = [root]
        while queue:
            here = queue.pop(0)
            how, divided, _from, _to = found[here]
            steps = [(old, "formed_from", divided or part, areas[old]) for old, part in formed_from[here]]
            ways: list[tuple[int, str, bool, dt.date | None, dt.date | None]] = [
                (old, kind, part, row.valid_from, row.valid_to) for old, kind, part, row in steps
            ]
            # What lay below a unit of which only a part came here may lie in the other part: no way down from there.
            if not divided:
                ways += [(link.area_id, "parent", False, link.valid_from, link.valid_to) for link in children[here]]
            for pk, kind, part, valid_from, valid_to in ways:
                via = kind if how in ("self", kind) else "mixed"
                known = found.get(pk)
                if known is None or (known[1] and not part):
                    found[pk] = (via, part, valid_from, valid_to)
                    queue.append(pk)
        return found

    rows = [
        AreaClosure(ancestor_id=root, area_id=pk, via=via, divided=divided, valid_from=valid_from, valid_to=valid_to)
        for root in areas
        for pk, (via, divided, valid_from, valid_to) in held(root).items()
    ]
    AreaClosure.objects.all().delete()
    AreaClosure.objects.bulk_create(rows, batch_size=500)
    _tell_planner()
    return len(rows)


def _tell_planner() -> None:
    """PostgreSQL looks at a table by itself a minute later only; until then it takes a hundred thousand new rows for a
    handful, and every question about places takes minutes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE places_area, places_areaclosure, places_areaparent, places_areasuccession")
