"""Customer lifetime value: what a customer brings while being one: in revenue, in profit, discounted, and so far."""

from crmeter.kpis.value.discounting import DiscountedLifetime
from crmeter.kpis.value.lifetime import BareLifetimeRevenue, LifetimeProfit, LifetimeRevenue
from crmeter.metrics import Better, Example, History, Kpi, Unit
from crmeter.metrics.averages import Quantile
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.concentration import TopShare
from crmeter.metrics.measures import CELLS, RankedCells, TopSum, cell

# Where no rows are counted, the value follows from order value, frequency and lifetime as they are given: a lifetime of
# five years is a year in which one of five leaves.
FIGURES = {
    "net_sales": lambda find: find("average_order_value") * find("purchase_frequency"),
    "customer_years": lambda find: 1.0,
    "customers_start@year_to_end": lambda find: find("lifetime_years"),
    "lost@year_to_end": lambda find: 1.0,
    **dict.fromkeys(("purchases", "sales", "costed_amount"), lambda find: 1.0),
    "sale_amount": lambda find: find("average_order_value"),
    "cost_of_sales": lambda find: 1 - find("gross_margin"),
}

clv_revenue = Kpi(
    id="clv.revenue",
    formula=LifetimeRevenue(),
    unit=Unit.MONEY,
    better=Better.UP,
    history=History.LOSS,
    left_out=cell("foreign_amounts"),
    figures=FIGURES,
    example=Example(
        {
            "net_sales": 50_000,
            "sale_amount": 50_000,
            "sales": 10,
            "purchases": 10,
            "customer_years": 5,
            "customers_start@year_to_end": 100,
            "lost@year_to_end": 20,
        },
        50_000,
    ),
)
clv_profit = Kpi(
    id="clv.profit",
    formula=LifetimeProfit(BareLifetimeRevenue()),
    unit=Unit.MONEY,
    better=Better.UP,
    history=History.LOSS,
    left_out=cell("foreign_amounts"),
    figures=FIGURES,
    example=Example({**clv_revenue.example.given, "costed_amount": 1000, "cost_of_sales": 700}, 15_000),
)
clv_discounted = Kpi(
    id="clv.discounted",
    formula=DiscountedLifetime(),
    unit=Unit.MONEY,
    better=Better.UP,
    history=History.LOSS,
    left_out=cell("foreign_amounts"),
    example=Example(
        {
            "revenue": 600_000,
            "customer_years": 100,
            "costed_amount": 1000,
            "cost_of_sales": 500,
            "customers_start@year_to_end": 100,
            "lost@year_to_end": 20,
        },
        3000 * sum((0.8 / 1.1) ** t for t in range(5)),  # 8,761.90
    ),
)
clv_historical_mean = Kpi(
    id="clv.historical_mean",
    formula=CustomerRatio(cell("revenue_so_far"), cell("ordered_so_far"), n=cell("ordered_so_far")),
    unit=Unit.MONEY,
    better=Better.UP,
    left_out=cell("foreign_so_far"),
    example=Example({"revenue_so_far": 90_000, "ordered_so_far": 300}, 300),
)
clv_historical_median = Kpi(
    id="clv.historical_median",
    formula=Quantile(RankedCells(CELLS, "revenue_so_far", 0.5, among="ordered_so_far"), label=cell("revenue_so_far")),
    unit=Unit.MONEY,
    better=Better.UP,
    left_out=cell("foreign_so_far"),
    example=Example({"revenue_so_far": 120, "ordered_so_far": 9}, 120),
)
clv_historical_top_decile_share = Kpi(
    id="clv.historical_top_decile_share",
    formula=TopShare(TopSum(CELLS, "revenue_so_far", 0.9, among="ordered_so_far"), cell("revenue_so_far")),
    unit=Unit.SHARE,
    better=Better.NONE,
    left_out=cell("foreign_so_far"),
    example=Example({"revenue_so_far": 90_000, "ordered_so_far": 300, "revenue_so_far@top": 36_000}, 0.4),
)
KPIS = (
    clv_revenue,
    clv_profit,
    clv_discounted,
    clv_historical_mean,
    clv_historical_median,
    clv_historical_top_decile_share,
)
