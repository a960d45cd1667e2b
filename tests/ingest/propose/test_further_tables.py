# ruff: noqa: E501  (headers as they stand in the files)
"""Campaigns, spend, users, tasks, stages …: exports in three languages, and what each row becomes.

The expected rows were written by hand from the files, before anything was run.
"""

from __future__ import annotations

import pytest

from tests.ingest.propose.landed import Landed, raw_columns

Case = tuple[str, str, str, list[str], dict[str, object]]

CASES: list[Case] = [
    # campaign
    ("campaign", "campaigns", "Campaign ID | Campaign Name | Type | Channel | Start Date | End Date | Target Audience",
     ["C1 | Spring | Email | LINE | 2025-03-01 | 2025-03-31 | vip", "C2 | Autumn | Ads | Google | 2025-09-01 |  | all"],
     {"campaign_id": "C1", "name": "Spring", "kind": "Email", "channel": "LINE", "started_on": "2025-03-01", "ended_on": "2025-03-31", "target_segment": "vip"}),
    ("campaign", "行銷活動", "活動編號 | 活動名稱 | 活動類型 | 投放平台 | 活動起日 | 活動迄日 | 目標客群",
     ["C1 | 春季 | 電子報 | LINE | 2025/03/01 | 2025/03/31 | 貴賓", "C2 | 秋季 | 廣告 | Google | 2025/09/01 |  | 全部"],
     {"campaign_id": "C1", "name": "春季", "kind": "電子報", "channel": "LINE", "started_on": "2025/03/01", "target_segment": "貴賓"}),
    ("campaign", "营销活动", "活动编号 | 活动名称 | 活动类型 | 渠道 | 开始日期 | 结束日期 | 受众",
     ["C1 | 春季 | 短信 | 微信 | 2025-03-01 | 2025-03-31 | 会员", "C2 | 秋季 | 广告 | 抖音 | 2025-09-01 |  | 全部"],
     {"campaign_id": "C1", "name": "春季", "channel": "微信", "started_on": "2025-03-01", "ended_on": "2025-03-31"}),
    # touch
    ("touch", "campaign_members", "Campaign ID | Customer ID | Member Status | First Responded Date | Variant",
     ["C1 | 1 | Sent | 2025-03-01 09:00 | A", "C1 | 2 | Responded | 2025-03-02 10:00 | B", "C1 | 3 | Opened | 2025-03-02 11:00 | A"],
     {"campaign_id": "C1", "customer_id": "1", "kind": "sent", "at": "2025-03-01 09:00", "arm": "A"}),
    ("touch", "觸達紀錄", "觸達編號 | 活動編號 | 客戶編號 | 觸達時間 | 事件類型 | 測試組",
     ["T1 | C1 | 1 | 2025/03/01 09:00 | 已送達 | 甲", "T2 | C1 | 2 | 2025/03/02 10:00 | 點擊 | 乙", "T3 | C1 | 3 | 2025/03/02 11:00 | 取消訂閱 | 甲"],
     {"touch_id": "T1", "campaign_id": "C1", "customer_id": "1", "at": "2025/03/01 09:00", "kind": "delivered", "arm": "甲"}),
    ("touch", "短信记录", "活动编号 | 客户编号 | 发送时间 | 事件类型 | 转化金额",
     ["C1 | 1 | 2025-03-01 09:00 | 已发送 | ", "C1 | 2 | 2025-03-02 10:00 | 已转化 | 99", "C1 | 3 | 2025-03-02 11:00 | 点击 | "],
     {"campaign_id": "C1", "customer_id": "1", "at": "2025-03-01 09:00", "kind": "sent"}),
    # spend
    ("spend", "marketing_spend", "Expense ID | Date | Channel | Category | Department | Amount Spent | Currency",
     ["E1 | 2025-03-01 | Google | Ads | Marketing | 1000 | TWD", "E2 | 2025-03-02 | Fair | Trade show | Sales | 5000 | TWD"],
     {"spend_id": "E1", "spent_on": "2025-03-01", "channel": "Google", "category": "advertising", "function": "marketing", "amount": "1000", "currency": "TWD"}),
    ("spend", "行銷費用", "費用單號 | 費用日期 | 通路 | 費用類別 | 部門 | 費用金額",
     ["E1 | 2025/03/01 | Google | 廣告費 | 行銷部 | 1000", "E2 | 2025/03/02 | 展場 | 參展 | 業務部 | 5000"],
     {"spend_id": "E1", "spent_on": "2025/03/01", "channel": "Google", "category": "advertising", "function": "marketing", "amount": "1000", "currency": "TWD"}),
    ("spend", "投放报表", "投放日期 | 投放平台 | 活动编号 | 消耗金额",
     ["2025-03-01 | 抖音 | C1 | 1000.5", "2025-03-02 | 抖音 | C1 | 900", "2025-03-02 | 百度 | C2 | 70"],
     {"spent_on": "2025-03-01", "channel": "抖音", "campaign_id": "C1", "amount": "1000.5", "function": "marketing", "category": "advertising"}),
    # stage
    ("stage", "pipeline_stages", "Pipeline | Stage Name | Display Order | Is Won | Is Closed",
     ["Sales | Qualify | 1 | false | false", "Sales | Signed | 2 | true | true", "Sales | Gone | 3 | false | true"],
     {"pipeline": "Sales", "stage": "Qualify", "position": "1", "kind": "open"}),
    ("stage", "銷售階段", "階段名稱 | 順序", ["接觸 | 1", "贏單 | 2", "輸單 | 3"], {"stage": "接觸", "position": "1", "kind": "open"}),
    ("stage", "商机阶段", "阶段名称 | 阶段顺序 | 阶段类型", ["验证 | 1 | 进行中", "赢单 | 2 | 赢单", "丢单 | 3 | 输单"],
     {"stage": "验证", "position": "1", "kind": "open"}),
    # stage_change
    ("stage_change", "opportunity_field_history", "Opportunity ID | Field | Old Value | New Value | Created Date",
     ["O1 | StageName | A | B | 2025-03-01 09:00", "O1 | Amount | 1 | 2 | 2025-03-01 09:00", "O2 | StageName | B | C | 2025-03-03 09:00"],
     {"opportunity_id": "O1", "stage": "B", "entered_at": "2025-03-01 09:00"}),
    ("stage_change", "商機階段歷史", "商機編號 | 新階段 | 變更時間", ["O1 | 報價 | 2025/03/01 09:00", "O2 | 議價 | 2025/03/02 09:00"],
     {"opportunity_id": "O1", "stage": "報價", "entered_at": "2025/03/01 09:00"}),
    ("stage_change", "阶段变更记录", "商机编号 | 进入阶段 | 进入时间", ["O1 | 报价 | 2025-03-01 09:00", "O2 | 谈判 | 2025-03-02 09:00"],
     {"opportunity_id": "O1", "stage": "报价", "entered_at": "2025-03-01 09:00"}),
    # quota
    ("quota", "quotas", "Owner ID | Start Date | End Date | Quota Amount | Currency",
     ["ann | 2025-01-01 | 2025-04-01 | 1000 | TWD", "bob | 2025-01-01 | 2025-04-01 | 2000 | TWD"],
     {"owner_id": "ann", "period_start": "2025-01-01", "period_end": "2025-04-01", "amount": "1000", "currency": "TWD"}),
    ("quota", "業績目標", "業務員 | 目標月份 | 目標金額", ["王 | 2025-01 | 1000", "王 | 2025-02 | 1100", "李 | 2025-01 | 900"],
     {"owner_id": "王", "period_start": "2025-01-01", "period_end": "2025-02-01", "amount": "1000"}),
    ("quota", "销售目标", "销售团队 | 月份 | 目标", ["华东 | 2025-01-01 | 1000", "华东 | 2025-04-01 | 1100", "华南 | 2025-01-01 | 900"],
     {"team": "华东", "period_start": "2025-01-01", "period_end": "2025-04-01", "amount": "1000"}),
    # interaction
    ("interaction", "activities", "Activity ID | Account ID | Activity Type | Activity Date | Owner ID | Duration Minutes | Direction",
     ["A1 | 1 | Call | 2025-03-01 09:00 | ann | 5 | in", "A2 | 2 | Meeting | 2025-03-02 09:00 | bob | 50 | out"],
     {"interaction_id": "A1", "customer_id": "1", "kind": "call", "at": "2025-03-01 09:00", "user_id": "ann", "minutes": "5", "direction": "in"}),
    ("interaction", "拜訪紀錄", "紀錄編號 | 客戶編號 | 拜訪日期 | 拜訪人", ["V1 | 1 | 2025/03/01 | 王", "V2 | 2 | 2025/03/02 | 李"],
     {"interaction_id": "V1", "customer_id": "1", "at": "2025/03/01", "user_id": "王", "kind": "visit"}),
    ("interaction", "跟进记录", "记录编号 | 客户编号 | 跟进方式 | 跟进时间 | 跟进人", ["V1 | 1 | 微信 | 2025-03-01 08:00 | 王", "V2 | 2 | 电话 | 2025-03-02 08:00 | 李"],
     {"interaction_id": "V1", "customer_id": "1", "kind": "chat", "at": "2025-03-01 08:00", "user_id": "王"}),
    # crm_user
    ("crm_user", "users", "User ID | Full Name | Role | Team | License Start Date | License End Date",
     ["u1 | Ann | Sales | North | 2024-01-01 | ", "u2 | Bob | Service | South | 2024-02-01 | 2025-01-01"],
     {"user_id": "u1", "name": "Ann", "role": "Sales", "team": "North", "licensed_from": "2024-01-01"}),
    ("crm_user", "使用者名單", "員工編號 | 姓名 | 職稱 | 部門 | 啟用日期 | 停用日期", ["u1 | 王 | 業務 | 北區 | 2024/01/01 | ", "u2 | 李 | 客服 | 南區 | 2024/02/01 | 2025/01/01"],
     {"user_id": "u1", "name": "王", "role": "業務", "team": "北區", "licensed_from": "2024/01/01"}),
    ("crm_user", "系统用户", "工号 | 姓名 | 角色 | 所属部门 | 开通日期", ["u1 | 王 | 销售 | 华东 | 2024-01-01", "u2 | 李 | 客服 | 华南 | 2024-02-01"],
     {"user_id": "u1", "name": "王", "role": "销售", "team": "华东", "licensed_from": "2024-01-01"}),
    # usage
    ("usage", "login_history", "User ID | Login Time | Application", ["u1 | 2025-03-01 09:00 | web", "u2 | 2025-03-01 09:30 | app"],
     {"user_id": "u1", "at": "2025-03-01 09:00", "action": "login", "feature": "web"}),
    ("usage", "操作紀錄", "流水號 | 使用者編號 | 操作時間 | 動作 | 功能 | 物件", ["1 | u1 | 2025/03/01 09:00 | 新增 | 商機 | deal", "2 | u2 | 2025/03/01 09:30 | 查詢 | 客戶 | account"],
     {"usage_id": "1", "user_id": "u1", "at": "2025/03/01 09:00", "action": "新增", "feature": "商機", "object_kind": "deal"}),
    ("usage", "操作日志", "日志编号 | 操作人 | 操作时间 | 操作类型 | 功能模块", ["1 | u1 | 2025-03-01 09:00 | 新增 | 商机", "2 | u2 | 2025-03-01 09:30 | 查询 | 客户"],
     {"usage_id": "1", "user_id": "u1", "at": "2025-03-01 09:00", "action": "新增", "feature": "商机"}),
    # training
    ("training", "training_records", "Employee ID | Course Name | Course Level | Completion Date | Score",
     ["u1 | Basics | Beginner | 2025-03-01 | 90", "u1 | Deals | Advanced | 2025-04-01 | 80"],
     {"user_id": "u1", "course": "Basics", "level": "basic", "completed_at": "2025-03-01", "score": "90"}),
    ("training", "教育訓練", "員工編號 | 課程名稱 | 課程等級 | 完成日期 | 成績", ["u1 | 入門課 | 初階 | 2025/03/01 | 90", "u1 | 商機 | 進階 | 2025/04/01 | 80"],
     {"user_id": "u1", "course": "入門課", "level": "basic", "completed_at": "2025/03/01", "score": "90"}),
    ("training", "培训记录", "工号 | 课程名称 | 完成时间", ["u1 | 入门 | 2025-03-01", "u2 | 商机 | 2025-04-01"],
     {"user_id": "u1", "course": "入门", "level": "basic", "completed_at": "2025-03-01"}),
    # course
    ("course", "required_courses", "Role | Course Name | Level | Course Type", ["Sales | Basics | Basic | Course", "Sales | Sharing | Advanced | Experience sharing"],
     {"role": "Sales", "course": "Basics", "level": "basic", "kind": "course"}),
    ("course", "必修課程", "適用角色 | 課程名稱 | 級別 | 課程類型", ["業務 | 入門 | 基礎 | 課程", "業務 | 分享 | 進階 | 經驗分享"],
     {"role": "業務", "course": "入門", "level": "basic", "kind": "course"}),
    ("course", "课程目录", "岗位 | 课程名称 | 难度", ["销售 | 入门 | 初级", "销售 | 谈判 | 高级"],
     {"role": "销售", "course": "入门", "level": "basic", "kind": "course"}),
    # crm_field
    ("crm_field", "field_usage", "Object | Field Name | Custom | Fill Rate | Last Used Date",
     ["Account | Industry | no | 0.9 | 2025-03-01", "Account | Vip_c | yes | 0.1 | 2025-03-02"],
     {"object_kind": "Account", "field": "Industry", "custom": "no", "filled_share": "0.9", "used_on": "2025-03-01"}),
    ("crm_field", "欄位使用率", "物件 | 欄位名稱 | 是否自訂 | 填寫率", ["客戶 | 產業 | 否 | 90%", "客戶 | 等級 | 是 | 10%"],
     {"object_kind": "客戶", "field": "產業", "custom": "否", "filled_share": "90%"}),
    ("crm_field", "字段清单", "对象 | 字段名称 | 自定义 | 填充率", ["客户 | 行业 | 否 | 0.9", "客户 | 等级 | 是 | 0.1"],
     {"object_kind": "客户", "field": "行业", "custom": "否", "filled_share": "0.9"}),
    # task
    ("task", "tasks", "Task ID | Account ID | Assigned To | Created Date | Due Date | Completed Date | Is Automated",
     ["K1 | 1 | ann | 2025-03-01 | 2025-03-05 | 2025-03-04 | yes", "K2 | 2 | bob | 2025-03-02 | 2025-03-06 |  | no"],
     {"task_id": "K1", "customer_id": "1", "owner_id": "ann", "created_at": "2025-03-01", "due_on": "2025-03-05", "done_at": "2025-03-04", "automated": "yes"}),
    ("task", "待辦事項", "待辦編號 | 客戶編號 | 負責人 | 建立日期 | 到期日 | 完成日期", ["K1 | 1 | 王 | 2025/03/01 | 2025/03/05 | 2025/03/04", "K2 | 2 | 李 | 2025/03/02 | 2025/03/06 | "],
     {"task_id": "K1", "customer_id": "1", "owner_id": "王", "created_at": "2025/03/01", "due_on": "2025/03/05", "automated": "no"}),
    ("task", "跟进任务", "任务编号 | 客户编号 | 执行人 | 创建时间 | 截止日期 | 完成时间 | 系统产生", ["K1 | 1 | 王 | 2025-03-01 | 2025-03-05 | 2025-03-04 | 是", "K2 | 2 | 李 | 2025-03-02 | 2025-03-06 |  | 否"],
     {"task_id": "K1", "customer_id": "1", "owner_id": "王", "due_on": "2025-03-05", "done_at": "2025-03-04", "automated": "是"}),
    # investment
    ("investment", "crm_investment", "Entry ID | Entry Date | Side | Category | Amount | Currency | Evidence",
     ["I1 | 2025-01-01 | Cost | License | 1000 | TWD | Invoice", "I2 | 2025-06-01 | Benefit | Time saved | 3000 | TWD | Estimated"],
     {"entry_id": "I1", "on": "2025-01-01", "side": "cost", "category": "licence", "amount": "1000", "evidence": "measured"}),
    ("investment", "成本效益", "明細編號 | 日期 | 成本或效益 | 類別 | 金額 | 證據", ["I1 | 2025/01/01 | 成本 | 授權費 | 1000 | 發票", "I2 | 2025/06/01 | 效益 | 節省工時 | 3000 | 估算"],
     {"entry_id": "I1", "on": "2025/01/01", "side": "cost", "category": "licence", "amount": "1000", "evidence": "measured"}),
    ("investment", "投资台账", "明细编号 | 发生日期 | 性质 | 项目 | 金额", ["I1 | 2025-01-01 | 成本 | 实施费 | 1000", "I2 | 2025-06-01 | 效益 | 效率提升 | 3000"],
     {"entry_id": "I1", "on": "2025-01-01", "side": "cost", "category": "implementation", "amount": "1000", "evidence": "claimed"}),
    # event
    ("event", "milestones", "Event Date | Event Name | Event Type", ["2025-03-01 | New prices | Price change", "2025-05-01 | Go live | System upgrade"],
     {"at": "2025-03-01", "title": "New prices", "kind": "price_change"}),
    ("event", "大事記", "事件日期 | 事件名稱 | 事件類型", ["2025/03/01 | 新價格 | 調價", "2025/05/01 | 新系統 | 系統升級"],
     {"at": "2025/03/01", "title": "新價格", "kind": "price_change"}),
    ("event", "重大事件", "事件编号 | 发生日期 | 标题", ["1 | 2025-03-01 | 调价", "2 | 2025-05-01 | 系统升级"],
     {"event_id": "1", "at": "2025-03-01", "title": "调价", "kind": "other"}),
    # fx_rate
    ("fx_rate", "exchange_rates", "Rate Date | From Currency | To Currency | Exchange Rate", ["2025-03-01 | USD | TWD | 32.5", "2025-03-02 | USD | TWD | 32.6"],
     {"on": "2025-03-01", "from_currency": "USD", "to_currency": "TWD", "rate": "32.5"}),
    ("fx_rate", "匯率表", "日期 | 幣別 | 匯率", ["2025/03/01 | USD | 32.5", "2025/03/02 | USD | 32.6"],
     {"on": "2025/03/01", "from_currency": "USD", "to_currency": "TWD", "rate": "32.5"}),
    ("fx_rate", "汇率", "生效日期 | 原币 | 本币 | 汇率", ["2025-03-01 | USD | CNY | 7.2", "2025-03-02 | USD | CNY | 7.3"],
     {"on": "2025-03-01", "from_currency": "USD", "to_currency": "CNY", "rate": "7.2"}),
    # figures
    ("figures", "key_figures", "Input | Period Start | Period End | Value | Source", ["Customers at start | 2025-01-01 | 2025-04-01 | 1000 | finance", "lost | 2025-01-01 | 2025-04-01 | 50 | finance"],
     {"input": "start", "period_start": "2025-01-01", "period_end": "2025-04-01", "value": "1000", "source": "finance"}),
    ("figures", "關鍵數字", "指標 | 起日 | 迄日 | 數值 | 數據來源", ["期初客戶數 | 2025/01/01 | 2025/04/01 | 1000 | 財務", "lost | 2025/01/01 | 2025/04/01 | 50 | 財務"],
     {"input": "start", "period_start": "2025/01/01", "period_end": "2025/04/01", "value": "1000", "source": "財務"}),
    ("figures", "汇总数字", "指标名称 | 开始日期 | 结束日期 | 数值 | 数据来源", ["期初客户数 | 2025-01-01 | 2025-04-01 | 1000 | 财务", "lost | 2025-01-01 | 2025-04-01 | 50 | 财务"],
     {"input": "start", "period_start": "2025-01-01", "period_end": "2025-04-01", "value": "1000", "source": "财务"}),
    # feedback
    ("feedback", "customer_feedback", "Feedback ID | Date | Customer ID | Source | Comment | Status", ["F1 | 2025-03-01 | 1 | App | Nice | New", "F2 | 2025-03-02 | 2 | Google review | Slow | Closed"],
     {"feedback_id": "F1", "at": "2025-03-01", "customer_id": "1", "source": "in_app", "text": "Nice", "status": "new", "voice": "customer"}),
    ("feedback", "意見回饋", "意見編號 | 反映日期 | 客戶編號 | 反映管道 | 意見內容 | 處理狀態", ["F1 | 2025/03/01 | 1 | 電話 | 很好 | 待處理", "F2 | 2025/03/02 | 2 | 官網 | 太慢 | 已結案"],
     {"feedback_id": "F1", "at": "2025/03/01", "customer_id": "1", "source": "call_back", "text": "很好", "status": "new", "voice": "customer"}),
    ("feedback", "客户反馈", "反馈编号 | 反馈时间 | 客户编号 | 反馈渠道 | 反馈内容 | 情感得分", ["F1 | 2025-03-01 | 1 | 微博 | 很好 | 0.9", "F2 | 2025-03-02 | 2 | 官网 | 太慢 | -0.5"],
     {"feedback_id": "F1", "at": "2025-03-01", "customer_id": "1", "source": "social", "text": "很好", "sentiment": "0.9", "status": "new"}),
    # benchmark
    ("benchmark", "industry_benchmarks", "KPI | Industry | Year | Benchmark Value | Definition | Publisher", ["churn_rate.cohort | retail | 2024 | 0.2 | yearly | X", "nps | retail | 2024 | 30 | 0-10 | X"],
     {"kpi": "churn_rate.cohort", "industry": "retail", "year": "2024", "value": "0.2", "definition": "yearly", "source": "X"}),
    ("benchmark", "產業標竿", "指標 | 產業 | 年度 | 標竿值 | 定義 | 資料來源", ["nps | 零售 | 2024 | 30 | 淨推薦 | 甲", "csat | 零售 | 2024 | 4 | 平均 | 甲"],
     {"kpi": "nps", "industry": "零售", "year": "2024", "value": "30", "definition": "淨推薦", "source": "甲"}),
    ("benchmark", "行业基准", "指标 | 行业 | 年份 | 基准值 | 口径 | 来源", ["nps | 零售 | 2024 | 30 | 净推荐 | 甲", "csat | 零售 | 2024 | 4 | 平均 | 甲"],
     {"kpi": "nps", "industry": "零售", "year": "2024", "value": "30", "definition": "净推荐", "source": "甲"}),
]  # fmt: skip


@pytest.mark.parametrize(("table", "file", "header", "rows", "first"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_a_table_is_known_in_three_languages(
    table: str, file: str, header: str, rows: list[str], first: dict[str, object]
) -> None:
    landed = Landed().add(file, header, *rows)
    found = landed.propose()
    derived = {"spend": {"campaign"}}.get(table, set())  # a report of spend names its campaigns
    assert {proposal.table for proposal in found.tables} - derived == {table}, found.leftovers
    row = landed.run(found, table)[0]
    assert {name: str(row[name]) for name in first} == first


def test_every_table_but_those_we_write_has_its_words() -> None:
    from crmeter.ingest.propose.vocabulary import tables
    from crmeter.model.tables import DELIVERED

    assert set(tables()) == {table.name for table in DELIVERED}


def test_each_channel_of_a_wide_file_is_a_row() -> None:
    landed = Landed().add(
        "media_spend",
        "Week | Facebook Spend | Google Spend | TV Cost | Sales",
        "2025-03-03 | 100 | 200 | 0 | 5000",
        "2025-03-10 | 110 | 190 | 50 | 5100",
    )
    found = landed.propose()
    rows = landed.run(found, "spend")
    assert sorted((row["spend_id"], row["channel"], row["amount"]) for row in rows) == [
        ("2025-03-03-facebook", "facebook", "100"),
        ("2025-03-03-google", "google", "200"),
        ("2025-03-03-tv", "tv", "0"),
        ("2025-03-10-facebook", "facebook", "110"),
        ("2025-03-10-google", "google", "190"),
        ("2025-03-10-tv", "tv", "50"),
    ]
    assert found.tables[0].unused == ("Sales",)


def test_a_report_of_ads_gives_spend_with_a_key_and_its_campaigns() -> None:
    header = "date_day | platform | account_name | campaign_id | campaign_name | ad_id | clicks | spend"
    landed = Landed().add(
        "ad_report",
        header,
        "2025-03-01 | Google | Acme | C1 | Spring | A1 | 10 | 100.50",
        "2025-03-01 | Google | Acme | C1 | Spring | A2 | 10 | 100.50",
        "2025-03-02 | Google | Acme | C1 | Spring | A1 | 11 | 90.00",
        "2025-02-27 | Meta | Acme | C2 | Early | A3 | 11 | 90.00",
    )
    found = landed.propose()
    spend = landed.run(found, "spend")
    assert {row["spend_id"] for row in spend} == {
        "2025-03-01|A1", "2025-03-01|A2", "2025-03-02|A1", "2025-02-27|A3",
    }  # fmt: skip
    campaigns = sorted((c["campaign_id"], c["name"], str(c["started_on"])) for c in landed.run(found, "campaign"))
    assert campaigns == [("C1", "Spring", "2025-03-01"), ("C2", "Early", "2025-02-27")]


def test_what_is_not_known_is_said_and_left_to_quarantine() -> None:
    landed = Landed().add(
        "campaign_members",
        "Campaign ID | Customer ID | Status | Response Date",
        "C1 | 1 | Sent | 2025-03-01",
        "C1 | 2 | Sent | 2025-03-02",
        "C1 | 3 | Whatever | 2025-03-03",
    )
    found = landed.propose()
    proposal = found.table("touch")
    assert proposal is not None
    assert any("Whatever" in note and "quarantined" in note for note in proposal.notes)
    kind = proposal.column("kind")
    assert kind is not None and kind.level == "likely"
    assert [row["kind"] for row in landed.run(found, "touch")] == ["sent", "sent", "Whatever"]


def test_what_is_assumed_is_said_and_unsure() -> None:
    landed = Landed().add("spend", "date | amount spent", "2025-03-01 | 5", "2025-03-02 | 6")
    proposal = landed.propose().table("spend")
    assert proposal is not None
    assert {name: proposal.column(name).level for name in ("function", "category")} == {  # type: ignore[union-attr]
        "function": "unsure", "category": "unsure",
    }  # fmt: skip
    assert "No column says function: marketing is assumed for every row." in proposal.notes


def test_a_table_without_what_it_needs_is_not_complete() -> None:
    landed = Landed().add(
        "users", "User ID | Full Name | Created Date", "u1 | Ann | 2024-01-01", "u2 | Bob | 2024-01-02"
    )
    found = landed.propose()
    assert found.table("crm_user") is not None
    assert found.table("crm_user").missing == ("role", "team")  # type: ignore[union-attr]
    assert raw_columns(found, "crm_user")["licensed_from"] == ("Created Date",)
