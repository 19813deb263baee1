"""Figures of the report: what each shows (`spec`), and how it reaches the page (`embed`) and files (`draw`)."""
