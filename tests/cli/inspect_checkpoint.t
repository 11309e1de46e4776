# What a checkpoint holds, which tensors the encoder leaves alone, and why one cannot run.
$ isogloss inspect $S/examples/mini
> *examples/mini: checkpoint, xlm-roberta
> *examples/mini/model.safetensors: safetensors, 74 tensors, 3.8 MB
> 
> layers       4
> dimensions   128, 4 heads of 32
> feed-forward 512, gelu
> LayerNorm    eps 1e-05
> vocabulary   8191
> positions    146, a sentence begins at 2 and has up to 144 tokens
> token types  1
> padding      id 1
> parameters   1885567, 3.8 MB: 74 tensors F16
> tokenizer    sentencepiece of sentencepiece.bpe.model, ids to 8190
> 
> not used by the encoder: lm_head.bias, lm_head.dense.bias, lm_head.dense.weight, lm_head.layer_norm.bias, lm_head.layer_norm.weight
> not read: README.md
> nothing odd: every tensor the encoder needs is there, all numbers are finite
$ isogloss inspect $S/examples/mini/ --quick --json -
> {"isogloss": "*",
>  "command": ["isogloss", "inspect", "*", "--quick", "--json", "-"],
>  "inputs": [{"path": "*examples/mini/", "layout": "checkpoint", "bytes": 3771134}],
>  "machine": {"system": "*", "cores": "*", "threads": "*", "kernels": "*", "lapack": "*", "precision": "single"},
>  "quick": true,
>   "checkpoint": "*examples/mini/",
>   "config": {"family": "xlm-roberta", "layers": 4, "dim": 128, "heads": 4, "feed_forward": 512, "activation": "gelu", "eps": 1e-05, "vocabulary": 8191, "positions": 146, "first_position": 2, "longest": 144, "token_types": 1, "padding": 1},
>   "parameters": 1885567,
>   "dtypes": [
>     {"dtype": "F16", "tensors": 74, "bytes": 3771134}],
>   "files": [
>     {"path": "*examples/mini/model.safetensors", "tensors": 74, "bytes": 3771134}],
>   "tokenizer": {"kind": "sentencepiece", "last_id": 8190, "odd": 0, "file": "sentencepiece.bpe.model"},
>   "not_read": ["README.md"],
>   "unused": ["lm_head.bias", "lm_head.dense.bias", "lm_head.dense.weight", "lm_head.layer_norm.bias", "lm_head.layer_norm.weight"]}
# a sentence-transformers folder: how a text becomes a vector, prompts, what is left
$ G=$S/tests/golden/sentence; mkdir -p st/1_Pooling st/2_Dense st/onnx && ln -s $G/config.json $G/model.safetensors $G/vocab.txt $G/tokenizer_config.json st && ln -s $G/dense-2_Dense.safetensors st/2_Dense/model.safetensors
$ T=sentence_transformers.models; printf '[{"path":"","type":"%s.Transformer"},{"path":"1_Pooling","type":"%s.Pooling"},{"path":"2_Dense","type":"%s.Dense"},{"path":"3_Normalize","type":"%s.Normalize"}]' $T $T $T $T > st/modules.json
$ echo '{"word_embedding_dimension": 8, "pooling_mode_max_tokens": true}' > st/1_Pooling/config.json; echo '{"in_features": 8, "out_features": 6}' > st/2_Dense/config.json
$ echo '{"max_seq_length": 16, "do_lower_case": true}' > st/sentence_bert_config.json; echo '{"prompts": {"query": "query: "}, "default_prompt_name": "query"}' > st/config_sentence_transformers.json
$ isogloss inspect st | tail -9
> padding      id 0
> parameters   *
> tokenizer    wordpiece of vocab.txt, ids to 20
> text         up to 16 tokens, in lower case (sentence_bert_config.json)
> prompts      query "query: "; usual: query (config_sentence_transformers.json)
> sentence     layer 2, 6 dimensions: max-special; 8 to 6 dims, tanh; unit length (1_Pooling/config.json)
> 
> not read: onnx
> nothing odd: every tensor the encoder needs is there, all numbers are finite
$ isogloss inspect st --quick --json - | grep -e '"sentence"' -e not_read
>   "sentence": {"layer": 2, "dim": 6, "recipe": "max-special; 8 to 6 dims, tanh; unit length", "max_length": 16, "lower_case": true, "prompts": {"query": "query: "}, "usual_prompt": "query"},
>   "not_read": ["onnx"],
$ mv st/2_Dense/model.safetensors dense; cp $S/tests/golden/sentence/dense-2_Dense.bin st/2_Dense/pytorch_model.bin; isogloss inspect st | tail -1
> nothing odd: every tensor the encoder needs is there, all numbers are finite
$ cp $S/tests/fuzz/seeds/torch/system.pt st/2_Dense/pytorch_model.bin; isogloss inspect st | tail -1
> cannot make sentences: st/2_Dense/pytorch_model.bin: asks for posix.system; nothing was run: *
$ rm st/2_Dense/pytorch_model.bin; mv dense st/2_Dense/model.safetensors
$ sed -i s/models.Normalize/models.CNN/ st/modules.json; isogloss inspect st | tail -1
> cannot make sentences: st/modules.json: a module is of type sentence_transformers.models.CNN; Transformer, Pooling, Dense, LayerNorm, Normalize and Dropout of sentence_transformers are computed
# config and weights that disagree: a layer too many, a vocabulary too large
$ cp -r $S/examples/mini odd && chmod -R u+w odd
$ sed -i 's/"num_hidden_layers": 4/"num_hidden_layers": 5/' odd/config.json
$ isogloss inspect odd | tail -2
> not read: README.md
> cannot run: odd/model.safetensors: tensor *encoder.layer.4.* is missing; config.json says 5 layers
$ sed -i 's/"num_hidden_layers": 5/"num_hidden_layers": 4/; s/8191/9000/' odd/config.json
$ isogloss inspect odd --quick | tail -1
> cannot run: odd/model.safetensors: tensor *word_embeddings.weight is 8191 x 128, config.json asks for 9000 x 128
$ sed -i 's/9000/8000/' odd/config.json
$ isogloss inspect odd --quick | tail -2
> cannot run: odd/model.safetensors: tensor *word_embeddings.weight is 8191 x 128, config.json asks for 8000 x 128
> tokenizer: gives ids to 8190, and the vocabulary has 8000
# a download cut short; what config.json says is told all the same
$ head -c 3000000 $S/examples/mini/model.safetensors > odd/model.safetensors
$ isogloss inspect odd | grep -e layers -e run
> layers       4
> cannot run: odd/model.safetensors: tensor "*" lies at bytes * of the data, which has *; if it was cut short, download it again
# another kind of model, a file of Python's
$ mkdir gpt && echo '{"model_type": "gpt2"}' > gpt/config.json && touch gpt/pytorch_model.bin
$ isogloss inspect gpt
> gpt: checkpoint
> 
> not read: pytorch_model.bin
> cannot run: gpt/config.json: is of a gpt2 model; these are supported: bert, xlm-roberta, roberta, camembert, distilbert; examples/from_transformers.py writes the states of any other
> cannot tokenize: gpt: *
$ cp $S/examples/mini/config.json gpt && isogloss inspect gpt --json - | grep cannot_run
>   "cannot_run": "gpt/pytorch_model.bin: is empty",
# NaN, and a name that would steer the terminal: 91 bytes of header, 1.0, NaN
$ mkdir nan && printf '\133\0\0\0\0\0\0\0{"a\\u001b[31m":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"step":{"dtype":"I64","shape":[0],"data_offsets":[0,0]}}' > nan/x
$ printf "\\$(printf %o $(($(wc -c < nan/x) - 8)))" | dd of=nan/x conv=notrunc 2> /dev/null && printf '\0\0\200\77\0\0\300\177' >> nan/x && mv nan/x nan/model.safetensors
$ isogloss inspect nan
> nan: checkpoint
> nan/model.safetensors: safetensors, 2 tensors, 8 bytes
> 
> parameters   2, 8 bytes: 1 tensor F32, 1 tensor I64
> 
> cannot run: nan: holds no config.json, which a checkpoint's folder has
> cannot tokenize: nan: *
> not finite: a?[31m
# one at a time; a folder of anything else
$ isogloss inspect $S/examples/mini $S/examples/states/mini.h5
2> isogloss inspect: *examples/mini: is a checkpoint; look at one at a time (see `isogloss help inspect`)
? 2
$ isogloss inspect $S/examples/corpus
2> isogloss inspect: *examples/corpus: is a directory in no known format of states*
? 1
$ isogloss inspect $S/examples/mini > /dev/full
2> isogloss inspect: standard output: No space left on device
? 1
