# %% [markdown]
# # 01. Activations: sigmoid, ReLU, tanh
#
# Stack ten layers that only multiply and add, and you get one layer that multiplies and adds: put one straight line
# into another, and you get a straight line again. To bend, a network needs a small nonlinear function between the
# layers, the **activation**.
#
# In this lesson you build the three best-known activations, and for each the step that carries a gradient back through
# it. The networks of this course are built on these six functions.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_01 as explorers
from lessonkit.plots import lesson_01 as plots
from reference_impl import as_float

# %% [markdown]
# ## The picture first
#
# Each function takes one number and returns one number. Look at three things: where each curve is flat, what range
# it stays in, and what it does at zero.

# %%
plots.the_three_shapes()

# %% [markdown]
# - **ReLU** (rectified linear unit) is off for negative inputs and passes positive ones unchanged.
# - **tanh** (hyperbolic tangent) squashes everything into the range from −1 to 1.
# - **sigmoid** squashes everything into the range from 0 to 1, so it can be read as a probability.
#
# ## The formulas
#
# | name | formula | slope |
# |---|---|---|
# | ReLU | $\operatorname{relu}(x) = \max(0, x)$ | $1$ where $x > 0$, and $0$ where $x < 0$ |
# | tanh | $\tanh(x) = \dfrac{e^{x} - e^{-x}}{e^{x} + e^{-x}}$ | $1 - \tanh(x)^2$ |
# | sigmoid | $\sigma(x) = \dfrac{1}{1 + e^{-x}}$ | $\sigma(x)\,(1 - \sigma(x))$ |
#
# An activation works **entry by entry**: give it an array of any shape, and it treats each number on its own.
#
# A single number, the **loss**, says how wrong a network is. (You build one in lesson 02.) A **gradient** says, for
# every entry of an array, how much the loss changes when that entry grows a little. It holds one slope per entry.
#
# | symbol | what it is | shape |
# |---|---|---|
# | $x$ | input of the activation | any, for example $(N, D)$: $N$ examples, $D$ numbers each |
# | `out` | output of the activation | the shape of $x$ |
# | `dout` | gradient of the loss with respect to `out`, one slope for each entry | the shape of $x$ |
# | `dx` | gradient of the loss with respect to $x$, one slope for each entry | the shape of $x$ |
#
# ## There and back
#
# Every building block of a network is a pair of functions. The **forward** function turns `x` into `out`. The
# **backward** function receives `dout`, the *upstream gradient*, from the block after it, and passes `dx` on to the
# block before it.

# %%
plots.there_and_back()

# %% [markdown]
# The chain rule says how to get `dx`: multiply slope by slope. Here $f'$ is the slope of the activation at the input.
#
# $$\text{dx} = \text{dout} \cdot f'(x) \qquad \text{entry by entry}$$
#
# The backward function does not get `x`. So the forward function stores what the backward function will need in the
# **cache**. What you put there is up to you: the input, the output, a mask, a tuple. Only your own backward function reads it.
#
# ## One number by hand
#
# Take tanh at $x = 0.5$, and suppose that the rest of the network says $\text{dout} = 3$: *"if your output grows a
# little, the loss grows three times as much."*
#
# 1. Forward: $\tanh(0.5) \approx 0.46212$.
# 2. Slope: $1 - 0.46212^2 \approx 0.7864$.
# 3. Backward: $\text{dx} = 3 \cdot 0.7864 \approx 2.359$.
#
# The loss reacts a little less to a small push on $x$ than to a push on the output, because tanh is flatter than a
# line of slope one. Keep the number 2.359; you will meet it again.

# %% [markdown]
# **Exercise 1 of 6: ReLU forward** · easy · 5 min
#
# Return the activation of `x`, and a cache. Think about what your backward function will need to know.

# %% exercise="relu_forward"

# %%
x = np.array([[-2.0, -0.5], [0.5, 2.0]])
out, cache = relu_forward(x)
print(out)

# %% check="relu_forward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"must return 2 things"**: end with `return out, cache`. Even when the cache is a single array, it comes second.
# - **"overwrites x"**: something like `x[...] = ...` changes the array that the caller passed in. Make a new array.
# - **"integer dtype"**: when `x` holds whole numbers, many NumPy functions return whole numbers. Rule 2 of lesson 00
#   asks for floats. What number could you compare with that is not an integer?
# - **"truth value of an array … is ambiguous", "only integer scalar arrays"**: Python's `max` and `if` need single numbers,
#   and `np.max` looks for the largest entry of one array. NumPy has another function that takes the larger of two numbers, entry by entry.
#
# </details>

# %% [markdown]
# **Exercise 2 of 6: ReLU backward** · easy · 8 min
#
# ReLU has slope 1 where the input was positive and slope 0 where it was negative. So each entry of `dout` either
# passes unchanged or is stopped.
#
# At exactly 0 there is a kink, so ReLU has no slope there; any value from 0 to 1 is accepted as its slope.
#
# You may use the given function `as_float(x)`. It returns `x` as floats: whole numbers become float64, and floats keep
# their dtype.

# %% exercise="relu_backward"

# %%
_, cache = relu_forward(np.array([[-2.0, -0.5], [0.5, 2.0]]))
dout = np.array([[10.0, 20.0], [30.0, 40.0]])
print(relu_backward(dout, cache))  # which two entries should be stopped?

# %% check="relu_backward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"The sign of the input x should decide"**: gradients may be negative too, and a negative gradient flows back like any other.
#   Only the *input* of the forward pass opens or closes the gate.
# - **"uses relu_forward, which is still empty"**: the check runs your own forward pass to get a cache. Do exercise 1 first,
#   and run its cell again after each change.
# - **A shape problem**: look at what you stored. The mask must have the shape of `x`.
#
# </details>

# %% [markdown]
# **Exercise 3 of 6: tanh forward** · easy · 5 min
#
# NumPy knows the elementary functions of mathematics, this one included. If you build it from exponentials instead, think
# of $x = 1000$: $e^{1000}$ is larger than the largest floating-point number (about $1.8 \cdot 10^{308}$).

# %% exercise="tanh_forward"

# %%
out, cache = tanh_forward(np.array([-1000.0, 0.0, 0.5, 1000.0]))
print(out)  # the third is the number from above

# %% check="tanh_forward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"the result is NaN"** (*not a number*): NaN comes from ∞ / ∞ or ∞ − ∞. Some exponential has grown too large.
# - **A warning from NumPy, though the check passes**: warnings cost no points. `overflow encountered in exp` still tells you that
#   an infinity appeared along the way.
#
# </details>

# %% [markdown]
# **Exercise 4 of 6: tanh backward** · medium · 10 min
#
# The slope is $1 - \tanh(x)^2$. You have already computed $\tanh(x)$ once, in the forward pass.

# %% exercise="tanh_backward"

# %%
_, cache = tanh_forward(np.array([0.5]))
print(tanh_backward(np.array([3.0]), cache))  # the number worked out by hand above

# %% check="tanh_backward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"tanh is applied twice"**: if the cache holds the *output*, tanh has already been applied. If it holds the *input*, it has not.
#   Both are fine, but they need different formulas.
# - **"ignore the upstream gradient"**: if all entries of `dout` were 1, you would not notice. In a network they almost
#   never are.
#
# </details>

# %% [markdown]
# **Exercise 5 of 6: sigmoid forward** · hard · 15 min
#
# The formula has two forms. Multiply numerator and denominator by $e^{x}$ and you get the second:
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}} = \frac{e^{x}}{1 + e^{x}}$$
#
# In exact mathematics they are equal. In floating point, the first has a huge exponential when $x$ is far below zero, the second
# when $x$ is far above zero. Your function must give no NaN and no infinity for inputs as large as ±10,000.

# %% exercise="sigmoid_forward"

# %%
out, cache = sigmoid_forward(np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0]))
print(out.round(4))

# %% check="sigmoid_forward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"Infinity divided by infinity"**: you use one form for all inputs, and at one end both parts of the fraction overflow.
#   Which form is safe on which side of zero?
# - **`overflow encountered in exp`, and yet the check passes**: $1 / \infty$ is 0, and that is the right answer. The warning costs no
#   points. But can you do without the infinity?
# - **"depends on the other entries of the batch"**: sigmoid looks at one number at a time. It has no sum over an axis.
# - **The curve looks right in the middle, but the check of the values fails**: print a few entries, and compare them with what a pocket calculator gives for the formula.
#
# </details>

# %% [markdown]
# **Exercise 6 of 6: sigmoid backward** · medium · 8 min
#
# The slope is $\sigma(x)\,(1 - \sigma(x))$. At $x = 0$ it has its largest value, one quarter. Far from zero it is almost 0:
# remember this when you look at the last figure.

# %% exercise="sigmoid_backward"

# %%
_, cache = sigmoid_forward(np.array([0.0, 4.0]))
print(sigmoid_backward(np.array([1.0, 1.0]), cache).round(4))

# %% check="sigmoid_backward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"x where sigmoid(x) belongs"**: look at what your forward function puts into the cache, and at what your backward function expects there.
# - **"changes what is in the cache"**: an operation like `*=` writes into the array on its left. A training loop may ask for the
#   gradient twice.
#
# </details>

# %% [markdown]
# ## Your six functions at work
#
# Solid lines show your forward functions. Dashed lines show the slopes that your backward functions give for an upstream gradient of one.

# %%
activations = {
    "ReLU": (relu_forward, relu_backward),
    "tanh": (tanh_forward, tanh_backward),
    "sigmoid": (sigmoid_forward, sigmoid_backward),
}
plots.functions_and_slopes(activations)

# %% [markdown]
# ### Move the tangent
#
# The slope is the steepness of the tangent. Drag the point, or move it with the slider (arrow keys work too), and watch where the gradient fades away.

# %% tags=["nbval-ignore-output"]
explorers.tangent(activations)

# %% [markdown]
# ### What depth does to a gradient
#
# A gradient that walks back through many layers is multiplied by one slope in each of them. In the figure, random numbers go forward through
# twenty activations, one after the other. Then a gradient of one walks back.

# %%
plots.gradient_through_depth(activations)

# %% [markdown]
# ## Questions to think about
#
# 1. Sigmoid's slope is at most 1/4. What is left of a gradient after ten sigmoids, at best?
#
# <details><summary>Answer</summary>
#
# $(1/4)^{10}$, less than one millionth. This is the *vanishing gradient*, a main reason why deep networks left sigmoid behind.
#
# </details>
#
# 2. A ReLU whose input is negative for every example never gets a gradient. Can it come back to life?
#
# <details><summary>Answer</summary>
#
# Not through its own weights: no gradient reaches them. Such a ReLU is called *dead*. Only a change in the layers before it can shift its input.
#
# </details>
#
# 3. tanh and sigmoid are the same curve, stretched and shifted. Which of the two would you rather have between layers, if the next layer works best with inputs
#    that are centered at zero?
#
# ## What comes next
#
# **02. Mean squared error**: how wrong is a prediction, as one number, and in which direction should it move?
