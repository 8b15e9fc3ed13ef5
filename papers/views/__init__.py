"""Pages of the papers, of their templates, and of audits."""
