# %% [markdown]
# # 03. Gradient check
#
# A backward pass with a wrong sign does not crash. The network may still train, only worse, and nobody tells you. You can
# stare at the formula for an hour, or you can ask the one witness that needs no formula: the function itself.
#
# In this lesson you build a tool that asks this witness. It measures a slope by taking two steps, and from here on
# it will help you whenever you write a backward pass.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_03 as explorers
from lessonkit.plots import lesson_03 as plots
from reference_impl import (
    as_float,
    mse_loss,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)

# %% [markdown]
# ## What you will build
#
# | function | the question it answers |
# |---|---|
# | `eval_numerical_gradient` | What is the gradient of a function that gives one number, such as a loss? |
# | `eval_numerical_gradient_array` | What should a *backward* function return? |
# | `rel_error` | How far apart are two gradients? |
# | `grad_check_sparse` | Is a gradient right, judging by a few of its entries? |
#
# ## The picture first
#
# The slope of a curve at $x$ is the slope of its tangent. To measure it, you need only two points on the curve and a
# line through them: a **secant**. Which two points?

# %%
plots.two_ways_to_take_a_slope()

# %% [markdown]
# The step $h$ is the same in both plots. The one-sided secant looks ahead and is too steep, because the curve bends
# upward. The two-sided secant looks ahead *and* back, and the two errors almost cancel.
#
# This is the **central difference**. For a function of many numbers, you move one of them at a time and leave all
# the others where they are:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h\,e_i) - f(x - h\,e_i)}{2h}$$
#
# | symbol | what it is | shape |
# |---|---|---|
# | $x$ | where the gradient is taken | any, for example $(N, D)$ |
# | $f(x)$ | the function's value: one number, such as a loss | a number |
# | $i$ | the position of one entry, with one index for each axis of $x$ | |
# | $x \pm h\,e_i$ | $x$ with its entry $i$ moved by $h$, up or down | the shape of $x$ |
# | `grad` | all slopes, each at the position of its entry | the shape of $x$ |
#
# ## One number by hand
#
# Take $f(x) = x^3$ at $x = 3$ with $h = 0.1$. The true slope is $3 x^2 = 27$.
#
# 1. One-sided: $(3.1^3 - 3^3) / 0.1 = (29.791 - 27) / 0.1 = 27.91$. It is off by $0.91$.
# 2. Two-sided: $(3.1^3 - 2.9^3) / 0.2 = (29.791 - 24.389) / 0.2 = 27.01$. It is off by $0.01$.
#
# The same step, the same work, and an error almost a hundred times smaller.

# %% [markdown]
# **Exercise 1 of 4: numerical gradient of a number** · medium · 15 min
#
# Take the central difference for every entry of `x`. Three things to know:
#
# - **Visit every entry.** `for i in np.ndindex(x.shape)` walks through all positions, whatever the number of axes.
#   Each `i` is a tuple, so `x[i]` is one number.
# - **Move the entry in `x` itself, not in a copy, and put it back.** The loss of a network is a function of its parameters,
#   but it does not take them as an argument: it reads its own arrays. Such an `f` sees the step only if you change the very
#   array that you were given. Afterwards the array must hold what it held before, to the last bit.
# - **Refuse integers.** An integer array silently stores 3 + 0.1 as 3. `np.issubdtype(x.dtype, np.floating)` tells you
#   whether `x` can hold a small step; if not, raise a `ValueError`.
#
# `f` may also fail halfway. Python always runs the block after `finally:`, even if the block after `try:` raises an error, so
# that is the best place to put the entry back. The checks do not require it.

# %% exercise="eval_numerical_gradient"

# %%
x = np.array([3.0, -1.0])
print(eval_numerical_gradient(lambda x: np.sum(x**3), x, h=0.1).round(6))  # the first is the number from above
print(x)  # unchanged?

weights = np.array([1.0, 2.0])  # this loss ignores its argument and reads `weights` directly, as a network does
print(eval_numerical_gradient(lambda _: np.sum(weights**2), weights).round(6))  # zeros? then you changed a copy

# %% check="eval_numerical_gradient"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"f takes the whole array x"**: pass all of `x` to `f`, with one entry moved. `f` of a single entry is a different function.
# - **The cell above prints zeros for the weights**, or the check says **"for an f that looks at x itself … zero everywhere"**:
#   change the entry in the array that you were given. A network's loss reads that very array, so it does not see a step in a
#   copy.
# - **"displaced"**: an entry must have its old value again *before* the next one moves. Print `x` at the
#   end of each round of your loop.
# - **"rounding leaves it slightly off"**: in floating point, $x + h - h$ is often not $x$. Try `0.1 + 0.7 - 0.7`.
# - **"An integer x gets through"**: your function should refuse it, with `raise ValueError("...")`, before it takes
#   its first step.
#
# </details>

# %% [markdown]
# ## How large a step?
#
# Mathematics says: the smaller the better. The machine disagrees. This is the error of your function for $x^3$ at $x = 3$, for steps
# from 1 down to $10^{-15}$. Both axes are logarithmic. Find the two errors that you worked out by hand, at $h = 10^{-1}$.

# %%
plots.valley(eval_numerical_gradient)

# %% [markdown]
# Two errors fight each other.
#
# - **Truncation**: the curve bends within the step. The one-sided error shrinks like $h$, the two-sided error like $h^2$.
# - **Rounding**: a float64 carries about 16 digits. When $h$ is tiny, $f(x + h)$ and $f(x - h)$ agree in most of them, so few
#   correct digits are left in their difference, and dividing by $2h$ magnifies the error. It grows like $1/h$.
#
# The bottom of the valley lies near $h = 10^{-5}$, so this is the default in this lesson. In float32, with 7 digits, the
# bottom lies near $10^{-2}$, and even there the error is far larger: check gradients in float64.
#
# ### Put the step under the microscope
#
# The plot of $x^3$ magnifies the curve until your step fills it. Start at $h = 10^{-1}$ and go down with the arrow keys. First the
# curve turns into a straight line. Where does it turn into a staircase, and what is a stair?

# %% tags=["nbval-ignore-output"]
explorers.step_size(eval_numerical_gradient)

# %% [markdown]
# <details>
# <summary>What is a stair?</summary>
#
# Near 3, the distance from one float64 to the next is about $4 \cdot 10^{-16}$. There is nothing in between: all numbers on one
# stair are stored as the same float. With $h = 10^{-16}$, both $3 + h$ and $3 - h$ are stored as 3, and the slope is zero.
#
# </details>

# %% [markdown]
# ## What should a backward function return?
#
# In lesson 01 a layer returned an *array*. Its backward function received `dout`, the gradient of the loss with respect to that array, and
# returned `dx`, the gradient of the loss with respect to $x$. To measure `dx` you need a loss, one number. Here is the simplest one whose
# gradient with respect to $f(x)$ is exactly the array `df` that you want:
#
# $$L = \sum_{o} df_o \cdot f(x)_o \qquad\Rightarrow\qquad
# \frac{\partial L}{\partial x_i} \approx \sum_o df_o \, \frac{f(x + h\,e_i)_o - f(x - h\,e_i)_o}{2h}$$
#
# In words: move one entry of $x$, look at how *every* output changes, weight each change by how much the loss cares about that output, and
# add them up.

# %%
plots.one_entry_moves_all_outputs()

# %% [markdown]
# | symbol | what it is | shape |
# |---|---|---|
# | $x$ | input of the layer | any, for example $(N, D)$ |
# | $f(x)$ | output of the layer; $o$ is the position of one entry | any, for example $(N, M)$ |
# | `df` | upstream gradient, called `dout` in a backward function | the shape of $f(x)$ |
# | `grad` | what the backward function should return as `dx` | the shape of $x$ |
#
# **By hand**: one input, two outputs, $f(x) = (x^2,\ 3x)$ at $x = 2$, and $df = (1, 10)$. The slopes of the outputs are $2x = 4$ and $3$, so the
# gradient is $1 \cdot 4 + 10 \cdot 3 = 34$.
#
# **Exercise 2 of 4: numerical gradient of an array** · medium · 12 min
#
# Walk through `x` as in exercise 1, with the weighted sum in place of the plain difference. There are two new traps:
#
# - NumPy broadcasts: a `df` of shape $(M,)$ fits an output of shape $(N, M)$ without complaint, and the answer is wrong. Compare the shapes
#   first, and raise a `ValueError` if they differ.
# - `f` may return `x` itself, or a part of it. Then the first result changes when you take the second step, unless you keep a copy.

# %% exercise="eval_numerical_gradient_array"

# %%
df = np.array([[1.0], [10.0]])
print(eval_numerical_gradient_array(lambda x: np.stack([x**2, 3 * x]), np.array([2.0]), df).round(6))  # by hand: 34

df = np.array([5.0, 6.0, 7.0])
print(eval_numerical_gradient_array(lambda x: x, np.ones(3), df).round(6))  # f does nothing, so this should be df

# %% check="eval_numerical_gradient_array"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"you look only at output i"**: that is right for an activation, where each output depends on one input. In most layers each
#   input affects many outputs.
# - **"You ignore df"**: if `df` were all ones, you would not notice. Where does it belong, before the sum or after?
# - **The identity gives zeros in the cell above**: `f(x)` returned `x` itself, so your first result changed with the second step. Copy it.
# - **"operands could not be broadcast"**: `df` belongs to the outputs. Multiply it by something that has the shape of `f(x)`.
#
# </details>

# %% [markdown]
# ## How far apart are two gradients?
#
# A difference of 0.001 says nothing by itself: between two slopes near 1000 it is tiny, between two slopes near 0.001 it is huge.
# So divide the difference by the size of the slopes. For two arrays of the same shape,
#
# $$\text{error} = \max_i \; \frac{|x_i - y_i|}{\max(10^{-8},\ |x_i| + |y_i|)}$$
#
# It is 0 for equal arrays and never more than 1. The largest entry counts, because one wrong entry is a bug. The $10^{-8}$ keeps two entries that
# are both zero from giving $0/0$, which is NaN.
#
# **By hand**: for 1.0 and 1.1 it is $0.1 / 2.1 \approx 0.0476$. For 2 and −2 it is $4 / 4 = 1$: a wrong sign always gives 1. For 1 and 2, a forgotten
# factor of two, it is $1/3$.
#
# **Exercise 3 of 4: relative error** · easy · 8 min
#
# Return the error as one number. If the arrays have different shapes, or no entries, raise a `ValueError`.
#
# You may use the given function `as_float(x)`. It returns `x` as floats: whole numbers become float64, and floats keep
# their dtype.

# %% exercise="rel_error"

# %%
print(round(float(rel_error(np.array([2.0, 1.0, 0.0]), np.array([2.0, 1.1, 0.0]))), 4))  # by hand: 0.0476
print(float(rel_error(np.array([1.0, -2.0]), np.array([1.0, 2.0]))))  # a wrong sign

# %% check="rel_error"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **NaN**: some entry divides zero by zero. Which two numbers does the formula compare in the denominator, and which one wins there?
# - **"keeps its sign"**: the vertical bars are absolute values. There are three of them, and each has its own reason.
# - **A ValueError from NumPy about an ambiguous truth value**: Python's `max` compares whole arrays. NumPy has one function for the larger of
#   two arrays, entry by entry, and another for the largest entry of one array.
#
# </details>

# %% [markdown]
# ## How to read a relative error
#
# In float64, with $h = 10^{-5}$ and a smooth function:
#
# | relative error | what to think |
# |---|---|
# | below $10^{-7}$ | The gradient is right. |
# | $10^{-7}$ to $10^{-4}$ | Look closer: a kink nearby, float32 somewhere, or an entry that is almost zero. |
# | above $10^{-4}$ | The gradient is wrong. $1/3$ hints at a factor of two, $1$ at a wrong sign or a forgotten term. |
#
# Now put your tools to work on lessons 01 and 02. Four of these gradients are right. Three have bugs; can you find
# each of them before you run the cell?

# %%
rng = np.random.default_rng(0)
x, dout = rng.normal(size=(2, 4, 3))
target = rng.normal(size=(4, 3))


def mean_square(x):
    return mse_loss(x, target)[0]


def tanh_layer(x):
    return tanh_forward(x)[0]


def sigmoid_layer(x):
    return sigmoid_forward(x)[0]


t, s = tanh_layer(x), sigmoid_layer(x)
errors = {
    "mse_loss": rel_error(mse_loss(x, target)[1], eval_numerical_gradient(mean_square, x)),
    "tanh_backward": rel_error(
        tanh_backward(dout, tanh_forward(x)[1]), eval_numerical_gradient_array(tanh_layer, x, dout)
    ),
    "sigmoid_backward": rel_error(
        sigmoid_backward(dout, sigmoid_forward(x)[1]), eval_numerical_gradient_array(sigmoid_layer, x, dout)
    ),
    "x squared": rel_error(2 * x, eval_numerical_gradient(lambda x: np.sum(x**2), x)),
    "bug 1: mse": rel_error((x - target) / x.size, eval_numerical_gradient(mean_square, x)),
    "bug 2: tanh": rel_error(dout * (1 - t), eval_numerical_gradient_array(tanh_layer, x, dout)),
    "bug 3: sigmoid": rel_error(dout * s * (0.999 - s), eval_numerical_gradient_array(sigmoid_layer, x, dout)),
}
plots.verdicts(errors)

# %% [markdown]
# <details>
# <summary>The three bugs</summary>
#
# 1. The factor 2 of the derivative of a square is missing. Every entry is half of what it should be, so the error is $1/3$.
# 2. The derivative of tanh is $1 - \tanh(x)^2$; the square is missing. Where tanh is negative, $1 - \tanh(x)$ is larger than one.
# 3. A typo, 0.999 instead of 1. The gradient is off by a fraction of a percent; a network would train with it, and you would never know.
#
# </details>
#
# ### Kinks
#
# A difference measures what happens between its two points. If there is a kink in between, the difference mixes the slopes of both sides,
# and a correct backward function looks wrong. Here is ReLU, with a step that is large enough to see:

# %%
plots.kink(eval_numerical_gradient, lambda x: relu_forward(x)[0])

# %% [markdown]
# With $h = 10^{-5}$ the zone around a kink is tiny, but a network with many ReLUs has many kinks, and some entry will land near one. If
# a few entries out of many are off, try other inputs, or a smaller $h$, before you hunt for a bug. If *all* are off, it is a bug.

# %% [markdown]
# ## A million entries
#
# A numerical gradient calls `f` twice for each entry. For a network with a million weights and a forward pass of a tenth of a second, that takes 55 hours,
# for a gradient that a backward pass gives in less than a second. So nobody trains with numerical gradients. To *test* a backward pass, a few
# entries are enough: a bug rarely hits just one entry in a million.
#
# **Exercise 4 of 4: check a few entries** · medium · 15 min
#
# Draw `num_checks` entries at random. For each, compare the central difference with `analytic_grad` and print a line. Return all the relative errors.
# Your `rel_error` compares numbers too.
#
# - `rng.integers(n)` draws one of 0, 1, …, n − 1. An entry of `x` needs one such number for each axis. If `rng` is None, make a generator with
#   `np.random.default_rng()`.
# - As before, move the entry in `x` itself and put it back: `f` may read that array directly.
# - Draw each entry independently, so the same entry may come twice, and `num_checks` may be larger than the number of entries.
# - In a formatted string, `f"{1/3:f}"` is `0.333333`, and `f"{1/3:e}"` is `3.333333e-01`.

# %% exercise="grad_check_sparse"

# %% tags=["nbval-ignore-output"]
predictions, targets = np.random.default_rng(1).normal(size=(2, 20, 50))
loss, dx = mse_loss(predictions, targets)
grad_check_sparse(lambda x: mse_loss(x, targets)[0], predictions, dx, num_checks=3, rng=np.random.default_rng(2))

dx[:, 7] *= -1  # a bug in one column of fifty: do ten checks find it? do a hundred?
errors = grad_check_sparse(lambda x: mse_loss(x, targets)[0], predictions, dx, rng=np.random.default_rng(3))
print(f"{np.sum(errors > 1e-4)} of {errors.size} entries are wrong")

# %% check="grad_check_sparse"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"compared with that of another entry in analytic_grad"**: build the index once, as a tuple with one number for each axis, and use it for `x` and for `analytic_grad`.
# - **Your own `rel_error` raises an error**, or an index is **out of bounds**: print the index. `x[i]` is one number only if `i` is a
#   tuple with one number for each axis.
# - **"cannot be repeated"**: with the same seed, the caller expects the same entries. All your draws must come from the `rng` that you were given.
# - **"only the diagonal"**, **"first row"**: print the indices that you draw for an `x` of shape (2, 3). All six should turn up.
# - **"You return a list"**: turn it into an array before you return it.
# - **You have written this step before**: so why not call `eval_numerical_gradient` on all of `x`? It would pass here, but for a large
#   network it would take those 55 hours.
#
# </details>

# %% [markdown]
# ## Questions to think about
#
# 1. Your numerical gradient and the analytic one differ by a relative error of exactly 1 in every entry. What are the likely causes?
#
# <details><summary>Answer</summary>
#
# The signs are opposite, or one of the two is zero everywhere: a term that was never computed, or steps on a copy that `f` does not see.
#
# </details>
#
# 2. Ten checks look at entries drawn at random. One column of fifty is wrong. How likely is it that all ten miss it?
#
# <details><summary>Answer</summary>
#
# $(49/50)^{10} \approx 0.82$. A hundred checks miss it with probability $0.13$, five hundred almost never. Sparse checks find bugs that hit many
# entries; for the first test of a new layer, take a small layer and check all of it.
#
# </details>
#
# 3. A central difference of a straight line or of a parabola has no truncation error at all. Why? And why does that make a parabola a poor
#    choice for testing whether a function takes the *two-sided* difference with the right step?
#
# <details><summary>Answer</summary>
#
# The error comes from the third derivative, which is zero for a parabola. So every step gives the same slope, and a wrong step does not
# show. The checks of this lesson use cubics with a large step, where it does show.
#
# </details>
#
# 4. A network draws random numbers in its forward pass, a new set at each call. What will a gradient check say, and what would you do about it?
#
# <details><summary>Answer</summary>
#
# The two values differ by chance, and dividing by $2h$ makes this difference huge. Draw the same numbers at each call, with a fixed seed, while you check.
#
# </details>
#
# ## What comes next
#
# **04. Initialization**: before a network can learn, it needs a place to start, and most places are bad.
