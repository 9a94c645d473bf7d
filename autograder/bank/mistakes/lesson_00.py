"""What students get wrong in lesson 00, standardized columns and pairwise differences."""

import numpy as np

from autograder.bank import mistake
from reference_impl import pairwise_differences, standardize

# standardize


def scaled(x, center, spread):
    """`x` less `center`, over `spread`; zeros where the spread is zero."""
    spread = np.asarray(spread, dtype=float)
    return (x - center) / np.where(spread == 0, 1, spread) * (spread != 0)


@mistake(
    "standardize",
    "You standardize each row, across its features. Axis 1 runs along a row; the mean of a column is taken over the "
    "examples, along the other axis.",
)
def rows_instead_of_columns(x):
    return scaled(x, x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True))


@mistake(
    "standardize",
    "NumPy cannot broadcast a mean of shape (N,) against x of shape (N, D). You took one mean per row. The exercise "
    "asks for one per column, and those broadcast by themselves.",
)
def one_mean_per_row_without_its_axis(x):
    return (x - x.mean(axis=1)) / x.std(axis=1)


@mistake(
    "standardize",
    "You take one mean and one standard deviation of the whole array. Each column needs its own: say along which axis.",
)
def one_mean_for_all(x):
    return scaled(x, x.mean(), x.std())


@mistake(
    "standardize",
    "You subtract each column's own mean, but you divide all columns by the same number, the spread of the whole "
    "array. Each column has its own standard deviation as well.",
)
def one_spread_for_all(x):
    return np.where(x.std(axis=0) == 0, 0, scaled(x, x.mean(axis=0), x.std()))


@mistake(
    "standardize",
    "The means of the columns are 0 now, but their spread is unchanged. Standardizing a column takes two steps; the "
    "division is missing.",
)
def only_subtracts_the_mean(x):
    return x - x.mean(axis=0)


@mistake(
    "standardize",
    "The columns have spread 1 now, but their means are not 0. Standardizing a column takes two steps; the "
    "subtraction is missing.",
)
def only_divides(x):
    return scaled(x, 0, x.std(axis=0))


@mistake(
    "standardize",
    "You subtract mean / std from x: division comes before subtraction. Subtract first, in parentheses, then divide.",
)
def forgets_the_parentheses(x):
    spread = x.std(axis=0)
    return np.where(spread == 0, 0, x - x.mean(axis=0) / np.where(spread == 0, 1, spread))


@mistake(
    "standardize",
    "You divide first and then subtract the old mean. Dividing x changes its mean, so subtract first.",
)
def divides_before_it_subtracts(x):
    spread = x.std(axis=0)
    return np.where(spread == 0, 0, x / np.where(spread == 0, 1, spread) - x.mean(axis=0))


@mistake(
    "standardize",
    "You divide by the variance. The standard deviation is its square root, and it has the same unit as x.",
)
def divides_by_the_variance(x):
    return scaled(x, x.mean(axis=0), x.var(axis=0))


@mistake(
    "standardize",
    "You divide by the square root of the sum of squared distances. The standard deviation uses their mean instead: "
    "with a sum, more rows would make your result smaller.",
)
def divides_by_the_length(x):
    return scaled(x, x.mean(axis=0), np.sqrt(((x - x.mean(axis=0)) ** 2).sum(axis=0)))


@mistake(
    "standardize",
    "You divide by a standard deviation that averages over N - 1 (`ddof=1`). That estimates the spread of a larger "
    "population; here you need the mean of the squared distances of these N rows.",
)
def sample_standard_deviation(x):
    spread = x.std(axis=0, ddof=1) if len(x) > 1 else np.zeros(x.shape[1])
    return scaled(x, x.mean(axis=0), spread)


@mistake(
    "standardize",
    "You divide by the mean absolute distance from the mean. The standard deviation squares the distances, takes "
    "their mean, and then takes the square root.",
)
def divides_by_the_mean_distance(x):
    return scaled(x, x.mean(axis=0), np.abs(x - x.mean(axis=0)).mean(axis=0))


@mistake(
    "standardize",
    "You scale every column to run from 0 to 1, by its smallest and largest value. Standardizing uses its "
    "mean and its standard deviation.",
)
def smallest_to_zero_and_largest_to_one(x):
    return scaled(x, x.min(axis=0), x.max(axis=0) - x.min(axis=0))


@mistake(
    "standardize",
    "Every sign is reversed: you subtract x from the mean. Values above the mean should come out positive.",
)
def subtracts_x_from_the_mean(x):
    return -standardize(x)


@mistake(
    "standardize",
    "A column whose values are all equal has standard deviation 0, and 0 / 0 is NaN. Such a column should "
    "become zeros: decide what to divide by where the spread is 0.",
)
def zero_over_zero(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


@mistake(
    "standardize",
    "A column whose values are all equal comes out as ones. Each of its values equals its mean, so the column should "
    "be zeros.",
)
def ones_for_a_column_without_spread(x):
    return np.where(x.std(axis=0) == 0, 1.0, standardize(x))


@mistake(
    "standardize",
    "A column whose values are all equal keeps its old values. Subtract its mean, as for every other column: that "
    "leaves zeros.",
)
def skips_a_column_without_spread(x):
    return np.where(x.std(axis=0) == 0, x, standardize(x))


@mistake(
    "standardize",
    "Your function writes its result into x, which belongs to the caller (and an integer array cannot even hold it). "
    "Make a new array: `x = x - m` makes one, `x -= m` does not.",
)
def writes_into_x(x):
    spread = x.std(axis=0)
    x -= x.mean(axis=0)
    x /= np.where(spread == 0, 1, spread)
    return x


@mistake(
    "standardize",
    "For integer x your result is truncated to integers. Where does its dtype come from? `np.zeros_like(x)`, for "
    "example, copies the dtype of x: ask for floats.",
)
def keeps_the_integer_dtype(x):
    out = np.zeros_like(x)
    out[...] = standardize(x)
    return out


@mistake(
    "standardize",
    "You standardize twice: first the columns, then the rows of the result. Standardize only the columns.",
)
def columns_and_then_rows(x):
    z = standardize(x)
    return scaled(z, z.mean(axis=1, keepdims=True), z.std(axis=1, keepdims=True))


@mistake(
    "standardize",
    "The two choices of `np.where` are swapped: it takes the first where the condition is true. So you divide by 1 "
    "where there is a spread, and by 0 where there is none.",
)
def swaps_the_choices_of_where(x):
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread == 0, spread, 1)


@mistake(
    "standardize",
    "One column without spread turns your whole result into zeros. Decide for each column separately.",
)
def one_column_decides_for_all(x):
    return standardize(x) * np.all(x.std(axis=0) > 0)


@mistake(
    "standardize",
    "After the call, a column of x whose values are all equal holds zeros, but x belongs to the caller. Make a new "
    "array.",
)
def zeroes_a_column_of_x(x):
    z = standardize(x)
    if x.dtype.kind == "f":
        x[:, x.max(axis=0) == x.min(axis=0)] = 0
    return z


# pairwise_differences


@mistake("pairwise_differences", "Every sign is reversed: you subtract a from b. Entry (i, j) is a_i - b_j.")
def b_minus_a(a, b):
    return -pairwise_differences(a, b)


@mistake(
    "pairwise_differences",
    "The first two axes are swapped: your entry (j, i) holds a_i - b_j. The rows of a should run along the first "
    "axis: insert each array's axis of length 1 in the other place.",
)
def axes_swapped(a, b):
    return np.swapaxes(pairwise_differences(a, b), 0, 1)


@mistake(
    "pairwise_differences",
    "The axis of length D comes second in your result. It should stay last: shape (N, M, D).",
)
def features_in_the_middle(a, b):
    return np.swapaxes(pairwise_differences(a, b), 1, 2)


@mistake(
    "pairwise_differences",
    "You subtract row by row: `a - b` pairs row i only with row i, and usually fails when N and M differ. Insert a new "
    "axis into each of a and b, so that every row of one meets every row of the other.",
)
def row_by_row(a, b):
    return 1.0 * a - b


@mistake(
    "pairwise_differences",
    "`np.subtract.outer` subtracts every number of b from every number of a, even across features, and gives four "
    "axes. Subtract only numbers of the same feature.",
)
def outer_of_every_number(a, b):
    return 1.0 * np.subtract.outer(1.0 * a, b)


@mistake(
    "pairwise_differences",
    "The values are right but lie in one long list of N * M rows. Keep one axis for the rows of a and one for the "
    "rows of b.",
)
def one_long_list(a, b):
    return pairwise_differences(a, b).reshape(-1, a.shape[1])


@mistake(
    "pairwise_differences",
    "You add up the differences of each pair. Leave out the sum: entry (i, j) is a whole vector of D numbers.",
)
def sums_the_features(a, b):
    return pairwise_differences(a, b).sum(axis=2)


@mistake(
    "pairwise_differences",
    "You return distances: squared differences, added up, perhaps with a square root. The exercise stops before "
    "that, at the difference vectors themselves.",
)
def distances(a, b):
    return np.sqrt((pairwise_differences(a, b) ** 2).sum(axis=2))


@mistake(
    "pairwise_differences",
    "You take absolute values, so the sign of a_i - b_j is lost. The sign says which of the two is larger.",
)
def absolute_differences(a, b):
    return np.abs(pairwise_differences(a, b))


@mistake(
    "pairwise_differences",
    "You square the differences. The exercise asks for the differences themselves, with their signs.",
)
def squared_differences(a, b):
    return pairwise_differences(a, b) ** 2


@mistake(
    "pairwise_differences",
    "You compare the rows of a with each other and never look at b. Entry (i, j) is a_i - b_j.",
)
def a_with_itself(a, b):
    return pairwise_differences(a, a)


@mistake(
    "pairwise_differences",
    "The shape is right, but the pairs are mixed up: when you repeat the rows of a and reshape, each row has to come "
    "M times before the next one (1 1 2 2, not 1 2 1 2).",
)
def tiled_in_the_wrong_order(a, b):
    N, M, D = len(a), len(b), a.shape[1]
    return (np.tile(a, (M, 1)) - 1.0 * np.tile(b, (N, 1))).reshape(N, M, D)


@mistake(
    "pairwise_differences",
    "The entries for the last row of a stay zero: a loop stops one step too early. `range(N)` already ends at N - 1.",
)
def loop_ends_too_early(a, b):
    out = np.zeros((len(a), len(b), a.shape[1]))
    for i in range(len(a) - 1):
        out[i] = 1.0 * a[i] - b
    return out


@mistake(
    "pairwise_differences",
    "Only the pairs (i, i) are filled in; the rest stays zero. One loop over i reaches only the diagonal.",
)
def only_the_diagonal(a, b):
    out = np.zeros((len(a), len(b), a.shape[1]))
    for i in range(min(len(a), len(b))):
        out[i, i] = 1.0 * a[i] - b[i]
    return out


@mistake(
    "pairwise_differences",
    "Convert to floats before you subtract. Otherwise integers stay integers, and bytes (uint8), which cannot be "
    "negative, wrap around: 3 - 5 gives 254.",
)
def subtracts_before_it_makes_floats(a, b):
    return a[:, None] - b[None]


@mistake(
    "pairwise_differences",
    "Your function changes b, which belongs to the caller. Work with a new array: `-b` makes one, `b *= -1` does not.",
)
def writes_into_b(a, b):
    differences = pairwise_differences(a, b)
    b *= -1 if b.dtype.kind != "u" else 1
    return differences


@mistake(
    "pairwise_differences",
    "Your function changes a, which belongs to the caller. Put the differences into a new array.",
)
def writes_into_a(a, b):
    differences = pairwise_differences(a, b)
    a -= b[-1]
    return differences


@mistake(
    "pairwise_differences",
    "You convert to floats, but only after the subtraction. By then bytes (uint8), which cannot be negative, have "
    "wrapped around, and 3 - 5 has become 254. Convert first.",
)
def makes_floats_too_late(a, b):
    return (a[:, None] - b[None]).astype(float)


@mistake(
    "pairwise_differences",
    "For integer a the result is truncated to integers, even where b has a fraction. Every result in this course is "
    "floating point, whichever argument holds integers.",
)
def keeps_the_dtype_of_a(a, b):
    if a.dtype.kind == b.dtype.kind:
        return pairwise_differences(a, b)
    out = np.empty((len(a), len(b), a.shape[1]), dtype=a.dtype)
    out[...] = a[:, np.newaxis].astype(float) - b[np.newaxis]
    return out
