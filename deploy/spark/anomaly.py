"""How far the most unlikely reading of a window stands out of the others: a leave-one-out z-score.

For each measurement, y is a value in halves of its limits' distance from their middle, so -1 to 1. With n readings, their
sum S and their sum of squares Q, and e the largest or the smallest y:

    m = (S - e) / (n - 1)                                  mean of the others
    v = (Q - e*e - (n - 1)*m*m) / (n - 2)                  variance of the others
    score = |e - m| / max(sqrt(v), FLOOR)

A window has the highest score of both ends and of all measurements, rounded to three digits. An extreme reading among
the others widens their deviation and hides its like: two in a window are found from about 40 readings on, three hardly.
"""

import math

from pyspark.sql import Column, functions as F

from settings import Measurement

#: Of fewer, pure noise scores too high by chance: of Gaussian windows of 4 readings 14 % beyond the threshold, of 6
#: still 3 %, of 10 only 0.4 %, of 20 0.03 %.
MIN_READINGS = 10
#: Between noise and anomalies of the simulator: in windows of 60 readings its noise scored at most 3.4 (200,000 windows),
#: one unlikely reading at least 168, two of them 7.5.
THRESHOLD = 6.0
#: A thousandth of the limits' distance: what varies by less is taken for constant, since any change would stand out.
FLOOR = 0.002
#: Of y and of its square; a decimal's sum does not depend on the order of the batches.
SCALE = 12


def square_sum(m: Measurement) -> Column:
    y = _scaled(m, F.col(f"m_{m.name}"))
    return F.sum((y * y).try_cast(f"decimal(18,{SCALE})"))


def anomaly(measurements: tuple[Measurement, ...]) -> Column:
    """`{score, measurement, isAnomaly}`, or null where no measurement has enough readings."""
    # Structs compare by their first field; of equal scores the last name stands.
    best = F.array_max(F.array(*[
        F.struct(_score(m).alias("score"), F.lit(m.name).alias("measurement")) for m in measurements
    ]))
    return F.when(best["score"].isNotNull(), F.struct(
        best["score"].alias("score"), best["measurement"].alias("measurement"),
        (best["score"] > THRESHOLD).alias("isAnomaly"),
    ))


def _scaled(m: Measurement, value: Column) -> Column:
    middle, half = m.min / 2 + m.max / 2, m.max / 2 - m.min / 2
    return (value - F.lit(float(middle))) / F.lit(float(half) if half > 0 else math.inf)


def _score(m: Measurement) -> Column:
    n, squares = F.col(f"n_{m.name}").cast("double"), F.col(f"squares_{m.name}").cast("double")
    total = _scaled(m, F.try_divide(F.col(f"sum_{m.name}").cast("double"), n)) * n
    ends = [_distance(_scaled(m, F.col(f"{end}_{m.name}")), n, total, squares) for end in ("min", "max")]
    return F.when(n >= MIN_READINGS, F.round(F.greatest(*ends), 3))


def _distance(end: Column, n: Column, total: Column, squares: Column) -> Column:
    mean = F.try_divide(total - end, n - 1)
    variance = F.try_divide(squares - end * end - (n - 1) * mean * mean, n - 2)
    return F.abs(end - mean) / F.greatest(F.sqrt(F.greatest(variance, F.lit(0.0))), F.lit(FLOOR))
