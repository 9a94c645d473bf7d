# %% [markdown]
# # 02. Mean squared error
#
# A network predicts heights in meters, and some of its predictions are off. Before it can learn, two
# questions need an answer: **how wrong** is it, as one number, and **which way** should each prediction move
# to be less wrong?
#
# The first answer is called the *loss*, the second its *gradient*. In this lesson you build both for
# predictions of numbers (*regression*). You also build a relative of the loss that people can read: the RMS
# error, in the unit of the predictions.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_02 as explorers
from lessonkit.plots import lesson_02 as plots
from reference_impl import as_float, standardize

# %% [markdown]
# ## The picture first
#
# Here are three predictions and three targets. Each error is the side of a square; the loss is the mean area of the
# squares.

# %%
plots.errors_as_squares()

# %% [markdown]
# Two things follow from squaring. An error counts the same in both directions, too high or too low. And large
# errors count for much more than small ones: twice the error, four times the area.
#
# ## The formulas
#
# With $N$ examples and $M$ numbers predicted for each, the **mean squared error** (MSE) takes the mean over
# all $N \cdot M$ squares:
#
# $$L = \frac{1}{N M} \sum_{i=1}^{N} \sum_{j=1}^{M} (x_{ij} - y_{ij})^2$$
#
# | symbol | what it is | shape |
# |---|---|---|
# | $x$ | predictions: what the network says | $(N, M)$, or $(N,)$ for a single output |
# | $y$ | targets: what is true | the shape of $x$ |
# | $L$, `loss` | how wrong the predictions are | one number |
# | `dx` | how much the loss changes when each prediction changes | the shape of $x$ |
#
# Now the second question. Take one prediction $x_{ij}$ and nudge it. It appears in only one square, and the
# derivative of that square is twice the number that was squared. So, with a curly $\partial$ for a derivative
# that holds all other numbers fixed:
#
# $$\text{dx}_{ij} = \frac{\partial L}{\partial x_{ij}} = \frac{2}{N M} \, (x_{ij} - y_{ij})$$
#
# Where a prediction is too high, the gradient is positive: raising it further makes the loss grow. Learning
# goes the other way, against the gradient. That is all there is to it; the rest of the course carries this
# `dx` back through a network.
#
# ## One example by hand
#
# These are the three points of the picture: $x = (3, 3, 5)$, $y = (2, 3, 7)$, so $N = 3$ and $M = 1$.
#
# | | 1st | 2nd | 3rd | |
# |---|---|---|---|---|
# | difference $x_i - y_i$ | $1$ | $0$ | $-2$ | |
# | its square | $1$ | $0$ | $4$ | mean: $L = 5/3 \approx 1.667$ |
# | gradient, $\tfrac{2}{3} (x_i - y_i)$ | $0.667$ | $0$ | $-1.333$ | |
#
# The third prediction is too low, so its gradient is negative: raising it lowers the loss.

# %% [markdown]
# ## A trap: `(N,)` against `(N, 1)`
#
# A network with one output gives its predictions as a column, of shape $(N, 1)$. The targets often come as a
# plain list, of shape $(N,)$. Both hold the same $N$ values. But subtract one from the other, and
# remember what broadcasting does:

# %%
predictions = np.array([[3.0], [3.0], [5.0]])  # shape (3, 1)
targets = np.array([2.0, 3.0, 7.0])  # shape (3,)
print((predictions - targets).shape)

# %%
plots.every_against_every()

# %% [markdown]
# Every prediction is compared with every target, and **nothing complains**: the mean of nine squares is a
# number like any other, training runs, and the network learns to predict the mean of all targets. People have
# lost days to this.
#
# So a careful loss looks at the shapes first:
#
# - `x` of shape $(N, 1)$ and `y` of shape $(N,)$, or the other way around, hold the same $N$ values: accept
#   them. `a.reshape(shape)` returns the numbers of `a`, in the same order, in another shape.
# - Any other two shapes that differ do not belong together: **refuse** them. In Python you do that with `raise`,
#   which stops the function with a message that the caller can read:

# %%
def half_of(n):
    if n % 2 != 0:
        raise ValueError(f"{n} is odd, so it has no whole half")
    return n // 2


try:
    half_of(7)
except ValueError as error:
    print("refused:", error)

# %% [markdown]
# **Exercise 1 of 2: mse_loss** · medium · 20 min
#
# Return the loss, one number, and `dx`, in the shape of `x`. Handle the shapes as described above: in this
# exercise, refusing shapes that do not match, with a `ValueError`, is worth a point.
#
# The rules of lesson 00 apply here as everywhere: `x` and `y` stay as they are, whole numbers may come in, and
# one example is a batch too. You may use the given function `as_float(x)`. It returns `x` as floats: whole
# numbers become float64, and floats keep their dtype.

# %% exercise="mse_loss"

# %%
loss, dx = mse_loss(np.array([3.0, 3.0, 5.0]), np.array([2.0, 3.0, 7.0]))
print("loss", round(float(loss), 3), "  dx", dx.round(3))  # compare with the numbers worked out by hand

# %% check="mse_loss"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"must return 2 things"**: end with `return loss, dx`.
# - **"not enough values to unpack"**: `N, M = x.shape` fails when `x` has shape `(N,)`. `x.size` is the number of entries,
#   whatever the shape.
# - **dx is right up to a constant**: the message tells you the factor. Is it 2, or the number of entries? Compare your
#   formula with the one above, symbol by symbol. The mean is over all entries: in an array of shape $(4, 3)$
#   there are 12.
# - **"takes one output in either shape" fails, or dx has shape (4, 4), expected (4,)**: this is the trap. Print
#   the shapes of `x` and `y` on the first line of your function.
# - **"what it raises for x … nothing"**: for these two shapes your function should stop with a `ValueError`, but
#   it returned something. Which condition on `x.shape` and `y.shape` lets them pass?
# - **"has dtype int64"**: whole numbers went in, and whole numbers came out. Rule 2 asks for floats.
# - **"Cannot cast ufunc"**: an in-place operation (`-=`, `*=`) writes fractions into an array of whole numbers.
#   Make a new array.
#
# </details>

# %% [markdown]
# ### Does your gradient touch the curve?
#
# Here the third prediction of the example moves from 2 to 12 while the others stay fixed. The curve is your loss;
# the dashed lines have the slopes that your `dx` claims. If the gradient is right, they are tangents. (Lesson 03
# turns this picture into a test.)

# %%
plots.loss_of_one_prediction(mse_loss)

# %% [markdown]
# ### The price of squaring
#
# Ten predictions of zero meet ten targets, nine of them close to zero. The bars show $-\text{dx}$: which way
# each prediction is pulled, and how hard.

# %%
plots.pull_of_an_outlier(mse_loss)

# %% [markdown]
# One odd measurement pulls harder than all the others together. Squares are smooth and have the simplest of
# gradients, which is why they are so popular. But they take outliers very seriously.

# %% [markdown]
# ## An error that people can read
#
# If you predict heights in meters, the MSE is in square meters. "Off by 4,624 m²" says little. The square root
# brings the unit back:
#
# $$\text{RMS error} = \sqrt{L} = \sqrt{\frac{1}{N M} \sum_{i, j} (x_{ij} - y_{ij})^2}$$
#
# RMS stands for *root mean square*: read it from right to left, and you have the recipe. "Typically
# off by 68 m" is a sentence you can use. In the example by hand, the RMS error is $\sqrt{5/3} \approx 1.291$.
#
# Training minimizes the loss; people read the RMS error. Where one is smallest, the other is too.

# %% [markdown]
# **Exercise 2 of 2: rms_error** · easy · 5 min
#
# You have most of it already, shapes included: a function may call another one. Shapes that match in exercise 1
# should match here; shapes that are refused there should be refused here. (*Regularization*, in the docstring, is a
# term that training adds to a loss. You meet it in lesson 06.)

# %% exercise="rms_error"

# %%
print(rms_error(np.array([3.0, 3.0, 5.0]), np.array([2.0, 3.0, 7.0])))  # by hand: 1.291
print(rms_error(np.array([[5.0], [6.0]]), np.array([5, 6])))  # perfect predictions

# %% check="rms_error"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **A constant factor**: the mean belongs under the root. $\sqrt{N}$ and $N$ are not the same factor; the
#   message tells you which one it is.
# - **"setting an array element with a sequence", or "inhomogeneous shape"**: you took the root of a pair.
#   What does `mse_loss` return?
# - **Wrong although the formula is right**: if you call your `mse_loss`, check that function first.
#
# </details>

# %% [markdown]
# ## Walk on the error surface
#
# Thirty weather balloons measured the temperature at their altitude. A straight line predicts it: temperature
# = slope · altitude + intercept. Every choice of the two numbers has a loss, so together these losses
# form a landscape: the **error surface**. To fit the line is to find the lowest point.
#
# Drag the point on the error surface, or move the sliders (arrow keys work too), and walk downhill. The arrow shows
# the steepest way down, computed from your `dx`. In the plot of the temperatures, the dotted lines lie one RMS error
# above and below the line.

# %% tags=["nbval-ignore-output"]
explorers.error_surface(mse_loss, rms_error, standardize)

# %% [markdown]
# Then set *altitude* to *standardized*, which applies the function from lesson 00 to it. The long valley becomes
# a round bowl, and the arrow points straight to the bottom. This is why networks like standardized inputs.
#
# ## Questions to think about
#
# 1. Suppose a network can only predict one constant $c$ for all examples. Which $c$ makes the MSE smallest? Set the
#    sum of the gradients to zero.
#
# <details><summary>Answer</summary>
#
# $\sum_i (c - y_i) = 0$, so $c$ is the mean of the targets. The RMS error of that prediction has a name,
# too: it is the standard deviation of the targets. A model that is no better than this has learned nothing.
#
# </details>
#
# 2. You train on twice as many examples, drawn in the same way. What happens to the mean of the squares, and
#    what would happen to their sum? Why is the mean the better loss?
#
# <details><summary>Answer</summary>
#
# The mean stays about the same, the sum doubles, and so does its gradient. With a sum, the step that suits a
# batch of 100 would be far too long for a batch of 1,000.
#
# </details>
#
# 3. In the trap, predictions that are all perfect still get a loss above zero. What is this loss, in words?
#
# <details><summary>Answer</summary>
#
# The mean squared difference between any two targets, which is twice their variance. The only way to lower it
# is to move the predictions toward the mean of the targets.
#
# </details>
#
# 4. Two models have the same mean *absolute* error. The first is off by 1 m everywhere. The second is perfect
#    except in a few places, where it is badly off. Which has the larger RMS error? Which would you rather use to
#    land a drone?
#
# ## What comes next
#
# **03. Gradient check**: how to be sure that a gradient is right, for any function, without knowing the right
# answer.
