"""Words of the documents. Reports are in Vietnamese, whatever the language of the pages."""

AREA_LEVELS = {"district": "", "commune": ""}
