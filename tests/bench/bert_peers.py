"""A random checkpoint of BERT-base's shape, and its forward pass, all states, by PyTorch and by ONNX Runtime.

    bert_peers.py make DIR          DIR/config.json, model.safetensors and model.onnx, attention and LayerNorm fused
    bert_peers.py run DIR BxT...    seconds a batch, the median of RUNS (5), of both peers in turns; tokens/s

SHAPE=layers,d,heads,inner,vocabulary makes another shape. Needs torch, transformers, onnx and onnxruntime.
"""
import os
import statistics
import sys
import time

import torch
import transformers

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


class States(torch.nn.Module):
    """A BertModel's parameters in the form that ONNX Runtime's optimizer knows."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids, mask):
        embed, c = self.model.embeddings, self.model.config
        x = embed.word_embeddings(ids) + embed.position_embeddings.weight[:ids.shape[1]] + embed.token_type_embeddings.weight[0]
        states = [embed.LayerNorm(x)]
        bias = (1.0 - mask[:, None, None, :].to(torch.float32)) * -10000.0
        for layer in self.model.encoder.layer:
            x, a = states[-1], layer.attention
            q, k, v = (f(x).view(x.shape[0], -1, c.num_attention_heads, c.hidden_size // c.num_attention_heads)
                       .permute(0, 2, 1, 3) for f in (a.self.query, a.self.key, a.self.value))
            scores = torch.matmul(q, k.transpose(-1, -2)) / (c.hidden_size // c.num_attention_heads) ** 0.5
            mixed = torch.matmul(torch.softmax(scores + bias, -1), v).permute(0, 2, 1, 3).contiguous()
            x = a.output.LayerNorm(a.output.dense(mixed.view(x.shape[0], -1, c.hidden_size)) + x)
            up = torch.nn.functional.gelu(layer.intermediate.dense(x))
            states.append(layer.output.LayerNorm(layer.output.dense(up) + x))
        return tuple(states)


def make(folder):
    L, d, heads, inner, V = map(int, os.environ.get("SHAPE", "12,768,12,3072,30522").split(","))
    torch.manual_seed(0)
    config = transformers.BertConfig(vocab_size=V, hidden_size=d, num_hidden_layers=L, num_attention_heads=heads,
                                     intermediate_size=inner)
    model = transformers.BertModel(config, add_pooling_layer=False).eval()
    model.save_pretrained(folder)
    ids = torch.randint(0, V, (2, 16))
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(States(model), (ids, torch.ones_like(ids)), f"{folder}/raw.onnx", input_names=["ids", "mask"],
                      output_names=[f"h{i}" for i in range(L + 1)], dynamic_axes={"ids": axes, "mask": axes},
                      opset_version=17, dynamo=False)
    from onnxruntime.transformers import optimizer
    best = optimizer.optimize_model(f"{folder}/raw.onnx", model_type="bert", num_heads=heads, hidden_size=d)
    best.save_model_to_file(f"{folder}/model.onnx")
    print(best.get_fused_operator_statistics())
    os.remove(f"{folder}/raw.onnx")


def run(folder, shapes):
    import onnxruntime
    model = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32).eval()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the peers take turns
    session = onnxruntime.InferenceSession(f"{folder}/model.onnx", options, providers=["CPUExecutionProvider"])
    for shape in shapes:
        B, T = map(int, shape.split("x"))
        ids = torch.randint(0, model.config.vocab_size, (B, T))
        mask = torch.ones_like(ids)
        feed = {"ids": ids.numpy(), "mask": mask.numpy()}
        peers = {f"torch": lambda: model(ids, attention_mask=mask, output_hidden_states=True),
                 f"onnxruntime": lambda: session.run(None, feed)}
        seconds = {name: [] for name in peers}
        for round in range(int(os.environ.get("RUNS", 5)) + 1):
            for name, step in peers.items():
                start = time.time()
                step()
                if round:
                    seconds[name].append(time.time() - start)
        for name, t in seconds.items():
            t = statistics.median(t)
            print(f"{name} {shape}: {t:.4f} s, {B * T / t:.0f} tok/s", flush=True)


with torch.inference_mode():
    make(sys.argv[2]) if sys.argv[1] == "make" else run(sys.argv[2], sys.argv[3:])
