"""The kinds of reports, one file each; docs/reports.md says how a kind and a measure are added."""
