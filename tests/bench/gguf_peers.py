#!/usr/bin/env python3
"""gguf_peers.py ISOGLOSS FILE.gguf TEXT.txt: the token ids of each line beside those of llama.cpp. Needs xllamacpp (2026.10).
The bits of every type of block are compared by the test io_test_gguf."""
import json, subprocess, sys, urllib.request
import xllamacpp

program, model, texts = sys.argv[1:]
params = xllamacpp.CommonParams()
params.model.path, params.embedding, params.n_ctx, params.warmup = model, True, 512, False
server = xllamacpp.Server(params)


def peer(text):
    body = json.dumps({"content": text, "add_special": True}).encode()
    request = urllib.request.Request(server.listening_address + "/tokenize", body, {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))["tokens"]


lines = open(texts, encoding="utf-8", newline="\n").read().split("\n")
lines = lines[:-1] if lines[-1] == "" else lines
out = subprocess.run([program, "tokenize", "--quiet", "--model", model, texts], capture_output=True, check=True, text=True).stdout
ours = [[int(i) for i in line.split("\t")[-1].split()] for line in out.split("\n")[:len(lines)]]
differ = [(line, a, b) for line, a, b in zip(lines, ours, map(peer, lines)) if a != b]
for line, a, b in differ[:5]:
    print(repr(line[:60]), a[:12], b[:12])
print("%d of %d lines have the ids of llama.cpp" % (len(lines) - len(differ), len(lines)))
