# %% [markdown]
# # 05. The forward pass
#
# A neural network is a row of rooms. Numbers come in through the first door, every room does one simple thing with
# them, and the numbers that leave the last room are the network's answer: its **scores**.
#
# Two kinds of room are enough. One is the activation of lesson 01. The other, the **affine layer**, is where the
# weights live. In this lesson you build it, put the two together, and line up as many rooms as you like.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_05 as explorers
from lessonkit.plots import lesson_05 as plots
from reference_impl import BaseNet, as_float, relu_forward

# %% [markdown]
# ## The picture first
#
# Follow the arrows and read the shapes at the doors. $N$ examples go through together, one per row.

# %%
plots.rooms()

# %% [markdown]
# There are three things to see:
#
# - $N$ stays the same through all doors: rooms never mix examples.
# - Each room passes its output to the next. A weight matrix turns one width into another: it has one row for each
#   input of the room, and one column for each output.
# - Every room keeps a **cache**, a note of what it will need when you walk back in lesson 06.
#
# ## The affine layer
#
# You know the formula from lesson 04. Every output is a weighted sum of all inputs, plus a number of its own:
#
# $$\text{out}_{nm} = \sum_{d} x_{nd} \, w_{dm} + b_m$$
#
# | symbol | what it is | shape |
# |---|---|---|
# | $x$ | the inputs, one example per row | $(N, D)$ |
# | $w$ | the weights, one column per output | $(D, M)$ |
# | $b$ | the biases, one number per output | $(M,)$ |
# | `out` | the outputs, one example per row | $(N, M)$ |
#
# Here is a picture for $N = 4$, $D = 3$, $M = 2$. The row of $x$ with the heavy outline meets the column of $w$ with the
# heavy outline: their entries are multiplied pair by pair, and the products are added up. So the row and the column must
# be equally long: in $(N, D)$ and $(D, M)$, the inner sizes must match.

# %%
plots.affine_shapes()

# %% [markdown]
# Rows times columns is the **matrix product**, and NumPy writes it `@`. Take two shopping baskets with apples, pears and
# melons, one basket per row, and the prices of two shops, one shop per column. By hand, the first basket costs
# $2 \cdot 1 + 1 \cdot 2 + 0 \cdot 5 = 4$ in the first shop.

# %%
baskets = np.array([[2, 1, 0], [0, 3, 1]])
prices = np.array([[1, 2], [2, 1], [5, 4]])
print(baskets @ prices)  # one row per basket, one column per shop

# %% [markdown]
# A `*` is something else: it multiplies entry by entry, and here the shapes would not even allow that.
#
# *Affine* means linear, plus an offset. The bias is that offset. Without it, an example of all zeros could only get
# the score zero.
#
# ## Two neurons by hand
#
# Here is a whole network, small enough to work out on paper: two inputs, two hidden neurons with ReLU, one score.
# The numbers on the arrows are weights.

# %%
plots.two_neurons()

# %% [markdown]
# 1. First sum: $a_1 = 3 \cdot 2 + (-1) \cdot 4 + (-0.5) = 1.5$.
# 2. Second sum: $a_2 = (-1) \cdot 2 + 1 \cdot 4 + (-3.5) = -1.5$.
# 3. ReLU: $h_1 = 1.5$ passes, and $h_2 = 0$, because its sum is negative.
# 4. Score: $s = 2 \cdot 1.5 + 3 \cdot 0 + (-1) = 2$.
#
# Now write the same numbers as arrays. The weights of each neuron form one *column*:
#
# $$x = {\begin{pmatrix} 2 & 4 \end{pmatrix}} \quad
# W_1 = {\begin{pmatrix} 3 & -1 \\ -1 & 1 \end{pmatrix}} \quad
# b_1 = {\begin{pmatrix} -0.5 & -3.5 \end{pmatrix}} \quad
# W_2 = {\begin{pmatrix} 2 \\ 3 \end{pmatrix}} \quad
# b_2 = {\begin{pmatrix} -1 \end{pmatrix}}$$
#
# Keep 1.5, −1.5 and 2 in mind. You will meet them again, in this lesson and in the next.

# %% [markdown]
# ## Examples that are not rows
#
# An example may be a picture, with several axes: $N$ pictures of 28 × 28 pixels come as an array of shape
# $(N, 28, 28)$. To an affine layer a picture is just $D = 28 \cdot 28 = 784$ numbers, so the layer first lays them
# out in one row. This is called **flattening**, and the order matters: the last index changes fastest.

# %%
plots.flattening()

# %% [markdown]
# Only the axes of *one example* are merged. The first axis counts the examples and stays as it is.
#
# The tool is `a.reshape(shape)`: it returns the same numbers, in the same order, in another shape. One size may be −1, which means
# "whatever is left". Here 12 numbers go into two rows:

# %%
print(np.arange(12).reshape(2, -1))

# %% [markdown]
# **Exercise 1 of 3: the affine layer** · medium · 15 min
#
# Flatten every example, then compute the weighted sums and add the biases. Broadcasting, from lesson 00, does the last
# step for all rows at once.
#
# In the cache, store what the backward pass will need: what came in. The array that the caller passed in must keep
# its shape, so give the flat array a name of its own.
#
# You may use the given function `as_float(x)`. It returns `x` as floats: whole numbers become float64, and floats keep
# their dtype.

# %% exercise="affine_forward"

# %%
x = np.array([[2.0, 4.0]])
W1, b1 = np.array([[3.0, -1.0], [-1.0, 1.0]]), np.array([-0.5, -3.5])
W2, b2 = np.array([[2.0], [3.0]]), np.array([-1.0])

sums, cache = affine_forward(x, W1, b1)
print(sums)  # the two sums worked out by hand

# %% check="affine_forward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"mismatch in its core dimension"**: the inner sizes do not match. Print both shapes on the line before the product,
#   and compare them with $(N, D)$ and $(D, M)$. If $x$ has three axes or more, it is not flat yet.
# - **"could not be broadcast together"**: `b` has shape $(M,)$ and belongs to the columns. Broadcasting aligns shapes on
#   the right, so it needs no help from you. Or is the product a `*`? That multiplies entry by entry.
# - **"in the wrong order", "examples are mixed"**: `reshape` never changes the order of the numbers; it only cuts the
#   row into different pieces. The first size of the new shape must be the number of examples.
# - **"x has another shape"**: `x = x.reshape(...)` only gives the name `x` to another array and is harmless.
#   `x.shape = ...` changes the caller's array.
#
# </details>

# %% [markdown]
# ## An affine layer and its activation
#
# **Exercise 2 of 3: affine and ReLU in one** · easy · 5 min
#
# The two almost always come together, so give the pair a name. You have both parts: `affine_forward` from above, and
# `relu_forward`, which is imported from lesson 01.
#
# Each of them returns a cache of its own. The backward pass will need both, so keep both.

# %% exercise="affine_relu_forward"

# %%
h, cache = affine_relu_forward(x, W1, b1)
print(h)  # which neuron is off?

# %% check="affine_relu_forward"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"your affine_forward does not pass yet"**: fix exercise 1 first, run its cell, then run this check again.
# - **"setting an array element with a sequence"**: a function received a pair where it needs an array. Each of the
#   two forward functions returns an output *and* a cache: take them apart.
# - **"a bias added after the ReLU"**: in the calculation by hand, the bias was part of the sum, and ReLU came after that.
# - **"must return 2 things"**: the two caches together are the second thing. A tuple holds them both.
#
# </details>

# %% [markdown]
# ### Move the inputs
#
# See your functions at work. Step through the rooms with the first slider, and change the inputs with the others. Can you
# find inputs for which the second neuron is on and the first is off? Both on? Both off?

# %% tags=["nbval-ignore-output"]
explorers.walk_forward(affine_forward, relu_forward)

# %% [markdown]
# ## A network
#
# Now take any number of rooms. A network with two **hidden layers** is
#
# $$X \to \underbrace{\text{affine} \to \text{activation}}_{\text{hidden layer } 1}
# \to \underbrace{\text{affine} \to \text{activation}}_{\text{hidden layer } 2}
# \to \underbrace{\text{affine}}_{\text{output layer}} \to \text{scores}$$
#
# The last layer has no activation: a score may be any number, such as an elevation in meters or a house price.
#
# You write three methods of a class. Your class inherits the rest from `BaseNet`: the options, and the checks on them.
# You make a network like this:
#
# ```python
# net = ForwardNet("regression", [8, 5], [False, False], input_dim=2, output_dim=1)
# ```
#
# The arguments say what the scores are for, how wide the hidden layers are, whether each of them has batch normalization
# (not before lesson 12), and how many numbers go in and come out.
#
# | you have | what it is | for the network above |
# |---|---|---|
# | `self.dims` | number of inputs of every layer, and finally the number of outputs | `[2, 8, 5, 1]` |
# | `self.num_layers` | number of affine layers; their numbers start at 1 | `3` |
# | `self.params` | dict for the weights and biases, by name; empty at first | `{}` |
# | `self.init_layer(fan_in, fan_out)` | draws `w` and `b` of one layer, as lesson 04 does | |
# | `self.activation_forward(a)` | the chosen activation: returns `out, cache` | ReLU |
# | `self.dtype` | the floating dtype of all parameters | `float32` |
#
# `init_layer` uses the initialization, the random generator and the dtype that the network was made with, so you
# need not deal with them. When your class is done, the parameters of this network have these shapes:
#
# | name | `W1` | `b1` | `W2` | `b2` | `W3` | `b3` |
# |---|---|---|---|---|---|---|
# | shape | `(2, 8)` | `(8,)` | `(8, 5)` | `(5,)` | `(5, 1)` | `(1,)` |
#
# Every weight matrix has as many rows as the one before it has columns. Check this once, from left to right.

# %% [markdown]
# **Exercise 3 of 3: a network, forward** · hard · 30 min
#
# Write the methods in this order:
#
# 1. `init_params`: a loop over the layers. In Python, `f"W{i}"` makes the name of layer `i`'s weights.
# 2. `hidden_forward`: exercise 2 once more, with layer `i`'s own parameters and the chosen activation.
# 3. `forward`: the hidden layers one after the other, then the output layer. Collect one cache per layer in a list.
#
# At the start, `forward` converts the examples to the network's dtype; `np.asarray` can do that. The checks
# set parameters of their own, so read `self.params` in every pass instead of keeping weights elsewhere.

# %% exercise="ForwardNet"

# %%
net = ForwardNet("regression", [8, 5], [False, False], input_dim=2, output_dim=1)
print({name: param.shape for name, param in net.params.items()})  # compare with the table above

# %%
net = ForwardNet("regression", [2], [False], input_dim=2, output_dim=1)
net.params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}  # the two neurons from above
scores, caches = net.forward(x)
print(scores, "and", len(caches), "caches")

# %% check="ForwardNet"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"is still empty"**: the message names the method that still raises `NotImplementedError`. `init_params` comes first:
#   without it, you cannot make any network.
# - **`KeyError: 'W0'`, "a layer 0"**: the names of layers start at 1, but list indices start at 0. Where in `self.dims`
#   do you find the number of inputs of layer 1, and where its number of outputs?
# - **"number of caches"**: there is one for each affine layer, so the list is as long as `self.num_layers`, even when there
#   is no hidden layer.
# - **"An activation is applied to the scores"**: the loop over the hidden layers must end before the last layer. What does `range(1, 3)` hold?
# - **Shapes do not fit**: print `i`, `h.shape` and the shape of the weights in every round of the loop. Does each layer
#   get the output of the one before it?
#
# </details>

# %% [markdown]
# ## What an untrained network draws
#
# Here are three networks with random weights, two inputs and one score. Each map shows the score for every point of the
# plane, as on a hiking map: dark is low, light is high, and lines join points of equal height.

# %%
nets = {
    "no hidden layer": ForwardNet("regression", [], [], 2, 1, initializer="he", rng=np.random.default_rng(3)),
    "1 hidden layer of 8": ForwardNet("regression", [8], [False], 2, 1, initializer="he", rng=np.random.default_rng(3)),
    "3 hidden layers of 8": ForwardNet("regression", [8] * 3, [False] * 3, 2, 1, initializer="he", rng=np.random.default_rng(3)),
}
plots.landscapes(nets)

# %% [markdown]
# Without a hidden layer the map is a tilted plane, and no training will ever change that. Each ReLU neuron folds the
# paper along one straight crease. Later layers fold paper that is already folded.
#
# Lesson 10 will train such a network until the folds follow real hills.
#
# ## Questions to think about
#
# 1. A network for pictures of 784 pixels has hidden layers of 256 and 128 neurons and 10 scores. How many parameters is that?
#
# <details><summary>Answer</summary>
#
# $784 \cdot 256 + 256 = 200{,}960$, then $256 \cdot 128 + 128 = 32{,}896$, then $128 \cdot 10 + 10 = 1{,}290$: together $235{,}146$. Most
# of them sit in the first room.
#
# </details>
#
# 2. In the middle map, all creases run through the origin. Why? What would move them away?
#
# <details><summary>Answer</summary>
#
# A crease lies where a neuron's sum is zero. The biases start at zero, so the sum is zero at the origin for every neuron. A bias
# shifts the crease; this is what it is for.
#
# </details>
#
# 3. Double all weights and biases of a hidden ReLU layer, and halve the weights of the layer after it. What happens to the scores?
#
# <details><summary>Answer</summary>
#
# Nothing: ReLU of a doubled sum is the doubled ReLU, and the next layer halves it again. Very different parameters can give the same
# function.
#
# </details>
#
# ## What comes next
#
# **06. The backward pass**: you walk back through the same rooms. At the end you know, for every single one of a network's
# parameters, in which direction it should move.
