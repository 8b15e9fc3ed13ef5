from core.guards import append_only, register

register(append_only("audit_entries", "audit_entry", "What was done stays written: audit rows are never altered."))
