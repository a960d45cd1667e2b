"""Orders: what is a sale, what a refund, what no purchase at all, and lines that are parts of one order."""

from __future__ import annotations

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose.draft import Draft, Item, among, literal
from crmeter.ingest.propose.matching import recognised
from crmeter.ingest.propose.vocabulary import choices, key, meanings, says
from crmeter.kernel.messages import t
from crmeter.model.tables import BY_NAME

_STATUS = ("status", "状态")
_REFUND_DATE = ("refunded at", "refund date", "退款日期", "退款时间", "退货日期")
_REFUND_AMOUNT = ("refunded amount", "refund amount", "amount refunded", "退款金额")
_WITH_TAX = ("含税", "价税", "gross", "incl")
_TAX = ("tax", "total tax", "taxes", "税额", "税金", "营业税")
_TAX_INCLUDED = ("has taxes included", "taxes included", "tax included", "是否含税", "含税")
_LINE = ("line", "小计", "extended", "subtotal", "item")
_QUANTITY = ("quantity", "qty", "units", "数量")
_PRICE = ("unit price", "price", "单价", "售价", "unitprice")


def complete(draft: Draft) -> None:
    """Settle kind, refunds, lines and what the amount holds."""
    _amount_of_lines(draft)
    _kind(draft)
    _status(draft)
    _refunded_amounts(draft)
    _lines(draft)
    _tax(draft)


def _amount_of_lines(draft: Draft) -> None:
    """Without an amount: quantity times price."""
    quantity, price = _find(draft, _QUANTITY), _find(draft, _PRICE)
    if "amount" in draft.items or not quantity or not price:
        return
    a, b = _number(quantity, draft), _number(price, draft)
    draft.items["amount"] = Item(
        f"coalesce(({a} * {b})::VARCHAR, {quoted(price)}::VARCHAR)", (quantity, price), 0.65, t("quantity times price")
    )


def _find(draft: Draft, phrases: tuple[str, ...], numbers: bool = True) -> str:
    """The free raw column that has one of these names, empty if none."""
    wanted = {key(phrase) for phrase in phrases}
    return next((n for n in draft.free() if key(n) in wanted and (not numbers or draft.profiles[n].numbers >= 0.9)), "")


def _number(column: str, draft: Draft) -> str:
    """A text as a number, null where it is none."""
    text = f"trim({quoted(column)}::VARCHAR)"
    comma = draft.evidence.share(draft.raw.name, f"regexp_matches({text}, ',[0-9]{{1,2}}$')") > 0
    plain = f"replace(replace({text}, '.', ''), ',', '.')" if comma else f"replace({text}, ',', '')"
    return f"try_cast({plain} AS DECIMAL(18,4))"


def _kind(draft: Draft) -> None:
    """From a column that says it, from the sign of the amount, or sale throughout."""
    item = draft.items.get("kind")
    values = draft.evidence.values(draft.raw.name, item.raw[0]) if item else []
    known = recognised(draft.table, "kind", values)
    amount = draft.raw_of("amount")
    if item and "refund" in known.values():
        column = item.raw[0]
        refunds = [value for value in values if known.get(value) == "refund"]
        sales = [value for value in values if known.get(value) == "sale"]
        item.expression = _case(column, {"refund": refunds, "sale": sales})
        positive = f"{among(quoted(column), refunds)} AND {quoted(amount)}::VARCHAR NOT LIKE '-%'" if amount else ""
        if amount and draft.evidence.share(draft.raw.name, positive) > 0:
            shown = draft.items["amount"].expression
            draft.items["amount"].expression = f"CASE WHEN {positive} THEN '-' || {shown} ELSE {shown} END"
            draft.items["amount"].also(t("refunds are positive here and get a minus"))
        return
    draft.items.pop("kind", None)
    text = f"trim({quoted(amount)}::VARCHAR)"
    negative = draft.evidence.share(draft.raw.name, f"{text} LIKE '-%' OR {text} LIKE '(%'") if amount else 0
    if negative > 0:
        expression = f"CASE WHEN {text} LIKE '-%' OR {text} LIKE '(%' THEN 'refund' ELSE 'sale' END"
        share = f"{negative:.1%}"
        draft.items["kind"] = Item(expression, (), 0.85, t("negative amounts ({share}) are refunds", share=share))
        return
    draft.items["kind"] = Item("'sale'", (), 0.75, t("nothing in the file says that a row is a refund"))


def _case(column: str, meant: dict[str, list[str]]) -> str:
    """A CASE over the values seen; a new value passes as it stands, so that ingest reports it."""
    whens = " ".join(f"WHEN {among(quoted(column), spelled)} THEN '{m}'" for m, spelled in meant.items() if spelled)
    return f"CASE {whens} ELSE {quoted(column)} END"


def _status(draft: Draft) -> None:
    """A status of the whole order: cancelled ones are no purchases, refunded ones are a sale and a refund."""
    column, states = "", dict[str, str]()
    for name in draft.free():
        found = _states(draft, name) if any(says(name, word) for word in _STATUS) else {}
        if len(set(found.values())) > len(set(states.values())):
            column, states = name, found
    if not column:
        return
    meant = {m: [v for v, found in states.items() if found == m] for m in ("none", "refund", "partial")}
    unknown = [v for v in draft.evidence.values(draft.raw.name, column) if v not in states]
    if meant["none"]:
        values = ", ".join(meant["none"])
        condition = f"({quoted(column)} IS NULL OR NOT {among(quoted(column), meant['none'])})"
        draft.where.append((condition, t("{values} is no purchase", values=values)))
        draft.notes.append(t('Rows with {values} in "{column}" are left out: they are no purchases.', values=values,
                             column=column))  # fmt: skip
    if meant["refund"]:
        _refund_branch(draft, among(quoted(column), meant["refund"]), column, "")
    if meant["partial"] and not _find(draft, _REFUND_AMOUNT):
        draft.notes.append(t("Partly refunded orders stand with their full amount: the file does not say how much."))
    if unknown:
        draft.notes.append(t('Not known in "{column}" and taken as sales: {values}.', column=column,
                             values=", ".join(unknown[:10])))  # fmt: skip


def _states(draft: Draft, column: str) -> dict[str, str]:
    """The values of a status column whose meaning is known."""
    known = choices("order_status")
    return {v: known[key(v)] for v in draft.evidence.values(draft.raw.name, column) if key(v) in known}


def _refund_branch(draft: Draft, condition: str, column: str, amount: str) -> None:
    """A second row for a refunded order: the money that went back, on the day it did if the file says so."""
    order, shown = draft.items.get("order_id"), draft.items.get("amount")
    if order is None or shown is None or draft.branches:
        return
    day = _find(draft, _REFUND_DATE, numbers=False)
    why = t('"{column}" says that the money went back', column=column)
    branch = {
        "order_id": Item(f"{order.expression} || '-refund'", order.raw, 0.6, why),
        "amount": Item(
            f"'-' || {quoted(amount) if amount else shown.expression}", (amount,) if amount else (), 0.6, why
        ),
        "kind": Item("'refund'", (column,), 0.6, why),
    }
    if day:
        branch["ordered_at"] = Item(quoted(day), (day,), 0.8, t("the header says so"))
    else:
        draft.notes.append(t("Refunds stand on the day of their order: the file has no date of refund."))
    draft.branches.append(branch)
    draft.branch_where.append([(condition, t("refunded"))])


def _refunded_amounts(draft: Draft) -> None:
    """A column with the amount that went back."""
    column = _find(draft, _REFUND_AMOUNT)
    if column:
        _refund_branch(draft, f"regexp_matches({quoted(column)}::VARCHAR, '[1-9]')", column, column)


def _lines(draft: Draft) -> None:
    """Rows that share an order number are its lines: one order, not several."""
    column = draft.raw_of("order_id")
    if not column or draft.evidence.unique(draft.raw.name, column):
        return
    if draft.profiles[column].filled < 0.99:
        draft.notes.append(t('Some rows have no "{column}": they will be quarantined.', column=column))
        return
    draft.group_by = column
    draft.items["order_id"].confidence = 0.8
    draft.items["order_id"].why = t("rows that share it are the lines of one order")
    for items in (draft.items, *draft.branches):
        for name, item in items.items():
            if item.raw and item.raw != (column,):
                item.expression = _within_order(draft, name, item, column)
    draft.notes.append(t('Rows with the same "{column}" become one order.', column=column))


def _within_order(draft: Draft, name: str, item: Item, order: str) -> str:
    constant = all(draft.evidence.constant_within(draft.raw.name, raw, order) for raw in item.raw)
    lines = any(says(raw, word) for raw in item.raw for word in _LINE)
    if name in ("amount", "cost") and len(item.raw) == 1 and (not constant or lines):
        number = _number(item.raw[0], draft)
        filled = f"trim({quoted(item.raw[0])}::VARCHAR) <> ''"
        item.also(t("summed over the lines"))
        item.confidence = min(item.confidence, 0.8)
        unreadable = f"bool_and({number} IS NOT NULL) FILTER ({filled})"
        return f"CASE WHEN {unreadable} THEN sum({number})::VARCHAR ELSE max({quoted(item.raw[0])}) END"
    if constant:
        return f"max({item.expression})"
    item.also(t("only where all lines agree"))
    return f"CASE WHEN count(DISTINCT {item.expression}) = 1 THEN max({item.expression}) END"


def _tax(draft: Draft) -> None:
    """The amount of an order is net of tax; say so where it may not be."""
    amount = draft.raw_of("amount")
    if not amount:
        return
    net = any(m.column == "amount" and m.clarity > 0.8 for m in meanings("order", amount))
    taxed = any(says(amount, word) for word in _WITH_TAX) and not net
    tax = next((n for n in draft.free() if key(n) in {key(word) for word in _TAX}), "")
    included = next((n for n in draft.free() if key(n) in {key(word) for word in _TAX_INCLUDED}), "")
    if net and not (included and draft.evidence.share(draft.raw.name, _is_yes(included)) > 0):
        return
    if taxed or tax:
        item = draft.items["amount"]
        item.confidence = min(item.confidence, 0.55)
        item.also(t("it may include tax, and should not"))
        hint = t(' The tax stands in "{column}".', column=tax) if tax else ""
        draft.notes.append(t('"{column}" may include tax; the amount of an order is net of tax.', column=amount) + hint)


def _is_yes(column: str) -> str:
    return among(f"lower({quoted(column)}::VARCHAR)", ("true", "yes", "1", "y", "t", "是"))


def from_won_deals(deals: Draft, won: str) -> Draft | None:
    """A CRM without orders: each opportunity that was won (a condition) is an order on the day it closed."""
    needed = ("opportunity_id", "customer_id", "closed_at", "amount")
    if not won or any(name not in deals.items for name in needed):
        return None
    draft = Draft(BY_NAME["order"], deals.raw, deals.evidence, confidence=min(deals.confidence, 0.8), second=True)
    taken = {"order_id": "opportunity_id", "customer_id": "customer_id", "amount": "amount", "currency": "currency",
             "product_line": "product_line", "owner_id": "owner_id"}  # fmt: skip
    for column, source in taken.items():
        if source in deals.items:
            item = deals.items[source]
            draft.items[column] = Item(item.expression, item.raw, item.confidence, item.why, item.others)
    closed = deals.raw_of("closed_at")
    draft.items["ordered_at"] = Item(
        quoted(closed), (closed,), deals.items["closed_at"].confidence, t("the day the opportunity was won")
    )
    draft.items["kind"] = Item(literal("sale"), (), 0.8, t("a won opportunity is a sale"))
    draft.where.append((won, t("won opportunities only")))
    draft.notes.append(t("The source has no orders: its won opportunities are proposed as orders."))
    return draft
