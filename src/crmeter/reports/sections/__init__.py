"""The sections of a report, in reading order. A new one is a folder and a line here."""

from crmeter.reports.reading import Reading
from crmeter.reports.section import Section
from crmeter.reports.sections.advice.section import ADVICE
from crmeter.reports.sections.benchmarks.section import BENCHMARKS
from crmeter.reports.sections.data.section import DATA
from crmeter.reports.sections.definitions.section import DEFINITIONS
from crmeter.reports.sections.findings.section import FINDINGS
from crmeter.reports.sections.goals.section import GOALS
from crmeter.reports.sections.health.section import HEALTH
from crmeter.reports.sections.opening.section import OPENING
from crmeter.reports.sections.risks.section import RISKS
from crmeter.reports.sections.scorecard.section import SCORECARD
from crmeter.reports.sections.summary.section import SUMMARY

SECTIONS = (OPENING, SUMMARY, FINDINGS, RISKS, ADVICE, GOALS, BENCHMARKS, SCORECARD, HEALTH, DATA, DEFINITIONS)


def shown(reading: Reading) -> tuple[Section, ...]:
    """The sections of a report: all of them, but those that its audience goes without."""
    without = reading.audience.without if reading.audience else ()
    return tuple(section for section in SECTIONS if section.name not in without)
