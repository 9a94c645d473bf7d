# %% [markdown]
# # 09. The solver: a training loop
#
# You have a network that knows its gradients, update rules that know what to do with them, and batches of clean data. What is
# missing is the loop that ties them together, runs for as long as you like, watches how it goes, and brings back the best that it
# found.
#
# That loop is called the **solver** here. It is short. Most of its mistakes do not crash: training still runs, only
# worse than it could. So this lesson is about care.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_09 as explorers
from lessonkit.plots import lesson_09 as plots
from reference_impl import BaseSolver, TrainableNet, rms_error
from reference_impl.data import get_terrain_data

# %% [markdown]
# ## The picture first

# %%
plots.the_loop()

# %% [markdown]
# Three methods, one inside the other:
#
# - **`step()`** does one step: batch, gradients, update.
# - **`check_accuracy(X, y)`** says how good the network is right now, in words that a person understands.
# - **`train()`** runs the two loops, and keeps the best.
#
# ## What is already there
#
# A real solver also prints, shows a progress bar, saves checkpoints and picks up training where it stopped. None of that is learning,
# so it is given: your class **inherits** from `BaseSolver`. What `BaseSolver` prepares, your methods find on `self`:
#
# | on `self` | what it is |
# |---|---|
# | `model` | the network. `model.loss(X, y)` gives the loss and a dict of gradients, `model.loss(X)` the scores |
# | `model.params` | a dict: every parameter under its name, `"W1"`, `"b1"`, … |
# | `category` | `"classification"` or `"regression"` |
# | `X_train`, `y_train`, `X_val`, `y_val` | the data |
# | `y_std` | what the targets were divided by, in their own unit: 162 metres, say |
# | `next_batch()` | deals out the next batch, with the `minibatches` of lesson 08 |
# | `update_rule(w, dw, config)` | one of those of lesson 07; returns the next `w` and the config for the next time |
# | `optim_configs` | a dict: every parameter's own config, under the parameter's name |
# | `lr_decay`, `num_train_samples`, `num_val_samples` | options, explained below |
# | `epochs()`, `iterations()` | what to loop over: the epochs to do, and the steps of one epoch. They count, print and save |
# | `loss_history`, `train_acc_history`, `val_acc_history` | three lists, empty at first |
# | `remember_best()`, `restore_best()` | copy the parameters as they are now; give that copy back to the model |

# %% [markdown]
# ## Part 1: one step
#
# Take the next batch. Ask the model for its loss and gradients. Give every parameter its next value. Write down the loss.
#
# By hand: a "network" with a single weight $w = 1$ and the output $w x$; one example, $x = 2$, $y = 6$; the squared error; plain SGD
# with learning rate 0.1.
#
# 1. Output 2, loss $(2 - 6)^2 = 16$.
# 2. Gradient $2 \cdot (2 - 6) \cdot 2 = -16$.
# 3. Next $w = 1 - 0.1 \cdot (-16) = 2.6$. The next loss would be $(5.2 - 6)^2 = 0.64$.
#
# Two things to keep in mind. **Every parameter has its own config**: momentum's velocity has the shape of its parameter, so it cannot be
# shared. And an update rule **returns** things: it is up to you to put both back where the next step will look for them.

# %% [markdown]
# ## Part 2: how good is it?
#
# The loss is made for gradients. People ask other questions:
#
# | `category` | `check_accuracy` returns | better is |
# |---|---|---|
# | `"classification"` | the fraction of examples whose highest score is that of the right class | larger |
# | `"regression"` | the RMS error, times `y_std`, so it is in the targets' own unit | **smaller** |
#
# By hand, three examples and two classes: scores $\begin{pmatrix}2&1\\0&3\\1&5\end{pmatrix}$, labels $(0, 1, 0)$. The highest scores stand at
# classes $0, 1, 1$; two of three are right: $0.667$.
#
# On a large data set, measuring takes time. So there are two more arguments. With `num_samples`, the measure is taken on that many **different** examples,
# drawn at random. And the model gets at most `batch_size` examples at once, so that their intermediate results fit into memory. Collect the scores of
# all pieces, then measure once: the mean of the pieces' errors is something else.

# %% [markdown]
# ## Part 3: the loops, and the best
#
# An **epoch** is over when every example has come once. For 7 examples in batches of 3 that takes 3 steps; 4 epochs are 12 steps. After each epoch:
#
# - **The learning rates shrink**: each is multiplied by `lr_decay`. From 0.08 with a decay of 0.5: the first epoch runs with 0.08,
#   the second with 0.04, the third with 0.02.
# - **Both accuracies are measured and written down**: on training data with `num_train_samples`, and on validation data with `num_val_samples`.
# - **The best is kept.** Training for too long, a network starts to learn the training data by heart. Then its last parameters are not its best ones:

# %%
plots.the_best_epoch()

# %% [markdown]
# After every epoch, compare the validation accuracy with those of **all earlier epochs**. If it is better, keep a copy of the parameters. With RMS errors of
# 52, 47, 49, 45 and 46 metres, a copy is made after epochs 1, 2 and 4; in the end, the model gets back those of epoch 4.
#
# A *copy*: the model goes on changing its own parameters. That is what `remember_best()` makes.

# %% [markdown]
# **Exercise 1 of 1: Solver** · hard · 50 min
#
# Write the three methods one after the other, and run the check after each: it has checks for every part, and says which part is still empty.
#
# | part | method | difficulty | time |
# |---|---|---|---|
# | 1 | `step` | easy | 10 min |
# | 2 | `check_accuracy` | medium | 15 min |
# | 3 | `train` | hard | 25 min |

# %% exercise="Solver"

# %% [markdown]
# Try it on something small: 48 points on a wave, and a network with 16 hidden units. A few steps first, then the error.

# %%
rng = np.random.default_rng(9)
x = rng.uniform(-2, 2, (72, 1))
y = np.sin(2.5 * x[:, 0]) + 0.3 * x[:, 0] + rng.normal(0, 0.15, 72)
wave = {"X_train": x[:48], "y_train": y[:48], "X_val": x[48:], "y_val": y[48:]}


def small_network():
    return TrainableNet(
        "regression", [16], [False], input_dim=1, output_dim=1, dtype=np.float64,
        activation="tanh", initializer="xavier", rng=np.random.default_rng(0),
    )


solver = Solver(
    small_network(), wave, "sgd", {"learning_rate": 0.1}, batch_size=8, verbose=False, rng=np.random.default_rng(0)
)
for _ in range(3):
    solver.step()
print("losses of three steps:", np.round(solver.loss_history, 3))

# %%
print("RMS error:", round(solver.check_accuracy(wave["X_val"], wave["y_val"]), 3))

# %% check="Solver"

# %% [markdown]
# <details>
# <summary>Help with part 1, <code>step</code></summary>
#
# - **"The parameters stay where they are"**: inside a loop, giving a new value to the loop's variable changes nothing in the dict that it came from.
# - **"The config … is dropped"**: the rules of lesson 07 happen to change the dict that they are given. Others return a new one, and theirs is the promise:
#   what counts is what comes back.
# - **"Every step takes the whole training set"**, **"draw batches of their own"**: `self.next_batch()` returns two arrays, `X` and `y`.
# - **`KeyError: 'learning_rate'`**: which config did you hand over: that of this parameter, or the dict of all?
#
# </details>
#
# <details>
# <summary>Help with part 2, <code>check_accuracy</code></summary>
#
# - **"every score is compared with every target"**: scores have the shape $(N, 1)$, targets often $(N,)$. `rms_error` of lesson 02 takes both.
# - **An error that speaks of a dict or a tuple**: `model.loss` returns the scores only if it gets no targets.
# - **"the mean of these"**: `np.concatenate` makes one array of a list of arrays.
# - **"with replacement"**: `rng.choice` does that by default. Lesson 08 has a table of what a generator can do. Yours is `self.rng`.
# - **"You look for the highest score down each column"**: the scores of one example lie in one row.
#
# </details>
#
# <details>
# <summary>Help with part 3, <code>train</code></summary>
#
# - **How to loop**: `for _ in self.epochs():`, and inside it another loop, over `self.iterations()`. The name `_` says that the value is not needed.
# - **"For regression nothing is ever kept"**: a best value that starts at 0 cannot be beaten by an error. What does the first epoch have to beat?
# - **"the worst parameters are kept"**: better is larger for one category, smaller for the other. `self.category` tells which.
# - **"starts afresh"**: someone may train for five epochs, look, and go on for five more. The histories live on `self`; a variable inside `train` does not.
# - **`KeyError: 'learning_rate'` in the decay**: without an `optim_config`, the update rule fills in its learning rate at its first step. Does your decay come before it?
#
# </details>

# %% [markdown]
# ## Your solver at work
#
# The wave again, looked at five times on the way:

# %%
solver = Solver(
    small_network(), wave, "sgd", {"learning_rate": 0.1}, batch_size=8, verbose=False, rng=np.random.default_rng(0)
)
plots.a_fit_that_grows(solver, wave["X_train"], wave["y_train"])

# %% [markdown]
# ### Turn the knobs
#
# Every choice trains a fresh network for 30 epochs, drawn after each. The button pauses it, and lets it go on. Find
#
# 1. a learning rate that is too small for 30 epochs, and one at which training blows up;
# 2. what a small batch does to the curve of the losses, and to the number of steps;
# 3. the best RMS error that you can get. The noise in the data alone makes 0.15.

# %% tags=["nbval-ignore-output"]
explorers.training_run(Solver, small_network, wave)

# %% [markdown]
# ### Real land
#
# Now the terrain of lesson 08: 6,686 places to learn from, 1,000 to validate on. Predicting the mean height everywhere is off by 162 metres. What does a
# small network make of it in a few seconds?

# %%
land = get_terrain_data()
net = TrainableNet(
    "regression", [32, 32], [False, False], input_dim=2, output_dim=1, dtype=np.float64,
    activation="tanh", initializer="xavier", rng=np.random.default_rng(0),
)
solver = Solver(
    net, land, "adam", {"learning_rate": 1e-2}, lr_decay=0.95, batch_size=100, num_epochs=15,
    verbose=False, rng=np.random.default_rng(0),
)
solver.train()
print(f"best RMS error on the validation data: {min(solver.val_acc_history):.0f} metres")
plots.histories(solver, "metres")

# %% [markdown]
# Look at the left panel: the loss of a batch jumps, because each batch is another sample. Only the trend means something. And look at how close the two
# curves on the right are: this network is too small to learn by heart.
#
# Two options for longer runs. With `verbose=True`, the default, the solver prints as it goes and shows a progress bar. With `checkpoint_name="runs/land"` it saves
# after every epoch, and after a power cut, `solver.resume().train()` goes on as if nothing had happened.
#
# ## Questions to think about
#
# 1. The validation error of the best epoch is the smallest of 15. Is it an honest estimate of the error on new places?
#
# <details><summary>Answer</summary>
#
# A little too good: of 15 epochs the luckiest was picked, by this very number. The honest number comes from the test set, which has had no say in any choice.
#
# </details>
#
# 2. You double the batch size and keep the number of epochs. How many steps are left? What may you do to the learning rate?
#
# <details><summary>Answer</summary>
#
# Half as many. A larger batch gives a steadier gradient, so the learning rate can often be raised, roughly in proportion, up to the point where training becomes
# unstable for other reasons.
#
# </details>
#
# 3. The loss is NaN after a hundred steps. What do you try first?
#
# <details><summary>Answer</summary>
#
# A learning rate ten times smaller. Then look at the data: one infinite or unnormalized feature is enough. `BaseSolver` stops with a message as soon as a loss is not a finite number;
# without that, every parameter would be NaN from then on.
#
# </details>
#
# 4. Every config gets its own copy of `optim_config`. What would go wrong with Adam if all parameters shared one dict?
#
# 5. A friend keeps the parameters with the best *training* accuracy. On what kind of problem would you not notice the difference?
#
# ## What comes next
#
# **10. Regression: learn a landscape**: you have everything now. Build a network of your own, and see how much of the land it can learn.
