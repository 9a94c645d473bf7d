"""What students get wrong in lesson 12, batch normalization."""

import numpy as np

from autograder.bank import mistake
from reference_impl import FullyConnectedNet as Net
from reference_impl import TrainableNet, affine_backward, affine_forward, batchnorm_backward, batchnorm_forward


def standardized(x, eps=1e-5):
    """x_hat and std of a training batch."""
    std = np.sqrt(x.var(axis=0) + eps)
    return (x - x.mean(axis=0)) / std, std


def tested(x, gamma, beta, bn_param):
    return batchnorm_forward(x, gamma, beta, {**bn_param, "mode": "test"})


# batchnorm_forward: the batch in training


@mistake(
    "batchnorm_forward",
    "You standardize each example over its features: that is layer normalization. Batch normalization takes mean and "
    "variance of each feature over the examples of the batch.",
)
def over_the_features(x, gamma, beta, bn_param):
    if bn_param["mode"] == "test":
        return tested(x, gamma, beta, bn_param)
    batchnorm_forward(x, gamma, beta, bn_param)
    x_hat = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + bn_param.get("eps", 1e-5))
    return gamma * x_hat + beta, None


@mistake(
    "batchnorm_forward",
    "You take one mean and one variance of the whole batch. Every feature, that is every column, has its own.",
)
def one_mean_for_all(x, gamma, beta, bn_param):
    if bn_param["mode"] == "test":
        return tested(x, gamma, beta, bn_param)
    batchnorm_forward(x, gamma, beta, bn_param)
    return gamma * (x - x.mean()) / np.sqrt(x.var() + bn_param.get("eps", 1e-5)) + beta, None


@mistake(
    "batchnorm_forward",
    "eps is outside the root: you divide by std + eps. It belongs to the variance, so add it before you take the root. "
    "The two results differ most where a column is narrow.",
)
def eps_outside_the_root(x, gamma, beta, bn_param):
    out, _ = batchnorm_forward(x, gamma, beta, bn_param)
    eps = bn_param.get("eps", 1e-5)
    if bn_param["mode"] == "test":
        std = np.sqrt(bn_param["running_var"]) + eps
        return gamma * (x - bn_param["running_mean"]) / std + beta, None
    return gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + beta, None


@mistake(
    "batchnorm_forward",
    "eps is missing. Without it a column of equal numbers gives 0 / 0, and a narrow column is scaled up too far.",
)
def without_eps(x, gamma, beta, bn_param):
    batchnorm_forward(x, gamma, beta, bn_param)
    return batchnorm_forward(x, gamma, beta, {**bn_param, "eps": 0.0})


@mistake(
    "batchnorm_forward",
    "The eps of bn_param has no effect on the result: 0.02 gives the same as 1e-5. Use 1e-5 only where bn_param has "
    "no eps.",
)
def ignores_the_eps_it_is_given(x, gamma, beta, bn_param):
    eps = bn_param.pop("eps", None)
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if eps is not None:
        bn_param["eps"] = eps
    return result


@mistake(
    "batchnorm_forward",
    "You divide by the variance. Divide by its root: only then is a column measured in its own standard deviations.",
)
def divides_by_the_variance(x, gamma, beta, bn_param):
    batchnorm_forward(x, gamma, beta, bn_param)
    test, eps = bn_param["mode"] == "test", bn_param.get("eps", 1e-5)
    mean, var = (bn_param["running_mean"], bn_param["running_var"]) if test else (x.mean(axis=0), x.var(axis=0))
    return gamma * (x - mean) / (var + eps) + beta, None


@mistake(
    "batchnorm_forward",
    "You do not subtract the mean: the columns get the right scale but stay where they were.",
)
def does_not_subtract_the_mean(x, gamma, beta, bn_param):
    batchnorm_forward(x, gamma, beta, bn_param)
    var = bn_param["running_var"] if bn_param["mode"] == "test" else x.var(axis=0)
    return gamma * x / np.sqrt(var + bn_param.get("eps", 1e-5)) + beta, None


@mistake(
    "batchnorm_forward",
    "You divide by N - 1 in the variance. Here the variance is the plain mean of the squared distances, divided by "
    "N; with a single example, N - 1 would even be zero.",
)
def variance_over_n_minus_one(x, gamma, beta, bn_param):
    if bn_param["mode"] == "test":
        return tested(x, gamma, beta, bn_param)
    batchnorm_forward(x, gamma, beta, remembered := dict(bn_param))
    momentum, var = bn_param.get("momentum", 0.9), x.var(axis=0, ddof=1)
    bn_param["running_var"] = momentum * bn_param.get("running_var", 0.0 * gamma) + (1 - momentum) * var
    bn_param["running_mean"] = remembered["running_mean"]
    return gamma * (x - x.mean(axis=0)) / np.sqrt(var + bn_param.get("eps", 1e-5)) + beta, None


@mistake(
    "batchnorm_forward",
    "gamma and beta have no effect: you return the standardized columns. The layer must be able to undo what it does, "
    "so scale them by gamma and shift them by beta.",
)
def forgets_gamma_and_beta(x, gamma, beta, bn_param):
    return batchnorm_forward(x, np.ones_like(gamma), np.zeros_like(beta), bn_param)


@mistake("batchnorm_forward", "gamma and beta are swapped: gamma scales, beta shifts.")
def gamma_shifts_and_beta_scales(x, gamma, beta, bn_param):
    return batchnorm_forward(x, beta, gamma, bn_param)


@mistake(
    "batchnorm_forward",
    "You shift first and then scale, so beta is scaled too. First multiply by gamma, then add beta.",
)
def shifts_before_it_scales(x, gamma, beta, bn_param):
    return batchnorm_forward(x, gamma, gamma * beta, bn_param)


@mistake(
    "batchnorm_forward",
    "In training you standardize with the running statistics. They are for testing: in training, standardize with "
    "the batch's own mean and variance, and only update the running ones with them.",
)
def running_statistics_in_training(x, gamma, beta, bn_param):
    _, cache = batchnorm_forward(x, gamma, beta, bn_param)
    return tested(x, gamma, beta, bn_param)[0], cache


@mistake(
    "batchnorm_forward",
    "Your function changes x: an operator like `-=` writes into the caller's array. Work on a new one.",
)
def centres_x_in_place(x, gamma, beta, bn_param):
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if x.dtype.kind == "f":
        x -= x.mean(axis=0)
    return result


# batchnorm_forward: the running statistics


@mistake(
    "batchnorm_forward",
    "The new running statistics never reach bn_param, so they are lost when your function returns. Store them in the "
    "dict under their names.",
)
def forgets_to_store_the_statistics(x, gamma, beta, bn_param):
    return batchnorm_forward(x, gamma, beta, dict(bn_param))


@mistake(
    "batchnorm_forward",
    "You swapped the two weights: momentum is the share of the old running statistics that stays; with 0.9, one "
    "tenth is new.",
)
def momentum_turned_round(x, gamma, beta, bn_param):
    inner = {**bn_param, "momentum": 1 - bn_param.get("momentum", 0.9)}
    result = batchnorm_forward(x, gamma, beta, inner)
    if bn_param["mode"] == "train":
        bn_param.update(running_mean=inner["running_mean"], running_var=inner["running_var"])
    return result


@mistake(
    "batchnorm_forward",
    "The momentum of bn_param has no effect on the running statistics: 0.7 gives the same as 0.9. Use 0.9 only where "
    "bn_param has no momentum.",
)
def ignores_the_momentum_it_is_given(x, gamma, beta, bn_param):
    momentum = bn_param.pop("momentum", None)
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if momentum is not None:
        bn_param["momentum"] = momentum
    return result


@mistake(
    "batchnorm_forward",
    "You store the statistics of the latest batch in place of running ones. Mix old and new, so that one odd batch "
    "does not decide everything.",
)
def keeps_the_latest_batch_alone(x, gamma, beta, bn_param):
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "train":
        bn_param.update(running_mean=x.mean(axis=0), running_var=x.var(axis=0))
    return result


@mistake(
    "batchnorm_forward",
    "Your running statistics start with those of the first batch. Here they should start at zero and take their "
    "first step from there.",
)
def starts_with_the_first_batch(x, gamma, beta, bn_param):
    if bn_param["mode"] == "train":
        bn_param.setdefault("running_mean", x.mean(axis=0))
        bn_param.setdefault("running_var", x.var(axis=0))
    return batchnorm_forward(x, gamma, beta, bn_param)


@mistake("batchnorm_forward", "Your running variance starts at one. Here both running statistics should start at zero.")
def running_variance_starts_at_one(x, gamma, beta, bn_param):
    bn_param.setdefault("running_var", np.ones(gamma.shape))
    return batchnorm_forward(x, gamma, beta, bn_param)


@mistake(
    "batchnorm_forward",
    "running_var holds a standard deviation. It should be the running variance: average the variance itself, before "
    "you take the root.",
)
def averages_the_standard_deviation(x, gamma, beta, bn_param):
    old = bn_param.get("running_var", 0.0 * gamma)
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "train":
        momentum = bn_param.get("momentum", 0.9)
        bn_param["running_var"] = momentum * old + (1 - momentum) * x.std(axis=0)
    return result


@mistake("batchnorm_forward", "running_var contains eps. Add eps only where you take a root.")
def averages_the_variance_with_eps(x, gamma, beta, bn_param):
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "train":
        bn_param["running_var"] += (1 - bn_param.get("momentum", 0.9)) * bn_param.get("eps", 1e-5)
    return result


@mistake(
    "batchnorm_forward",
    "The variance that goes into running_var divides by N - 1, as in some libraries. In this course it divides by N "
    "everywhere.",
)
def unbiased_variance_in_the_running_one(x, gamma, beta, bn_param):
    old = bn_param.get("running_var", 0.0 * gamma)
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "train":
        momentum = bn_param.get("momentum", 0.9)
        bn_param["running_var"] = momentum * old + (1 - momentum) * x.var(axis=0, ddof=1)
    return result


# batchnorm_forward: testing


@mistake(
    "batchnorm_forward",
    "In test mode you standardize with the batch's own statistics, so an example's output depends on the other "
    "examples. Use the running ones.",
)
def batch_statistics_in_testing(x, gamma, beta, bn_param):
    if bn_param["mode"] == "test":
        return batchnorm_forward(x, gamma, beta, {**bn_param, "mode": "train"})
    return batchnorm_forward(x, gamma, beta, bn_param)


@mistake(
    "batchnorm_forward",
    "The running statistics change in testing too. They belong to training: a test must leave them as they are.",
)
def statistics_move_in_testing(x, gamma, beta, bn_param):
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test":
        batchnorm_forward(x, gamma, beta, moved := {**bn_param, "mode": "train"})
        bn_param.update(moved, mode="test")
    return result


@mistake(
    "batchnorm_forward",
    "In test mode you divide by the running variance itself. Add eps and take the root, as in training.",
)
def forgets_the_root_in_testing(x, gamma, beta, bn_param):
    if bn_param["mode"] == "train":
        return batchnorm_forward(x, gamma, beta, bn_param)
    var = bn_param["running_var"] + bn_param.get("eps", 1e-5)
    return gamma * (x - bn_param["running_mean"]) / var + beta, None


@mistake(
    "batchnorm_forward",
    "In test mode you leave eps out. The same formula holds in both modes, with different statistics in it.",
)
def forgets_eps_in_testing(x, gamma, beta, bn_param):
    if bn_param["mode"] == "train":
        return batchnorm_forward(x, gamma, beta, bn_param)
    return batchnorm_forward(x, gamma, beta, {**bn_param, "eps": 0.0})


@mistake(
    "batchnorm_forward",
    "In test mode gamma and beta are missing: the learned scale and shift belong to both modes.",
)
def forgets_gamma_and_beta_in_testing(x, gamma, beta, bn_param):
    if bn_param["mode"] == "train":
        return batchnorm_forward(x, gamma, beta, bn_param)
    return batchnorm_forward(x, np.ones_like(gamma), np.zeros_like(beta), bn_param)


@mistake(
    "batchnorm_forward",
    "In test mode your function changes x: an operator like `-=` writes into the caller's array. Work on a new one, in both modes.",
)
def centres_x_in_place_in_testing(x, gamma, beta, bn_param):
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test" and x.dtype.kind == "f":
        x -= bn_param["running_mean"]
    return result


@mistake(
    "batchnorm_forward",
    "In test mode your function changes gamma. It is a parameter of the network, and training continues with the "
    "changed value. Make a new array.",
)
def folds_the_statistics_into_gamma(x, gamma, beta, bn_param):
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test" and gamma.dtype.kind == "f":
        gamma /= np.sqrt(bn_param["running_var"] + bn_param.get("eps", 1e-5))
    return result


@mistake(
    "batchnorm_forward",
    "In test mode the result is truncated to integers where x holds integers. An array made like x gets the dtype of x: "
    "ask for floats.",
)
def test_output_in_the_dtype_of_x(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    return (out.astype(x.dtype) if bn_param["mode"] == "test" else out), cache


@mistake(
    "batchnorm_forward",
    "The running statistics are truncated to integers where the inputs hold integers. An array made like x or gamma "
    "gets its dtype: ask for floats.",
)
def statistics_in_the_dtype_of_x(x, gamma, beta, bn_param):
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "train":
        for name in ("running_mean", "running_var"):
            bn_param[name] = bn_param[name].astype(x.dtype)
    return result


@mistake("batchnorm_forward", "You return the cache first. Look at the order: `return out, cache`.")
def cache_comes_first(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    return cache, out


@mistake(
    "batchnorm_forward",
    "Test mode gives what training gives: it standardizes with the batch's own statistics, and the running ones "
    "change. In test mode, use the running ones in place of the batch's, and leave them as they are.",
)
def tests_as_it_trains(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    bn_param["mode"] = "train"
    result = batchnorm_forward(x, gamma, beta, bn_param)
    bn_param["mode"] = mode
    return result


@mistake(
    "batchnorm_forward",
    "After a training step the running statistics in bn_param are still the old ones: you do not store the new ones.",
)
def stores_the_old_statistics(x, gamma, beta, bn_param):
    old = {name: bn_param.get(name, 0.0 * gamma) for name in ("running_mean", "running_var")}
    result = batchnorm_forward(x, gamma, beta, bn_param)
    bn_param.update(old)
    return result


@mistake(
    "batchnorm_forward",
    "The columns are divided by the root of the standard deviation. Take the root of the variance: that root is the "
    "standard deviation.",
)
def root_of_the_standard_deviation(x, gamma, beta, bn_param):
    if bn_param["mode"] == "test":
        return batchnorm_forward(x, gamma, beta, bn_param)
    batchnorm_forward(x, gamma, beta, bn_param)
    std = np.sqrt(x.std(axis=0) + bn_param.get("eps", 1e-5))
    return gamma * (x - x.mean(axis=0)) / std + beta, None


# batchnorm_backward


@mistake(
    "batchnorm_backward",
    "You treat mean and variance as constants. Both are computed from x: when one x changes, they change, and every "
    "output of the column with them. Two paths back are missing.",
)
def mean_and_variance_as_constants(dout, cache):
    x_hat, gamma, std = cache
    return dout * gamma / std, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "The path through the variance is missing from dx: the width of the column depends on every x in it.",
)
def variance_as_a_constant(dout, cache):
    x_hat, gamma, std = cache
    return gamma / std * (dout - dout.mean(axis=0)), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "The path through the mean is missing from dx: adding one number to a whole column changes no output, so the "
    "column's gradients must add up to zero.",
)
def mean_as_a_constant(dout, cache):
    x_hat, gamma, std = cache
    return gamma / std * (dout - x_hat * (dout * x_hat).mean(axis=0)), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "The path through the variance has the wrong sign: a larger variance brings the outputs closer to beta.",
)
def variance_path_with_the_wrong_sign(dout, cache):
    x_hat, gamma, std = cache
    dx = gamma / std * (dout - dout.mean(axis=0) + x_hat * (dout * x_hat).mean(axis=0))
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "The path through the variance is half of what it should be. The derivative of a square brings a 2, and that of "
    "a root a 1/2: you have only one of them.",
)
def half_of_the_variance_path(dout, cache):
    x_hat, gamma, std = cache
    dx = gamma / std * (dout - dout.mean(axis=0) - 0.5 * x_hat * (dout * x_hat).mean(axis=0))
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "The path through the variance is twice what it should be. The derivative of a square brings a 2, and that of a "
    "root a 1/2: together they make 1.",
)
def twice_the_variance_path(dout, cache):
    x_hat, gamma, std = cache
    dx = gamma / std * (dout - dout.mean(axis=0) - 2 * x_hat * (dout * x_hat).mean(axis=0))
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "In dx you subtract sums where you should subtract means. Mean and variance are divided by N, and so are their "
    "gradients.",
)
def sums_in_place_of_means(dout, cache):
    x_hat, gamma, std = cache
    dbeta, dgamma = dout.sum(axis=0), (dout * x_hat).sum(axis=0)
    return gamma / std * (dout - dbeta - x_hat * dgamma), dgamma, dbeta


@mistake(
    "batchnorm_backward",
    "The gradient that reaches the standard deviation is not summed over the batch. One standard deviation serves "
    "the whole column, so the gradients from all its examples add up.",
)
def std_gradient_not_summed(dout, cache):
    x_hat, gamma, std = cache
    dc = gamma / std * (dout - x_hat**2 * dout / len(dout))
    return dc - dc.mean(axis=0), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "The direct path is missing from dx: c was used twice, and only what came through the variance is left. The "
    "gradients of its two uses add up; the second does not replace the first.",
)
def direct_path_is_missing(dout, cache):
    x_hat, gamma, std = cache
    return -gamma / std * x_hat * (dout * x_hat).mean(axis=0), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "The path through the variance is too large by a factor of N: the variance is a mean of squares, and a mean "
    "brings 1/N.",
)
def variance_path_without_the_mean(dout, cache):
    x_hat, gamma, std = cache
    dx = gamma / std * (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).sum(axis=0))
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "The path through the mean is too large by a factor of N: each x has only the share 1/N in the mean.",
)
def mean_path_without_the_share(dout, cache):
    x_hat, gamma, std = cache
    dx = gamma / std * (dout - dout.sum(axis=0) - x_hat * (dout * x_hat).mean(axis=0))
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "dx is multiplied by the standard deviation where it should be divided by it. Python works from left to right: in `a / b * c`, "
    "c is not in the denominator.",
)
def times_the_standard_deviation(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx * cache[2] ** 2, dgamma, dbeta


@mistake(
    "batchnorm_backward",
    "The direct path is too small by a factor of N, compared with the other two. In the one-line formula, dout has a "
    "factor of its own in the parentheses.",
)
def direct_path_without_its_factor(dout, cache):
    x_hat, gamma, std = cache
    dbeta, dgamma = dout.sum(axis=0), (dout * x_hat).sum(axis=0)
    return gamma / (len(dout) * std) * (dout - dbeta - x_hat * dgamma), dgamma, dbeta


@mistake(
    "batchnorm_backward",
    "gamma is missing from dx. The forward pass multiplies x_hat by gamma, so the backward pass multiplies the "
    "gradient by it too.",
)
def forgets_gamma_in_dx(dout, cache):
    x_hat, _, std = cache
    return batchnorm_backward(dout, (x_hat, np.ones_like(std), std))


@mistake(
    "batchnorm_backward",
    "gamma multiplies only the direct path. The gradient that reaches mean and variance has come through gamma as "
    "well.",
)
def gamma_on_one_path_alone(dout, cache):
    x_hat, gamma, std = cache
    dbeta, dgamma = dout.sum(axis=0), (dout * x_hat).sum(axis=0)
    return (gamma * dout - dbeta / len(dout) - x_hat * dgamma / len(dout)) / std, dgamma, dbeta


@mistake("batchnorm_backward", "You divide dx by the variance. The forward pass divides x by the root of the variance.")
def dx_over_the_variance(dout, cache):
    x_hat, gamma, std = cache
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx / std, dgamma, dbeta


@mistake(
    "batchnorm_backward",
    "dx is not divided by the standard deviation. Stretching a column by 1/std stretches its gradient by the same "
    "factor.",
)
def forgets_the_standard_deviation(dout, cache):
    x_hat, gamma, std = cache
    return batchnorm_backward(dout, (x_hat, gamma, np.ones_like(std)))


@mistake(
    "batchnorm_backward",
    "The eps of the forward pass is missing from your backward pass. It shows where a column is narrow or eps is "
    "large: cache the std that includes eps.",
)
class backward_without_eps:
    def batchnorm_forward(x, gamma, beta, bn_param):
        out, cache = batchnorm_forward(x, gamma, beta, bn_param)
        return out, (cache, x)

    def batchnorm_backward(dout, cache):
        (_, gamma, _), x = cache
        with np.errstate(all="ignore"):
            x_hat, std = standardized(x, eps=0.0)
            return batchnorm_backward(dout, (np.where(std > 0, x_hat, 0.0), gamma, std))


@mistake(
    "batchnorm_backward",
    "The gradients are those of an eps of 1e-5, whatever the forward pass used. Put the eps of the forward pass into "
    "the cache.",
)
class another_eps_on_the_way_back:
    def batchnorm_forward(x, gamma, beta, bn_param):
        out, cache = batchnorm_forward(x, gamma, beta, bn_param)
        return out, (cache, x)

    def batchnorm_backward(dout, cache):
        (_, gamma, _), x = cache
        x_hat, std = standardized(x)
        return batchnorm_backward(dout, (x_hat, gamma, std))


@mistake(
    "batchnorm_backward",
    "dgamma uses x. gamma multiplies the standardized x, so the standardized x belongs in its gradient.",
)
class dgamma_from_x:
    def batchnorm_forward(x, gamma, beta, bn_param):
        out, cache = batchnorm_forward(x, gamma, beta, bn_param)
        return out, (cache, x)

    def batchnorm_backward(dout, cache):
        cache, x = cache
        dx, _, dbeta = batchnorm_backward(dout, cache)
        return dx, (dout * x).sum(axis=0), dbeta


@mistake(
    "batchnorm_backward",
    "dgamma uses the layer's output. gamma multiplies x_hat, the standardized x before scale and shift.",
)
class dgamma_from_the_output:
    def batchnorm_forward(x, gamma, beta, bn_param):
        out, cache = batchnorm_forward(x, gamma, beta, bn_param)
        return out, (cache, out)

    def batchnorm_backward(dout, cache):
        cache, out = cache
        dx, _, dbeta = batchnorm_backward(dout, cache)
        return dx, (dout * out).sum(axis=0), dbeta


@mistake(
    "batchnorm_backward",
    "dgamma and dbeta are means over the batch. They should be sums: every example adds its part, and dout already "
    "contains the 1/N of the loss.",
)
def means_for_gamma_and_beta(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx, dgamma / len(dout), dbeta / len(dout)


@mistake("batchnorm_backward", "dgamma and dbeta are swapped: the order is dx, dgamma, dbeta.")
def dgamma_and_dbeta_swapped(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx, dbeta, dgamma


@mistake(
    "batchnorm_backward",
    "dgamma and dbeta have one number per example. gamma and beta have one per feature: sum over the other axis.",
)
def sums_over_the_features(dout, cache):
    dx, _, _ = batchnorm_backward(dout, cache)
    return dx, (dout * cache[0]).sum(axis=1), dout.sum(axis=1)


@mistake(
    "batchnorm_backward",
    "dgamma and dbeta are not summed over the batch: one gamma serves all examples, so its gradient is the sum of theirs.",
)
def not_summed_over_the_batch(dout, cache):
    dx, _, _ = batchnorm_backward(dout, cache)
    return dx, dout * cache[0], dout


@mistake(
    "batchnorm_backward",
    "dgamma and dbeta have one gamma too many: compute them from dout as it comes in, before you multiply it by gamma.",
)
def gamma_in_its_own_gradient(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx, cache[1] * dgamma, cache[1] * dbeta


@mistake("batchnorm_backward", "Your function changes dout: an operator like `*=` writes into it. Make a new array.")
def writes_into_dout(dout, cache):
    result = batchnorm_backward(dout, cache)
    dout *= cache[1]
    return result


@mistake(
    "batchnorm_backward",
    "Your function changes what is in the cache, so a second backward pass with it goes wrong. Make a new array.",
)
def writes_into_the_cache(dout, cache):
    result = batchnorm_backward(dout, (cache[0].copy(), *cache[1:]))
    np.multiply(cache[0], dout, out=cache[0])
    return result


@mistake(
    "batchnorm_backward",
    "The gradients are right, but the cache holds different numbers after the call than before, and they may be the "
    "caller's. Make new arrays.",
    alone=True,
)
class writes_dbeta_into_beta:
    def batchnorm_forward(x, gamma, beta, bn_param):
        out, cache = batchnorm_forward(x, gamma, beta, bn_param)
        return out, (cache, beta)

    def batchnorm_backward(dout, cache):
        dx, dgamma, dbeta = batchnorm_backward(dout, cache[0])
        if cache[1].dtype.kind == "f":
            cache[1][:] = dbeta
        return dx, dgamma, dbeta


@mistake(
    "batchnorm_backward",
    "For an integer `dout` the gradients are truncated to integers. An array made like `dout` gets the dtype of "
    "`dout`: ask for floats.",
)
def gradients_in_the_dtype_of_dout(dout, cache):
    return tuple(gradient.astype(dout.dtype) for gradient in batchnorm_backward(dout, cache))


@mistake(
    "batchnorm_backward",
    "For an integer gamma, dgamma and dbeta are truncated to integers. An array made like gamma gets the dtype of "
    "gamma: ask for floats.",
)
def dgamma_in_the_dtype_of_gamma(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx, dgamma.astype(cache[1].dtype), dbeta.astype(cache[1].dtype)


@mistake(
    "batchnorm_backward",
    "For an integer x, dx is truncated to integers. An array made like x gets the dtype of x: ask for floats.",
)
class dx_in_the_dtype_of_x:
    def batchnorm_forward(x, gamma, beta, bn_param):
        out, cache = batchnorm_forward(x, gamma, beta, bn_param)
        return out, (cache, x)

    def batchnorm_backward(dout, cache):
        dx, dgamma, dbeta = batchnorm_backward(dout, cache[0])
        return dx.astype(cache[1].dtype), dgamma, dbeta


@mistake(
    "batchnorm_backward",
    "The path through the variance is the same for all columns: it is summed over the whole batch. Each column has "
    "its own variance: sum over the examples only.",
)
def variance_path_summed_over_everything(dout, cache):
    x_hat, gamma, std = cache
    dvar = np.sum(-0.5 * gamma * dout * x_hat / std**2)
    dx = gamma / std * (dout - dout.mean(axis=0)) + dvar * 2 * x_hat * std / len(dout)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "dx uses the number of features where it should use the number of examples: the means over the batch divide by "
    "N, the length of axis 0.",
)
def features_in_place_of_examples(dout, cache):
    x_hat, gamma, std = cache
    dbeta, dgamma = dout.sum(axis=0), (dout * x_hat).sum(axis=0)
    return gamma / std * (dout - (dbeta + x_hat * dgamma) / dout.shape[1]), dgamma, dbeta


@mistake(
    "batchnorm_backward",
    "Each entry of dx depends only on its own dout: that is the diagonal of the Jacobian. Every x moves the mean and "
    "the variance, and with them all outputs of its column.",
)
def diagonal_of_the_jacobian(dout, cache):
    x_hat, gamma, std = cache
    N = len(dout)
    dx = gamma / std * dout * (1 - 1 / N - x_hat**2 / N)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mistake(
    "batchnorm_backward",
    "dgamma is the same as dbeta. gamma multiplies x_hat, so in the gradient of gamma each dout is multiplied by its "
    "x_hat.",
)
def dgamma_without_x_hat(dout, cache):
    dx, _, dbeta = batchnorm_backward(dout, cache)
    return dx, dbeta.copy(), dbeta


# FullyConnectedNet: parameters


@mistake(
    "FullyConnectedNet",
    "gamma starts at zero. Then every normalized layer gives the same output for every example, whatever the input: "
    "start with ones, so that the layer at first only standardizes.",
)
class gamma_starts_at_zero:
    class FullyConnectedNet(Net):
        def init_params(self):
            super().init_params()
            for name in self.params:
                if name.startswith("gamma"):
                    self.params[name] = np.zeros_like(self.params[name])


@mistake("FullyConnectedNet", "beta starts at one. It is a shift, so start at zero, which shifts nothing.")
class beta_starts_at_one:
    class FullyConnectedNet(Net):
        def init_params(self):
            super().init_params()
            for name in self.params:
                if name.startswith("beta"):
                    self.params[name] = np.ones_like(self.params[name])


@mistake(
    "FullyConnectedNet",
    "gamma and beta have the length of the layer's input. Batch norm normalizes the output of the affine layer, so "
    "they need one entry for each of its outputs.",
)
class gamma_as_long_as_the_input:
    class FullyConnectedNet(Net):
        def init_params(self):
            super().init_params()
            for i, normalized in enumerate(self.normalization):
                if normalized:
                    self.params[f"gamma{i + 1}"] = np.ones(self.dims[i], self.dtype)
                    self.params[f"beta{i + 1}"] = np.zeros(self.dims[i], self.dtype)


@mistake(
    "FullyConnectedNet",
    "Every hidden layer has gamma and beta, even those that are not normalized. A parameter that nothing uses gets "
    "no gradient: look at `self.normalization`.",
)
class gamma_for_every_layer:
    class FullyConnectedNet(Net):
        def init_params(self):
            super().init_params()
            for i in range(1, self.num_layers):
                self.params[f"gamma{i}"] = np.ones(self.dims[i], self.dtype)
                self.params[f"beta{i}"] = np.zeros(self.dims[i], self.dtype)


@mistake(
    "FullyConnectedNet",
    "The names count from zero. Layers count from one in this course: gamma1 and beta1 belong beside W1 and b1.",
)
class names_count_from_zero:
    class FullyConnectedNet(Net):
        def init_params(self):
            super().init_params()
            for name in list(self.params):
                if name.startswith(("gamma", "beta")):
                    kind, i = name.rstrip("0123456789"), int(name.lstrip("abegmt"))
                    self.params[f"{kind}{i - 1}"] = self.params.pop(name)


@mistake(
    "FullyConnectedNet",
    "gamma and beta are float64 in a float32 network: one such layer makes everything after it float64. Give them "
    "`self.dtype`.",
)
class gamma_in_float64:
    class FullyConnectedNet(Net):
        def init_params(self):
            super().init_params()
            for name, value in self.params.items():
                if name.startswith(("gamma", "beta")):
                    self.params[name] = value.astype(np.float64)


@mistake(
    "FullyConnectedNet",
    "The weights and biases are missing. `init_params` of `TrainableNet` draws them: call it through `super()` "
    "before you add gamma and beta.",
)
class weights_are_not_drawn:
    class FullyConnectedNet(Net):
        def init_params(self):
            super().init_params()
            self.params = {name: w for name, w in self.params.items() if name.startswith(("gamma", "beta"))}


@mistake(
    "FullyConnectedNet",
    "`self.bn_params` holds a dict only for the normalized layers, so its indices no longer match the layers: keep "
    "one for every hidden layer.",
)
class bn_params_for_normalized_layers_alone:
    class FullyConnectedNet(Net):
        def init_params(self):
            super().init_params()
            self.bn_params = [{"mode": "train"} for normalized in self.normalization if normalized]


# FullyConnectedNet: the modes and the running statistics


@mistake(
    "FullyConnectedNet",
    "The network scores in training mode: its scores for an example depend on the others in the batch, and scoring "
    "changes the running statistics. Use test mode when there are no targets.",
)
class always_in_training:
    class FullyConnectedNet(Net):
        def loss(self, X, y=None):
            return TrainableNet.loss(self, X, y)


@mistake(
    "FullyConnectedNet",
    "After it has scored once, the network stays in test mode. With targets it should be in training mode: set the "
    "mode at every call.",
)
class stays_in_test_mode:
    class FullyConnectedNet(Net):
        def loss(self, X, y=None):
            if y is None:
                for bn_param in self.bn_params:
                    bn_param["mode"] = "test"
            return TrainableNet.loss(self, X, y)


@mistake(
    "FullyConnectedNet",
    "Batch norm gets a new dict at every call, and what it stores there is lost. Pass it the layer's own dict, from "
    "`self.bn_params`, with all that has been stored in it.",
)
class a_passing_dict_for_each_call:
    class FullyConnectedNet(Net):
        def hidden_forward(self, i, h):
            kept = self.bn_params
            self.bn_params = [{"mode": each["mode"]} for each in kept]
            try:
                return super().hidden_forward(i, h)
            finally:
                self.bn_params = kept


@mistake(
    "FullyConnectedNet",
    "The modes are swapped: the network is in test mode when it gets targets and in training mode when it gets none.",
)
class modes_turned_round:
    class FullyConnectedNet(Net):
        def loss(self, X, y=None):
            for bn_param in self.bn_params:
                bn_param["mode"] = "train" if y is None else "test"
            return TrainableNet.loss(self, X, y)


@mistake(
    "FullyConnectedNet",
    "All layers share one dict of running statistics: `[{...}] * n` holds the same dict n times. Make a new one for "
    "each layer.",
)
class one_dict_for_all_layers:
    class FullyConnectedNet(Net):
        def init_params(self):
            super().init_params()
            self.bn_params = [{"mode": "train"}] * len(self.hidden_dims)


@mistake(
    "FullyConnectedNet",
    "The running statistics do not survive from one step to the next: every step begins with a new bn_param. Pass "
    "the dict that is in `self.bn_params`.",
)
class a_new_dict_at_every_step:
    class FullyConnectedNet(Net):
        def loss(self, X, y=None):
            self.bn_params = [{"mode": "train"} for _ in self.hidden_dims]
            return super().loss(X, y)


@mistake(
    "FullyConnectedNet",
    "Your layer works on a copy of its bn_param, and the new running statistics are lost with the copy.",
)
class works_on_a_copy_of_bn_param:
    class FullyConnectedNet(Net):
        def hidden_forward(self, i, h):
            kept, self.bn_params = self.bn_params, [dict(bn_param) for bn_param in self.bn_params]
            result = super().hidden_forward(i, h)
            self.bn_params = kept
            return result


# FullyConnectedNet: the forward and the backward pass


@mistake(
    "FullyConnectedNet",
    "Batch norm comes after the activation. In this network it comes before: affine - batch norm - activation.",
)
class batchnorm_behind_the_activation:
    class FullyConnectedNet(Net):
        def hidden_forward(self, i, h):
            if not self.normalization[i - 1]:
                return super().hidden_forward(i, h)
            h, cache = TrainableNet.hidden_forward(self, i, h)
            out, norm_cache = batchnorm_forward(
                h, self.params[f"gamma{i}"], self.params[f"beta{i}"], self.bn_params[i - 1]
            )
            return out, (cache, norm_cache)

        def hidden_backward(self, i, dout, cache):
            if not self.normalization[i - 1]:
                return super().hidden_backward(i, dout, cache)
            dh, dgamma, dbeta = batchnorm_backward(dout, cache[1])
            dh, grads = TrainableNet.hidden_backward(self, i, dh, cache[0])
            return dh, {**grads, f"gamma{i}": dgamma, f"beta{i}": dbeta}


@mistake(
    "FullyConnectedNet",
    "Your network does not use batch norm yet: its results are those of the same network without batch norm.",
)
class forward_without_batchnorm:
    class FullyConnectedNet(Net):
        def hidden_forward(self, i, h):
            return TrainableNet.hidden_forward(self, i, h)

        def hidden_backward(self, i, dout, cache):
            return TrainableNet.hidden_backward(self, i, dout, cache)


@mistake(
    "FullyConnectedNet",
    "You normalize the input of the affine layer. Batch norm belongs between the affine layer and the activation.",
)
class batchnorm_before_the_affine_layer:
    class FullyConnectedNet(Net):
        def hidden_forward(self, i, h):
            if not self.normalization[i - 1]:
                return super().hidden_forward(i, h)
            D = h.shape[1]
            h, norm_cache = batchnorm_forward(h, np.ones(D), np.zeros(D), self.bn_params[i - 1])
            out, cache = TrainableNet.hidden_forward(self, i, h)
            return out, (norm_cache, cache)

        def hidden_backward(self, i, dout, cache):
            if not self.normalization[i - 1]:
                return super().hidden_backward(i, dout, cache)
            dh, grads = TrainableNet.hidden_backward(self, i, dout, cache[1])
            dh, dgamma, dbeta = batchnorm_backward(dh, cache[0])
            return dh, {**grads, f"gamma{i}": dgamma, f"beta{i}": dbeta}


@mistake(
    "FullyConnectedNet",
    "The backward pass skips batch norm: the gradient goes from the activation straight to the affine layer. Go back "
    "through every layer that the forward pass goes through.",
)
class the_way_back_skips_batchnorm:
    class FullyConnectedNet(Net):
        def hidden_backward(self, i, dout, cache):
            if not self.normalization[i - 1]:
                return super().hidden_backward(i, dout, cache)
            affine_cache, norm_cache, activation_cache = cache
            da = self.activation_backward(dout, activation_cache)
            _, dgamma, dbeta = batchnorm_backward(da, norm_cache)
            dh, dw, db = affine_backward(da, affine_cache)
            return dh, {f"W{i}": dw, f"b{i}": db, f"gamma{i}": dgamma, f"beta{i}": dbeta}


@mistake(
    "FullyConnectedNet",
    "In your backward pass batch norm comes before the activation. Forward it is affine - batch norm - activation, "
    "so back it is activation - batch norm - affine.",
)
class the_way_back_in_the_wrong_order:
    class FullyConnectedNet(Net):
        def hidden_backward(self, i, dout, cache):
            if not self.normalization[i - 1]:
                return super().hidden_backward(i, dout, cache)
            affine_cache, norm_cache, activation_cache = cache
            da, dgamma, dbeta = batchnorm_backward(dout, norm_cache)
            da = self.activation_backward(da, activation_cache)
            dh, dw, db = affine_backward(da, affine_cache)
            return dh, {f"W{i}": dw, f"b{i}": db, f"gamma{i}": dgamma, f"beta{i}": dbeta}


@mistake(
    "FullyConnectedNet",
    "The gradients of gamma and beta are missing from grads, so an optimizer could never change them.",
)
class grads_without_gamma_and_beta:
    class FullyConnectedNet(Net):
        def hidden_backward(self, i, dout, cache):
            dh, grads = super().hidden_backward(i, dout, cache)
            return dh, {name: grad for name, grad in grads.items() if name.startswith(("W", "b")) and name[1] != "e"}


@mistake("FullyConnectedNet", "The gradients of gamma and beta are swapped in grads.")
class gradients_of_gamma_and_beta_swapped:
    class FullyConnectedNet(Net):
        def hidden_backward(self, i, dout, cache):
            dh, grads = super().hidden_backward(i, dout, cache)
            if f"gamma{i}" in grads:
                grads[f"gamma{i}"], grads[f"beta{i}"] = grads[f"beta{i}"], grads[f"gamma{i}"]
            return dh, grads


@mistake(
    "FullyConnectedNet",
    "The regularization includes gamma. Regularize only the weights W: pulled to zero, gamma would switch its layer "
    "off.",
)
class regularizes_gamma:
    class FullyConnectedNet(Net):
        def loss(self, X, y=None):
            result = super().loss(X, y)
            if y is None:
                return result
            loss, grads = result
            for name, value in self.params.items():
                if name.startswith("gamma"):
                    loss += 0.5 * self.reg * np.sum(value**2)
                    grads[name] = grads[name] + self.reg * value
            return loss, grads


@mistake("FullyConnectedNet", "The regularization is counted twice: `loss` of `TrainableNet` already includes it.")
class regularizes_twice:
    class FullyConnectedNet(Net):
        def loss(self, X, y=None):
            result = super().loss(X, y)
            if y is None:
                return result
            loss, grads = result
            for name, value in self.params.items():
                if name.startswith("W"):
                    loss += 0.5 * self.reg * np.sum(value**2)
                    grads[name] = grads[name] + self.reg * value
            return loss, grads


@mistake(
    "FullyConnectedNet",
    "Your normalized layers end in a ReLU whatever activation was chosen. `self.activation_forward` and "
    "`self.activation_backward` apply the chosen one.",
)
class relu_whatever_was_chosen:
    class FullyConnectedNet(Net):
        def hidden_forward(self, i, h):
            chosen, self.activation = self.activation, "relu" if self.normalization[i - 1] else self.activation
            result = super().hidden_forward(i, h)
            self.activation = chosen
            return result

        def hidden_backward(self, i, dout, cache):
            chosen, self.activation = self.activation, "relu" if self.normalization[i - 1] else self.activation
            result = super().hidden_backward(i, dout, cache)
            self.activation = chosen
            return result


@mistake(
    "FullyConnectedNet",
    "A layer that should be normalized is not, or the other way around: layer i, counted from 1, has index i - 1 in "
    "`self.normalization`.",
)
class looks_at_the_next_layers_flag:
    class FullyConnectedNet(Net):
        def _flag(self, i):
            return self.normalization[i] if i < len(self.normalization) else False

        def hidden_forward(self, i, h):
            if not self._flag(i):
                return TrainableNet.hidden_forward(self, i, h)
            a, affine_cache = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
            a, norm_cache = batchnorm_forward(
                a, self.params[f"gamma{i}"], self.params[f"beta{i}"], self.bn_params[i - 1]
            )
            out, activation_cache = self.activation_forward(a)
            return out, (affine_cache, norm_cache, activation_cache)

        def hidden_backward(self, i, dout, cache):
            if not self._flag(i):
                return TrainableNet.hidden_backward(self, i, dout, cache)
            return Net.hidden_backward(self, i, dout, cache)


@mistake(
    "FullyConnectedNet",
    "All hidden layers are normalized as soon as one is. `self.normalization` says for each layer whether it is.",
)
class normalizes_all_or_none:
    class FullyConnectedNet(Net):
        def init_params(self):
            if any(self.normalization):
                self.normalization = [True] * len(self.normalization)
            super().init_params()


@mistake("FullyConnectedNet", "Scoring changes `params`: beta has changed. Test mode must leave the network as it is.")
class scoring_moves_beta:
    class FullyConnectedNet(Net):
        def loss(self, X, y=None):
            result = super().loss(X, y)
            if y is None:
                for i, bn_param in enumerate(self.bn_params, start=1):
                    if self.normalization[i - 1] and "running_mean" in bn_param:
                        self.params[f"beta{i}"] -= self.params[f"gamma{i}"] * bn_param["running_mean"]
            return result


@mistake(
    "FullyConnectedNet",
    "X has changed after a training step, but the examples belong to the caller. Make a new array.",
)
class centres_the_examples_in_place:
    class FullyConnectedNet(Net):
        def loss(self, X, y=None):
            result = super().loss(X, y)
            if y is not None and X.dtype.kind == "f":
                X -= X.mean(axis=0)
            return result


@mistake(
    "FullyConnectedNet",
    "y has changed after a training step, but the targets belong to the caller. Make a new array.",
)
class centres_the_targets_in_place:
    class FullyConnectedNet(Net):
        def loss(self, X, y=None):
            result = super().loss(X, y)
            if y is not None and y.dtype.kind == "f":
                y -= y.mean(axis=0)
            return result
