"""The command line: parse, call app, render. No number is made here."""
