#!/bin/sh
# With a wrong guess of OpenBLAS the program starts itself anew, once, unless the user chose.
# Usage: kernels_again.sh PROGRAM FAKE_CORENAME_MODULE
unset OPENBLAS_CORETYPE ISOGLOSS_KERNELS OMP_WAIT_POLICY
program=$1 status=0
LD_PRELOAD=$(realpath "$2")
export LD_PRELOAD
said=$("$program" doctor)
case $said in
*"; the best for this CPU"*) echo "skipped: the fake was not loaded"; exit 77 ;;
*"would be faster here"*) ;;
*) echo "skipped: no opinion on this CPU"; exit 77 ;;
esac
case $said in
*"Prescott, set by isogloss;"*) ;;
*) echo "$said"; echo "expected: set by isogloss"; status=1 ;;
esac
said=$(OPENBLAS_CORETYPE=Haswell "$program" doctor)
case $said in
*"Prescott, asked for by OPENBLAS_CORETYPE;"*) ;;
*) echo "$said"; echo "expected: what the user asked for"; status=1 ;;
esac
exit $status
