"""The study of arXiv:2408.11720's claims on one population: tables, figures and a summary of the runs.

python -m kindred.study POP.h5 SIM.h5 -o DIR [--findings FINDINGS.md]
"""
