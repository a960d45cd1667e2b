"""What the CRM cost and what it is said to have brought: the ledger of the programme, kept by hand in a workbook.

Measured and modelled benefits alone do not pay for it yet; with those that are only claimed they do. Three benefits are
written down and not measured. It is the same whatever the size of the company.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from crmeter.demo.clock import FIRST_DAY, HORIZON_DAY
from crmeter.demo.stories import Upgrade

Evidence = Literal["實測", "模型推估", "自述", "未衡量"]
HEADER = ("編號", "日期", "收支", "類別", "金額", "幣別", "依據", "備註")
_SEAT = 1_500  # TWD a month


@dataclass(frozen=True)
class Entry:
    """One line; ``amount`` in TWD, None where nobody put a number on it."""

    on: date
    side: Literal["成本", "效益"]
    category: str
    amount: int | None
    evidence: Evidence
    note: str


def entries() -> list[Entry]:
    """The ledger, first to last."""
    found = [*_start(), *_running(), *_upgrade(), *_benefits(), *_intangible()]
    return sorted(found, key=lambda entry: (entry.on, entry.side, entry.category))


def rows() -> list[tuple[str | int | date | None, ...]]:
    """The ledger as the workbook shows it, under HEADER."""
    return [
        (f"V{number:03d}", entry.on, entry.side, entry.category, entry.amount, "TWD", entry.evidence, entry.note)
        for number, entry in enumerate(entries(), 1)
    ]


def _cost(on: date, category: str, amount: int, note: str) -> Entry:
    return Entry(on, "成本", category, amount, "實測", note)


def _start() -> list[Entry]:
    return [
        _cost(date(2021, 1, 8), "導入", 1_200_000, "顧問、資料移轉、與商店系統整合"),
        _cost(date(2021, 1, 15), "硬體", 260_000, "門市平板與話機"),
        _cost(date(2021, 2, 26), "教育訓練", 150_000, "第一批同仁"),
    ]


def _running() -> list[Entry]:
    found = []
    for year in range(FIRST_DAY.year, HORIZON_DAY.year):
        seats = 36 if year < 2023 else 58
        for month in (1, 4, 7, 10):
            found.append(_cost(date(year, month, 5), "授權費", seats * _SEAT * 3, f"{seats} 個帳號,一季"))
        found.append(_cost(date(year, 6, 30), "維護", 180_000, "年度維護合約"))
        if year > FIRST_DAY.year:
            found.append(_cost(date(year, 9, 15), "教育訓練", 60_000, "年度課程"))
    return found


def _upgrade() -> list[Entry]:
    start = Upgrade.start
    return [
        _cost(start, "導入", 680_000, "升級:新介面、行動版、流程調整"),
        _cost(start, "硬體", 90_000, "行動裝置"),
        _cost(start.replace(day=21), "教育訓練", 140_000, "升級課程,各部門一場"),
    ]


def _benefits() -> list[Entry]:
    found = []
    for year in range(2022, HORIZON_DAY.year):
        for month, day in ((3, 31), (6, 30), (9, 30), (12, 31)):
            on, grown = date(year, month, day), year - 2022
            found.append(Entry(on, "效益", "效率提升", 110_000 + 35_000 * grown, "實測", "處理時間縮短,換算人力"))
            found.append(Entry(on, "效益", "降低流失", 90_000 + 30_000 * grown, "模型推估", "依流失模型推估"))
            found.append(Entry(on, "效益", "營收成長", 260_000 + 60_000 * grown, "自述", "業務主管估計,未扣除其他因素"))
    found.append(Entry(date(2025, 6, 30), "效益", "活動成效", 150_000, "實測", "老友回購折價券,與對照組比較"))
    return found


def _intangible() -> list[Entry]:
    return [
        Entry(date(2024, 12, 31), "效益", "品牌聲譽", None, "未衡量", "媒體報導增加,無法換算"),
        Entry(date(2024, 12, 31), "效益", "競爭力", None, "未衡量", "企業客戶比稿時提及"),
        Entry(date(2025, 12, 31), "效益", "滿意度", None, "未衡量", "同仁覺得客戶更滿意"),
    ]
