# shellcheck shell=sh
# What limits the peers' libraries to AVX2, where they can be limited (ONNX Runtime cannot); read by other scripts.
export OPENBLAS_CORETYPE=Haswell DNNL_MAX_CPU_ISA=AVX2 ONEDNN_MAX_CPU_ISA=AVX2
export ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 FAISS_OPT_LEVEL=avx2 NPY_DISABLE_CPU_FEATURES=AVX512F
