"""Words of the documents. Reports are in Vietnamese, whatever the language of the pages."""

TITLES = {"programme-results": "Báo cáo kết quả thực hiện chương trình khuyến công"}
AREA_LEVELS = {"district": "", "commune": ""}
