"""Mean-pooled states of all layers by transformers, as a careful script makes them: all sentences sorted by length, padded batches.

    transformers_states.py MODEL BATCH OUT LANG=TEXT...     plain texts, a sentence a line; OUT: .npz of LANG_LAYER, or -

Prints tokens (special ones included, without padding), the seconds of the work, from texts to rows, and those of the
whole process, imports and reading the checkpoint included.
"""
import sys
import time

began = time.time()
import numpy as np
import torch
import transformers

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
folder, batch, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
texts = {lang: open(path).read().splitlines() for lang, path in (a.split("=", 1) for a in sys.argv[4:])}
tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
model = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
positions = model.config.max_position_embeddings - 2 * ("roberta" in model.config.model_type)


def states(sentences):
    ids = tokenizer(sentences, truncation=True, max_length=min(512, positions))["input_ids"]
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    rows = None
    for at in range(0, len(ids), batch):
        part = order[at:at + batch]
        x = tokenizer.pad({"input_ids": [ids[i] for i in part]}, return_tensors="pt")
        hidden = model(**x, output_hidden_states=True).hidden_states
        mask = torch.tensor([[i not in (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id)
                              for i in row] for row in x["input_ids"].tolist()], dtype=torch.float32)[..., None]
        mean = torch.stack([(h * mask).sum(1) / mask.sum(1) for h in hidden]).numpy()
        if rows is None:
            rows = np.empty((len(mean), len(ids), mean.shape[2]), np.float32)
        rows[:, part] = mean
    return rows, sum(map(len, ids))


with torch.inference_mode():
    sentences = [s for text in texts.values() for s in text]
    states(sentences[:batch])
    start = time.time()
    rows, tokens = states(sentences)
    seconds = time.time() - start
whole = time.time() - began
print(f"what=transformers tokens={tokens} seconds={seconds:.3f} whole={whole:.3f} threads={torch.get_num_threads()} "
      f"torch={torch.__version__} transformers={transformers.__version__}", flush=True)
if out != "-":
    ends = np.cumsum([len(text) for text in texts.values()])[:-1]
    np.savez(out, **{f"{lang}_{k}": part for k, layer in enumerate(rows)
                     for lang, part in zip(texts, np.split(layer, ends))})
