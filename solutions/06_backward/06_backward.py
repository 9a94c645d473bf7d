# %% [markdown]
# # 06. The backward pass
#
# The loss says how wrong a network is. Which of its weights should move, and which way? Lesson 03 can answer that:
# nudge a weight, and watch the loss. This takes two forward passes for each weight. For the network of lesson 05 with
# its 235,146 parameters, that makes about half a million forward passes before the first step.
#
# **Backpropagation** gets all 235,146 answers in one walk back, for about the price of two forward passes. It is the
# chain rule, applied room by room. At the end of this lesson, your own network learns its first curve.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_06 as explorers
from lessonkit.plots import lesson_06 as plots
from reference_impl import (
    ForwardNet,
    affine_forward,
    affine_relu_forward,
    as_float,
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
    relu_backward,
    relu_forward,
)

# %% [markdown]
# ## The picture first
#
# These are the rooms of lesson 05, on the way back. Each room receives the gradient of the loss with respect to what
# *left* it, and passes on the gradient with respect to what *entered* it. An affine room also works out how *its own*
# weights and biases should move.

# %%
plots.rooms_walked_back()

# %% [markdown]
# Every gradient has the shape of the array it belongs to: `dh` has the shape of `h`, and `dW2` has the shape of `W2`. The caches
# from the forward pass are still in their rooms, and the last room comes first.
#
# ## Three rules
#
# However large a network is, only three things happen to a gradient on its way back. The upright numbers are values going
# forward; the slanted numbers below them are gradients coming back.

# %%
plots.three_rules()

# %% [markdown]
# - **Product.** If $p = w x$, a small push on $w$ arrives at $p$ multiplied by $x$. So the gradient is multiplied by the
#   *other* factor.
# - **Sum.** A push on a term arrives at the sum unchanged. So the gradient passes unchanged to every term.
# - **Fork.** A push on a number that is used in two places arrives at both. So its two gradients *add up*.
#
# And ReLU is the gate of lesson 01: it passes the gradient where its input was positive, and stops it elsewhere.
#
# ## Two neurons, and back
#
# This is the network that you worked out in lesson 05. Its score was 2. Let the target be 5. Then the loss is
# $(2 - 5)^2 = 9$, and the walk back begins with the slope of the loss, $2 \cdot (2 - 5) = -6$.

# %%
plots.two_neurons_back()

# %% [markdown]
# From right to left:
#
# 1. **Score.** Its gradient is $-6$. The bias is a term of the sum, so it gets $-6$ as well.
# 2. **Weights into the score.** Multiply by the other factor: $1.5 \cdot (-6) = -9$ and $0 \cdot (-6) = 0$.
# 3. **Neurons $h_1$, $h_2$.** Multiply by the weight: $2 \cdot (-6) = -12$ and $3 \cdot (-6) = -18$.
# 4. **ReLU.** The first is on: $-12$ passes. The second is off: its $-18$ is stopped, and $0$ arrives.
# 5. **Weights of the first neuron.** They get $2 \cdot (-12) = -24$ and $4 \cdot (-12) = -48$, and the bias gets $-12$. The
#    second neuron gets only zeros.
# 6. **Inputs.** Both neurons use them, so each is a fork: $x_1$ gets $3 \cdot (-12) + (-1) \cdot 0 = -36$, and
#    $x_2$ gets $(-1) \cdot (-12) + 1 \cdot 0 = 12$.
#
# The sign tells you which way to go: the gradient of the first weight is negative, so raising this weight lowers the loss.
#
# ### Walk it yourself
#
# Move the first slider from 0 to 7: four steps forward, four steps back. Then change the inputs so that the other neuron is
# on ($x_1 = 1$, $x_2 = 6$), or both are ($x_1 = 3$, $x_2 = 7$), and predict each number before you take the step.

# %% tags=["nbval-ignore-output"]
explorers.there_and_back(affine_forward, relu_forward)

# %% [markdown]
# ## From one example to a batch
#
# Write down the rules for an affine layer with $N$ examples, $D$ inputs and $M$ outputs. Its forward pass was
# $\text{out}_{nm} = \sum_d x_{nd} w_{dm} + b_m$. Now ask for each number: where was it used?
#
# $$\text{dx}_{nd} = \sum_m \text{dout}_{nm} \, w_{dm} \qquad
# \text{dw}_{dm} = \sum_n x_{nd} \, \text{dout}_{nm} \qquad
# \text{db}_m = \sum_n \text{dout}_{nm}$$
#
# - An input $x_{nd}$ is used by all $M$ outputs of its example: a fork, so a sum over $m$.
# - A weight $w_{dm}$ is used by all $N$ examples: a fork again, so a sum over $n$.
# - A bias is used by all $N$ examples too. It is added, not multiplied, so there is no factor.
#
# | symbol | what it is | shape |
# |---|---|---|
# | `dout` | gradient of the loss with respect to the outputs | $(N, M)$ |
# | `dx` | gradient with respect to the inputs | the shape of $x$, even if $x$ has more than two axes |
# | `dw` | gradient with respect to the weights | $(D, M)$ |
# | `db` | gradient with respect to the biases | $(M,)$ |
#
# `dw` and `db` are sums over the examples, not means: if the loss is a mean, as in lesson 02, then the $1/N$ is already
# in `dout`.
#
# A sum of products of two arrays, as in the first two formulas, is a matrix product. Which one? Let the shapes tell you. In the
# figure, which two arrays on the left can make each array on the right?
#
# Some of them have to be **transposed** first: the rows of `a.T` are the columns of `a`, so the shape $(2, 5)$ becomes $(5, 2)$.

# %%
plots.gradient_shapes()

# %% [markdown]
# **Exercise 1 of 3: affine backward** · hard · 25 min
#
# Here you use the course's own forward pass, and its cache is the tuple `(x, w, b)`. As in lesson 05, $x$ may have more than
# two axes: flatten it for `dw`, and give `dx` the shape that $x$ had.
#
# Take one gradient at a time. `db` is the easiest, `dx` the hardest.
#
# Here and in the next two exercises, use the formulas: one walk back with what the forward pass has stored. The numerical
# gradients of lesson 03 are only for testing. They need forward passes for every single number, and your instructor is told if
# a backward pass uses them.
#
# You may use the given function `as_float(x)`. It returns `x` as floats: whole numbers become float64, and floats keep
# their dtype.

# %% exercise="affine_backward"

# %% [markdown]
# First try the numbers from above: the gradient that arrives at the two sums is $(-12, 0)$.

# %%
x = np.array([[2.0, 4.0]])
W1, b1 = np.array([[3.0, -1.0], [-1.0, 1.0]]), np.array([-0.5, -3.5])
W2, b2 = np.array([[2.0], [3.0]]), np.array([-1.0])

sums, cache = affine_forward(x, W1, b1)
dx, dw, db = affine_backward(np.array([[-12.0, 0.0]]), cache)
print("dx", dx)
print("dw", dw)
print("db", db)

# %% [markdown]
# Then ask the witness of lesson 03, on a batch of five small pictures. Correct gradients give errors below $10^{-7}$.

# %%
rng = np.random.default_rng(6)
pictures, w, b = rng.normal(size=(5, 2, 3)), rng.normal(size=(6, 4)), rng.normal(size=4)
dout = rng.normal(size=(5, 4))
dx, dw, db = affine_backward(dout, affine_forward(pictures, w, b)[1])
for name, array, gradient in [("dx", pictures, dx), ("dw", w, dw), ("db", b, db)]:
    numerical = eval_numerical_gradient_array(lambda _: affine_forward(pictures, w, b)[0], array, dout)
    print(name, "agrees" if rel_error(numerical, gradient) < 1e-7 else "is off")

# %% check="affine_backward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"mismatch in its core dimension"**: write the shapes of both factors side by side. The inner sizes must be equal, and the
#   outer ones form the shape of the result.
# - **"could not be broadcast together"**: is one of the products a `*`? That multiplies entry by entry; the sums in the
#   formulas need a matrix product.
# - **A gradient has the wrong shape**: it must have the shape of its array. If the two sizes are swapped, look at which factor is
#   transposed, and which comes first.
# - **"divided by the number of examples"**: read the note on sums and means above once more.
# - **"reshaped where it should be transposed"**: `reshape` keeps the numbers in their order; `.T` swaps rows and
#   columns. Only one of them moves $w_{dm}$ to position $(m, d)$.
# - **"too many values to unpack"**: the cache holds three things.
#
# </details>

# %% [markdown]
# **Exercise 2 of 3: affine and ReLU, backward** · easy · 8 min
#
# Now go back through two rooms at once. The cache of `affine_relu_forward` is a pair: the affine layer's cache and the
# ReLU's. You have `affine_backward` from above and `relu_backward` from lesson 01. Which room comes first on the way back?

# %% exercise="affine_relu_backward"

# %%
h, cache = affine_relu_forward(x, W1, b1)
dx, dw, db = affine_relu_backward(np.array([[-12.0, -18.0]]), cache)
print(dx)  # the gradients with respect to the two inputs, worked out by hand

# %% check="affine_relu_backward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"your affine_backward does not pass yet"**: fix exercise 1 first, run its cell, then this check again.
# - **"Only dx goes back through the ReLU"**: all three gradients of the affine layer start from the same array, the gradient with
#   respect to the sums.
# - **"'>' not supported between instances of 'tuple' and 'int'"**: `relu_backward` received a cache that is not its own. In which
#   order does the pair hold the two?
# - **"operands could not be broadcast"**: the ReLU's gate has the shape of the sums, $(N, M)$. You cannot apply it to `dx`.
#
# </details>

# %% [markdown]
# ## The loss of a network
#
# The loss that training lowers has two parts: how wrong the scores are, and the L2 regularization.
#
# $$L = L_{\text{scores}} + \frac{\lambda}{2} \sum_{i} \sum_{d, m} (W^{(i)}_{dm})^2$$
#
# | symbol | what it is | in code |
# |---|---|---|
# | $L_{\text{scores}}$ | the loss of lesson 02, for regression | `self.loss_function(scores, y)`: returns the loss and `dscores` |
# | $\lambda$ | strength of the regularization; 0 switches it off | `self.reg` |
# | $W^{(i)}$ | the weights of layer $i$; the sum includes all layers, and no biases | `self.params["W1"]`, ... |
#
# **L2 regularization** puts a price on large weights. It keeps a network from bending wildly just to hit every single example. A bias
# bends nothing; it only shifts, so it is free.
#
# By hand: the network with two neurons has the weights $3, -1, -1, 1, 2, 3$, and their squares add up to $25$. With $\lambda = 0.1$ the price is
# $0.1 / 2 \cdot 25 = 1.25$, and the loss is $9 + 1.25 = 10.25$.
#
# What is the gradient of this price? The derivative of $\frac{\lambda}{2} w^2$ is $\lambda w$: this is what the one half is for. A weight is now used
# in two places, in its layer and in the price. You know the rule for forks.

# %% [markdown]
# **Exercise 3 of 3: a network that can be trained** · hard · 35 min
#
# Your class inherits everything from the `ForwardNet` of lesson 05. You add two methods:
#
# 1. `hidden_backward`: go back through one hidden layer, as in exercise 2. The network may use any activation, so call
#    `self.activation_backward(dout, cache)`. The layer's cache is the pair `(affine_cache, activation_cache)`.
# 2. `loss`: go forward; compute the loss of the scores; go back through the output layer, whose cache is the last in the list; go back
#    through the hidden layers, from the last to the first; and at the end, add the regularization.
#
# Without targets, `loss(X)` returns the scores and nothing else. The gradients go into a dict under the names of their
# parameters, so that an optimizer can find them. (In Python, `one.update(other)` puts all entries of the dict `other` into `one`.)

# %% exercise="TrainableNet"

# %% [markdown]
# Here are the two neurons again. You should see a loss of 10.25. Each weight's gradient is the one from the figure plus $0.1$
# times the weight.

# %%
net = TrainableNet("regression", [2], [False], input_dim=2, output_dim=1, reg=0.1, dtype=np.float64)
net.params = {"W1": W1.copy(), "b1": b1.copy(), "W2": W2.copy(), "b2": b2.copy()}
loss, grads = net.loss(x, np.array([[5.0]]))
print("loss", round(float(loss), 4))
for name in sorted(grads):
    print(name, grads[name].round(4).tolist())

# %% [markdown]
# Now ask the witness about every parameter of a deeper network. `eval_numerical_gradient` changes each array in place, and the loss reads it again.

# %%
net = TrainableNet("regression", [5, 4], [False] * 2, 3, 2, reg=0.3, dtype=np.float64, activation="tanh", initializer="xavier", rng=rng)
X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
loss, grads = net.loss(X, y)
for name, param in net.params.items():
    numerical = eval_numerical_gradient(lambda _: net.loss(X, y)[0], param)
    print(name, "agrees" if rel_error(numerical, grads[name]) < 1e-6 else "is off")

# %% check="TrainableNet"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **Only the biases' gradients are right**: the regularization touches all weights and no bias. Is it in the gradients, with the
#   right factor, and for every layer?
# - **"has no keys W1, b1", `KeyError: 'W1'`**: the backward loop ends too early (which numbers does `range(3, 0, -1)` hold?), or what
#   `hidden_backward` returns never gets into your dict.
# - **"The truth value of an array … is ambiguous"**: `y == None` compares entry by entry. `is` looks at `y` as a whole.
# - **"too many values to unpack", "not enough values"**: a hidden layer's cache is a pair; the output layer's cache comes from
#   `affine_forward`. Does every layer get its own cache? That of layer 1 is at index 0 of the list.
# - **"ReLU's gate is used whatever the activation is"**: the network may have been made with tanh. `self.activation_backward` uses
#   the right one.
# - **The witness says "is off" for some layers only**: start at the last layer that is off. All gradients before it are
#   computed from its `dh`.
#
# </details>

# %% [markdown]
# ## A network learns
#
# You have everything you need: a loss, and for every parameter the way up. So walk down: 300 times, move every parameter a little against
# its gradient. The targets lie on a wave.

# %%
x = np.linspace(-2, 2, 41)[:, np.newaxis]
y = np.sin(2 * x) + 0.3 * x
options = dict(dtype=np.float64, activation="tanh", initializer="xavier", rng=np.random.default_rng(0))
net = TrainableNet("regression", [32], [False], input_dim=1, output_dim=1, **options)
before, losses = net.loss(x), []
for _ in range(300):
    loss, grads = net.loss(x, y)
    losses.append(loss)
    for name in net.params:
        net.params[name] = net.params[name] - 0.1 * grads[name]
plots.downhill(x, y, before, net.loss(x), losses)

# %% [markdown]
# Nobody told the network what a sine is. It was told, 300 times, which way is down.
#
# ## Questions to think about
#
# 1. A backward pass costs about as much as two forward passes. Where does the factor two come from?
#
# <details><summary>Answer</summary>
#
# Forward, an affine layer does one matrix product. Backward it does two of the same size: one for `dx`, one for `dw`.
#
# </details>
#
# 2. Set all weights to zero and look at the gradients. Which of them are not zero? What does training do from there?
#
# <details><summary>Answer</summary>
#
# With ReLU or tanh, all hidden outputs are 0, so the last layer's weights get gradient 0; and nothing flows back through zero weights.
# Only the last bias moves. The network learns the mean of the targets, and nothing else. Lesson 04 warned of such a start.
#
# </details>
#
# 3. Why must the caches be kept until the walk back is over? What does that mean for the memory that training needs, compared with
#    computing only the scores?
#
# ## What comes next
#
# **07. Optimizers**: the walk downhill above took 300 steps of the simplest kind. There are cleverer ways to walk.
