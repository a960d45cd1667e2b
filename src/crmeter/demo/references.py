"""Outside values to compare with. They are made up, like the company, and say so in their source."""

from __future__ import annotations

from crmeter.demo.files import Sheet

SOURCE = "示範資料,數值為虛構"
_HEADER = ("指標", "產業", "地區", "年度", "數值", "低標", "高標", "定義", "來源")
_VALUES = (
    ("churn_rate.annualised", 0.30, 0.22, 0.38, "一年內終止訂閱或停止購買的客戶比例"),
    ("retention_rate.cohort", 0.92, 0.89, 0.95, "季初客戶於季末仍為客戶的比例"),
    ("csat.mean", 4.1, 3.8, 4.4, "服務後滿意度,1 至 5 分平均"),
    ("nps", 28.0, 15.0, 42.0, "推薦者比例減批評者比例,百分點"),
    ("first_response_hours.median", 4.0, 1.5, 12.0, "首次真人回應時數的中位數"),
    ("complaint_rate", 0.03, 0.02, 0.05, "每季客訴件數除以期末客戶數"),
    ("win_rate", 0.42, 0.33, 0.50, "結案商機中成交的比例"),
    ("refund_rate", 0.035, 0.02, 0.05, "退款金額除以銷售金額"),
    ("adoption_rate", 0.70, 0.55, 0.85, "每季在系統中有實際作業的帳號比例"),
    ("repeat_purchase_rate", 0.30, 0.22, 0.40, "一季內購買兩次以上的買家比例"),
)


def benchmarks() -> Sheet:
    rows = [
        (kpi, "餐飲零售", "台灣", str(year), f"{value:g}", f"{low:g}", f"{high:g}", definition, SOURCE)
        for year in (2024, 2025)
        for kpi, value, low, high, definition in _VALUES
    ]
    return {name: list(cells) for name, cells in zip(_HEADER, zip(*rows, strict=True), strict=True)}
