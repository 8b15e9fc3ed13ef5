"""Questions about places."""

from places.models import Area, AreaParent, Level


def province_of(area: Area) -> Area:
    """The province that manages the unit: the last one it belonged to, through its district if need be."""
    while area.level != Level.PROVINCE:
        link = AreaParent.objects.filter(area=area).select_related("parent").order_by("-valid_from").first()
        if link is None:
            raise LookupError(area.uid)
        area = link.parent
    return area
