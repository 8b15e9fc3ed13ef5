"""A published report never changes: neither its figures nor its files nor the records behind them."""

from core.guards import Guard, refuse_when, register

FROZEN = (
    "id",
    "kind",
    "period_id",
    "area_id",
    "province_id",
    "version",
    "data_as_of",
    "document",
    "sha256",
    "figures_sha256",
    "supersedes_id",
    "made_by_label",
    "made_at",
    "published_by_id",
    "published_at",
    "publish_note",
    "demonstration",
    "public_id",
)

# Another report `r` stands where NEW would: every unique rule of the table.
_SAME = (
    "r.id = NEW.id OR r.public_id = NEW.public_id OR r.supersedes_id = NEW.supersedes_id "
    "OR (r.kind = NEW.kind AND r.period_id = NEW.period_id AND r.area_id = NEW.area_id "
    "AND (r.version = NEW.version OR (r.state = NEW.state AND r.state IN ('draft', 'published'))))"
)

register(
    refuse_when(
        "report_frozen",
        "reports_report",
        "What was published stays as it was.",
        event="UPDATE",
        condition="OLD.state <> 'draft' AND ("
        + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FROZEN)
        + ")",
        message="a published report never changes",
    )
)
register(
    refuse_when(
        "report_state",
        "reports_report",
        "A published report can only be superseded.",
        event="UPDATE",
        condition="(OLD.state = 'published' AND NEW.state NOT IN ('published', 'superseded')) "
        "OR (OLD.state = 'superseded' AND NEW.state <> 'superseded') "
        "OR (OLD.state = 'draft' AND NEW.state = 'superseded')",
        message="a published report can only be superseded",
    )
)
register(
    refuse_when(
        "report_issued",
        "reports_report",
        "Number and date of issue are noted once.",
        event="UPDATE",
        condition="OLD.issued_no <> '' "
        "AND (NEW.issued_no <> OLD.issued_no OR NEW.issued_on IS DISTINCT FROM OLD.issued_on)",
        message="number and date of issue are noted once",
    )
)
register(
    refuse_when(
        "report_kept",
        "reports_report",
        "A published report is never removed.",
        event="DELETE",
        condition="OLD.state <> 'draft'",
        message="a published report is never removed",
    )
)
register(
    refuse_when(
        "report_once",
        "reports_report",
        "A report is never replaced by another under the same number.",
        event="INSERT",
        condition=f"EXISTS (SELECT 1 FROM reports_report r WHERE {_SAME})",
        message="this version exists already",
    )
)
register(
    refuse_when(
        "report_not_displaced",
        "reports_report",
        "A changed report never takes the place of another: «UPDATE OR REPLACE» on SQLite would remove that one.",
        event="UPDATE",
        condition=f"EXISTS (SELECT 1 FROM reports_report r WHERE r.id <> OLD.id AND ({_SAME}))",
        message="this version exists already",
    )
)


def _issued(report: str) -> str:
    """The report of this id is no draft any more."""
    return f"(SELECT r.state FROM reports_report r WHERE r.id = {report}) <> 'draft'"


for table, name in (("reports_reportfile", "report_files"), ("reports_reportline", "report_lines")):
    # «OR REPLACE» on SQLite would remove the row whose id is used again without firing its delete trigger.
    displaced = f"EXISTS (SELECT 1 FROM {table} t WHERE t.id = NEW.id AND {_issued('t.report_id')})"
    for event, condition in (
        ("INSERT", f"{_issued('NEW.report_id')} OR {displaced}"),
        ("UPDATE", f"{_issued('OLD.report_id')} OR {_issued('NEW.report_id')} OR {displaced}"),
        ("DELETE", _issued("OLD.report_id")),
    ):
        register(
            refuse_when(
                f"{name}_{event.lower()}",
                table,
                "Files and lines of a published report stay as they were.",
                event=event,
                condition=condition,
                message="files and lines of a published report never change",
            )
        )
for table in ("reports_report", "reports_reportfile", "reports_reportline"):
    register(
        Guard(
            name=f"{table.removeprefix('reports_')}_truncate",
            table=table,
            purpose="Reports are never emptied.",
            # SQLite has no TRUNCATE; its DELETE is guarded row by row.
            sqlite=(),
            postgresql=(
                f"CREATE TRIGGER {{name}} BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION kc_refuse('guard {table}: reports are never removed')",
            ),
        )
    )
