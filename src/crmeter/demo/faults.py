"""The few rows that are wrong in every real export: each is quarantined with its reason, or reported, or merely untidy
and left to the rules of data quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmeter.demo.files import Sheet


@dataclass(frozen=True)
class Fault:
    """``rows`` rows of a file hold ``value`` in ``column``; only rows with ``among`` = (column, value) are taken."""

    sheet: str
    column: str
    value: str
    rows: int
    what: str
    among: tuple[str, str] | None = None
    instead: str = ""  # what becomes of a row that is not quarantined

    @property
    def quarantined(self) -> bool:
        return not self.instead


_UNTIDY = "stays, for rules of data quality to find"
FAULTS = (
    Fault("orders", "訂購時間", "2023-02-30 10:15:00", 2, "a day that does not exist", ("單據類別", "銷貨")),
    Fault("orders", "未稅金額", "暫缺", 3, "a word for an amount", ("單據類別", "銷貨")),
    Fault("orders", "未稅金額", "-8888", 2, "a sale with a negative amount", ("單據類別", "銷貨")),
    Fault("orders", "客戶編號", "C999901", 2, "a customer whom nobody knows", ("單據類別", "銷貨"),
          "a customer is made of the id, and reported"),
    Fault("subscriptions", "月費", "", 1, "a contract without an amount", ("終止原因", "用量減少")),
    Fault("cases", "結案時間", "2020-12-31 09:00:00", 2, "a case resolved before it was opened"),
    Fault("cases", "類別", "待分類", 2, "a kind of case that does not exist", ("類別", "其他")),
    Fault("survey_answers", "分數", "11", 2, "a score beyond the scale", ("問卷", "推薦意願")),
    Fault("opportunities", "結果", "待確認", 2, "an outcome that is none", ("結果", "失單")),
    Fault("leads", "建立時間", "日期不詳", 1, "a date in words"),
    Fault("stage_changes", "商機編號", "P999999", 2, "a stage of no opportunity", ("階段", "需求確認")),
    Fault("quotas", "業績目標", "待定", 1, "a quota in words"),
    Fault("interactions", "客戶編號", "", 2, "a contact with nobody"),
    Fault("tasks", "建立時間", "昨天", 1, "a day in words"),
    Fault("usage", "員工編號", "U999", 3, "an action of a user who does not exist", ("動作", "檢視")),
    Fault("touches", "活動編號", "M999", 2, "a message of a campaign that does not exist", ("事件", "開信")),
    Fault("training", "級別", "高手", 1, "a level that does not exist"),
    Fault("feedback", "內容", "", 2, "a text without words"),
    Fault("rates", "匯率", "停市", 1, "a word for a rate", ("幣別", "USD")),
    Fault("customers", "電子郵件", "無", 25, "an e-mail address that is none", instead=_UNTIDY),
    Fault("customers", "手機", "0000000000", 30, "a telephone number that is none", instead=_UNTIDY),
    Fault("customers", "出生年", "1900", 12, "a year of birth that nobody has", ("客戶類型", "個人"), _UNTIDY),
    Fault("customers", "會員等級", "", 18, "a customer without a segment", instead=_UNTIDY),
    Fault("customers", "產業", "餐飲", 15, "an industry under another name", ("產業", "餐飲業"), _UNTIDY),
    Fault("stage_changes", "階段", "試用", 2, "a stage of no pipeline", ("階段", "報價"), _UNTIDY),
    Fault("interactions", "分鐘", "9999", 3, "a call of a week", ("方式", "電話"), _UNTIDY),
    Fault("tasks", "負責人", "U998", 2, "a task of a user who does not exist", instead=_UNTIDY),
)  # fmt: skip


def damage(rng: np.random.Generator, sheets: dict[str, Sheet]) -> None:
    """Put the faults into the sheets. Every fault gets rows of its own; a sheet too short for one goes without."""
    spoilt: dict[str, set[int]] = {}
    for fault in FAULTS:
        sheet, used = sheets[fault.sheet], spoilt.setdefault(fault.sheet, set())
        there = np.arange(len(sheet[fault.column]))
        if fault.among:
            column, value = fault.among
            there = np.flatnonzero(np.array(sheet[column]) == value)
        free = np.array([row for row in there.tolist() if row not in used])
        if len(free) < fault.rows:
            continue
        for row in rng.choice(free, size=fault.rows, replace=False).tolist():
            sheet[fault.column][row] = fault.value
            used.add(row)
