"""The fields of the CRM's own set-up: many were added over the years, and a good part of those was never filled."""

from __future__ import annotations

import numpy as np

from crmeter.demo.clock import HORIZON, texts
from crmeter.demo.files import Sheet

_STANDARD = {
    "客戶": (
        "客戶名稱",
        "建立時間",
        "首次接觸",
        "客戶類型",
        "會員等級",
        "產業",
        "地區",
        "來源通路",
        "電子郵件",
        "手機",
    ),
    "商機": ("建立時間", "首次接觸", "預計成交日", "金額", "階段", "結果", "失單原因"),
    "服務案件": ("進件時間", "首次回應時間", "結案時間", "類別", "管道", "優先等級", "承辦人"),
    "名單": ("建立時間", "來源通路", "合格時間", "轉換時間", "未成交原因"),
}
_USED = {
    "客戶": ("首月狀況", "服務小組", "出生年", "性別", "同意行銷", "慣用沖煮方式", "烘焙偏好"),
    "商機": ("銷售策略", "產品線", "試飲次數"),
    "服務案件": ("處理分鐘", "重啟次數", "產品線"),
    "名單": ("名單評分",),
}
_NEVER_FILLED = {
    "客戶": ("統編二", "傳真", "介紹人關係", "寵物", "星座", "舊系統代碼", "備用欄位 1", "備用欄位 2", "備用欄位 3"),
    "商機": ("競品報價", "預算科目", "決策者生日", "備用欄位 1", "備用欄位 2"),
    "服務案件": ("次要原因", "三級分類", "備用欄位 1"),
    "名單": ("展覽攤位", "名片背面"),
}


def custom_fields() -> tuple[int, int]:
    """How many fields the company added, and how many of them were never filled."""
    never = sum(map(len, _NEVER_FILLED.values()))
    return never + sum(map(len, _USED.values())), never


def draw_fields(rng: np.random.Generator) -> Sheet:
    """One row per field: whether the company added it, how often it is filled, when it was last used."""
    rows: list[tuple[str, str, str, str, str]] = []
    for fields, custom, low, high in (
        (_STANDARD, "否", 0.55, 1.0),
        (_USED, "是", 0.15, 0.95),
        (_NEVER_FILLED, "是", 0, 0),
    ):
        for kind, names in fields.items():
            shares = rng.uniform(low, high, len(names))
            used = texts(HORIZON - 1 - rng.integers(0, 20, len(names)).astype(float), "day")
            for name, share, day in zip(names, shares.tolist(), used, strict=True):
                rows.append((kind, name, custom, f"{share:.1%}", day if share else ""))
    header = ("物件", "欄位", "自訂", "填寫率", "最近使用日")
    return {name: list(cells) for name, cells in zip(header, zip(*sorted(rows), strict=True), strict=True)}
