"""Who the demo company is: 嶼光咖啡 (Islelight Coffee) roasts coffee in Taiwan, ships it monthly and sells it online.

Every attribute of a customer is drawn independently of the others, and none has a value that most customers share, so
that a change in one segment does not look like a change in another.
"""

from __future__ import annotations

NAME = "嶼光咖啡 Islelight Coffee"

Weighted = tuple[tuple[str, float], ...]

REGIONS: Weighted = (
    ("台北市", 0.22),
    ("新北市", 0.19),
    ("桃園市", 0.12),
    ("台中市", 0.16),
    ("台南市", 0.09),
    ("高雄市", 0.13),
    ("其他縣市", 0.09),
)
CHANNELS: Weighted = (
    ("官網", 0.29),
    ("Google 廣告", 0.21),
    ("Facebook", 0.17),
    ("LINE", 0.13),
    ("門市", 0.12),
    ("團購", 0.08),
)
SEGMENTS: Weighted = (("一般會員", 0.55), ("銀卡會員", 0.30), ("金卡會員", 0.15))
TEAMS = ("晨光組", "山嵐組", "海風組", "星河組")
SALES_TEAMS = ("企業業務一部", "企業業務二部")
INDUSTRIES: Weighted = (
    ("科技業", 0.28),
    ("餐飲業", 0.24),
    ("零售業", 0.16),
    ("金融業", 0.12),
    ("教育", 0.10),
    ("醫療", 0.10),
)
COMPANY_SHARE = 0.30
SUBSCRIBER_SHARE = 0.68  # of new customers; the others buy in the shop
CROSS_BUYER_SHARE = 0.1  # of subscribers, who buy in the shop too
REGISTERED_ONLY_SHARE = 0.03  # signed up and never bought

# plan, monthly price in TWD before tax, share among people, share among companies
PLANS = (
    ("單品月訂", 420, 0.55, 0.10),
    ("雙豆月訂", 760, 0.45, 0.20),
    ("辦公室小型方案", 2400, 0.0, 0.45),
    ("辦公室大型方案", 5800, 0.0, 0.25),
)
# product, product line, typical price in TWD before tax, share of sales
PRODUCTS = (
    ("阿里山日曬豆", "咖啡豆", 620, 0.22),
    ("耶加雪菲水洗豆", "咖啡豆", 540, 0.20),
    ("濾掛咖啡禮盒", "濾掛", 880, 0.20),
    ("濾掛咖啡隨身包", "濾掛", 360, 0.14),
    ("手沖壺組", "器具", 1650, 0.10),
    ("電動磨豆機", "器具", 3900, 0.05),
    ("冷萃咖啡瓶裝", "即飲", 480, 0.09),
)
SURNAMES = "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂"
GIVEN_NAMES = (
    "怡君", "雅婷", "家豪", "志明", "淑芬", "俊傑", "宗翰", "佩珊", "冠宇", "詩涵",
    "承恩", "宥廷", "品妍", "子晴", "柏翰", "心怡", "建宏", "美玲", "文彥", "郁雯",
)  # fmt: skip
COMPANY_NAMES = ("宏達", "合盛", "永裕", "晶采", "拓遠", "群益", "富堡", "鼎新", "禾川", "立信", "安禾", "東曜")
COMPANY_FORMS = ("股份有限公司", "有限公司", "企業社", "工作室")
END_REASONS = ("價格考量", "改喝其他品牌", "用量減少", "配送問題", "服務不佳")
LOST_REASONS = ("預算不足", "選擇競品", "需求取消", "聯絡不上")
