"""Direct and transposed convolution with the arguments of `torch.nn.functional`, in NumPy.

`input` is ``(N, C_in, *spatial)`` or, unbatched, ``(C_in, *spatial)``. A bare kernel, one with only
spatial axes, goes with a bare input of as many axes: one sample of one channel. A setting is an
integer for every axis or a tuple of one for each. The result has the dtype of the arguments, which
must agree. Whatever PyTorch refuses is refused here with a `ValueError` or a `TypeError` that names
the argument, its value and what is allowed.

`_arguments` checks the arguments, `_core` computes.
"""

from ._arguments import conv, conv_transpose, input_grad, weight_grad


def conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Direct convolution along two axes; cross-correlation, as in every framework.

    Parameters
    ----------
    input : array_like, shape (N, C_in, H, W), (C_in, H, W) or bare (H, W)
    weight : array_like, shape (C_out, C_in / groups, kH, kW) or bare (kH, kW)
    bias : array_like, shape (C_out,), optional
        A number if `input` is bare.
    stride, dilation : int or tuple of int, at least 1
    padding : int or tuple of int, at least 0, or "valid" or "same"
        Zeros on each side. "same" keeps the size, at stride 1; "valid" is 0.
    groups : int
        Number of channel groups that are convolved apart.

    Returns
    -------
    ndarray, shape (N, C_out, oH, oW), (C_out, oH, oW) or bare (oH, oW)
        See `conv_output_size`.

    Raises
    ------
    ValueError
        If a setting or a shape is out of range, or the kernel does not fit inside the padded input.
    TypeError
        If a setting is not an integer, or the arrays are not numeric or not of one dtype.

    Notes
    -----
    ``output[o] = bias + sum over c, j of weight[c, j] * input[c, s o + d j - p]``, along every
    axis; the input is zero outside. See Dumoulin and Visin, `A guide to convolution arithmetic for
    deep learning <https://arxiv.org/abs/1603.07285>`_.

    Examples
    --------
    >>> conv2d([[4, 5, 8, 7], [1, 8, 8, 8], [3, 6, 6, 4], [6, 5, 7, 8]],
    ...        [[1, 4, 1], [1, 4, 3], [3, 3, 1]])
    array([[122, 148],
           [126, 134]])
    """
    return conv(2, input, weight, bias, stride, padding, dilation, groups)


def conv1d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Direct convolution along one axis; see `conv2d`.

    Examples
    --------
    >>> conv1d([1, 2, 3, 4], [1, 10], stride=2)
    array([21, 43])
    """
    return conv(1, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Direct convolution along three axes; see `conv2d`.

    Examples
    --------
    >>> import numpy as np
    >>> conv3d(np.ones((1, 4, 4, 4)), np.ones((2, 1, 3, 3, 3)), padding="same").shape
    (2, 4, 4, 4)
    """
    return conv(3, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose2d(
    input, weight, bias=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Transposed convolution along two axes: the adjoint of `conv2d` with the same weight.

    Parameters
    ----------
    input : array_like, shape (N, C_in, H, W), (C_in, H, W) or bare (H, W)
    weight : array_like, shape (C_in, C_out / groups, kH, kW) or bare (kH, kW)
        The layout of the direct convolution that is transposed: its output channels come first,
        and they are the input channels here.
    bias : array_like, shape (C_out,), optional
        A number if `input` is bare.
    stride, dilation : int or tuple of int, at least 1
    padding : int or tuple of int, at least 0
        Cells **cropped** from each side of the full output.
    output_padding : int or tuple of int, at least 0
        Cells given back at the end, fewer than ``max(stride, dilation)``.
    groups : int
        Number of channel groups that are convolved apart.

    Returns
    -------
    ndarray, shape (N, C_out, oH, oW), (C_out, oH, oW) or bare (oH, oW)
        See `conv_transpose_output_size`.

    Raises
    ------
    ValueError
        If a setting or a shape is out of range, or the padding crops the whole output.
    TypeError
        If a setting is not an integer, or the arrays are not numeric or not of one dtype.

    Notes
    -----
    Every input cell stamps the kernel, scaled, onto the output, ``s`` cells from its neighbour's;
    where stamps overlap they add: ``output[c, s i + d j - p] += input[i] * weight[c, j]``. For
    complex numbers that is the transpose; the adjoint has the weight conjugated.

    Examples
    --------
    >>> conv_transpose2d([[2, 1], [4, 4]], [[1, 4, 1], [1, 4, 3], [3, 3, 1]])
    array([[ 2,  9,  6,  1],
           [ 6, 29, 30,  7],
           [10, 29, 33, 13],
           [12, 24, 16,  4]])
    """
    return conv_transpose(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose1d(
    input, weight, bias=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Transposed convolution along one axis; see `conv_transpose2d`.

    Examples
    --------
    >>> conv_transpose1d([1, 2], [1, 10, 100], stride=2)
    array([  1,  10, 102,  20, 200])
    """
    return conv_transpose(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input, weight, bias=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Transposed convolution along three axes; see `conv_transpose2d`.

    Examples
    --------
    >>> import numpy as np
    >>> conv_transpose3d(np.ones((5, 2, 2, 2)), np.ones((5, 1, 4, 4, 4)), stride=2, padding=1).shape
    (1, 4, 4, 4)
    """
    return conv_transpose(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv2d_input_grad(
    input_shape, weight, grad_output, *, stride=1, padding=0, dilation=1, groups=1
):
    """Gradient of `conv2d` in its input: a transposed convolution.

    Parameters
    ----------
    input_shape : tuple of int
        Shape of the input of the direct convolution.
    weight : array_like, shape (C_out, C_in / groups, kH, kW) or bare (kH, kW)
    grad_output : array_like
        Gradient in the output, of the output's shape.
    stride, padding, dilation, groups
        Settings of the direct convolution; `padding` as integers.

    Returns
    -------
    ndarray, shape `input_shape`

    Raises
    ------
    ValueError, TypeError
        As `conv2d`; also if `grad_output` has another shape than the output.

    Notes
    -----
    It is ``conv_transpose2d(grad_output, weight, output_padding=op)`` with ``op`` the
    `required_output_padding` of the input's size, and is computed so.

    Examples
    --------
    >>> conv2d_input_grad((4, 4), [[1, 2], [3, 4]], [[1, 1]], stride=(2, 2), padding=(0, 0))
    Traceback (most recent call last):
    ...
    ValueError: grad_output must have the shape of the output, (2, 2), got (1, 2)
    >>> conv2d_input_grad((2, 5), [[1, 2], [3, 4]], [[1, 1]], stride=2)
    array([[1, 2, 1, 2, 0],
           [3, 4, 3, 4, 0]])
    """
    return input_grad(2, input_shape, weight, grad_output, stride, padding, dilation, groups)


def conv1d_input_grad(
    input_shape, weight, grad_output, *, stride=1, padding=0, dilation=1, groups=1
):
    """Gradient of `conv1d` in its input; see `conv2d_input_grad`.

    Examples
    --------
    >>> conv1d_input_grad(6, [1, 10, 100], [1, 2], stride=2)
    array([  1,  10, 102,  20, 200,   0])
    """
    return input_grad(1, input_shape, weight, grad_output, stride, padding, dilation, groups)


def conv3d_input_grad(
    input_shape, weight, grad_output, *, stride=1, padding=0, dilation=1, groups=1
):
    """Gradient of `conv3d` in its input; see `conv2d_input_grad`.

    Examples
    --------
    >>> conv3d_input_grad((1, 1, 3), [[[1, 2]]], [[[1, 1]]])
    array([[[1, 3, 2]]])
    """
    return input_grad(3, input_shape, weight, grad_output, stride, padding, dilation, groups)


def conv2d_weight_grad(
    input, weight_shape, grad_output, *, stride=1, padding=0, dilation=1, groups=1
):
    """Gradient of `conv2d` in its weight: the input, seen through each tap, times `grad_output`.

    Parameters
    ----------
    input : array_like, shape (N, C_in, H, W), (C_in, H, W) or bare (H, W)
    weight_shape : tuple of int
    grad_output : array_like
        Gradient in the output, of the output's shape.
    stride, padding, dilation, groups
        Settings of the direct convolution; `padding` as integers.

    Returns
    -------
    ndarray, shape `weight_shape`

    Raises
    ------
    ValueError, TypeError
        As `conv2d`; also if `grad_output` has another shape than the output.

    Notes
    -----
    ``grad_weight[j] = sum over samples and o of grad_output[o] * input[s o + d j - p]``.

    Examples
    --------
    >>> conv2d_weight_grad([[1, 2, 3], [4, 5, 6]], (2, 2), [[1, 10]])
    array([[21, 32],
           [54, 65]])
    """
    return weight_grad(2, input, weight_shape, grad_output, stride, padding, dilation, groups)


def conv1d_weight_grad(
    input, weight_shape, grad_output, *, stride=1, padding=0, dilation=1, groups=1
):
    """Gradient of `conv1d` in its weight; see `conv2d_weight_grad`.

    Examples
    --------
    >>> conv1d_weight_grad([1, 2, 3, 4], 2, [1, 10], stride=2)
    array([31, 42])
    """
    return weight_grad(1, input, weight_shape, grad_output, stride, padding, dilation, groups)


def conv3d_weight_grad(
    input, weight_shape, grad_output, *, stride=1, padding=0, dilation=1, groups=1
):
    """Gradient of `conv3d` in its weight; see `conv2d_weight_grad`.

    Examples
    --------
    >>> conv3d_weight_grad([[[1, 2, 3]]], (1, 1, 2), [[[1, 10]]])
    array([[[21, 32]]])
    """
    return weight_grad(3, input, weight_shape, grad_output, stride, padding, dilation, groups)
