# ruff: noqa: E501  (headers as they stand in the files)
"""Exports as systems write them, in three languages: what each column is taken for.

The expected mappings were written by hand from the headers, before anything was run.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ingest.propose.landed import Landed, raw_columns

# --- English ---------------------------------------------------------------------------------------------------------


def english() -> Landed:
    """Files of several systems beside one another, as a company hands them over."""
    return (
        Landed()
        .add(
            "accounts",
            "Account ID | Account Name | Type | Industry | Billing Country | Account Owner | Account Source | Created Date"
            " | Phone | Customer Tier",
            "0011 | Acme Ltd | Business | Retail | Taiwan | Ann | Web | 2021-03-04 | 02-1 | Gold",
            "0012 | Bolt Inc | Business | Retail | Taiwan | Ann | Referral | 2021-05-06 | 02-2 | Silver",
            "0013 | Carl Cox | Individual | Food | Japan | Bob | Web | 2022-07-08 | 02-3 | Gold",
            "0014 | Dora Day | Individual | Food | Japan | Bob | Web | 2023-09-10 | 02-4 | Silver",
        )
        .add(
            "shop_orders",
            "Order ID | Account ID | Order Date | Net Amount | Currency | Sales Rep | Product | Sales Channel | Campaign ID",
            "A1 | 0011 | 2025-01-02 | 100.00 | TWD | Ann | Soap | web | C1",
            "A2 | 0012 | 2025-01-03 | 250.50 | TWD | Ann | Soap | shop | ",
            "A3 | 0011 | 2025-01-05 | -20.00 | TWD | Bob | Oil | web | ",
            "A4 | 0013 | 2025-02-05 | 80.00 | TWD | Bob | Oil | web | C1",
        )
        .add(
            "subscriptions",
            "Subscription ID | Customer ID | Start Date | End Date | Plan Name | MRR | Currency Code | Cancellation Reason",
            "S1 | 0011 | 2024-01-01 |  | Basic | 900 | TWD | ",
            "S2 | 0012 | 2024-02-01 | 2024-08-01 | Pro | 1900 | TWD | price",
            "S3 | 0014 | 2024-03-01 |  | Pro | 1900 | TWD | ",
        )
        .add(
            "deals",
            "Record ID | Deal Name | Associated Company ID | Deal Stage | Amount | Create Date | Close Date | Deal owner"
            " | Closed Lost Reason",
            "9001 | Acme big | 0011 | Closed Won | 5000 | 2024-10-01 09:00 | 2024-11-05 10:00 | Ann | ",
            "9002 | Bolt one | 0012 | Closed Lost | 700 | 2024-10-02 09:00 | 2024-12-05 10:00 | Bob | price",
            "9003 | Carl two | 0013 | Proposal | 900 | 2024-11-03 09:00 | 2026-12-05 10:00 | Bob | ",
        )
        .add(
            "leads",
            "Lead ID | Created Date | Lead Source | Lead Owner | Converted Date | Converted Account ID | MQL Date | Company",
            "L1 | 2024-01-05 | Web | Ann | 2024-02-01 | 0011 | 2024-01-10 | Acme",
            "L2 | 2024-01-06 | Fair | Bob |  |  |  | Nobody",
            "L3 | 2024-01-07 | Web | Bob |  |  | 2024-01-12 | Someone",
        )
        .add(
            "support_tickets",
            "Ticket ID | Organization ID | Created at | First response at | Solved at | Type | Via | Priority | Assignee"
            " | Reopens",
            "501 | 0011 | 2025-01-01 08:00 | 2025-01-01 09:00 | 2025-01-02 09:00 | Complaint | email | high | Cat | 0",
            "502 | 0012 | 2025-01-02 08:00 | 2025-01-02 08:30 | 2025-01-02 09:00 | Question | phone | low | Dan | 1",
            "503 | 0014 | 2025-01-03 08:00 |  |  | Incident | email | low | Dan | 0",
        )
        .add(
            "satisfaction_survey",
            "Respondent ID | Survey Name | Customer ID | Date Submitted | How likely are you to recommend us? (NPS)"
            " | How satisfied are you overall? | Comments",
            "r1 | Q1 | 0011 | 2025-02-01 | 10 | 5 | nice",
            "r2 | Q1 | 0012 | 2025-02-02 | 3 | 2 | slow",
            "r3 | Q1 | 0014 | 2025-02-03 | 0 | 1 | ",
            "r4 | Q1 | 0013 | 2025-02-03 |  | 4 | ",
        )
    )


ENGLISH = {
    "customer": {
        "customer_id": "Account ID", "name": "Account Name", "kind": "Type", "industry": "Industry",
        "region": "Billing Country", "owner_id": "Account Owner", "channel": "Account Source",
        "created_at": "Created Date", "phone": "Phone", "segment": "Customer Tier",
    },
    "order": {
        "order_id": "Order ID", "customer_id": "Account ID", "ordered_at": "Order Date", "amount": "Net Amount",
        "currency": "Currency", "owner_id": "Sales Rep", "product": "Product", "channel": "Sales Channel",
        "campaign_id": "Campaign ID",
    },
    "subscription": {
        "subscription_id": "Subscription ID", "customer_id": "Customer ID", "started_at": "Start Date",
        "ended_at": "End Date", "plan": "Plan Name", "monthly_amount": "MRR", "currency": "Currency Code",
        "end_reason": "Cancellation Reason",
    },
    "opportunity": {
        "opportunity_id": "Record ID", "customer_id": "Associated Company ID", "outcome": "Deal Stage",
        "stage": "Deal Stage", "amount": "Amount", "created_at": "Create Date", "closed_at": "Close Date",
        "expected_close_on": "Close Date", "owner_id": "Deal owner", "lost_reason": "Closed Lost Reason",
    },
    "lead": {
        "lead_id": "Lead ID", "created_at": "Created Date", "channel": "Lead Source", "owner_id": "Lead Owner",
        "converted_at": "Converted Date", "customer_id": "Converted Account ID", "qualified_at": "MQL Date",
    },
    "case": {
        "case_id": "Ticket ID", "customer_id": "Organization ID", "opened_at": "Created at",
        "first_response_at": "First response at", "resolved_at": "Solved at", "kind": "Type", "channel": "Via",
        "priority": "Priority", "agent_id": "Assignee", "reopened_count": "Reopens",
    },
    "survey_response": {
        "response_id": "Respondent ID", "submission_id": "Respondent ID", "survey_id": "Survey Name",
        "customer_id": "Customer ID", "responded_at": "Date Submitted",
        "score": "How likely are you to recommend us? (NPS)", "comment": "Comments",
    },
}  # fmt: skip

# --- Traditional Chinese ---------------------------------------------------------------------------------------------


def traditional() -> Landed:
    return (
        Landed()
        .add(
            "客戶資料",
            "客戶編號 | 客戶名稱 | 客戶類型 | 產業別 | 縣市 | 負責業務 | 來源管道 | 建檔日期 | 手機號碼 | 電子信箱 | 會員等級",
            "K001 | 大同行 | 企業 | 零售 | 台北市 | 王小明 | 官網 | 110/03/04 | 0911 | a@x.tw | 金卡",
            "K002 | 李四 | 個人 | 餐飲 | 台中市 | 王小明 | 介紹 | 110/05/06 | 0922 | b@x.tw | 銀卡",
            "K003 | 張三 | 個人 | 餐飲 | 台中市 | 陳大華 | 官網 | 111/07/08 | 0933 | c@x.tw | 金卡",
            "K004 | 好公司 | 企業 | 零售 | 高雄市 | 陳大華 | 官網 | 112/09/10 | 0944 | d@x.tw | 銀卡",
        )
        .add(
            "訂單",
            "訂單編號 | 客戶編號 | 客戶名稱 | 訂單日期 | 付款日期 | 訂單金額(未稅) | 訂單金額(含稅) | 幣別 | 單據類型 | 業務員 | 通路",
            "T1 | K001 | 大同行 | 2025/01/02 | 2025/01/05 | 1,000 | 1,050 | TWD | 銷貨 | 王小明 | 官網",
            "T2 | K002 | 李四 | 2025/01/03 | 2025/01/03 | 2,000 | 2,100 | TWD | 銷貨 | 王小明 | 門市",
            "T3 | K001 | 大同行 | 2025/01/09 | 2025/01/10 | 500 | 525 | TWD | 銷退 | 陳大華 | 官網",
            "T4 | K003 | 張三 | 2025/02/01 | 2025/02/02 | 800 | 840 | TWD | 銷貨 | 陳大華 | 官網",
        )
        .add(
            "合約清單",
            "合約編號 | 客戶編號 | 合約起日 | 合約迄日 | 方案名稱 | 月費 | 解約原因",
            "H1 | K001 | 2024/01/01 |  | 基本 | 900 | ",
            "H2 | K002 | 2024/02/01 | 2024/08/01 | 進階 | 1900 | 太貴",
            "H3 | K003 | 2024/03/01 |  | 進階 | 1900 | ",
        )
        .add(
            "商機",
            "商機編號 | 商機名稱 | 客戶編號 | 商機階段 | 狀態 | 預計成交日 | 結案日期 | 建立日期 | 成交金額 | 負責人 | 產品線 | 輸單原因",
            "O1 | 一號案 | K001 | 結案 | 贏單 | 2024/11/01 | 2024/11/05 | 2024/10/01 | 5000 | 王小明 | A | ",
            "O2 | 二號案 | K002 | 結案 | 輸單 | 2024/12/01 | 2024/12/05 | 2024/10/02 | 700 | 陳大華 | B | 太貴",
            "O3 | 三號案 | K003 | 報價 | 進行中 | 2025/12/01 |  | 2024/11/03 | 900 | 陳大華 | A | ",
        )
        .add(
            "潛在客戶名單",
            "名單編號 | 建立日期 | 名單來源 | 負責業務 | 轉換日期 | 轉換客戶編號 | 公司",
            "L1 | 2024/01/05 | 展覽 | 王小明 | 2024/02/01 | K001 | 大同行",
            "L2 | 2024/01/06 | 官網 | 陳大華 |  |  | 某公司",
            "L3 | 2024/01/07 | 官網 | 陳大華 |  |  | 另公司",
        )
        .add(
            "服務案件",
            "案件編號 | 客戶編號 | 立案時間 | 首次回應時間 | 結案時間 | 案件類別 | 反應管道 | 優先等級 | 承辦人 | 處理分鐘數",
            "C1 | K001 | 2025/01/01 08:00 | 2025/01/01 09:00 | 2025/01/02 09:00 | 客訴 | 電話 | 高 | 林一 | 35",
            "C2 | K002 | 2025/01/02 08:00 | 2025/01/02 08:30 | 2025/01/02 09:00 | 詢問 | 線上 | 低 | 林二 | 10",
            "C3 | K003 | 2025/01/03 08:00 |  |  | 報修 | 電話 | 低 | 林二 | ",
        )
        .add(
            "滿意度調查",
            "填答編號 | 問卷名稱 | 客戶編號 | 填答時間 | 整體滿意度 | 推薦意願(0-10) | 意見與建議",
            "r1 | 第一季 | K001 | 2025/02/01 10:00 | 5 | 10 | 讚",
            "r2 | 第一季 | K002 | 2025/02/02 10:00 | 1 | 0 | 慢",
            "r3 | 第一季 | K003 | 2025/02/03 10:00 | 4 | 8 | ",
        )
    )


TRADITIONAL = {
    "customer": {
        "customer_id": "客戶編號", "name": "客戶名稱", "kind": "客戶類型", "industry": "產業別", "region": "縣市",
        "owner_id": "負責業務", "channel": "來源管道", "created_at": "建檔日期", "phone": "手機號碼", "email": "電子信箱",
        "segment": "會員等級",
    },
    "order": {
        "order_id": "訂單編號", "customer_id": "客戶編號", "ordered_at": "訂單日期", "amount": "訂單金額(未稅)",
        "currency": "幣別", "kind": "單據類型", "owner_id": "業務員", "channel": "通路",
    },
    "subscription": {
        "subscription_id": "合約編號", "customer_id": "客戶編號", "started_at": "合約起日", "ended_at": "合約迄日",
        "plan": "方案名稱", "monthly_amount": "月費", "end_reason": "解約原因",
    },
    "opportunity": {
        "opportunity_id": "商機編號", "customer_id": "客戶編號", "stage": "商機階段", "outcome": "狀態",
        "expected_close_on": "預計成交日", "closed_at": "結案日期", "created_at": "建立日期", "amount": "成交金額",
        "owner_id": "負責人", "product_line": "產品線", "lost_reason": "輸單原因",
    },
    "lead": {
        "lead_id": "名單編號", "created_at": "建立日期", "channel": "名單來源", "owner_id": "負責業務",
        "converted_at": "轉換日期", "customer_id": "轉換客戶編號",
    },
    "case": {
        "case_id": "案件編號", "customer_id": "客戶編號", "opened_at": "立案時間", "first_response_at": "首次回應時間",
        "resolved_at": "結案時間", "kind": "案件類別", "channel": "反應管道", "priority": "優先等級", "agent_id": "承辦人",
        "handle_minutes": "處理分鐘數",
    },
    "survey_response": {
        "response_id": "填答編號", "submission_id": "填答編號", "survey_id": "問卷名稱", "customer_id": "客戶編號",
        "responded_at": "填答時間", "score": "整體滿意度", "comment": "意見與建議",
    },
}  # fmt: skip

# --- Simplified Chinese ----------------------------------------------------------------------------------------------


def simplified() -> Landed:
    return (
        Landed()
        .add(
            "客户",
            "客户编码 | 客户名称 | 客户级别 | 所属行业 | 省份 | 负责人 | 客户来源 | 创建时间 | 归属部门",
            "KH01 | 甲公司 | A级 | 制造 | 江苏 | 张伟 | 展会 | 2021-03-04 10:00:00 | 华东区",
            "KH02 | 乙公司 | B级 | 制造 | 江苏 | 张伟 | 官网 | 2021-05-06 10:00:00 | 华东区",
            "KH03 | 丙公司 | A级 | 医疗 | 广东 | 王芳 | 官网 | 2022-07-08 10:00:00 | 华南区",
            "KH04 | 丁公司 | B级 | 医疗 | 广东 | 王芳 | 官网 | 2023-09-10 10:00:00 | 华南区",
        )
        .add(
            "销售订单",
            "订单号 | 客户编码 | 下单时间 | 不含税金额 | 价税合计 | 币种 | 订单状态 | 销售员 | 产品名称 | 下单渠道",
            "D1 | KH01 | 2025-01-02 10:00:00 | 100.00 | 113.00 | CNY | 已完成 | 张伟 | 阀门 | 官网",
            "D2 | KH02 | 2025-01-03 10:00:00 | 200.00 | 226.00 | CNY | 已取消 | 张伟 | 阀门 | 门店",
            "D3 | KH01 | 2025-01-05 10:00:00 | 50.00 | 56.50 | CNY | 已退款 | 王芳 | 轴承 | 官网",
            "D4 | KH03 | 2025-02-05 10:00:00 | 80.00 | 90.40 | CNY | 已完成 | 王芳 | 轴承 | 官网",
        )
        .add(
            "合同",
            "合同编号 | 客户名称 | 开始日期 | 结束日期 | 套餐 | 年费 | 币种",
            "H1 | 甲公司 | 2024-01-01 |  | 标准版 | 12000 | CNY",
            "H2 | 乙公司 | 2024-02-01 | 2024-08-01 | 旗舰版 | 24000 | CNY",
            "H3 | 丙公司 | 2024-03-01 |  | 旗舰版 | 24000 | CNY",
        )
        .add(
            "销售机会",
            "商机编号 | 客户编码 | 销售阶段 | 预计成交日期 | 实际成交日期 | 创建时间 | 商机金额 | 负责人 | 输单原因",
            "S1 | KH01 | 赢单 | 2024-11-01 | 2024-11-05 | 2024-10-01 | 50000 | 张伟 | ",
            "S2 | KH02 | 输单 | 2024-12-01 | 2024-12-05 | 2024-10-02 | 7000 | 王芳 | 价格",
            "S3 | KH03 | 方案报价 | 2025-12-01 |  | 2024-11-03 | 9000 | 王芳 | ",
        )
        .add(
            "线索",
            "线索编号 | 创建时间 | 线索来源 | 负责人 | 转化时间 | 转化客户编号 | 无效原因",
            "X1 | 2024-01-05 | 百度 | 张伟 | 2024-02-01 | KH01 | ",
            "X2 | 2024-01-06 | 抖音 | 王芳 |  |  | 空号",
            "X3 | 2024-01-07 | 抖音 | 王芳 |  |  | ",
        )
        .add(
            "工单",
            "工单编号 | 客户编码 | 创建时间 | 首次响应时间 | 完结时间 | 工单类型 | 受理渠道 | 优先级 | 处理人 | 通话时长(秒) | 处理时长(秒)",
            "G1 | KH01 | 2025-01-01 08:00 | 2025-01-01 09:00 | 2025-01-02 09:00 | 投诉 | 电话 | 高 | 刘一 | 60 | 600",
            "G2 | KH02 | 2025-01-02 08:00 | 2025-01-02 08:30 | 2025-01-02 09:00 | 咨询 | 在线 | 低 | 刘二 | 30 | 90",
            "G3 | KH03 | 2025-01-03 08:00 |  |  | 故障 | 电话 | 低 | 刘二 | 10 | 30",
        )
        .add(
            "满意度回访",
            "答卷编号 | 客户编码 | 提交答卷时间 | 满意度评分 | 工单编号 | 您的建议",
            "q1 | KH01 | 2025-02-01 10:00 | 5 | G1 | 好",
            "q2 | KH02 | 2025-02-02 10:00 | 1 | G2 | 慢",
            "q3 | KH03 | 2025-02-03 10:00 | 4 | G3 | ",
        )
    )


SIMPLIFIED = {
    "customer": {
        "customer_id": "客户编码", "name": "客户名称", "segment": "客户级别", "industry": "所属行业", "region": "省份",
        "owner_id": "负责人", "channel": "客户来源", "created_at": "创建时间", "team": "归属部门",
    },
    "order": {
        "order_id": "订单号", "customer_id": "客户编码", "ordered_at": "下单时间", "amount": "不含税金额",
        "currency": "币种", "owner_id": "销售员", "product": "产品名称", "channel": "下单渠道",
    },
    "subscription": {
        "subscription_id": "合同编号", "customer_id": "客户名称", "started_at": "开始日期", "ended_at": "结束日期",
        "plan": "套餐", "monthly_amount": "年费", "currency": "币种",
    },
    "opportunity": {
        "opportunity_id": "商机编号", "customer_id": "客户编码", "stage": "销售阶段", "outcome": "销售阶段",
        "expected_close_on": "预计成交日期", "closed_at": "实际成交日期", "created_at": "创建时间", "amount": "商机金额",
        "owner_id": "负责人", "lost_reason": "输单原因",
    },
    "lead": {
        "lead_id": "线索编号", "created_at": "创建时间", "channel": "线索来源", "owner_id": "负责人",
        "converted_at": "转化时间", "customer_id": "转化客户编号", "lost_reason": "无效原因",
    },
    "case": {
        "case_id": "工单编号", "customer_id": "客户编码", "opened_at": "创建时间", "first_response_at": "首次响应时间",
        "resolved_at": "完结时间", "kind": "工单类型", "channel": "受理渠道", "priority": "优先级", "agent_id": "处理人",
        "handle_minutes": "处理时长(秒)",
    },
    "survey_response": {
        "response_id": "答卷编号", "customer_id": "客户编码", "responded_at": "提交答卷时间", "score": "满意度评分",
        "case_id": "工单编号", "comment": "您的建议",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("company", "expected"), [(english, ENGLISH), (traditional, TRADITIONAL), (simplified, SIMPLIFIED)]
)
def test_each_column_is_taken_for_what_it_is(
    company: Callable[[], Landed], expected: dict[str, dict[str, str]]
) -> None:
    found = company().propose()
    assert {table.table for table in found.tables} == set(expected)
    for table, columns in expected.items():
        got = {name: raw[0] for name, raw in raw_columns(found, table).items() if raw}
        assert got == columns, table
        proposal = found.table(table)
        assert proposal is not None and proposal.complete
    assert found.leftovers == ()


def test_the_values_that_come_out() -> None:
    """Run the proposals: won and lost, refunds, kinds, scores and keys, in each language."""
    files = english()
    found = files.propose()
    assert [(row["kind"], row["amount"]) for row in files.run(found, "order")] == [
        ("sale", "100.00"), ("sale", "250.50"), ("refund", "-20.00"), ("sale", "80.00")
    ]  # fmt: skip
    assert [row["outcome"] for row in files.run(found, "opportunity")] == ["won", "lost", None]
    assert [row["closed_at"] for row in files.run(found, "opportunity")][2] is None
    assert [row["kind"] for row in files.run(found, "case")] == ["complaint", "question", "incident"]
    assert [row["kind"] for row in files.run(found, "customer")] == ["company", "company", "person", "person"]
    answers = {(row["response_id"], row["instrument"], row["score"], row["scale_min"], row["scale_max"])
               for row in files.run(found, "survey_response")}  # fmt: skip
    assert answers == {
        ("r1-1", "nps", "10", 0, 10), ("r2-1", "nps", "3", 0, 10), ("r3-1", "nps", "0", 0, 10),
        ("r4-1", "nps", None, 0, 10), ("r1-2", "csat", "5", 1, 5), ("r2-2", "csat", "2", 1, 5),
        ("r3-2", "csat", "1", 1, 5), ("r4-2", "csat", "4", 1, 5),
    }  # fmt: skip

    files = traditional()
    found = files.propose()
    assert [(row["kind"], row["amount"]) for row in files.run(found, "order")] == [
        ("sale", "1,000"), ("sale", "2,000"), ("refund", "-500"), ("sale", "800")
    ]  # fmt: skip
    assert [row["outcome"] for row in files.run(found, "opportunity")] == ["won", "lost", None]
    assert [row["kind"] for row in files.run(found, "case")] == ["complaint", "question", "incident"]
    assert [row["kind"] for row in files.run(found, "customer")] == ["company", "person", "person", "company"]

    files = simplified()
    found = files.propose(currency="CNY", timezone="Asia/Shanghai")
    orders = {(row["order_id"], row["kind"], row["amount"]) for row in files.run(found, "order")}
    assert orders == {("D1", "sale", "100.00"), ("D3", "sale", "50.00"), ("D3-refund", "refund", "-50.00"),
                      ("D4", "sale", "80.00")}  # fmt: skip
    assert [(row["customer_id"], float(str(row["monthly_amount"]))) for row in files.run(found, "subscription")] == [
        ("KH01", 1000.0), ("KH02", 2000.0), ("KH03", 2000.0)
    ]  # fmt: skip
    assert [float(str(row["handle_minutes"])) for row in files.run(found, "case")] == [10.0, 1.5, 0.5]
    assert {(row["instrument"], row["score"], row["scale_max"]) for row in files.run(found, "survey_response")} == {
        ("csat", "5", 5), ("csat", "1", 5), ("csat", "4", 5)
    }  # fmt: skip
