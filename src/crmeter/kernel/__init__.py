"""Words every other package uses: periods, the calendar, errors, messages. Imports nothing of ours."""
