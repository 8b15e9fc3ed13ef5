"""The line «khóa số liệu đến hết ngày …» over what a cluster has reached and how its wastewater stands."""

from core.guards import register, row_rules
from projects.guards import locked_in, opened_in, waiting_in


def _province(row: str) -> str:
    return f"(SELECT province_id FROM clusters_cluster WHERE id = {row}.cluster_id)"


_PROJECTS = "(SELECT project_id FROM clusters_cluster_projects WHERE cluster_id = NEW.cluster_id)"
_AREAS = (
    "(SELECT area_id FROM clusters_clustercommune WHERE cluster_id = NEW.cluster_id "
    "UNION SELECT province_id FROM clusters_cluster WHERE id = NEW.cluster_id)"
)
_OPENED = opened_in("NEW", "clusters", "exception_at", _province("NEW"), _PROJECTS, _AREAS)


def _locked(row: str) -> str:
    return locked_in(f"{row}.counts_on", _province(row))


for name, table, same, purpose in (
    ("cluster_stages_line", "clusters_stagereached", "stage_id", "A stage that counts in the locked time stays."),
    ("cluster_wastewater_line", "clusters_wastewater", "", "How wastewater stood in the locked time stays."),
):
    _same = (
        f' OR (known.cluster_id = NEW.cluster_id AND known.{same} = NEW.{same} AND known."on" = NEW."on")'
        if same
        else ' OR (known.cluster_id = NEW.cluster_id AND known."on" = NEW."on")'
    )
    register(
        row_rules(
            name,
            table,
            f"{purpose} None is entered or moved into it, but by an exception.",
            message="the day is locked",
            insert=(
                f"({_locked('NEW')} AND NOT {_OPENED}) OR EXISTS (SELECT 1 FROM {table} known "
                f"WHERE (known.id = NEW.id{_same}) AND {_locked('known')})"
            ),
            # A stamp of an earlier change opens nothing any more; and it opens no other cluster.
            update=(
                f"NEW.id <> OLD.id OR (({_locked('OLD')} OR {_locked('NEW')}) AND NOT (NEW.cluster_id = OLD.cluster_id "
                f"AND NEW.exception_at IS DISTINCT FROM OLD.exception_at AND {_OPENED})) "
                # «UPDATE OR REPLACE» on SQLite would remove the row that stands in the way.
                f"OR EXISTS (SELECT 1 FROM {table} known WHERE known.id <> OLD.id AND (1 = 0{_same}) "
                f"AND {_locked('known')})"
            ),
            delete=_locked("OLD"),
            before=(waiting_in(_province("NEW")), waiting_in(_province("OLD"))),
        )
    )
