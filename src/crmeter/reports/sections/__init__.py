"""The sections of a report, in reading order. A new one is a folder and a line here."""

from crmeter.reports.sections.data.section import DATA
from crmeter.reports.sections.definitions.section import DEFINITIONS
from crmeter.reports.sections.findings.section import FINDINGS
from crmeter.reports.sections.scorecard.section import SCORECARD
from crmeter.reports.sections.summary.section import SUMMARY

SECTIONS = (SUMMARY, FINDINGS, SCORECARD, DATA, DEFINITIONS)
