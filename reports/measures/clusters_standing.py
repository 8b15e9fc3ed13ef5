"""Measures of industrial clusters, as they stand on the last day of a time: told by the latest stage and the latest
state of the wastewater treatment that count by then."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Q

from clusters.models import Cluster, ClusterCommune, StageReached, Wastewater
from clusters.services import Standing
from reports.measures.frame import Status
from reports.measures.measure import Asked, Entry, ListedMeasure, Total, Totals, measure


class _Clusters(ListedMeasure):
    """A cluster stands in the line of the first commune of the area it lies in, or of its province."""

    @abstractmethod
    def amount(self, one: Standing) -> int | None:
        """What it adds; None: it has not told, or the question makes no sense."""

    def _standing(self, asked: Asked) -> Iterator[tuple[str, Standing, int]]:
        """(column, a cluster in operation on its last day, its unit), from three questions."""
        within = set(asked.area_ids)
        rows = Cluster.objects.using(asked.db)
        there = Q(province_id__in=within) | Q(clustercommune_rows__area_id__in=within)
        found = {row.pk: row for row in rows.filter(there).distinct().order_by("id")}
        communes: dict[int, list[ClusterCommune]] = defaultdict(list)
        for link in ClusterCommune.objects.using(asked.db).filter(cluster__in=found, area__in=within).order_by("id"):
            communes[link.cluster_id].append(link)
        told: dict[int, list[Any]] = defaultdict(list)
        stages = StageReached.objects.using(asked.db).filter(cluster__in=found).select_related("stage")
        for row in (*stages, *Wastewater.objects.using(asked.db).filter(cluster__in=found)):
            told[row.cluster_id].append(row)
        for code, span in asked.spans.items():
            for pk, cluster in found.items():
                one = Standing(cluster)
                for row in sorted(told[pk], key=lambda row: (row.on, row.pk)):
                    if row.counts_on > span.last:
                        continue
                    if isinstance(row, StageReached):
                        one.stage = row.stage
                    else:
                        one.wastewater = row
                if one.operating:
                    here = [link.area_id for link in communes[pk] if link.holds_on(span.last)]
                    if here or cluster.province_id in within:
                        yield code, one, here[0] if here else cluster.province_id

    def entries(self, asked: Asked) -> Iterator[Entry]:
        kept: dict[tuple[int, int, int], tuple[Standing, set[str]]] = {}
        for code, one, area in self._standing(asked):
            amount = self.amount(one)
            if amount is not None:
                kept.setdefault((one.cluster.pk, area, amount), (one, set()))[1].add(code)
        for (_pk, area, amount), (one, spans) in sorted(kept.items(), key=lambda item: item[0]):
            path, title = f"/api/v1/clusters/{one.cluster.public_id}/", f"{one.cluster.code} {one.cluster.name}"
            on = one.wastewater.on if one.wastewater else None
            yield Entry(path, title, area, "", on, Decimal(amount), frozenset(spans))


@measure
class Operating(_Clusters):
    """Clusters in operation on the last day of the time (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "clusters.operating"
    title = "Cụm công nghiệp đang hoạt động"
    unit = "cụm"

    def amount(self, one: Standing) -> int | None:
        return 1


@measure
class Treated(_Clusters):
    """Clusters in operation with central wastewater treatment in operation ÷ those in operation that said whether they
    have it × 100, on the last day of the time (định nghĩa của cổng, chưa đối chiếu văn bản). One that has not said is
    due and counts as neither; one it does not apply to is left out."""

    code = "clusters.treated"
    title = "Tỷ lệ cụm đang hoạt động có hệ thống xử lý nước thải tập trung"
    unit = "%"
    shown = "percent"
    rate = True

    def amount(self, one: Standing) -> int | None:
        return None if one.treats is None else int(one.treats)

    def totals(self, asked: Asked) -> Totals:
        found = self.added(asked, ())
        found.called = "cụm"
        for code, one, area in self._standing(asked):
            if one.treats is not None:
                found.put(code, area, "", Total(int(one.treats), 1, told=1, due=1))
            elif one.wastewater is None:
                found.put(code, area, "", Total(due=1))
        return found

    def nothing(self, asked: Asked, unit: int | None, source: str | None) -> Status:
        return "not_applicable"
