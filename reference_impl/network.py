"""Lessons 05, 06 and 12: a fully connected network, built in three steps.

`BaseNet` is given. `ForwardNet` (lesson 05) adds parameters and the forward pass, `TrainableNet` (lesson 06) adds
the loss and its gradients, and `FullyConnectedNet` (lesson 12) adds batch normalization.

The layers are numbered from 1. Layer i has the weights "Wi", of shape (inputs, outputs), and the biases "bi", of shape
(outputs,). Examples X have shape (N, d_1, ..., d_k) with d_1 * ... * d_k = input_dim.
"""

import numpy as np

from .given.base_network import BaseNet
from .layers import affine_backward, affine_forward, batchnorm_backward, batchnorm_forward


class ForwardNet(BaseNet):
    """A fully connected network: from examples to scores.

    Each hidden layer is affine - activation, and a last affine layer gives the scores. The layers are numbered
    from 1.

    The options are those of `BaseNet`, which checks and stores them. You can use `self.dims`, the number of
    inputs of every layer and finally the number of outputs; `self.num_layers`; `self.params`, an empty dict;
    `self.dtype`; `self.init_layer(fan_in, fan_out)`, which draws w and b of one layer in that dtype; and
    `self.activation_forward(a)`, which returns out and cache of the chosen activation.
    """

    def init_params(self):
        """Fill `self.params` with the initial weights and biases of all layers.

        Layer i has its weights under the name "Wi", of shape (inputs, outputs), and its biases under "bi", of
        shape (outputs,): "W1", "b1", "W2" and so on. Draw the weights in this order.
        """
        for i in range(1, self.num_layers + 1):
            self.params[f"W{i}"], self.params[f"b{i}"] = self.init_layer(self.dims[i - 1], self.dims[i])

    def hidden_forward(self, i, h):
        """Go through hidden layer i: affine, then activation. The first hidden layer is layer 1.

        `h` is the output of the layer before, of shape (N, inputs of layer i), or the examples themselves.
        Returns `out`, of shape (N, outputs of layer i), and a cache for the backward pass.
        """
        a, affine_cache = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
        out, activation_cache = self.activation_forward(a)
        return out, (affine_cache, activation_cache)

    def forward(self, X):
        """Go through all layers, using `self.hidden_forward` for the hidden ones.

        The examples `X`, of shape (N, d_1, ..., d_k), are first converted to the network's dtype. Returns the scores,
        of shape (N, output_dim), and a list with one cache per layer, from the first to the last. Raises a ValueError
        if the examples do not have input_dim numbers each.
        """
        h, caches = np.asarray(X, dtype=self.dtype), []
        for i in range(1, self.num_layers):
            h, cache = self.hidden_forward(i, h)
            caches.append(cache)
        last = self.num_layers
        scores, cache = affine_forward(h, self.params[f"W{last}"], self.params[f"b{last}"])
        return scores, caches + [cache]


class TrainableNet(ForwardNet):
    """A fully connected network that can compute its loss and the gradients of the loss.

    It inherits everything from `ForwardNet`. You can use `self.forward(X)`, which returns the scores and a list
    with one cache per layer (a hidden layer's cache is the pair (affine_cache, activation_cache), the output
    layer's is that of `affine_forward`); `self.activation_backward(dout, cache)`, which returns the gradient
    with respect to the input of the activation; `self.loss_function(scores, y)`, which returns the loss of the
    scores and its gradient; and `self.reg`.
    """

    def hidden_backward(self, i, dout, cache):
        """Go back through hidden layer i. The first hidden layer is layer 1.

        `dout` is the gradient with respect to the layer's output, and `cache` is the cache that
        `self.hidden_forward` returned. Returns `dh`, the gradient with respect to the layer's input, in its shape,
        and `grads`, a dict of the gradients with respect to the layer's parameters, under their names "Wi" and "bi".
        """
        affine_cache, activation_cache = cache
        da = self.activation_backward(dout, activation_cache)
        dh, dw, db = affine_backward(da, affine_cache)
        return dh, {f"W{i}": dw, f"b{i}": db}

    def loss(self, X, y=None):
        """Return the scores or, if targets are given, the loss and the gradients of all parameters.

        loss = loss of the scores + reg / 2 * sum of the squares of all weights "W1", "W2", ..., and no others

        `X` holds the examples. Without `y`, return only the scores, of shape (N, output_dim). With `y`, which holds
        targets of shape (N,) or (N, output_dim) as `self.loss_function` takes them, return the loss, a float, and
        `grads`, a dict with the gradient with respect to every parameter under the parameter's name.
        """
        scores, caches = self.forward(X)
        if y is None:
            return scores
        loss, dscores = self.loss_function(scores, y)
        last = self.num_layers
        dh, dw, db = affine_backward(dscores, caches[-1])
        grads = {f"W{last}": dw, f"b{last}": db}
        for i in range(last - 1, 0, -1):
            dh, layer_grads = self.hidden_backward(i, dh, caches[i - 1])
            grads.update(layer_grads)
        if self.reg:
            for i in range(1, last + 1):
                w = self.params[f"W{i}"]
                loss += 0.5 * self.reg * float(np.vdot(w, w))
                grads[f"W{i}"] += self.reg * w
        return loss, grads


class FullyConnectedNet(TrainableNet):
    """A fully connected network in which any hidden layer may have batch normalization.

    If `self.normalization[i - 1]` is true, layer i is affine - batch norm - activation. All other layers are as
    in `TrainableNet`, whose methods do most of the work.
    """

    def init_params(self):
        """Fill `self.params` and `self.bn_params`.

        Weights and biases are those of `TrainableNet`. A layer i with batch normalization also has "gammai",
        ones, and "betai", zeros, both of shape (outputs of layer i,) and of the network's dtype.
        `self.bn_params` is a list with one dict for each hidden layer, normalized or not. Each dict is the bn_param
        for `batchnorm_forward` in that layer; at first it holds only the mode, "train".
        """
        super().init_params()
        self.bn_params = [{"mode": "train"} for _ in self.hidden_dims]
        for i, normalized in enumerate(self.normalization, start=1):
            if normalized:
                self.params[f"gamma{i}"] = np.ones(self.dims[i], dtype=self.dtype)
                self.params[f"beta{i}"] = np.zeros(self.dims[i], dtype=self.dtype)

    def hidden_forward(self, i, h):
        """Go through hidden layer i: affine, then batch norm if the layer has it, then activation.

        Takes and returns the same as `TrainableNet.hidden_forward`.
        """
        if not self.normalization[i - 1]:
            return super().hidden_forward(i, h)
        a, affine_cache = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
        a, norm_cache = batchnorm_forward(a, self.params[f"gamma{i}"], self.params[f"beta{i}"], self.bn_params[i - 1])
        out, activation_cache = self.activation_forward(a)
        return out, (affine_cache, norm_cache, activation_cache)

    def hidden_backward(self, i, dout, cache):
        """Go back through hidden layer i.

        Takes and returns the same as `TrainableNet.hidden_backward`. If the layer has batch normalization, the dict
        of gradients also holds "gammai" and "betai".
        """
        if not self.normalization[i - 1]:
            return super().hidden_backward(i, dout, cache)
        affine_cache, norm_cache, activation_cache = cache
        da = self.activation_backward(dout, activation_cache)
        da, dgamma, dbeta = batchnorm_backward(da, norm_cache)
        dh, dw, db = affine_backward(da, affine_cache)
        return dh, {f"W{i}": dw, f"b{i}": db, f"gamma{i}": dgamma, f"beta{i}": dbeta}

    def loss(self, X, y=None):
        """Do what `TrainableNet.loss` does, with batch normalization in the right mode.

        Without targets, the network is tested: it uses its running statistics and leaves them unchanged. With
        targets, it is trained.
        """
        for bn_param in self.bn_params:
            bn_param["mode"] = "test" if y is None else "train"
        return super().loss(X, y)
