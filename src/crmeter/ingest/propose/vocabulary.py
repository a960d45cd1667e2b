"""What exports call things: headers and file names, held against the words of words.toml and the files beside it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

# The characters of our words that Traditional and Simplified write differently, pair by pair.
_TRADITIONAL = (
    "丟並併來係個備傢價優內冊凈別刪創動務區員問啓啟單嚮嚴國團報場實寫專對導屬師幣廠廢廣彆彔後復態應戰戶捲揚換摺擁據敗數時曏會朮査棄業極構標機檔檯歸決淨滿潛為無營爲狀獲產産異發眞確碼礙稅種稱穫箇簡簽籤糰紀約"
    "紅級紛細終組結絡給統經綫維緊線編縣總繫羣聯脩臺與蓆薦處號術衕複見觸訂計記訪訴註評詢話認調請論諮識議護讓負貨責買費資質賬購贏踰輕輸轉辦迴進達郵鈡銷鋪錄録錶鍾鐘長門閉開間閤閱閲關隊階際電響項順預題額願類顧"
    "颱饋驟髮鬆麪麫麵齣覆裡帳"
    "傭傳兌劃匯參執塊壇學審崗帶張徑慶憑擊書樣欄權歷減測準漲爭獎現眾礎競筆節網緒練績續義習聲職臉衆裏視覽訊訓設許試說課談證譽讀變貸贈贊踐軟連運過遞適遷鍵雜離難頁頻驗體點壽損貶躍"
)
_SIMPLIFIED = (
    "丢并并来系个备家价优内册净别删创动务区员问启启单向严国团报场实写专对导属师币厂废广别录后复态应战户卷扬换折拥据败数时向会术查弃业极构标机档台归决净满潜为无营为状获产产异发真确码碍税种称获个简签签团纪约"
    "红级纷细终组结络给统经线维紧线编县总系群联修台与席荐处号术同复见触订计记访诉注评询话认调请论咨识议护让负货责买费资质账购赢逾轻输转办回进达邮钟销铺录录表钟钟长门闭开间合阅阅关队阶际电响项顺预题额愿类顾"
    "台馈骤发松面面面出复里账"
    "佣传兑划汇参执块坛学审岗带张径庆凭击书样栏权历减测准涨争奖现众础竞笔节网绪练绩续义习声职脸众里视览讯训设许试说课谈证誉读变贷赠赞践软连运过递适迁键杂离难页频验体点寿损贬跃"
)
_ONE_SCRIPT = str.maketrans(_TRADITIONAL, _SIMPLIFIED)

SURE, MAYBE = 0.92, 0.62
_WORDS = ("words.toml", "words_marketing.toml", "words_programme.toml")


@dataclass(frozen=True)
class Meaning:
    """A canonical column that a header may stand for, and how clearly it says so (0 to 1)."""

    column: str
    clarity: float


@lru_cache(65536)
def fold(text: str) -> str:
    """Words in lower case between single blanks, one script, no punctuation.

    >>> fold("Customer_ID "), fold("customerID"), fold("客戶編號")
    ('customer id', 'customer id', '客户编号')
    """
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    text = text.translate(_ONE_SCRIPT).casefold().replace("纪录", "记录")
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


@lru_cache(65536)
def key(text: str) -> str:
    """What two spellings of one header have in common.

    >>> key("Order-ID") == key("orderId")
    True
    """
    return fold(text).replace(" ", "")


def says(text: str, word: str) -> bool:
    """Whether ``word`` stands in ``text``: as whole words where it is Latin, anywhere where it is Chinese.

    >>> says("services rendered", "ces"), says("NPS score", "nps"), says("整體滿意度", "满意")
    (False, True, True)
    """
    if word.isascii():
        words, wanted = _singular(fold(text)).split(), _singular(fold(word)).split()
        return any(words[i : i + len(wanted)] == wanted for i in range(len(words) - len(wanted) + 1))
    return key(word) in key(text)


@lru_cache(65536)
def _singular(text: str) -> str:
    """Each Latin word without the s of a plural."""
    return " ".join(
        w[:-1] if len(w) > 3 and w.isascii() and w.endswith("s") and w[-2] != "s" else w for w in text.split()
    )


@cache
def words() -> dict[str, Any]:
    """The whole of words.toml and of the files beside it."""
    found: dict[str, Any] = {}
    for name in _WORDS:
        read = tomllib.loads(files("crmeter.ingest.propose").joinpath(name).read_text("utf-8"))
        for section, entry in read.items():
            found[section] = found[section] | entry if section == "choices" and section in found else entry
    return found


@cache
def tables() -> tuple[str, ...]:
    """The canonical tables that mappings are proposed for."""
    return tuple(name for name, entry in words().items() if "columns" in entry)


@cache
def _meanings(table: str) -> dict[str, dict[str, float]]:
    """Header key → canonical column → clarity."""
    found: dict[str, dict[str, float]] = {}
    for column, entry in words()[table]["columns"].items():
        for grade, clarity in (("maybe", MAYBE), ("sure", SURE)):
            for place, phrase in enumerate(entry[grade]):
                for spelled in _expand(phrase):  # what stands earlier in words.toml is the better word
                    found.setdefault(key(spelled), {}).setdefault(column, 0.0)
                    known = found[key(spelled)]
                    known[column] = max(known[column], clarity - place / 5000)
    return found


def _expand(phrase: str) -> Iterator[str]:
    """``{customer} id`` for every name of a customer."""
    match = re.search(r"\{(\w+)\}", phrase)
    if not match:
        yield phrase
        return
    for name in words()[match.group(1)]["names"]:
        yield phrase.replace(match.group(0), name)


def meanings(table: str, header: str) -> list[Meaning]:
    """The columns of ``table`` that ``header`` may stand for, clearest first."""
    known = _meanings(table)
    best: dict[str, float] = {}
    for spelled, share in _readings(header):
        for column, clarity in known.get(key(spelled), {}).items():
            best[column] = max(best.get(column, 0.0), clarity * share)
    return sorted((Meaning(column, clarity) for column, clarity in best.items()), key=lambda m: -m.clarity)


def _readings(header: str) -> Iterator[tuple[str, float]]:
    """The header as it stands, and without what systems put around a name (property_…, …__c, units in brackets)."""
    yield header, 1.0
    plain = re.sub(r"(?i)^(properties|property|hs|custom|cf|field)[._ ]+|(__c|_c)$|[*:：]+$", "", header.strip())
    plain = re.sub(r"(?i)^hs[._ ]+", "", plain)
    if plain != header:
        yield plain, 0.98
    bare = re.sub(r"[(（\[【].*?[)）\]】]", " ", plain).strip()
    if bare and bare != plain:
        yield bare, 0.97


def named(name: str) -> dict[str, float]:
    """How far the name of a raw table says which canonical table it holds (0 to 1)."""
    found: dict[str, float] = {}
    for table in tables():
        lengths = [len(key(word)) for word in words()[table]["names"] if says(name, word)]
        if lengths:
            found[table] = max(lengths) * (1.5 if not name.isascii() else 1.0)
    longest = max(found.values(), default=1)
    return {table: length / longest for table, length in found.items()}


def question(header: str) -> str | None:
    """The instrument (csat, nps, ces, csi) whose question a header asks, None if it is none."""
    asked = [name for name, phrases in words()["questions"].items() if any(says(header, word) for word in phrases)]
    for name in ("nps", "ces", "csi", "csat"):  # 滿意度指數 says csat too; the narrower word wins
        if name in asked:
            return name
    return None


@cache
def choices(choice: str) -> dict[str, str]:
    """Key of a value → the canonical choice it means, for one entry of [choices]; empty where there is none."""
    entry = words()["choices"].get(choice, {})
    return {key(word): meaning for meaning, spelled in entry.items() for word in spelled}


def is_ignored(header: str) -> bool:
    """Whether a header is technical, an address or free text: nothing to measure by."""
    return any(says(header, word) for word in words()["ignored"]["words"])
