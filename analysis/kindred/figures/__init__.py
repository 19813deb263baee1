"""Plots of the report: plotly where a run is worth pointing at, SVG by matplotlib elsewhere."""
