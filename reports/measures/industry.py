"""What statistics say of the province's industry: no record of the portal tells it, an officer enters it."""

from reports.measures.entered import ManualMeasure
from reports.measures.measure import measure


@measure
class OutputValue(ManualMeasure):
    """Value of industrial output, as the source named with the figure publishes it; which prices it is in stands there
    (định nghĩa của cổng, chưa đối chiếu văn bản). Figures of parts of a time add up to it."""

    code = "industry.value"
    title = "Giá trị sản xuất công nghiệp"
    unit = "tỷ đồng"
    shown = "decimal"
    adds = True


@measure
class Growth(ManualMeasure):
    """Growth of industrial output against the same time of the year before, in percent, as the source named with the
    figure publishes it (định nghĩa của cổng, chưa đối chiếu văn bản). It never adds up."""

    code = "industry.growth"
    title = "Tốc độ tăng trưởng công nghiệp so với cùng kỳ"
    unit = "%"
    shown = "percent"
    below_zero = True
