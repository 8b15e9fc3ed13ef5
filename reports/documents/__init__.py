"""The frozen figures as JSON, XLSX and PDF: pure functions of the same document, always in Vietnamese."""
