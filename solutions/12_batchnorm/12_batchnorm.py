# %% [markdown]
# # 12. Batch normalization
#
# A deep network is fussy. Make its initial weights a little too small, and the signal dies on its way through the layers; make them a little too
# large, and it explodes. In lesson 04 you met one remedy: choose the weights with care.
#
# **Batch normalization** is a bolder one: a layer that brings the signal back into range, whatever the weights are. You will build its forward and backward
# pass, and then a network that uses it. It is the last piece of this course.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_12 as explorers
from lessonkit.plots import lesson_12 as plots
from reference_impl import (
    Solver,
    TrainableNet,
    affine_backward,
    affine_forward,
    as_float,
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
    relu_forward,
    tanh_forward,
)
from reference_impl.data import get_digits_data

# %% [markdown]
# ## The picture first
#
# Here is a network of ten ReLU layers with a hundred neurons each, before any training. How large is the signal that arrives at the activation of each layer?
# The scale is logarithmic: each grid line is 100 times the one below.

# %%
plots.signals_through_layers(affine_forward, relu_forward)

# %% [markdown]
# Of the three widths of the weights, only one keeps the signal alive. And training changes the weights, so a width that is right at the start may not stay right.
#
# ## The idea
#
# In lesson 00 you standardized the columns of a data set to mean 0 and standard deviation 1. Batch norm does the same *inside* the network. Each neuron's
# values over the batch are one column, and each column is standardized before it goes into the activation.
#
# Standardized values, written $\hat{x}$, are not always best: perhaps the next layer works better with another range. So the layer then applies two learned numbers per
# column, a scale $\gamma$ (gamma) and a shift $\beta$ (beta). If it helps, the network can learn to undo the standardization.

# %%
plots.one_column({"x": [0, 0, 4, 4], "x̂": [-1, -1, 1, 1], "out = 3 x̂ + 10": [7, 7, 13, 13]})

# %% [markdown]
# ## The formulas
#
# For each column separately, with sums over the $N$ examples of the batch:
#
# $$\mu = \frac{1}{N} \sum_n x_n \qquad v = \frac{1}{N} \sum_n (x_n - \mu)^2$$
#
# $$\hat{x}_n = \frac{x_n - \mu}{\sqrt{v + \varepsilon}} \qquad \text{out}_n = \gamma\, \hat{x}_n + \beta$$
#
# | symbol | in code | what it is | shape |
# |---|---|---|---|
# | $x$ | `x` | what comes out of an affine layer | $(N, D)$: $N$ examples, $D$ neurons |
# | $\mu$, $v$ | `mean`, `var` | mean and variance of each column | $(D,)$ |
# | $\varepsilon$ | `eps` | a tiny number, so that a column of equal values does not give $0/0$ | one number |
# | $\hat{x}$ | `x_hat` | the standardized columns | $(N, D)$ |
# | $\gamma$, $\beta$ | `gamma`, `beta` | learned scale and shift of each column | $(D,)$ |
#
# ### One column by hand
#
# Four examples, one neuron: $x = (0, 0, 4, 4)$, with $\gamma = 3$ and $\beta = 10$. We leave out $\varepsilon$, because it is too small to matter.
#
# 1. Mean: $\mu = 2$.
# 2. Variance: all four are 2 away from the mean, so $v = 2^2 = 4$, and its root, the standard deviation, is 2.
# 3. Standardized: $\hat{x} = (-1, -1, 1, 1)$.
# 4. Scaled and shifted: $\text{out} = (7, 7, 13, 13)$.
#
# ## Training and testing
#
# In training, $\mu$ and $v$ come from the batch. So the network's output for one example depends on the other examples in the batch. In training this does no
# harm, and even helps a little against overfitting. But once the network is in use, its output for an example must not depend on other examples, and there may be no
# batch at all.
#
# So during training the layer keeps **running statistics**, averages that change a little with each batch. With the momentum $m = 0.9$:
#
# $$\text{running} \leftarrow m \cdot \text{running} + (1 - m) \cdot \text{batch}$$
#
# In test mode, these replace $\mu$ and $v$, and they do not change. For the column above, whose mean is 2, the running mean starts at 0. It
# is $0.9 \cdot 0 + 0.1 \cdot 2 = 0.2$ after the first batch, and $0.9 \cdot 0.2 + 0.1 \cdot 2 = 0.38$ after a second batch like it.
#
# All this is stored in a dict, `bn_param`. It holds the mode and the running statistics, and perhaps `eps` and `momentum`. What your function
# stores in it is still there at the next call. A useful method of dicts: `d.get(key, default)` returns the default if the key is missing.
#
# **Exercise 1 of 3: batch norm forward** · medium · 20 min

# %% exercise="batchnorm_forward"

# %%
x = np.array([[0.0], [0.0], [4.0], [4.0]])
gamma, beta, bn_param = np.array([3.0]), np.array([10.0]), {"mode": "train"}
out, cache = batchnorm_forward(x, gamma, beta, bn_param)
print(out.ravel().round(3))  # the column worked out by hand
print(bn_param["running_mean"])  # 0.2

# %% check="batchnorm_forward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"eps is outside the root"**: $\sqrt{v + \varepsilon}$ and $\sqrt{v} + \varepsilon$ differ where the variance itself is tiny. The checks have such a
#   column.
# - **"never reach bn_param"**: assigning a new value to a variable in your function changes only that variable. To change the dict, store the value under a key.
# - **"N - 1"**: there are two common variances, divided by $N$ or by $N - 1$. NumPy divides by $N$ unless you tell it otherwise.
# - **A shape problem**: mean and variance have one entry per column, shape $(D,)$. Along which axis do you average?
# - **A KeyError**: the dict may lack `eps`, `momentum` and the running statistics. The docstring says what to use instead.
#
# </details>

# %% [markdown]
# ### What your layer does
#
# Here are the same ten layers again. On the right, your layer comes before each activation.

# %%
plots.signals_through_layers(affine_forward, relu_forward, batchnorm_forward)

# %% [markdown]
# Now look at the two modes. On the left, your running statistics approach the true mean 3 and variance 4 (dotted), with a little noise. On the right, the same example is in 20
# batches, each time with fifteen other examples.

# %%
plots.two_modes(batchnorm_forward)

# %% [markdown]
# ## The way back
#
# The backward pass of batch norm has a bad reputation, but no single step of it is hard. Draw the computation as a graph, one simple operation at a time,
# and walk back against the arrows. The circled numbers show the order of the walk.

# %%
plots.graph()

# %% [markdown]
# You need only two rules:
#
# - **Along an arrow**, multiply by the slope of the operation there.
# - **Where a quantity is used twice**, as $x$ and $c$ are, add up the gradients from its uses.
#
# In the graph and in the table, $c = x - \mu$ is the centered column and $s = \sqrt{v + \varepsilon}$ the standard deviation. The sums run over the examples, because all
# examples share one $\gamma$, one $s$ and one $\mu$.
#
# | step | forward | backward |
# |---|---|---|
# | 1 | $\text{out} = \gamma \hat{x} + \beta$ | $\text{d}\beta = \sum \text{dout}$, $\text{d}\gamma = \sum \text{dout}\, \hat{x}$, $\text{d}\hat{x} = \gamma\, \text{dout}$ |
# | 2 | $\hat{x} = c / s$ | $\text{d}c = \text{d}\hat{x} / s$, $\text{d}s = -\sum \text{d}\hat{x}\, c / s^2$ |
# | 3 | $s = \sqrt{v + \varepsilon}$ | $\text{d}v = \text{d}s / (2 s)$ |
# | 4 | $v = \frac{1}{N} \sum c^2$ | add $\frac{2}{N}\, c\, \text{d}v$ to $\text{d}c$ |
# | 5 | $c = x - \mu$ | $\text{d}x = \text{d}c$, $\text{d}\mu = -\sum \text{d}c$ |
# | 6 | $\mu = \frac{1}{N} \sum x$ | add $\frac{1}{N}\, \text{d}\mu$ to $\text{d}x$ |
#
# ### The same column by hand
#
# Suppose the upstream gradient is $\text{dout} = (1, 0, 0, 0)$: only the first output matters.
#
# 1. $\text{d}\beta = 1$, $\text{d}\gamma = 1 \cdot (-1) = -1$, $\text{d}\hat{x} = (3, 0, 0, 0)$.
# 2. $\text{d}c = (1.5, 0, 0, 0)$, $\text{d}s = -3 \cdot (-2) / 4 = 1.5$.
# 3. $\text{d}v = 1.5 / 4 = 0.375$.
# 4. $\frac{2}{4}\, c\, \text{d}v = (-0.375, -0.375, 0.375, 0.375)$, so $\text{d}c = (1.125, -0.375, 0.375, 0.375)$.
# 5. $\text{d}x = (1.125, -0.375, 0.375, 0.375)$ so far, $\text{d}\mu = -1.5$.
# 6. $\frac{1}{4}\, \text{d}\mu = -0.375$ for each example, so $\text{d}x = (0.75, -0.75, 0, 0)$.
#
# Does it make sense? If you increase the first example, its output rises. If you increase the *second* one, its neighbor, the mean rises, and so the output of
# the first falls. If you increase the third or the fourth, the standard deviation grows as well, and here the two effects cancel.
# And the entries add up to zero: shifting the whole column changes nothing.
#
# ### In one line
#
# Substitute the six steps into one another and simplify. The result is
#
# $$\text{d}x = \frac{\gamma}{N s} \Bigl( N\, \text{dout} - \text{d}\beta - \hat{x}\, \text{d}\gamma \Bigr)$$
#
# <details><summary>How to get there</summary>
#
# Steps 2 to 4 give $\text{d}c = \frac{1}{s}\, \text{d}\hat{x} + \frac{2}{N}\, c \cdot \frac{1}{2s} \cdot \bigl(-\sum \text{d}\hat{x}\, c\bigr) / s^2$. With $c = s\,\hat{x}$ this is
# $\frac{1}{s} \bigl( \text{d}\hat{x} - \frac{1}{N}\, \hat{x} \sum \text{d}\hat{x}\, \hat{x} \bigr)$.
#
# Steps 5 and 6 subtract the mean of $\text{d}c$ over the batch. The mean of $\hat{x}$ is zero, so the second term contributes nothing to that mean:
# $\text{d}x = \frac{1}{s} \bigl( \text{d}\hat{x} - \frac{1}{N} \sum \text{d}\hat{x} - \frac{1}{N}\, \hat{x} \sum \text{d}\hat{x}\, \hat{x} \bigr)$.
#
# Now use $\text{d}\hat{x} = \gamma\,\text{dout}$ and the sums of step 1.
#
# </details>
#
# **Exercise 2 of 3: batch norm backward** · hard · 30 min
#
# Walk through the six steps, or use the one line: both are right. Think about what your forward pass should store in the cache, and add it there.
# You may use the given function `as_float(x)`. It returns `x` as floats: whole numbers become float64, and floats keep their dtype.

# %% exercise="batchnorm_backward"

# %%
_, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
dx, dgamma, dbeta = batchnorm_backward(np.array([[1.0], [0.0], [0.0], [0.0]]), cache)
print(dx.ravel().round(3) + 0.0, dgamma.round(3), dbeta.round(3))  # by hand: 0.75 -0.75 0 0, then -1, then 1

# %% check="batchnorm_backward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"You treat mean and variance as constants"**: you have done step 2, but steps 3 to 6 are missing.
# - **"The path through the variance is half"** or **"twice"**: look at steps 3 and 4. There is a 2 in one of them and a 1/2 in the other.
# - **dgamma and dbeta are right, dx is not**: print each intermediate gradient for the column of the example, and compare it with the six steps above. Look for
#   the mistake at the first one that differs.
# - **Off by a factor equal to the batch size**: the derivative of a mean has a factor 1/N; the derivative of a sum does not. Which of your sums is the derivative of a mean?
# - **Something about your own forward pass**: the check takes its cache from your `batchnorm_forward`. That cache must hold the values that standardized *this* batch.
#
# </details>
#
# The gradient check of lesson 03 needs no reference values: it compares your two functions with each other.

# %%
rng = np.random.default_rng(1)
x_random, dout = rng.normal(2, 3, size=(5, 4)), rng.normal(size=(5, 4))
gamma_random, beta_random = rng.normal(size=4), rng.normal(size=4)


def forward(x):
    return batchnorm_forward(x, gamma_random, beta_random, {"mode": "train"})


dx, _, _ = batchnorm_backward(dout, forward(x_random)[1])
numerical = eval_numerical_gradient_array(lambda x: forward(x)[0], x_random, dout)
print("relative error below 1e-6:", rel_error(dx, numerical) < 1e-6)

# %% [markdown]
# ## Into the network
#
# A normalized layer is now **affine - batch norm - activation**. Most of the network stays as it was in lesson 06. You extend its class, `TrainableNet`,
# and change four methods:
#
# | method | what is new |
# |---|---|
# | `init_params()` | gamma and beta for each normalized layer, and a `bn_param` for every hidden layer |
# | `hidden_forward(i, h)` | batch norm on the way through hidden layer `i` |
# | `hidden_backward(i, dout, cache)` | batch norm on the way back |
# | `loss(X, y)` | the right mode: test mode without targets, training mode with them |
#
# You inherit all the rest: the walk through the layers, the loss and the regularization. Where you only want to *add* to a method, `super()` calls
# the old one:

# %%
class Plain:
    def layers(self):
        return "affine - activation"


class Deeper(Plain):
    def layers(self):
        return "affine - activation - " + super().layers()


print(Deeper().layers())

# %% [markdown]
# These are useful in your methods: `self.params`, `self.bn_params`, `self.normalization` (one bool per hidden layer), `self.dims` (the number of inputs of each layer,
# and finally the number of outputs), `self.dtype`, `self.activation_forward(a)`, `self.activation_backward(dout, cache)`.
#
# **Exercise 3 of 3: the whole network** · medium · 25 min
#
# Layer numbers start at 1 and Python's list indices at 0. So the bool of hidden layer `i` is `self.normalization[i - 1]`, and its dict is `self.bn_params[i - 1]`.

# %% exercise="FullyConnectedNet"

# %%
net = FullyConnectedNet("classification", [5, 6], [True, False], input_dim=4, output_dim=3)
print(", ".join(sorted(net.params)))  # gamma1 and beta1, but no gamma2
print(net.bn_params)

# %% check="FullyConnectedNet"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **The loss is right, the gradients are not**: the backward pass takes the steps of the forward pass in reverse order. Does each backward function get the cache of its own
#   forward function?
# - **A wrong result in all checks**: do `batchnorm_forward` and `batchnorm_backward` pass their own checks? The network uses your versions.
# - **"All layers share one dict"**: `[{"mode": "train"}] * 3` makes a list that holds the same dict three times.
# - **"IndexError: list index out of range"**: layer numbers start at 1 and list indices at 0. Which index belongs to layer `i`?
# - **A KeyError for gamma or W**: print `net.params.keys()`, and compare it with the names in the docstring.
# - **"raised … unpack"**: a layer without batch norm has a different cache from one with it. Which of the two did your function get?
#
# </details>
#
# Here is the numerical gradient once more, now through the whole network, with tanh, which has no kinks:

# %%
rng = np.random.default_rng(2)
net = FullyConnectedNet(
    "regression", [5, 6], [True, True], input_dim=4, output_dim=3, weight_scale=0.5, dtype=np.float64, activation="tanh", rng=rng
)
X, y = rng.normal(size=(7, 4)), rng.normal(size=(7, 3))
_, grads = net.loss(X, y)
for name in ("W1", "gamma1", "beta2"):
    numerical = eval_numerical_gradient(lambda _: net.loss(X, y)[0], net.params[name])
    print(f"{name}: relative error below 1e-6: {rel_error(grads[name], numerical) < 1e-6}")

# %% [markdown]
# ## The same network, with and without
#
# A network with five hidden layers learns to read digits, with plain gradient descent, from three different starts. The loss is cross-entropy, the classification
# loss that lesson 11 builds. Everything except batch norm is the same: data, weights, learning rate, batches.

# %%
data = get_digits_data()


def train(normalized, **start):
    net = FullyConnectedNet(
        "classification",
        [50] * 5,
        [normalized] * 5,
        input_dim=64,
        output_dim=10,
        rng=np.random.default_rng(0),
        **start,
    )
    solver = Solver(
        net,
        data,
        update_rule="sgd",
        optim_config={"learning_rate": 0.05},
        batch_size=50,
        num_epochs=6,
        verbose=False,
        rng=np.random.default_rng(0),
    )
    solver.train()
    return solver


starts = {
    "weights too small (0.02)": {"weight_scale": 0.02},
    "He's weights": {"initializer": "he"},
    "weights too large (0.5)": {"weight_scale": 0.5},
}
runs = {name: (train(False, **start), train(True, **start)) for name, start in starts.items()}
plots.with_and_without(runs)

# %% [markdown]
# With good weights, batch norm helps. With weights that are too large, both networks learn more slowly, but the normalized one is far ahead. With weights that are too
# small, batch norm makes the difference between learning and not learning at all.
#
# The price is time: each step takes about twice as long here, because in such a small network the layer costs as much as the matrix products.
#
# ### Play with it
#
# Here are six tanh layers before training. Without batch norm, try to find weights that keep all six layers alive. Then multiply the inputs by 100, and switch on
# batch norm.

# %% tags=["nbval-ignore-output"]
explorers.activations(affine_forward, tanh_forward, batchnorm_forward)

# %% [markdown]
# ## Questions to think about
#
# 1. The affine layer before batch norm has a bias. What is its gradient?
#
# <details><summary>Answer</summary>
#
# Zero. A bias shifts the whole column, and batch norm subtracts the mean again. Beta does the bias's job, so many programs leave out the bias.
#
# </details>
#
# 2. What does your layer return for a batch of a single example, in training mode?
#
# <details><summary>Answer</summary>
#
# Beta, whatever the example is: a single number is its own mean, so $\hat{x} = 0$. This is one reason why networks with batch norm train badly on tiny batches.
#
# </details>
#
# 3. Someone forgets to switch to test mode and measures the accuracy with batches that are sorted by class. What happens?
#
# <details><summary>Answer</summary>
#
# Batch norm standardizes each batch by its own statistics. So it subtracts what all examples of the batch have in common, which is exactly what tells you their class. The
# accuracy drops sharply, and no error is raised. This is one of the most common bugs with batch norm.
#
# </details>
#
# 4. Multiply all weights of a normalized layer by 10. What changes in its output? And what does that mean for the L2 regularization of these weights?
#
# <details><summary>Answer</summary>
#
# Only the influence of $\varepsilon$ changes: the standard deviation grows by the same factor. So regularization cannot make the layer's function simpler. It only
# controls the size of the weights, and so how much one step of the optimizer changes their direction.
#
# </details>
#
# 5. Layer normalization, which language models use, standardizes each *example* over its features. Which of your answers to 2 and 3 would change?
#
# ## What comes next
#
# You have built it all: activations, losses, gradients, initialization, layers, optimizers, data, training loop, regression, classification, batch norm.
# Every number that your networks compute has gone through code that you wrote.
#
# From here, the large libraries hold few secrets: PyTorch's `Linear`, `BatchNorm1d`, `CrossEntropyLoss` and `Adam` are your functions, with more options and on faster
# machines. And whenever a network misbehaves, you know where to look.
