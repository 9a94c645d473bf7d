# %% [markdown]
# # 07. Optimizers: SGD, momentum, RMSProp, Adam
#
# Backpropagation tells you, for every parameter, in which direction the loss grows. It does not say how far to walk
# the other way. That is the job of an **optimizer**, also called an **update rule**: it takes a parameter and its
# gradient, and returns the parameter's next value.
#
# In this lesson you build the four rules behind nearly all training today, and race them down the same hills. Each
# one is a few lines. Each new one fixes a weakness of an earlier one.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_07 as explorers
from lessonkit.plots import lesson_07 as plots
from reference_impl import TrainableNet

# %% [markdown]
# ## The picture first
#
# Take a loss with only two parameters. Then you can look at it from above, like a hiker looking at a map. Each line
# joins points of equal loss, the star marks the lowest point, and the arrows point straight downhill, against the gradient.

# %%
plots.downhill()

# %% [markdown]
# The map shows a **ravine**: steep from side to side, almost flat along its length. The way to the minimum runs
# mostly *along* it. But nearly every arrow points *across* it, because that is where the loss falls fastest.
#
# Losses of real networks are full of ravines. Keep this one in mind; it explains the whole lesson.
#
# ## What an update rule looks like
#
# All four rules have the same signature, so that a training loop can swap one for another:
#
# ```python
# config = {"learning_rate": 0.1}
# for step in range(100):
#     dw = ...                               # the gradient at w, from backpropagation
#     w, config = sgd(w, dw, config)         # or sgd_momentum, rmsprop, adam
# ```
#
# | symbol | what it is | shape |
# |---|---|---|
# | $w$ | one parameter of the network, say the weights of a layer | any |
# | $dw$ | the gradient of the loss with respect to $w$ | the shape of $w$ |
# | `config` | the rule's settings, such as the learning rate, and what the rule remembers from earlier steps | a dict |
#
# Everything happens **entry by entry**, so a rule never needs to know what shape $w$ has.

# %% [markdown]
# ### What every rule promises
#
# The **config** is the rule's whole memory. The function itself remembers nothing. Whatever it needs at the
# next step, it puts into the config that it returns, and the caller passes that config back. A network
# has many parameters, and each one has its own config. So all four of your functions keep these promises:
#
# - If a setting is missing from the config, the rule uses the default given in the docstring. This also holds
#   when there is no config at all (`config=None`). The config that you return contains these settings: the training loop
#   reads them there.
# - The returned config holds what the rule remembers, under the name given in the docstring.
# - `dw` belongs to the caller: do not change it. You may change `w` in place or leave it alone, as you like.
# - The next $w$ has the shape and the dtype of $w$: float32 stays float32.
#
# Here is a small example with numbers that you can follow: two steps on the loss $L(w) = w^2$, starting
# at $w = 1$. Its gradient is $dw = 2w$. You will meet these two steps four times, each time worked out by hand.

# %%
def two_steps(rule, **config):
    w = np.array([1.0])
    for step in (1, 2):
        w, config = rule(w, 2 * w, config)
        print(f"after step {step}: w = {w}, config = {config}")


# %% [markdown]
# ## Stochastic gradient descent
#
# The simplest rule walks against the gradient. The **learning rate** $\eta$ (eta) says how far:
#
# $$w \leftarrow w - \eta \, dw$$
#
# By hand, with $\eta = 0.1$:
#
# | | $dw = 2w$ | next $w$ |
# |---|---|---|
# | step 1 | $2$ | $1 - 0.1 \cdot 2 = 0.8$ |
# | step 2 | $1.6$ | $0.8 - 0.1 \cdot 1.6 = 0.64$ |
#
# *Stochastic* means that in practice the gradient comes from a few examples drawn at random, not from all of them.
# It is a cheap, noisy estimate. The rule does not care where its gradient comes from.

# %% [markdown]
# **Exercise 1 of 4: sgd** · easy · 8 min
#
# You have two things to do: make sure that the config is a dict with a learning rate in it, and take the step. You will
# need the first one in all four exercises, so think it through carefully now. What if the caller passes no config? A
# config without a learning rate? A config with one?

# %% exercise="sgd"

# %%
two_steps(sgd, learning_rate=0.1)  # the numbers in the table

# %% check="sgd"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"'NoneType' object …"**: `config` is `None` when the caller passes no config. Test for that first.
# - **"you do not write it into the config that you return"**: looking up a default does not store it.
#   Dictionaries have a method that does both: it returns the value of a key, and stores a default if
#   the key is missing.
# - **"scales dw in place"**: operators such as `*=` write into the array on their left, and that array belongs
#   to the caller.
# - **The learning rate seems to be ignored**: does your code use a fixed number where it should read
#   the config?
#
# </details>

# %% [markdown]
# ### How large a learning rate?
#
# Here is your rule in the ravine, with three learning rates. `plots.walk` is the training loop from above: it
# follows a rule for a number of steps, and returns the path and the config after every step.

# %%
rates = (0.005, 0.036, 0.041)
plots.learning_rates({rate: plots.walk(sgd, plots.RAVINE, steps=30, learning_rate=rate)[0] for rate in rates})

# %% [markdown]
# Why is there such a sharp limit? In this ravine the slope across is $50\, w_1$, so one step multiplies $w_1$ by
# $1 - 50\,\eta$. Beyond $\eta = 0.04$ that factor is below $-1$: every step jumps to the other side and lands farther
# out.
#
# Along the ravine, the slope is only $w_0$, and a step multiplies $w_0$ by $1 - \eta$. With $\eta < 0.04$ that factor
# is at least $0.96$, so progress is slow. **The steepest direction limits the learning rate, and the flattest one pays for it.** The next
# three rules are three answers to this problem.

# %% [markdown]
# ## Momentum
#
# Instead of walking, let a heavy ball roll. Once it has rolled in one direction for a while, it is fast, and a push from
# the side changes its path only a little. So $w$ gets a **velocity** $v$. The gradient no longer moves $w$ directly: it
# changes the velocity.

# %%
plots.coast_and_push()

# %% [markdown]
# In the ravine, the pushes across it alternate between left and right, and cancel. The pushes along it all have
# the same direction, and add up.
#
# $$v \leftarrow \mu \, v - \eta \, dw \qquad\qquad w \leftarrow w + v$$
#
# | symbol | what it is | shape | in the config |
# |---|---|---|---|
# | $\eta$ | learning rate | number | `"learning_rate"` |
# | $\mu$ (mu) | momentum: the share of the old velocity that stays, from 0 to just below 1 | number | `"momentum"` |
# | $v$ | velocity: the step that $w$ takes; zero before the first step | the shape of $w$ | `"velocity"` |
#
# By hand, with $\eta = 0.1$ and $\mu = 0.9$:
#
# | | $dw = 2w$ | velocity | next $w$ |
# |---|---|---|---|
# | step 1 | $2$ | $0.9 \cdot 0 - 0.1 \cdot 2 = -0.2$ | $1 - 0.2 = 0.8$ |
# | step 2 | $1.6$ | $0.9 \cdot (-0.2) - 0.1 \cdot 1.6 = -0.34$ | $0.8 - 0.34 = 0.46$ |
#
# The first step is the same as with plain SGD. The second is already more than twice as long as SGD's.

# %% [markdown]
# **Exercise 2 of 4: sgd_momentum** · medium · 12 min
#
# Mind the order: first update the velocity, then move $w$ by the *new* one. And mind the memory: anything that
# you do not put into the config is gone at the next step.

# %% exercise="sgd_momentum"

# %%
two_steps(sgd_momentum, learning_rate=0.1, momentum=0.9)

# %% check="sgd_momentum"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **The first step is right, the second is not**: your velocity is not what it should be when the second step
#   begins. Print the config between the steps and compare it with the table.
# - **`KeyError`**: which keys does your code expect? A config may hold only some of the settings and no velocity.
#   Each missing one needs its default.
# - **"looks ahead"**: you built *Nesterov's* momentum. It is often a little better, and you can try it later. Here
#   $w$ moves by $v$ and nothing else.
# - **"right as long as the learning rate stays the same"**: several ways of placing $\eta$ and the
#   minus sign give the same path. This course keeps both inside the velocity, as in the formula.
# - **"could not be broadcast together"**, or a shape that belongs to another parameter: do you keep the velocity
#   outside the config, perhaps in a global variable? Then all parameters share it.
# - **"an earlier call"**: Python creates a default argument once, when it runs your `def` line. All calls share a
#   dict that is created there.
#
# </details>

# %% [markdown]
# Here are both rules in the ravine, with the same learning rate. On the right are the two entries of the velocity:

# %%
settings = {"steps": 30, "learning_rate": 0.03}
plain, _ = plots.walk(sgd, plots.RAVINE, **settings)
path, states = plots.walk(sgd_momentum, plots.RAVINE, **settings, momentum=0.8)
plots.velocities(plain, path, states)

# %% [markdown]
# ## RMSProp
#
# The second answer: if one entry of the gradient is fifty times as large as another, why should both use the same
# learning rate? Divide every entry by its own size, and steep and flat directions count equally.

# %%
plots.each_entry_by_its_size()

# %% [markdown]
# Dividing by the size of *this* gradient alone would leave nothing but its sign. Instead, RMSProp divides
# by the **recent** size of that entry's gradients: the root of a running mean of their squares (*root mean
# square*, hence the name).
#
# A **running mean** takes one number at a time. It keeps most of its old value and moves a little toward the
# new number. Here it is called the cache, $c$:
#
# $$c \leftarrow \rho \, c + (1 - \rho) \, dw^2 \qquad\qquad w \leftarrow w - \frac{\eta \, dw}{\sqrt{c} + \epsilon}$$
#
# | symbol | what it is | shape | in the config |
# |---|---|---|---|
# | $\rho$ (rho) | decay rate: the weight of the past, just below 1 | number | `"decay_rate"` |
# | $c$ | running mean of the squared gradient; zero before the first step | the shape of $w$ | `"cache"` |
# | $\epsilon$ (epsilon) | a tiny number, so that an entry whose gradient was always zero gives 0 and not 0 / 0 | number | `"epsilon"` |
#
# The square, the root and the division all work entry by entry. By hand, with $\eta = 0.1$, $\rho = 0.9$ and an $\epsilon$ too
# small to matter:
#
# | | $dw = 2w$ | cache | next $w$ |
# |---|---|---|---|
# | step 1 | $2$ | $0.9 \cdot 0 + 0.1 \cdot 2^2 = 0.4$ | $1 - 0.1 \cdot 2 / \sqrt{0.4} \approx 0.6838$ |
# | step 2 | $1.3675$ | $0.9 \cdot 0.4 + 0.1 \cdot 1.3675^2 \approx 0.5470$ | $0.6838 - 0.1 \cdot 1.3675 / \sqrt{0.5470} \approx 0.4989$ |

# %% [markdown]
# **Exercise 3 of 4: rmsprop** · medium · 12 min
#
# As before, first update what you remember, then use it to take the step. Look carefully at where $\epsilon$ is in
# the formula.

# %% exercise="rmsprop"

# %%
two_steps(rmsprop, learning_rate=0.1, decay_rate=0.9)

# %% check="rmsprop"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **NaN where dw is zero**: this is $0 / 0$. Is $\epsilon$ in the denominator, and is the denominator in parentheses?
# - **Only "uses epsilon as the rule says" fails**: that check uses an $\epsilon$ that is not tiny, so that its
#   position matters. Is yours under the root or next to it?
# - **"That is AdaGrad"**: RMSProp's ancestor adds up all the squares. That sum can only grow, so its steps can
#   only shrink.
# - **"swapped the two weights"**: with $\rho = 0.99$, 99% of the cache comes from the past and 1% from the present.
#
# </details>

# %% [markdown]
# Here is what your RMSProp remembers on its way through the ravine, and what that does to the learning rate.

# %%
path, states = plots.walk(rmsprop, plots.RAVINE, steps=40, learning_rate=0.1, decay_rate=0.9)
plots.scaled_steps(path, states)

# %% [markdown]
# Left: at the start, the two entries of the gradient differ by a factor of ten, so their squares differ by a
# factor of a hundred. Each cache follows its own entry. Right: as a result, the flat entry gets larger steps relative to its
# gradient, and nobody had to tell the rule which entry is flat.
#
# ## Adam
#
# The third answer combines both. From momentum it takes a running mean of the gradients, $m$, as the direction of the step. From
# RMSProp it takes a running mean of their squares, $v$, to divide by. (In Adam, $v$ is not a velocity. The letters come from
# its inventors.)
#
# One thing is new. Both means **start at zero**, and a running mean that keeps nearly all of its past takes a long
# time to forget that zero. Suppose that the gradient is 1 at every step. Then its mean should be 1, and so should the mean
# of its squares:

# %%
plots.started_at_zero()

# %% [markdown]
# For a constant gradient you can work out what is missing: after $t$ steps, a mean with weight $\beta$ has reached the
# fraction $1 - \beta^t$ of what it should be. So Adam divides by exactly that fraction. The hats mark the corrected means:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, dw \qquad\qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, dw^2$$
#
# $$\hat m = \frac{m}{1 - \beta_1^{\,t}} \qquad\qquad \hat v = \frac{v}{1 - \beta_2^{\,t}} \qquad\qquad w \leftarrow w - \frac{\eta\, \hat m}{\sqrt{\hat v} + \epsilon}$$
#
# | symbol | what it is | shape | in the config |
# |---|---|---|---|
# | $t$ | number of this step; 1 for the first | number | `"t"` |
# | $\beta_1$, $\beta_2$ (beta) | the weight of the past in $m$ and in $v$ | numbers | `"beta1"`, `"beta2"` |
# | $m$ | running mean of the gradient; zero before the first step | the shape of $w$ | `"m"` |
# | $v$ | running mean of the squared gradient; zero before the first step | the shape of $w$ | `"v"` |
# | $\hat m$, $\hat v$ | the two means, corrected | the shape of $w$ | not stored |
# | $\eta$, $\epsilon$ | as in RMSProp | numbers | `"learning_rate"`, `"epsilon"` |

# %% [markdown]
# By hand, with $\eta = 0.1$, $\beta_1 = 0.9$, $\beta_2 = 0.999$:
#
# | | step 1 | step 2 |
# |---|---|---|
# | $t$ | $1$ | $2$ |
# | $dw = 2w$ | $2$ | $1.8$ |
# | $m$ | $0.9 \cdot 0 + 0.1 \cdot 2 = 0.2$ | $0.9 \cdot 0.2 + 0.1 \cdot 1.8 = 0.36$ |
# | $v$ | $0.999 \cdot 0 + 0.001 \cdot 4 = 0.004$ | $0.999 \cdot 0.004 + 0.001 \cdot 3.24 = 0.007236$ |
# | $\hat m$ | $0.2 / (1 - 0.9) = 2$ | $0.36 / (1 - 0.81) \approx 1.8947$ |
# | $\hat v$ | $0.004 / (1 - 0.999) = 4$ | $0.007236 / (1 - 0.998001) \approx 3.6198$ |
# | next $w$ | $1 - 0.1 \cdot 2 / \sqrt{4} = 0.9$ | $0.9 - 0.1 \cdot 1.8947 / \sqrt{3.6198} \approx 0.8004$ |
#
# See how the correction turns $m = 0.2$ back into the gradient 2, and $v = 0.004$ into its square. Look also at
# the length of the steps: about one learning rate each, however large the gradient is.

# %% [markdown]
# **Exercise 4 of 4: adam** · hard · 20 min
#
# There are three things to remember from step to step: $t$, $m$ and $v$. The corrected means are used for one step and
# then thrown away. Write the lines in the order of the formulas, and after each line compare its numbers with the
# table above.

# %% exercise="adam"

# %%
two_steps(adam, learning_rate=0.1)

# %% check="adam"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **NaN or infinity at the first step**: $1 - \beta^t$ is zero because $t$ is zero. In the formula, $t$
#   already counts the current step.
# - **The first step is right, the second is not**: print the config after the first step and look at the column
#   "step 1" of the table. Do you keep the plain $m$ and $v$, or the corrected ones? Is $t$ in there?
# - **Only "uses epsilon as the rule says" fails**: the correction comes first, then the root, then $\epsilon$.
# - **"float64 for a float32 parameter"**: arrays that you create should take their dtype from $w$.
#
# </details>

# %% [markdown]
# ### What the correction is good for
#
# Give your rule a gradient that never changes, and watch the length of its steps. In the second run $t$ starts
# at a million. Then $1 - \beta^t$ is 1 as far as a computer can tell, and the correction is switched off.

# %%
def lengths_of_steps(steps=30, **config):
    w, lengths = np.zeros(1), []
    for _ in range(steps):
        next_w, config = adam(w.copy(), np.ones(1), config)
        lengths.append(float(abs(next_w - w)[0]) / config["learning_rate"])
        w = next_w
    return lengths


plots.lengths_of_steps(lengths_of_steps(), lengths_of_steps(t=1_000_000))

# %% [markdown]
# Without the correction, $m$ and $v$ are both too small, but $v$ by much more. So the first steps are several times
# too long, and that is when a network is most fragile.
#
# ## The race
#
# Now your four rules race, each with a learning rate that suits it: first in the ravine, then on *Beale's function*, a
# well-known test for optimizers. That race begins on a cliff and ends in a bent, flat valley.

# %%
plots.race(plots.RAVINE, {
    "sgd": plots.walk(sgd, plots.RAVINE, learning_rate=0.036)[0],
    "sgd_momentum": plots.walk(sgd_momentum, plots.RAVINE, learning_rate=0.02, momentum=0.8)[0],
    "rmsprop": plots.walk(rmsprop, plots.RAVINE, learning_rate=0.1, decay_rate=0.9)[0],
    "adam": plots.walk(adam, plots.RAVINE, learning_rate=0.3)[0],
})
plots.race(plots.BEALE, {
    "sgd": plots.walk(sgd, plots.BEALE, 100, learning_rate=0.01)[0],
    "sgd_momentum": plots.walk(sgd_momentum, plots.BEALE, 100, learning_rate=0.003, momentum=0.9)[0],
    "rmsprop": plots.walk(rmsprop, plots.BEALE, 100, learning_rate=0.05, decay_rate=0.9)[0],
    "adam": plots.walk(adam, plots.BEALE, 100, learning_rate=0.2)[0],
})

# %% [markdown]
# On the cliff the gradient is almost a hundred times as large as in the valley. SGD and momentum need a small
# learning rate to survive the first step. SGD pays for it to the end; momentum makes up for it by gathering speed.
# RMSProp and Adam hardly notice the cliff.
#
# ### Your own race
#
# The slider *learning rate* is for the first two rules. *Scaled learning rate* is for RMSProp and Adam, whose
# steps are about that long. *Momentum* also sets Adam's $\beta_1$. A path may leave the map and come back. Some things
# to try:
#
# - Find the learning rate at which SGD leaves the ravine. Does momentum leave earlier or later?
# - Set momentum to 0. Which rule turns into which?
# - On Beale's function, how far can you turn up each of the two learning rates?

# %% tags=["nbval-ignore-output"]
explorers.race(sgd, sgd_momentum, rmsprop, adam)

# %% [markdown]
# ## Four rules train a network
#
# Two parameters fit on a map. A network has more, in several arrays, and each array gets its own config. Here
# is a network as in lesson 06, with two hidden layers of 20 neurons. It learns from 200 points of a wavy line. Every
# step uses 32 of them, drawn at random: this is the *stochastic* in SGD.

# %%
rng = np.random.default_rng(0)
X = rng.uniform(-3, 3, size=(200, 1))
y = np.sin(2 * X) + 0.3 * X


def train(rule, steps=1000, **settings):
    """Train a fresh network with the rule; return the loss on all points by step: 0, 1, 10, 20 and so on."""
    rng = np.random.default_rng(1)  # the same start and the same draws for every rule
    net = TrainableNet("regression", [20, 20], [False, False], input_dim=1, output_dim=1,
                       activation="tanh", initializer="xavier", dtype=np.float64, rng=rng)
    configs = {name: dict(settings) for name in net.params}
    losses = {0: net.loss(X, y)[0]}
    for step in range(1, steps + 1):
        batch = rng.choice(len(X), size=32, replace=False)
        _, grads = net.loss(X[batch], y[batch])
        for name, w in net.params.items():
            net.params[name], configs[name] = rule(w, grads[name], configs[name])
        if step == 1 or step % 10 == 0:
            losses[step] = net.loss(X, y)[0]
    return losses


plots.losses({
    "sgd": train(sgd, learning_rate=0.1),
    "sgd_momentum": train(sgd_momentum, learning_rate=0.03),
    "rmsprop": train(rmsprop, learning_rate=0.01),
    "adam": train(adam, learning_rate=0.01),
})

# %% [markdown]
# No rule wins everywhere. Adam is what most people try first, because it does decently without much tuning.
# Well-tuned momentum is often as good, and sometimes better.
#
# ## Questions to think about
#
# 1. The gradient stays the same for many steps. How long do the steps with momentum 0.9 become, compared with those
#    of SGD?
#
# <details><summary>Answer</summary>
#
# The velocity grows until it loses as much as it gains at each step: $v = 0.9\, v - \eta\, dw$, so $v = -10\, \eta\, dw$. The
# steps become ten times as long. In general, the factor is $1 / (1 - \mu)$.
#
# </details>
#
# 2. Someone measures the loss in cents instead of euros, so every gradient is a hundred times as large. Which of
#    the four rules walk a different path?
#
# <details><summary>Answer</summary>
#
# SGD and momentum: their steps become a hundred times as long. RMSProp and Adam divide by the size of the
# gradients, so the factor cancels (except for $\epsilon$).
#
# </details>
#
# 3. In the last figure, the loss of RMSProp begins with a jump. How long is its very first step, in learning rates,
#    with the default decay rate of 0.99?
#
# <details><summary>Answer</summary>
#
# After the first step, the cache is $0.01\, dw^2$, and its root is a tenth of the gradient. So the step is ten
# learning rates long. Adam's correction fixes this.
#
# </details>
#
# 4. Near the minimum, RMSProp and Adam may still take steps of about one learning rate. What would you do with the
#    learning rate as training goes on?
#
# ## What comes next
#
# **08. Data**: split, normalize, batch and augment, so that what the network learns is what you wanted to teach.
