# A sentence-transformers folder: one more layer, by the folder's own recipe. The numbers are in tests/encode/test_sentence.c.
$ G=$S/tests/golden/sentence; mkdir -p st/1_Pooling st/2_Dense && ln -s $G/config.json $G/model.safetensors $G/vocab.txt $G/tokenizer_config.json st && ln -s $G/dense-2_Dense.safetensors st/2_Dense/model.safetensors
$ T=sentence_transformers.models; printf '[{"path":"","type":"%s.Transformer"},{"path":"1_Pooling","type":"%s.Pooling"},{"path":"2_Dense","type":"%s.Dense"},{"path":"3_Normalize","type":"%s.Normalize"}]' $T $T $T $T > st/modules.json
$ echo '{"word_embedding_dimension": 8, "pooling_mode_max_tokens": true}' > st/1_Pooling/config.json; echo '{"in_features": 8, "out_features": 6}' > st/2_Dense/config.json; echo '{"prompts": {"query": "query: ", "empty": ""}}' > st/config_sentence_transformers.json
$ printf 'the cat sat\na dog ran\nthe mat\ndogs sat on the mat .\na cat ran\n' > en.txt; printf 'the dog sat\na cat ran\nthe mats\ncats sat on the mat .\na dog ran\n' > fr.txt
$ isogloss embed --model st en=en.txt fr=fr.txt -o a.h5
2> isogloss: note: layer 2, sentence: max-special; 8 to 6 dims, tanh; unit length, as st/modules.json says; other layers: --pool mean
2> isogloss: note: no prompt stands before the texts; st has these: query (--prompt)
2> isogloss: note: 10 sentences, *
$ isogloss inspect --quick a.h5 | sed -n 2,3p
> model st, pooling mean, source en
> layer 2, 6 dims, is the sentence by the model's own recipe: max-special; 8 to 6 dims, tanh; unit length
# it has its name in all commands, and "last" is the layer before it
$ isogloss compare a.h5 --measure cka --layers last,sentence --quiet | cut -f 5,14,16
> src_layer	src_dim	pool
> 1	8	mean
> 2	6	sentence
$ isogloss retrieve a.h5 --layers sentence --measure p@1 --quiet | cut -f 5,14,15 | sort -u
> 2	6	sentence
> src_layer	tgt_dim	pool
# prompts by name and as text are one; the file says which
$ isogloss embed --model st en=en.txt --prompt query -o b.h5 --quiet; isogloss embed --model st en=en.txt --prompt 'query: ' -o c.h5 --quiet; isogloss inspect --quick c.h5 | sed -n 2p
> model st, pooling mean, source en, prompt query: 
$ isogloss compare b.h5 --against c.h5 --measure cosine:raw --layers sentence --quiet 2>&1 | cut -f 7 | sed -n 2p
> 1
# by the same recipe with random weights, for the same texts
$ isogloss compare a.h5 --measure cka --layers sentence --baseline random --model st --quiet | cut -f 5,18
> src_layer	baseline
> 2	
> 2	random
# weights as torch.save wrote them are the same weights
$ G=$S/tests/golden/sentence; mkdir old; cp -r st old/st; rm old/st/model.safetensors old/st/2_Dense/model.safetensors; cp $G/model.bin old/st/pytorch_model.bin; cp $G/dense-2_Dense.bin old/st/2_Dense/pytorch_model.bin
$ isogloss embed --model old/st en=en.txt fr=fr.txt -o old.h5 --quiet; cmp a.h5 old.h5
# rows that are no sentences have none
$ isogloss embed --model st en=en.txt --pool none -o t.h5
2> isogloss: note: the recipe of st (max-special; 8 to 6 dims, tanh; unit length) is not used: rows are no sentences
2> isogloss: note: no prompt stands before the texts; st has these: query (--prompt)
2> isogloss: note: 5 sentences, *
# a prompt that is none, a recipe that cannot be computed
$ isogloss embed --model st en=en.txt --prompt qery -o d.h5
2> isogloss embed: --prompt qery: the prompts of st are called query, empty; or give the text itself, such as "qery: "
? 1
$ sed -i s/6/7/ st/2_Dense/config.json; isogloss embed --model st en=en.txt -o d.h5
2> isogloss embed: st/2_Dense/model.safetensors: tensor linear.weight is 6 x 8, config.json asks for 7 x 8; --layers 0-last does without the sentence
? 1
$ isogloss embed --model st en=en.txt --layers 0-last --prompt "" -o d.h5 --quiet && isogloss inspect --quick d.h5 | sed -n 5p | cut -c 1-31
> en            5          5  0-1
