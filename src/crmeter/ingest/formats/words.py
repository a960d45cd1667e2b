"""Columns of words: flags, choices and currencies, in the words that exports use for them."""

from __future__ import annotations

from collections.abc import Iterable

from crmeter.ingest.formats.clean import let, literal

TRUE = ("true", "t", "yes", "y", "1", "是", "有", "真", "對", "对", "已同意", "同意", "√", "✓", "on")
FALSE = ("false", "f", "no", "n", "0", "否", "沒有", "没有", "不是", "假", "不同意", "未同意", "×", "✗", "off")

SYNONYMS: dict[str, tuple[str, ...]] = {
    "won": ("closed won", "win", "成交", "已成交", "贏單", "赢单", "已贏單", "已赢单", "得標", "中标"),
    "lost": ("closed lost", "lose", "loss", "輸單", "输单", "丟單", "丢单", "未成交", "失單", "失单", "流失"),
    "open": ("進行中", "进行中"),
    "sale": ("sales", "order", "purchase", "sold", "銷售", "销售", "銷貨", "销货", "購買", "购买", "訂單", "订单"),
    "refund": ("return", "refunded", "returned", "退款", "退貨", "退货", "退單", "退单"),
    "person": ("individual", "consumer", "b2c", "個人", "个人", "自然人", "散客"),
    "company": ("business", "organization", "organisation", "b2b", "公司", "企業", "企业", "法人", "機構", "机构"),
    "complaint": ("complain", "客訴", "客诉", "投訴", "投诉", "抱怨", "申訴", "申诉"),
    "question": (
        "inquiry",
        "enquiry",
        "query",
        "how to",
        "諮詢",
        "咨询",
        "詢問",
        "询问",
        "問題",
        "问题",
        "提問",
        "提问",
    ),
    "incident": ("problem", "bug", "fault", "outage", "故障", "事件", "異常", "异常", "報修", "报修"),
    "other": ("others", "misc", "其他", "其它"),
    "human": ("agent", "staff", "人工", "真人", "客服", "客服人員", "客服人员"),
    "bot": ("robot", "chatbot", "auto", "automatic", "機器人", "机器人", "自動", "自动"),
    "csat": ("customer satisfaction", "satisfaction", "客戶滿意度", "客户满意度", "滿意度", "满意度"),
    "nps": ("net promoter score", "淨推薦值", "净推荐值", "推薦意願", "推荐意愿"),
    "ces": ("customer effort score", "客戶費力度", "客户费力度", "費力度", "费力度"),
    "csi": ("satisfaction index", "客戶滿意度指數", "客户满意度指数", "滿意度指數", "满意度指数"),
    "marketing": ("行銷", "营销", "營銷", "市場", "市场"),
    "sales": ("銷售", "销售", "業務", "业务"),
    "advertising": ("ads", "ad", "廣告", "广告"),
    "promotion": ("促銷", "促销", "推廣", "推广"),
    "salary": ("wages", "payroll", "薪資", "薪资", "工資", "工资"),
    "tool": ("tools", "software", "工具", "軟體", "软件"),
    "event": ("events", "活動", "活动"),
    "call": ("phone", "phone call", "電話", "电话", "通話", "通话"),
    "email": ("e mail", "mail", "電子郵件", "邮件", "郵件", "电子邮件"),
    "visit": ("拜訪", "拜访", "到訪", "到访"),
    "chat": ("message", "線上對話", "在线聊天", "聊天", "對話", "对话"),
    "meeting": ("會議", "会议"),
    "new": ("新", "新建", "待處理", "待处理"),
    "assigned": ("in progress", "已指派", "已分配", "處理中", "处理中"),
    "resolved": ("closed", "done", "已解決", "已解决", "已結案", "已关闭"),
    "customer": ("客戶", "客户", "顧客", "顾客"),
    "staff": ("employee", "員工", "员工"),
    "market": ("市場", "市场"),
}
_CURRENCIES: dict[str, tuple[str, ...]] = {
    "TWD": ("NT$", "NTD", "NT", "新台幣", "新臺幣", "台幣", "臺幣", "新台币", "台币"),
    "CNY": ("RMB", "CN¥", "人民幣", "人民币"),
    "USD": ("US$", "美元", "美金"),
    "HKD": ("HK$", "港幣", "港币", "港元"),
    "JPY": ("JP¥", "日圓", "日元", "日幣", "日币"),
    "EUR": ("€", "歐元", "欧元"),
    "GBP": ("£", "英鎊", "英镑"),
}
# ISO 4217, the ones in use
_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL "
    "HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG "
    "QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD "
    "TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG HRK ANG ZWL SLL CUC"
)


def flag(text: str) -> str:
    """True or false, in the words of :data:`TRUE` and :data:`FALSE`."""
    said = f"lower({text})"
    return f"CASE WHEN {said} IN ({_listed(TRUE)}) THEN true WHEN {said} IN ({_listed(FALSE)}) THEN false END"


def choice(text: str, choices: tuple[str, ...]) -> str:
    """The choice that a text names, whatever its case and the signs between its words."""
    spaced = rf"trim(regexp_replace(lower({text}), '[\s_/\-]+', ' ', 'g'))"
    taken: set[str] = {_spaced(name) for name in choices}
    cases: list[str] = []
    for name in choices:
        words = {_spaced(name), *(word for word in SYNONYMS.get(name, ()) if word not in taken)}
        taken |= words
        cases.append(f"WHEN _word IN ({_listed(sorted(words))}) THEN {literal(name)}")
    return let("_word", spaced, f"CASE {' '.join(cases)} END") if cases else "NULL"


def currency(text: str) -> str:
    """An ISO 4217 code in upper case."""
    upper = f"upper({text})"
    cases = " ".join(f"WHEN {upper} IN ({_listed(names)}) THEN {literal(code)}" for code, names in _CURRENCIES.items())
    return f"CASE {cases} WHEN {upper} IN ({_listed(_CODES.split())}) THEN {upper} END"


def _spaced(name: str) -> str:
    return name.replace("_", " ").lower()


def _listed(words: Iterable[str]) -> str:
    return ", ".join(map(literal, words))
