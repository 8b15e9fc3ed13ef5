"""A published report never changes: neither its figures nor its texts, files and the records behind them. What waits
for approval changes only by going back to be a draft."""

from core.guards import Guard, append_only, refuse_when, register, row_rules

FROZEN = (
    "id",
    "kind",
    "period_id",
    "area_id",
    "province_id",
    "subject",
    "subject_name",
    "version",
    "data_as_of",
    "document",
    "sha256",
    "figures_sha256",
    "supersedes_id",
    "made_by_label",
    "made_at",
    "reason",
    "submitted_by_id",
    "submitted_at",
    "demonstration",
    "public_id",
)
PUBLICATION = ("published_by_id", "published_at", "publish_note")
WITHDRAWAL = ("withdrawn_by_id", "withdrawn_at", "withdraw_reason")
ISSUE = ("issued_no", "issued_on", "issued_file_id", "issued_signature", "issued_signer")

# Another report `r` stands where NEW would: every unique rule of the table.
_SAME = (
    "r.id = NEW.id OR r.public_id = NEW.public_id OR r.supersedes_id = NEW.supersedes_id "
    "OR (r.kind = NEW.kind AND r.period_id = NEW.period_id AND r.area_id = NEW.area_id "
    "AND r.subject = NEW.subject "
    "AND (r.version = NEW.version OR (r.state = NEW.state AND r.state = 'published') "
    "OR (r.state IN ('draft', 'submitted') AND NEW.state IN ('draft', 'submitted'))))"
)


def _changed(columns: tuple[str, ...]) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


register(
    refuse_when(
        "report_frozen",
        "reports_report",
        "What was submitted or published stays as it was, unless what was submitted goes back to be a draft.",
        event="UPDATE",
        condition="OLD.state <> 'draft' AND NOT (OLD.state = 'submitted' AND NEW.state = 'draft') "
        f"AND ({_changed(FROZEN)})",
        message="a submitted or published report never changes",
    )
)
register(
    refuse_when(
        "report_state",
        "reports_report",
        "A report goes from draft to submitted to published, and a published one is superseded or withdrawn at most.",
        event="UPDATE",
        condition="NEW.state <> OLD.state AND NOT ("
        "(OLD.state = 'draft' AND NEW.state = 'submitted') "
        "OR (OLD.state = 'submitted' AND NEW.state IN ('draft', 'published')) "
        "OR (OLD.state = 'published' AND NEW.state IN ('superseded', 'withdrawn')))",
        message="a report does not go this way",
    )
)
register(
    refuse_when(
        "report_published_once",
        "reports_report",
        "Who published it and when is noted when it is published, and stays.",
        event="UPDATE",
        condition=f"NOT (OLD.state = 'submitted' AND NEW.state = 'published') AND ({_changed(PUBLICATION)})",
        message="who published a report and when is noted once",
    )
)
register(
    refuse_when(
        "report_withdrawn_once",
        "reports_report",
        "Who withdrew it, when and why is noted when it is withdrawn, and stays.",
        event="UPDATE",
        condition=f"NOT (OLD.state = 'published' AND NEW.state = 'withdrawn') AND ({_changed(WITHDRAWAL)})",
        message="who withdrew a report and why is noted once",
    )
)
ISSUE_FILE = ("issued_file_id", "issued_signature", "issued_signer")
_FIRST_FILE = "(OLD.issued_file_id IS NULL AND NEW.issued_file_id IS NOT NULL)"
register(
    refuse_when(
        "report_issued",
        "reports_report",
        "Number, date and signed file of the issue are noted once, of a published report.",
        event="UPDATE",
        condition=f"(NEW.state <> 'published' AND ({_changed(ISSUE)})) OR (OLD.issued_no <> '' "
        f"AND ({_changed(('issued_no', 'issued_on'))} OR (({_changed(ISSUE_FILE)}) AND NOT {_FIRST_FILE})))",
        message="number and date of issue are noted once",
    )
)
register(
    refuse_when(
        "report_bytes",
        "files_storedfile",
        "The files of a report that was signed, and what the office issued, stay.",
        event="DELETE",
        condition="EXISTS (SELECT 1 FROM reports_reportfile t JOIN reports_report r ON r.id = t.report_id "
        "WHERE t.file_id = OLD.id AND r.state <> 'draft') "
        "OR EXISTS (SELECT 1 FROM reports_report r WHERE r.issued_file_id = OLD.id)",
        message="files of a signed report stay",
    )
)
register(
    refuse_when(
        "report_kept",
        "reports_report",
        "A submitted or published report is never removed.",
        event="DELETE",
        condition="OLD.state <> 'draft'",
        message="a submitted or published report is never removed",
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


for table, name in (
    ("reports_reportfile", "report_files"),
    ("reports_reportline", "report_lines"),
    ("reports_reportentry", "report_entries"),
    ("reports_reporttext", "report_texts"),
    ("reports_checkresult", "report_checks"),
):
    # Not on PostgreSQL: the table is read for it, and of one that was analysed while it was empty without its index.
    displaced = f"EXISTS (SELECT 1 FROM {table} t WHERE t.id = NEW.id AND {_issued('t.report_id')})"
    for event, condition in (
        ("INSERT", _issued("NEW.report_id")),
        ("UPDATE", f"{_issued('OLD.report_id')} OR {_issued('NEW.report_id')}"),
        ("DELETE", _issued("OLD.report_id")),
    ):
        register(
            refuse_when(
                f"{name}_{event.lower()}",
                table,
                "Files, lines and texts of a submitted or published report stay as they were.",
                event=event,
                condition=condition,
                message="files, lines and texts of a submitted or published report never change",
                displaced="" if event == "DELETE" else displaced,
            )
        )
for table in (
    "reports_report",
    "reports_reportfile",
    "reports_reportline",
    "reports_reportentry",
    "reports_reporttext",
    "reports_checkresult",
):
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

_SAME_FIGURE = " AND ".join(
    f"k.{column} = NEW.{column}" for column in ("province_id", "measure", "period_id", "source", "nature")
)
register(
    row_rules(
        "entered_figures",
        "reports_enteredfigure",
        "A figure entered by hand is never changed: a correction is a new row that replaces one of the same figure.",
        message="a figure entered by hand is never changed",
        # Also what «OR REPLACE» on SQLite would remove without firing the delete trigger: every unique rule.
        insert=(
            "EXISTS (SELECT 1 FROM reports_enteredfigure k WHERE k.id = NEW.id OR k.public_id = NEW.public_id "
            "OR k.replaces_id = NEW.replaces_id "
            f"OR (k.replaces_id IS NULL AND NEW.replaces_id IS NULL AND {_SAME_FIGURE})) "
            "OR (NEW.replaces_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reports_enteredfigure k "
            f"WHERE k.id = NEW.replaces_id AND {_SAME_FIGURE}))"
        ),
        update="1 = 1",
        delete="1 = 1",
    )
)

# --- how reports look -------------------------------------------------------------------------------------------------

register(
    append_only(
        "report_layouts",
        "reports_reportlayout",
        "A head and foot that was laid down stays; another one holds from its own day on.",
        unique=("id", "public_id"),
    )
)
_TEMPLATE = (
    "id", "public_id", "area_id", "format", "kind", "title", "file_id", "file_name", "version", "verified", "note",
    "uploaded_by_id", "uploaded_at",
)  # fmt: skip
register(
    row_rules(
        "report_templates",
        "reports_reporttemplate",
        "A template that was put in use stays, and with it the file that reports were made with; it is withdrawn once.",
        message="a template is never changed, but withdrawn once",
        insert=(
            "EXISTS (SELECT 1 FROM reports_reporttemplate known WHERE known.id = NEW.id "
            "OR known.public_id = NEW.public_id OR (known.area_id = NEW.area_id AND known.format = NEW.format "
            "AND known.version = NEW.version))"
        ),
        update=(
            f"{_changed(_TEMPLATE)} OR NEW.withdrawn_at IS NULL "
            f"OR (OLD.withdrawn_at IS NOT NULL AND ({_changed(('withdrawn_at', 'withdraw_reason'))}))"
        ),
        delete="1 = 1",
    )
)
