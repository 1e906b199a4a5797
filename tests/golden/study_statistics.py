#!/usr/bin/env python3
"""usage: study_statistics.py > study_statistics.json

SciPy's numbers for tests/core/study_statistics_test.cpp: sign tests by scipy.stats.binomtest, percentile
bootstrap intervals of the mean by scipy.stats.bootstrap, and for four values the quantiles of all 256
draws there are.
"""

import itertools
import json

import numpy as np
import scipy
from scipy import stats

signs = [[first, second, stats.binomtest(first, first + second, 0.5).pvalue]
         for first, second in [(0, 5), (1, 9), (3, 7), (5, 5), (12, 28), (400, 460), (2000, 2100)]]
rng = np.random.default_rng(5)
samples = []
for values in [rng.normal(3, 2, 10), rng.exponential(40, 12), rng.integers(-20, 60, 25) * 1.0]:
    interval = stats.bootstrap((values,), np.mean, n_resamples=200000, method="percentile", rng=rng,
                               batch=20000).confidence_interval
    samples.append({"values": values.tolist(), "mean": values.mean(), "deviation": values.std(ddof=1),
                    "low": interval.low, "high": interval.high})
four = [1.0, 2.0, 4.0, 11.0]
means = [np.mean(draw) for draw in itertools.product(four, repeat=4)]
print(json.dumps({"scipy": scipy.__version__, "signs": signs, "samples": samples,
                  "four": {"values": four, "low": np.quantile(means, 0.025),
                           "high": np.quantile(means, 0.975)}}, indent=1))
