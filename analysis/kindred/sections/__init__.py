"""The sections of the report, as HTML: one file for each."""
