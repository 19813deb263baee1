"""Statistics of runs: correlations, differences of groups, and tests on matrices of distances.

Everything that draws random numbers does so from a fixed seed: the same data give the same figures. Labels
of groups, `strata` (permutations stay within them) and `clusters` (resampled together) are any values, one
a run. What is too small for a p-value or an interval has none, and says why in `reason`.
"""

from kindred.statistics.across import across_strata
from kindred.statistics.correlation import correlate, correlate_each
from kindred.statistics.differences import group_difference
from kindred.statistics.dispersion import dispersion
from kindred.statistics.mantel import mantel
from kindred.statistics.multiple import adjust
from kindred.statistics.permanova import permanova
from kindred.statistics.tested import Tested

__all__ = [
    "Tested",
    "across_strata",
    "adjust",
    "correlate",
    "correlate_each",
    "dispersion",
    "group_difference",
    "mantel",
    "permanova",
]
