"""Questions about places are quick from the moment the units are loaded."""

import pytest
from django.db import connection

from places.models import AreaClosure
from places.services import rebuild_closure
from tests import factories as f


@pytest.mark.needs_postgresql
@pytest.mark.django_db
def test_the_planner_knows_the_closure_as_soon_as_it_was_rebuilt() -> None:
    """Also inside the transaction that loads it: a dashboard would otherwise take minutes until autovacuum comes by."""
    f.Place()
    f.Place("40", "Nghệ An")
    rows = rebuild_closure()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'places_areaclosure'::regclass")
        (known,) = cursor.fetchone()
    assert known == rows == AreaClosure.objects.count() > 0
