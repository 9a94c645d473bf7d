# %% [markdown]
# # 04. Initialization: where a network starts
#
# Training changes the weights of a network step by step. But the first step starts somewhere, and that *somewhere*
# decides whether there will be a second step worth taking.
#
# In this lesson you see two ways to ruin a network before it has seen any data. Then you work out, with nothing but
# the variance of a sum, how wide the distribution of its weights should be. You build the three initializations that
# the networks of all later lessons start from.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_04 as explorers
from lessonkit.plots import lesson_04 as plots
from reference_impl import relu_forward, tanh_backward, tanh_forward

# %% [markdown]
# ## One layer
#
# A **neuron** multiplies each of its inputs by a weight, adds up the products, and adds a bias. (Its activation, the
# subject of lesson 01, comes after this sum.)
#
# $$s = x_1 w_1 + x_2 w_2 + \dots + x_n w_n + b$$
#
# A **layer** is a row of neurons that all look at the same inputs. The number of inputs is called `fan_in`. The number
# of neurons, which is also the number of outputs, is called `fan_out`. Each column of the matrix $w$ belongs to one
# neuron, so a single matrix product gives the sums of all neurons for all examples.
#
# | symbol | what it is | shape |
# |---|---|---|
# | $X$ | inputs, one example per row | `(N, fan_in)` |
# | $w$ | weights, one neuron per column | `(fan_in, fan_out)` |
# | $b$ | biases, one per neuron | `(fan_out,)` |
# | $X w + b$ | the sums, one example per row, one neuron per column | `(N, fan_out)` |
#
# What should $w$ and $b$ be before anything is known? Zero sounds like a modest choice. Let us try it.

# %% [markdown]
# ## Twins
#
# This is about the smallest network that can go wrong: one input $x$, two tanh neurons with the weights $w_1$ and
# $w_2$, and an output that adds up their results with two more weights.
#
# $$\text{out} = v_1 \tanh(w_1 x) + v_2 \tanh(w_2 x)$$
#
# Let both neurons start alike, with all four weights at 0.5. Take one example, $x = 1$ with the target $y = 1$, and the
# squared error $(\text{out} - y)^2$ as the loss. By hand:
#
# 1. Both neurons give $\tanh(0.5) \approx 0.4621$, so $\text{out} = 0.5 \cdot 0.4621 + 0.5 \cdot 0.4621 = 0.4621$.
# 2. The slope of the loss with respect to the output is $2\,(0.4621 - 1) \approx -1.0758$.
# 3. By the chain rule, the gradient of $w_1$ is the product of all slopes on the way back: the slope of the loss, then
#    $v_1$, then the slope of tanh, $1 - 0.4621^2 \approx 0.7864$, then $x$. It is
#    $-1.0758 \cdot 0.5 \cdot 0.7864 \cdot 1 \approx -0.423$.
# 4. The gradient of $w_2$ is the product of **the same four numbers**, so it is $-0.423$ again.
#
# Equal gradients mean equal steps, and after equal steps the neurons are still equal. So the next gradients are equal,
# too, and so on, forever. Two neurons do the work of one.
#
# Starting at *zero* is worse. Now step 3 multiplies by $v_1 = 0$, and the gradient of $v_1$ multiplies by
# $\tanh(0) = 0$: no weight moves at all.

# %% [markdown]
# See it happen. The next cell trains this network on 41 points of a curve that two different neurons can draw and one
# cannot. It trains from three starting points; in the last one, the two weights differ by only 0.01.

# %%
x = np.linspace(-2, 2, 41)
y = np.tanh(3 * x) - np.tanh(x)


def train_two_neurons(w, v, steps=1000, learning_rate=0.2):
    """Walk downhill from the weights w and v, each of shape (2,); return the history of w and of the loss."""
    weights, losses = [], []
    for _ in range(steps):
        h, cache = tanh_forward(x[:, None] * w)  # one column per neuron
        error = (h * v).sum(axis=1) - y
        weights.append(w)
        losses.append(np.mean(error**2))
        dh = 2 * error[:, None] * v / len(x)
        dw = (tanh_backward(dh, cache) * x[:, None]).sum(axis=0)
        dv = (h * 2 * error[:, None] / len(x)).sum(axis=0)
        w, v = w - learning_rate * dw, v - learning_rate * dv
    return np.array(weights), np.array(losses)


plots.two_neurons(
    {
        "start at 0 and 0": train_two_neurons(w=np.array([0.0, 0.0]), v=np.array([0.0, 0.0])),
        "start at 0.5 and 0.5": train_two_neurons(w=np.array([0.5, 0.5]), v=np.array([0.5, 0.5])),
        "start at 0.5 and 0.51": train_two_neurons(w=np.array([0.5, 0.51]), v=np.array([0.5, 0.5])),
    }
)

# %% [markdown]
# In the middle, the two lines coincide to the last digit. On the right, the twins soon go their own ways, and the
# loss falls almost to zero. A small difference is enough, as long as there is one. This is called **breaking the symmetry**.
#
# The simplest way to make all weights differ is to draw them at random. The *biases* may all start at 0: the neurons
# differ already.

# %% [markdown]
# ## Random, and yet repeatable
#
# NumPy draws random numbers from a **generator**. Two generators with the same seed give the same numbers, so you
# can repeat an experiment. Each draw advances its generator, so the next draw gives different numbers. As an example,
# here are the heights of three people, in centimeters, drawn twice:

# %%
rng = np.random.default_rng(seed=4)
print(rng.normal(loc=170, scale=8, size=3).round(1))
print(rng.normal(loc=170, scale=8, size=3).round(1))

# %% [markdown]
# `loc` is the mean of the normal distribution, `scale` its **standard deviation**: about two thirds of the draws lie
# within one standard deviation of the mean. `size` says how many draws you want: a number, or a whole shape, such as
# `(2, 4)`.
#
# The **variance** is the square of the standard deviation. Keep the two apart: mixing them up is the classic mistake of
# this lesson.
#
# In this course, every function that needs randomness takes a generator called `rng` and draws only from it. The caller
# chooses the seed.
#
# **Exercise 1 of 3: normal weights** · easy · 12 min
#
# Draw the weights of one layer from a normal distribution with mean 0 and standard deviation `weight_scale`. Return them
# together with biases of zero.
#
# A layer without inputs or without outputs can only be a slip in the caller's arithmetic. NumPy would make an empty
# array without complaint, and the problem would show up much later. So check the sizes first: `raise ValueError("...")`
# stops the caller on the spot. In the message, say which sizes you got.

# %% exercise="init_normal"

# %%
w, b = init_normal(3, 5, 0.1, np.random.default_rng(seed=4))
print(w.round(3))
print(b)

# %% check="init_normal"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"standard deviation of w"**: the check draws at least 40,000 weights and compares how far they spread with how far
#   they should. Chance alone changes this by less than the check allows. So if the check says that the spread is off, it
#   is.
# - **"Generators with the same seed give you different weights"**: `np.random.normal(...)` draws from a hidden generator
#   that all code shares. The generator to use is an argument of your function.
# - **"Your w has shape (fan_out, fan_in)"**: one row per *input*, one column per *neuron*.
# - **"is accepted"**: the check calls your function with sizes that make no sense, and expects a
#   `ValueError`. Either size can be wrong on its own.
# - **"normal() takes at most 3 positional arguments"**: a shape is *one* argument, in its own parentheses.
#
# </details>

# %% [markdown]
# ## Too narrow, too wide
#
# The weights differ now. But *how much* should they differ? Send 200 random examples through eight layers of 100 tanh
# neurons each, and keep the activations of every layer. The biases are zero, so the cell leaves them out.

# %%
X = np.random.default_rng(seed=0).normal(size=(200, 100))


def activations_by_layer(forward, initialize, depth=8):
    """Return the activations of `depth` layers in a row, each as wide as X."""
    rng = np.random.default_rng(seed=4)
    signal, layers = X, []
    for _ in range(depth):
        w, _ = initialize(100, 100, rng)
        signal, _ = forward(signal @ w)
        layers.append(signal)
    return layers


def with_scale(weight_scale):
    """Return your init_normal with a fixed weight_scale."""
    return lambda fan_in, fan_out, rng: init_normal(fan_in, fan_out, weight_scale, rng)


# %% [markdown]
# Each row of the figure is the histogram of one layer's activations. The number beside it is their typical **size**: the
# root of their mean square.

# %%
plots.layer_histograms(
    {f"weight_scale = {scale}": activations_by_layer(tanh_forward, with_scale(scale)) for scale in (0.02, 0.1, 0.5)}
)

# %% [markdown]
# - **Too narrow** (left): the signal fades away. By layer 8 almost nothing is left of the difference between one
#   example and another. The gradient of a weight is a multiple of the activation that comes in, so the gradients fade,
#   too.
# - **Too wide** (right): nearly every neuron sits close to −1 or 1, where tanh is flat. This is called **saturation**.
#   The slope there is almost 0. Remember from lesson 01 what happens to a gradient that is multiplied by almost 0
#   eight times.
# - **In between**: the signal still carries information in layer 8.
#
# ### Find the right width yourself
#
# Move the slider (arrow keys work too) until layer 8 looks about as alive as layer 1. The line below the figure says how
# much the signal grows from layer to layer. Do this for tanh and for ReLU, with 25, 100 and 400 neurons, and write
# down the six numbers. In a moment you will be able to predict them.

# %% tags=["nbval-ignore-output"]
explorers.weight_scale(init_normal, {"tanh": tanh_forward, "ReLU": relu_forward})

# %% [markdown]
# ## The right width follows from the variance of a sum
#
# Look at one neuron with $n$ = `fan_in` inputs. The inputs are given. Only the weights are random, each with mean 0
# and variance $v$. How large is the sum $s = x_1 w_1 + \dots + x_n w_n$?
#
# 1. **One term.** Multiply a random number by $x$, and its variance is multiplied by $x^2$. So $x_1 w_1$ has the variance
#    $x_1^2\, v$.
# 2. **The sum.** The variances of independent random numbers add up:
#    $\operatorname{Var}(s) = x_1^2\, v + \dots + x_n^2\, v = v\,(x_1^2 + \dots + x_n^2)$.
# 3. **From sum to mean.** Call the mean square of the inputs $q_\text{in} = (x_1^2 + \dots + x_n^2) / n$. Then
#    $\operatorname{Var}(s) = n\, v\, q_\text{in}$.
# 4. **Back to a size.** $s$ has mean 0, so its variance *is* its mean square:
#
# $$q_\text{out} = n \, v \, q_\text{in}$$
#
# Each layer multiplies the mean square by $n v$, which is `fan_in` times the variance of the weights. The signal keeps its
# size when that factor is 1:
#
# $$v = \frac{1}{\text{fan\_in}}$$
#
# ### One number by hand
#
# Take four inputs: $1, -2, 0.5, 2$. Their squares are $1, 4, 0.25, 4$, with sum $9.25$ and mean
# $q_\text{in} = 2.3125$.
#
# - Weights with standard deviation 1 have $v = 1$, so $q_\text{out} = 4 \cdot 1 \cdot 2.3125 = 9.25$: four times as much as
#   came in. After eight such layers it is $4^8 = 65{,}536$ times as much.
# - Weights with variance $v = 1/4$, standard deviation 0.5, give $q_\text{out} = 4 \cdot \frac14 \cdot 2.3125 = 2.3125$:
#   as much as came in.
#
# Do not take this on trust. Let your function make a layer of 100,000 such neurons, and look at the mean square of their sums:

# %%
inputs = np.array([1.0, -2.0, 0.5, 2.0])
for standard_deviation in (1.0, 0.5):
    w, _ = init_normal(4, 100_000, standard_deviation, np.random.default_rng(seed=4))
    print(f"standard deviation {standard_deviation}: mean square {np.mean((inputs @ w) ** 2):.2f}")

# %% [markdown]
# Now look back at the figure. With 100 inputs and weights of standard deviation 0.02, the factor is
# $100 \cdot 0.02^2 = 0.04$ for the mean square, and its root, $0.2$, for the size. Eight layers multiply the size by
# $0.2^8 \approx 2.6 \cdot 10^{-6}$. Compare that with the size that the figure gives for layer 8.
#
# (Close to zero, $\tanh(s) \approx s$, so tanh keeps small signals as they are. It squashes large ones. That is why even the
# middle panel of the figure narrows slowly.)

# %% [markdown]
# ## And back: Xavier's compromise
#
# In training, a gradient walks back through the same weights. Forward, a neuron adds up `fan_in` terms. Backward, each
# input gets a gradient from every neuron that it feeds: a sum of `fan_out` terms, each a weight times the gradient of one
# neuron. (You build this in lesson 06. For now, count the terms.)
#
# The same four steps, with `fan_out` terms, show that the gradient keeps its size when $v = 1 / \text{fan\_out}$. Both wishes
# come true only in a layer with as many outputs as inputs. Xavier Glorot and Yoshua Bengio proposed to take the mean of the two
# fans:
#
# $$v = \frac{1}{(\text{fan\_in} + \text{fan\_out}) / 2} = \frac{2}{\text{fan\_in} + \text{fan\_out}}$$
#
# **By hand**: a layer with 100 inputs and 300 outputs gets $v = 2 / 400 = 0.005$, a standard deviation of
# $\sqrt{0.005} \approx 0.0707$. Forward, the mean square is multiplied by $100 \cdot 0.005 = 0.5$, backward by
# $300 \cdot 0.005 = 1.5$. Neither factor is 1, but neither is far from it.
#
# **Exercise 2 of 3: Xavier** · medium · 10 min
#
# Draw normal weights with this variance; the biases are zero. This time nobody gives you the width: you work it out from the
# sizes. You may call a function that you have already written.

# %% exercise="init_xavier"

# %%
w, b = init_xavier(100, 300, np.random.default_rng(seed=4))
print(w.shape, b.shape)
print(w.std().round(4))  # close to the number worked out by hand above

# %% check="init_xavier"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"the variance …, but you use it as their standard deviation"**: the formula gives a variance; NumPy asks for a standard
#   deviation. Try your function with 100 inputs and 300 outputs, and look for 0.0707.
# - **"uniform"**: many libraries draw Xavier's weights from a uniform distribution between
#   $\pm\sqrt{6 / (\text{fan\_in} + \text{fan\_out})}$. It has the same variance, because a uniform distribution between $-a$ and $a$ has
#   variance $a^2 / 3$. It trains just as well, but this exercise asks for the normal distribution.
# - **A `ZeroDivisionError`** where a `ValueError` is expected: which does your function do first, check the sizes or divide by them?
#
# </details>

# %% [markdown]
# ## What a ReLU takes away: He
#
# So far we have pretended that the activation passes the signal on unchanged. A ReLU does not: it sets all negative sums to
# zero.
#
# The weights are as likely to be negative as positive, so the sums are spread symmetrically around 0. A ReLU therefore drops
# half of the squares and **halves the mean square**. By hand, for four sums:
#
# | | | mean square |
# |---|---|---|
# | sums | $-2, -1, 1, 2$ | $(4 + 1 + 1 + 4) / 4 = 2.5$ |
# | after the ReLU | $0, 0, 1, 2$ | $(0 + 0 + 1 + 4) / 4 = 1.25$ |
#
# So step 4 gets a factor of one half: $q_\text{out} = \frac12\, n\, v\, q_\text{in}$. To make up for it, the variance must be
# twice as large. This is the rule of Kaiming He and his colleagues:
#
# $$v = \frac{2}{\text{fan\_in}}$$
#
# The rule uses `fan_in` alone. Their paper shows that it is enough to keep the size of the signal on its way forward: the
# gradient may then change from layer to layer, but the changes do not pile up with depth.
#
# **Exercise 3 of 3: He** · easy · 6 min
#
# Draw normal weights with He's variance; the biases are zero.

# %% exercise="init_he"

# %%
w, b = init_he(100, 300, np.random.default_rng(seed=4))
print(w.std().round(4))  # which number do you expect?

# %% check="init_he"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"the 2 is outside the root"**: the *variance* is doubled. What does that do to the standard deviation?
# - **"Count the terms of the sum"**: which of the two sizes says how many products a neuron adds up?
# - **"It truncates the result to an integer"**: `//` divides and rounds down, so `2 // 100` is 0. A single `/` is what you want.
#
# </details>

# %% [markdown]
# ## Your three functions at work
#
# First, eight ReLU layers. With Xavier's weights, each layer loses half of the mean square. After eight layers, $1/2^8 = 1/256$
# of it is left, which is $1/16$ of the size. (The histograms leave out exact zeros; the text beside them says how many there are.)

# %%
plots.layer_histograms(
    {
        "Xavier, ReLU": activations_by_layer(relu_forward, init_xavier),
        "He, ReLU": activations_by_layer(relu_forward, init_he),
    },
    low=0,
    high=5,
)

# %% [markdown]
# Now go deeper: 30 layers, on a logarithmic scale. A straight line means that every layer multiplies the size by the same factor.


# %%
def four_starts(forward):
    """Return the activations of 30 layers for each of four initializations."""
    starts = {"scale 0.05": with_scale(0.05), "Xavier": init_xavier, "He": init_he, "scale 0.2": with_scale(0.2)}
    return {name: activations_by_layer(forward, start, depth=30) for name, start in starts.items()}


plots.size_by_layer({"tanh": four_starts(tanh_forward), "ReLU": four_starts(relu_forward)})

# %% [markdown]
# There are two things to see. If a fixed scale is off by a factor of two, the signal can be off by a factor of $2^{30}$, about a
# billion, after 30 layers. And the *kind* of failure depends on the activation: tanh cannot blow up, so it saturates; ReLU blows up without limit.
#
# For ReLU, He's line does not stay exactly at 1; it ends a little above 2. The derivation is about averages, and a layer of 100 neurons has
# only a limited number of random weights. For tanh, three lines stay close to 1, and Xavier's is the lowest of them: it sinks slowly,
# to about 0.13 in layer 30. The derivation treated tanh as a straight line, but tanh squashes a little.
#
# ## Questions to think about
#
# 1. Go back to your six numbers from the explorer. Which of them do the two rules predict?
#
# <details><summary>Answer</summary>
#
# The layers are square, so Xavier's standard deviation is $\sqrt{1 / n}$: 0.2, 0.1 and 0.05 for 25, 100 and 400 neurons. He's
# is larger by a factor of $\sqrt2$: 0.28, 0.14 and 0.07. For tanh you may have found slightly larger numbers than Xavier's, because tanh
# squashes the signal a little in every layer.
#
# </details>
#
# 2. All weights are drawn at random, but a bug makes all *columns* of $w$ equal. What will the network learn?
#
# <details><summary>Answer</summary>
#
# All neurons of the layer are twins, as in the two-neuron network above. They get equal gradients as long as the weights of
# the next layer treat them alike. If those differ, the twins get different gradients and separate: one random layer is enough to
# break the symmetry of its neighbor, but do not count on it.
#
# </details>
#
# 3. A network has a single layer, so it has no hidden neurons that could be twins. May *its* weights start at zero?
#
# <details><summary>Answer</summary>
#
# Yes. Each output has a target of its own, so the columns get different gradients from the first step on. Linear and logistic
# regression often start at zero. Only *hidden* neurons need their symmetry broken.
#
# </details>
#
# 4. You multiply all inputs by 1000, because you switch from meters to millimeters. What does that do to the activations of a tanh
#    network with Xavier's weights, and what would you do about it? (Lesson 08 has an answer.)
#
# ## What comes next
#
# **05. The forward pass**: the affine layer as a building block of its own, and a whole network's way from input to output. It
# starts from the weights of this lesson.
