"""Weights after ten steps of PyTorch's optimizers, for tests/train/test_optimizer.c.

    python make_optimizer.py

Gradient j of step t is ((7 t + 3 j) mod 11 - 5) / 8, weight j begins as (j - 2) / 4; both are exact in f32."""
import torch

CASES = [
    ("AdamW", torch.optim.AdamW, dict(lr=0.01, weight_decay=0.1), None),
    ("AdamW, rate (10 - t) / 10", torch.optim.AdamW, dict(lr=0.01, weight_decay=0.1), "falls"),
    ("AdamW, betas and eps", torch.optim.AdamW, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0), None),
    ("Adam", torch.optim.Adam, dict(lr=0.01), None),
    ("Adam with decay", torch.optim.Adam, dict(lr=0.01, weight_decay=0.1), None),
    ("AdamW, norm at most 0.5", torch.optim.AdamW, dict(lr=0.01, weight_decay=0), "norm"),
    ("AdamW, values at most 0.25", torch.optim.AdamW, dict(lr=0.01, weight_decay=0), "value"),
]


def weights(make, opt, how):
    p = torch.nn.Parameter((torch.arange(5) - 2) / 4)
    o = make([p], foreach=False, **opt)
    for t in range(10):
        p.grad = ((7 * t + 3 * torch.arange(5)) % 11 - 5) / 8
        if how == "norm":
            torch.nn.utils.clip_grad_norm_([p], 0.5)
        elif how == "value":
            torch.nn.utils.clip_grad_value_([p], 0.25)
        elif how == "falls":
            o.param_groups[0]["lr"] = 0.01 * (10 - t) / 10
        o.step()
    return p.tolist()


print("torch", torch.__version__)
for name, make, opt, how in CASES:
    print(f"/* {name} */ {{" + ", ".join(f"{x:.9g}f" for x in weights(make, opt, how)) + "},")
