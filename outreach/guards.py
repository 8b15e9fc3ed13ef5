"""What was answered in a survey stays readable as it was answered."""

from core.guards import append_only, register

register(append_only("sheet_versions", "outreach_sheetversion", "Each saving of a survey sheet is kept as it was."))
