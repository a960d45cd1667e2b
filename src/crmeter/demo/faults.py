"""The few rows that are wrong in every real export: each is quarantined with its reason, or reported."""

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
    quarantined: bool = True


FAULTS = (
    Fault("orders", "訂購時間", "2023-02-30 10:15:00", 2, "a day that does not exist", ("單據類別", "銷貨")),
    Fault("orders", "未稅金額", "暫缺", 3, "a word for an amount", ("單據類別", "銷貨")),
    Fault("orders", "未稅金額", "-8888", 2, "a sale with a negative amount", ("單據類別", "銷貨")),
    Fault("orders", "客戶編號", "C999901", 2, "a customer whom nobody knows", ("單據類別", "銷貨"), quarantined=False),
    Fault("subscriptions", "月費", "", 1, "a contract without an amount", ("終止原因", "用量減少")),
    Fault("cases", "結案時間", "2020-12-31 09:00:00", 2, "a case resolved before it was opened"),
    Fault("cases", "類別", "待分類", 2, "a kind of case that does not exist", ("類別", "其他")),
    Fault("survey_answers", "分數", "11", 2, "a score beyond the scale", ("問卷", "推薦意願")),
    Fault("opportunities", "結果", "待確認", 2, "an outcome that is none", ("結果", "失單")),
    Fault("leads", "建立時間", "日期不詳", 1, "a date in words"),
)


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
