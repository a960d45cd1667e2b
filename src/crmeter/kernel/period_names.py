"""Names of periods as people write them, put into the names that the calendar knows."""

from __future__ import annotations

import re
import unicodedata

from crmeter.kernel.era import ROC
from crmeter.kernel.period import Grain

PATTERNS = {
    Grain.DAY: re.compile(r"(\d{4})-(\d\d)-(\d\d)"),
    Grain.WEEK: re.compile(r"(\d{4})-W(\d\d?)"),
    Grain.MONTH: re.compile(r"(\d{4})-(\d\d)"),
    Grain.QUARTER: re.compile(r"(\d{4})-Q([1-4])"),
    Grain.HALF: re.compile(r"(\d{4})-H([12])"),
    Grain.YEAR: re.compile(r"(\d{4})"),
    Grain.FISCAL_YEAR: re.compile(r"FY(\d{4})"),
    Grain.FISCAL_QUARTER: re.compile(r"FY(\d{4})-Q([1-4])"),
    Grain.FISCAL_MONTH: re.compile(r"FY(\d{4})-P(\d\d?)"),
    Grain.RETAIL_YEAR: re.compile(r"(?:445|454|544)-(\d{4})"),
    Grain.RETAIL_QUARTER: re.compile(r"(?:445|454|544)-(\d{4})-Q([1-4])"),
    Grain.RETAIL_MONTH: re.compile(r"(?:445|454|544)-(\d{4})-P(\d\d?)"),
}
RELATIVE = re.compile(
    "(last|this)-(" + "|".join(str(g).replace("_", "-") for g in Grain if g is not Grain.CUSTOM) + ")"
)
RETAIL_LABEL = re.compile(r"(445|454|544)-\d{4}.*")

_ROC_PREFIX = r"(?:中華民國|中华民国|民國|民国|ROC)"
_ROC_CANONICAL = re.compile(rf"{_ROC_PREFIX}-?(\d{{1,3}})(-.+)?")
_CHINESE = re.compile(
    rf"(?P<roc>{_ROC_PREFIX})?(?P<year>\d{{1,4}})年(?:度)?"
    r"(?:第?(?P<quarter>[1-4一二三四])季度?|(?P<half>[上下])半年|第(?P<week>\d\d?)[週周]"
    r"|(?P<month>\d\d?)月份?(?:(?P<day>\d\d?)[日號号])?)?"
)
_NUMBERS = {"一": "1", "二": "2", "三": "3", "四": "4"}


def canonical(written: str) -> str:
    """The name in the calendar's own spelling; what is no other spelling of one comes back in capitals.

    Years of the Republic of China are told by their prefix, or by 年 after three digits; four digits before 年 are a
    common year. Two digits alone could be either and stay as they are.

    >>> canonical("民國114年第3季"), canonical("114年7月"), canonical("ROC114-H1"), canonical("2025年第三季度")
    ('2025-Q3', '2025-07', '2025-H1', '2025-Q3')
    """
    name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", written)).upper()
    match = _ROC_CANONICAL.fullmatch(name)
    if match:
        return f"{int(match[1]) + ROC:04d}{match[2] or ''}"
    match = _CHINESE.fullmatch(name)
    if match and (match["roc"] or len(match["year"]) > 2):
        return _from_chinese(match)
    return name


def _from_chinese(match: re.Match[str]) -> str:
    digits = match["year"]
    if match["roc"] and len(digits) == 4:
        return match.string  # no such year of the Republic
    year = f"{int(digits) + (0 if len(digits) == 4 else ROC):04d}"
    if match["quarter"]:
        return f"{year}-Q{_NUMBERS.get(match['quarter'], match['quarter'])}"
    if match["half"]:
        return f"{year}-H{1 if match['half'] == '上' else 2}"
    if match["week"]:
        return f"{year}-W{match['week']}"
    if match["month"]:
        day = f"-{int(match['day']):02d}" if match["day"] else ""
        return f"{year}-{int(match['month']):02d}{day}"
    return year
