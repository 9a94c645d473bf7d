# %% [markdown]
# # 00. Welcome: how to read a check
#
# In this course you build a neural network with nothing but NumPy: every layer, every gradient, every
# optimizer, in thirteen short lessons. At the end, code that you wrote yourself learns a landscape and reads
# handwritten digits.
#
# This first lesson is a warm-up. You learn how a lesson works, how to read what a check tells you, and the
# one NumPy trick that the whole course relies on: **broadcasting**. Two small exercises let you try it.
#
# ## How a lesson works
#
# A notebook is a sequence of **cells**. Some hold text, like this one; others hold code. Click a code cell and
# press **Shift+Enter** to run it; its result appears below. A star `[*]` beside a cell means that it is still
# running. If a cell takes too long, choose *Kernel → Interrupt Kernel*: the cell stops, and nothing is lost.
#
# - **Order matters.** Python knows only the order in which you run the cells, not the order on the page. Start
#   with the cell below and work your way down. When things look odd, choose *Kernel → Restart Kernel and Run All
#   Cells*: this starts fresh and stops at the first exercise that is still empty.
# - **An exercise** is a cell with a function whose body is missing. Replace `raise NotImplementedError()` with
#   your code, and run the cell. Run it again after every change, or the old version stays in memory.
# - **A check** is the cell `check("...")` below the exercise. It runs your function and tells you what it
#   sees. Check as often as you like: only the version that you hand in counts.
# - **Save** with Ctrl+S (Cmd+S on a Mac). You hand in this file, so keep its name.
#
# Add cells of your own wherever you like, to try things out. Please leave the check cells as they are, and do
# not copy or delete them: they are where your points are counted.
#
# Run this cell first. It prints nothing; it only loads what the lesson needs.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_00 as explorers
from lessonkit.plots import lesson_00 as plots
from reference_impl import as_float

# %% [markdown]
# ## Shapes: which way is which
#
# Nearly everything in this course is an array, and many mistakes show up in its **shape**. A table of $N$
# examples with $D$ numbers each has shape $(N, D)$: one example per row, one feature per column.

# %%
x = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
print(x.shape, x.dtype)

# %% [markdown]
# Shape `(3, 4)`: axis 0 has length 3, axis 1 has length 4. The `dtype` says what kind of numbers the array
# holds: `int64` for whole numbers, `float64` for numbers with a fraction. Sums, means and standard deviations are
# taken **along an axis, and that axis disappears**:

# %%
plots.axes_of_an_array()

# %% [markdown]
# Read `axis=0` as *"walk down axis 0 and collapse it"*. What is left has one number per column.
#
# | you write | you get | shape, when `x` has shape $(N, D)$ |
# |---|---|---|
# | `x.mean()` | one mean over all entries | `()`, a single number |
# | `x.mean(axis=0)` | one mean per column | $(D,)$ |
# | `x.mean(axis=1)` | one mean per row | $(N,)$ |
# | `x.mean(axis=1, keepdims=True)` | the same means, as a column | $(N, 1)$ |
#
# `x.sum`, `x.std` (standard deviation), `x.min` and `x.max` take the same arguments.
#
# ## Broadcasting: shapes that fit without being equal
#
# `a - b` subtracts entry by entry. When the shapes differ, NumPy **repeats** the smaller array where it can,
# without copying it. Here are three cases; NumPy fills in the dotted cells by itself.

# %%
plots.broadcasting()

# %% [markdown]
# The rule: write the two shapes one below the other, **aligned on the right**. Two lengths fit when they are
# equal or when one of them is 1. A missing length on the left counts as 1. Lengths of 1 are repeated.
#
# | first | second | result |
# |---|---|---|
# | `(3, 4)` | `   (4,)` | `(3, 4)`: the row is used for every row |
# | `(3, 4)` | `(3, 1)` | `(3, 4)`: the column is used for every column |
# | `(3, 1)` | `   (4,)` | `(3, 4)`: every entry of the column meets every entry of the row |
# | `(3, 4)` | `   (3,)` | an error: 4 and 3 do not fit |
#
# To give an array an axis of length 1, put `np.newaxis` (or `None`) in its place: `row[:, np.newaxis]` turns
# shape `(4,)` into `(4, 1)`, and `row[np.newaxis, :]` turns it into `(1, 4)`. This works with any number of
# axes.

# %%
row = np.array([10, 20, 30, 40])
print(row.shape, row[:, np.newaxis].shape, row[np.newaxis, :].shape)

# %% [markdown]
# ### Choose two shapes
#
# Before you look at the picture, predict the result. Then try `(3,)` with `(3, 1)`, a pair that calls for care.

# %% tags=["nbval-ignore-output"]
explorers.broadcasting()

# %% [markdown]
# ## How to read a check
#
# Your first exercise is `standardize`. Below is an attempt that is clearly not good enough: it returns `x`
# unchanged. Run the cell, and see what the check says about it. (The last lines delete the attempt again.)

# %% tags=["demonstration"]
def standardize(x):
    return x * 1.0


report = check("standardize")
del standardize
report

# %% [markdown]
# - **The first line** counts the checks that pass, and your points. Every check has its own points, so half a
#   solution earns some of them.
# - **… unseen** marks a check about a property, such as leaving `x` alone. Such a check starts to count when a
#   value is right. A function that returns `x` unchanged also leaves `x` alone, but it solves nothing. In later
#   lessons, **… waits** marks a check that needs another exercise first, and **◐ partly** one that gives a part
#   of its points.
# - **✗ fails** is followed by what is wrong, in words, and then by **one worked entry**: what went in, what
#   you returned, and what was expected. Work such an entry out by hand whenever you can: most bugs are found
#   this way.
# - Here the check **recognizes a known mistake**: *z is x, unchanged*. When it does not know a mistake, its words are
#   general: *wrong values*.
#
# After you hand in, the same checks run once more, with new random numbers and shapes. What passes here passes
# there, and there are no hidden tests. Only results count: slow, long or ugly code costs you no points (a call
# may take up to 10 seconds), and neither do prints and warnings.
#
# ## Four rules for the whole course
#
# These hold for **every** exercise. They are stated here once; most exercises do not repeat them.
#
# 1. **Inputs are not modified.** The caller still needs them. `x -= 1` and `x[0] = 1` write into the caller's
#    array; `x = x - 1` makes a new one.
# 2. **Outputs have the stated shape and a floating dtype**, even when whole numbers go in. `float32` is as
#    good as `float64`.
# 3. **Any batch size works**, including a single example. A *batch* is the set of examples passed in one call.
# 4. **Extreme inputs give no NaN** (*not a number*, the result of `0 / 0` or `inf - inf`) wherever the
#    mathematics gives a number.
#
# Some docstrings have a section named *Raises*. It lists the inputs that a careful function refuses. Refusing
# them is graded only where the text of the exercise asks for it.

# %% [markdown]
# ## Standardized columns, by hand
#
# An apartment has 80 m², and the nearest bus stop is 0.4 km away. A network that sees both numbers side by side
# mostly sees the first. So we bring every column to the same scale: mean 0 and standard deviation 1.
#
# $$z_{ij} = \frac{x_{ij} - \mu_j}{\sigma_j} \qquad
# \mu_j = \frac{1}{N} \sum_i x_{ij} \qquad
# \sigma_j = \sqrt{\frac{1}{N} \sum_i (x_{ij} - \mu_j)^2}$$
#
# | symbol | what it is | shape |
# |---|---|---|
# | $x$ | the data | $(N, D)$ |
# | $\mu$ | the mean of each column | $(D,)$ |
# | $\sigma$ | the standard deviation of each column | $(D,)$ |
# | $z$ | the standardized data | $(N, D)$ |
#
# Take one column with the numbers 1, 2 and 6:
#
# 1. The mean is $(1 + 2 + 6) / 3 = 3$. The differences from it are $-2, -1, 3$.
# 2. Their squares are $4, 1, 9$, with mean $14 / 3 \approx 4.667$. Its square root is $\sigma \approx 2.160$.
# 3. Divide each difference by $\sigma$: $z \approx -0.926, -0.463, 1.389$.

# %% [markdown]
# **Exercise 1 of 2: standardize** · easy · 10 min
#
# Look first, then write: run the three cells below as they are. The second, which tries out your function,
# stops with a red `NotImplementedError`. Every empty exercise does this; nothing is broken. The check says that
# the exercise is *still empty*.
#
# Then solve it in three steps, and read the report after each:
#
# 1. Return `x` with the mean of each column subtracted, and nothing more. The check should **recognize** what
#    is missing.
# 2. Divide by the standard deviation. Now most checks pass, and one should complain about a special kind of
#    column.
# 3. Handle that column as the docstring asks. (The docstring is the text in triple quotes below `def`.)
#
# `np.where(condition, a, b)` takes its entries from `a` where the condition holds and from `b` elsewhere. You
# will want it, or something like it, in step 3.

# %% exercise="standardize"

# %%
x = np.array([[1.0, 100.0], [2.0, 100.0], [6.0, 100.0]])
print(standardize(x).round(3))  # the first column is the one from above; the second has no spread at all

# %% check="standardize"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"still empty", though I wrote something**: run the exercise cell again, then the check. A function
#   exists only after its cell has run.
# - **"could not be broadcast together"**: two shapes do not fit. Print them. Which of the four means in the
#   table above did you use?
# - **"truth value of an array … is ambiguous"**: `if` decides once, but every column needs its own answer.
#   `np.where` gives one for each.
# - **"0 / 0 is NaN"**, or **"where the mathematics gives numbers"**: somewhere your code computes 0 / 0. Which
#   column has a standard deviation of 0?
# - **I cannot find the worked entry in my array**: `z[2, 0]` is row 2, column 0. Counting starts at 0.
# - **"Cannot cast ufunc"**: an in-place operation writes fractions into an array of whole numbers. See rule 1.
# - **You add a tiny number to the standard deviation** instead of testing where it is 0: this is a common
#   habit, and `1e-8` passes. A number as large as `0.001` changes the result too much and fails.
#
# </details>

# %% [markdown]
# ### What it does to data
#
# Here are eighty apartments for rent, drawn with the same scale on both axes: first as measured, then as
# standardized by your function.

# %%
plots.before_and_after(standardize)

# %% [markdown]
# ## Every row against every row
#
# The second exercise is the third picture of broadcasting, with one more axis. Given the rows of `a` and the
# rows of `b`, subtract every row of `b` from every row of `a`:
#
# $$d_{ij} = a_i - b_j \qquad i = 1 \dots N, \quad j = 1 \dots M$$
#
# Each $d_{ij}$ is a vector with $D$ numbers, so the result has three axes:
#
# | symbol | what it is | shape |
# |---|---|---|
# | $a$ | $N$ points with $D$ coordinates | $(N, D)$ |
# | $b$ | $M$ points with $D$ coordinates | $(M, D)$ |
# | $d$ | all differences | $(N, M, D)$ |
#
# By hand, with $a_1 = (1, 2)$, $a_2 = (5, 0)$ and the three rows $b_1 = (0, 1)$, $b_2 = (2, 2)$,
# $b_3 = (4, 4)$:
#
# | | $b_1 = (0, 1)$ | $b_2 = (2, 2)$ | $b_3 = (4, 4)$ |
# |---|---|---|---|
# | $a_1 = (1, 2)$ | $(1, 1)$ | $(-1, 0)$ | $(-3, -2)$ |
# | $a_2 = (5, 0)$ | $(5, -1)$ | $(3, -2)$ | $(1, -4)$ |
#
# Two rows, three columns, two numbers in each cell: shape $(2, 3, 2)$.

# %% [markdown]
# **Exercise 2 of 2: pairwise_differences** · medium · 15 min
#
# Write down the shape $(N, M, D)$. Which shapes, each with an axis of length 1, must `a` and `b` have so that
# broadcasting gives this shape? Two loops are correct too, and a good way to begin; they are just slow.
#
# One more thing: images come as bytes (`uint8`), whole numbers from 0 to 255. A byte cannot be negative, so
# `3 - 5` gives 254. Rule 2 asks for floats; make sure that you convert in time. You may use the given function
# `as_float(x)`. It returns `x` as floats: whole numbers become float64, and floats keep their dtype.

# %% exercise="pairwise_differences"

# %%
a = np.array([[1, 2], [5, 0]])
b = np.array([[0, 1], [2, 2], [4, 4]])
differences = pairwise_differences(a, b)
print(differences.shape)
print(differences)

# %% check="pairwise_differences"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"could not be broadcast together"**: print both shapes, align them on the right, and look for a pair
#   of different lengths, neither of them 1.
# - **"The first two axes are swapped"**: you have every number, but in the wrong place. The rows of `a` belong
#   along the first axis.
# - **A dtype of `int64`**: whole numbers minus whole numbers are whole numbers. How did you get floats in
#   exercise 1? By dividing.
# - **"wrap around"**: bytes wrapped around before you converted them to floats.
#
# </details>

# %% [markdown]
# ### Who is my nearest neighbor?
#
# It is one step from differences to distances, and one more to a question that many learning methods ask. Here
# your function compares two thousand places with five stations.

# %%
plots.nearest_station(pairwise_differences)

# %% [markdown]
# ## Questions to think about
#
# Every lesson ends with such questions. Click *Answer* when you have an answer of your own. A few questions, often
# the last one, have no answer here: discuss them with someone.
#
# 1. `a` has shape `(3,)` and `b` has shape `(3, 1)`. What is the shape of `a - b`? Why might you wish that
#    NumPy refused?
#
# <details><summary>Answer</summary>
#
# `(3, 3)`. If both hold the same three quantities, you wanted three differences and got nine, without any
# error. Lesson 02 has more to say about this trap.
#
# </details>
#
# 2. A column holds 0.1 three times. Look at `np.array([0.1, 0.1, 0.1]).std()`. Is it 0? What would your
#    `standardize` do with such a column?
#
# <details><summary>Answer</summary>
#
# It is about $1.4 \cdot 10^{-17}$: the sum of three rounded numbers is rounded again, so the mean is not
# exactly 0.1. If you ask whether the standard deviation *equals* 0, this column becomes −1, −1, −1.
# Asking whether floating-point numbers are equal is delicate; the checks are kind here and use whole numbers.
# How else could you recognize a column of equal values?
#
# </details>
#
# 3. The 60,000 images of a famous data set have 784 pixels each. How much memory would all pairwise
#    differences take, at 8 bytes per number?
#
# <details><summary>Answer</summary>
#
# $60{,}000 \cdot 60{,}000 \cdot 784 \cdot 8$ bytes, more than 22 terabytes. Broadcasting does not copy the
# inputs, but it still has to store the result. For such sizes you loop over blocks of rows.
#
# </details>
#
# 4. You standardize today's apartments. Tomorrow a new one is listed. Which mean and which standard deviation
#    should you use to scale it? (Lesson 08 will ask again.)
#
# ## What comes next
#
# **01. Activations: sigmoid, ReLU, tanh**: the first building blocks of a network, and the gradients that
# flow back through them.
