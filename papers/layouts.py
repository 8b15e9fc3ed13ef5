"""How each paper is laid out, in the office's Vietnamese. From the same layout come the Word template that the portal
brings along (`tools/paper_templates.py`) and the PDF (`papers/pdf.py`).

The official forms (appendices of Circular 36/2013/TT-BCT and 17/2018/TT-BCT) were not seen: the content is what the
circulars name, the layout is ours and marked as not verified. `{{ name }}` is a field of `papers/fields.py`.
"""

from dataclasses import dataclass

from papers.words import DOTS


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Text:
    text: str
    italic: bool = False


@dataclass(frozen=True)
class Facts:
    """Lines «label: value»."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Column:
    title: str
    cell: str
    width: int  # parts of the whole
    align: str = "left"


@dataclass(frozen=True)
class Table:
    """One line for each row of the list `over` (called `row` in the cells), and a last line."""

    over: str
    columns: tuple[Column, ...]
    last: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signatures:
    """Side by side: title, what stands below it in italics, name."""

    columns: tuple[tuple[str, str], ...]


Block = Heading | Text | Facts | Table | Signatures


@dataclass(frozen=True)
class Layout:
    """`head`: «agency» (issuing office on the left) or «nation» (national title alone, number below the title)."""

    head: str
    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    landscape: bool = False
    receivers: tuple[str, ...] = ()


SIGN = "(Ký, ghi rõ họ tên)"
SEAL = "(Ký, đóng dấu, ghi rõ họ tên)"

BENEFICIARIES = Table(
    "beneficiaries",
    (
        Column("TT", "{{ row.no }}", 6, "center"),
        Column("Đơn vị thụ hưởng", "{{ row.name }}", 32),
        Column("Loại hình", "{{ row.kind }}", 16),
        Column("Mã số thuế", "{{ row.tax_code }}", 18, "center"),
        Column("Địa chỉ", "{{ row.address }}", 28),
    ),
)
ESTIMATE = Table(
    "sources",
    (
        Column("TT", "{{ row.no }}", 8, "center"),
        Column("Nguồn kinh phí", "{{ row.source }}", 52),
        Column("Số tiền (đồng)", "{{ row.estimated }}", 40, "right"),
    ),
    ("", "Tổng cộng", "{{ totals.estimated }}"),
)
RESULTS_PLANNED = Table(
    "results",
    (
        Column("TT", "{{ row.no }}", 8, "center"),
        Column("Kết quả", "{{ row.indicator }}", 52),
        Column("Đơn vị tính", "{{ row.unit }}", 20, "center"),
        Column("Kế hoạch", "{{ row.planned }}", 20, "right"),
    ),
)
RESULTS_DONE = Table(
    "results",
    (
        Column("TT", "{{ row.no }}", 7, "center"),
        Column("Nội dung công việc, kết quả", "{{ row.indicator }}", 41),
        Column("Đơn vị tính", "{{ row.unit }}", 14, "center"),
        Column("Theo kế hoạch", "{{ row.planned }}", 13, "right"),
        Column("Thực hiện", "{{ row.achieved }}", 13, "right"),
        Column("Tỷ lệ (%)", "{{ row.rate }}", 12, "right"),
    ),
)
DECIDED = (
    "Căn cứ Quyết định số {{ decision.number }} ngày {{ decision.day }} của {{ decision.issuer }} "
    "về việc phê duyệt đề án;"
)

SUMMARY = Layout(
    "nation",
    "ĐỀ ÁN KHUYẾN CÔNG (TÓM TẮT)",
    "{{ project.name }}",
    (
        Facts(
            (
                ("Mã đề án", "{{ project.code }}"),
                ("Loại đề án", "{{ project.type }}"),
                ("Chương trình", "{{ project.programme }}"),
                ("Năm kế hoạch", "{{ project.year }}"),
                ("Địa điểm thực hiện", "{{ project.place }}"),
                ("Đơn vị thực hiện", "{{ project.unit }}"),
                ("Đơn vị phối hợp", "{{ project.partner }}"),
                ("Thời gian thực hiện", "{{ project.time }}"),
            )
        ),
        Heading("1. Đơn vị thụ hưởng"),
        BENEFICIARIES,
        Heading("2. Nội dung hoạt động khuyến công"),
        Text("{{ project.activities }}"),
        Heading("3. Mục tiêu, quy mô và nội dung chính"),
        Text("{{ project.aim }}"),
        Heading("4. Dự toán kinh phí theo nguồn"),
        ESTIMATE,
        Facts(
            (
                ("Tổng mức đầu tư (đồng)", "{{ project.investment }}"),
                ("Kinh phí khuyến công đề nghị hỗ trợ (đồng)", "{{ money.support }}"),
                ("Bằng chữ", "{{ money.support_words }}"),
            )
        ),
        Heading("5. Kết quả dự kiến"),
        RESULTS_PLANNED,
        Signatures((("ĐẠI DIỆN ĐƠN VỊ THỤ HƯỞNG", SEAL), ("ĐẠI DIỆN ĐƠN VỊ THỰC HIỆN", SEAL))),
    ),
)

APPRAISAL = Layout(
    "agency",
    "BIÊN BẢN THẨM ĐỊNH CẤP CƠ SỞ",
    "Đề án: {{ project.name }}",
    (
        Facts(
            (
                ("Ngày thẩm định", "{{ paper.day }}"),
                ("Mã đề án", "{{ project.code }}"),
                ("Đơn vị thực hiện", "{{ project.unit }}"),
                ("Địa điểm thực hiện", "{{ project.place }}"),
                ("Kinh phí khuyến công đề nghị hỗ trợ (đồng)", "{{ money.support }}"),
                ("Bằng chữ", "{{ money.support_words }}"),
                ("Thành phần tham gia", "{{ paper.participants }}"),
            )
        ),
        Heading("1. Kết quả thẩm định theo tiêu chí"),
        Table(
            "checklist",
            (
                Column("TT", "{{ row.no }}", 7, "center"),
                Column("Tiêu chí", "{{ row.criterion }}", 45),
                Column("Nhận xét, đánh giá", "{{ row.finding }}", 48),
            ),
        ),
        Heading("2. Ý kiến của người thẩm định"),
        Table(
            "opinions",
            (
                Column("TT", "{{ row.no }}", 7, "center"),
                Column("Người thẩm định", "{{ row.name }}", 24),
                Column("Kiến nghị", "{{ row.recommendation }}", 20),
                Column("Mức hỗ trợ kiến nghị (đồng)", "{{ row.support }}", 20, "right"),
                Column("Nhận xét", "{{ row.remarks }}", 29),
            ),
        ),
        Heading("3. Kết luận"),
        Text("{{ paper.conclusion }}"),
        Signatures((("NGƯỜI THẨM ĐỊNH", SIGN), ("NGƯỜI CHỦ TRÌ", SIGN))),
    ),
)

SUBMISSION = Layout(
    "agency",
    "TỜ TRÌNH",
    "Về việc phê duyệt đề án khuyến công năm {{ project.year }}",
    (
        Text("Kính gửi: {{ paper.receiver }}"),
        Text(
            "{{ paper.agency }} đã thẩm định hồ sơ đề án (biên bản số {{ appraisal.number }} ngày "
            "{{ appraisal.day }}). Kết luận: {{ appraisal.conclusion }}"
        ),
        Text("{{ paper.agency }} kính trình {{ paper.receiver }} xem xét, phê duyệt đề án với các nội dung sau:"),
        Facts(
            (
                ("Tên đề án", "{{ project.name }}"),
                ("Mã đề án", "{{ project.code }}"),
                ("Đơn vị thực hiện", "{{ project.unit }}"),
                ("Địa điểm thực hiện", "{{ project.place }}"),
                ("Nội dung hoạt động", "{{ project.activities }}"),
                ("Thời gian thực hiện", "{{ project.time }}"),
            )
        ),
        Heading("1. Đơn vị thụ hưởng"),
        BENEFICIARIES,
        Heading("2. Dự toán kinh phí theo nguồn"),
        ESTIMATE,
        Facts(
            (
                ("Tổng kinh phí thực hiện (đồng)", "{{ money.total }}"),
                ("Kinh phí khuyến công đề nghị hỗ trợ (đồng)", "{{ money.support }}"),
                ("Bằng chữ", "{{ money.support_words }}"),
            )
        ),
        Text("{{ paper.agency }} kính trình {{ paper.receiver }} xem xét, quyết định./."),
        Signatures((("Nơi nhận:", "- Như trên;\n- Lưu: VT, QLCN."), ("GIÁM ĐỐC", SEAL))),
    ),
)

CONTRACT = Layout(
    "nation",
    "HỢP ĐỒNG HỖ TRỢ KINH PHÍ KHUYẾN CÔNG",
    "Số: {{ contract.number }}",
    (
        Text(DECIDED, italic=True),
        Text("Hôm nay, {{ contract.day }}, các bên gồm có:"),
        Facts(
            (
                ("BÊN A (đơn vị thực hiện)", "{{ contract.party_a }}"),
                ("BÊN B (đơn vị thụ hưởng)", "{{ contract.party_b }}"),
                ("Mã số thuế của bên B", "{{ beneficiary.tax_code }}"),
                ("Địa chỉ của bên B", "{{ beneficiary.address }}"),
                ("Đại diện bên B", "{{ beneficiary.representative }}"),
            )
        ),
        Text("Hai bên thỏa thuận ký hợp đồng với các điều khoản sau:"),
        Heading("Điều 1. Nội dung hợp đồng"),
        Facts(
            (
                ("Tên đề án", "{{ project.name }}"),
                ("Nội dung", "{{ contract.content }}"),
                ("Địa điểm thực hiện", "{{ project.place }}"),
            )
        ),
        Heading("Điều 2. Giá trị hỗ trợ"),
        Facts(
            (
                ("Kinh phí khuyến công hỗ trợ (đồng)", "{{ contract.value }}"),
                ("Bằng chữ", "{{ contract.value_words }}"),
            )
        ),
        Heading("Điều 3. Thời gian thực hiện"),
        Text("Hợp đồng được thực hiện {{ contract.time }}."),
        Heading("Điều 4. Tạm ứng, thanh toán"),
        Text(
            "Việc tạm ứng, thanh toán thực hiện theo quy định hiện hành về quản lý kinh phí khuyến công; thanh toán "
            "lần cuối sau khi có biên bản nghiệm thu cơ sở."
        ),
        Heading("Điều 5. Điều khoản chung"),
        Text("Hợp đồng được lập thành …… bản có giá trị pháp lý như nhau, mỗi bên giữ …… bản."),
        Signatures((("ĐẠI DIỆN BÊN A", SEAL), ("ĐẠI DIỆN BÊN B", SEAL))),
    ),
)

ACCEPTANCE = Layout(
    "agency",
    "BIÊN BẢN NGHIỆM THU CƠ SỞ",
    "Đề án: {{ project.name }}",
    (
        Text(DECIDED, italic=True),
        Text("Căn cứ Hợp đồng số {{ contract.number }} ngày {{ contract.day }};", italic=True),
        Facts(
            (
                ("Ngày nghiệm thu", "{{ paper.day }}"),
                ("Địa điểm", "{{ project.place }}"),
                ("Mã đề án", "{{ project.code }}"),
                ("Đơn vị thực hiện", "{{ project.unit }}"),
                ("Thành phần tham gia", "{{ paper.participants }}"),
            )
        ),
        Heading("1. Đơn vị thụ hưởng"),
        BENEFICIARIES,
        Heading("2. Kết quả thực hiện so với kế hoạch"),
        RESULTS_DONE,
        Facts(
            (
                ("Kinh phí khuyến công được duyệt (đồng)", "{{ decided.support }}"),
                ("Giá trị đã đầu tư theo báo cáo đã xác nhận (đồng)", "{{ progress.invested }}"),
                ("Thời gian thực hiện", "{{ project.time }}"),
            )
        ),
        Heading("3. Kết luận"),
        Text("{{ paper.conclusion }}"),
        Signatures(
            (
                ("ĐƠN VỊ THỤ HƯỞNG", SEAL),
                ("UBND CẤP XÃ", SEAL),
                ("ĐƠN VỊ THỰC HIỆN", SEAL),
                ("SỞ CÔNG THƯƠNG", SEAL),
            )
        ),
    ),
)

COMPLETION = Layout(
    "agency",
    "BÁO CÁO KHỐI LƯỢNG VÀ KINH PHÍ HOÀN THÀNH",
    "Đề án: {{ project.name }}",
    (
        Facts(
            (
                ("Mã đề án", "{{ project.code }}"),
                ("Đơn vị thực hiện", "{{ project.unit }}"),
                ("Quyết định phê duyệt", "số {{ decision.number }} ngày {{ decision.day }}"),
                ("Hợp đồng", "số {{ contract.number }} ngày {{ contract.day }}"),
                ("Biên bản nghiệm thu", "số {{ acceptance.number }} ngày {{ acceptance.day }}"),
            )
        ),
        Heading("1. Khối lượng hoàn thành"),
        RESULTS_DONE,
        Heading("2. Kinh phí theo nguồn (đồng)"),
        Table(
            "sources",
            (
                Column("TT", "{{ row.no }}", 7, "center"),
                Column("Nguồn kinh phí", "{{ row.source }}", 33),
                Column("Dự toán", "{{ row.estimated }}", 20, "right"),
                Column("Được phê duyệt", "{{ row.decided }}", 20, "right"),
                Column("Đã thanh toán", "{{ row.paid }}", 20, "right"),
            ),
            ("", "Tổng cộng", "{{ totals.estimated }}", "{{ totals.decided }}", DOTS),
        ),
        Facts(
            (
                ("Kinh phí khuyến công đã thanh toán (đồng)", "{{ totals.paid }}"),
                ("Bằng chữ", "{{ totals.paid_words }}"),
                ("Giá trị đã đầu tư theo báo cáo đã xác nhận (đồng)", "{{ progress.invested }}"),
                ("Ngày xác nhận tiến độ gần nhất", "{{ progress.day }}"),
            )
        ),
        Signatures((("NGƯỜI LẬP BIỂU", SIGN), ("THỦ TRƯỞNG ĐƠN VỊ", SEAL))),
    ),
)

LIQUIDATION = Layout(
    "nation",
    "BIÊN BẢN THANH LÝ HỢP ĐỒNG",
    "Hợp đồng số {{ contract.number }} ngày {{ contract.day }}",
    (
        Text(DECIDED, italic=True),
        Text("Căn cứ biên bản nghiệm thu cơ sở số {{ acceptance.number }} ngày {{ acceptance.day }};", italic=True),
        Facts(
            (
                ("Số biên bản", "{{ paper.number }}"),
                ("Ngày thanh lý", "{{ paper.day }}"),
                ("BÊN A", "{{ contract.party_a }}"),
                ("BÊN B", "{{ contract.party_b }}"),
                ("Tên đề án", "{{ project.name }}"),
            )
        ),
        Heading("Điều 1. Kết quả thực hiện"),
        RESULTS_DONE,
        Heading("Điều 2. Giá trị hợp đồng và thanh toán"),
        Facts(
            (
                ("Giá trị hợp đồng (đồng)", "{{ contract.value }}"),
                ("Bằng chữ", "{{ contract.value_words }}"),
                ("Đã tạm ứng, thanh toán (đồng)", "{{ contract.paid }}"),
                ("Còn phải thanh toán (đồng)", "{{ contract.left }}"),
                ("Bằng chữ", "{{ contract.left_words }}"),
            )
        ),
        Heading("Điều 3. Kết luận"),
        Text(
            "Hai bên thống nhất thanh lý hợp đồng nêu trên kể từ ngày ký biên bản này. Biên bản được lập thành …… bản "
            "có giá trị như nhau, mỗi bên giữ …… bản."
        ),
        Signatures((("ĐẠI DIỆN BÊN A", SEAL), ("ĐẠI DIỆN BÊN B", SEAL))),
    ),
)

SETTLEMENT = Layout(
    "agency",
    "BẢNG QUYẾT TOÁN KINH PHÍ",
    "Đề án: {{ project.name }}",
    (
        Facts(
            (
                ("Mã đề án", "{{ project.code }}"),
                ("Đơn vị thực hiện", "{{ project.unit }}"),
                ("Quyết định phê duyệt", "số {{ decision.number }} ngày {{ decision.day }}"),
                ("Văn bản quyết toán", "số {{ settlement.number }} ngày {{ settlement.day }}"),
            )
        ),
        Heading("1. Kinh phí khuyến công theo nguồn (đồng)"),
        Table(
            "support",
            (
                Column("TT", "{{ row.no }}", 6, "center"),
                Column("Nguồn kinh phí", "{{ row.source }}", 26),
                Column("Được phê duyệt", "{{ row.decided }}", 17, "right"),
                Column("Đã tạm ứng", "{{ row.advanced }}", 17, "right"),
                Column("Đã thanh toán (gồm tạm ứng, trừ nộp trả)", "{{ row.paid }}", 17, "right"),
                Column("Chưa thanh toán", "{{ row.left }}", 17, "right"),
            ),
            (
                "",
                "Tổng cộng",
                "{{ decided.support }}",
                "{{ totals.advanced }}",
                "{{ totals.paid }}",
                "{{ totals.left }}",
            ),
        ),
        Heading("2. Chứng từ thanh toán"),
        Table(
            "ledger",
            (
                Column("TT", "{{ row.no }}", 6, "center"),
                Column("Nội dung", "{{ row.kind }}", 22),
                Column("Số chứng từ", "{{ row.number }}", 18),
                Column("Ngày", "{{ row.day }}", 14, "center"),
                Column("Nguồn", "{{ row.source }}", 20),
                Column("Số tiền (đồng)", "{{ row.amount }}", 20, "right"),
            ),
            ("", "Tổng cộng", "", "", "", "{{ totals.paid }}"),
        ),
        Facts((("Kinh phí đề nghị quyết toán, bằng chữ", "{{ totals.paid_words }}"),)),
        Signatures((("NGƯỜI LẬP BIỂU", SIGN), ("KẾ TOÁN", SIGN), ("THỦ TRƯỞNG ĐƠN VỊ", SEAL))),
    ),
)

REGISTRATION = Layout(
    "agency",
    "BÁO CÁO",
    "Đăng ký kế hoạch khuyến công quốc gia năm {{ year }}",
    (
        Text("Kính gửi: {{ paper.receiver }}"),
        Heading("I. Kết quả thực hiện năm trước"),
        Text("{{ results_before }}"),
        Heading("II. Tình hình thực hiện năm nay"),
        Text("{{ state_now }}"),
        Heading("III. Mục tiêu, kế hoạch năm {{ year }}"),
        Text("{{ aims_next }}"),
        Heading("IV. Tổng hợp đề án, nhiệm vụ đăng ký ({{ sums.count }} đề án; đơn vị: triệu đồng)"),
        Table(
            "projects",
            (
                Column("TT", "{{ row.no }}", 5, "center"),
                Column("Tên đề án, nhiệm vụ", "{{ row.name }}", 24),
                Column("Đơn vị thực hiện; thụ hưởng", "{{ row.unit }}", 17),
                Column("Địa điểm", "{{ row.place }}", 10),
                Column("Thời gian", "{{ row.time }}", 9),
                Column("KCQG", "{{ row.national }}", 7, "right"),
                Column("KCĐP", "{{ row.local }}", 7, "right"),
                Column("Đối ứng", "{{ row.counterpart }}", 7, "right"),
                Column("Khác", "{{ row.other }}", 7, "right"),
                Column("Tổng", "{{ row.total }}", 7, "right"),
            ),
            (
                "",
                "Tổng cộng",
                "",
                "",
                "",
                "{{ sums.national }}",
                "{{ sums.local }}",
                "{{ sums.counterpart }}",
                "{{ sums.other }}",
                "{{ sums.total }}",
            ),
        ),
        Signatures((("Nơi nhận:", "- Như trên;\n- Lưu: VT, QLCN."), ("GIÁM ĐỐC", SEAL))),
    ),
    landscape=True,
)
