"""The indicator system: what a company wants, the KPIs that show it, who answers for each, and when it is looked at
again."""

from crmeter.evaluation.indicators.system import AGAINST, EVERY, Indicator, IndicatorSystem, Objective

__all__ = ["AGAINST", "EVERY", "Indicator", "IndicatorSystem", "Objective"]
