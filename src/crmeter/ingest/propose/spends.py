"""Spend: one row for each amount, also where a file has a column for each channel; and the campaigns it names."""

from __future__ import annotations

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose.draft import Draft, Item, literal
from crmeter.ingest.propose.matching import match
from crmeter.ingest.propose.vocabulary import fold, says
from crmeter.kernel.messages import t
from crmeter.model.tables import BY_NAME

_SPEND = ("spend", "cost", "spent", "花费", "费用", "支出", "消耗")
CHANNELS = 2  # columns that are one channel's spend each, at the least


def complete(draft: Draft) -> None:
    """Settle a file that has a column for each channel."""
    wide = wide_columns(draft)
    if len(wide) < CHANNELS or "spent_on" not in draft.items:
        return
    for name in [n for n, item in draft.items.items() if item.raw and item.raw[0] in wide]:
        del draft.items[name]
    day = draft.items["spent_on"]
    for place, (column, channel) in enumerate(wide.items()):
        why = t("the header names the channel")
        items = {
            "amount": Item(quoted(column), (column,), 0.8, why),
            "channel": Item(literal(channel), (column,), 0.7, why),
            "spend_id": Item(f"{day.expression} || {literal(f'-{channel}')}", (*day.raw, column), 0.7,
                             t("the day and the channel together")),
        }  # fmt: skip
        if place == 0:
            draft.items |= items
        else:
            draft.branches.append(items)
            draft.branch_where.append([])
    draft.notes.append(
        t("Each of {columns} is the spend of one channel.", columns=", ".join(f'"{name}"' for name in wide))
    )


def wide_columns(draft: Draft) -> dict[str, str]:
    """Raw column → channel, for the columns whose header is a channel and a word for spend."""
    found: dict[str, str] = {}
    for name in draft.raw.columns:
        word = next((word for word in _SPEND if says(name, word)), "")
        if not word or draft.profiles[name].numbers < 0.9:
            continue
        rest = fold(name).replace(word, " ").split()
        if rest and not {"total", "总", "合计", "all"} & set(rest):
            found[name] = "_".join(rest)
    return found


def campaigns(spend: Draft) -> Draft | None:
    """No file of campaigns: those that the spend names, each from its first day of spend."""
    found = match(BY_NAME["campaign"], spend.raw, spend.evidence)
    key = spend.raw_of("campaign_id")
    day = spend.raw_of("spent_on")
    if not key or not day or spend.branches:
        return None
    readable = spend.evidence.share(spend.raw.name, f"try_cast({quoted(day)} AS DATE) IS NOT NULL")
    if readable < 1:
        return None
    draft = Draft(BY_NAME["campaign"], spend.raw, spend.evidence, confidence=0.65, second=True)
    sure = spend.items["campaign_id"].confidence
    named = next((i.raw[0] for n, i in found.items.items() if n == "name" and i.raw[0] != key), key)
    draft.items = {
        "campaign_id": Item(quoted(key), (key,), sure, t('the key that "{table}" uses', table=spend.raw.name)),
        "name": Item(f"max({quoted(named)})", (named,), 0.85 if named != key else 0.5, t("the header says so")),
        "started_on": Item(f"min(try_cast({quoted(day)} AS DATE))", (day,), 0.5, t("the first day of spend")),
    }
    if "channel" in spend.items and spend.items["channel"].raw:
        channel = spend.raw_of("channel")
        draft.items["channel"] = Item(f"max({quoted(channel)})", (channel,), 0.7, t("the header says so"))
    draft.where.append((f"trim({quoted(key)}::VARCHAR) <> ''", t("rows that name a campaign")))
    draft.group_by = key
    draft.notes.append(t('There is no file of campaigns: they are taken from "{table}", each from its first day in it.',
                         table=spend.raw.name))  # fmt: skip
    return draft
